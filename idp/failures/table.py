"""Failed requests as rows of a file, in words."""

from collections.abc import Iterable
from typing import Final

from idp.core.vietnam import VIETNAM
from idp.failures.model import FailedRequest
from idp.failures.words import Manual, explain

COLUMNS: Final = (
    "at",
    "reference",
    "client_id",
    "endpoint",
    "error",
    "cause",
    "parameter",
    "sent",
    "registered",
    "happened",
    "fix",
    "manual",
)


def cells(failed: FailedRequest, language: str, manual: Manual) -> Iterable[str]:
    """One row of `COLUMNS`; *client_id* is the claimed one where it is nobody's."""
    words, fault = explain(failed, language), failed.fault
    yield failed.at.astimezone(VIETNAM).isoformat(timespec="seconds")
    yield failed.reference
    yield failed.client_id or failed.claimed
    yield failed.endpoint
    yield failed.error
    yield str(fault.cause)
    yield fault.parameter
    yield fault.sent
    yield fault.registered
    yield words.happened.replace("`", "")
    yield words.fix.replace("`", "")
    yield manual(language, words.section)
