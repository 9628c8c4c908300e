"""
Which language a page speaks.

An explicit choice made in this interaction, then what the relying party asked for (`ui_locales`,
OIDC Core §3.1.2.1), then the browser's last choice, then Vietnamese. `Accept-Language` has no say:
many phones here are set to English by people who read Vietnamese.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask import Response

from idp.web.address import may_be_named, page_query
from idp.web.at_hand import g, request
from idp.web.own_cookie import OwnCookie

LANGUAGES = ("vi", "en")
DEFAULT = "vi"
_OTHER = {"vi": "en", "en": "vi"}
LIFETIME = timedelta(days=365)

# A handle, and the relying party that asks (`new_interaction_id`).
_COOKIE = re.compile(r"(vi|en)\.([A-Za-z0-9._~-]{0,172})")


@dataclass(frozen=True)
class Choice:
    """A language somebody picked by hand, and the interaction ("" = none) it was picked in."""

    language: str
    interaction: str

    @classmethod
    def parse(cls, text: str) -> "Choice | None":
        """Read the cookie's value; None for anything we did not write."""
        written = _COOKIE.fullmatch(text) if text else None
        return cls(written[1], written[2]) if written else None

    def __str__(self) -> str:
        return f"{self.language}.{self.interaction}"


def choose(
    *, asked: str | None, ui_locales: Sequence[str], remembered: Choice | None, interaction: str
) -> str:
    """
    Decide the language of a page.

    A choice made by hand within this interaction outlives the page it was made on; without that,
    the relying party's wish would take the page back to Vietnamese at the next step.
    """
    if asked in LANGUAGES:
        return str(asked)
    if remembered and interaction and remembered.interaction == interaction:
        return remembered.language
    for wish in ui_locales:
        language = wish.partition("-")[0].lower()
        if language in LANGUAGES:
            return language
    return remembered.language if remembered else DEFAULT


class LanguageCookie:
    """Remembers the language a person picked with the switch at the top of the page."""

    def __init__(self, *, secure: bool) -> None:
        self._cookie = OwnCookie("idp_lang", secure=secure)
        self.name = self._cookie.name

    def locale(self) -> str:
        """
        Give the language of this request; `g.ui_locales` is what the interaction asks for.

        It stays what it was when it was first asked for.
        """
        language: str | None = g.get("language")
        if language is None:
            named = request.args
            language = g.language = choose(
                asked=named.get("lang"),
                ui_locales=g.get("ui_locales", ()),
                remembered=Choice.parse(self._cookie.sent()),
                interaction=named.get("i", ""),
            )
        return language

    def remember(self, response: Response) -> Response:
        """Keep the choice of a request that carries `?lang=`; every other response stays as is."""
        if not may_be_named("lang"):
            return response
        asked = request.args.get("lang", "")
        choice = Choice.parse(f"{asked}.{request.args.get('i', '')}")
        return self._cookie.put(response, str(choice), lasts=LIFETIME) if choice else response


def switch_url(language: str) -> str:
    """
    Give the address of this same page in the other language than *language*, its own.

    The rest of its query is kept.

    Only the query: the path stays the browser's own, so a path such as `//host` cannot make the
    switch a link to somewhere else. An answer that is shown is in one language: the switch leads
    to the page itself.
    """
    return "?" + page_query(lang=_OTHER[language])
