"""Using a recovery code."""

from idp.audit.events import RecoveryCodeUsed
from idp.audit.log import record
from idp.authenticators import store
from idp.authenticators.attempts import Attempts
from idp.authenticators.model import SecondFactor
from idp.authenticators.rules import recovery_code_as_typed
from idp.authenticators.verify_app_code import WrongCode
from idp.citizens.model import CitizenId
from idp.core.clock import Clock
from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.follow_ups.follow_ups import FollowUps
from idp.follow_ups.model import FollowUpId
from idp.messaging.model import NoticeKind
from idp.throttling.ports import Budget


class VerifyRecoveryCode:
    """Judges a recovery code, and spends it; the citizen is told, for it may have been found."""

    def __init__(
        self,
        *,
        database: Database,
        index: BlindIndex,
        attempts: Attempts,
        budget: Budget,
        follow_ups: FollowUps,
        clock: Clock,
    ) -> None:
        self._database = database
        self._index = index
        self._attempts = attempts
        self._budget = budget
        self._follow_ups = follow_ups
        self._clock = clock

    def __call__(self, citizen_id: CitizenId, typed: str) -> None:
        """Raise `WrongCode`, or `BudgetSpent` where too many were tried."""
        self._attempts.count(self._budget, citizen_id)
        now = self._clock.now()
        code_hash = store.recovery_code_hash(self._index, citizen_id, recovery_code_as_typed(typed))
        owed: list[FollowUpId] = []
        with self._database.transaction() as transaction:
            is_spent = store.spend_recovery_code(transaction, citizen_id, code_hash, now)
            if is_spent:
                left, _ = store.recovery_codes_left(transaction, citizen_id)
                record(transaction, RecoveryCodeUsed(citizen_id=citizen_id, left=left), now)
                told = NoticeKind.RECOVERY_CODE_USED
                owed.append(self._follow_ups.owe_notice(transaction, told, citizen_id, now))
        if not is_spent:
            self._attempts.refuse(SecondFactor.RECOVERY_CODE, citizen_id, reason="wrong")
            raise WrongCode
        self._follow_ups.do(*owed)
        self._attempts.forget(self._budget, citizen_id)
