"""An operator's look at what a citizen asks; the citizen sees that there was one."""

from collections.abc import Sequence
from dataclasses import dataclass

from idp.audit.events import OperatorLookedUp
from idp.audit.log import record
from idp.core.clock import Clock
from idp.data_requests import store
from idp.data_requests.answer_request import NoSuchRequest
from idp.data_requests.model import DataRequest, DataRequestAnswer, RequestNumber
from idp.db.database import Database
from idp.operators.model import VerifiedOperator


@dataclass(frozen=True, slots=True)
class RequestFile:
    """All there is of a request."""

    request: DataRequest
    answers: Sequence[DataRequestAnswer]


class LookAtRequest:
    """Shows a request to an operator; the number of it is the reason that is kept."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def __call__(self, number: RequestNumber, *, by: VerifiedOperator) -> RequestFile:
        """What is asked, and what was answered. Raises `NoSuchRequest`."""
        with self._database.transaction() as transaction:
            request = store.request(transaction, number)
            if request is None:
                raise NoSuchRequest
            looked = OperatorLookedUp(citizen_id=request.citizen_id, by=by.name, reason=number)
            record(transaction, looked, self._clock.now())
            return RequestFile(request, store.answers_to(transaction, number))
