"""What the two sides say in a case."""

from idp.audit.events import CarrierUnanswered, DisputeAnswered
from idp.audit.log import record
from idp.carriers.count_question import CountQuestion
from idp.carriers.match_citizen import MatchCitizen, subscription_of
from idp.carriers.ports import CarrierUnavailable
from idp.citizens import store as citizens
from idp.citizens.model import CitizenId
from idp.core.clock import Clock
from idp.db.database import Database
from idp.disputes import store
from idp.disputes.model import (
    CaseNumber,
    Dispute,
    DisputeStatus,
    DisputeStep,
    Side,
    StepKind,
)


class CaseClosed(Exception):
    """The case is decided, or it is not about this account: nothing is added."""


class NoPhoneToAsk(Exception):
    """The account has no phone a carrier could be asked about."""


class AnswerDispute:
    """Adds what a side says; a case that waited for it goes on."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def holder(self, number: CaseNumber, citizen_id: CitizenId, words: str) -> None:
        """The holder's own words. Raises `CaseClosed`."""
        now = self._clock.now()
        with self._database.transaction() as transaction:
            row = store.locked_dispute(transaction, number)
            if row is None or not row.is_open or row.citizen_id != citizen_id:
                raise CaseClosed
            row.holder_answered_at = row.holder_answered_at or now
            row.status = DisputeStatus.IN_PROGRESS
            transaction.add(
                DisputeStep(
                    number=number,
                    kind=StepKind.HOLDER_ANSWERED,
                    at=now,
                    by=Side.HOLDER,
                    words=words,
                    words_for=Side.HOLDER,
                )
            )
            answered = DisputeAnswered(citizen_id=citizen_id, dispute=number, side=Side.HOLDER)
            record(transaction, answered, now)

    def claimant(self, number: CaseNumber, words: str) -> None:
        """What the claimant adds. Raises `CaseClosed`."""
        now = self._clock.now()
        with self._database.transaction() as transaction:
            row = store.locked_dispute(transaction, number)
            if row is None or not row.is_open:
                raise CaseClosed
            row.status = DisputeStatus.IN_PROGRESS
            transaction.add(
                DisputeStep(
                    number=number,
                    kind=StepKind.CLAIMANT_ADDED,
                    at=now,
                    by=Side.CLAIMANT,
                    words=words,
                    words_for=Side.CLAIMANT,
                )
            )
            answered = DisputeAnswered(
                citizen_id=row.citizen_id, dispute=number, side=Side.CLAIMANT
            )
            record(transaction, answered, now)


class ConfirmHolder:
    """
    Asks the carrier of the account's phone whether it is the holder's, for both to see.

    The database is not held while the carrier thinks.
    """

    def __init__(
        self, *, match: MatchCitizen, count: CountQuestion, database: Database, clock: Clock
    ) -> None:
        self._match = match
        self._count = count
        self._database = database
        self._clock = clock

    def __call__(self, number: CaseNumber, citizen_id: CitizenId) -> bool:
        """
        Ask, and add the answer to the case; whether the carrier confirmed it.

        Raises `CaseClosed`, `NoPhoneToAsk`, `BudgetSpent`, `CarrierUnavailable`.
        """
        with self._database.reading() as reading:
            row = _open_case(store.dispute(reading, number), citizen_id)
            citizen = citizens.citizen(reading, citizen_id, "identity_numbers")
            phone = citizens.default_phone(reading, citizen_id)
        if phone is None:
            raise NoPhoneToAsk
        self._count(phone.number_index, row.identity_number_index, citizen_id=citizen_id)
        held = subscription_of(citizen, phone)
        try:
            outcome = self._match.ask(held)
        except CarrierUnavailable as silence:
            with self._database.transaction() as transaction:
                unanswered = CarrierUnanswered(
                    citizen_id=citizen_id, carriers=silence.carriers, during="dispute"
                )
                record(transaction, unanswered, self._clock.now())
            raise
        now = self._clock.now()
        with self._database.transaction() as transaction:
            row = _open_case(store.locked_dispute(transaction, number), citizen_id)
            is_match = self._match.keep(transaction, held, outcome)
            row.holder_answered_at = row.holder_answered_at or now
            row.status = DisputeStatus.IN_PROGRESS
            kind = StepKind.HOLDER_CONFIRMED if is_match else StepKind.HOLDER_NOT_CONFIRMED
            transaction.add(DisputeStep(number=number, kind=kind, at=now, by=Side.HOLDER))
            answered = DisputeAnswered(citizen_id=citizen_id, dispute=number, side=Side.HOLDER)
            record(transaction, answered, now)
        return is_match


def _open_case(row: Dispute | None, citizen_id: CitizenId) -> Dispute:
    if row is None or not row.is_open or row.citizen_id != citizen_id:
        raise CaseClosed
    return row
