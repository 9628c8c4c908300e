"""
The pages of a recovery.

Each is shown at its turn only. Up to the right code, everything a stranger can see, count or time
is the same whether or not the typed details belong to anybody.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from flask import Response
from flask_babel import format_datetime  # type: ignore[import-untyped]

from idp.carriers.check_phone import CheckPhone
from idp.carriers.model import Guarded
from idp.citizens import store as citizens
from idp.citizens.forms import NewPasswordForm
from idp.citizens.model import Citizen, CitizenId
from idp.citizens.password_hasher import PasswordHasher
from idp.citizens.password_rules import known_of
from idp.core.clock import Clock
from idp.core.identity_number import IdentityNumber
from idp.db.database import Database
from idp.interactions.model import Intent, Interaction, RecoveryProgress
from idp.interactions.visits import Visit, Visits
from idp.otp.model import Challenge, OtpPurpose
from idp.otp.one_time_passwords import OneTimePasswords, Paused
from idp.otp.page import ACCEPTED, OtpPage, OtpQuestion
from idp.recovery.find_account import FindAccount
from idp.recovery.forms import RecoverForm
from idp.recovery.path import Path, Position, RecoveryPage
from idp.recovery.reset_password import ResetPassword
from idp.recovery.rules import Page
from idp.throttling.ports import BudgetSpent
from idp.web.network import client_network
from idp.web.pages import Pages

_MOMENT: Final = "HH:mm, dd/MM/yyyy"


class ProofSpent(Exception):
    """The proof of the phone was used for a new password already, in another tab."""


class Start(RecoveryPage):
    """`/recover`: identity number and registered phone; the answer is the same for everybody."""

    page = Page.START

    def __init__(
        self,
        pages: Pages,
        path: Path,
        *,
        visits: Visits,
        otp: OneTimePasswords,
        otp_page: OtpPage,
        find_account: FindAccount,
    ) -> None:
        super().__init__(pages, path)
        self._visits = visits
        self._otp = otp
        self._otp_page = otp_page
        self._find_account = find_account

    def show(self, here: Position) -> Response:
        """The form."""
        return self._render(here.visit, self._pages.form(RecoverForm))

    def act(self, here: Position) -> Response:
        """A challenge in every case; for nobody a blank one, which nothing can meet."""
        form = self._pages.form(RecoverForm)
        if not form.validate():
            return self._render(here.visit, form)
        citizen_id = self._find_account(form.typed_number, form.number)
        try:
            challenge = self._otp.begin(
                OtpPurpose.RECOVERY,
                person=citizen_id,
                number=form.number,
                interaction_id=here.visit.interaction.id,
                client_id=here.visit.client_id,
                network=client_network(),
            )
        except (BudgetSpent, Paused) as limit:
            return self._otp_page.limited(limit, here.visit.page)
        visit = self._visits.update(
            here.visit,
            lambda current: current.with_(
                intent=Intent.RECOVER,
                account_chosen=True,
                recovery=RecoveryProgress(citizen_id, challenge.id),
            ),
        )
        return self._path.to(visit, Page.OTP)

    def _render(self, visit: Visit, form: RecoverForm) -> Response:
        return self._pages.render("recovery/start.html", form=form, **visit.page)


class Otp(RecoveryPage):
    """`/recover/otp`: the code. Right, it leads on unless the SIM is too new to trust."""

    page = Page.OTP

    def __init__(
        self,
        pages: Pages,
        path: Path,
        *,
        otp: OneTimePasswords,
        otp_page: OtpPage,
        check_phone: CheckPhone,
        sim_change_window: timedelta,
        clock: Clock,
    ) -> None:
        super().__init__(pages, path)
        self._otp = otp
        self._clock = clock
        self._otp_page = otp_page
        self._check_phone = check_phone
        self._sim_change_window = sim_change_window

    def show(self, here: Position) -> Response:
        """The question; it does not tell whether any text went out, nor where to."""
        return self._otp_page.show(self._question(here))

    def act(self, here: Position) -> Response:
        """The typed code, or the wish for another."""
        answer = self._otp_page.post(self._question(here))
        if answer != ACCEPTED:
            return answer
        proved_at = self._clock.now()
        doubt = self._check_phone(
            here.citizen_id,
            window=self._sim_change_window,
            during=Guarded.RECOVERY,
            client_id=here.visit.client_id,
        )
        progress = replace(
            here.progress,
            challenge_id=None,
            possession_proved_at=None if doubt else proved_at,
            doubt=doubt,
        )
        return self._path.to(
            self._path.note(here.visit, progress), Page.NOT_NOW if doubt else Page.PASSWORD
        )

    def _question(self, here: Position) -> OtpQuestion:
        return OtpQuestion(
            purpose=OtpPurpose.RECOVERY,
            person=here.progress.citizen_id,
            interaction_id=here.visit.interaction.id,
            challenge=here.challenge,
            page=here.visit.page,
            begin=lambda: self._begin_again(here),
        )

    def _begin_again(self, here: Position) -> Challenge:
        if here.challenge is None:
            raise LookupError("the code is due, and no challenge lives")
        challenge = self._otp.begin_again(here.challenge, network=client_network())
        self._path.note(here.visit, replace(here.progress, challenge_id=challenge.id))
        return challenge


class Lapsed(RecoveryPage):
    """`/recover/lapsed`: too late for this code, or for what it proved."""

    page = Page.LAPSED

    def show(self, here: Position) -> Response:
        """The page, with the way to start again."""
        return self._pages.render("recovery/lapsed.html", **here.visit.page)


class NotNow(RecoveryPage):
    """`/recover/not-now`: the code was right, and is not enough."""

    page = Page.NOT_NOW

    def show(self, here: Position) -> Response:
        """Why, and from when on."""
        doubt = here.progress.doubt
        if doubt is None:
            raise LookupError("nothing is in doubt, and its page is due")
        possible_from = doubt.possible_from
        return self._pages.render(
            "recovery/not_now.html",
            reason=doubt.reason,
            possible_from=format_datetime(possible_from, _MOMENT) if possible_from else None,
            **here.visit.page,
        )


class Password(RecoveryPage):
    """`/recover/password`: the new password."""

    page = Page.PASSWORD

    def __init__(
        self,
        pages: Pages,
        path: Path,
        *,
        visits: Visits,
        hasher: PasswordHasher,
        reset: ResetPassword,
        database: Database,
    ) -> None:
        super().__init__(pages, path)
        self._visits = visits
        self._hasher = hasher
        self._reset = reset
        self._database = database

    def show(self, here: Position) -> Response:
        """The rules, and two fields."""
        citizen = self._citizen(here.citizen_id)
        return self._render(here.visit, self._pages.form(NewPasswordForm), citizen)

    def act(self, here: Position) -> Response:
        """Use the proof, then replace the password: of two tabs one does, and says so."""
        citizen = self._citizen(here.citizen_id)
        forbidden = known_of(
            _identity_numbers(citizen), citizen.full_name, citizen.birth_date, citizen.phone_number
        )
        form = self._pages.form(NewPasswordForm, forbidden=forbidden)
        if not form.validate():
            return self._render(here.visit, form, citizen)
        password_hash = self._hasher.hash(form.password)
        spent = replace(here.progress, possession_proved_at=None)

        def spend(current: Interaction) -> Interaction:
            if current.recovery != here.progress:
                raise ProofSpent
            return current.with_(recovery=spent)

        try:
            visit = self._visits.update(here.visit, spend)
        except ProofSpent:
            return self._path.to(here.visit, Page.DONE)
        self._reset(here.citizen_id, password_hash, client_id=visit.client_id)
        visit = self._visits.update(
            visit,
            lambda current: current.with_(
                intent=Intent.SIGN_IN,
                account_chosen=True,
                password_verified=None,
                recovery=replace(spent, password_changed=True),
            ),
        )
        return self._path.to(visit, Page.DONE)

    def _citizen(self, citizen_id: CitizenId) -> Citizen:
        with self._database.reading() as reading:
            return citizens.citizen(reading, citizen_id, "identity_numbers", "phones")

    def _render(self, visit: Visit, form: NewPasswordForm, citizen: Citizen) -> Response:
        number = next(iter(_identity_numbers(citizen)), None)
        return self._pages.render(
            "recovery/password.html",
            form=form,
            identity_number=number.value if number else None,
            **visit.page,
        )


class Done(RecoveryPage):
    """`/recover/done`: on to the sign-in, with the new password."""

    page = Page.DONE

    def show(self, here: Position) -> Response:
        """The page; also for a reload of any earlier one."""
        return self._pages.render(
            "recovery/done.html",
            continue_url=f"/resume?i={here.visit.interaction.id}",
            **here.visit.page,
        )


def _identity_numbers(citizen: Citizen) -> list[IdentityNumber]:
    return [IdentityNumber(number.value) for number in citizen.identity_numbers if number.active]
