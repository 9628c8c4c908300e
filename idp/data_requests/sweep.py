"""The worker's part: saying which requests are late."""

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
