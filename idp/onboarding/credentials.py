"""The secrets of a relying party: one more, one less, never more than two that count."""

from datetime import datetime

from idp.audit.events import SecretAdded, SecretRetired
from idp.audit.log import record
from idp.core.clock import Clock
from idp.core.handles import Handle, new_handle
from idp.core.reason import Reason
from idp.db.database import Database
from idp.onboarding.access import NotThere, own, require
from idp.onboarding.rules import MOST_LIVE, OnboardingPolicy
from idp.operators.model import VerifiedOperator
from idp.operators.permissions import Permission
from idp.relying_parties import store
from idp.relying_parties.model import ClientId, RelyingPartyRecord, RelyingPartySecret
from idp.relying_parties.ports import RegistryVersion
from idp.relying_parties.secrets import SecretHasher


class TooManySecrets(Exception):
    """Two count already: one of them has to be retired before."""


def live_secrets(row: RelyingPartyRecord, at: datetime) -> tuple[RelyingPartySecret, ...]:
    """The secrets that count at that moment, the oldest first."""
    counting = [s for s in row.secrets if s.expires_at is None or at < s.expires_at]
    return tuple(sorted(counting, key=lambda secret: secret.id))


class AddSecret:
    """Makes a secret beside the one there is, so that a portal can change over in its own time."""

    def __init__(
        self,
        *,
        policy: OnboardingPolicy,
        hasher: SecretHasher,
        database: Database,
        version: RegistryVersion,
        clock: Clock,
    ) -> None:
        self._policy = policy
        self._hasher = hasher
        self._database = database
        self._version = version
        self._clock = clock

    def __call__(self, client_id: ClientId, *, by: VerifiedOperator, reason: Reason) -> Handle:
        """The secret, shown this once. Raises `TooManySecrets`, `NotThere`, `MayNot`."""
        require(by, Permission.MANAGE_OWN_RELYING_PARTIES)
        secret, now = new_handle(), self._clock.now()
        until = now + self._policy.secret_lasts
        self._version.require()
        with self._database.transaction() as transaction:
            row = own(transaction, client_id, by)
            if len(live_secrets(row, now)) >= MOST_LIVE:
                raise TooManySecrets(client_id)
            added = store.add_secret(
                transaction,
                client_id,
                hash_=self._hasher.hash(secret),
                last_four=secret[-4:],
                at=now,
                expires_at=until,
            )
            transaction.flush()
            event = SecretAdded(
                client_id=client_id, secret=added.id, until=until, by=by.name, reason=reason
            )
            record(transaction, event, now)
        self._version.bump()
        return secret


class RetireSecret:
    """Ends a secret, at once and in every worker."""

    def __init__(self, *, database: Database, version: RegistryVersion, clock: Clock) -> None:
        self._database = database
        self._version = version
        self._clock = clock

    def __call__(
        self, client_id: ClientId, secret: int, *, by: VerifiedOperator, reason: Reason
    ) -> None:
        """
        End the secret of that number; the last one too: that is the answer to a leak.

        Raises `NotThere`, also for one that counts no more; `MayNot`.
        """
        require(by, Permission.MANAGE_OWN_RELYING_PARTIES)
        now = self._clock.now()
        self._version.require()
        with self._database.transaction() as transaction:
            row = own(transaction, client_id, by)
            found = next((each for each in live_secrets(row, now) if each.id == secret), None)
            if found is None:
                raise NotThere(secret)
            found.expires_at = now
            event = SecretRetired(client_id=client_id, secret=secret, by=by.name, reason=reason)
            record(transaction, event, now)
        self._version.bump()
