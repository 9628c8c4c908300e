"""When secrets and keys were used last: noted on the way by, written down by the worker."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import or_, update

from idp.core.clock import Clock
from idp.db.database import Database
from idp.relying_parties.model import ClientId, RelyingPartyKey, RelyingPartySecret
from idp.relying_parties.ports import UseWriter

WRITTEN_EVERY: Final = timedelta(hours=1)


class NotedUses:
    """
    Implements `CredentialUses`, for one process and all its threads.

    A portal proves itself with every token it gets: an hour's uses are written once.
    """

    def __init__(self, writer: UseWriter, clock: Clock) -> None:
        self._writer = writer
        self._clock = clock
        self._noted: dict[tuple[ClientId, str], datetime] = {}

    def secret(self, client_id: ClientId, number: int) -> None:
        """See `CredentialUses`."""
        self._note(client_id, str(number))

    def key(self, client_id: ClientId, thumbprint: str) -> None:
        """See `CredentialUses`."""
        self._note(client_id, thumbprint)

    def _note(self, client_id: ClientId, credential: str) -> None:
        now = self._clock.now()
        noted = self._noted.get((client_id, credential))
        if noted is not None and now - noted < WRITTEN_EVERY:
            return
        # Before it is written: of two threads at once, at worst both write the same.
        self._noted[client_id, credential] = now
        self._writer.write_use(client_id, credential, now)


class WriteUse:
    """The worker's part."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def __call__(self, client_id: ClientId, credential: str, at: datetime) -> None:
        """Write down a use, where none that is later stands there."""
        with self._database.transaction() as transaction:
            if credential.isdecimal():
                transaction.execute(
                    update(RelyingPartySecret)
                    .where(
                        RelyingPartySecret.id == int(credential),
                        RelyingPartySecret.client_id == client_id,
                        or_(
                            RelyingPartySecret.last_used_at.is_(None),
                            RelyingPartySecret.last_used_at < at,
                        ),
                    )
                    .values(last_used_at=at)
                )
                return
            transaction.execute(
                update(RelyingPartyKey)
                .where(
                    RelyingPartyKey.client_id == client_id,
                    RelyingPartyKey.thumbprint == credential,
                    or_(RelyingPartyKey.last_used_at.is_(None), RelyingPartyKey.last_used_at < at),
                )
                .values(last_used_at=at)
            )
