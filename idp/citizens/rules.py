"""What is derived of a citizen: the verification level and the pairwise subject."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NewType, Protocol
from uuid import UUID

from idp.citizens.model import CitizenId, EvidenceKind, HoldKind
from idp.core.birth_date import BirthDate
from idp.core.full_name import FullName
from idp.core.identity_number import IdentityNumber, IdentityNumberKind
from idp.core.mac import Mac

UNCONFIRMED_WAITS: Final = timedelta(hours=72)
"""How long a number that no carrier confirmed is there before codes go to it by themselves."""

Subject = NewType("Subject", str)
"""The identifier of a citizen at one sector: `sub`, and `TechID` for portals of the old kind."""


class HeldEvidence(Protocol):
    """What the level needs to know of an evidence record."""

    @property
    def kind(self) -> EvidenceKind: ...
    @property
    def verified_at(self) -> datetime: ...
    @property
    def expires_at(self) -> datetime | None: ...
    @property
    def lapsed_at(self) -> datetime | None: ...


class KnownPerson(Protocol):
    """Who a citizen is."""

    @property
    def full_name(self) -> FullName: ...
    @property
    def birth_date(self) -> BirthDate: ...

    def number_of(self, kind: IdentityNumberKind) -> IdentityNumber | None: ...


@dataclass(frozen=True, slots=True)
class VerificationLevel:
    """A level and the words for it."""

    level: int
    evidence: frozenset[str]
    shown_vi: str
    shown_en: str

    def shown(self, locale: str) -> str:
        """The words for it, in that language."""
        return self.shown_en if locale == "en" else self.shown_vi


def bars_sign_in(holds: Iterable[HoldKind]) -> bool:
    """Whether an account with these holds cannot be signed in to; a dispute leaves it working."""
    return any(hold is not HoldKind.DISPUTE for hold in holds)


def bars_changes(holds: Iterable[HoldKind]) -> bool:
    """
    Whether phone, password and authenticators stay as they are, and nothing is exported.

    Not for want of use: whoever comes back after years may have forgotten the password.
    """
    return any(hold is not HoldKind.INACTIVE for hold in holds)


def is_only_inactive(holds: Collection[HoldKind]) -> bool:
    """Whether want of use is all that keeps the citizen from signing in."""
    return HoldKind.INACTIVE in holds and not bars_sign_in(
        hold for hold in holds if hold is not HoldKind.INACTIVE
    )


def is_same_person(
    held: KnownPerson, number: IdentityNumber, full_name: FullName, birth_date: BirthDate
) -> bool:
    """
    Whether a citizen is the bearer of *number*, who is somebody confirmed of that name and birth.

    One person's CCCD and CMND are two keys of one account: so the citizen holds the other kind and
    none of this one. A year of birth alone is too many people's.
    """
    return (
        held.number_of(number.kind) is None
        and any(held.number_of(kind) is not None for kind in IdentityNumberKind)
        and held.full_name.key == full_name.key
        and held.birth_date == birth_date
        and not birth_date.is_year_only
    )


def speaks(evidence: HeldEvidence, at: datetime) -> bool:
    """Whether the record still counts at that moment."""
    if evidence.lapsed_at is not None and evidence.lapsed_at <= at:
        return False
    return evidence.expires_at is None or at < evidence.expires_at


def verification_level(
    evidence: Iterable[HeldEvidence], table: Sequence[VerificationLevel], at: datetime
) -> VerificationLevel:
    """
    The highest level of *table* that evidence speaks for at that moment, else the lowest.

    Derived each time, never stored: a level falls the moment its evidence lapses.
    """
    kinds = {str(record.kind) for record in evidence if speaks(record, at)}
    reached = [level for level in table if level.evidence & kinds]
    return max(reached or [min(table, key=_level)], key=_level)


def _level(entry: VerificationLevel) -> int:
    return entry.level


def pairwise_subject(key: Mac, sector: str, citizen: CitizenId) -> Subject:
    """
    The subject of *citizen* at *sector* (OpenID Connect Core §8.1).

    A UUID made of HMAC-SHA-256; *key* never rotates, because portals key their records on it.
    """
    value = key.of(f"{sector}\0{citizen}")
    return Subject(str(UUID(bytes=value[:16], version=5)))
