"""Taking a citizen's request down."""

from sqlalchemy.exc import IntegrityError

from idp.audit.events import DataRequestFiled
from idp.audit.log import record
from idp.citizens.model import CitizenId
from idp.core.clock import Clock
from idp.data_requests import store
from idp.data_requests.model import DataRequest, RequestKind, RequestNumber, RequestState
from idp.data_requests.rules import (
    Terms,
    answer_due,
    done_due,
    request_number,
    request_series,
)
from idp.db.database import Database
from idp.db.series import next_number
from idp.follow_ups.follow_ups import FollowUps
from idp.follow_ups.model import FollowUpId
from idp.messaging.model import NoticeKind


class AskedAlready(Exception):
    """A request of that kind is being worked on."""

    def __init__(self, number: RequestNumber) -> None:
        super().__init__(number)
        self.number = number


class FileRequest:
    """
    Files a request under a number of its own, and sends a receipt.

    Also where a hold bars changes: the law knows no such exception. Who decides sees the hold.
    """

    def __init__(
        self, *, database: Database, follow_ups: FollowUps, terms: Terms, clock: Clock
    ) -> None:
        self._database = database
        self._follow_ups = follow_ups
        self._terms = terms
        self._clock = clock

    def __call__(self, citizen_id: CitizenId, kind: RequestKind, words: str) -> RequestNumber:
        """File it; its number. Raises `AskedAlready`."""
        try:
            number, owed = self._file(citizen_id, kind, words)
        except IntegrityError:  # the same form from another tab was faster: it is there now
            number, owed = self._file(citizen_id, kind, words)
        self._follow_ups.do(owed)
        return number

    def _file(
        self, citizen_id: CitizenId, kind: RequestKind, words: str
    ) -> tuple[RequestNumber, FollowUpId]:
        """Its number, and the receipt that is owed."""
        now = self._clock.now()
        with self._database.transaction() as transaction:
            standing = store.open_request_of(transaction, citizen_id, kind)
            if standing is not None:
                raise AskedAlready(standing)
            series = request_series(now)
            number = request_number(series, next_number(transaction, series))
            transaction.add(
                DataRequest(
                    number=number,
                    citizen_id=citizen_id,
                    kind=kind,
                    state=RequestState.RECEIVED,
                    words=words,
                    filed_at=now,
                    answer_due=answer_due(now, self._terms),
                    done_due=done_due(now, self._terms),
                )
            )
            event = DataRequestFiled(citizen_id=citizen_id, request=number, request_kind=kind)
            record(transaction, event, now)
            told = NoticeKind.DATA_REQUEST_FILED
            return number, self._follow_ups.owe_notice(transaction, told, citizen_id, now)
