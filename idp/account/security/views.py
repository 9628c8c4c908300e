"""`/account/security`, the sessions on it, and the pages of password and mail."""

from typing import Any, Final

from flask import Response

from idp.account.device_words import device_words
from idp.account.frame import AccountFrame, AccountPage, Section, Visitor
from idp.account.security.change_password import ChangePassword, SessionOver
from idp.account.security.forms import EmailForm, EndOthersForm, EndSessionForm
from idp.authenticators.store import factors_of
from idp.citizens import store as citizens
from idp.citizens.email_store import verified_email_of
from idp.citizens.forms import NewPasswordForm
from idp.citizens.model import Citizen
from idp.citizens.password_hasher import PasswordHasher
from idp.citizens.password_rules import known_of
from idp.core.clock import Clock
from idp.core.handles import digest
from idp.core.identity_number import IdentityNumber
from idp.db.database import Database
from idp.emails.ask_to_verify import AskToVerifyEmail
from idp.emails.store import pending_address_of
from idp.interactions.sign_in import SignIn
from idp.phones.store import phones_of
from idp.sessions.model import OpenSession, Session
from idp.throttling.ports import BudgetSpent
from idp.web.at_hand import request
from idp.web.see_other import see_other
from idp.web.shown_time import shown_day, shown_moment

PATH: Final = "/account/security"
_DONE: Final = frozenset({"ended", "others_ended", "password_changed", "link_sent"})


class Security(AccountPage):
    """`/account/security`."""

    section = Section.SECURITY

    def __init__(
        self, frame: AccountFrame, *, sign_in: SignIn, database: Database, clock: Clock
    ) -> None:
        super().__init__(frame)
        self._sign_in = sign_in
        self._database = database
        self._clock = clock

    def show(self, visitor: Visitor, **address: str) -> Response:
        citizen_id, now = visitor.citizen_id, self._clock.now()
        with self._database.reading() as reading:
            citizen = citizens.citizen(reading, citizen_id, "credential")
            phones = phones_of(reading, citizen_id, now)
            email = verified_email_of(reading, citizen_id)
            pending = pending_address_of(reading, citizen_id, now)
            factors = factors_of(reading, citizen_id, None, now)
        changed_at = None if citizen.credential is None else citizen.credential.changed_at
        sessions = self._sign_in.sessions_of(citizen_id)
        done = request.args.get("done")
        return self.render(
            "account/security/security.html",
            password_since=shown_day(changed_at),
            phones=[(each.number.last_three, each.is_default) for each in phones],
            email=None if email is None else email.masked,
            email_asked=None if pending is None else pending.masked,
            has_passkey=factors.passkey,
            has_app=factors.app,
            has_recovery_codes=factors.recovery_code,
            sessions=[_shown(each, visitor.session) for each in sessions],
            end_form=self._pages.blank_form(EndSessionForm),
            others_form=self._pages.blank_form(EndOthersForm),
            done=done if done in _DONE else None,
        )


class EndSession(AccountPage):
    """`/account/security/sessions/end`: sign another device out."""

    section = Section.SECURITY

    def __init__(self, frame: AccountFrame, *, sign_in: SignIn) -> None:
        super().__init__(frame)
        self._sign_in = sign_in

    def show(self, visitor: Visitor, **address: str) -> Response:
        """The list: the buttons are there."""
        return _to_security()

    def act(self, visitor: Visitor, **address: str) -> Response:
        """End it, and tell its portals; the one at hand is ended by signing out."""
        named = self._pages.form(EndSessionForm).session.data
        for each in self._sign_in.sessions_of(visitor.citizen_id):
            is_here = each.session.id == visitor.session.id
            if digest(each.session.id) == named and not is_here:
                self._sign_in.end_one_of(visitor.citizen_id, each.session.id)
        return _to_security("ended")


