"""The short id a page shows and the log carries, so that a call to the hotline finds the line."""

import base64
from typing import Final

from idp.core.handles import random_bytes
from idp.web.at_hand import g, request

ENVIRON: Final = "idp.reference"
"""Where whoever numbers requests leaves the reference for the pages (WSGI environment)."""

_BYTES: Final = 5


def new_reference() -> str:
    """Make a reference, as "7F3K-92QD"."""
    # Base 32 has no 0, 1, 8 and 9: nothing in it is misheard on the telephone.
    text = base64.b32encode(random_bytes(_BYTES)).decode()
    return f"{text[:4]}-{text[4:]}"


def request_reference() -> str:
    """Give this request's reference; the same for the whole request."""
    if "reference" not in g:
        g.reference = request.environ.get(ENVIRON) or new_reference()
    return str(g.reference)
