"""Adding a second number to an account on the word of the carrier of its phone."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from idp.audit.events import CarrierUnanswered, LinkFoundAccount
from idp.audit.log import record
from idp.carriers.count_question import CountQuestion
from idp.carriers.match_citizen import MatchCitizen, SubscriptionHeld
from idp.carriers.model import ClaimedIdentity, MatchOutcome
from idp.carriers.ports import CarrierUnavailable
from idp.carriers.rules import ties_number_to_person
from idp.citizens.blind_indexes import identity_number_index, phone_number_index
from idp.citizens.holds import ChangesBarred, holds_of, lock_changeable
from idp.citizens.link_identity_number import KindHeld, NumberTaken, link_identity_number
from idp.citizens.model import CitizenId, EvidenceKind
from idp.citizens.phone_store import default_phone, lock_phone
from idp.citizens.rules import bars_changes
from idp.citizens.store import citizen
from idp.core.clock import Clock
from idp.core.identity_number import IdentityNumber
from idp.core.phone_number import PhoneNumber
from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.follow_ups.follow_ups import FollowUps
from idp.follow_ups.model import FollowUpId
from idp.messaging.model import NoticeKind


class Linked(StrEnum):
    """What came of the wish to add a number."""

    ADDED = "added"
    NOT_CONFIRMED = "not_confirmed"
    """The carrier's record of the account's phone has not this number with this person."""
    NO_PHONE = "no_phone"
    """The account has no phone whose carrier could be asked."""
    TAKEN = "taken"
    """Confirmed, and another account has it."""
    KIND_HELD = "kind_held"
    """The account has a number of that kind by now."""
    BARRED = "barred"
    """A hold keeps the account as it is."""


class LinkByCarrier:
    """
    Asks the carrier of the account's own phone whether its subscriber has the new number.

    Nobody else's number can come in: it would have to stand in the record of this account's phone,
    with this account's name and birth date. Nobody learns of other accounts before that.
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

    def __call__(self, citizen_id: CitizenId, number: IdentityNumber) -> Linked:
        """
        Add *number*, if the carrier ties it to the citizen.

        Raises `CarrierUnavailable`, `BudgetSpent`; nothing is changed then.
        """
        with self._database.reading() as reading:
            if bars_changes(holds_of(reading, citizen_id)):
                return Linked.BARRED
            phone = default_phone(reading, citizen_id)
            person = citizen(reading, citizen_id)
        if phone is None:
            return Linked.NO_PHONE
        phone_number = PhoneNumber(phone.number)
        self._count(
            phone_number_index(self._index, phone_number),
            identity_number_index(self._index, number.value),
            citizen_id=citizen_id,
        )
        claim = ClaimedIdentity(number, person.full_name, person.birth_date)
        asked = SubscriptionHeld(citizen_id, phone.id, phone_number, (claim,))
        try:
            found = self._match.ask(asked)
        except CarrierUnavailable as silence:
            self._note_silence(citizen_id, silence)
            raise
        now = self._clock.now()
        owed: list[FollowUpId] = []
        with self._database.transaction() as transaction:
            linked = self._link(transaction, asked, number, found, now)
            if linked is Linked.ADDED:
                told = NoticeKind.IDENTITY_NUMBER_ADDED
                owed.append(self._follow_ups.owe_notice(transaction, told, citizen_id, now))
        self._follow_ups.do(*owed)
        return linked

    def _link(
        self,
        transaction: Session,
        asked: SubscriptionHeld,
        number: IdentityNumber,
        found: MatchOutcome,
        now: datetime,
    ) -> Linked:
        # Again: a dispute may have come in while the carrier was asked, or the account was closed.
        try:
            lock_changeable(transaction, asked.citizen_id)
        except ChangesBarred:
            self._match.note(transaction, asked, found)
            return Linked.BARRED
        if not ties_number_to_person(found) or not lock_phone(
            transaction, asked.citizen_id, asked.phone_id
        ):
            self._match.note(transaction, asked, found)
            return Linked.NOT_CONFIRMED
        try:
            link_identity_number(
                transaction,
                asked.citizen_id,
                number,
                index=self._index,
                evidence=EvidenceKind.CARRIER_MATCH,
                by=found.carrier or "",
                at=now,
            )
        except NumberTaken as taken:
            self._match.note(transaction, asked, found)
            record(transaction, LinkFoundAccount(citizen_id=taken.holder), now)
            return Linked.TAKEN
        except KindHeld:
            self._match.note(transaction, asked, found)
            return Linked.KIND_HELD
        self._match.keep(transaction, asked, found)
        return Linked.ADDED

    def _note_silence(self, citizen_id: CitizenId, silence: CarrierUnavailable) -> None:
        with self._database.transaction() as transaction:
            event = CarrierUnanswered(
                citizen_id=citizen_id, carriers=silence.carriers, during="identity_number"
            )
            record(transaction, event, self._clock.now())
