"""
The errors of the specifications, one class each.

What the relying party reads is fixed ASCII (RFC 6749 §5.2 allows few characters, and whatever is
reflected is an attack); *detail* is for the log.
"""

from typing import ClassVar, Final

from authlib.oauth2 import OAuth2Error

from idp.interactions.ports import AuthorizationResponse
from idp.oidc.http import NO_STORE, Headers, ProtocolResponse, json_response
from idp.relying_parties.model import RelyingParty


class ProtocolError(OAuth2Error):  # type: ignore[misc]
    """An error with its code and its public description; *detail* never leaves us."""

    error: ClassVar[str]
    description: ClassVar[str]
    status_code: ClassVar[int] = 400

    def __init__(self, detail: str | None = None) -> None:
        super().__init__()
        self.detail = detail


class InvalidRequest(ProtocolError):
    """RFC 6749 §4.1.2.1, §5.2."""

    error = "invalid_request"
    description = "A parameter is missing, repeated, malformed or not allowed here."


class InvalidClient(ProtocolError):
    """RFC 6749 §5.2; 401 with a challenge whatever was tried, as RFC 9110 §15.5.2 asks."""

    error = "invalid_client"
    description = "Client authentication failed."
    status_code = 401


class InvalidGrant(ProtocolError):
    """RFC 6749 §5.2: which of the reasons it was is nobody's business."""

    error = "invalid_grant"
    description = "The code is unknown, expired, already used, or not for this request."


class UnauthorizedClient(ProtocolError):
    """RFC 6749 §4.1.2.1."""

    error = "unauthorized_client"
    description = "The client may not do this."


class UnsupportedGrantType(ProtocolError):
    """RFC 6749 §5.2."""

    error = "unsupported_grant_type"
    description = "This grant type is not supported."


class UnsupportedResponseType(ProtocolError):
    """RFC 6749 §4.1.2.1; RFC 9700 §2.1.2 is why there is one only."""

    error = "unsupported_response_type"
    description = "Only response_type=code is supported."


class InvalidScope(ProtocolError):
    """RFC 6749 §4.1.2.1; OpenID Connect Core §3.1.2.1."""

    error = "invalid_scope"
    description = "The scope must contain openid."


class RequestNotSupported(ProtocolError):
    """OpenID Connect Core §3.1.2.6."""

    error = "request_not_supported"
    description = "Request objects are not supported."


class RequestUriNotSupported(ProtocolError):
    """OpenID Connect Core §3.1.2.6."""

    error = "request_uri_not_supported"
    description = "Request objects by reference are not supported."


class RegistrationNotSupported(ProtocolError):
    """OpenID Connect Core §3.1.2.6."""

    error = "registration_not_supported"
    description = "The registration parameter is not supported."


class InvalidToken(ProtocolError):
    """RFC 6750 §3.1."""

    error = "invalid_token"
    description = "The access token is unknown, expired or revoked."
    status_code = 401


class WrongRequest(Exception):
    """
    The request cannot be answered to whoever sent it: a page says so, and names *parameter*.

    For a client or a redirect URI that is not known, a redirect would make us an open redirector
    (RFC 6749 §4.1.2.1). *parameter* is `None` where there is too much of it to be read.
    """

    def __init__(self, parameter: str | None, relying_party: RelyingParty | None = None) -> None:
        super().__init__(parameter)
        self.parameter = parameter
        self.relying_party = relying_party


class RefusedRequest(Exception):
    """The request is refused, and the relying party hears of it by *response*."""

    def __init__(
        self, response: AuthorizationResponse, error: ProtocolError, client_id: str
    ) -> None:
        super().__init__(error.error)
        self.response = response
        self.error = error
        self.client_id = client_id


SERVER_ERROR: Final = "server_error"
UNAVAILABLE: Final = "temporarily_unavailable"


def error_response(error: OAuth2Error, headers: Headers = ()) -> ProtocolResponse:
    """The JSON of an error (RFC 6749 §5.2)."""
    return _json(
        error.status_code,
        error.error,
        error.description,
        headers=headers,
        detail=getattr(error, "detail", None),
    )


def server_error(reference: str) -> ProtocolResponse:
    """The last resort: something of ours broke; *reference* finds it in the log."""
    return _json(500, SERVER_ERROR, f"Something went wrong here. Reference: {reference}")


def unavailable(reference: str) -> ProtocolResponse:
    """A part of ours is away; trying again is safe."""
    return _json(
        503,
        UNAVAILABLE,
        f"Try again in a moment. Reference: {reference}",
        headers=(("Retry-After", "10"),),
    )


def too_many(retry_after: int) -> ProtocolResponse:
    """Too many failures; *retry_after* in seconds."""
    return _json(
        429,
        UNAVAILABLE,
        "Too many failed requests. Try again later.",
        headers=(("Retry-After", str(retry_after)),),
    )


def _json(
    status: int,
    code: str,
    description: str,
    *,
    headers: Headers = (),
    detail: str | None = None,
) -> ProtocolResponse:
    content = {"error": code, "error_description": description}
    answer = json_response(status, content, (*NO_STORE, *headers))
    return ProtocolResponse(answer.status, answer.headers, answer.body, error=code, detail=detail)