class EndOthers(AccountPage):
    """`/account/security/sessions/end-others`: sign every other device out."""

    section = Section.SECURITY

    def __init__(self, frame: AccountFrame, *, sign_in: SignIn) -> None:
        super().__init__(frame)
        self._sign_in = sign_in

    def show(self, visitor: Visitor, **address: str) -> Response:
        """The list: the button is there."""
        return _to_security()

    def act(self, visitor: Visitor, **address: str) -> Response:
        """Do so; their portals are told."""
        self._pages.form(EndOthersForm)
        self._sign_in.end_others_of(visitor.citizen_id, visitor.session.id)
        return _to_security("others_ended")


class Password(AccountPage):
    """`/account/security/password`: a new one; the sign-in just before proved the old one."""

    section = Section.SECURITY
    sensitive = True

    def __init__(
        self,
        frame: AccountFrame,
        *,
        change: ChangePassword,
        hasher: PasswordHasher,
        database: Database,
    ) -> None:
        super().__init__(frame)
        self._change = change
        self._hasher = hasher
        self._database = database

    def show(self, visitor: Visitor, **address: str) -> Response:
        """The rules, and two fields."""
        return self._render(self._pages.form(NewPasswordForm), self._citizen(visitor))

    def act(self, visitor: Visitor, **address: str) -> Response:
        citizen = self._citizen(visitor)
        forbidden = known_of(
            _identity_numbers(citizen), citizen.full_name, citizen.birth_date, citizen.phone_number
        )
        form = self._pages.form(NewPasswordForm, forbidden=forbidden)
        if not form.validate():
            return self._render(form, citizen)
        try:
            self._change(visitor.session, self._hasher.hash(form.password))
        except SessionOver:
            return self._frame.fresh_sign_in.ask(request.path)
        self._frame.know_device(visitor)
        return _to_security("password_changed")

    def _citizen(self, visitor: Visitor) -> Citizen:
        with self._database.reading() as reading:
            return citizens.citizen(reading, visitor.citizen_id, "identity_numbers", "phones")

    def _render(self, form: NewPasswordForm, citizen: Citizen) -> Response:
        number = next(iter(_identity_numbers(citizen)), None)
        return self.render(
            "account/security/password.html",
            form=form,
            identity_number=number.value if number else None,
        )


class Email(AccountPage):
    """`/account/security/email`: the address for notices; a link to it has to be opened."""

    section = Section.SECURITY
    sensitive = True

    def __init__(self, frame: AccountFrame, *, ask: AskToVerifyEmail, database: Database) -> None:
        super().__init__(frame)
        self._ask = ask
        self._database = database

    def show(self, visitor: Visitor, **address: str) -> Response:
        return self._render(visitor, self._pages.form(EmailForm))

    def act(self, visitor: Visitor, **address: str) -> Response:
        """Send the link; the address so far stays in use until it is opened."""
        form = self._pages.form(EmailForm)
        if not form.validate():
            return self._render(visitor, form)
        try:
            self._ask(visitor.citizen_id, form.address)
        except BudgetSpent as spent:
            form.fail_too_often(spent.minutes)
            return self._render(visitor, form, status=429)
        return _to_security("link_sent")

    def _render(self, visitor: Visitor, form: EmailForm, *, status: int = 200) -> Response:
        with self._database.reading() as reading:
            email = verified_email_of(reading, visitor.citizen_id)
        return self.render(
            "account/security/email.html",
            status=status,
            form=form,
            email=None if email is None else email.masked,
        )


def _shown(each: OpenSession, here: Session) -> dict[str, Any]:
    session = each.session
    return {
        "name": digest(session.id),
        "device": device_words(session.browser, session.system),
        "is_here": session.id == here.id,
        "begun_at": shown_moment(session.created_at),
        "last_seen_at": shown_moment(each.last_seen_at),
    }


def _identity_numbers(citizen: Citizen) -> list[IdentityNumber]:
    return [IdentityNumber(number.value) for number in citizen.identity_numbers if number.active]


def _to_security(done: str | None = None) -> Response:
    return see_other(PATH if done is None else f"{PATH}?done={done}")
