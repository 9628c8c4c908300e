"""`/console/people`: who may work here, and what is done about that."""

from contextlib import suppress
from typing import Final

from flask import Response, abort

from idp.console.frame import ConsoleForm, ConsoleFrame, ConsolePage, Section
from idp.console.operators.forms import DisableForm, InviteForm, OwnPasswordForm, RoleForm
from idp.core.clock import Clock
from idp.db.database import Database
from idp.operators import store
from idp.operators.add_operator import NameTaken, NotAllowed
from idp.operators.change_operator import ChangeOperatorPassword, ChangeRole
from idp.operators.disable_operator import DisableOperator, LastAdministrator, UnknownOperator
from idp.operators.invite_operator import InviteOperator
from idp.operators.model import Operator, OperatorName
from idp.operators.permissions import Permission, may
from idp.web.see_other import see_other
from idp.web.shown_time import shown_moment

INVITATION: Final = "/console/invitation"
OPERATORS: Final = "/console/people"


class Operators(ConsolePage):
    """`/console/people`: everybody, and who is invited."""

    permission = Permission.SEE_OPERATORS
    section = Section.OPERATORS

    def __init__(self, frame: ConsoleFrame, database: Database, clock: Clock) -> None:
        super().__init__(frame)
        self._database = database
        self._clock = clock

    def show(self, **address: str) -> Response:
        with self._database.reading() as reading:
            operators = store.all_of(reading)
            invited = store.invitations(reading, self._clock.now())
        return self.render(
            "console/operators/list.html",
            operators=operators,
            invited=[(each, shown_moment(each.expires_at)) for each in invited],
            manages=may(self.operator.role, Permission.MANAGE_OPERATORS),
        )


class Invite(ConsoleForm):
    """`/console/people/invite`: a link for somebody, shown once."""

    permission = Permission.MANAGE_OPERATORS
    section = Section.OPERATORS

    def __init__(self, frame: ConsoleFrame, invite: InviteOperator, issuer: str) -> None:
        super().__init__(frame)
        self._invite = invite
        self._issuer = issuer

    def show(self, **address: str) -> Response:
        return self._ask(self._pages.form(InviteForm))

    def act(self, **address: str) -> Response:
        form = self._pages.form(InviteForm)
        if not form.validate():
            return self._ask(form)
        by = self._frame.prove(self.operator.name, form)
        if by is None:
            return self._ask(form)
        name = form.chosen_name
        try:
            handle = self._invite(name, form.display_name.data or "", form.chosen_role, by=by)
        except NameTaken:
            form.fail_taken()
            return self._ask(form)
        link = f"{self._issuer}{INVITATION}?k={handle}"
        return self.render("console/operators/invited.html", name=name, link=link)

    def _ask(self, form: InviteForm) -> Response:
        return self.render("console/operators/invite.html", form=form)


class _OneColleague(ConsoleForm):
    """A page about one operator who works here, and is not the one who looks."""

    permission = Permission.MANAGE_OPERATORS
    section = Section.OPERATORS

    def __init__(self, frame: ConsoleFrame, database: Database) -> None:
        super().__init__(frame)
        self._database = database

    def _colleague(self, name: str) -> Operator:
        with self._database.reading() as reading:
            found = store.find(reading, OperatorName(name))
        if found is None or found.name == self.operator.name:
            abort(404)
        return found


class ColleagueRole(_OneColleague):
    """`/console/people/<name>/role`: another role."""

    def __init__(self, frame: ConsoleFrame, database: Database, change: ChangeRole) -> None:
        super().__init__(frame, database)
        self._change = change

    def show(self, **address: str) -> Response:
        colleague = self._colleague(address["name"])
        return self._ask(colleague, self._pages.form(RoleForm, role=colleague.role.value))

    def act(self, **address: str) -> Response:
        """Change it."""
        colleague, form = self._colleague(address["name"]), self._pages.form(RoleForm)
        by = self._frame.prove(self.operator.name, form) if form.validate() else None
        if by is None:
            return self._ask(colleague, form)
        # Where somebody was faster, the list tells how things stand.
        with suppress(UnknownOperator, LastAdministrator, NotAllowed):
            self._change(colleague.name, form.chosen_role, by=by, reason=form.given_reason)
        return see_other(OPERATORS)

    def _ask(self, colleague: Operator, form: RoleForm) -> Response:
        return self.render("console/operators/role.html", colleague=colleague, form=form)


class ColleagueDisable(_OneColleague):
    """`/console/people/<name>/disable`: taking the account away."""

    def __init__(self, frame: ConsoleFrame, database: Database, disable: DisableOperator) -> None:
        super().__init__(frame, database)
        self._disable = disable

    def show(self, **address: str) -> Response:
        return self._ask(self._colleague(address["name"]), self._pages.form(DisableForm))

    def act(self, **address: str) -> Response:
        colleague, form = self._colleague(address["name"]), self._pages.form(DisableForm)
        by = self._frame.prove(self.operator.name, form) if form.validate() else None
        if by is None:
            return self._ask(colleague, form)
        # Where somebody was faster, the list tells how things stand.
        with suppress(UnknownOperator, LastAdministrator, NotAllowed):
            self._disable(colleague.name, by=by, reason=form.given_reason)
        return see_other(OPERATORS)

    def _ask(self, colleague: Operator, form: DisableForm) -> Response:
        return self.render("console/operators/disable.html", colleague=colleague, form=form)


class OwnPassword(ConsoleForm):
    """`/console/password`: the own password."""

    permission = Permission.USE_CONSOLE
    section = Section.PROFILE

    def __init__(self, frame: ConsoleFrame, change: ChangeOperatorPassword) -> None:
        super().__init__(frame)
        self._change = change

    def show(self, **address: str) -> Response:
        return self._ask(self._pages.form(OwnPasswordForm, name=self.operator.name))

    def act(self, **address: str) -> Response:
        """Change it: every session ends, and one begins here."""
        form = self._pages.form(OwnPasswordForm, name=self.operator.name)
        by = self._frame.prove(self.operator.name, form) if form.validate() else None
        if by is None:
            return self._ask(form)
        self._change(form.chosen_password, by=by)
        self._frame.presence.begin(by)
        return see_other("/console")

    def _ask(self, form: OwnPasswordForm) -> Response:
        return self.render("console/operators/password.html", form=form)
