"""What is counted, and the counts at rest."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import BigInteger, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from idp.db import Base
from idp.db.types import UtcDateTime

EVERYBODY: Final = ""
"""Where a client_id would stand: all relying parties together, and what belongs to none."""
WHOLE_DAY: Final = -1
"""Where an hour would stand."""


class Measure(StrEnum):
    """What is counted; *detail* says which of its kind."""

    BEGUN = "begun"
    """A relying party sent somebody to sign in, and not silently."""
    SIGNED_IN = "signed_in"
    """A relying party got a code; detail: a `Way`."""
    LEVEL = "level"
    """The verification level of whoever signed in; detail: the number."""
    WAITED = "waited"
    """How long a sign-in took, from the request to the code; detail: seconds, as in `WAITS`."""
    REFUSED = "refused"
    """A relying party got no code by somebody's decision or state; detail: the error."""
    OTP_SENT = "otp_sent"
    """The gateway took a text with a code; detail: the carrier."""
    OTP_FAILED = "otp_failed"
    """The gateway did not take one."""
    OTP_CONFIRMED = "otp_confirmed"
    """A code was typed rightly: its text arrived."""
    ENROLMENT = "enrolment"
    """Somebody got so far; detail: a `Stage`."""


class Way(StrEnum):
    """How a relying party came by a code."""

    ANEW = "anew"
    """Somebody signed in for it."""
    SESSION = "session"
    """Somebody was signed in already."""
    SILENT = "silent"
    """The same, and nobody was to be asked (`prompt=none`)."""


class Stage(StrEnum):
    """What became of an enrolment."""

    FORM = "form"
    """The details were sent; once more for each correction."""
    MATCH = "match"
    MISMATCH = "mismatch"
    NOT_AVAILABLE = "not_available"
    NOT_SUBSCRIBER = "not_subscriber"
    UNANSWERED = "unanswered"
    HAS_ACCOUNT = "has_account"
    ENROLLED = "enrolled"


WAITS: Final = (5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600, 1800, 86400)
"""Upper ends of the classes that waiting times are counted in, in seconds."""


@dataclass(frozen=True, slots=True)
class Tick:
    """One more of *measure*; *client_id* is empty where it belongs to no relying party."""

    measure: Measure
    client_id: str
    detail: str
    at: datetime


@dataclass(frozen=True, slots=True)
class HourlyCount:
    """So many in one hour, which begins at *hour*."""

    measure: Measure
    client_id: str
    detail: str
    hour: datetime
    count: int


class StatisticRecord(Base):
    """
    How many of one measure and detail there were in an hour, or a day, in Vietnam.

    Each stands under its relying party and under `EVERYBODY`: so a report of all of them costs no
    more than that of one.
    """

    __tablename__ = "statistic"

    client_id: Mapped[str] = mapped_column(String(128), primary_key=True)
    hour: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    day: Mapped[date] = mapped_column(primary_key=True, index=True)
    measure: Mapped[str] = mapped_column(String(16), primary_key=True)
    detail: Mapped[str] = mapped_column(String(48), primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)


class StatisticBatch(Base):
    """That a batch of counts is in the numbers: one that is met twice is added once."""

    __tablename__ = "statistic_batch"

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime(), index=True)
