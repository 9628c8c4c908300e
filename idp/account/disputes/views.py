"""`/account/disputes/KN-…`: the case, as the holder of the account sees it."""

from contextlib import suppress

from flask import Response, abort

from idp.account.frame import AccountFrame, AccountPage, Section, Visitor
from idp.carriers.ports import CarrierUnavailable
from idp.db.database import Database
from idp.disputes import store
from idp.disputes.answer_dispute import (
    AnswerDispute,
    CaseClosed,
    ConfirmHolder,
    NoPhoneToAsk,
    SaidEnough,
)
from idp.disputes.forms import ConfirmHolderForm, WordsForm
from idp.disputes.model import CaseNumber, Side
from idp.disputes.rules import parse_case_number
from idp.disputes.shown_steps import is_asked, shown_case, shown_steps
from idp.throttling.ports import BudgetSpent
from idp.web.at_hand import request
from idp.web.see_other import see_other

SAID = frozenset({"silent", "too_often", "no_phone"})


class Case(AccountPage):
    """The steps; the claimant's data and words are not among them. An answer in words."""

    section = Section.OVERVIEW

    def __init__(self, frame: AccountFrame, *, answer: AnswerDispute, database: Database) -> None:
        super().__init__(frame)
        self._answer = answer
        self._database = database

    def show(self, visitor: Visitor, **address: str) -> Response:
        return self._render(visitor, _number(address), self._pages.form(WordsForm))

    def act(self, visitor: Visitor, **address: str) -> Response:
        """The holder's words."""
        number = _number(address)
        form = self._pages.form(WordsForm)
        if not form.validate():
            return self._render(visitor, number, form)
        with suppress(CaseClosed):  # decided meanwhile: the page says so
            try:
                self._answer.holder(number, visitor.citizen_id, form.words.data or "")
            except SaidEnough:
                form.fail_said_enough()
                return self._render(visitor, number, form)
        return see_other(f"/account/disputes/{number}")

    def _render(self, visitor: Visitor, number: CaseNumber, form: WordsForm) -> Response:
        with self._database.reading() as reading:
            dispute = store.dispute_about(reading, number, visitor.citizen_id)
            if dispute is None:
                abort(404)
            steps = store.steps_of(reading, number)
        said = request.args.get("said")
        return self.render(
            "account/dispute.html",
            form=form,
            confirm_form=self._pages.blank_form(ConfirmHolderForm),
            steps=shown_steps(steps, Side.HOLDER),
            is_asked=is_asked(dispute, steps, Side.HOLDER),
            carrier_said=said if said in SAID else None,
            **shown_case(dispute),
        )


class Confirm(AccountPage):
    """`/account/disputes/KN-…/phone`: have the carrier asked whose the account's phone is."""

    section = Section.OVERVIEW

    def __init__(self, frame: AccountFrame, *, confirm: ConfirmHolder) -> None:
        super().__init__(frame)
        self._confirm = confirm

    def show(self, visitor: Visitor, **address: str) -> Response:
        """The case: the button is there."""
        return _to_case(_number(address))

    def act(self, visitor: Visitor, **address: str) -> Response:
        """Ask, after a sign-in of this moment: whoever sits here has to be the holder."""
        number = _number(address)
        self._pages.form(ConfirmHolderForm)
        if not self._frame.fresh_sign_in.is_given(visitor.session):
            return self._frame.fresh_sign_in.ask(f"/account/disputes/{number}")
        said = None
        try:
            self._confirm(number, visitor.citizen_id)
        except CaseClosed:
            pass  # decided meanwhile, or never about this account: the page says so
        except CarrierUnavailable:
            said = "silent"
        except BudgetSpent:
            said = "too_often"
        except NoPhoneToAsk:
            said = "no_phone"
        return _to_case(number, said)


def _number(address: dict[str, str]) -> CaseNumber:
    number = parse_case_number(address["number"])
    if number is None:
        abort(404)
    return number


def _to_case(number: CaseNumber, said: str | None = None) -> Response:
    path = f"/account/disputes/{number}" + (f"?said={said}" if said else "")
    return see_other(path)
