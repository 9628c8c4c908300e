"""What is derived of a session: how strong the sign-in was, and its name for one sector."""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Collection
from typing import Final

from idp.core.acr import ACR_CLASSES
from idp.sessions.model import SessionId

ONE_FACTOR: Final = 1
TWO_FACTORS: Final = 2
PASSWORD_AND_SMS: Final = ("pwd", "otp", "sms", "mfa")
"""What a sign-in with password and text message is in the words of RFC 8176."""
KNOWLEDGE: Final = frozenset({"pwd"})
POSSESSION: Final = frozenset({"otp", "sms"})


def authentication_level(amr: Collection[str]) -> int:
    """The *mức độ xác thực* (NĐ 69/2024) of a sign-in by those methods: 1 or 2 factors."""
    methods = frozenset(amr)
    return TWO_FACTORS if methods & KNOWLEDGE and methods & POSSESSION else ONE_FACTOR


def acr_reached(verification: int, authentication: int) -> tuple[str, ...]:
    """
    The authentication context classes that both levels reach, the highest first.

    Class n wants a verification level of n and an authentication level of min(n, 3).
    """
    return tuple(
        name
        for rank, name in reversed(tuple(enumerate(ACR_CLASSES, start=1)))
        if verification >= rank and authentication >= min(rank, 3)
    )


def sid(key: bytes, sector: str, session: SessionId) -> str:
    """
    The session's name in tokens for one sector.

    Different in each sector, so that portals cannot join their citizens by it.
    """
    value = hmac.digest(key, f"sid\0{sector}\0{session}".encode(), hashlib.sha256)
    return urlsafe_b64encode(value[:24]).decode()
