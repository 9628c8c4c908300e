"""Codes and access tokens in memory: honest doubles of the ports of grants; and grants as given."""

from collections.abc import Collection
from datetime import datetime, timedelta
from threading import RLock

from sqlalchemy.orm import Session

from idp.consents.store import give
from idp.core.clock import Clock
from idp.core.handles import Handle, new_handle
from idp.grants import store
from idp.grants.model import (
    AccessToken,
    Authorization,
    AuthorizationCode,
    FamilyId,
    FoundToken,
    FreshToken,
    GrantId,
    Redeemed,
    Replayed,
    Spent,
    Unknown,
)
from idp.relying_parties.model import ClientId
from idp.statistics.model import Tick
from tests.fakes.expiring import Expiring


def add_agreed(session: Session, authorization: Authorization, *, at: datetime) -> None:
    """Store a grant that the citizen has agreed to a moment before."""
    give(
        session,
        citizen_id=authorization.citizen_id,
        client_id=authorization.client_id,
        claims=("name", "offline_access"),
        text_hash="-",
        at=at,
    )
    session.flush()
    assert store.add(session, authorization, at=at)


class AuthorizationCodesInMemory:
    """Implements `AuthorizationCodes`."""

    def __init__(
        self,
        clock: Clock,
        *,
        lifetime: timedelta,
        token_lifetime: timedelta,
        refresh_lifetime: timedelta,
        tokens: "AccessTokensInMemory | None" = None,
    ) -> None:
        self._tokens = tokens
        self._lock = RLock()
        self._lifetime = lifetime
        self._remembered = lifetime + token_lifetime
        self._remembered_offline = lifetime + token_lifetime + refresh_lifetime
        self._live: Expiring[AuthorizationCode] = Expiring(clock)
        self._spent: Expiring[AuthorizationCode] = Expiring(clock)
        self._issued: Expiring[ClientId] = Expiring(clock)
        self.registry_version = 0
        self.counted: list[Tick] = []

    def issue(self, code: AuthorizationCode, counted: Tick | None = None) -> Handle:
        """See the port."""
        value = new_handle()
        with self._lock:
            self._live.put(value, code, self._lifetime)
            self.counted += [] if counted is None else [counted]
            self._issued.put(value, code.authorization.client_id, timedelta(minutes=15))
        return value

    def issued_to(self, value: str) -> ClientId | None:
        """See the port."""
        with self._lock:
            return self._issued.get(value)

    def redeem(
        self, value: str, client_id: ClientId, *, fresh: FreshToken | None = None
    ) -> Redeemed | Replayed | Unknown:
        """See the port."""
        with self._lock:
            live, spent = self._live.get(value), self._spent.get(value)
            if live is not None and live.authorization.client_id == client_id:
                self._live.pop(value)
                if fresh is not None and self._tokens is not None:
                    self._tokens.keep(live.authorization, fresh)
                offline = "offline_access" in live.authorization.scope
                self._spent.put(
                    value, live, self._remembered_offline if offline else self._remembered
                )
                return Redeemed(live, self.registry_version)
            if spent is not None and spent.authorization.client_id == client_id:
                return Replayed(spent.authorization.grant_id, self.registry_version)
            return Unknown(self.registry_version)


class AccessTokensInMemory:
    """Implements `AccessTokens`."""

    def __init__(self, clock: Clock) -> None:
        self._lock = RLock()
        self._clock = clock
        self._tokens: dict[str, AccessToken] = {}
        self._revoked: set[GrantId | FamilyId] = set()
        self.registry_version = 0

    def issue(self, token: AccessToken) -> Handle:
        """See the port."""
        value = new_handle()
        with self._lock:
            self._tokens[value] = token
        return value

    def keep(self, authorization: Authorization, fresh: FreshToken) -> None:
        """What redeeming a code does besides."""
        with self._lock:
            self._tokens[fresh.value] = AccessToken(
                authorization, fresh.expires_at, fresh.issued_at
            )

    def find(self, value: str) -> AccessToken | None:
        """See the port."""
        with self._lock:
            token = self._tokens.get(value)
            if token is None or token.hangs_on in self._revoked:
                return None
            return token if self._clock.now() < token.expires_at else None

    def look_up(self, value: str) -> FoundToken:
        """See the port."""
        return FoundToken(self.find(value), self.registry_version)

    def end(self, value: str) -> None:
        """See the port."""
        with self._lock:
            self._tokens.pop(value, None)

    def revoke(self, owners: Collection[GrantId | FamilyId]) -> None:
        """See the port."""
        with self._lock:
            self._revoked.update(owners)


class SpentIdentifiersInMemory:
    """Implements `SpentIdentifiers`."""

    def __init__(self, clock: Clock) -> None:
        self._lock = RLock()
        self._clock = clock
        self._spent: dict[str, datetime] = {}
        self.registry_version = 0

    def spend(self, identifier: str, until: datetime) -> Spent:
        """See the port."""
        with self._lock:
            first = not self.is_spent(identifier)
            if first:
                self._spent[identifier] = until
            return Spent(first, self.registry_version)

    def is_spent(self, identifier: str) -> bool:
        """See the port."""
        with self._lock:
            return identifier in self._spent and self._clock.now() < self._spent[identifier]
