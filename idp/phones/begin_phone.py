"""The wish to add a number: before anything is sent to it."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from idp.carriers.check_phone import CheckPhone
from idp.carriers.model import Guarded, PhoneDoubt
from idp.citizens.blind_indexes import phone_number_index
from idp.citizens.holds import ensure_changeable, lock_changeable
from idp.citizens.model import CitizenId
from idp.citizens.phone_store import default_phone, phone_indexes_of
from idp.core.clock import Clock
from idp.core.handles import new_uuid
from idp.core.phone_number import PhoneNumber
from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.phones import store
from idp.phones.model import PendingPhone, PendingPhoneId
from idp.phones.rules import rests_on_sim
from idp.sessions.model import Authentication


class AlreadyHeld(Exception):
    """The number is one of the citizen's own."""


class TooManyPhones(Exception):
    """The citizen has as many as anybody may have."""


class NotTrustedNow(Exception):
    """The sign-in was worth no more than a SIM of which *doubt* says why it is not enough."""

    def __init__(self, doubt: PhoneDoubt) -> None:
        super().__init__(doubt.reason)
        self.doubt = doubt


@dataclass(frozen=True, slots=True)
class PhonePolicy:
    """
    The numbers behind the rules, from settings.

    *cooling_off* is how long a number that no carrier confirmed waits before codes go to it,
    *sim_change_window* how long a new SIM is not trusted with a change of phones; *kept*: what was
    typed, until it is proved.
    """

    at_most: int
    cooling_off: timedelta
    sim_change_window: timedelta
    kept: timedelta


class TrustSignIn:
    """
    Whether a fresh sign-in is enough to change the phones of an account, or to add what would be
    enough from then on.
    """

    def __init__(self, *, check: CheckPhone, policy: PhonePolicy, database: Database) -> None:
        self._check = check
        self._policy = policy
        self._database = database

    def __call__(
        self, authentication: Authentication, *, during: Guarded = Guarded.PHONE_CHANGE
    ) -> None:
        """
        Ask the carrier about the SIM that the sign-in rests on. Raises `NotTrustedNow`.

        Whoever talked a shop into a new SIM has the codes; an app or a passkey they have not.
        """
        citizen_id = authentication.citizen_id
        if not rests_on_sim(authentication.amr):
            return
        with self._database.reading() as reading:
            if default_phone(reading, citizen_id) is None:
                return
        doubt = self._check(
            citizen_id,
            window=self._policy.sim_change_window,
            during=during,
            client_id=None,
        )
        if doubt is not None:
            raise NotTrustedNow(doubt)


class BeginPhone:
    """Keeps the typed number until a code proves it."""

    def __init__(
        self,
        *,
        trust: TrustSignIn,
        policy: PhonePolicy,
        database: Database,
        index: BlindIndex,
        clock: Clock,
    ) -> None:
        self._trust = trust
        self._policy = policy
        self._database = database
        self._index = index
        self._clock = clock

    def __call__(self, authentication: Authentication, number: PhoneNumber) -> PendingPhoneId:
        """
        Do so; the caller sends the code.

        Raises `ChangesBarred`, `AlreadyHeld`, `TooManyPhones`, `NotTrustedNow`. Whether another
        account has the number is not looked at: who has not proved it learns nothing of it.
        """
        citizen_id, number_index = (
            authentication.citizen_id,
            phone_number_index(self._index, number),
        )
        with self._database.reading() as reading:
            ensure_changeable(reading, citizen_id)
            self._require_room(reading, citizen_id, number_index)
        self._trust(authentication)
        pending_id = PendingPhoneId(new_uuid())
        with self._database.transaction() as transaction:
            lock_changeable(transaction, citizen_id)  # of two tabs the later one is meant
            self._require_room(transaction, citizen_id, number_index)
            store.forget_pending_of(transaction, citizen_id)
            transaction.add(
                PendingPhone(
                    id=pending_id,
                    citizen_id=citizen_id,
                    number_text=number.e164,
                    number_index=number_index,
                    expires_at=self._clock.now() + self._policy.kept,
                )
            )
        return pending_id

    def _require_room(self, session: Session, citizen_id: CitizenId, number_index: bytes) -> None:
        """Raise `AlreadyHeld`, `TooManyPhones`."""
        held = phone_indexes_of(session, citizen_id)
        if number_index in held:
            raise AlreadyHeld
        if len(held) >= self._policy.at_most:
            raise TooManyPhones
