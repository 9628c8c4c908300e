"""base64url without padding (RFC 4648 §5, RFC 7515 §2): how handles and digests are written."""

from binascii import b2a_base64
from typing import Final

_URL_SAFE: Final = bytes.maketrans(b"+/", b"-_")


def encode(data: bytes) -> str:
    """Write *data*; some forty times a sign-in, so not by the four steps of `base64`."""
    return b2a_base64(data, newline=False).rstrip(b"=").translate(_URL_SAFE).decode()
