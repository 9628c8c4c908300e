"""`/console/teams`: the teams that one may see, their members, and what is done about them."""

from abc import abstractmethod
from typing import Final, Generic, TypeVar

from flask import Response, abort

from idp.console.forms import ProofForm
from idp.console.frame import ConsoleForm, ConsoleFrame, ConsolePage, Section
from idp.console.operators.views import INVITATION
from idp.console.paging import ROWS, offset, page_of
from idp.console.teams.forms import (
    AddMemberForm,
    InviteMemberForm,
    NewTeamForm,
    RemoveMemberForm,
    RenameTeamForm,
)
from idp.core.clock import Clock
from idp.db.database import Database
from idp.operators import store
from idp.operators.add_operator import NameTaken, NotAllowed
from idp.operators.change_members import AddMember, LastMember, NotOfAProvince, RemoveMember
from idp.operators.create_team import CreateTeam, RenameTeam, TeamTaken, UnknownTeam
from idp.operators.disable_operator import UnknownOperator
from idp.operators.invite_operator import InviteOperator
from idp.operators.model import OperatorName, OperatorRole, Team, TeamId, VerifiedOperator
from idp.operators.permissions import Permission, may, may_change_members, may_see, teams_seen_by
from idp.web.see_other import see_other
from idp.web.shown_time import shown_moment

TEAMS: Final = "/console/teams"
F = TypeVar("F", bound=ProofForm)


class Teams(ConsolePage):
    """`/console/teams`: a province's member sees the own ones."""

    permission = Permission.SEE_RELYING_PARTIES
    section = Section.TEAMS

    def __init__(self, frame: ConsoleFrame, database: Database) -> None:
        super().__init__(frame)
        self._database = database

    def show(self, **address: str) -> Response:
        only = teams_seen_by(self.operator)
        with self._database.reading() as reading:
            found = store.teams(reading, only=only, limit=ROWS + 1, offset=offset())
        return self.render(
            "console/teams/list.html",
            page=page_of(found),
            manages=may(self.operator.role, Permission.MANAGE_TEAMS),
        )


class NewTeam(ConsoleForm):
    """`/console/teams/new`: a team that nobody belongs to yet."""

    permission = Permission.MANAGE_TEAMS
    section = Section.TEAMS

    def __init__(self, frame: ConsoleFrame, create: CreateTeam) -> None:
        super().__init__(frame)
        self._create = create

    def show(self, **address: str) -> Response:
        return self._ask(self._pages.form(NewTeamForm))

    def act(self, **address: str) -> Response:
        """Make it, and go to its page."""
        form = self._pages.form(NewTeamForm)
        by = self._frame.prove(self.operator.name, form) if form.validate() else None
        if by is None:
            return self._ask(form)
        try:
            self._create(form.chosen_id, form.chosen_team_name, by=by)
        except TeamTaken:
            form.fail_taken()
            return self._ask(form)
        return see_other(f"{TEAMS}/{form.chosen_id}")

    def _ask(self, form: NewTeamForm) -> Response:
        return self.render("console/teams/new.html", form=form)


class TeamPage(ConsolePage):
    """`/console/teams/<team>`: who works for it, and who is invited."""

    permission = Permission.SEE_RELYING_PARTIES
    section = Section.TEAMS

    def __init__(self, frame: ConsoleFrame, database: Database, clock: Clock) -> None:
        super().__init__(frame)
        self._database = database
        self._clock = clock

    def show(self, **address: str) -> Response:
        """The page; another's team is none."""
        team = _team(self._database, self.operator, address)
        with self._database.reading() as reading:
            members = store.members(reading, team.id)
            invited = store.invited_into(reading, team.id, self._clock.now())
        return self.render(
            "console/teams/team.html",
            team=team,
            members=members,
            invited=[(each, shown_moment(each.expires_at)) for each in invited],
            changes_members=may_change_members(self.operator, team.id),
            manages=may(self.operator.role, Permission.MANAGE_TEAMS),
        )


class _TeamForm(ConsoleForm, Generic[F]):
    """A page on which something is done with a team, by an operator who has proved it anew."""

    section = Section.TEAMS
    form_class: type[F]
    template: str

    def __init__(self, frame: ConsoleFrame, database: Database) -> None:
        super().__init__(frame)
        self._database = database

    def show(self, **address: str) -> Response:
        team = _team(self._database, self.operator, address)
        return self._ask(team, self._pages.form(self.form_class), address)

    def act(self, **address: str) -> Response:
        team = _team(self._database, self.operator, address)
        form = self._pages.form(self.form_class)
        by = self._frame.prove(self.operator.name, form) if form.validate() else None
        try:
            done = None if by is None else self.do(team, form, by, address)
        except (NotAllowed, UnknownTeam):  # somebody was faster, and took it away
            abort(404)
        return done or self._ask(team, form, address)

    @abstractmethod
    def do(
        self, team: Team, form: F, by: VerifiedOperator, address: dict[str, str]
    ) -> Response | None:
        """Do it, and answer; `None` where it cannot be done, and *form* says why."""

    def _ask(self, team: Team, form: F, address: dict[str, str]) -> Response:
        return self.render(self.template, team=team, form=form, person=address.get("name"))


