"""Links that are sent: each opens one page about one row, to whoever holds it."""

import hashlib
import hmac
from dataclasses import dataclass, field
from urllib.parse import urlencode

from idp.core import base64url

_BYTES = 16


@dataclass(frozen=True, slots=True)
class Links:
    """
    Makes the handle of a row's link from the row's id, so that no job and no row holds it.

    *key* is secret; *issuer* is our own address. What is stored of a handle is its `digest`. The
    handle stands in the query: paths are logged.
    """

    issuer: str
    key: bytes = field(repr=False)

    def handle(self, path: str, row_id: str) -> str:
        """
        The handle of the link to *path* about that row: 128 bits as 22 characters.

        A text message has no room for more, and nobody can run through these either.
        """
        # No other use of the key has a NUL in what it signs.
        signed = hmac.digest(self.key, f"link\0{path}\0{row_id}".encode(), hashlib.sha256)
        return base64url.encode(signed[:_BYTES])

    def link(self, path: str, row_id: str) -> str:
        """The whole address."""
        return f"{self.issuer}{path}?{urlencode({'k': self.handle(path, row_id)})}"
