"""Asking about one phone of one citizen again, and what follows from the answer."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from idp.audit.events import CarrierUnanswered, PhoneLost
from idp.audit.log import record
from idp.carriers.match_citizen import MatchCitizen, SubscriptionHeld, subscription_of
from idp.carriers.model import Attribute, MatchOutcome
from idp.carriers.ports import CarrierRecords, CarrierUnavailable
from idp.carriers.rules import ties_number_to_person
from idp.citizens import store as citizens
from idp.citizens.blind_indexes import phone_number_index
from idp.citizens.holds import ChangesBarred, lock_changeable
from idp.citizens.link_identity_number import KindHeld, NumberTaken, link_identity_number
from idp.citizens.model import EvidenceKind, Phone
from idp.citizens.number_store import claimed_number
from idp.citizens.phone_store import lock_phone, release_phone
from idp.core.clock import Clock
from idp.core.identity_number import IdentityNumber, IdentityNumberKind
from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.follow_ups.follow_ups import FollowUps
from idp.follow_ups.model import FollowUpId
from idp.interactions.sign_in import SignIn
from idp.messaging.model import NoticeKind
from idp.rematch import store
from idp.rematch.rules import Finding, finding_of

NEXT_NIGHT: Final = timedelta(hours=16)
"""Longer than any night and shorter than a day: nobody is asked about twice in one night."""


@dataclass(frozen=True, slots=True)
class _Question:
    held: SubscriptionHeld
    last_match: date
    claimed: IdentityNumber | None
    by_old_number: bool

    @property
    def about_claimed(self) -> SubscriptionHeld | None:
        """The same person with the number they claim, which nobody has confirmed yet."""
        if self.claimed is None:
            return None
        person = replace(self.held.person[0], identity_number=self.claimed)
        return replace(self.held, person=(person,))


class RematchPhone:
    """
    Asks whether the number was recycled, and then whether its holder is the citizen still.

    In this order: a recycled number's carrier has no contract with our citizen, and learns nothing
    of them. The database is not held while a carrier thinks.
    """

    def __init__(
        self,
        *,
        carriers: CarrierRecords,
        match: MatchCitizen,
        sign_in: SignIn,
        follow_ups: FollowUps,
        rematch_after: timedelta,
        database: Database,
        index: BlindIndex,
        clock: Clock,
    ) -> None:
        self._carriers = carriers
        self._match = match
        self._sign_in = sign_in
        self._follow_ups = follow_ups
        self._rematch_after = rematch_after
        self._database = database
        self._index = index
        self._clock = clock

    def __call__(self, phone_id: int) -> Finding | None:
        """What was found; `None` where it is not the phone's turn (any more)."""
        question = self._take(phone_id)
        if question is None:
            return None
        try:
            if self._carriers.recycled_since(question.held.number, question.last_match):
                return self._lose(question.held, Finding.RECYCLED)
            outcome = self._match.ask(question.held)
            if Attribute.IDENTITY_NUMBER in outcome.differing and question.about_claimed:
                claimed = self._match.ask(question.about_claimed)
                if ties_number_to_person(claimed) and self._link(question, claimed):
                    return Finding.STILL_HELD
        except CarrierUnavailable as silence:
            return self._note_silence(question.held, silence)
        finding = finding_of(outcome, by_old_number=question.by_old_number)
        return self._keep(question.held, outcome, finding)

    def _link(self, question: _Question, found: MatchOutcome) -> bool:
        """
        Add the number that the citizen claims: the carrier has written it down since.

        False where it is another account's, or a dispute is open: it stays a claim then. So it is
        where the account was closed.
        """
        held, now = question.held, self._clock.now()
        if question.claimed is None:
            return False
        with self._database.transaction() as transaction:
            try:
                lock_changeable(transaction, held.citizen_id)
                link_identity_number(
                    transaction,
                    held.citizen_id,
                    question.claimed,
                    index=self._index,
                    evidence=EvidenceKind.CARRIER_MATCH,
                    by=found.carrier or "",
                    at=now,
                )
            except (ChangesBarred, NumberTaken, KindHeld):
                return False
            self._match.keep(transaction, held, found)
            told = NoticeKind.IDENTITY_NUMBER_ADDED
            owed = self._follow_ups.owe_notice(transaction, told, held.citizen_id, now)
        self._follow_ups.do(owed)
        return True

    def _take(self, phone_id: int) -> _Question | None:
        now = self._clock.now()
        with self._database.transaction() as transaction:
            claimed = store.claim(
                transaction,
                phone_id,
                verified_before=now - self._rematch_after,
                now=now,
                until=now + NEXT_NIGHT,  # a worker that ends here has lost one night
            )
            last_match = store.last_match(transaction, phone_id) if claimed else None
            phone = transaction.get(Phone, phone_id)
            if last_match is None or phone is None or not phone.active:
                return None
            citizen = citizens.citizen(transaction, phone.citizen_id, "identity_numbers")
            held = subscription_of(citizen, phone)
            number = claimed_number(transaction, citizen.id)
        if not held.person:
            return None
        by_old_number = citizen.number_of(IdentityNumberKind.CCCD) is None
        return _Question(held, last_match.date(), number, by_old_number)

    def _keep(self, held: SubscriptionHeld, outcome: MatchOutcome, finding: Finding) -> Finding:
        with self._database.transaction() as transaction:
            self._match.keep(transaction, held, outcome)
            if finding is Finding.UNDECIDED:
                store.postpone(transaction, held.phone_id, self._clock.now() + self._rematch_after)
        return self._lose(held, finding) if finding.is_loss else finding

    def _lose(self, held: SubscriptionHeld, finding: Finding) -> Finding:
        """
        Take the number from the account: its codes would reach a stranger.

        The sessions end first: where that fails, the phone is still due, and the next night does
        it all. Afterwards nobody would ask about it again.
        """
        self._sign_in.end_all_of(held.citizen_id, reason=finding)
        self._follow_ups.do(*self._release(held, finding))
        return finding

    def _release(self, held: SubscriptionHeld, finding: Finding) -> Sequence[FollowUpId]:
        """What follows."""
        now = self._clock.now()
        with self._database.transaction() as transaction:
            if not lock_phone(transaction, held.citizen_id, held.phone_id):
                return ()  # it left the account meanwhile
            number = phone_number_index(self._index, held.number)
            release_phone(transaction, number, now)
            record(transaction, PhoneLost(citizen_id=held.citizen_id, reason=finding), now)
            told = NoticeKind.PHONE_LOST
            return (self._follow_ups.owe_notice(transaction, told, held.citizen_id, now),)

    def _note_silence(self, held: SubscriptionHeld, silence: CarrierUnavailable) -> Finding:
        with self._database.transaction() as transaction:
            event = CarrierUnanswered(
                citizen_id=held.citizen_id, carriers=silence.carriers, during="rematch"
            )
            record(transaction, event, self._clock.now())
        return Finding.SILENT
