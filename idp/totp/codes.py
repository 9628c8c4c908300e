"""Which code an app shows at a moment; SHA-1, six digits, thirty seconds, as every app does it."""

import hmac
from base64 import b32encode
from datetime import datetime
from typing import Final

import pyotp

from idp.core.handles import new_secret_bytes

_SECRET_BYTES: Final = 20
"""RFC 4226 §4: 160 bits; a multiple of five, so that no app trips over base32's padding."""
_DRIFT: Final = 1
_GROUP: Final = 4


def new_totp_secret() -> str:
    """Return a fresh secret in base32."""
    return b32encode(new_secret_bytes(_SECRET_BYTES)).decode("ascii")


def step_of_code(secret: str, code: str, at: datetime) -> int | None:
    """
    The time step that *code* belongs to: that of *at*, or one to either side (RFC 6238 §5.2).

    `None` where it belongs to none of them. Whether the step was used before is for the caller to
    find out, by one atomic statement: a code counts once.
    """
    totp = pyotp.TOTP(secret)
    now = totp.timecode(at)
    shown = None
    for step in range(now - _DRIFT, now + _DRIFT + 1):
        if hmac.compare_digest(totp.generate_otp(step).encode(), code.encode()):
            shown = step
    return shown


def setting_up_uri(secret: str, *, account: str, issuer: str) -> str:
    """The `otpauth:` address that an app reads from a QR code, or opens as a link."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=issuer)


def in_groups(secret: str) -> str:
    """The secret as a person types it: groups of four."""
    return " ".join(secret[at : at + _GROUP] for at in range(0, len(secret), _GROUP))
