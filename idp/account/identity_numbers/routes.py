"""The page put together."""

from flask import Blueprint

from idp.account.frame import AccountFrame
from idp.account.identity_numbers.link_by_carrier import LinkByCarrier
from idp.account.identity_numbers.views import PATH, IdentityNumbers
from idp.db.database import Database


def identity_number_routes(
    *, frame: AccountFrame, link: LinkByCarrier, database: Database
) -> Blueprint:
    """The blueprint of the page of identity numbers."""
    blueprint = Blueprint("identity_numbers", __name__)
    view = IdentityNumbers.as_view("identity_numbers", frame, link=link, database=database)
    blueprint.add_url_rule(PATH, view_func=view)
    return blueprint
