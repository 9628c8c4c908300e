"""`/console/citizens`: find an account with a reason, lock it, unlock it."""

from flask import Response, abort

from idp.citizens.model import CitizenId, CitizenStatus, HoldKind
from idp.console.citizens.forms import FindForm, LockForm, UnlockForm
from idp.console.frame import ConsoleForm, ConsoleFrame, Section
from idp.helpdesk.find_citizen import FindCitizen
from idp.interactions.hold_account import HoldAccount
from idp.operators.permissions import Permission
from idp.web.shown_time import shown_day


class FindAccount(ConsoleForm):
    """`/console/citizens`: never without a reason, never unseen."""

    permission = Permission.SERVE_CITIZENS
    section = Section.CITIZENS

    def __init__(self, frame: ConsoleFrame, find: FindCitizen) -> None:
        super().__init__(frame)
        self._find = find

    def show(self, **address: str) -> Response:
        return self._ask(self._pages.form(FindForm))

    def act(self, **address: str) -> Response:
        """Look."""
        form = self._pages.form(FindForm)
        if not form.validate():
            return self._ask(form)
        found = self._find(form.typed_number, reason=form.given_reason, by=self.operator)
        if found is None:
            form.fail_unknown()
            return self._ask(form)
        return self.render(
            "console/citizens/found.html",
            citizen_id=found.citizen_id,
            state=found.status.value,
            level=found.level,
            holds=[(kind.value, reference) for kind, reference in found.holds],
            last_three=found.last_three,
            enrolled_on=shown_day(found.enrolled_at),
        )

    def _ask(self, form: FindForm) -> Response:
        return self.render("console/citizens/find.html", form=form)


class LockAccount(ConsoleForm):
    """`/console/citizens/<citizen_id>/lock`: sessions and tokens end, portals are told."""

    permission = Permission.SERVE_CITIZENS
    section = Section.CITIZENS

    def __init__(self, frame: ConsoleFrame, find: FindCitizen, hold: HoldAccount) -> None:
        super().__init__(frame)
        self._find = find
        self._hold = hold

    def show(self, **address: str) -> Response:
        return self._ask(address["citizen_id"], self._pages.form(LockForm))

    def act(self, **address: str) -> Response:
        """Lock it."""
        citizen_id, form = CitizenId(address["citizen_id"]), self._pages.form(LockForm)
        by = self._frame.prove(self.operator.name, form) if form.validate() else None
        if by is None:
            return self._ask(citizen_id, form)
        found = self._find.again(citizen_id, reason=form.given_reason, by=by)
        if found is None or found.status is CitizenStatus.CLOSED:
            abort(404)
        self._hold.place(citizen_id, HoldKind.OPERATOR, by=by.name)
        return self.render("console/citizens/locked.html")

    def _ask(self, citizen_id: str, form: LockForm) -> Response:
        return self.render("console/citizens/lock.html", citizen_id=citizen_id, form=form)


class UnlockAccount(ConsoleForm):
    """`/console/citizens/<citizen_id>/unlock`: the holds of one kind end."""

    permission = Permission.SERVE_CITIZENS
    section = Section.CITIZENS

    def __init__(self, frame: ConsoleFrame, find: FindCitizen, hold: HoldAccount) -> None:
        super().__init__(frame)
        self._find = find
        self._hold = hold

    def show(self, **address: str) -> Response:
        return self._ask(address["citizen_id"], self._pages.form(UnlockForm))

    def act(self, **address: str) -> Response:
        """Unlock it, as far as that."""
        citizen_id, form = CitizenId(address["citizen_id"]), self._pages.form(UnlockForm)
        by = self._frame.prove(self.operator.name, form) if form.validate() else None
        if by is None:
            return self._ask(citizen_id, form)
        found = self._find.again(citizen_id, reason=form.given_reason, by=by)
        if found is None or found.status is CitizenStatus.CLOSED:
            abort(404)
        chosen = form.chosen_hold
        lifted = [
            self._hold.lift(citizen_id, kind, by=by.name, reference=reference)
            for kind, reference in found.holds
            if kind is chosen
        ]
        if not any(lifted):
            form.fail_no_hold()
            return self._ask(citizen_id, form)
        left = sorted({kind.value for kind, _ in found.holds if kind is not chosen})
        return self.render("console/citizens/unlocked.html", left=left)

    def _ask(self, citizen_id: str, form: UnlockForm) -> Response:
        return self.render("console/citizens/unlock.html", citizen_id=citizen_id, form=form)
