"""The page for portals' teams: whom to sign in as, what to do, what the portal then meets."""

from dataclasses import dataclass

from flask import Blueprint, Response, render_template

from sandbox.outcomes import Outcome
from sandbox.phone.texts import TEXTS
from sandbox.phone.views import PAGE_HEADERS, asked_language, link


@dataclass(frozen=True)
class OutcomesPage:
    """Serves the page."""

    outcomes: tuple[Outcome, ...]

    def show(self) -> str:
        """Answer the page."""
        language = asked_language()
        return render_template(
            "outcomes.html",
            outcomes=self.outcomes,
            language=language,
            texts=TEXTS[language],
            link=link,
        )


def routes(page: OutcomesPage) -> Blueprint:
    """Build the blueprint, with the headers of a page that trusts nothing but itself."""
    blueprint = Blueprint("outcomes", __name__)
    blueprint.add_url_rule("/outcomes", view_func=page.show)

    @blueprint.after_request
    def secure(response: Response) -> Response:
        response.headers.update(PAGE_HEADERS)
        return response

    return blueprint
