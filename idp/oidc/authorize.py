"""
The strict parser of authorization requests (OpenID Connect Core §3.1.2.1).

The order is the security: the client, then its exact redirect URI, and only then errors that go
there. Where parameters come from (query, form, request object) makes no difference to what is made
of them.
"""

import re
from typing import Final

from idp.citizens.blind_indexes import identity_number_index
from idp.core.acr import ACR_CLASSES
from idp.core.identity_number import IdentityNumber, InvalidIdentityNumber
from idp.db.encryption import BlindIndex
from idp.failures.model import Cause, Fault
from idp.failures.rules import claimed_id, shown, uri_fault
from idp.interactions.model import AuthorizationRequest, Prompt, ResponseMode
from idp.oidc.claims_parameter import ClaimsRequest
from idp.oidc.errors import (
    InvalidRequest,
    InvalidScope,
    LoginRequired,
    ProtocolError,
    RefusedRequest,
    RegistrationNotSupported,
    UnsupportedResponseType,
    WrongRequest,
)
from idp.oidc.http import Parameters
from idp.oidc.id_token_hint import IdTokenHints
from idp.oidc.request_objects import REQUEST, REQUEST_URI, SignedRequests
from idp.oidc.respond import AuthorizationResponses, Destination
from idp.relying_parties.claims import askable_scope
from idp.relying_parties.model import ClientId, RelyingParty
from idp.relying_parties.ports import RelyingParties
from idp.signing.signer import NotOurToken

OPENID: Final = "openid"
RESPONSE_MODES: Final = tuple(ResponseMode)

MAX_STATE: Final = 2048  # characters
MAX_NONCE: Final = 512
MAX_HINT: Final = 64
MAX_LIST: Final = 16  # entries that are read of a list of wishes

# Unknown parameters are ignored (RFC 6749 §3.1). These must be usable when they come (§4.1.2.1:
# repeated is `invalid_request`), even those without effect: `display`, `claims_locales`. What a
# mere wish says (locales, login hints, classes) is never wrong.
_KNOWN: Final = (
    "response_type",
    "response_mode",
    "scope",
    "nonce",
    "prompt",
    "max_age",
    "code_challenge",
    "code_challenge_method",
    "login_hint",
    "id_token_hint",
    "acr_values",
    "ui_locales",
    "claims_locales",
    "claims",
    "display",
)
_OF_THE_ANSWER: Final = ("client_id", "redirect_uri", "state")
_UNSUPPORTED: Final = "registration"

_S256_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}")  # RFC 7636 §4.2: a SHA-256, base64url
_SECONDS: Final = re.compile(r"[0-9]{1,9}")  # 30 years: what is more overflows, and means the same
_LOCALE: Final = re.compile(r"[A-Za-z0-9-]{1,35}")


