"""The redirect after which a browser asks with GET (RFC 9110 §15.4.4)."""

from flask import Response


def see_other(address: str) -> Response:
    """
    Return a 303 to *address*, with no body to read.

    RFC 9700 §4.12: after a POST, a 307 would send its form on to the next address.
    """
    response = Response(status=303)
    response.headers["Location"] = address
    return response
