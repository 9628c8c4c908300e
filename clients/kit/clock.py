"""The one place where the kit reads the time."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Gives the present as an aware datetime in UTC."""


def utc_now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251  this is the clock