class TeamRename(_TeamForm[RenameTeamForm]):
    """`/console/teams/<team>/name`: another name."""

    permission = Permission.MANAGE_TEAMS
    form_class = RenameTeamForm
    template = "console/teams/rename.html"

    def __init__(self, frame: ConsoleFrame, database: Database, rename: RenameTeam) -> None:
        super().__init__(frame, database)
        self._rename = rename

    def show(self, **address: str) -> Response:
        """The form, with the name it has."""
        team = _team(self._database, self.operator, address)
        return self._ask(team, self._pages.form(RenameTeamForm, team_name=team.name), address)

    def do(
        self,
        team: Team,
        form: RenameTeamForm,
        by: VerifiedOperator,
        address: dict[str, str],
    ) -> Response | None:
        """Name it so."""
        try:
            self._rename(team.id, form.chosen_team_name, by=by)
        except TeamTaken:
            form.fail_taken()
            return None
        return _to(team)


class TeamInvite(_TeamForm[InviteMemberForm]):
    """`/console/teams/<team>/invite`: a link for a colleague, shown once."""

    permission = Permission.MANAGE_OWN_TEAM
    form_class = InviteMemberForm
    template = "console/teams/invite.html"

    def __init__(
        self, frame: ConsoleFrame, database: Database, invite: InviteOperator, issuer: str
    ) -> None:
        super().__init__(frame, database)
        self._invite = invite
        self._issuer = issuer

    def do(
        self,
        team: Team,
        form: InviteMemberForm,
        by: VerifiedOperator,
        address: dict[str, str],
    ) -> Response | None:
        name, role = form.chosen_name, OperatorRole.PROVINCE_TEAM
        try:
            handle = self._invite(name, form.display_name.data or "", role, team=team.id, by=by)
        except NameTaken:
            form.fail_taken()
            return None
        link = f"{self._issuer}{INVITATION}?k={handle}"
        return self.render("console/teams/invited.html", team=team, name=name, link=link)


class TeamAdd(_TeamForm[AddMemberForm]):
    """`/console/teams/<team>/add`: somebody who has an account already."""

    permission = Permission.MANAGE_TEAMS
    form_class = AddMemberForm
    template = "console/teams/add.html"

    def __init__(self, frame: ConsoleFrame, database: Database, add: AddMember) -> None:
        super().__init__(frame, database)
        self._add = add

    def do(
        self,
        team: Team,
        form: AddMemberForm,
        by: VerifiedOperator,
        address: dict[str, str],
    ) -> Response | None:
        """Take them in."""
        try:
            self._add(team.id, form.chosen_name, by=by)
        except (UnknownOperator, NotOfAProvince):
            form.fail_unknown()
            return None
        return _to(team)


class TeamRemove(_TeamForm[RemoveMemberForm]):
    """`/console/teams/<team>/members/<name>/remove`: the account stays, and so do the portals."""

    permission = Permission.MANAGE_OWN_TEAM
    form_class = RemoveMemberForm
    template = "console/teams/remove.html"

    def __init__(self, frame: ConsoleFrame, database: Database, remove: RemoveMember) -> None:
        super().__init__(frame, database)
        self._remove = remove

    def show(self, **address: str) -> Response:
        """The question, about somebody who belongs to it."""
        team = _team(self._database, self.operator, address)
        with self._database.reading() as reading:
            names = {member.name for member in store.members(reading, team.id)}
        if address["name"] not in names:
            abort(404)
        return self._ask(team, self._pages.form(RemoveMemberForm), address)

    def do(
        self, team: Team, form: RemoveMemberForm, by: VerifiedOperator, address: dict[str, str]
    ) -> Response | None:
        """Take them out."""
        name = OperatorName(address["name"])
        try:
            self._remove(team.id, name, by=by, reason=form.given_reason)
        except LastMember:
            form.fail_last()
            return None
        except UnknownOperator:  # somebody was faster: the page tells how things stand
            return _to(team)
        left_it = name == by.name and not may(by.role, Permission.MANAGE_TEAMS)
        return see_other(TEAMS) if left_it else _to(team)


def _team(database: Database, operator: VerifiedOperator, address: dict[str, str]) -> Team:
    """The team of this address; another's gets the answer of none."""
    team_id = TeamId(address["team"])
    if not may_see(operator, team_id):
        abort(404)
    with database.reading() as reading:
        found = store.team(reading, team_id)
    if found is None:
        abort(404)
    return found


def _to(team: Team) -> Response:
    return see_other(f"{TEAMS}/{team.id}")
