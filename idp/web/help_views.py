"""The pages the foot of every page leads to."""

from typing import TYPE_CHECKING

from flask import Blueprint, Response

if TYPE_CHECKING:
    from idp.web.pages import Pages


def help_routes(pages: "Pages") -> Blueprint:
    """Build the routes of help, privacy and accessibility."""
    routes = Blueprint("help", __name__)

    def help_page() -> Response:
        return pages.render("help/help.html")

    def privacy() -> Response:
        return pages.render("help/privacy.html")

    def accessibility() -> Response:
        return pages.render("help/accessibility.html")

    routes.add_url_rule("/help", "help", help_page)
    routes.add_url_rule("/privacy", "privacy", privacy)
    routes.add_url_rule("/accessibility", "accessibility", accessibility)
    return routes
