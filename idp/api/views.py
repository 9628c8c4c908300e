"""`/api`: the description, for people; the kinds of problems are named where `type` leads."""

from flask import Blueprint, Response
from flask.views import View

from idp.api.description import Description
from idp.api.operation import PREFIX
from idp.api.problems import TITLES
from idp.web.pages import Pages


class AboutApi(View):
    """The page; it needs nobody to be signed in, as the description does not."""

    def __init__(self, pages: Pages, description: Description) -> None:
        self._pages = pages
        self._description = description

    def dispatch_request(self) -> Response:
        """The page."""
        return self._pages.render(
            "api/description.html",
            prefix=PREFIX,
            issuer=self._description.issuer,
            resources=[
                {
                    "name": resource.name,
                    "about": resource.about,
                    "operations": [
                        {
                            "method": each.method,
                            "path": PREFIX + each.path,
                            "summary": each.summary,
                            "description": each.description,
                            "scope": each.permission.value,
                            "once": each.made_once,
                            "version": each.needs_version,
                        }
                        for each in resource.operations
                    ],
                }
                for resource in self._description.resources
            ],
            problems=[(kind, status, title) for kind, (status, title) in TITLES.items()],
        )


def api_page_routes(pages: Pages, description: Description) -> Blueprint:
    """The blueprint."""
    blueprint = Blueprint("api", __name__)
    blueprint.add_url_rule("/api", view_func=AboutApi.as_view("about", pages, description))
    return blueprint
