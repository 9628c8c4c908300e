"""The pages: the list, adding, choosing where codes go, taking away."""

from collections.abc import Callable
from typing import Any, ClassVar, Final

from flask import Response

from idp.account.frame import AccountFrame, AccountPage, Section, Visitor
from idp.account.phones.forms import AddPhoneForm, ChangePhoneForm
from idp.citizens import store as citizens
from idp.citizens.rules import VerificationLevel, verification_level
from idp.core.clock import Clock
from idp.db.database import Database
from idp.otp.model import Challenge, OtpPurpose
from idp.otp.one_time_passwords import OneTimePasswords, Paused
from idp.otp.page import ACCEPTED, OtpPage, OtpQuestion
from idp.phones import store
from idp.phones.add_phone import Added, AddPhone
from idp.phones.begin_phone import (
    AlreadyHeld,
    BeginPhone,
    NotTrustedNow,
    PhonePolicy,
    TooManyPhones,
)
from idp.phones.change_phones import (
    MakeDefault,
    NoSuchPhone,
    PhoneStays,
    RemovePhone,
    TooNew,
)
from idp.phones.model import PendingPhone
from idp.phones.rules import Stays, default_from, stays
from idp.phones.store import HeldPhone
from idp.throttling.ports import BudgetSpent
from idp.web.at_hand import request
from idp.web.network import client_network
from idp.web.see_other import see_other
from idp.web.shown_time import shown_day, shown_moment

PATH: Final = "/account/security/phones"
_DONE: Final = frozenset({"confirmed", "unconfirmed", "default", "removed"})


class PhonePage(AccountPage):
    """A page about phones."""

    section: ClassVar[Section] = Section.SECURITY
    sensitive: ClassVar[bool] = True

    def __init__(
        self, frame: AccountFrame, database: Database, policy: PhonePolicy, clock: Clock
    ) -> None:
        super().__init__(frame)
        self._database = database
        self._policy = policy
        self._clock = clock

    def phones(self, visitor: Visitor) -> list[HeldPhone]:
        """The citizen's phones now."""
        with self._database.reading() as reading:
            return list(store.phones_of(reading, visitor.citizen_id, self._clock.now()))

    def find(self, visitor: Visitor, address: dict[str, str]) -> HeldPhone | None:
        """The one that the address names."""
        return next((each for each in self.phones(visitor) if str(each.id) == address["one"]), None)

    def not_now(self, error: NotTrustedNow) -> Response:
        """The page that says why the sign-in is not enough."""
        possible_from = error.doubt.possible_from
        return self.render(
            "account/phones/not_now.html",
            reason=error.doubt.reason,
            possible_from=shown_moment(possible_from),
        )


class List(PhonePage):
    """`/account/security/phones`: every number, by its last three digits."""

    sensitive = False

    def show(self, visitor: Visitor, **address: str) -> Response:
        phones, done = self.phones(visitor), request.args.get("done")
        return self.render(
            "account/phones/list.html",
            phones=[self._shown(each, len(phones)) for each in phones],
            may_add=len(phones) < self._policy.at_most,
            at_most=self._policy.at_most,
            done=done if done in _DONE else None,
        )

    def _shown(self, phone: HeldPhone, phones: int) -> dict[str, Any]:
        possible_from = default_from(
            phone.verified_at, confirmed=phone.confirmed, cooling_off=self._policy.cooling_off
        )
        waits = self._clock.now() < possible_from
        return {
            "id": phone.id,
            "last_three": phone.number.last_three,
            "is_default": phone.is_default,
            "confirmed": phone.confirmed,
            "since": shown_day(phone.verified_at),
            "default_from": shown_moment(possible_from) if waits else None,
            "stays": stays(is_default=phone.is_default, phones=phones),
        }


class AskForPhone:
    """Sends a code to a number that is being added, and judges it."""

    def __init__(self, *, otp: OneTimePasswords, otp_page: OtpPage, database: Database) -> None:
        self._otp = otp
        self._otp_page = otp_page
        self._database = database

    def __call__(self, pending: PendingPhone) -> Challenge:
        """Begin a challenge. Raises `BudgetSpent`, `Paused`."""
        challenge = self._otp.begin(
            OtpPurpose.PHONE_ADDED,
            person=pending.id,
            number=pending.number,
            interaction_id=pending.id,
            client_id=None,
            network=client_network(),
        )
        with self._database.transaction() as transaction:
            store.note_challenge(transaction, pending.id, challenge.id)
        return challenge

    def limited(self, limit: BudgetSpent | Paused) -> Response:
        """The page for somebody who asked for too many codes."""
        return self._otp_page.limited(limit, {})

    def show(self, pending: PendingPhone) -> Response:
        return self._otp_page.show(self._question(pending))

    def post(self, pending: PendingPhone, accepted: Callable[[], Response]) -> Response:
        """The typed code, or the wish for another; once it is right, what *accepted* answers."""
        answer = self._otp_page.post(self._question(pending))
        return accepted() if answer == ACCEPTED else answer

    def _question(self, pending: PendingPhone) -> OtpQuestion:
        return OtpQuestion(
            purpose=OtpPurpose.PHONE_ADDED,
            person=pending.id,
            interaction_id=pending.id,
            challenge=self._otp.challenge(pending.challenge_id),
            page={"i": None},
            begin=lambda: self(pending),
            number=pending.number,
            edit_phone_url=f"{PATH}/add",
        )


