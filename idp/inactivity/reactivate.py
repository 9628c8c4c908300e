"""Opening an account that was locked for want of use."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from idp.audit.events import AccountReleased, CarrierUnanswered
from idp.audit.log import record
from idp.carriers.count_question import CountQuestion
from idp.carriers.match_citizen import MatchCitizen, SubscriptionHeld, subscription_of
from idp.carriers.model import Attribute, Outcome
from idp.carriers.ports import CarrierRecords, CarrierUnavailable
from idp.citizens import store as citizens
from idp.citizens.blind_indexes import identity_number_index, phone_number_index
from idp.citizens.holds import holds_of, lift_hold
from idp.citizens.model import CitizenId, HoldKind
from idp.citizens.phone_store import default_phone
from idp.citizens.rules import is_only_inactive
from idp.core.clock import Clock
from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.follow_ups.follow_ups import FollowUps
from idp.messaging.model import NoticeKind

BY = "citizen"


class Answer(StrEnum):
    """What asking the carrier came to."""

    OPENED = "opened"
    MISMATCH = "mismatch"
    NOT_AVAILABLE = "not_available"
    NOT_SUBSCRIBER = "not_subscriber"
    RECYCLED = "recycled"
    """The number went to another subscriber in all that time."""
    SILENT = "silent"
    GONE = "gone"
    """The account is not locked for that reason alone (any more), or has no phone."""


@dataclass(frozen=True, slots=True)
class Reactivation:
    """The answer, and what is known not to be as the account has it."""

    answer: Answer
    differing: frozenset[Attribute] = frozenset()


class Reactivate:
    """
    Has the carrier asked, after the right password and a right code, and lifts the hold.

    Two years are long enough for a number to be handed on: first whether it was, by the number
    alone, and then whether its holder is the citizen. The database is not held while a carrier
    thinks.
    """

    def __init__(
        self,
        *,
        carriers: CarrierRecords,
        match: MatchCitizen,
        count: CountQuestion,
        follow_ups: FollowUps,
        database: Database,
        index: BlindIndex,
        clock: Clock,
    ) -> None:
        self._carriers = carriers
        self._match = match
        self._count = count
        self._follow_ups = follow_ups
        self._database = database
        self._index = index
        self._clock = clock

    def __call__(self, citizen_id: CitizenId, *, client_id: str | None) -> Reactivation:
        """What came of it. Raises `BudgetSpent`."""
        found = self._question(citizen_id)
        if found is None:
            return Reactivation(Answer.GONE)
        held, verified_on = found
        self._count(
            phone_number_index(self._index, held.number),
            identity_number_index(self._index, held.person[0].identity_number.value),
            client_id=client_id,
            citizen_id=citizen_id,
        )
        try:
            if self._carriers.recycled_since(held.number, verified_on):
                return Reactivation(Answer.RECYCLED)
            outcome = self._match.ask(held)
        except CarrierUnavailable as silence:
            self._note_silence(citizen_id, client_id, silence)
            return Reactivation(Answer.SILENT)
        now = self._clock.now()
        with self._database.transaction() as transaction:
            citizens.lock(transaction, citizen_id)
            if not is_only_inactive(holds_of(transaction, citizen_id)):
                self._match.note(transaction, held, outcome)
                return Reactivation(Answer.GONE)
            if not self._match.keep(transaction, held, outcome):
                if outcome.outcome is Outcome.MATCH:  # the phone left the account meanwhile
                    return Reactivation(Answer.GONE)
                return Reactivation(Answer(outcome.outcome), outcome.differing)
            lift_hold(transaction, citizen_id, HoldKind.INACTIVE, now)
            released = AccountReleased(
                citizen_id=citizen_id,
                client_id=client_id,
                hold=HoldKind.INACTIVE,
                reference="",
                by=BY,
            )
            record(transaction, released, now)
            told = NoticeKind.REACTIVATED
            owed = self._follow_ups.owe_notice(transaction, told, citizen_id, now)
        self._follow_ups.do(owed)
        return Reactivation(Answer.OPENED)

    def _question(self, citizen_id: CitizenId) -> tuple[SubscriptionHeld, date] | None:
        with self._database.reading() as reading:
            if not is_only_inactive(holds_of(reading, citizen_id)):
                return None
            phone = default_phone(reading, citizen_id)
            if phone is None:
                return None
            held = subscription_of(citizens.citizen(reading, citizen_id, "identity_numbers"), phone)
        return (held, phone.verified_at.date()) if held.person else None

    def _note_silence(
        self, citizen_id: CitizenId, client_id: str | None, silence: CarrierUnavailable
    ) -> None:
        with self._database.transaction() as transaction:
            event = CarrierUnanswered(
                citizen_id=citizen_id,
                client_id=client_id,
                carriers=silence.carriers,
                during="reactivation",
            )
            record(transaction, event, self._clock.now())
