"""Rotating the signing keys on an operator's word."""

from collections.abc import Sequence

from idp.audit.events import SigningKeysChanged
from idp.audit.log import record
from idp.core.clock import Clock
from idp.core.reason import Reason
from idp.db.database import Database
from idp.operators.add_operator import NotAllowed
from idp.operators.model import VerifiedOperator
from idp.operators.permissions import Permission, may
from idp.signing import rotate
from idp.signing.material import SigningAlgorithm
from idp.signing.model import KeyEvent, RotationPolicy
from idp.signing.ports import KeyStore


class RotateKeys:
    """
    Changes which key signs.

    The ring is no part of the database: what was done to it is recorded right after. Raises what
    `idp.signing.rules` and the store raise (`RotationRefused`, `KeyStoreUnwritable`), `NotAllowed`.
    """

    def __init__(
        self, *, store: KeyStore, policy: RotationPolicy, database: Database, clock: Clock
    ) -> None:
        self._store = store
        self._policy = policy
        self._database = database
        self._clock = clock

    def announce(
        self, algorithms: Sequence[SigningAlgorithm], *, by: VerifiedOperator, reason: Reason
    ) -> Sequence[KeyEvent]:
        """Announce a successor of each; it signs once relying parties had time to fetch it."""
        _require(by)
        events = rotate.announce_successors(self._store, algorithms, self._policy, self._clock)
        return self._recorded(events, by, reason)

    def at_once(
        self, algorithms: Sequence[SigningAlgorithm], *, by: VerifiedOperator, reason: Reason
    ) -> Sequence[KeyEvent]:
        """Have another key of each sign from now on: relying parties meet a `kid` unannounced."""
        _require(by)
        return self._recorded(rotate.rotate_now(self._store, algorithms, self._clock), by, reason)

    def _recorded(
        self, events: Sequence[KeyEvent], by: VerifiedOperator, reason: Reason
    ) -> Sequence[KeyEvent]:
        with self._database.transaction() as transaction:
            for event in events:
                changed = SigningKeysChanged(
                    change=f"signing_key.{event.kind}", kid=event.kid, reason=reason, by=by.name
                )
                record(transaction, changed, self._clock.now())
        return events


def _require(by: VerifiedOperator) -> None:
    if not may(by.role, Permission.ROTATE_KEYS):
        raise NotAllowed(f"{by.name} may not rotate keys")
