"""Asking whether a citizen holds a phone of the account, and keeping that a carrier said so."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from idp.audit.events import CarrierAsked
from idp.audit.log import record
from idp.carriers.model import Attribute, ClaimedIdentity, MatchOutcome, Outcome
from idp.carriers.ports import CarrierRecords
from idp.citizens.model import Citizen, CitizenId, Evidence, EvidenceKind, Phone
from idp.citizens.number_store import numbers_of
from idp.citizens.phone_store import lapse_evidence_of_phone, lock_phone
from idp.core.identity_number import IdentityNumber, IdentityNumberKind
from idp.core.phone_number import PhoneNumber

_NUMBERS = (IdentityNumberKind.CCCD, IdentityNumberKind.CMND)
"""The order in which carriers are asked about the numbers of one person."""


@dataclass(frozen=True, slots=True)
class SubscriptionHeld:
    """A phone of an account, and who the account says holds it; *person* by each number."""

    citizen_id: CitizenId
    phone_id: int
    number: PhoneNumber
    person: tuple[ClaimedIdentity, ...]


def subscription_of(citizen: Citizen, phone: Phone) -> SubscriptionHeld:
    """What is asked about *phone*; identity numbers of *citizen* are loaded."""
    held = (citizen.number_of(kind) for kind in _NUMBERS)
    return SubscriptionHeld(
        citizen.id, phone.id, PhoneNumber(phone.number), tuple(_claims(citizen, held))
    )


def _claims(
    citizen: Citizen, numbers: Iterable[IdentityNumber | None]
) -> Iterable[ClaimedIdentity]:
    for number in numbers:
        if number is not None:
            yield ClaimedIdentity(number, citizen.full_name, citizen.birth_date)


class MatchCitizen:
    """
    Puts a citizen, as the account has them, to the carrier of a phone of theirs.

    *lapses_after* is how long the carrier's word counts.
    """

    def __init__(self, *, carriers: CarrierRecords, lapses_after: timedelta) -> None:
        self._carriers = carriers
        self._lapses_after = lapses_after

    def ask(self, held: SubscriptionHeld) -> MatchOutcome:
        """
        What the carrier says, by the number of today or, where that differs, by the older one.

        Holds no connection to the database. Raises `CarrierUnavailable`, and LookupError for a
        citizen without an identity number.
        """
        outcome = None
        for person in held.person:
            outcome = self._carriers.match(held.number, person)
            if Attribute.IDENTITY_NUMBER not in outcome.differing:
                break
        if outcome is None:
            raise LookupError("nobody can be asked about without an identity number")
        return outcome

    def keep(self, transaction: Session, held: SubscriptionHeld, outcome: MatchOutcome) -> bool:
        """
        Keep what was said; whether it is evidence now.

        A match takes the place of what the same phone spoke for before. It is none where the phone,
        or a number that was asked about, left the account while the carrier was asked.
        """
        self.note(transaction, held, outcome)
        if outcome.outcome is not Outcome.MATCH:
            return False
        if not lock_phone(transaction, held.citizen_id, held.phone_id):
            return False
        if not numbers_of(transaction, held.citizen_id).issuperset(
            person.identity_number for person in held.person
        ):
            return False
        lapse_evidence_of_phone(transaction, held.phone_id, outcome.checked_at)
        transaction.add(
            Evidence(
                citizen_id=held.citizen_id,
                kind=EvidenceKind.CARRIER_MATCH,
                verifier=outcome.carrier or "",
                reference=outcome.reference,
                attributes=sorted(outcome.attributes),
                spelling=outcome.spelling,
                phone_id=held.phone_id,
                verified_at=outcome.checked_at,
                expires_at=outcome.checked_at + self._lapses_after,
            )
        )
        transaction.flush()
        return True

    def note(self, transaction: Session, held: SubscriptionHeld, outcome: MatchOutcome) -> None:
        """Record that a carrier was asked, for whom its word is no evidence."""
        event = CarrierAsked(
            citizen_id=held.citizen_id,
            carrier=outcome.carrier,
            outcome=outcome.outcome,
            spelling=outcome.spelling,
            reference=outcome.reference,
            asked=outcome.asked,
        )
        record(transaction, event, outcome.checked_at)
