"""Moments and days on a page: by Vietnam's clock (`web/pages.py`); `None` stays `None`."""

from datetime import date, datetime
from typing import overload

from flask_babel import format_date, format_datetime


@overload
def shown_moment(at: datetime) -> str: ...
@overload
def shown_moment(at: datetime | None) -> str | None: ...
def shown_moment(at: datetime | None) -> str | None:
    """*at* to a minute."""
    return None if at is None else str(format_datetime(at, "HH:mm, dd/MM/yyyy"))


@overload
def shown_second(at: datetime) -> str: ...
@overload
def shown_second(at: datetime | None) -> str | None: ...
def shown_second(at: datetime | None) -> str | None:
    """*at* to a second: of what machines do."""
    return None if at is None else str(format_datetime(at, "HH:mm:ss, dd/MM/yyyy"))


@overload
def shown_day(at: date) -> str: ...
@overload
def shown_day(at: date | None) -> str | None: ...
def shown_day(at: date | None) -> str | None:
    """The day *at*, or of the moment *at*."""
    return None if at is None else str(format_date(at, "dd/MM/yyyy"))
