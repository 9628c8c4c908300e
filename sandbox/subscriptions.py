"""Mobile subscriptions: who, by a carrier's records, holds which number."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from threading import Lock

from sandbox.clock import VIETNAM
from sandbox.tempers import Carrier

_E164 = re.compile(r"\+84(?:3[2-9]|5[25689]|7[06-9]|8[1-9]|9[0-9])[0-9]{7}")
_DOCUMENT = re.compile(r"[0-9]{9}|[0-9]{12}")
_YEAR = re.compile(r"[0-9]{4}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
LONGEST_NAME = 100


class InvalidSubscription(ValueError):
    """A record no carrier could hold; the message names the member at fault."""


def is_vietnamese_mobile(number: str) -> bool:
    """Whether *number* is a Vietnamese mobile number in E.164 form, by the plan of 2018."""
    return _E164.fullmatch(number) is not None


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """
    One number held under a contract with one carrier.

    `id_document` is a CCCD of 12 digits, an old CMND of 9, or None where the carrier never took one
    down. `birth_date` is `YYYY-MM-DD`, or
    `YYYY` where the holder's papers say no more. `sim_changed_at` is the last change of the SIM
    card alone; `recycled_at` is when the number came to this holder from another.
    """

    phone_number: str
    carrier: Carrier
    id_document: str | None = field(repr=False)
    full_name: str = field(repr=False)
    birth_date: str = field(repr=False)
    sim_changed_at: datetime | None = None
    recycled_at: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse what no carrier could hold. Raises InvalidSubscription."""
        if not is_vietnamese_mobile(self.phone_number):
            raise InvalidSubscription("phone_number: a Vietnamese mobile number, as +84912000001")
        if self.id_document is not None and not _DOCUMENT.fullmatch(self.id_document):
            raise InvalidSubscription("id_document: 9 or 12 digits")
        if not 1 <= len(self.full_name.strip()) <= LONGEST_NAME:
            raise InvalidSubscription(f"full_name: 1 to {LONGEST_NAME} characters")
        if not _is_birth_date(self.birth_date):
            raise InvalidSubscription("birth_date: YYYY-MM-DD or YYYY")

    @property
    def latest_sim_change(self) -> datetime | None:
        """When the number last met a new SIM; CAMARA counts a new subscription as one."""
        changes = [at for at in (self.sim_changed_at, self.recycled_at) if at is not None]
        return max(changes, default=None)

    def changed_hands_after(self, day: date) -> bool:
        """Whether the number came to its present holder after *day*, by the calendar in Vietnam."""
        return self.recycled_at is not None and self.recycled_at.astimezone(VIETNAM).date() > day


def _is_birth_date(text: str) -> bool:
    if _YEAR.fullmatch(text):
        return text != "0000"
    if not _DAY.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


class Subscriptions:
    """Every carrier's records, in memory; safe to use from several threads."""

    def __init__(self, subscriptions: Iterable[Subscription] = ()) -> None:
        """Start with the given records."""
        self._lock = Lock()
        self._by_number = {one.phone_number: one for one in subscriptions}

    def put(self, subscription: Subscription) -> None:
        """Add a record, or replace the number's former one, whichever carrier held it."""
        with self._lock:
            self._by_number[subscription.phone_number] = subscription

    def held_by(self, carrier: Carrier, number: str) -> Subscription | None:
        """Return the number's record if it is this carrier's, else None."""
        subscription = self._by_number.get(number)
        if subscription is None or subscription.carrier is not carrier:
            return None
        return subscription
