"""
The pages of a recovery.

Each is shown at its turn only. Up to the right code, everything a stranger can see, count or time
is the same whether or not the typed details belong to anybody.
"""

from dataclasses import replace
from datetime import timedelta
from math import ceil
from zoneinfo import ZoneInfo

from flask import Response

from idp.core.clock import Clock
from idp.core.phone_number import PhoneNumber
from idp.db.database import Database
from idp.interactions.model import Intent
from idp.interactions.progress import RecoveryProgress, StopReason
from idp.interactions.visits import Visit, Visits
from idp.otp.model import Challenge, OtpPurpose
from idp.otp.one_time_passwords import OneTimePasswords, Paused
from idp.otp.page import ACCEPTED, OtpPage, OtpQuestion
from idp.recovery.after_code import AfterCode
from idp.recovery.begin_with_other_phone import BeginWithOtherPhone
from idp.recovery.find_account import FindAccount
from idp.recovery.forms import OtherPhoneForm, RecoverForm
from idp.recovery.path import Position, RecoveryPage, RecoveryPath
from idp.recovery.rules import Page
from idp.recovery.store import number_of
from idp.throttling.ports import BudgetSpent
from idp.web.network import client_network
from idp.web.pages import TIMEZONE, Pages


class Start(RecoveryPage):
    """`/recover`: identity number and registered phone; the answer is the same for everybody."""

    page = Page.START

    def __init__(
        self,
        pages: Pages,
        path: RecoveryPath,
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
        return self._render(here.visit, self._pages.form(RecoverForm))

    def act(self, here: Position) -> Response:
        """A challenge in every case; for nobody a blank one, which nothing can meet."""
        form = self._pages.form(RecoverForm)
        if not form.validate():
            return self._render(here.visit, form)
        found = self._find_account(form.typed_number, form.phone_number.number)
        by_other_phone = found.recovery_id is not None
        try:
            challenge = self._otp.begin(
                OtpPurpose.OTHER_PHONE if by_other_phone else OtpPurpose.RECOVERY,
                person=found.recovery_id if by_other_phone else found.citizen_id,
                number=form.phone_number.number,
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
                recovery=RecoveryProgress(
                    found.citizen_id, challenge.id, recovery_id=found.recovery_id
                ),
            ),
        )
        return self._path.to(visit, Page.OTP)

    def _render(self, visit: Visit, form: RecoverForm) -> Response:
        return self._pages.render("recovery/start.html", form=form, **visit.page)


class OtherPhone(RecoveryPage):
    """`/recover/other-phone`: the registered phone is lost, and somebody has another one."""

    page = Page.OTHER_PHONE

    def __init__(
        self,
        pages: Pages,
        path: RecoveryPath,
        *,
        otp: OneTimePasswords,
        otp_page: OtpPage,
        begin: BeginWithOtherPhone,
        wait: timedelta,
        visits: Visits,
        clock: Clock,
    ) -> None:
        super().__init__(pages, path)
        self._otp = otp
        self._otp_page = otp_page
        self._begin = begin
        self._wait = wait
        self._visits = visits
        self._clock = clock

    def show(self, here: Position) -> Response:
        return self._render(here.visit, self._form())

    def act(self, here: Position) -> Response:
        """A code to the other phone in every case: possession is proved before anything is said."""
        form = self._form()
        if not form.validate():
            return self._render(here.visit, form)
        interaction_id, client_id = here.visit.interaction.id, here.visit.client_id
        try:
            recovery_id = self._begin(
                form.identity(),
                form.phone_number.number,
                interaction_id=interaction_id,
                client_id=client_id,
                network=client_network(),
            )
            challenge = self._otp.begin(
                OtpPurpose.OTHER_PHONE,
                person=recovery_id,
                number=form.phone_number.number,
                interaction_id=interaction_id,
                client_id=client_id,
                network=client_network(),
            )
        except (BudgetSpent, Paused) as limit:
            return self._otp_page.limited(limit, here.visit.page)
        visit = self._visits.update(
            here.visit,
            lambda current: current.with_(
                intent=Intent.RECOVER,
                account_chosen=True,
                recovery=RecoveryProgress(None, challenge.id, recovery_id=recovery_id, begins=True),
            ),
        )
        return self._path.to(visit, Page.OTP)

    def _form(self) -> OtherPhoneForm:
        today = self._clock.now().astimezone(ZoneInfo(TIMEZONE)).date()
        return self._pages.form(OtherPhoneForm, today=today)

    def _render(self, visit: Visit, form: OtherPhoneForm) -> Response:
        return self._pages.render(
            "recovery/other_phone.html",
            form=form,
            wait_hours=ceil(self._wait / timedelta(hours=1)),
            **visit.page,
        )


class Otp(RecoveryPage):
    """
    `/recover/otp`: the code. Right, it leads on unless something speaks against it.

    It does not tell whether any text went out, nor where to; except to another phone that was just
    typed: that gets one in every case.
    """

    page = Page.OTP

    def __init__(
        self,
        pages: Pages,
        path: RecoveryPath,
        *,
        otp: OneTimePasswords,
        otp_page: OtpPage,
        after_code: AfterCode,
        visits: Visits,
        kept: timedelta,
        database: Database,
    ) -> None:
        super().__init__(pages, path)
        self._database = database
        self._otp = otp
        self._otp_page = otp_page
        self._after_code = after_code
        self._visits = visits
        self._kept = kept

    def show(self, here: Position) -> Response:
        return self._otp_page.show(self._question(here))

    def act(self, here: Position) -> Response:
        """The typed code, or the wish for another."""
        answer = self._otp_page.post(self._question(here))
        if answer != ACCEPTED:
            return answer
        proved = None if here.challenge is None else here.challenge.number_index
        used = replace(here.progress, challenge_id=None, phone_index=proved)
        try:
            progress = self._after_code(used, client_id=here.visit.client_id)
        except BudgetSpent as limit:
            self._path.note(here.visit, used)
            return self._otp_page.limited(limit, here.visit.page)
        visit = self._path.note(here.visit, progress)
        if progress.stop is None:
            return self._path.to(visit, Page.PASSWORD)
        if progress.stop.reason is StopReason.WAITING:
            self._visits.keep(visit, self._kept)
        return self._path.to(visit, Page.NOT_NOW)

    def _question(self, here: Position) -> OtpQuestion:
        progress = here.progress
        by_other_phone = progress.recovery_id is not None
        return OtpQuestion(
            purpose=OtpPurpose.OTHER_PHONE if by_other_phone else OtpPurpose.RECOVERY,
            person=progress.recovery_id if by_other_phone else progress.citizen_id,
            interaction_id=here.visit.interaction.id,
            challenge=here.challenge,
            page=here.visit.page,
            begin=lambda: self._begin_again(here),
            number=self._typed_number(progress),
            edit_phone_url=f"{Page.OTHER_PHONE}?i={here.visit.interaction.id}"
            if progress.begins
            else None,
            offers_other_phone=not progress.begins,
        )

    def _typed_number(self, progress: RecoveryProgress) -> PhoneNumber | None:
        if progress.recovery_id is None or not progress.begins:
            return None
        with self._database.reading() as reading:
            return number_of(reading, progress.recovery_id)

    def _begin_again(self, here: Position) -> Challenge:
        if here.challenge is None:
            raise LookupError("nothing was used up")
        challenge = self._otp.begin_again(here.challenge, network=client_network())
        self._path.note(here.visit, replace(here.progress, challenge_id=challenge.id))
        return challenge
