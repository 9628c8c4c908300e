"""Initial access tokens: who holds one may register relying parties (RFC 7591 §1.2, §3)."""

from datetime import timedelta

from idp.core.clock import Clock
from idp.core.handles import Handle, digest, new_handle
from idp.db.database import Database
from idp.relying_parties.model import InitialAccessToken


class InitialTokens:
    """Makes them; a registration spends them."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def issue(self, *, uses: int, lifetime: timedelta) -> Handle:
        """A token for *uses* registrations, good for *lifetime*; shown this once."""
        token, now = new_handle(), self._clock.now()
        with self._database.transaction() as transaction:
            transaction.add(
                InitialAccessToken(
                    hash=digest(token), uses_left=uses, created_at=now, expires_at=now + lifetime
                )
            )
        return token
