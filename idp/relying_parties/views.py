"""The logos of relying parties, from our own address."""

from flask import Blueprint, Response, abort

from idp.relying_parties.logos import Logos
from idp.relying_parties.model import ClientId


def logo_routes(logos: Logos) -> Blueprint:
    """`/logos/<client_id>/<name>.png`; the name changes with the picture, so it may be kept."""
    routes = Blueprint("logos", __name__)

    def logo(client_id: str, name: str) -> Response:
        png = logos.find(ClientId(client_id), name)
        if png is None:
            abort(404)
        response = Response(png, mimetype="image/png")
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response

    routes.add_url_rule("/logos/<client_id>/<name>.png", "logo", logo)
    return routes
