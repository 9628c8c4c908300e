"""`/console/visits`: the code, the comparison, the officer's word."""

from flask import Response

from idp.citizens.holds import ChangesBarred
from idp.citizens.link_identity_number import KindHeld, NumberTaken
from idp.console.frame import ConsoleForm, ConsoleFrame, Section
from idp.console.visits.forms import ConfirmVisitForm, VisitCodeForm
from idp.counter_visits.confirm_visit import ConfirmVisit, NoSuchVisit
from idp.operators.permissions import Permission
from idp.throttling.ports import BudgetSpent
from idp.web.see_other import see_other


class _VisitPage(ConsoleForm):
    permission = Permission.CONFIRM_VISITS
    section = Section.VISITS

    def __init__(self, frame: ConsoleFrame, confirm: ConfirmVisit) -> None:
        super().__init__(frame)
        self._confirm = confirm

    def _ask(self, form: VisitCodeForm) -> Response:
        return self.render("console/visits/code.html", form=form)

    def _compare(self, code_form: VisitCodeForm, form: ConfirmVisitForm) -> Response:
        """Whose code it is, beside what the officer fills in; else why there is nobody."""
        try:
            visit = self._confirm.look(code_form.typed_code, by=self.operator)
        except NoSuchVisit:
            code_form.fail_unknown()
        except ChangesBarred:
            code_form.fail_barred()
        except BudgetSpent as spent:
            code_form.fail_too_often(spent.minutes)
        else:
            return self.render(
                "console/visits/compare.html",
                form=form,
                visit_code=code_form.typed_code,
                visit_id=visit.id,
                full_name=visit.full_name.value,
                born=visit.birth_date.written,
                numbers=[(each.kind.value, each.last_four) for each in visit.identity_numbers],
            )
        return self._ask(code_form)


class VisitCode(_VisitPage):
    """`/console/visits`: whose code it is; the citizen sees that somebody looked."""

    def show(self, **address: str) -> Response:
        return self._ask(self._pages.form(VisitCodeForm))

    def act(self, **address: str) -> Response:
        """The comparison."""
        form = self._pages.form(VisitCodeForm)
        if not form.validate():
            return self._ask(form)
        return self._compare(form, self._pages.blank_form(ConfirmVisitForm))


class VisitConfirm(_VisitPage):
    """`/console/visits/confirm`: the officer's word; the citizen is told."""

    def show(self, **address: str) -> Response:
        """Nothing to see without a code."""
        return see_other("/console/visits")

    def act(self, **address: str) -> Response:
        """Keep it."""
        form = self._pages.form(ConfirmVisitForm)
        if not form.validate():
            return self._again(form)
        try:
            self._confirm(
                form.seen,
                form.chosen_document,
                card_number=form.number_on_card,
                by=self.operator,
            )
        except NumberTaken:
            form.fail_taken()
            return self._again(form)
        except KindHeld:
            form.fail_other_card()
            return self._again(form)
        except (NoSuchVisit, ChangesBarred):  # it changed meanwhile: the look says how
            return self._again(form)
        return self.render("console/visits/confirmed.html")

    def _again(self, form: ConfirmVisitForm) -> Response:
        code_form = self._pages.blank_form(VisitCodeForm, visit_code=form.typed_code)
        return self._compare(code_form, form)