class AuthorizationRequests:
    """Makes `AuthorizationRequest`s of parameters."""

    def __init__(
        self,
        *,
        relying_parties: RelyingParties,
        responses: AuthorizationResponses,
        signed: SignedRequests,
        hints: IdTokenHints,
        index: BlindIndex,
    ) -> None:
        self._relying_parties = relying_parties
        self._responses = responses
        self._signed = signed
        self._hints = hints
        self._index = index

    def read(self, parameters: Parameters) -> AuthorizationRequest:
        """
        The request, checked; with the scopes we know and its relying party may ask for.

        Raises `WrongRequest` where a page must say what is wrong, else `RefusedRequest`.
        """
        if parameters.oversized:
            raise WrongRequest(None, fault=Fault(cause=Cause.OVERSIZED))
        relying_party = self._client(parameters)
        try:
            opened = self._signed.opened(
                parameters, relying_party, known=(*_OF_THE_ANSWER, *_KNOWN)
            )
        except ProtocolError as error:
            # All that is known of the way back is what stands outside.
            destination = _destination(parameters, relying_party)
            raise self._refused(error, relying_party, destination) from None
        destination = _destination(opened, relying_party)
        try:
            return self._checked(opened, relying_party, destination)
        except ProtocolError as error:
            raise self._refused(error, relying_party, destination) from None

    def _refused(
        self, error: ProtocolError, relying_party: RelyingParty, destination: Destination
    ) -> RefusedRequest:
        return RefusedRequest(self._responses.error(destination, error), error, relying_party)

    def _client(self, parameters: Parameters) -> RelyingParty:
        client_id = parameters.get("client_id")
        found = None if client_id is None else self._relying_parties.find(ClientId(client_id))
        if found is None or not found.enabled:
            raise WrongRequest("client_id", found, _client_fault(client_id, found))
        return found

    def _checked(
        self, parameters: Parameters, relying_party: RelyingParty, destination: Destination
    ) -> AuthorizationRequest:
        if _UNSUPPORTED in parameters.values or _UNSUPPORTED in parameters.unusable:
            raise RegistrationNotSupported(fault=_not_supported(parameters, _UNSUPPORTED))
        for name in _KNOWN:
            if name in parameters.unusable:
                fault = Fault(cause=Cause.PARAMETER_UNUSABLE, parameter=name)
                raise InvalidRequest(f"{name} is repeated or unreadable", fault)
        _check_response(parameters)
        prompt = _prompt(parameters)
        claims = ClaimsRequest.parse(parameters.get("claims"))
        hinted = self._id_token_hint(parameters, silent=Prompt.NONE in prompt)
        return AuthorizationRequest(
            client_id=relying_party.client_id,
            redirect_uri=destination.redirect_uri,
            response_mode=destination.mode,
            scope=_scope(parameters, relying_party),
            state=destination.state,
            nonce=_nonce(parameters),
            code_challenge=_code_challenge(parameters, required=relying_party.pkce_required),
            prompt=prompt,
            max_age=_max_age(parameters, relying_party.default_max_age),
            login_hint=self._login_hint(parameters),
            ui_locales=_wishes(parameters, "ui_locales", _LOCALE),
            acr_values=_acr_values(parameters, claims, relying_party),
            acr_essential=claims.acr.essential and bool(claims.acr.values),
            subjects=claims.subjects | hinted,
            userinfo_claims=frozenset(claims.userinfo),
            id_token_claims=frozenset(claims.id_token),
        )

    def _id_token_hint(self, parameters: Parameters, *, silent: bool) -> frozenset[str]:
        """
        Whom the hint names, if there is one.

        One that we cannot read must not be passed over: the answer could be about anybody. A silent
        request learns by it that somebody has to sign in, as from a hint of a citizen who left.
        """
        hint = parameters.get("id_token_hint")
        if hint is None:
            return frozenset()
        try:
            return frozenset({self._hints.subject(hint)})
        except NotOurToken as error:
            detail = f"id_token_hint: {error}"
            raise (LoginRequired if silent else InvalidRequest)(detail) from None

    def _login_hint(self, parameters: Parameters) -> str | None:
        """The blind index of an identity number; a hint of another kind says nothing to us."""
        hint = parameters.get("login_hint")
        if hint is None or len(hint) > MAX_HINT:
            return None
        try:
            number = IdentityNumber.parse(hint)
        except InvalidIdentityNumber:
            return None
        return identity_number_index(self._index, number.value).hex()


def _destination(parameters: Parameters, relying_party: RelyingParty) -> Destination:
    """Where answers go, errors included. Raises `WrongRequest`."""
    redirect_uri = _redirect_uri(parameters, relying_party)
    state = _state(parameters, relying_party)
    mode = parameters.get("response_mode") or ""
    # One that we do not offer, or cannot read, is an error, told by way of the default.
    known = mode in RESPONSE_MODES
    return Destination(redirect_uri, state, ResponseMode(mode) if known else ResponseMode.QUERY)


def _redirect_uri(parameters: Parameters, relying_party: RelyingParty) -> str:
    """RFC 9700 §2.1: exact match; a prefix or wildcard hands codes to an open redirector."""
    redirect_uri = parameters.get("redirect_uri")
    if redirect_uri is not None and redirect_uri in relying_party.redirect_uris:
        return redirect_uri
    if redirect_uri is None and "redirect_uri" not in parameters.unusable:
        for name in (REQUEST, REQUEST_URI):
            if name in parameters.values:  # it stands in there, most likely
                missing = Fault(cause=Cause.PARAMETER_MISSING, parameter="redirect_uri")
                raise WrongRequest(name, relying_party, missing)
    raise WrongRequest(
        "redirect_uri", relying_party, _redirect_uri_fault(parameters, redirect_uri, relying_party)
    )


def _redirect_uri_fault(
    parameters: Parameters, sent: str | None, relying_party: RelyingParty
) -> Fault:
    if sent is not None:
        return uri_fault("redirect_uri", sent, relying_party.redirect_uris)
    unusable = "redirect_uri" in parameters.unusable
    cause = Cause.PARAMETER_UNUSABLE if unusable else Cause.PARAMETER_MISSING
    return Fault(cause=cause, parameter="redirect_uri")


def _client_fault(client_id: str | None, found: RelyingParty | None) -> Fault:
    if client_id is None:
        return Fault(cause=Cause.PARAMETER_MISSING, parameter="client_id")
    cause = Cause.UNKNOWN_CLIENT if found is None else Cause.DISABLED_CLIENT
    return Fault(cause=cause, parameter="client_id", claimed=claimed_id(client_id))


def _not_supported(parameters: Parameters, name: str) -> Fault:
    """That *name* has a value we do not take; for none that may hold a person's data."""
    return Fault(
        cause=Cause.PARAMETER_NOT_SUPPORTED,
        parameter=name,
        sent=shown(parameters.get(name) or ""),
    )


