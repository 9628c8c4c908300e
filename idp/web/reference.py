"""The short id a page shows and the log carries, so that a call to the hotline finds the line."""

from typing import Final

from idp.core.handles import random_bytes
from idp.web.at_hand import g, request

ENVIRON: Final = "idp.reference"
"""Where whoever numbers requests leaves the reference for the pages (WSGI environment)."""

_LENGTH: Final = 8
_LETTERS: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" * 8
"""For each byte one of 32, all as often (RFC 4648 §6): nothing is misheard on the telephone."""


def new_reference() -> str:
    """Make a reference, as "7F3K-92QD"."""
    text = random_bytes(_LENGTH).translate(_LETTERS).decode()
    return f"{text[:4]}-{text[4:]}"


def request_reference() -> str:
    """Give this request's reference; the same for the whole request."""
    if "reference" not in g:
        g.reference = request.environ.get(ENVIRON) or new_reference()
    return str(g.reference)
