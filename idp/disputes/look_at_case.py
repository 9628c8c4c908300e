"""An operator's look at both sides of a case; the holder of the account sees that there was one."""

from collections.abc import Sequence
from dataclasses import dataclass

from idp.audit.events import OperatorLookedUp
from idp.audit.log import record
from idp.core.clock import Clock
from idp.db.database import Database
from idp.disputes import store
from idp.disputes.decide_dispute import NoSuchCase
from idp.disputes.model import CaseNumber, Dispute, DisputeStep, DisputeVote
from idp.operators.model import VerifiedOperator


@dataclass(frozen=True, slots=True)
class CaseFile:
    """All that is in a case."""

    case: Dispute
    steps: Sequence[DisputeStep]
    votes: Sequence[DisputeVote]


class LookAtCase:
    """Shows a case to an operator; the number of it is the reason that is kept."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def __call__(self, number: CaseNumber, *, by: VerifiedOperator) -> CaseFile:
        """What is in it. Raises `NoSuchCase`."""
        with self._database.transaction() as transaction:
            case = store.dispute(transaction, number)
            if case is None:
                raise NoSuchCase
            looked = OperatorLookedUp(citizen_id=case.citizen_id, by=by.name, reason=number)
            record(transaction, looked, self._clock.now())
            return CaseFile(
                case, store.steps_of(transaction, number), store.votes_of(transaction, number)
            )
