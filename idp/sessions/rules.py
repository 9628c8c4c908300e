"""What is derived of a session: how strong the sign-in was, and its name for one sector."""

from collections.abc import Collection
from typing import Final

from idp.core import base64url
from idp.core.acr import ACR_CLASSES
from idp.core.mac import Mac
from idp.sessions.model import SessionId

ONE_FACTOR: Final = 1
TWO_FACTORS: Final = 2
PHISHING_RESISTANT: Final = 3
KNOWLEDGE: Final = frozenset({"pwd"})
POSSESSION: Final = frozenset({"otp", "sms"})
KEY: Final = frozenset({"hwk", "swk"})

# What a sign-in was, in the words of RFC 8176 §2.
PASSWORD_ALONE: Final = ("pwd",)
PASSWORD_AND_SMS: Final = ("pwd", "otp", "sms", "mfa")
PASSWORD_AND_APP: Final = ("pwd", "otp", "mfa")
PASSWORD_AND_RECOVERY_CODE: Final = ("pwd", "otp", "mfa")
"""A code of a printed list is a one-time password too (RFC 2289 knows no other kind)."""


def passkey_methods(*, copyable: bool, with_password: bool = False) -> tuple[str, ...]:
    """
    What a sign-in with a passkey was: the key, and the person whom the authenticator verified.

    `hwk` where the key cannot leave its hardware, `swk` where it may be copied; by the word of the
    authenticator, for we ask for no attestation. By what it verified the person it does not tell:
    so neither `pin` nor `fpt` is claimed.
    """
    key = "swk" if copyable else "hwk"
    return (*(PASSWORD_ALONE if with_password else ()), key, "user", "mfa")


def authentication_level(amr: Collection[str]) -> int:
    """
    The *mức độ xác thực* (NĐ 69/2024) of a sign-in by those methods.

    1 for one factor, 2 for two, 3 for two of which one cannot be given to a false site: a passkey,
    which is counted only where the authenticator verified its person.
    """
    methods = frozenset(amr)
    if methods & KEY and "mfa" in methods:
        return PHISHING_RESISTANT
    return TWO_FACTORS if methods & KNOWLEDGE and methods & POSSESSION else ONE_FACTOR


def acr_reached(verification: int, authentication: int) -> tuple[str, ...]:
    """
    The authentication context classes that both levels reach, the highest first.

    Each as `levels_wanted` says.
    """
    wanted = [(name, *levels_wanted(name)) for name in reversed(ACR_CLASSES)]
    return tuple(
        name
        for name, verified, authenticated in wanted
        if verification >= verified and authentication >= authenticated
    )


def levels_wanted(acr: str) -> tuple[int, int]:
    """
    The verification and the authentication level that the class wants.

    Class n wants n of the one, and min(n, 3) of the other. Raises ValueError for no class.
    """
    rank = ACR_CLASSES.index(acr) + 1
    return rank, min(rank, 3)


def sid(key: Mac, sector: str, session: SessionId) -> str:
    """
    The session's name in tokens for one sector.

    Different in each sector, so that portals cannot join their citizens by it.
    """
    return base64url.encode(key.of(f"sid\0{sector}\0{session}")[:24])
