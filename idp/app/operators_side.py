"""
The operators' side, console, API and manuals: an application of its own beside the citizens'.

What both sides share, they share as objects: stores, pages, the browser's cookie.
"""

from flask import Flask

from idp.api.views import api_page_routes
from idp.app.api import api_face
from idp.app.api_description import api_description
from idp.app.console import console_blueprints
from idp.app.outages import answer_outages
from idp.app.page_parts import PageParts
from idp.app.parts import Parts, empty_application
from idp.manuals.routes import manual_routes


def operators_side(parts: Parts, shared: PageParts) -> Flask:
    app, description = empty_application(parts.settings), api_description(parts)
    shared.pages.init_app(app)
    for blueprint in (
        *console_blueprints(parts, pages=shared.pages, browser=shared.browser, shown=shared.shown),
        api_page_routes(shared.pages, description),
        manual_routes(shared.pages),
    ):
        app.register_blueprint(blueprint)
    answer_outages(app, shared.pages)
    app.wsgi_app = api_face(parts, description, app.wsgi_app)  # type: ignore[method-assign]
    return app
