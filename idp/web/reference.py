"""The short id a page shows and the log carries, so that a call to the hotline finds the line."""

import base64
from hashlib import sha256

from flask import g

from idp.core.handles import new_handle

_BYTES = 5


def request_reference() -> str:
    """
    Give this request's reference, as "7F3K-92QD"; the same for the whole request.

    `g.reference`, set by whoever numbers requests, wins.
    """
    if "reference" not in g:
        # Base 32 has no 0, 1, 8 and 9: nothing in it is misheard on the telephone.
        random = sha256(new_handle().encode()).digest()[:_BYTES]
        text = base64.b32encode(random).decode()
        g.reference = f"{text[:4]}-{text[4:]}"
    return str(g.reference)
