"""The cookie of a session: a handle, and nothing else."""

import pytest
from flask import Flask

from idp.core.handles import Handle, new_handle
from idp.sessions.cookie import SessionCookie


@pytest.fixture
def app() -> Flask:
    return Flask(__name__, static_folder=None)


@pytest.mark.parametrize(
    ("secure", "name", "flags"),
    [
        (True, "__Host-idp_session", "Secure; HttpOnly; Path=/; SameSite=Lax"),
        (False, "idp_session", "HttpOnly; Path=/; SameSite=Lax"),
    ],
)
def test_89_it_is_sent_back_to_us_alone(app: Flask, name: str, flags: str, *, secure: bool) -> None:
    handle = new_handle()
    with app.test_request_context():
        SessionCookie(secure=secure).set(handle)
        response = app.process_response(app.response_class())

    assert response.headers.getlist("Set-Cookie") == [f"{name}={handle}; {flags}"]


def test_clearing_takes_it_away(app: Flask) -> None:
    handle = new_handle()
    with app.test_request_context(headers={"Cookie": f"idp_session={handle}"}):
        cookie = SessionCookie(secure=False)
        assert cookie.handle() == handle
        cookie.clear()
        assert cookie.handle() is None
        response = app.process_response(app.response_class())

    (sent,) = response.headers.getlist("Set-Cookie")
    assert sent.startswith("idp_session=;")
    assert "Max-Age=0" in sent


def test_the_newest_handle_counts_within_the_request(app: Flask) -> None:
    former, new = new_handle(), new_handle()
    with app.test_request_context(headers={"Cookie": f"idp_session={former}"}):
        cookie = SessionCookie(secure=False)
        cookie.clear()
        cookie.set(new)

        assert cookie.handle() == new
        response = app.process_response(app.response_class())

    assert {sent.partition(";")[0] for sent in response.headers.getlist("Set-Cookie")} == {
        f"idp_session={new}"
    }


@pytest.mark.parametrize(
    "sent", ["", "short", "x" * 44, "x" * 42 + "=", "x" * 42 + "é", "x" * 43 + "%0a"]
)
def test_what_is_no_handle_counts_as_none(app: Flask, sent: str) -> None:
    with app.test_request_context(headers={"Cookie": f"idp_session={sent}"}):
        assert SessionCookie(secure=False).handle() is None


def test_over_https_the_unprefixed_name_is_not_read(app: Flask) -> None:
    """A neighbouring host can plant that one (RFC 6265bis §4.1.3.2)."""
    with app.test_request_context(headers={"Cookie": f"idp_session={Handle('x' * 43)}"}):
        assert SessionCookie(secure=True).handle() is None
