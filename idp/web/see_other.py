"""The way to another page (RFC 9110 §15.4.4): by GET, so that nothing is posted again."""

import re
from typing import Final

from flask import Response

from idp.web.application import Ready

# What Werkzeug would write no other way (RFC 3986 §2); with two slashes it would be another host's.
_OWN_ADDRESS: Final = re.compile(r"/(?!/)[\w!$&'()*+,./:;=?@~-]*", re.ASCII)


def see_other(address: str) -> Response:
    """Send the browser to *address*; no browser shows the page that could come with it."""
    if _OWN_ADDRESS.fullmatch(address):
        return Ready(b"", 303, ("Location", address))
    return Response(status=303, headers=[("Location", address)])
