"""The way back to the relying party: the one renderer of answers."""

from typing import Any

from flask import Response

from idp.interactions.model import ResponseMode
from idp.interactions.ports import AuthorizationResponse
from idp.web.headers import POLICY_FOR_A_POST_ELSEWHERE
from idp.web.pages import Pages
from idp.web.see_other import see_other


class Answers:
    """
    Takes the browser to the relying party with its answer.

    *page* is what pages are rendered with: `relying_party`, and `i` where there is an interaction.
    """

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    def at_once(self, answer: AuthorizationResponse, **page: Any) -> Response:  # noqa: ANN401
        """For a browser that came by GET from the relying party: with no page of ours between."""
        if answer.mode is ResponseMode.FORM_POST:
            return self._form(answer, page)
        return see_other(answer.location)

    def by_page(self, answer: AuthorizationResponse, **page: Any) -> Response:  # noqa: ANN401
        """
        For a browser that came from a page of ours: a link that follows itself.

        Chromium applies `form-action` to every redirect that follows a POST, and stops at the
        relying party's without a word.
        """
        if answer.mode is ResponseMode.FORM_POST:
            return self._form(answer, page)
        location = answer.location
        shown = self._pages.render_blank(
            "interactions/continue.html", words={"url": location}, **page
        )
        shown.headers["Refresh"] = f"0; url={location}"
        return shown

    def _form(self, answer: AuthorizationResponse, page: dict[str, Any]) -> Response:
        """Form Post Response Mode §2: a form that a script sends, or else the citizen."""
        shown = self._pages.render(
            "interactions/form_post.html",
            action=answer.redirect_uri,
            parameters=answer.parameters,
            **page,
        )
        shown.headers["Content-Security-Policy"] = POLICY_FOR_A_POST_ELSEWHERE
        # With `same-origin` the POST would carry `Origin: null`, which frameworks refuse as forged;
        # this tells them our origin, which is the `iss` they get, and no path.
        shown.headers["Referrer-Policy"] = "origin"
        return shown
