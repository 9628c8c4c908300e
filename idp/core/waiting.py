"""A wait as it is told: in whole units, rounded up. Who comes back then is not too early."""

from datetime import timedelta
from math import ceil


def whole_minutes(wait: timedelta) -> int:
    """For people; there is no wait of none."""
    return max(1, ceil(wait / timedelta(minutes=1)))


def whole_seconds(wait: timedelta) -> int:
    """For `Retry-After` (RFC 9110 §10.2.3), and for countdowns; 0 when it is over."""
    return max(0, ceil(wait / timedelta(seconds=1)))
