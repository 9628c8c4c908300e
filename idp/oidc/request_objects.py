"""
Request objects, by value and by reference (OpenID Connect Core §6, RFC 9101).

What is inside wins over what stands outside, and the rest comes from outside, as Core §6.1 has it:
portals written for RFC 9101 send everything inside, those written for Core repeat some of it.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

from idp.core.clock import Clock
from idp.failures.model import Cause, Fault
from idp.failures.rules import shown
from idp.oidc.client_keys import BadSignature, ClientKeySet
from idp.oidc.errors import (
    InvalidRequest,
    InvalidRequestObject,
    InvalidRequestUri,
    RequestNotSupported,
    RequestUriNotSupported,
)
from idp.oidc.http import Parameters
from idp.relying_parties.model import CLIENT_ALGORITHMS, RelyingParty, RequestObjects
from idp.relying_parties.ports import Fetcher, FetchFailed

REQUEST: Final = "request"
REQUEST_URI: Final = "request_uri"
TYPES: Final = frozenset({"jwt", "oauth-authz-req+jwt"})
MEDIA_TYPES: Final = frozenset({"application/jwt", "application/oauth-authz-req+jwt"})
LONGEST: Final = timedelta(minutes=60)
"""How far `exp` may lie ahead, and `nbf` back (FAPI 2.0 Message Signing §5.3)."""
SKEW: Final = timedelta(seconds=10)

_NO_YEAR: Final = 253_402_300_800  # seconds: the year 10000, which no calendar here knows
_MUST_AGREE: Final = ("client_id", "response_type")
"""Core §6.1: the same where they stand on both sides; outside is optional (RFC 9101 §5)."""


class SignedRequests:
    """Opens the request objects of those who registered for them."""

    def __init__(self, *, issuer: str, keys: ClientKeySet, fetcher: Fetcher, clock: Clock) -> None:
        self._issuer = issuer
        self._keys = keys
        self._fetcher = fetcher
        self._clock = clock

    def opened(
        self, parameters: Parameters, relying_party: RelyingParty, *, known: Sequence[str]
    ) -> Parameters:
        """
        The parameters of the request, those of its object first; *known*: what is read of it.

        Raises `InvalidRequest`, `RequestNotSupported`, `RequestUriNotSupported`,
        `InvalidRequestObject`, `InvalidRequestUri`.
        """
        by_value = REQUEST in parameters.values or REQUEST in parameters.unusable
        by_reference = REQUEST_URI in parameters.values or REQUEST_URI in parameters.unusable
        if not by_value and not by_reference:
            return parameters
        allowed = relying_party.request_objects
        if allowed is None:
            fault = _not_registered(REQUEST if by_value else REQUEST_URI)
            raise (RequestNotSupported if by_value else RequestUriNotSupported)(fault=fault)
        if by_value and by_reference:
            raise InvalidRequest("both request and request_uri")
        if by_reference:
            token = self._fetched(parameters.get(REQUEST_URI), allowed)
        else:
            token = parameters.get(REQUEST) or ""
        inside = self._inside(token, relying_party, allowed, known, must_end=by_value)
        for name in _MUST_AGREE:
            if inside.get(name, parameters.get(name)) != parameters.values.get(
                name, inside.get(name)
            ):
                disagrees = Fault(cause=Cause.OBJECT_DISAGREES, parameter=name)
                raise InvalidRequestObject(f"{name} differs from the one outside", disagrees)
        return _merged(parameters, inside)

    def _fetched(self, uri: str | None, allowed: RequestObjects) -> str:
        """
        The object at *uri*, one of those registered, to the letter.

        So a stranger makes us ask for nothing else (§15.4). A fragment is part of the name, and no
        more: what is there may change while the name stays (§6.2), and its signature is what says
        that it is the portal's.
        """
        if uri is None or uri not in allowed.uris:
            raise InvalidRequestUri("not registered", _not_registered(REQUEST_URI))
        try:
            return self._fetcher.fetch(uri, media_types=MEDIA_TYPES).decode("ascii").strip()
        except FetchFailed as failure:
            unreachable = Fault(cause=Cause.OBJECT_UNREACHABLE)
            raise InvalidRequestUri(failure.cause, unreachable) from None
        except UnicodeDecodeError:
            unreadable = Fault(cause=Cause.JWT_UNREADABLE)
            raise InvalidRequestObject("no text", unreadable) from None

    def _inside(
        self,
        token: str,
        relying_party: RelyingParty,
        allowed: RequestObjects,
        known: Sequence[str],
        *,
        must_end: bool,
    ) -> Mapping[str, str]:
        """The parameters in *token*, which the relying party signed for us, for now."""
        algorithms = CLIENT_ALGORITHMS if allowed.algorithm is None else (allowed.algorithm,)
        try:
            claims = self._keys.verify(token, relying_party, algorithms=algorithms, typ=TYPES)
        except BadSignature as error:
            raise InvalidRequestObject(str(error), error.fault) from None
        self._check_origin(claims, relying_party)
        self._check_times(claims, must_end=must_end)
        return {name: _text(name, claims[name]) for name in known if claims.get(name) is not None}

    def _check_origin(self, claims: Mapping[str, object], relying_party: RelyingParty) -> None:
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        if self._issuer not in audiences:
            sent = " ".join(name for name in audiences if isinstance(name, str))
            wrong = Fault(cause=Cause.JWT_AUDIENCE, sent=shown(sent), registered=self._issuer)
            raise InvalidRequestObject("made for somebody else", wrong)
        if claims.get("iss") != relying_party.client_id:
            wrong = Fault(cause=Cause.JWT_ISSUER, parameter="iss")
            raise InvalidRequestObject("made by somebody else", wrong)
        if claims.get("sub") == relying_party.client_id:
            raise InvalidRequestObject("a client assertion")  # RFC 9101 §10.8: none is the other
        if not {REQUEST, REQUEST_URI}.isdisjoint(claims):
            raise InvalidRequestObject("an object within the object")

    def _check_times(self, claims: Mapping[str, object], *, must_end: bool) -> None:
        """
        Whether the object is for now.

        One that travels in a URL stays in histories and logs: it must end. One that we fetch is
        what the portal publishes at this very moment, and may leave `exp` out, as Core does.
        """
        now = self._clock.now().timestamp()
        expires, begins = _moment(claims, "exp"), _moment(claims, "nbf")
        if expires is None and must_end:
            raise InvalidRequestObject("exp is missing", _lacks("exp"))
        if expires is not None and not now - SKEW.seconds < expires <= now + LONGEST.seconds:
            raise InvalidRequestObject("exp is past, or too far ahead", _off("exp", expires - now))
        if begins is not None and not now - LONGEST.seconds <= begins <= now + SKEW.seconds:
            raise InvalidRequestObject("nbf is ahead, or too far back", _off("nbf", begins - now))


def _moment(claims: Mapping[str, object], name: str) -> float | None:
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidRequestObject(f"{name} is no number", _lacks(name))
    if not abs(value) < _NO_YEAR:  # infinity and what is no number at all included
        raise InvalidRequestObject(f"{name} is no moment", _lacks(name))
    return value


def _not_registered(parameter: str) -> Fault:
    return Fault(cause=Cause.OBJECT_NOT_REGISTERED, parameter=parameter)


def _lacks(member: str) -> Fault:
    return Fault(cause=Cause.JWT_LACKS, parameter=member)


def _off(member: str, ahead: float) -> Fault:
    """How far a moment is from where it may be; *ahead* in seconds from now."""
    if member == "nbf":
        cause = Cause.JWT_AHEAD if ahead > 0 else Cause.JWT_LASTS_TOO_LONG
    else:
        cause = Cause.JWT_LASTS_TOO_LONG if ahead > 0 else Cause.JWT_EXPIRED
    return Fault(cause=cause, parameter=member, seconds=abs(int(ahead)))


def _text(name: str, value: object) -> str:
    """The value as the query would have it: `max_age` may be a number, `claims` an object."""
    if name == "max_age" and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if name == "claims" and isinstance(value, dict):
        return json.dumps(value)
    # Not `isprintable`, for a state may hold anything but what would break a header.
    if not isinstance(value, str) or any(_unusable(character) for character in value):
        raise InvalidRequestObject(f"{name} is no usable text")
    return value


def _unusable(character: str) -> bool:
    """As in a query: a control character; or half of one, that UTF-8 has no bytes for."""
    return character < " " or "\x7f" <= character <= "\x9f" or "\ud800" <= character <= "\udfff"


def _merged(outside: Parameters, inside: Mapping[str, str]) -> Parameters:
    opened = {REQUEST, REQUEST_URI}
    kept = {name: value for name, value in outside.values.items() if name not in opened}
    # Empty counts as not sent, inside as outside (RFC 6749 §3.1).
    return Parameters(
        kept | {name: value for name, value in inside.items() if value},
        outside.unusable - inside.keys(),
    )
