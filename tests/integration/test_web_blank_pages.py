"""A page that is filled in is the page that would have been rendered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from idp.login.forms import ChooseForm, LoginForm, WayForm
from idp.otp.forms import OtpForm, ResendForm
from idp.web.blank_pages import BlankPages
from idp.web.forms import Form
from idp.web.pages import Pages
from tests.page_gallery import make_app


@dataclass(frozen=True)
class Portal:
    """A portal whose name has to be escaped, and holds what texts are formatted by."""

    client_id: str = "binh-dinh"
    words: str = "<b>100 %(i)s</b>"
    logo: str | None = None
    policy_uri: str | None = "https://portal.example/?a=1&b=%20"
    tos_uri: str | None = None
    initiate_login_uri: str | None = None
    keys: Mapping[str, object] = field(default_factory=dict)  # which no page can be known by

    def name(self, locale: str) -> str:
        return f"{self.words} {locale}"


PORTAL = Portal()
CODE: dict[str, Any] = {
    "minutes": 5,
    "is_cooling": False,
    "is_undelivered": False,
    "step": None,
    "offers_other_phone": True,
    "remember_days": 30,
    "other_ways": ("passkey",),
}
NO_CODE = dict.fromkeys(("last_three", "wait_seconds", "resent_at", "edit_phone_url"))
WAY = {"way_form": WayForm}
OTP_FORMS = {"form": OtpForm, "resend_form": ResendForm}

PAGES_SHOWN = [
    pytest.param("login/choose.html", {"form": ChooseForm}, {}, {}, id="chooser"),
    pytest.param("login/login.html", {"form": LoginForm}, {}, {}, id="password"),
    pytest.param(
        "otp/otp.html",
        {**OTP_FORMS, **WAY},
        {"last_three": "111", "wait_seconds": "59", "resent_at": None, "edit_phone_url": "/a?b&c"},
        CODE,
        id="code",
    ),
    pytest.param("otp/otp.html", OTP_FORMS, NO_CODE, CODE | {"other_ways": ()}, id="code at once"),
    pytest.param(
        "interactions/continue.html", {}, {"url": 'https://a.example/?x="<&y=%41'}, {}, id="back"
    ),
]


def rendered(
    pages: Pages,
    template: str,
    forms: dict[str, type[Form]],
    words: dict[str, Any],
    facts: dict[str, Any],
    **given: Any,
) -> str:
    """The page as it is with its forms made for it."""
    made: dict[str, Any] = {name: pages.blank_form(form) for name, form in forms.items()}
    return pages.render(template, **made, **words, **facts, **given).get_data(as_text=True)


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(("template", "forms", "words", "facts"), PAGES_SHOWN)
def test_it_is_the_same_byte_for_byte(
    template: str,
    forms: dict[str, type[Form]],
    words: dict[str, str | None],
    facts: dict[str, Any],
    language: str,
) -> None:
    app, pages = make_app()
    for i, seen_by in (("first~binh-dinh", "a" * 43), ("second~binh-dinh", "b" * 43)):
        for portal in (PORTAL, Portal(words="another")):
            given: dict[str, Any] = {"i": i, "relying_party": portal}
            with app.test_request_context(
                f"/page?i={i}&lang={language}", headers={"Cookie": f"idp_browser={seen_by}"}
            ):
                filled = pages.render_blank(
                    template, forms=forms, words=words, **facts, **given
                ).get_data(as_text=True)
                assert filled == rendered(pages, template, forms, words, facts, **given)
                assert i in filled


def test_without_an_interaction_it_is_the_same_too() -> None:
    app, pages = make_app()
    with app.test_request_context("/choose", headers={"Cookie": f"idp_browser={'a' * 43}"}):
        filled = pages.render_blank("login/choose.html", forms={"form": ChooseForm}, i=None)
        given = {"i": None, "relying_party": None}
        wanted = rendered(pages, "login/choose.html", {"form": ChooseForm}, {}, {}, **given)
        assert filled.get_data(as_text=True) == wanted


def test_a_browser_that_is_new_gets_its_cookie_with_the_form() -> None:
    app, pages = make_app()
    app.add_url_rule(
        "/choose",
        "choose",
        lambda: pages.render_blank("login/choose.html", forms={"form": ChooseForm}, i=None),
    )

    assert "idp_browser=" in app.test_client().get("/choose").headers["Set-Cookie"]


def test_few_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("idp.web.blank_pages._MOST", 2)
    pages, made = BlankPages(), []

    def filled(page: str, word: str) -> str:
        def render(marks: Mapping[str, str]) -> str:
            made.append(page)
            return f"{page}: 5 % {marks['word']}"

        return pages.filled(page, {"word": word}, render).decode()

    assert filled("a", "<1>") == "a: 5 % &lt;1&gt;"
    assert [filled(page, "2") for page in "abab"] == ["a: 5 % 2", "b: 5 % 2"] * 2
    assert made == ["a", "b"]
    assert filled("c", "%(word)s") == "c: 5 % %(word)s"
    assert filled("a", "3") == "a: 5 % 3"
    assert made == ["a", "b", "c", "a"]
