"""
The web application: citizens' pages on Flask, the operators' side, the protocol's API in front.

Most workers meet no operator for days. So console, API and manuals are an application of their own,
which is composed for the first operator: until then a worker carries none of it, and whoever comes
first waits for it, less than a second.
"""

from functools import partial
from typing import Final

from flask import Flask

from idp.app.certification import warn_of_certification
from idp.app.page_parts import PageParts, page_parts
from idp.app.pages import add_pages
from idp.app.parts import Adapters, Parts
from idp.app.protocol import protocol_face
from idp.certification.keep_person import KeepPerson
from idp.certification.model import read_person
from idp.settings import Settings, load
from idp.web.composed_when_asked import ComposedWhenAsked, out_of_order_routes
from idp.web.network import TrustedProxies

OPERATORS_PATHS: Final = ("/console", "/api", "/manual")
OPERATORS_SIDE: Final = "operators_side"
"""The name under which the citizens' application has it among its `extensions`."""


def create_app(settings: Settings | None = None, adapters: Adapters | None = None) -> Flask:
    """The web application, ready to serve; *settings* are loaded where none are given."""
    return web_application(Parts(settings or load(), adapters))


def web_application(parts: Parts) -> Flask:
    """The web application made of *parts*, which a worker may share."""
    warn_of_certification(parts.settings)
    if parts.settings.certification.enabled:
        _keep_certification_person(parts)
    shared, app = page_parts(parts), parts.flask
    add_pages(parts, shared)
    app.register_blueprint(out_of_order_routes(OPERATORS_PATHS))
    operators = ComposedWhenAsked(
        app.wsgi_app, OPERATORS_PATHS, partial(_operators_side, parts, shared)
    )
    app.extensions[OPERATORS_SIDE] = operators
    face = protocol_face(parts, operators)
    app.wsgi_app = TrustedProxies(  # type: ignore[method-assign]
        face, parts.settings.http.trusted_proxies
    )
    if parts.settings.metrics.port:
        from idp.adapters.metrics import MeasuredRequests  # noqa: PLC0415 (where somebody asks)

        app.wsgi_app = MeasuredRequests(  # type: ignore[method-assign]
            app.wsgi_app, paths=face.paths, prefixes=("/api/v1",)
        )
    return app


def _operators_side(parts: Parts, shared: PageParts) -> Flask:
    from idp.app.operators_side import operators_side  # noqa: PLC0415 (for the first operator)

    return operators_side(parts, shared)


def _keep_certification_person(parts: Parts) -> None:
    """See to it that the person whom the suite signs in is there."""
    file = parts.settings.certification.person_file
    if file is not None:
        keep = KeepPerson(
            database=parts.database, index=parts.index, hasher=parts.hasher, clock=parts.clock
        )
        keep(read_person(file))
