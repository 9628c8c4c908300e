"""`/account/identity-numbers`: which numbers open the account, and adding the other one."""

from typing import ClassVar

from flask import Response

from idp.account.frame import AccountFrame, AccountPage, Section, Visitor
from idp.account.identity_numbers.forms import AddNumberForm
from idp.account.identity_numbers.link_by_carrier import LinkByCarrier, Linked
from idp.account.identity_numbers.rules import missing_kind
from idp.carriers.ports import CarrierUnavailable
from idp.citizens import store as citizens
from idp.citizens.number_store import claimed_number
from idp.core.identity_number import IdentityNumber, IdentityNumberKind
from idp.db.database import Database
from idp.throttling.ports import BudgetSpent
from idp.web.at_hand import request
from idp.web.see_other import see_other

PATH = "/account/identity-numbers"


class IdentityNumbers(AccountPage):
    """The page; each number is shown by its last four digits."""

    section: ClassVar[Section] = Section.OVERVIEW
    sensitive: ClassVar[bool] = True

    def __init__(self, frame: AccountFrame, *, link: LinkByCarrier, database: Database) -> None:
        super().__init__(frame)
        self._link = link
        self._database = database

    def show(self, visitor: Visitor, **address: str) -> Response:
        """The numbers, and the form while one kind is missing."""
        held, claimed = self._held(visitor)
        kind = missing_kind(frozenset(number.kind for number in held))
        form = None
        if kind is not None:
            typed = claimed.value if claimed is not None and claimed.kind is kind else None
            form = self._pages.form(AddNumberForm, kind=kind, identity_number=typed)
        return self._render(held, form)

    def act(self, visitor: Visitor, **address: str) -> Response:
        """Ask the carrier about the typed number, and add it."""
        held, _ = self._held(visitor)
        kind = missing_kind(frozenset(number.kind for number in held))
        if kind is None:
            return see_other(PATH)
        form = self._pages.form(AddNumberForm, kind=kind)
        if not form.validate():
            return self._render(held, form)
        try:
            linked = self._link(visitor.citizen_id, form.number)
        except CarrierUnavailable:
            form.fail_silent()
            return self._render(held, form)
        except BudgetSpent as spent:
            return self._too_often(spent)
        if linked is Linked.BARRED:
            return self.render("account/no_changes.html")
        if linked in {Linked.ADDED, Linked.KIND_HELD}:
            added = "?added=1" if linked is Linked.ADDED else ""
            return see_other(f"{PATH}{added}")
        if linked is Linked.TAKEN:
            return self.render("account/identity_numbers/taken.html")
        return self.render(
            "account/identity_numbers/not_confirmed.html", has_phone=linked is not Linked.NO_PHONE
        )

    def _held(self, visitor: Visitor) -> tuple[list[IdentityNumber], IdentityNumber | None]:
        with self._database.reading() as reading:
            citizen = citizens.citizen(reading, visitor.citizen_id, "identity_numbers")
            claimed = claimed_number(reading, visitor.citizen_id)
        held = (citizen.number_of(kind) for kind in IdentityNumberKind)
        return [number for number in held if number is not None], claimed

    def _render(self, held: list[IdentityNumber], form: AddNumberForm | None) -> Response:
        return self.render(
            "account/identity_numbers/numbers.html",
            numbers=[(number.kind, number.last_four) for number in held],
            form=form,
            was_added="added" in request.args,
        )

    def _too_often(self, spent: BudgetSpent) -> Response:
        return self._pages.too_many(spent.retry_after)
