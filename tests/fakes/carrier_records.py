"""Carriers in memory: an honest double of the port `CarrierRecords`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from idp.carriers import rules
from idp.carriers.model import ClaimedIdentity, MatchOutcome, RecordAnswer, Verdict
from idp.carriers.ports import CarrierUnavailable
from idp.core.birth_date import BirthDate
from idp.core.clock import Clock
from idp.core.full_name import FullName
from idp.core.identity_number import IdentityNumber
from idp.core.phone_number import PhoneNumber

CARRIERS = ("viettel", "vinaphone", "mobifone", "vietnamobile", "gmobile")
PREFIXES = {"086": "viettel", "091": "vinaphone", "090": "mobifone", "092": "vietnamobile"}


@dataclass(frozen=True)
class Subscription:
    """What a carrier's record holds of one number; None is what it does not keep."""

    carrier: str
    identity_number: IdentityNumber | None
    full_name: FullName | None
    birth_date: BirthDate | None
    sim_changed_at: datetime | None = None
    recycled_on: date | None = None


class CarrierRecordsInMemory:
    """
    Answers from *subscriptions*; implements `CarrierRecords`.

    Carriers in *unaccented* keep names in plain capitals and deny every other spelling. A test
    may change `subscriptions` and `silent` (carriers that do not answer) at any time, and reads
    in `disclosed` which carrier got whose identity, in which spelling.
    """

    def __init__(
        self,
        clock: Clock,
        subscriptions: Mapping[PhoneNumber, Subscription] | None = None,
        unaccented: frozenset[str] = frozenset(),
    ) -> None:
        self.subscriptions = dict(subscriptions or {})
        self.silent: set[str] = set()
        self.disclosed: list[tuple[str, ClaimedIdentity, str]] = []
        self._clock = clock
        self._unaccented = unaccented
        self._questions = 0

    def match(self, number: PhoneNumber, person: ClaimedIdentity) -> MatchOutcome:
        """See the port."""
        self._questions += 1
        reference, now = f"question-{self._questions}", self._clock.now()
        asked, held = self._holder(number)
        if held is None:
            return rules.nobodys_number(reference=reference, checked_at=now, asked=asked)
        unaccented = held.carrier in self._unaccented
        attempt = rules.first_attempt(person.full_name)
        while True:
            self.disclosed.append((held.carrier, person, attempt.name))
            answer = _answer(held, person, attempt.name, unaccented=unaccented)
            further = rules.next_attempt(
                person.full_name, attempt.spelling, answer, unaccented=unaccented
            )
            if further is None:
                break
            attempt = further
        return rules.conclusion(
            answer,
            attempt.spelling,
            unaccented=unaccented,
            carrier=held.carrier,
            reference=reference,
            checked_at=now,
            asked=asked,
        )

    def sim_changed_within(self, number: PhoneNumber, window: timedelta) -> bool:
        """See the port."""
        changed_at = self._served(number).sim_changed_at
        return changed_at is not None and self._clock.now() - changed_at <= window

    def recycled_since(self, number: PhoneNumber, since: date) -> bool:
        """See the port."""
        recycled_on = self._served(number).recycled_on
        return recycled_on is not None and recycled_on > since

    def _served(self, number: PhoneNumber) -> Subscription:
        asked, held = self._holder(number)
        if held is None:
            raise CarrierUnavailable(asked)
        return held

    def _holder(self, number: PhoneNumber) -> tuple[tuple[str, ...], Subscription | None]:
        held = self.subscriptions.get(number)
        asked = []
        for carrier in rules.asking_order(number, CARRIERS, PREFIXES):
            asked.append(carrier)
            if held is not None and carrier == held.carrier and carrier not in self.silent:
                return tuple(asked), held
        if self.silent:
            raise CarrierUnavailable(tuple(carrier for carrier in asked if carrier in self.silent))
        return tuple(asked), None


def _answer(
    held: Subscription, person: ClaimedIdentity, name: str, *, unaccented: bool
) -> RecordAnswer:
    return RecordAnswer(
        identity_number=_verdict(
            held.identity_number, held.identity_number == person.identity_number
        ),
        full_name=_verdict(held.full_name, _same_name(held.full_name, name, unaccented=unaccented)),
        birth_date=(
            Verdict.NOT_AVAILABLE
            if held.birth_date is None
            or held.birth_date.is_year_only
            or person.birth_date.is_year_only
            else _verdict(held.birth_date, held.birth_date == person.birth_date)
        ),
    )


def _same_name(recorded: FullName | None, sent: str, *, unaccented: bool) -> bool:
    if recorded is None:
        return False
    if unaccented:
        return sent.upper() == recorded.ascii()
    return FullName.parse(sent).key == recorded.key


def _verdict(recorded: object, same: bool) -> Verdict:  # noqa: FBT001
    if recorded is None:
        return Verdict.NOT_AVAILABLE
    return Verdict.TRUE if same else Verdict.FALSE
