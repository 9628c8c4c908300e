"""The people of a set, the set, and what is kept of a message."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from idp.citizens.model import EvidenceKind
from idp.core.birth_date import BirthDate
from idp.core.full_name import FullName
from idp.core.identity_number import IdentityNumber
from idp.core.phone_number import PhoneNumber
from idp.db import Base
from idp.db.types import PersonalText, UtcDateTime
from idp.test_people.numbers import SetNumber, identity_number, phone_number


class Purpose(StrEnum):
    """What a team tries with somebody."""

    LEVEL_2 = "level_2"
    LEVEL_1 = "level_1"
    LEVEL_3 = "level_3"
    CODE_EXPIRED = "code_expired"
    HELD = "held"
    CARRIER_MISMATCH = "carrier_mismatch"
    LONG_NAME = "long_name"
    BIRTH_YEAR = "birth_year"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    ACCESS_DENIED = "access_denied"


@dataclass(frozen=True, slots=True)
class InventedPerson:
    """
    Somebody invented, in every set the same but for the numbers.

    *evidence* is what the account rests on; without any there is no account.
    """

    purpose: Purpose
    ordinal: int
    full_name: FullName
    birth_date: BirthDate
    evidence: tuple[EvidenceKind, ...] = (EvidenceKind.SELF_DECLARED, EvidenceKind.CARRIER_MATCH)

    @property
    def has_account(self) -> bool:
        """Whether there is one to sign in to."""
        return bool(self.evidence)

    def phone_number(self, of_set: SetNumber) -> PhoneNumber:
        """Where the codes seem to go."""
        return phone_number(of_set, self.ordinal)

    def identity_number(self, of_set: SetNumber) -> IdentityNumber:
        """What the person signs in with."""
        return identity_number(of_set, self.ordinal, self.birth_date)


def _person(
    purpose: Purpose, ordinal: int, name: str, born: str, *evidence: EvidenceKind
) -> InventedPerson:
    rests_on = (EvidenceKind.SELF_DECLARED, *evidence)
    return InventedPerson(purpose, ordinal, FullName(name), BirthDate.from_iso(born), rests_on)


TEST_PEOPLE: Final = (
    _person(Purpose.LEVEL_2, 1, "Nguyễn Thử Hai", "1990-01-02", EvidenceKind.CARRIER_MATCH),
    _person(Purpose.LEVEL_1, 2, "Trần Thử Một", "1985-05-06"),
    _person(
        Purpose.LEVEL_3,
        3,
        "Lê Thử Ba",
        "1978-11-12",
        EvidenceKind.CARRIER_MATCH,
        EvidenceKind.COUNTER_VISIT,
    ),
    _person(Purpose.CODE_EXPIRED, 4, "Phạm Thử Trễ", "1992-03-14", EvidenceKind.CARRIER_MATCH),
    _person(Purpose.HELD, 5, "Hoàng Thử Khoá", "1969-09-09", EvidenceKind.CARRIER_MATCH),
    InventedPerson(
        Purpose.CARRIER_MISMATCH,
        6,
        FullName("Đặng Thử Lệch"),
        BirthDate.from_iso("1995-07-08"),
        evidence=(),
    ),
    _person(
        Purpose.LONG_NAME,
        7,
        "H'Thử Nghiệm Niê Kđăm Mlô Duôn Du Êban Ktla Buôn Yă",
        "2001-02-03",
        EvidenceKind.CARRIER_MATCH,
    ),
    _person(Purpose.BIRTH_YEAR, 8, "Bùi Thử Năm", "1948", EvidenceKind.CARRIER_MATCH),
    _person(Purpose.CONSENT_WITHDRAWN, 9, "Vũ Thử Rút", "1988-08-18", EvidenceKind.CARRIER_MATCH),
    _person(Purpose.ACCESS_DENIED, 10, "Ngô Thử Từ", "1993-10-20", EvidenceKind.CARRIER_MATCH),
)


class PeopleSet(Base):
    """
    That a team has its people, and what all of them sign in with.

    The *password* is kept readable, for the team to read: it opens the accounts of nobody.
    """

    __tablename__ = "test_people_set"

    number: Mapped[SetNumber] = mapped_column(Integer, primary_key=True, autoincrement=False)
    team: Mapped[str] = mapped_column(String(32), unique=True)
    password: Mapped[str] = mapped_column(PersonalText("test_people_set.password"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime())
    made_by: Mapped[str] = mapped_column(String(32))


@dataclass(frozen=True, slots=True)
class KeptMessage:
    """A text that would have gone to a test person's phone."""

    text: str
    sent_at: datetime
