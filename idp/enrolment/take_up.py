"""Going on with an unfinished enrolment, from whichever browser."""

from dataclasses import dataclass
from typing import Final

from idp.audit.events import EnrolmentTakenUp
from idp.audit.log import record
from idp.citizens.blind_indexes import phone_number_index, typed_number_index
from idp.core.clock import Clock
from idp.core.handles import new_handle
from idp.core.phone_number import PhoneNumber
from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.enrolment import store
from idp.enrolment.model import PendingEnrolment, PendingEnrolmentId
from idp.relying_parties.model import ClientId

_TYPED: Final = (
    "typed_in",
    "client_id",
    "number_text",
    "identity_number_index",
    "name_text",
    "birth_date_text",
    "phone_text",
    "phone_number_index",
    "claimed_number_text",
    "claimed_number_index",
    "notice_version",
    "notice_hash",
    "created_at",
    "expires_at",
)
"""What goes with a person to another browser: not the e-mail address, which whoever sat before the
first one may have typed as their own."""


@dataclass(frozen=True, slots=True)
class TakenUp:
    """
    The enrolment to go on with.

    *client_id*: for which relying party it was begun. *interaction_id*: in which interaction of
    this very browser; `None` in any other.
    """

    id: PendingEnrolmentId
    client_id: ClientId | None
    interaction_id: str | None


class FindKept:
    """Looks an unfinished enrolment up: one query, whatever is found."""

    def __init__(self, *, database: Database, index: BlindIndex, clock: Clock) -> None:
        self._database = database
        self._index = index
        self._clock = clock

    def __call__(
        self, typed_number: str, phone_number: PhoneNumber, *, browser: str
    ) -> PendingEnrolmentId | None:
        """The one to which both numbers belong."""
        number = typed_number_index(self._index, typed_number)
        phone = phone_number_index(self._index, phone_number)
        with self._database.reading() as reading:
            return store.kept_for(reading, number, phone, browser=browser, now=self._clock.now())


class TakeUpEnrolment:
    """
    Hands an unfinished enrolment to whoever has just proved to hold its phone.

    Another browser gets a copy of its own. The proof is that browser's, and stays there: were it
    noted where the enrolment was begun, whoever typed a stranger's details there would need only to
    wait for the stranger to prove the phone, and could then set the password.
    """

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def __call__(
        self, pending_id: PendingEnrolmentId, *, browser: str, interaction_id: str
    ) -> TakenUp | None:
        """
        Do so; `None` where it is gone by now.

        *browser* is the digest of the browser that goes on, *interaction_id* where it does.
        """
        now = self._clock.now()
        with self._database.transaction() as transaction:
            row = store.locked(transaction, pending_id)
            if row is None or row.expires_at <= now:
                return None
            begun_in = row.interaction_id if row.browser == browser else None
            if row.browser != browser:
                row = _copy(row, browser=browser, interaction_id=interaction_id)
                transaction.add(row)
                record(transaction, EnrolmentTakenUp(client_id=row.client_id), now)
            row.phone_confirmed_at = now
            row.forget_outcome()
            return TakenUp(
                row.id, None if row.client_id is None else ClientId(row.client_id), begun_in
            )


def _copy(row: PendingEnrolment, *, browser: str, interaction_id: str) -> PendingEnrolment:
    return PendingEnrolment(
        id=PendingEnrolmentId(new_handle()),
        browser=browser,
        interaction_id=interaction_id,
        revision=1,
        **{name: getattr(row, name) for name in _TYPED},
    )
