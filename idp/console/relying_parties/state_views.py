"""Whose a portal is, and whether it may do anything: one person's word, at once."""

from flask import Response, abort

from idp.console.frame import ConsoleFrame
from idp.console.relying_parties.forms import AssignForm, SwitchForm
from idp.console.relying_parties.one_party import OnePartyForm, to_party
from idp.db.database import Database
from idp.onboarding.access import MayNot, NotThere
from idp.onboarding.assign_team import AssignTeam
from idp.onboarding.disable import DisableRelyingParty
from idp.operators import store as operators
from idp.operators.permissions import Permission
from idp.relying_parties.model import RelyingPartyRecord
from idp.web.texts import gettext as _


class Switch(OnePartyForm):
    """`…/disable` and `…/enable`: at once, in every worker."""

    permission = Permission.MANAGE_OWN_RELYING_PARTIES

    def __init__(
        self, frame: ConsoleFrame, database: Database, switch: DisableRelyingParty, *, on: bool
    ) -> None:
        super().__init__(frame, database)
        self._switch = switch
        self._on = on

    def show(self, **address: str) -> Response:
        party = self.party(address)
        if self._on and not self.lets_in(party):
            return self.forbidden()
        return self._ask(party, self._pages.form(SwitchForm))

    def act(self, **address: str) -> Response:
        party = self.party(address)
        if self._on and not self.lets_in(party):
            return self.forbidden()
        form = self._pages.form(SwitchForm)
        by = self._frame.prove(self.operator.name, form) if form.validate() else None
        if by is None:
            return self._ask(party, form)
        act = self._switch.undo if self._on else self._switch
        try:
            act(party.client_id, by=by, reason=form.given_reason)
        except (NotThere, MayNot):  # the role was taken away meanwhile
            abort(404)
        return to_party(party)

    def _ask(self, party: RelyingPartyRecord, form: SwitchForm) -> Response:
        return self.render_about(
            party,
            "console/relying_parties/switch.html",
            form=form,
            on=self._on,
            lets_in=self.lets_in(party),
        )


class Assign(OnePartyForm):
    """`…/team`: the portal becomes another team's, with all it has."""

    permission = Permission.APPROVE_PRODUCTION

    def __init__(self, frame: ConsoleFrame, database: Database, assign: AssignTeam) -> None:
        super().__init__(frame, database)
        self._assign = assign

    def show(self, **address: str) -> Response:
        party = self.party(address)
        return self._ask(party, self._form(party))

    def act(self, **address: str) -> Response:
        party = self.party(address)
        form = self._form(party)
        by = self._frame.prove(self.operator.name, form) if form.validate() else None
        if by is None:
            return self._ask(party, form)
        try:
            self._assign(party.client_id, form.team.data or None, by=by, reason=form.given_reason)
        except (NotThere, MayNot):  # the role was taken away meanwhile
            abort(404)
        return to_party(party)

    def _form(self, party: RelyingPartyRecord) -> AssignForm:
        with self._database.reading() as reading:
            teams = operators.teams(reading)
        choices = {"": _("Không đội nào: do vận hành phụ trách")}
        choices |= {str(team.id): team.name for team in teams}
        return self._pages.form(AssignForm, teams=choices, team=party.team or "")

    def _ask(self, party: RelyingPartyRecord, form: AssignForm) -> Response:
        return self.render_about(party, "console/relying_parties/assign.html", form=form)
