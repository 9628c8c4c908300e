"""The wish of a person who lost the phone, once the other one is proved: a request that waits."""

from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from idp.audit.events import PhoneRecoveryBegun, PhoneRecoveryRefused
from idp.audit.log import record
from idp.carriers.model import ClaimedIdentity, Outcome
from idp.citizens import store as citizens
from idp.citizens.holds import holds_of
from idp.citizens.model import CitizenId
from idp.citizens.number_store import holder_of_identity_number
from idp.citizens.phone_store import default_phone
from idp.core.clock import Clock
from idp.core.phone_number import PhoneNumber
from idp.db.database import Database
from idp.interactions.progress import RecoveryStop, StopReason
from idp.recovery import store
from idp.recovery.ask_about_other_phone import AskAboutOtherPhone
from idp.recovery.model import PhoneRecovery, PhoneRecoveryId
from idp.recovery.rules import CANCELLED_AT_MOST, stop_of_holds
from idp.recovery.tell_owner import TellOwner


class RecoveryGone(Exception):
    """What was typed, or the request, is there no more: too late, cancelled, or done."""


class AskForOtherPhone:
    """
    Opens a request to recover an account by a phone that it does not know.

    Until a carrier has named the phone's holder, everything is the same whether or not that person
    has an account. The request waits: the owner of the lost phone, and whoever reads the mail, has
    *wait* to cancel it from when they are told. One account has one request.
    """

    def __init__(
        self,
        *,
        ask: AskAboutOtherPhone,
        tell_owner: TellOwner,
        wait: timedelta,
        kept: timedelta,
        database: Database,
        clock: Clock,
    ) -> None:
        self._ask = ask
        self._tell_owner = tell_owner
        self._wait = wait
        self._kept = kept
        self._database = database
        self._clock = clock

    def __call__(self, recovery_id: PhoneRecoveryId, *, client_id: str | None) -> RecoveryStop:
        """
        Ask the carrier, and open the request; where the person stands after that.

        `StopReason.WAITING` is the good end of it. Raises `BudgetSpent`, `RecoveryGone`.
        """
        with self._database.reading() as reading:
            row = store.typed(reading, recovery_id, self._clock.now())
            person, number = (None, None) if row is None else (row.typed, row.phone_number)
        if person is None or number is None:
            raise RecoveryGone
        outcome = self._ask(person, number, client_id=client_id)
        if outcome is None:
            return RecoveryStop(StopReason.CARRIER_SILENT)
        if outcome.outcome is not Outcome.MATCH:
            return RecoveryStop(StopReason.NOT_MATCHED)
        try:
            stop, begun = self._open(recovery_id, person, number, client_id)
        except IntegrityError:  # another request about this account was faster
            stop, begun = self._open(recovery_id, person, number, client_id)
        if begun:
            self._tell_owner(recovery_id)
        return stop

    def _open(
        self,
        recovery_id: PhoneRecoveryId,
        person: ClaimedIdentity,
        number: PhoneNumber,
        client_id: str | None,
    ) -> tuple[RecoveryStop, bool]:
        now = self._clock.now()
        with self._database.transaction() as transaction:
            row = store.typed(transaction, recovery_id, now)
            if row is None:
                raise RecoveryGone
            holder = holder_of_identity_number(transaction, row.identity_number_index)
            if holder is None:
                return RecoveryStop(StopReason.NO_ACCOUNT), False
            refused = self._refusal(transaction, holder, person, number)
            if refused is not None:
                _note_refusal(transaction, holder, refused, client_id, now)
                return refused, False
            store.forget_expired_of(transaction, holder, now)
            standing = store.waiting_of(transaction, holder, now)
            if standing is not None:
                return _stop_of(standing, row.phone_number_index, now), False
            if store.cancelled_of(transaction, holder, now) >= CANCELLED_AT_MOST:
                # Each goes on for ever else: one asks, the other ends it, and who is right about
                # the account is nothing that a phone can tell.
                often = RecoveryStop(StopReason.CANCELLED_OFTEN)
                _note_refusal(transaction, holder, often, client_id, now)
                return often, False
            possible_from = self._write(transaction, row, holder, now)
            begun = PhoneRecoveryBegun(
                citizen_id=holder,
                client_id=client_id,
                recovery_id=recovery_id,
                possible_from=possible_from,
            )
            record(transaction, begun, now)
            return RecoveryStop(StopReason.WAITING, possible_from), True

    def _refusal(
        self, transaction: Session, holder: CitizenId, person: ClaimedIdentity, number: PhoneNumber
    ) -> RecoveryStop | None:
        account = citizens.citizen(transaction, holder, "phones")
        if (account.full_name.key, account.birth_date) != (person.full_name.key, person.birth_date):
            # The carrier's person is not the account's: somebody else registered this number.
            return RecoveryStop(StopReason.OTHER_PERSON)
        if account.phone_number == number:
            return RecoveryStop(StopReason.REGISTERED)
        return stop_of_holds(holds_of(transaction, holder))

    def _write(
        self, transaction: Session, row: PhoneRecovery, holder: CitizenId, now: datetime
    ) -> datetime:
        lost = default_phone(transaction, holder)
        possible_from = now + self._wait
        row.citizen_id = holder
        row.former_phone_id = None if lost is None else lost.id
        row.possible_from = possible_from
        row.expires_at = possible_from + self._kept
        row.forget_typed()
        transaction.flush()
        return possible_from


def _note_refusal(
    transaction: Session,
    holder: CitizenId,
    refused: RecoveryStop,
    client_id: str | None,
    now: datetime,
) -> None:
    event = PhoneRecoveryRefused(citizen_id=holder, client_id=client_id, reason=refused.reason)
    record(transaction, event, now)


def _stop_of(standing: PhoneRecovery, phone_number_index: bytes, now: datetime) -> RecoveryStop:
    same = standing.phone_number_index == phone_number_index
    reason = StopReason.WAITING if same else StopReason.OTHER_REQUEST
    return RecoveryStop(reason, standing.wait_ends(now))
