"""Coming back with the other phone, after the wait."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from idp.audit.events import PhoneRecoveryRefused
from idp.audit.log import record
from idp.carriers.model import ClaimedIdentity, MatchOutcome, Outcome
from idp.citizens import store as citizens
from idp.citizens.holds import holds_of
from idp.citizens.model import CitizenId
from idp.core.clock import Clock
from idp.core.identity_number import IdentityNumber
from idp.core.phone_number import PhoneNumber
from idp.db.database import Database
from idp.interactions.progress import RecoveryStop, StopReason
from idp.recovery import store
from idp.recovery.ask_about_other_phone import AskAboutOtherPhone
from idp.recovery.ask_for_other_phone import RecoveryGone
from idp.recovery.model import PhoneRecovery, PhoneRecoveryId
from idp.recovery.rules import stop_of_holds


@dataclass(frozen=True, slots=True)
class ComeBack:
    """Whose password may be set now, and for which relying party, and where, it was begun."""

    citizen_id: CitizenId
    client_id: str | None
    interaction_id: str


@dataclass(frozen=True, slots=True)
class _Question:
    person: ClaimedIdentity
    number: PhoneNumber
    back: ComeBack


class ComeBackWithOtherPhone:
    """
    Looks whether the request can be completed, after its phone was proved once more.

    The carrier is asked again: a number can change hands within days, and what it says today is the
    evidence that the phone is the person's.
    """

    def __init__(self, *, ask: AskAboutOtherPhone, database: Database, clock: Clock) -> None:
        self._ask = ask
        self._database = database
        self._clock = clock

    def __call__(
        self, recovery_id: PhoneRecoveryId, *, client_id: str | None
    ) -> ComeBack | RecoveryStop:
        """Whose password may be set now, or why not. Raises `BudgetSpent`, `RecoveryGone`."""
        now = self._clock.now()
        with self._database.reading() as reading:
            row = store.waiting(reading, recovery_id, now)
            if row is None or row.citizen_id is None or row.possible_from is None:
                raise RecoveryGone
            if row.owner_told_at is None or now < row.possible_from:
                return RecoveryStop(StopReason.WAITING, row.wait_ends(now))
            stop = stop_of_holds(holds_of(reading, row.citizen_id))
            if stop is not None:
                return stop
            question = _question(reading, row, row.citizen_id)
        outcome = self._ask(question.person, question.number, client_id=client_id)
        if outcome is None:
            return RecoveryStop(StopReason.CARRIER_SILENT)
        now, back = self._clock.now(), question.back
        if outcome.outcome is not Outcome.MATCH:
            stop = RecoveryStop(StopReason.NOT_MATCHED)
            with self._database.transaction() as transaction:
                store.make_void(transaction, recovery_id, now)
                refused = PhoneRecoveryRefused(
                    citizen_id=back.citizen_id, client_id=client_id, reason=stop.reason
                )
                record(transaction, refused, now)
            return stop
        with self._database.transaction() as transaction:
            if not store.note_match(transaction, recovery_id, _kept(outcome), now):
                raise RecoveryGone  # cancelled while the carrier was asked
        return back


def _question(reading: Session, row: PhoneRecovery, citizen_id: CitizenId) -> _Question:
    account = citizens.citizen(reading, citizen_id, "identity_numbers")
    for number in account.identity_numbers:
        if number.active and number.value_index == row.identity_number_index:
            person = ClaimedIdentity(
                IdentityNumber(number.value), account.full_name, account.birth_date
            )
            back = ComeBack(citizen_id, row.client_id, row.interaction_id)
            return _Question(person, row.phone_number, back)
    raise RecoveryGone  # the identity number went to somebody else meanwhile


def _kept(outcome: MatchOutcome) -> dict[str, object]:
    return {
        "carrier": outcome.carrier or "",
        "reference": outcome.reference,
        "attributes": sorted(outcome.attributes),
        "spelling": outcome.spelling,
        "checked_at": outcome.checked_at.isoformat(),
    }
