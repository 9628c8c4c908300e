"""Asking the carriers whether the phone's subscription is held by the person who enrols."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from idp.audit.events import (
    CarrierAsked,
    CarrierUnanswered,
    EnrolmentFoundAccount,
    SecurityEvent,
)
from idp.audit.log import record
from idp.carriers.count_question import CountQuestion
from idp.carriers.model import MatchOutcome, Outcome
from idp.carriers.ports import CarrierRecords, CarrierUnavailable
from idp.core.clock import Clock
from idp.db.database import Database
from idp.enrolment import store
from idp.enrolment.model import ClaimedDetails, PendingEnrolment, PendingEnrolmentId
from idp.enrolment.rules import phone_proved
from idp.statistics.model import EVERYBODY, Measure, Stage, Tick
from idp.statistics.ports import Tally


class NothingToAsk(Exception):
    """The pending enrolment is gone, or nobody has proved to hold its phone lately."""


@dataclass(frozen=True, slots=True)
class _Question:
    details: ClaimedDetails
    revision: int
    is_owed: bool
    identity_number: bytes
    phone: bytes
    client_id: str | None


class AskCarrier:
    """
    Asks, and stores the answer with the details that were asked about.

    The database is not held while a carrier thinks.
    """

    def __init__(
        self,
        *,
        carriers: CarrierRecords,
        database: Database,
        count: CountQuestion,
        proves_for: timedelta,
        tally: Tally,
        clock: Clock,
    ) -> None:
        self._carriers = carriers
        self._database = database
        self._count = count
        self._proves_for = proves_for
        self._tally = tally
        self._clock = clock

    def __call__(self, pending_id: PendingEnrolmentId) -> None:
        """
        Ask about the pending enrolment as it stands.

        Raises `CarrierUnavailable` (everything stays; the next question is not counted),
        `BudgetSpent`, `NothingToAsk`.
        """
        question = self._take(pending_id)
        if not question.is_owed:
            self._count(question.phone, question.identity_number, client_id=question.client_id)
        try:
            outcome = self._carriers.match(question.details.phone_number, question.details.identity)
        except CarrierUnavailable as unavailable:
            self._note_silence(pending_id, question, unavailable)
            self._count_stage(question, Stage.UNANSWERED)
            raise
        self._count_stage(question, self._store(pending_id, question, outcome))

    def _count_stage(self, question: _Question, stage: Stage) -> None:
        client_id = question.client_id or EVERYBODY
        self._tally.count(Tick(Measure.ENROLMENT, client_id, stage, self._clock.now()))

    def _take(self, pending_id: PendingEnrolmentId) -> _Question:
        with self._database.transaction() as transaction:
            row = store.locked(transaction, pending_id)
            if row is None or not phone_proved(
                row.phone_confirmed_at, self._clock.now(), self._proves_for
            ):
                raise NothingToAsk
            # Taken before the question is put: two tabs share one that is owed.
            is_owed = store.take_owed_question(transaction, pending_id)
            return _Question(
                details=row.details,
                revision=row.revision,
                is_owed=is_owed,
                identity_number=row.identity_number_index,
                phone=row.phone_number_index,
                client_id=row.client_id,
            )

    def _note_silence(
        self, pending_id: PendingEnrolmentId, question: _Question, error: CarrierUnavailable
    ) -> None:
        with self._database.transaction() as transaction:
            row = _unchanged(store.locked(transaction, pending_id), question)
            if row is not None:
                row.forget_outcome()
                row.question_owed = True
            event = CarrierUnanswered(
                client_id=question.client_id, carriers=error.carriers, during="enrolment"
            )
            record(transaction, event, self._clock.now())

    def _store(
        self, pending_id: PendingEnrolmentId, question: _Question, outcome: MatchOutcome
    ) -> Stage:
        """Store the answer; what the enrolment has come to by it."""
        now, stage = self._clock.now(), Stage(outcome.outcome)
        with self._database.transaction() as transaction:
            record(transaction, _asked(question, outcome), now)
            row = _unchanged(store.locked(transaction, pending_id), question)
            if row is None:
                return stage
            row.note_outcome(outcome)
            return Stage.HAS_ACCOUNT if note_account(transaction, row, now) else stage


def note_account(session: Session, pending: PendingEnrolment, at: datetime) -> bool:
    """Record that a carrier confirmed somebody who has an account; whether it did."""
    if pending.outcome is not Outcome.MATCH:
        return False
    account = store.account_of(session, pending)
    if account is None:
        return False
    found = EnrolmentFoundAccount(citizen_id=account.holder, client_id=pending.client_id)
    record(session, found, at)
    return True


def _unchanged(row: PendingEnrolment | None, question: _Question) -> PendingEnrolment | None:
    """The row, unless other details were typed while the carrier was asked about these."""
    return row if row is not None and row.revision == question.revision else None


def _asked(question: _Question, outcome: MatchOutcome) -> SecurityEvent:
    return CarrierAsked(
        client_id=question.client_id,
        carrier=outcome.carrier,
        outcome=outcome.outcome,
        spelling=outcome.spelling,
        reference=outcome.reference,
        asked=outcome.asked,
    )
