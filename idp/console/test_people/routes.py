"""The pages about test people put together."""

from flask import Blueprint

from idp.console.frame import ConsoleFrame
from idp.console.test_people.views import ADDRESS, TestPeople, TestPeopleRenew, TestPeopleTeams
from idp.core.environment import Environment
from idp.db.database import Database
from idp.test_people.ports import Inbox
from idp.test_people.renew import RenewTestPeople


def test_people_routes(
    *,
    frame: ConsoleFrame,
    renew: RenewTestPeople,
    inbox: Inbox,
    deployment: Environment,
    database: Database,
) -> Blueprint:
    blueprint, one = Blueprint("console_test_people", __name__), f"{ADDRESS}/<team>"
    for path, view in (
        (ADDRESS, TestPeopleTeams.as_view("teams", frame, database)),
        (one, TestPeople.as_view("people", frame, database, inbox, deployment)),
        (f"{one}/renew", TestPeopleRenew.as_view("renew", frame, database, renew)),
    ):
        blueprint.add_url_rule(path, view_func=view)
    return blueprint
