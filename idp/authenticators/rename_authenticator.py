"""Giving an authenticator another name."""

from idp.audit.events import AuthenticatorRenamed
from idp.audit.log import record
from idp.authenticators import store
from idp.authenticators.changes import NotThere
from idp.authenticators.model import AuthenticatorKind
from idp.citizens.holds import ensure_changeable
from idp.citizens.model import CitizenId
from idp.core.clock import Clock
from idp.db.database import Database


class RenameAuthenticator:
    """Renames; nobody is told, for nothing works otherwise than before."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def __call__(
        self, citizen_id: CitizenId, kind: AuthenticatorKind, one: str, *, name: str
    ) -> None:
        """Raise `NotThere`, `ChangesBarred`."""
        with self._database.transaction() as transaction:
            ensure_changeable(transaction, citizen_id)
            if not store.rename(transaction, kind, citizen_id, one, name):
                raise NotThere
            event = AuthenticatorRenamed(
                citizen_id=citizen_id, authenticator=kind, authenticator_id=one
            )
            record(transaction, event, self._clock.now())
