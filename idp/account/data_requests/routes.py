"""The pages put together."""

from flask import Blueprint

from idp.account.data_requests.views import PATH, List, New, Request
from idp.account.frame import AccountFrame
from idp.data_requests.file_request import FileRequest
from idp.data_requests.rules import Terms
from idp.db.database import Database


def data_request_routes(
    *, frame: AccountFrame, file: FileRequest, terms: Terms, database: Database
) -> Blueprint:
    blueprint = Blueprint("data_requests", __name__, url_prefix=PATH)
    blueprint.add_url_rule("", view_func=List.as_view("list", frame, database))
    blueprint.add_url_rule("/new", view_func=New.as_view("new", frame, file, terms))
    blueprint.add_url_rule("/<number>", view_func=Request.as_view("request", frame, database))
    return blueprint
