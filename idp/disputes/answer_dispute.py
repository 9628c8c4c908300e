"""What the two sides say in a case."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from idp.audit.events import CarrierUnanswered, DisputeAnswered
from idp.audit.log import record
from idp.carriers.count_question import CountQuestion
from idp.carriers.match_citizen import MatchCitizen, subscription_of
from idp.carriers.model import Outcome
from idp.carriers.ports import CarrierUnavailable
from idp.citizens import store as citizens
from idp.citizens.model import CitizenId
from idp.citizens.phone_store import default_phone, lock_phone
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
from idp.disputes.rules import OWN_WORDS, may_add_words, owes_answer


class CaseClosed(Exception):
    """The case is decided, or it is not about this account: nothing is added."""


class SaidEnough(Exception):
    """The side has said more than anybody reads, and nobody asks it for more."""


class NoPhoneToAsk(Exception):
    """The account has no phone a carrier could be asked about."""


class AnswerDispute:
    """Adds what a side says; a case that waited for that side goes on."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def holder(self, number: CaseNumber, citizen_id: CitizenId, words: str) -> None:
        """The holder's own words. Raises `CaseClosed`, `SaidEnough`."""
        now = self._clock.now()
        with self._database.transaction() as transaction:
            row = _open_case(store.locked_dispute(transaction, number), citizen_id)
            row.holder_answered_at = row.holder_answered_at or now
            _add_words(transaction, row, Side.HOLDER, words, now)

    def claimant(self, number: CaseNumber, words: str) -> None:
        """What the claimant adds. Raises `CaseClosed`, `SaidEnough`."""
        now = self._clock.now()
        with self._database.transaction() as transaction:
            row = store.locked_dispute(transaction, number)
            if row is None or not row.is_open:
                raise CaseClosed
            _add_words(transaction, row, Side.CLAIMANT, words, now)


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
            phone = default_phone(reading, citizen_id)
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
            # No evidence: a disputed account's level stays as it is.
            self._match.note(transaction, held, outcome)
            is_match = outcome.outcome is Outcome.MATCH and lock_phone(
                transaction, citizen_id, held.phone_id
            )
            row.holder_answered_at = row.holder_answered_at or now
            steps = store.steps_of(transaction, number)
            row.status = _status_after(row, steps, Side.HOLDER)
            kind = StepKind.HOLDER_CONFIRMED if is_match else StepKind.HOLDER_NOT_CONFIRMED
            transaction.add(DisputeStep(number=number, kind=kind, at=now, by=Side.HOLDER))
            answered = DisputeAnswered(citizen_id=citizen_id, dispute=number, side=Side.HOLDER)
            record(transaction, answered, now)
        return is_match


def _add_words(session: Session, row: Dispute, side: Side, words: str, at: datetime) -> None:
    steps = store.steps_of(session, row.number)
    if not may_add_words(steps, side):
        raise SaidEnough
    row.status = _status_after(row, steps, side)
    session.add(
        DisputeStep(
            number=row.number,
            kind=OWN_WORDS[side],
            at=at,
            by=side,
            words=words,
            words_for=side,
        )
    )
    answered = DisputeAnswered(citizen_id=row.citizen_id, dispute=row.number, side=side)
    record(session, answered, at)


def _status_after(row: Dispute, steps: Sequence[DisputeStep], side: Side) -> DisputeStatus:
    """What *side* says answers what it was asked, not what the other one was."""
    waits = any(owes_answer(steps, other) for other in Side if other is not side)
    if row.status is DisputeStatus.MORE_NEEDED and waits:
        return DisputeStatus.MORE_NEEDED
    return DisputeStatus.IN_PROGRESS


def _open_case(row: Dispute | None, citizen_id: CitizenId) -> Dispute:
    if row is None or not row.is_open or row.citizen_id != citizen_id:
        raise CaseClosed
    return row