def _state(parameters: Parameters, relying_party: RelyingParty) -> str | None:
    """
    The state, to be given back exactly.

    One that cannot be (repeated, unreadable, too long to come back through every proxy) gets a
    page: a redirect without it would look to the portal like a forged one, and a cut one is worse.
    """
    state = parameters.get("state")
    if "state" in parameters.unusable or len(state or "") > MAX_STATE:
        unusable = "state" in parameters.unusable
        cause = Cause.PARAMETER_UNUSABLE if unusable else Cause.PARAMETER_TOO_LONG
        raise WrongRequest("state", relying_party, Fault(cause=cause, parameter="state"))
    return state


def _check_response(parameters: Parameters) -> None:
    response_type = parameters.get("response_type")
    if response_type is None:
        missing = Fault(cause=Cause.PARAMETER_MISSING, parameter="response_type")
        raise InvalidRequest("response_type is missing", missing)
    if response_type != "code":
        raise UnsupportedResponseType(response_type, _not_supported(parameters, "response_type"))
    response_mode = parameters.get("response_mode")
    if response_mode is not None and response_mode not in RESPONSE_MODES:
        fault = _not_supported(parameters, "response_mode")
        raise InvalidRequest("response_mode is not supported", fault)


def _scope(parameters: Parameters, relying_party: RelyingParty) -> tuple[str, ...]:
    """
    The scopes asked for that we know and the relying party has, each once.

    Others are ignored (OpenID Connect Core §3.1.2.1); without `openid` it is no request of ours.
    Within a request object it is as good as outside, where §6.1 wants it too: RFC 9101 does not.
    """
    asked = (parameters.get("scope") or "").split(" ")
    if OPENID not in asked:
        sent = shown(" ".join(asked))
        raise InvalidScope(fault=Fault(cause=Cause.SCOPE_WITHOUT_OPENID, sent=sent))
    return askable_scope(relying_party, asked)


def _nonce(parameters: Parameters) -> str | None:
    nonce = parameters.get("nonce")
    if len(nonce or "") > MAX_NONCE:
        fault = Fault(cause=Cause.PARAMETER_TOO_LONG, parameter="nonce")
        raise InvalidRequest("nonce is too long", fault)  # cut, it would not be the same nonce
    return nonce


def _code_challenge(parameters: Parameters, *, required: bool) -> str | None:
    """RFC 7636 §4.3; `plain` shows the verifier to whoever sees the request (RFC 9700 §2.1.1)."""
    challenge = parameters.get("code_challenge")
    method = parameters.get("code_challenge_method")
    if challenge is None:
        if required or method is not None:
            raise InvalidRequest("code_challenge is missing", Fault(cause=Cause.PKCE_MISSING))
        return None
    if method != "S256" or not _S256_CHALLENGE.fullmatch(challenge):
        fault = Fault(cause=Cause.PKCE_NOT_S256, sent=shown(method or ""))
        raise InvalidRequest("code_challenge is not one of S256", fault)
    return challenge


_PROMPTS: Final = frozenset(Prompt)


def _prompt(parameters: Parameters) -> frozenset[Prompt]:
    """
    The prompts asked for.

    An unknown one is an error rather than something to ignore, as Initiating User Registration
    via OpenID Connect asks; `none` and `create` stand alone.
    """
    names = {name for name in (parameters.get("prompt") or "").split(" ") if name}
    if not names <= _PROMPTS:
        fault = _not_supported(parameters, "prompt")
        raise InvalidRequest("prompt has a value that is not supported", fault)
    prompts = frozenset(Prompt(name) for name in names)
    if len(prompts) > 1 and prompts & {Prompt.NONE, Prompt.CREATE}:
        fault = _not_supported(parameters, "prompt")
        raise InvalidRequest("prompt has a value that must stand alone", fault)
    return prompts


def _max_age(parameters: Parameters, default: int | None) -> int | None:
    max_age = parameters.get("max_age")
    if max_age is None:
        return default
    if not _SECONDS.fullmatch(max_age):
        fault = _not_supported(parameters, "max_age")
        raise InvalidRequest("max_age is no number of seconds", fault)
    return int(max_age)


def _acr_values(
    parameters: Parameters, claims: ClaimsRequest, relying_party: RelyingParty
) -> tuple[str, ...]:
    """
    The classes asked for, in order of preference, of those there are.

    What `claims` says is the stronger word (OpenID Connect Core §5.5.1.1), the registration's
    default the weakest (Dynamic Client Registration §2).
    """
    asked = (
        claims.acr.values or _wishes(parameters, "acr_values") or relying_party.default_acr_values
    )
    return tuple(name for name in asked if name in ACR_CLASSES)


def _wishes(
    parameters: Parameters, name: str, form: re.Pattern[str] | None = None
) -> tuple[str, ...]:
    """A list of wishes in order of preference; what cannot be one is left out, never an error."""
    entries = (parameters.get(name) or "").split()[:MAX_LIST]
    return tuple(entry for entry in entries if form is None or form.fullmatch(entry))
