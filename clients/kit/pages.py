"""Rendering: every page gets its site, its language, and a way to the other language."""

import logging
import secrets

from flask import Response, make_response, render_template, request

from clients.kit.cookies import Cookies
from clients.kit.errors import LevelTooLow, SignInFailed
from clients.kit.language import Language, chosen_language, translate
from clients.kit.problems import Problem, problem_of
from clients.kit.site import Site

_log = logging.getLogger(__name__)

_REPEATABLE = frozenset(
    {"home.show", "home.options", "home.procedure", "home.about", "home.privacy", "home.terms"}
)
"""Pages that may be asked for again in the other language; the rest lead home."""


class Pages:
    """Renders the templates of one portal."""

    def __init__(self, site: Site, cookies: Cookies) -> None:
        self._site = site
        self._cookies = cookies

    @property
    def language(self) -> Language:
        """The language of the present request."""
        return chosen_language(
            request.args.get("lang"), request.cookies.get(self._cookies.language)
        )

    def translated(self, text: str, **values: object) -> str:
        return translate(self.language, text, **values)

    def remember_language(self, response: Response) -> Response:
        """Keep the language when this very request chose one."""
        if request.args.get("lang") in tuple(Language):
            self._cookies.put(response, self._cookies.language, self.language)
        return response

    def render(self, template: str, *, status: int = 200, **context: object) -> Response:
        language = self.language
        english = language is Language.ENGLISH
        registration = self._site.registration
        page = render_template(
            template,
            site=self._site,
            site_name=registration.name_en if english else registration.name,
            language=language.value,
            english=english,
            other_language=(Language.VIETNAMESE if english else Language.ENGLISH).value,
            switch_path=request.path if request.endpoint in _REPEATABLE else "/",
            t=self.translated,
            **context,
        )
        return make_response(page, status)

    def failure(self, failure: SignInFailed) -> Response:
        """Show why no session was made; the log gets the cause under the same reference."""
        if isinstance(failure, LevelTooLow):
            return self.too_low(needed=failure.needed, reached=failure.reached)
        return self.problem(problem_of(failure), cause=failure)

    def too_low(self, *, needed: str, reached: str | None, landing: str | None = None) -> Response:
        return self.render(
            "too_low.html", status=403, needed=needed, reached=reached, landing=landing
        )

    def problem(self, problem: Problem, *, cause: Exception | None = None) -> Response:
        reference = secrets.token_hex(4).upper()
        if cause is not None:  # the cause's text is ours or a short code: never personal data
            _log.warning("%s: %s (reference %s)", type(cause).__name__, cause, reference)
        return self.render(
            "problem.html", status=problem.status, problem=problem, reference=reference
        )
