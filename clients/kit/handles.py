"""Random values handed to a browser or to the provider, and what is kept of them."""

import base64
import hashlib
import secrets


def new_handle() -> str:
    """Return 256 random bits, URL-safe: also fit for `state`, `nonce` and a code verifier."""
    return secrets.token_urlsafe(32)


def digest(value: str) -> str:
    """
    Return the SHA-256 of *value*, base64url without padding.

    What is stored of a handle, so that a copy of the store opens no session; also the S256
    transformation of RFC 7636 §4.2.
    """
    return base64url(hashlib.sha256(value.encode()).digest())


def base64url(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode("ascii")
