"""The pages after the code: why there is no new password now, or the password, and the end."""

from dataclasses import replace
from datetime import timedelta

from flask import Response

from idp.citizens import store as citizens
from idp.citizens.forms import NewPasswordForm
from idp.citizens.holds import ChangesBarred, holds_of
from idp.citizens.model import Citizen, CitizenId
from idp.citizens.password_hasher import PasswordHasher
from idp.citizens.password_rules import known_of
from idp.core.identity_number import IdentityNumber
from idp.db.database import Database
from idp.interactions.model import Intent, Interaction
from idp.interactions.progress import RecoveryProgress, RecoveryStop, StopReason
from idp.interactions.visits import Visit, Visits
from idp.recovery.ask_for_other_phone import RecoveryGone
from idp.recovery.model import PhoneRecoveryId
from idp.recovery.path import Position, RecoveryPage, RecoveryPath
from idp.recovery.replace_phone import ReplacePhone
from idp.recovery.reset_password import ResetPassword
from idp.recovery.rules import Page, stop_of_holds
from idp.relying_parties.ports import RelyingParties
from idp.web.pages import Pages
from idp.web.shown_time import shown_moment


class ProofSpent(Exception):
    """The proof of the phone was used for a new password already, in another tab."""


class Lapsed(RecoveryPage):
    """`/recover/lapsed`: too late for this code, or for what it proved."""

    page = Page.LAPSED

    def show(self, here: Position) -> Response:
        """The page, with the way to start again."""
        return self._pages.render("recovery/lapsed.html", **here.visit.page)


class NotNow(RecoveryPage):
    """`/recover/not-now`: the code was right, and is not enough."""

    page = Page.NOT_NOW

    def __init__(self, pages: Pages, path: RecoveryPath, *, kept: timedelta) -> None:
        super().__init__(pages, path)
        self._kept = kept

    def show(self, here: Position) -> Response:
        """Why, and from when on."""
        stop = here.progress.stop
        if stop is None:
            raise LookupError("nothing speaks against it, and its page is due")
        possible_from = stop.possible_from
        return self._pages.render(
            "recovery/not_now.html",
            reason=stop.reason,
            kept_days=self._kept.days,
            begins=here.progress.begins,
            possible_from=shown_moment(possible_from),
            **here.visit.page,
        )


class Password(RecoveryPage):
    """`/recover/password`: the new password."""

    page = Page.PASSWORD

    def __init__(
        self,
        pages: Pages,
        path: RecoveryPath,
        *,
        visits: Visits,
        hasher: PasswordHasher,
        reset: ResetPassword,
        replace_phone: ReplacePhone,
        database: Database,
    ) -> None:
        super().__init__(pages, path)
        self._visits = visits
        self._hasher = hasher
        self._reset = reset
        self._replace_phone = replace_phone
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
        try:
            self._set(here, password_hash)
        except (ChangesBarred, RecoveryGone):
            return self._stop(visit, spent, here.citizen_id)
        self._visits.know_device(here.citizen_id)
        visit = self._visits.update(
            visit,
            lambda current: current.with_(
                intent=Intent.SIGN_IN,
                account_chosen=True,
                password_verified=None,
                password_verified_at=None,
                recovery=replace(spent, password_changed=True),
            ),
        )
        return self._path.to(visit, Page.DONE)

    def _set(self, here: Position, password_hash: str) -> None:
        recovery_id, client_id = here.progress.recovery_id, here.visit.client_id
        if recovery_id is None:
            proved = here.progress.phone_index
            if proved is None:
                raise RecoveryGone
            self._reset(
                here.citizen_id,
                password_hash,
                phone_index=bytes.fromhex(proved),
                client_id=client_id,
            )
        else:
            self._replace_phone(PhoneRecoveryId(recovery_id), password_hash, client_id=client_id)

    def _stop(self, visit: Visit, spent: RecoveryProgress, citizen_id: CitizenId) -> Response:
        """The account was held, or the request was cancelled, while the password was typed."""
        with self._database.reading() as reading:
            held = stop_of_holds(holds_of(reading, citizen_id))
        self._path.note(visit, replace(spent, stop=held or RecoveryStop(StopReason.GONE)))
        return self._path.to(visit, Page.NOT_NOW)

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

    def __init__(
        self, pages: Pages, path: RecoveryPath, *, visits: Visits, relying_parties: RelyingParties
    ) -> None:
        super().__init__(pages, path)
        self._visits = visits
        self._relying_parties = relying_parties

    def show(self, here: Position) -> Response:
        """
        The page; also for a reload of any earlier one.

        Who comes back days later is not in the interaction any more that it began in. The portal
        gets its answer from there if this is the same browser; from another one it gets none, but
        the citizen the way to its start page.
        """
        visit, begun_for = here.visit, None
        if visit.interaction.request is None:
            waiting = self._visits.waiting(here.progress.begun_in)
            if waiting is not None:
                visit = self._visits.update(
                    waiting,
                    lambda current: current.with_(
                        intent=Intent.SIGN_IN, account_chosen=True, recovery=None
                    ),
                )
            elif here.progress.begun_for is not None:
                begun_for = self._relying_parties.find(here.progress.begun_for)
        return self._pages.render(
            "recovery/done.html",
            continue_url=f"/resume?i={visit.interaction.id}",
            begun_for=begun_for if begun_for and begun_for.enabled else None,
            **here.visit.page,
        )


def _identity_numbers(citizen: Citizen) -> list[IdentityNumber]:
    return [IdentityNumber(number.value) for number in citizen.identity_numbers if number.active]
