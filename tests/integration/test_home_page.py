"""The home page names the portals that an operator let in, and no others."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from idp.db import db
from idp.relying_parties.model import RelyingPartyRecord

STRANGER = {
    "client_name": "Cổng Dịch vụ công Quốc gia (mới)",
    "client_uri": "https://stranger.example",
    "redirect_uris": ["https://stranger.example/callback"],
}


@pytest.fixture
def environment(environment: dict[str, str]) -> dict[str, str]:
    """Whoever likes may register a portal."""
    return {**environment, "IDP__REGISTRATIONS__OPEN": "true"}


def home_page(client: FlaskClient) -> str:
    """The page, with all that is registered by now: an authorization request looks."""
    client.get("/authorize?client_id=nobody")
    return client.get("/").text


def test_portals_that_an_operator_registered_are_named(client: FlaskClient) -> None:
    page = home_page(client)

    assert 'href="http://localhost:8401/"' in page
    assert 'href="http://localhost:8402/"' in page


def test_whoever_registered_himself_gets_no_link_on_our_page(client: FlaskClient) -> None:
    registered = client.post("/connect/register", json=STRANGER)
    page = home_page(client)

    assert registered.status_code == 201
    assert "stranger.example" not in page
    assert STRANGER["client_name"] not in page


def test_a_disabled_portal_is_not_named(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        db.session.execute(
            update(RelyingPartyRecord)
            .where(RelyingPartyRecord.client_id == "dak-lak")
            .values(enabled=False)
        )
        db.session.commit()
    assert client.post("/connect/register", json=STRANGER).status_code == 201  # a new version

    page = home_page(client)

    assert "localhost:8401" in page
    assert "localhost:8402" not in page
