"""Finding out who complains: the phone is theirs, and a carrier names them as its subscriber."""

from dataclasses import dataclass
from datetime import timedelta

from idp.audit.events import CarrierAsked, CarrierUnanswered
from idp.audit.log import record
from idp.carriers.count_question import CountQuestion
from idp.carriers.model import MatchOutcome
from idp.carriers.ports import CarrierRecords, CarrierUnavailable
from idp.core.clock import Clock
from idp.db.database import Database
from idp.disputes import store
from idp.disputes.model import ClaimedDetails, Complaint, ComplaintId
from idp.disputes.rules import phone_proved


class NothingToAsk(Exception):
    """The complaint is gone, or nobody has proved to hold its phone lately."""


@dataclass(frozen=True, slots=True)
class _Question:
    details: ClaimedDetails
    revision: int
    is_owed: bool
    identity_number: bytes
    phone: bytes
    client_id: str | None


class MatchClaimant:
    """
    Notes that the phone is at hand, then asks the carriers whose it is.

    The database is not held while a carrier thinks; the budgets are those of enrolment, for it is
    the same question.
    """

    def __init__(
        self,
        *,
        carriers: CarrierRecords,
        database: Database,
        count: CountQuestion,
        proves_for: timedelta,
        clock: Clock,
    ) -> None:
        self._carriers = carriers
        self._database = database
        self._count = count
        self._proves_for = proves_for
        self._clock = clock

    def phone_is_at_hand(self, complaint_id: ComplaintId) -> None:
        """A code sent to the complaint's number was right; a carrier is asked anew."""
        with self._database.transaction() as transaction:
            row = store.locked_complaint(transaction, complaint_id)
            if row is not None:
                row.phone_confirmed_at = self._clock.now()
                row.forget_outcome()

    def __call__(self, complaint_id: ComplaintId) -> None:
        """
        Ask about the complaint as it stands, and keep the answer with it.

        Raises `CarrierUnavailable` (everything stays; the next question is not counted),
        `BudgetSpent`, `NothingToAsk`.
        """
        question = self._take(complaint_id)
        if not question.is_owed:
            self._count(question.phone, question.identity_number, client_id=question.client_id)
        details = question.details
        try:
            outcome = self._carriers.match(details.phone_number, details.identity)
        except CarrierUnavailable as silence:
            self._note_silence(complaint_id, question, silence)
            raise
        self._note(complaint_id, question, outcome)

    def _take(self, complaint_id: ComplaintId) -> _Question:
        with self._database.transaction() as transaction:
            row = store.locked_complaint(transaction, complaint_id)
            if row is None or not phone_proved(
                row.phone_confirmed_at, self._clock.now(), self._proves_for
            ):
                raise NothingToAsk
            return _Question(
                details=row.details,
                revision=row.revision,
                # Taken before the question is put: two tabs share one that is owed.
                is_owed=store.take_owed_question(transaction, complaint_id),
                identity_number=row.identity_number_index,
                phone=row.phone_number_index,
                client_id=row.client_id,
            )

    def _note_silence(
        self, complaint_id: ComplaintId, question: _Question, silence: CarrierUnavailable
    ) -> None:
        with self._database.transaction() as transaction:
            row = _unchanged(store.locked_complaint(transaction, complaint_id), question)
            if row is not None:
                row.forget_outcome()
                row.question_owed = True
            event = CarrierUnanswered(
                client_id=question.client_id, carriers=silence.carriers, during="dispute"
            )
            record(transaction, event, self._clock.now())

    def _note(self, complaint_id: ComplaintId, question: _Question, outcome: MatchOutcome) -> None:
        event = CarrierAsked(
            client_id=question.client_id,
            carrier=outcome.carrier,
            outcome=outcome.outcome,
            spelling=outcome.spelling,
            reference=outcome.reference,
            asked=outcome.asked,
        )
        with self._database.transaction() as transaction:
            record(transaction, event, self._clock.now())
            row = _unchanged(store.locked_complaint(transaction, complaint_id), question)
            if row is not None:
                row.note_outcome(outcome)


def _unchanged(row: Complaint | None, question: _Question) -> Complaint | None:
    """The row, unless other details were typed while the carrier was asked about these."""
    return row if row is not None and row.revision == question.revision else None
