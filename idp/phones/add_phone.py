"""Adding a number that a code has proved, with the carrier's word on whose it is."""

from dataclasses import replace
from enum import StrEnum

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from idp.audit.events import CarrierUnanswered, PhoneAdded, PhoneMoved
from idp.audit.log import record
from idp.carriers.count_question import CountQuestion
from idp.carriers.match_citizen import MatchCitizen, SubscriptionHeld, subscription_of
from idp.carriers.model import MatchOutcome, Outcome
from idp.carriers.ports import CarrierUnavailable
from idp.citizens import store as citizens
from idp.citizens.blind_indexes import identity_number_index
from idp.citizens.holds import lock_changeable
from idp.citizens.model import CitizenId, Phone
from idp.citizens.phone_store import (
    default_phone,
    holder_of_phone,
    lock_with_holder,
    release_phone,
)
from idp.core.clock import Clock
from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.follow_ups.follow_ups import FollowUps
from idp.messaging.model import NoticeKind
from idp.phones import store
from idp.phones.model import PendingPhone
from idp.throttling.ports import BudgetSpent


class Added(StrEnum):
    """What came of the wish to add a number."""

    CONFIRMED = "confirmed"
    """The carrier names the citizen as its holder: it speaks for the level, too."""
    UNCONFIRMED = "unconfirmed"
    """The phone is at hand, and no more is known."""
    TAKEN = "taken"
    """Another account has it, and no carrier says that it is this citizen's."""
    GONE = "gone"
    """It was added or dropped meanwhile, in another tab."""


class AddPhone:
    """
    Asks the carrier of the new number whether the citizen holds it, and adds it.

    A number belongs to one account: a match moves it here, as with every match; without one it
    stays where it is. Only a proved number is asked about.
    """

    def __init__(
        self,
        *,
        match: MatchCitizen,
        count: CountQuestion,
        follow_ups: FollowUps,
        database: Database,
        index: BlindIndex,
        clock: Clock,
    ) -> None:
        self._match = match
        self._count = count
        self._follow_ups = follow_ups
        self._database = database
        self._index = index
        self._clock = clock

    def __call__(self, pending: PendingPhone) -> Added:
        """Do so, once the code was right. Raises `ChangesBarred`; nothing is added then."""
        citizen_id = pending.citizen_id
        asked = self._subscription(pending)
        found = self._ask(pending, asked) if asked.person else None
        matched = found is not None and found.outcome is Outcome.MATCH
        now = self._clock.now()
        owe_end, owe_notice = self._follow_ups.owe_end, self._follow_ups.owe_notice
        former: CitizenId | None = None
        with self._database.transaction() as transaction:
            # The accounts before their phones, as whoever changes both; and a dispute that is being
            # filed at this moment is seen.
            lock_with_holder(transaction, citizen_id, pending.number_index)
            lock_changeable(transaction, citizen_id)
            if not store.take_pending(transaction, pending.id):
                return Added.GONE
            holder = holder_of_phone(transaction, pending.number_index)
            if holder == citizen_id:
                return Added.GONE
            if holder is not None and not matched:
                self._note(transaction, asked, found)
                return Added.TAKEN
            if holder is not None:
                former = release_phone(transaction, pending.number_index, now)
            if former is not None:
                record(transaction, PhoneMoved(citizen_id=former), now)
            phone = self._add(transaction, pending)
            if phone is None:
                return Added.TAKEN
            if found is not None:
                self._match.keep(transaction, replace(asked, phone_id=phone.id), found)
            record(transaction, PhoneAdded(citizen_id=citizen_id, confirmed=matched), now)
            owed = [owe_notice(transaction, NoticeKind.PHONE_ADDED, citizen_id, now)]
            if former is not None:
                owed += [
                    owe_end(transaction, former, "phone_moved", now),
                    owe_notice(transaction, NoticeKind.PHONE_LOST, former, now),
                ]
        self._follow_ups.do(*owed)
        return Added.CONFIRMED if matched else Added.UNCONFIRMED

    def _subscription(self, pending: PendingPhone) -> SubscriptionHeld:
        with self._database.reading() as reading:
            citizen = citizens.citizen(reading, pending.citizen_id, "identity_numbers")
            return subscription_of(citizen, Phone(id=0, number=pending.number_text))

    def _ask(self, pending: PendingPhone, asked: SubscriptionHeld) -> MatchOutcome | None:
        """What the carrier says; `None` where it is silent, or was asked too often."""
        number = asked.person[0].identity_number
        try:
            self._count(
                pending.number_index,
                identity_number_index(self._index, number.value),
                citizen_id=pending.citizen_id,
            )
            return self._match.ask(asked)
        except BudgetSpent:
            return None
        except CarrierUnavailable as silence:
            with self._database.transaction() as transaction:
                event = CarrierUnanswered(
                    citizen_id=pending.citizen_id, carriers=silence.carriers, during="phone_added"
                )
                record(transaction, event, self._clock.now())
            return None

    def _note(
        self, transaction: Session, asked: SubscriptionHeld, found: MatchOutcome | None
    ) -> None:
        if found is not None:
            self._match.note(transaction, asked, found)

    def _add(self, transaction: Session, pending: PendingPhone) -> Phone | None:
        """The new row; `None` where another account was given the number at this moment."""
        is_first = default_phone(transaction, pending.citizen_id) is None
        phone = Phone(
            citizen_id=pending.citizen_id,
            number=pending.number_text,
            number_index=pending.number_index,
            is_default=is_first,
            verified_at=self._clock.now(),
        )
        try:
            with transaction.begin_nested():
                transaction.add(phone)
        except IntegrityError:
            return None
        return phone
