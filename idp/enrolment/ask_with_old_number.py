"""One more question: whether the carrier's record still has the person's old CMND."""

from dataclasses import dataclass
from datetime import timedelta

from idp.audit.events import CarrierAsked, CarrierUnanswered
from idp.audit.log import record
from idp.carriers.count_question import CountQuestion
from idp.carriers.model import ClaimedIdentity, MatchOutcome, Outcome
from idp.carriers.ports import CarrierRecords, CarrierUnavailable
from idp.citizens.blind_indexes import identity_number_index
from idp.core.clock import Clock
from idp.core.identity_number import IdentityNumber
from idp.core.phone_number import PhoneNumber
from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.enrolment import store
from idp.enrolment.ask_carrier import NothingToAsk, note_account
from idp.enrolment.model import PendingEnrolmentId
from idp.enrolment.rules import may_ask_with_old_number, phone_proved
from idp.statistics.model import EVERYBODY, Measure, Stage, Tick
from idp.statistics.ports import Tally
from idp.throttling.ports import BudgetSpent


@dataclass(frozen=True, slots=True)
class _Question:
    person: ClaimedIdentity
    phone_number: PhoneNumber
    phone: bytes
    old_number: bytes
    revision: int
    client_id: str | None


class AskWithOldNumber:
    """
    Asks about the same person with the old number, once for what is typed now.

    A match proves who holds the subscription, and the old number. It says nothing of the CCCD that
    was typed: anybody could type a stranger's beside the own CMND, and would get it attached to
    the own account. So the enrolment goes on with the CMND, and the CCCD is a claim until a
    carrier, a counter or an operator confirms it.
    """

    def __init__(
        self,
        *,
        carriers: CarrierRecords,
        database: Database,
        index: BlindIndex,
        count: CountQuestion,
        proves_for: timedelta,
        tally: Tally,
        clock: Clock,
    ) -> None:
        self._carriers = carriers
        self._database = database
        self._index = index
        self._count = count
        self._proves_for = proves_for
        self._tally = tally
        self._clock = clock

    def __call__(self, pending_id: PendingEnrolmentId, old_number: IdentityNumber) -> bool:
        """
        Whether the carrier confirmed the person with *old_number*; the enrolment has it then.

        Raises `CarrierUnavailable` and `BudgetSpent` (it can be asked again), and `NothingToAsk`:
        it was asked already, or something else is due.
        """
        question = self._take(pending_id, old_number)
        try:
            self._count(question.phone, question.old_number, client_id=question.client_id)
            found = self._carriers.match(question.phone_number, question.person)
        except BudgetSpent:
            self._give_back(pending_id, question)
            raise
        except CarrierUnavailable as silence:
            self._give_back(pending_id, question, silence)
            raise
        confirmed = self._store(pending_id, question, found)
        if confirmed:
            client_id = question.client_id or EVERYBODY
            self._tally.count(Tick(Measure.ENROLMENT, client_id, Stage.MATCH, self._clock.now()))
        return confirmed

    def _take(self, pending_id: PendingEnrolmentId, old_number: IdentityNumber) -> _Question:
        now = self._clock.now()
        with self._database.transaction() as transaction:
            row = store.locked(transaction, pending_id)
            if (
                row is None
                or not phone_proved(row.phone_confirmed_at, now, self._proves_for)
                or not may_ask_with_old_number(row)
                or not store.take_old_number_question(transaction, pending_id, row.revision)
            ):
                raise NothingToAsk
            typed = row.details
            return _Question(
                person=ClaimedIdentity(
                    old_number, typed.identity.full_name, typed.identity.birth_date
                ),
                phone_number=typed.phone_number,
                phone=row.phone_number_index,
                old_number=identity_number_index(self._index, old_number.value),
                revision=row.revision,
                client_id=row.client_id,
            )

    def _give_back(
        self,
        pending_id: PendingEnrolmentId,
        question: _Question,
        silence: CarrierUnavailable | None = None,
    ) -> None:
        with self._database.transaction() as transaction:
            store.give_old_number_question_back(transaction, pending_id, question.revision)
            if silence is not None:
                unanswered = CarrierUnanswered(
                    client_id=question.client_id, carriers=silence.carriers, during="enrolment"
                )
                record(transaction, unanswered, self._clock.now())

    def _store(
        self, pending_id: PendingEnrolmentId, question: _Question, found: MatchOutcome
    ) -> bool:
        now = self._clock.now()
        with self._database.transaction() as transaction:
            asked = CarrierAsked(
                client_id=question.client_id,
                carrier=found.carrier,
                outcome=found.outcome,
                spelling=found.spelling,
                reference=found.reference,
                asked=found.asked,
            )
            record(transaction, asked, now)
            row = store.locked(transaction, pending_id)
            if row is None or row.revision != question.revision:
                return False
            # A mismatch with the old number is no news about the typed one: that answer stands.
            if found.outcome is not Outcome.MATCH:
                return False
            row.take_old_number(question.person.identity_number, index=question.old_number)
            row.note_outcome(found)
            note_account(transaction, row, now)
            return True
