"""Passkeys in our own words: what is made, what is sent, and that it proves nothing."""

from dataclasses import dataclass
from typing import NewType

Place = NewType("Place", str)
"""What a challenge is for: one interaction's sign-in, or one citizen's new passkey."""


class PasskeyRefused(Exception):
    """The answer of the browser proves nothing; *reason* is a word for the audit log."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class NewPasskey:
    """A passkey that has just been made; *public_key* is a COSE key."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    copyable: bool


@dataclass(frozen=True, slots=True)
class UnverifiedAssertion:
    """What a browser sent; whose it claims to be is in it, and nothing of it is proved."""

    credential_id: bytes
    user_handle: bytes | None
    response: object  # the library's own
