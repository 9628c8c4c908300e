"""Which language a page speaks, and how a person changes it."""

import pytest
from flask import Flask, Response, g

from idp.interactions.model import new_interaction_id
from idp.relying_parties.model import ClientId
from idp.web.locale import Choice, choose
from tests.page_gallery import add_gallery, make_app


@pytest.mark.parametrize(
    ("asked", "ui_locales", "remembered", "spoken"),
    [
        (None, (), None, "vi"),
        (None, ("en-GB", "vi"), None, "en"),
        (None, ("fr", "vi"), Choice("en", ""), "vi"),
        (None, ("fr",), Choice("en", ""), "en"),
        (None, (), Choice("en", "other"), "en"),
        ("en", ("vi",), None, "en"),
        ("fr", ("vi",), None, "vi"),
        (None, ("vi",), Choice("en", "abc"), "en"),
        (None, ("vi",), Choice("en", "other"), "vi"),
    ],
)
def test_order_of_wishes(
    asked: str | None, ui_locales: tuple[str, ...], remembered: Choice | None, spoken: str
) -> None:
    language = choose(asked=asked, ui_locales=ui_locales, remembered=remembered, interaction="abc")

    assert language == spoken


@pytest.mark.parametrize(
    "text", ["", "en", "fr.", "en.a b", "en." + "a" * 173, "en.\r\nSet-Cookie"]
)
def test_only_our_own_cookie_is_believed(text: str) -> None:
    assert Choice.parse(text) is None


@pytest.fixture
def app() -> Flask:
    app, pages = make_app()
    add_gallery(app, pages)

    def step() -> Response:
        g.ui_locales = ("vi",)
        return pages.render("login/held.html")

    app.add_url_rule("/step", "step", step)
    return app


@pytest.mark.parametrize("client_id", [None, ClientId("a.b_" + "c" * 124)])
def test_the_choice_outlives_the_page_within_its_interaction(
    app: Flask, client_id: ClientId | None
) -> None:
    interaction = new_interaction_id(client_id)
    browser = app.test_client()
    browser.get(f"/step?i={interaction}&lang=en")

    assert '<html lang="en">' in browser.get(f"/step?i={interaction}").text
    assert '<html lang="vi">' in browser.get("/step?i=other").text


def test_accept_language_has_no_say(app: Flask) -> None:
    page = app.test_client().get("/gallery/held", headers={"Accept-Language": "en"})

    assert '<html lang="vi">' in page.text


def test_the_switch_keeps_the_rest_of_the_query(app: Flask) -> None:
    page = app.test_client().get("/gallery/held?i=abc&a=1&a=2&lang=en")

    assert 'href="?i=abc&amp;a=1&amp;a=2&amp;lang=vi"' in page.text


def test_the_switch_leads_nowhere_else(app: Flask) -> None:
    page = app.test_client().get("//evil.example/?lang=en")

    assert page.status_code == 404
    assert "evil.example" not in page.text


def test_the_cookie_holds_a_language_only(app: Flask) -> None:
    browser = app.test_client()

    cookie = browser.get("/gallery/held?i=abc&lang=en").headers["Set-Cookie"]
    refused = browser.get("/gallery/held?i=a%0d%0ab&lang=en")

    assert cookie.startswith("idp_lang=en.abc;")
    assert "HttpOnly" in cookie
    assert "Set-Cookie" not in refused.headers


def test_an_unknown_language_is_not_remembered(app: Flask) -> None:
    assert "Set-Cookie" not in app.test_client().get("/gallery/held?lang=fr").headers
