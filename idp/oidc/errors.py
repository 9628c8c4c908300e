"""
The errors of the specifications, one class each.

What the relying party reads is fixed ASCII (RFC 6749 §5.2 allows few characters, and whatever is
reflected is an attack); *detail* is for the log.
"""

from collections.abc import Sequence
from typing import ClassVar, Final

from authlib.oauth2 import OAuth2Error

from idp.failures.model import Fault
from idp.interactions.ports import AuthorizationResponse
from idp.oidc.http import NO_STORE, Headers, ProtocolResponse, json_response
from idp.relying_parties.model import RelyingParty


class ProtocolError(OAuth2Error):  # type: ignore[misc]
    """
    An error with its code and its public description.

    *detail* never leaves us; *fault*, where there is one, is for the relying party's own team.
    """

    error: ClassVar[str]
    description: str
    status_code: ClassVar[int] = 400

    def __init__(self, detail: str | None = None, fault: Fault | None = None) -> None:
        super().__init__()
        self.detail = detail
        self.fault = fault


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
    description = "The code or refresh token is unknown, expired, used, or not for this request."


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


class ScopeNotGranted(ProtocolError):
    """RFC 6749 §5.2, §6."""

    error = "invalid_scope"
    description = "The scope names more than was granted."


class InvalidTarget(ProtocolError):
    """RFC 8707 §2."""

    error = "invalid_target"
    description = "The resource is missing, unknown, or not registered for this client."


class RequestNotSupported(ProtocolError):
    """OpenID Connect Core §3.1.2.6."""

    error = "request_not_supported"
    description = "The client has not registered for request objects."


class RequestUriNotSupported(ProtocolError):
    """OpenID Connect Core §3.1.2.6."""

    error = "request_uri_not_supported"
    description = "The client has not registered for request objects by reference."


class InvalidRequestObject(ProtocolError):
    """OpenID Connect Core §3.1.2.6, RFC 9101 §7."""

    error = "invalid_request_object"
    description = (
        "The request object is malformed, not signed as registered, or not for here and now."
    )


class InvalidRequestUri(ProtocolError):
    """OpenID Connect Core §3.1.2.6, RFC 9101 §7."""

    error = "invalid_request_uri"
    description = "The request_uri is not registered, or gives no request object."


class RegistrationNotSupported(ProtocolError):
    """OpenID Connect Core §3.1.2.6."""

    error = "registration_not_supported"
    description = "The registration parameter is not supported."


class AccessDenied(ProtocolError):
    """RFC 6749 §4.1.2.1."""

    error = "access_denied"
    description = "The citizen did not agree."


class LoginRequired(ProtocolError):
    """OpenID Connect Core §3.1.2.6."""

    error = "login_required"
    description = "The citizen asked for is not signed in, or must not be asked to (prompt=none)."


class InteractionRequired(ProtocolError):
    """OpenID Connect Core §3.1.2.6."""

    error = "interaction_required"
    description = "The citizen has to do something, and prompt=none forbids asking."


class ConsentRequired(ProtocolError):
    """OpenID Connect Core §3.1.2.6."""

    error = "consent_required"
    description = "The citizen has to agree, and prompt=none forbids asking."


class UnmetAuthenticationRequirements(ProtocolError):
    """OpenID Connect Unmet Authentication Requirements §2."""

    error = "unmet_authentication_requirements"
    description = "The required acr was not reached."


class InvalidToken(ProtocolError):
    """RFC 6750 §3.1."""

    error = "invalid_token"
    description = "The access token is unknown, expired or revoked."
    status_code = 401


class InsufficientScope(ProtocolError):
    """RFC 6750 §3.1."""

    error = "insufficient_scope"
    description = "The access token is not for this: its scope lacks openid."
    status_code = 403


class InvalidRedirectUri(ProtocolError):
    """RFC 7591 §3.2.2."""

    error = "invalid_redirect_uri"
    description = "The value of one or more redirect_uris is not acceptable."


class InvalidClientMetadata(ProtocolError):
    """RFC 7591 §3.2.2; *members* are names of ours, never what was sent."""

    error = "invalid_client_metadata"
    description = "The body must be a JSON object of client metadata."

    def __init__(self, detail: str | None = None, members: Sequence[str] = ()) -> None:
        super().__init__(detail)
        if members:
            self.description = f"Not acceptable: {', '.join(members)}."


class TooManyRegistrations(ProtocolError):
    """Of one network: made, or tried with a wrong token; *retry_after* in seconds."""

    error = "temporarily_unavailable"
    description = "Too many registrations, or too many wrong tokens. Try again later."
    status_code = 429

    def __init__(self, retry_after: int) -> None:
        super().__init__()
        self.retry_after = retry_after


class WrongRequest(Exception):
    """
    The request cannot be answered to whoever sent it: a page says so, and names *parameter*.

    For a client or a redirect URI that is not known, a redirect would make us an open redirector
    (RFC 6749 §4.1.2.1). *parameter* is `None` where there is too much of it to be read.
    """

    def __init__(
        self,
        parameter: str | None,
        relying_party: RelyingParty | None = None,
        fault: Fault | None = None,
    ) -> None:
        super().__init__(parameter)
        self.parameter = parameter
        self.relying_party = relying_party
        self.fault = fault


class RefusedRequest(Exception):
    """The request is refused, and the relying party hears of it by *response*."""

    def __init__(
        self, response: AuthorizationResponse, error: ProtocolError, relying_party: RelyingParty
    ) -> None:
        super().__init__(error.error)
        self.response = response
        self.error = error
        self.relying_party = relying_party


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
        fault=getattr(error, "fault", None),
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


def _json(
    status: int,
    code: str,
    description: str,
    *,
    headers: Headers = (),
    detail: str | None = None,
    fault: Fault | None = None,
) -> ProtocolResponse:
    content = {"error": code, "error_description": description}
    answer = json_response(status, content, (*NO_STORE, *headers))
    return ProtocolResponse(
        answer.status, answer.headers, answer.body, error=code, detail=detail, fault=fault
    )
