"""`idp citizens add-test-people`: a team's invented people, made or made anew."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

import click

from idp.db.database import Database
from idp.operators.commands import as_operator, operator_from_prompt
from idp.operators.create_team import UnknownTeam
from idp.operators.model import TeamId
from idp.operators.permissions import Permission
from idp.operators.verify_operator import VerifyOperator
from idp.shell.errors import one_line_errors
from idp.test_people import store
from idp.test_people.model import TEST_PEOPLE
from idp.test_people.renew import NoNumbersLeft, RenewTestPeople

_ERRORS: Final = {
    UnknownTeam: "no team is called {error}",
    NoNumbersLeft: "every set of numbers is another team's",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TestPeopleDesk:
    """What the command works with."""

    verify: VerifyOperator
    renew: RenewTestPeople
    database: Database


OpenTestPeopleDesk: TypeAlias = Callable[[], TestPeopleDesk]


def add_test_people_command(open_desk: OpenTestPeopleDesk) -> click.Command:
    """Build the command; *open_desk* is called when it is run."""

    @click.command("add-test-people")
    @click.argument("team")
    @as_operator
    def add_test_people(team: str, as_name: str) -> None:
        """Make the test people of TEAM; those there are get new accounts and a new password."""
        desk = open_desk()
        by = operator_from_prompt(
            desk.verify, as_name, permission=Permission.MANAGE_OWN_RELYING_PARTIES
        )
        with one_line_errors(_ERRORS):
            desk.renew(TeamId(team), by=by)
            with desk.database.reading() as reading:
                made = store.set_of(reading, team)
            if made is None:  # taken away between the two
                raise UnknownTeam(team)
        click.echo(f"password  {made.password}")
        for person in TEST_PEOPLE:
            click.echo(
                f"{person.identity_number(made.number).value}"
                f"  {person.phone_number(made.number).national}  {person.purpose}"
            )

    return add_test_people
