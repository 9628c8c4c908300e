"""Bearer tokens at our own resources (RFC 6750)."""

from typing import Final

from idp.oidc.errors import InvalidRequest, ProtocolError, error_response
from idp.oidc.http import NO_STORE, ProtocolRequest, ProtocolResponse

SCHEME: Final = "bearer"


def bearer_token(request: ProtocolRequest) -> str | None:
    """
    The token of the header or of the form body (RFC 6750 §2.1, §2.2), never of the query.

    A URL ends up in logs and histories. Raises `InvalidRequest` for more than one.
    """
    if request.form.oversized or "access_token" in request.form.unusable:
        raise InvalidRequest("access_token is repeated or unreadable")
    posted = request.form.get("access_token")
    sent = bearer_header(request)
    if sent is None:
        return posted
    if posted is not None:
        raise InvalidRequest("two access tokens")
    if not sent.isascii():
        raise InvalidRequest("the token is not ASCII")
    return sent


def bearer_header(request: ProtocolRequest) -> str | None:
    """What follows `Bearer` in the header, where it is that scheme."""
    scheme, _, sent = (request.authorization or "").partition(" ")
    return sent.strip() if scheme.lower() == SCHEME else None


def no_token(realm: str) -> ProtocolResponse:
    """RFC 6750 §3.1: whoever sent no token learns how, and nothing about why."""
    challenge = ("WWW-Authenticate", f'Bearer realm="{realm}"')
    return ProtocolResponse(401, (challenge, *NO_STORE), error="no_token")


def refused_token(realm: str, error: ProtocolError) -> ProtocolResponse:
    """The error, in the header too (RFC 6750 §3)."""
    value = (
        f'Bearer realm="{realm}", error="{error.error}", error_description="{error.description}"'
    )
    return error_response(error, (("WWW-Authenticate", value),))
