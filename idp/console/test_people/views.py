"""`/console/test-people`: the invented people of a team, and what was written to them."""

from typing import Final

from flask import Response, abort
from flask_babel import format_datetime

from idp.console.frame import ConsoleForm, ConsoleFrame, ConsolePage, Section
from idp.console.paging import ROWS, offset, page_of
from idp.console.test_people.forms import RenewForm
from idp.console.test_people.words import WORDS
from idp.core.environment import Environment
from idp.db.database import Database
from idp.operators import store as operators
from idp.operators.create_team import UnknownTeam
from idp.operators.model import Team, TeamId, VerifiedOperator
from idp.operators.permissions import Permission, may_see, teams_seen_by
from idp.relying_parties.admission import enrols
from idp.test_people import store
from idp.test_people.model import TEST_PEOPLE, InventedPerson
from idp.test_people.ports import Inbox
from idp.test_people.renew import NoNumbersLeft, RenewTestPeople
from idp.web.see_other import see_other
from idp.web.shown_time import shown_moment

ADDRESS: Final = "/console/test-people"
_SENT: Final = "HH:mm:ss, dd/MM"


class TestPeopleTeams(ConsolePage):
    """`/console/test-people`: whose people; for who has one team, straight to them."""

    permission = Permission.MANAGE_OWN_RELYING_PARTIES
    section = Section.TEST_PEOPLE

    def __init__(self, frame: ConsoleFrame, database: Database) -> None:
        super().__init__(frame)
        self._database = database

    def show(self, **address: str) -> Response:
        seen = teams_seen_by(self.operator)
        if seen is not None and len(seen) == 1:
            return see_other(f"{ADDRESS}/{next(iter(seen))}")
        with self._database.reading() as reading:
            found = operators.teams(reading, only=seen, limit=ROWS + 1, offset=offset())
        return self.render("console/test_people/teams.html", page=page_of(found))


class TestPeople(ConsolePage):
    """`/console/test-people/<team>`: the people, and their messages."""

    permission = Permission.MANAGE_OWN_RELYING_PARTIES
    section = Section.TEST_PEOPLE

    def __init__(
        self, frame: ConsoleFrame, database: Database, inbox: Inbox, deployment: Environment
    ) -> None:
        super().__init__(frame)
        self._database = database
        self._inbox = inbox
        self._people = tuple(
            person
            for person in TEST_PEOPLE
            if person.has_account or enrols(Environment.SANDBOX, deployment)
        )

    def show(self, **address: str) -> Response:
        """The page; another's team is none."""
        team = _team(self._database, self.operator, address)
        with self._database.reading() as reading:
            made = store.set_of(reading, team.id)
        if made is None:
            return self.render("console/test_people/none.html", team=team)
        numbers = {person.phone_number(made.number): person for person in self._people}
        messages = [
            (message, numbers[number])
            for number, kept in self._inbox.of(tuple(numbers)).items()
            for message in kept
        ]
        messages.sort(key=lambda pair: pair[0].sent_at, reverse=True)
        return self.render(
            "console/test_people/people.html",
            team=team,
            password=made.password,
            made_at=shown_moment(made.made_at),
            made_by=made.made_by,
            people=[
                {
                    "words": WORDS[person.purpose],
                    "name": person.full_name.value,
                    "born": person.birth_date.written,
                    "identity_number": person.identity_number(made.number).value,
                    "phone": person.phone_number(made.number).national,
                }
                for person in self._people
            ],
            messages=[
                {
                    "to": _told(person),
                    "phone": person.phone_number(made.number).national,
                    "text": message.text,
                    "at": format_datetime(message.sent_at, _SENT),
                }
                for message, person in messages
            ],
        )


class TestPeopleRenew(ConsoleForm):
    """`/console/test-people/<team>/renew`: the first ones, or new ones for those there are."""

    permission = Permission.MANAGE_OWN_RELYING_PARTIES
    section = Section.TEST_PEOPLE

    def __init__(self, frame: ConsoleFrame, database: Database, renew: RenewTestPeople) -> None:
        super().__init__(frame)
        self._database = database
        self._renew = renew

    def show(self, **address: str) -> Response:
        team = _team(self._database, self.operator, address)
        with self._database.reading() as reading:
            made = store.set_of(reading, team.id)
        return self.render(
            "console/test_people/renew.html",
            team=team,
            form=self._pages.form(RenewForm),
            is_first=made is None,
        )

    def act(self, **address: str) -> Response:
        """Make them."""
        team = _team(self._database, self.operator, address)
        if not self._pages.form(RenewForm).validate():
            return self.show(**address)
        try:
            self._renew(team.id, by=self.operator)
        except UnknownTeam:
            abort(404)
        except NoNumbersLeft:
            return self.render("console/test_people/no_numbers.html", team=team)
        return see_other(f"{ADDRESS}/{team.id}")


def _team(database: Database, operator: VerifiedOperator, address: dict[str, str]) -> Team:
    team_id = TeamId(address["team"])
    if not may_see(operator, team_id):
        abort(404)
    with database.reading() as reading:
        found = operators.team(reading, team_id)
    return found or abort(404)


def _told(person: InventedPerson) -> str:
    return str(WORDS[person.purpose].name)
