"""Making a set of recovery codes."""

from typing import Final

from idp.audit.events import RecoveryCodesMade
from idp.audit.log import record
from idp.authenticators import store
from idp.authenticators.rules import CODE_ALPHABET, CODE_LENGTH
from idp.citizens.holds import lock_changeable
from idp.citizens.model import CitizenId
from idp.core.clock import Clock
from idp.core.handles import new_code
from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.follow_ups.follow_ups import FollowUps
from idp.messaging.model import NoticeKind

CODES: Final = 10


class MakeRecoveryCodes:
    """Makes ten codes; the set before is void, and these are told once, by the return value."""

    def __init__(
        self, *, database: Database, index: BlindIndex, follow_ups: FollowUps, clock: Clock
    ) -> None:
        self._database = database
        self._index = index
        self._follow_ups = follow_ups
        self._clock = clock

    def __call__(self, citizen_id: CitizenId) -> tuple[str, ...]:
        """The codes, for the citizen to copy. Raises `ChangesBarred`."""
        codes = tuple(new_code(CODE_ALPHABET, CODE_LENGTH) for _ in range(CODES))
        hashes = [store.recovery_code_hash(self._index, citizen_id, code) for code in codes]
        now = self._clock.now()
        with self._database.transaction() as transaction:
            lock_changeable(transaction, citizen_id)
            store.replace_recovery_codes(transaction, citizen_id, hashes, now)
            record(transaction, RecoveryCodesMade(citizen_id=citizen_id, codes=CODES), now)
            told = NoticeKind.RECOVERY_CODES_MADE
            owed = self._follow_ups.owe_notice(transaction, told, citizen_id, now)
        # Whatever fails: the codes of before are void, and these have to be told.
        self._follow_ups.do(owed)
        return codes
