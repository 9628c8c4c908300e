"""Random opaque values that are handed out, and the digests that are kept of them."""

import hashlib
import secrets
from os import urandom
from typing import NewType
from uuid import UUID

from idp.core import base64url

Handle = NewType("Handle", str)
"""A random value that names something of ours to one browser or one relying party."""

_ENTROPY_BYTES = 32
_ID_BYTES = 16
_FRACTIONS = 2**32


def new_handle() -> Handle:
    """Return a fresh handle: 256 random bits as 43 characters that are safe in URLs and cookies."""
    return Handle(base64url.encode(urandom(_ENTROPY_BYTES)))


def new_secret_bytes(count: int) -> bytes:
    """Return *count* random bytes, for a secret that is shared with somebody's device."""
    return urandom(count)


def new_code(alphabet: str, length: int) -> str:
    """Return *length* random characters of *alphabet*, for a code that people copy by hand."""
    return "".join(secrets.choice(alphabet) for _ in range(length))


def new_uuid() -> str:
    """Return a random UUID (RFC 9562 §5.4), for what is named for good: no secret."""
    return str(UUID(bytes=urandom(16), version=4))


def new_short_id() -> str:
    """Return a random id of 128 bits as 22 characters, for what is told apart and is no secret."""
    return base64url.encode(urandom(_ID_BYTES))


def random_bytes(count: int) -> bytes:
    """Return so many random bytes."""
    return urandom(count)


def random_fraction() -> float:
    """Return a random number in [0, 1): for spreading what would otherwise happen at once."""
    return secrets.randbelow(_FRACTIONS) / _FRACTIONS


def digest(value: str) -> str:
    """
    Return what is stored of a handle: its SHA-256 as base64url without padding, 43 characters.

    Plain SHA-256 is enough only because a handle has 256 random bits: nobody can run through them.
    For a value that a person chose, or one with few possibilities, it would hide nothing.
    """
    return base64url.encode(hashlib.sha256(value.encode()).digest())
