"""The pages of the manuals put together."""

from flask import Blueprint

from idp.manuals.model import MANUAL
from idp.manuals.shelf import Shelf
from idp.manuals.views import ManualPage, Manuals
from idp.web.pages import Pages


def manual_routes(pages: Pages) -> Blueprint:
    blueprint = Blueprint("manuals", __name__)
    blueprint.add_url_rule(MANUAL, view_func=Manuals.as_view("list", pages))
    blueprint.add_url_rule(
        f"{MANUAL}/<name>", view_func=ManualPage.as_view("manual", pages, Shelf())
    )
    return blueprint
