"""The web application: what a person sees on Flask, the protocol's API in front of it."""

from flask import Flask

from idp.app.api import api_face
from idp.app.certification import warn_of_certification
from idp.app.pages import add_pages
from idp.app.parts import Adapters, Parts
from idp.app.protocol import protocol_face
from idp.certification.keep_person import KeepPerson
from idp.certification.model import read_person
from idp.settings import Settings, load
from idp.web.network import TrustedProxies


def create_app(settings: Settings | None = None, adapters: Adapters | None = None) -> Flask:
    """The web application, ready to serve; *settings* are loaded where none are given."""
    return web_application(Parts(settings or load(), adapters))


def web_application(parts: Parts) -> Flask:
    """The web application made of *parts*, which a worker may share."""
    warn_of_certification(parts.settings)
    if parts.settings.certification.enabled:
        _keep_certification_person(parts)
    add_pages(parts)
    app = parts.flask
    face = protocol_face(parts, api_face(parts, app.wsgi_app))
    app.wsgi_app = TrustedProxies(  # type: ignore[method-assign]
        face, parts.settings.http.trusted_proxies
    )
    if parts.settings.metrics.port:
        from idp.adapters.metrics import MeasuredRequests  # noqa: PLC0415 (where somebody asks)

        app.wsgi_app = MeasuredRequests(  # type: ignore[method-assign]
            app.wsgi_app, paths=face.paths, prefixes=("/api/v1",)
        )
    return app


def _keep_certification_person(parts: Parts) -> None:
    """See to it that the person whom the suite signs in is there."""
    file = parts.settings.certification.person_file
    if file is not None:
        keep = KeepPerson(
            database=parts.database, index=parts.index, hasher=parts.hasher, clock=parts.clock
        )
        keep(read_person(file))
