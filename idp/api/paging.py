"""Pages of a list: each names where the next one begins, whatever was added meanwhile."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final, TypeVar

from idp.api.problems import invalid

T = TypeVar("T")
_MOST: Final = 2**31 - 1  # PostgreSQL takes no larger number for a column of whole numbers
_FIRST_YEAR: Final = 2000
_LAST_YEAR: Final = 3000


def page(
    found: Sequence[T], limit: int, cursor: Callable[[T], str]
) -> tuple[Sequence[T], str | None]:
    """The first *limit* of *found*, and where the next page begins, if *found* has one more."""
    rows = found[:limit]
    return rows, cursor(rows[-1]) if len(found) > limit else None


def moment_cursor(at: datetime, name: str) -> str:
    """The place of what happened at that moment."""
    return f"{at.astimezone(UTC).isoformat()}~{name}"


def read_moment_cursor(after: str | None) -> tuple[datetime, str] | None:
    """What `moment_cursor` wrote. Raises `Problem`."""
    if after is None:
        return None
    moment, _, name = after.partition("~")
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        raise invalid("after", "it is no `next` of ours") from None
    # Near either end of the calendar a moment has no UTC.
    if at.utcoffset() is None or not _FIRST_YEAR <= at.year < _LAST_YEAR or not name:
        raise invalid("after", "it is no `next` of ours")
    return at, name


def read_number(after: str) -> int:
    """A number in a cursor. Raises `Problem`."""
    is_number = after.isascii() and after.isdecimal() and len(after) <= len(str(_MOST))
    if not is_number or int(after) > _MOST:
        raise invalid("after", "it is no `next` of ours")
    return int(after)
