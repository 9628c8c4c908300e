"""What an operator does about a request."""

from idp.audit.events import DataRequestAnswered
from idp.audit.log import record
from idp.core.clock import Clock
from idp.data_requests import store
from idp.data_requests.model import DataRequestAnswer, RequestNumber, RequestState
from idp.db.database import Database
from idp.follow_ups.follow_ups import FollowUps
from idp.messaging.model import NoticeKind
from idp.operators.model import VerifiedOperator


class NoSuchRequest(Exception):
    """No request has that number."""


class RequestFinished(Exception):
    """The request was carried out or refused: nothing comes after that."""


class AnswerRequest:
    """Keeps an operator's answer, and tells the citizen that there is one."""

    def __init__(self, *, database: Database, follow_ups: FollowUps, clock: Clock) -> None:
        self._database = database
        self._follow_ups = follow_ups
        self._clock = clock

    def __call__(
        self, number: RequestNumber, state: RequestState, words: str, *, by: VerifiedOperator
    ) -> None:
        """
        Answer in *words*, which the citizen reads; *state* is what the request comes to.

        Raises `NoSuchRequest`, `RequestFinished`.
        """
        now = self._clock.now()
        with self._database.transaction() as transaction:
            request = store.locked(transaction, number)
            if request is None:
                raise NoSuchRequest
            if request.finished_at is not None:
                raise RequestFinished
            request.state = state
            request.answered_at = request.answered_at or now
            if state.is_final:
                request.finished_at = now
            transaction.add(
                DataRequestAnswer(number=number, state=state, words=words, by=by.name, at=now)
            )
            citizen_id = request.citizen_id
            event = DataRequestAnswered(
                citizen_id=citizen_id, request=number, state=state, by=by.name
            )
            record(transaction, event, now)
            told = NoticeKind.DATA_REQUEST_ANSWERED
            owed = self._follow_ups.owe_notice(transaction, told, citizen_id, now)
        self._follow_ups.do(owed)
