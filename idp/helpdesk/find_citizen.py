"""An operator's look at an account: never without a reason, never unseen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from idp.audit.events import OperatorLookedUp
from idp.audit.log import record
from idp.citizens import store
from idp.citizens.blind_indexes import typed_number_index
from idp.citizens.holds import standing_holds
from idp.citizens.model import CitizenId, CitizenStatus, HoldKind
from idp.citizens.number_store import holder_of_identity_number
from idp.citizens.rules import VerificationLevel, verification_level
from idp.core.clock import Clock
from idp.core.reason import Reason
from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.operators.model import VerifiedOperator


@dataclass(frozen=True, slots=True)
class FoundCitizen:
    """What an operator sees: enough to help, no more. *last_three* are of the phone number."""

    citizen_id: CitizenId
    status: CitizenStatus
    level: int
    holds: Sequence[tuple[HoldKind, str]]
    last_three: str | None
    enrolled_at: datetime


class FindCitizen:
    """Finds the account of an identity number."""

    def __init__(
        self,
        *,
        database: Database,
        index: BlindIndex,
        levels: tuple[VerificationLevel, ...],
        clock: Clock,
    ) -> None:
        self._database = database
        self._index = index
        self._levels = levels
        self._clock = clock

    def __call__(
        self, typed_number: str, *, reason: Reason, by: VerifiedOperator
    ) -> FoundCitizen | None:
        """The account of *typed_number*; `None` where there is none: a look all the same."""
        number_index = typed_number_index(self._index, typed_number)
        with self._database.transaction() as transaction:
            citizen_id = holder_of_identity_number(transaction, number_index)
            return self._look(transaction, citizen_id, reason, by)

    def again(
        self, citizen_id: CitizenId, *, reason: Reason, by: VerifiedOperator
    ) -> FoundCitizen | None:
        """The account that was found before: another look, with a reason of its own."""
        with self._database.transaction() as transaction:
            if store.status_of(transaction, citizen_id) is None:
                return None
            return self._look(transaction, citizen_id, reason, by)

    def _look(
        self,
        transaction: Session,
        citizen_id: CitizenId | None,
        reason: Reason,
        by: VerifiedOperator,
    ) -> FoundCitizen | None:
        now = self._clock.now()
        looked = OperatorLookedUp(citizen_id=citizen_id, by=by.name, reason=reason)
        record(transaction, looked, now)
        if citizen_id is None:
            return None
        citizen = store.citizen(transaction, citizen_id, "phones", "evidence")
        number = citizen.phone_number
        return FoundCitizen(
            citizen_id=citizen_id,
            status=citizen.status,
            level=verification_level(citizen.evidence, self._levels, now).level,
            holds=standing_holds(transaction, citizen_id),
            last_three=None if number is None else number.last_three,
            enrolled_at=citizen.created_at,
        )
