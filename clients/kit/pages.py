"""Rendering: every page gets its site, its language, and a way to the other language."""

import logging
import secrets

from flask import Response, make_response, render_template, request

from clients.kit import acr
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

    def level_in_words(self, acr_class: str | None) -> str:
        """Return "Mức 3 (LoA3)": the number for the citizen, the class for whoever helps."""
        number = acr.rank(acr_class)
        if not number:
            return self.translated("Chưa rõ")
        return self.translated("Mức {number} ({acr})", number=number, acr=acr_class)

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
            level=self.level_in_words,
            **context,
        )
        return make_response(page, status)

    def failure(self, failure: SignInFailed) -> Response:
        """Show why no session was made; the log gets the cause under the same reference."""
        if isinstance(failure, LevelTooLow):
            return self.too_low(needed=failure.needed, reached=failure.reached)
        problem = problem_of(failure)
        reference = _new_reference()
        # A citizen who cancels is no event for whoever watches the log; a wrong answer is.
        level = logging.WARNING if problem.is_for_the_log else logging.INFO
        _log.log(level, "%s: %s (reference %s)", type(failure).__name__, failure, reference)
        return self._problem(problem, reference)

    def too_low(self, *, needed: str, reached: str | None, landing: str | None = None) -> Response:
        return self.render(
            "too_low.html", status=403, needed=needed, reached=reached, landing=landing
        )

    def problem(self, problem: Problem) -> Response:
        return self._problem(problem, _new_reference())

    def _problem(self, problem: Problem, reference: str) -> Response:
        return self.render(
            "problem.html", status=problem.status, problem=problem, reference=reference
        )


def _new_reference() -> str:
    return secrets.token_hex(4).upper()
