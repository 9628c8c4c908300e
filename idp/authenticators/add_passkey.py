"""Adding a passkey."""

from sqlalchemy.exc import IntegrityError

from idp.audit.events import AuthenticatorAdded
from idp.audit.log import record
from idp.authenticators import store
from idp.authenticators.changes import TooMany
from idp.authenticators.model import AuthenticatorKind, Passkey
from idp.authenticators.passkeys import PasskeyRefused, Place
from idp.authenticators.ports import OpenCeremonies
from idp.citizens.holds import lock_changeable
from idp.citizens.model import CitizenId
from idp.core.clock import Clock
from idp.core.handles import new_uuid
from idp.db.database import Database
from idp.follow_ups.follow_ups import FollowUps
from idp.messaging.model import NoticeKind


class AddPasskey:
    """Keeps what an authenticator made; *at_most* so many of a citizen."""

    def __init__(
        self,
        *,
        database: Database,
        ceremonies: OpenCeremonies,
        follow_ups: FollowUps,
        at_most: int,
        clock: Clock,
    ) -> None:
        self._database = database
        self._ceremonies = ceremonies
        self._follow_ups = follow_ups
        self._at_most = at_most
        self._clock = clock

    def options(self, citizen_id: CitizenId, *, shown_name: str) -> str:
        """
        Return what the browser is asked, as JSON; its challenge is good once.

        *shown_name* is what the citizen's own devices list the passkey under.
        """
        with self._database.reading() as reading:
            held = [each.credential_id for each in store.passkeys_of(reading, citizen_id)]
        return self._ceremonies().creation_options(
            citizen_id, shown_name=shown_name, held=held, place=_place(citizen_id)
        )

    def __call__(self, citizen_id: CitizenId, answer: str, *, name: str) -> None:
        """Judge what the browser answered, and keep it.

        Raises `PasskeyRefused`, `TooMany`, `ChangesBarred`.
        """
        made = self._ceremonies().created(answer, place=_place(citizen_id))
        now = self._clock.now()
        passkey = Passkey(
            id=new_uuid(),
            citizen_id=citizen_id,
            name=name,
            credential_id=made.credential_id,
            public_key=made.public_key,
            sign_count=made.sign_count,
            copyable=made.copyable,
            created_at=now,
        )
        try:
            with self._database.transaction() as transaction:
                lock_changeable(transaction, citizen_id)
                if len(store.passkeys_of(transaction, citizen_id)) >= self._at_most:
                    raise TooMany
                transaction.add(passkey)
                transaction.flush()
                event = AuthenticatorAdded(
                    citizen_id=citizen_id,
                    authenticator=AuthenticatorKind.PASSKEY,
                    authenticator_id=passkey.id,
                )
                record(transaction, event, now)
                told = NoticeKind.AUTHENTICATOR_ADDED
                owed = self._follow_ups.owe_notice(transaction, told, citizen_id, now)
        except IntegrityError as error:
            # Web Authentication §7.1, step 26: an id that somebody has is nobody's else.
            raise PasskeyRefused("known") from error
        self._follow_ups.do(owed)


def _place(citizen_id: CitizenId) -> Place:
    return Place(f"add:{citizen_id}")
