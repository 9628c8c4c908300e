"""What endpoints that relying parties call with a form have in common (RFC 6749 §3.2, §5.2)."""

from collections.abc import Collection
from typing import Final

from authlib.oauth2 import OAuth2Error

from idp.failures.model import Cause, Fault
from idp.oidc.client_authentication import TooManyFailures
from idp.oidc.errors import InvalidClient, InvalidRequest, error_response
from idp.oidc.http import FORM, Headers, ProtocolRequest, ProtocolResponse

_CHALLENGE: Final[Headers] = (("WWW-Authenticate", 'Basic realm="token", charset="UTF-8"'),)


def check_form(request: ProtocolRequest, known: Collection[str]) -> None:
    """
    Parameters in the body, each of *known* once; what the query says has no say.

    Raises `InvalidRequest`.
    """
    if request.content_type != FORM:
        raise InvalidRequest(f"the body must be {FORM}")
    if request.form.oversized:
        raise InvalidRequest("the body is too large", Fault(cause=Cause.OVERSIZED))
    unusable = sorted(request.form.unusable.intersection(known))
    if unusable:
        fault = Fault(cause=Cause.PARAMETER_UNUSABLE, parameter=", ".join(unusable))
        raise InvalidRequest(f"repeated or unreadable: {', '.join(unusable)}", fault)


def error_of_client(error: OAuth2Error) -> ProtocolResponse:
    """The error, with a challenge where the caller did not prove itself."""
    if isinstance(error, TooManyFailures):
        return error_response(error, (("Retry-After", str(error.retry_after)),))
    return error_response(error, _CHALLENGE if isinstance(error, InvalidClient) else ())