class Add(PhonePage):
    """`/account/security/phones/add`: the new number; a code goes to it."""

    def __init__(self, *here: Any, begin: BeginPhone, ask: AskForPhone) -> None:  # noqa: ANN401
        super().__init__(*here)
        self._begin = begin
        self._ask = ask

    def show(self, visitor: Visitor, **address: str) -> Response:
        return self._render(self._pages.form(AddPhoneForm))

    def act(self, visitor: Visitor, **address: str) -> Response:
        """Send the code."""
        form = self._pages.form(AddPhoneForm)
        if not form.validate():
            return self._render(form)
        try:
            pending_id = self._begin(visitor.session.authentication, form.phone_number.number)
        except AlreadyHeld:
            form.fail_held()
            return self._render(form)
        except TooManyPhones:
            form.fail_too_many(self._policy.at_most)
            return self._render(form)
        except NotTrustedNow as error:
            return self.not_now(error)
        with self._database.reading() as reading:
            pending = store.pending(reading, visitor.citizen_id, pending_id, self._clock.now())
        if pending is None:  # another tab began at this moment
            return self._render(form)
        try:
            self._ask(pending)
        except (BudgetSpent, Paused) as limit:
            return self._ask.limited(limit)
        return see_other(f"{PATH}/{pending_id}/confirm")

    def _render(self, form: AddPhoneForm) -> Response:
        return self.render("account/phones/add.html", form=form)


class Confirm(PhonePage):
    """`/account/security/phones/<one>/confirm`: the code; right, the number is added."""

    def __init__(self, *here: Any, ask: AskForPhone, add: AddPhone) -> None:  # noqa: ANN401
        super().__init__(*here)
        self._ask = ask
        self._add = add

    def show(self, visitor: Visitor, **address: str) -> Response:
        """The question, while there is one."""
        pending = self._pending(visitor, address)
        return _to_list() if pending is None else self._ask.show(pending)

    def act(self, visitor: Visitor, **address: str) -> Response:
        pending = self._pending(visitor, address)
        if pending is None:
            return _to_list()
        return self._ask.post(pending, lambda: self._added(pending))

    def _added(self, pending: PendingPhone) -> Response:
        added = self._add(pending)
        if added is Added.TAKEN:
            return self.render("account/phones/taken.html", last_three=pending.number.last_three)
        return _to_list(None if added is Added.GONE else added)

    def _pending(self, visitor: Visitor, address: dict[str, str]) -> PendingPhone | None:
        with self._database.reading() as reading:
            return store.pending(reading, visitor.citizen_id, address["one"], self._clock.now())


class Default(PhonePage):
    """`/account/security/phones/<one>/default`: whether codes are to go there."""

    def __init__(self, *here: Any, make_default: MakeDefault) -> None:  # noqa: ANN401
        super().__init__(*here)
        self._make_default = make_default

    def show(self, visitor: Visitor, **address: str) -> Response:
        phone = self.find(visitor, address)
        if phone is None or phone.is_default:
            return _to_list()
        return self.render(
            "account/phones/default.html",
            form=self._pages.form(ChangePhoneForm),
            last_three=phone.number.last_three,
        )

    def act(self, visitor: Visitor, **address: str) -> Response:
        self._pages.form(ChangePhoneForm)
        phone = self.find(visitor, address)
        if phone is None:
            return _to_list()
        try:
            self._make_default(visitor.session.authentication, phone.id)
        except (NoSuchPhone, TooNew):  # the list says from when on
            return _to_list()
        except NotTrustedNow as error:
            return self.not_now(error)
        return _to_list("default")


class Remove(PhonePage):
    """`/account/security/phones/<one>/remove`: what follows, and the button."""

    def __init__(
        self,
        *here: Any,  # noqa: ANN401
        remove: RemovePhone,
        levels: tuple[VerificationLevel, ...],
    ) -> None:
        super().__init__(*here)
        self._remove = remove
        self._levels = levels

    def show(self, visitor: Visitor, **address: str) -> Response:
        """The question, or why the number stays."""
        phone = self.find(visitor, address)
        if phone is None:
            return _to_list()
        phones = len(self.phones(visitor))
        why = stays(is_default=phone.is_default, phones=phones)
        return self._render(visitor, phone, why)

    def act(self, visitor: Visitor, **address: str) -> Response:
        """Take it away, unless it has to stay."""
        self._pages.form(ChangePhoneForm)
        phone = self.find(visitor, address)
        if phone is None:
            return _to_list()
        try:
            self._remove(visitor.citizen_id, phone.id)
        except NoSuchPhone:
            return _to_list()
        except PhoneStays as kept:
            return self._render(visitor, phone, kept.why)
        return _to_list("removed")

    def _render(self, visitor: Visitor, phone: HeldPhone, why: Stays | None) -> Response:
        now = self._clock.now()
        with self._database.reading() as reading:
            held = citizens.evidence_of(reading, visitor.citizen_id)
        left = [record for record in held if record.phone_id != phone.id]
        before = verification_level(held, self._levels, now).level
        after = verification_level(left, self._levels, now).level
        return self.render(
            "account/phones/remove.html",
            form=self._pages.blank_form(ChangePhoneForm),
            last_three=phone.number.last_three,
            stays=why,
            falls_to=after if after < before else None,
        )


def _to_list(done: str | None = None) -> Response:
    return see_other(PATH if done is None else f"{PATH}?done={done}")
