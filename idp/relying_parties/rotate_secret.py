"""Giving a relying party a new secret."""

from datetime import timedelta

from idp.audit.events import SecretRotated
from idp.audit.log import record
from idp.core.clock import Clock
from idp.core.handles import Handle, new_handle
from idp.core.reason import Reason
from idp.db.database import Database
from idp.relying_parties import store
from idp.relying_parties.model import ClientId
from idp.relying_parties.ports import RegistryVersion
from idp.relying_parties.secrets import SecretHasher


class UnknownRelyingParty(Exception):
    """No relying party has that id."""


class RotateSecret:
    """
    Makes a new secret, good for *lasts*; the one before it keeps counting for a while.

    So nothing stops, and no more than two count at once.
    """

    def __init__(
        self,
        *,
        database: Database,
        version: RegistryVersion,
        hasher: SecretHasher,
        lasts: timedelta,
        clock: Clock,
    ) -> None:
        self._database = database
        self._version = version
        self._hasher = hasher
        self._lasts = lasts
        self._clock = clock

    def __call__(
        self, client_id: ClientId, *, grace: timedelta, by: str = store.NOBODY, reason: Reason
    ) -> Handle:
        """
        The new secret, shown this once; the newest before it ends after *grace* at the latest.

        Without any grace they end at once: the answer to one that leaked.
        Raises `UnknownRelyingParty`.
        """
        now = self._clock.now()
        secret = new_handle()
        self._version.require()
        with self._database.transaction() as transaction:
            row = store.record_of(transaction, client_id)
            if row is None:
                raise UnknownRelyingParty(client_id)
            newest = max((secret.id for secret in row.secrets), default=None)
            for older in row.secrets:
                end = now + grace if older.id == newest else now
                if older.expires_at is None or older.expires_at > end:
                    older.expires_at = end
            store.add_secret(
                transaction,
                client_id,
                hash_=self._hasher.hash(secret),
                last_four=secret[-4:],
                at=now,
                expires_at=now + self._lasts,
            )
            record(transaction, SecretRotated(client_id=client_id, by=by, reason=reason), now)
        self._version.bump()
        return secret
