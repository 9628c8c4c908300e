"""Choosing the number that codes go to, and taking a number from the account."""

from collections.abc import Sequence
from datetime import datetime

from idp.audit.events import DefaultPhoneChanged, PhoneRemoved
from idp.audit.log import record
from idp.citizens.holds import lock_changeable
from idp.citizens.model import CitizenId
from idp.citizens.phone_store import make_default_phone, release_phone
from idp.core.clock import Clock
from idp.db.database import Database
from idp.follow_ups.follow_ups import FollowUps
from idp.messaging.model import NoticeKind
from idp.phones import store
from idp.phones.begin_phone import PhonePolicy, TrustSignIn
from idp.phones.rules import Stays, default_from, stays
from idp.phones.store import HeldPhone
from idp.sessions.model import Authentication


class NoSuchPhone(Exception):
    """The citizen has no such phone: it was taken away meanwhile, in another tab."""


class TooNew(Exception):
    """No carrier confirmed the number, and it was added a moment ago; *possible_from* says when."""

    def __init__(self, possible_from: datetime) -> None:
        super().__init__()
        self.possible_from = possible_from


class PhoneStays(Exception):
    """The number cannot be taken away; *why*."""

    def __init__(self, why: Stays) -> None:
        super().__init__(why)
        self.why = why


class MakeDefault:
    """Lets codes go to another of the citizen's phones; every phone is told."""

    def __init__(
        self,
        *,
        trust: TrustSignIn,
        policy: PhonePolicy,
        follow_ups: FollowUps,
        database: Database,
        clock: Clock,
    ) -> None:
        self._trust = trust
        self._policy = policy
        self._follow_ups = follow_ups
        self._database = database
        self._clock = clock

    def __call__(self, authentication: Authentication, phone_id: int) -> None:
        """Do so. Raises `ChangesBarred`, `NoSuchPhone`, `TooNew`, `NotTrustedNow`."""
        citizen_id = authentication.citizen_id
        self._trust(authentication)
        now = self._clock.now()
        with self._database.transaction() as transaction:
            lock_changeable(transaction, citizen_id)
            phone = _find(store.phones_of(transaction, citizen_id, now), phone_id)
            if phone.is_default:
                return
            possible_from = default_from(
                phone.verified_at,
                confirmed=phone.confirmed,
                cooling_off=self._policy.cooling_off,
            )
            if now < possible_from:
                raise TooNew(possible_from)
            make_default_phone(transaction, citizen_id, phone_id)
            record(transaction, DefaultPhoneChanged(citizen_id=citizen_id), now)
            owed = self._follow_ups.owe_notice(
                transaction, NoticeKind.DEFAULT_PHONE_CHANGED, citizen_id, now
            )
        self._follow_ups.do(owed)


class RemovePhone:
    """Takes a number away; what rests on it counts no more, and every phone is told."""

    def __init__(self, *, follow_ups: FollowUps, database: Database, clock: Clock) -> None:
        self._follow_ups = follow_ups
        self._database = database
        self._clock = clock

    def __call__(self, citizen_id: CitizenId, phone_id: int) -> None:
        """Do so. Raises `ChangesBarred`, `NoSuchPhone`, `PhoneStays`."""
        now = self._clock.now()
        with self._database.transaction() as transaction:
            lock_changeable(transaction, citizen_id)
            phones = store.phones_of(transaction, citizen_id, now)
            phone = _find(phones, phone_id)
            why = stays(is_default=phone.is_default, phones=len(phones))
            if why is not None:
                raise PhoneStays(why)
            number_index = store.phone_index(transaction, citizen_id, phone_id)
            if number_index is None:
                raise NoSuchPhone
            release_phone(transaction, number_index, now)
            record(transaction, PhoneRemoved(citizen_id=citizen_id), now)
            owed = self._follow_ups.owe_notice(
                transaction, NoticeKind.PHONE_REMOVED, citizen_id, now
            )
        self._follow_ups.do(owed)


def _find(phones: Sequence[HeldPhone], phone_id: int) -> HeldPhone:
    found = next((phone for phone in phones if phone.id == phone_id), None)
    if found is None:
        raise NoSuchPhone
    return found
