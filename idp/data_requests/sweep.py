"""The worker's part: telling which requests are late, and forgetting words of closed accounts."""

from collections import Counter

import structlog

from idp.core.clock import Clock
from idp.data_requests import store
from idp.data_requests.rules import late
from idp.db.database import Database

_log = structlog.get_logger(__name__)


def warn_of_overdue(database: Database, clock: Clock) -> Counter[str]:
    """Log a warning for each request a term of which has passed; how many of each term."""
    now, found = clock.now(), Counter[str]()
    with database.reading() as reading:
        for request in store.overdue(reading, now):
            term = late(request, now)
            if term is not None:
                found[term] += 1
                _log.warning("data_requests.overdue", number=request.number, term=str(term))
    return found


def forget_words_of_closed(database: Database) -> None:
    """Let what a citizen wrote go with the details of the account; that it was answered stays."""
    with database.transaction() as transaction:
        store.forget_words_of_closed(transaction)
