"""Asking a carrier whether the other phone is the person's: at the beginning, and at the end."""

from idp.audit.events import CarrierAsked, CarrierUnanswered
from idp.audit.log import record
from idp.carriers.count_question import CountQuestion
from idp.carriers.model import ClaimedIdentity, MatchOutcome
from idp.carriers.ports import CarrierRecords, CarrierUnavailable
from idp.citizens.blind_indexes import identity_number_index, phone_number_index
from idp.core.clock import Clock
from idp.core.phone_number import PhoneNumber
from idp.db.database import Database
from idp.db.encryption import BlindIndex


class AskAboutOtherPhone:
    """Puts a person and a proved phone to the carriers, and notes that they were asked."""

    def __init__(
        self,
        *,
        carriers: CarrierRecords,
        count: CountQuestion,
        database: Database,
        index: BlindIndex,
        clock: Clock,
    ) -> None:
        self._carriers = carriers
        self._count = count
        self._database = database
        self._index = index
        self._clock = clock

    def __call__(
        self, person: ClaimedIdentity, number: PhoneNumber, *, client_id: str | None
    ) -> MatchOutcome | None:
        """
        What the carrier says; `None` where it is silent. Raises `BudgetSpent`.

        Holds no connection to the database while it asks.
        """
        self._count(
            phone_number_index(self._index, number),
            identity_number_index(self._index, person.identity_number.value),
            client_id=client_id,
        )
        event: CarrierAsked | CarrierUnanswered
        outcome = None
        try:
            outcome = self._carriers.match(number, person)
        except CarrierUnavailable as silence:
            event = CarrierUnanswered(
                client_id=client_id, carriers=silence.carriers, during="recovery"
            )
        else:
            event = CarrierAsked(
                client_id=client_id,
                carrier=outcome.carrier,
                outcome=outcome.outcome,
                spelling=outcome.spelling,
                reference=outcome.reference,
                asked=outcome.asked,
            )
        with self._database.transaction() as transaction:
            record(transaction, event, self._clock.now())
        return outcome
