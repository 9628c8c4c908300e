"""Asking a citizen's carrier once more, because the citizen wants the level back."""

from idp.audit.events import CarrierUnanswered
from idp.audit.log import record
from idp.carriers.count_question import CountQuestion
from idp.carriers.match_citizen import MatchCitizen, SubscriptionHeld, subscription_of
from idp.carriers.model import MatchOutcome
from idp.carriers.ports import CarrierUnavailable
from idp.citizens import store as citizens
from idp.citizens.blind_indexes import identity_number_index, phone_number_index
from idp.citizens.holds import ensure_changeable, lock_changeable
from idp.citizens.model import CitizenId
from idp.citizens.phone_store import default_phone
from idp.core.clock import Clock
from idp.db.database import Database
from idp.db.encryption import BlindIndex


class NoPhone(Exception):
    """The account has no number that a carrier could be asked about."""


class AskCarrierAgain:
    """
    Asks, after the phone was proved to be at hand, by the rules and the budgets of an enrolment.

    The database is not held while a carrier thinks.
    """

    def __init__(
        self,
        *,
        match: MatchCitizen,
        count: CountQuestion,
        database: Database,
        index: BlindIndex,
        clock: Clock,
    ) -> None:
        self._match = match
        self._count = count
        self._database = database
        self._index = index
        self._clock = clock

    def __call__(
        self, citizen_id: CitizenId, *, client_id: str | None, is_owed: bool = False
    ) -> MatchOutcome:
        """
        What the carrier says; a match is evidence from now on.

        *is_owed*: nobody answered the last time, so this one is not counted against the citizen.
        Raises `BudgetSpent`, `CarrierUnavailable` (noted), `ChangesBarred`, `NoPhone`.
        """
        held = self._subscription(citizen_id)
        if not is_owed:
            number = held.person[0].identity_number.value
            self._count(
                phone_number_index(self._index, held.number),
                identity_number_index(self._index, number),
                client_id=client_id,
                citizen_id=citizen_id,
            )
        try:
            outcome = self._match.ask(held)
        except CarrierUnavailable as silence:
            self._note_silence(citizen_id, client_id, silence)
            raise
        with self._database.transaction() as transaction:
            lock_changeable(transaction, citizen_id)
            self._match.keep(transaction, held, outcome)
        return outcome

    def _subscription(self, citizen_id: CitizenId) -> SubscriptionHeld:
        with self._database.reading() as reading:
            ensure_changeable(reading, citizen_id)
            phone = default_phone(reading, citizen_id)
            if phone is None:
                raise NoPhone
            citizen = citizens.citizen(reading, citizen_id, "identity_numbers")
            return subscription_of(citizen, phone)

    def _note_silence(
        self, citizen_id: CitizenId, client_id: str | None, silence: CarrierUnavailable
    ) -> None:
        with self._database.transaction() as transaction:
            event = CarrierUnanswered(
                citizen_id=citizen_id,
                client_id=client_id,
                carriers=silence.carriers,
                during="step_up",
            )
            record(transaction, event, self._clock.now())
