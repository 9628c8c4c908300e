"""A long list, some rows a page; the page stands in the address, for others to be sent there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from idp.web.address import page_query
from idp.web.at_hand import request

ROWS: Final = 50
_MOST_DIGITS: Final = 6
_PAGE: Final = "page"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PageOf(Generic[T]):
    """Some rows, and the addresses of those before and after, where there are any."""

    rows: Sequence[T]
    before: str | None
    after: str | None


def page_number() -> int:
    """The page this request asks for, from 1; whatever is no number means the first."""
    asked = request.args.get(_PAGE, "")
    is_number = asked.isascii() and asked.isdecimal() and len(asked) <= _MOST_DIGITS
    return max(1, int(asked)) if is_number else 1


def offset() -> int:
    """How many rows stand before that page."""
    return (page_number() - 1) * ROWS


def page_of(found: Sequence[T]) -> PageOf[T]:
    """The page made of *found*: `ROWS` of them, and one more where another page follows."""
    number = page_number()
    return PageOf(
        rows=found[:ROWS],
        before=f"?{page_query(page=str(number - 1))}" if number > 1 else None,
        after=f"?{page_query(page=str(number + 1))}" if len(found) > ROWS else None,
    )
