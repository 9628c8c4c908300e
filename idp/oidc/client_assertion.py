"""`private_key_jwt` (OpenID Connect Core §9, RFC 7523 §3): proof by a relying party's own key."""

import binascii
import json
from base64 import urlsafe_b64decode
from datetime import UTC, datetime, timedelta
from typing import Final

from idp.core.clock import Clock
from idp.failures.model import Cause, Fault
from idp.failures.rules import shown
from idp.grants.ports import SpentIdentifiers
from idp.oidc.client_keys import MAX_TOKEN, BadSignature, ClientClaims, ClientKeySet
from idp.relying_parties.model import CLIENT_ALGORITHMS, ClientId, RelyingParty
from idp.relying_parties.ports import RelyingParties

ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LEEWAY: Final = timedelta(seconds=10)  # between the client's clock and ours
LONGEST_LIFE: Final = timedelta(minutes=10)
"""An assertion is made for one call; and each is remembered until its end."""
MAX_JTI: Final = 256  # characters
_TYPES: Final = frozenset({"jwt", "client-authentication+jwt"})
_UNREADABLE: Final = Fault(cause=Cause.JWT_UNREADABLE)


class BadAssertion(Exception):
    """It proves nothing; the message is for the log, *fault* for the relying party's team."""

    def __init__(self, message: str, fault: Fault = _UNREADABLE) -> None:
        super().__init__(message)
        self.fault = fault


def unverified_client_id(assertion: str) -> ClientId:
    """
    Who the assertion says it is of: only to find whose keys to try it with.

    Raises `BadAssertion`.
    """
    parts = assertion.split(".")
    try:
        if len(assertion) > MAX_TOKEN or len(parts) != 3:  # noqa: PLR2004
            raise BadAssertion("no compact JWS")
        claims = json.loads(urlsafe_b64decode(parts[1].encode("ascii") + b"==="))
    except (binascii.Error, ValueError, RecursionError):
        raise BadAssertion("unreadable") from None
    client_id = claims.get("sub") if isinstance(claims, dict) else None
    if not isinstance(client_id, str):
        raise BadAssertion("no sub", _lacks("sub"))
    return ClientId(client_id)


class ClientAssertions:
    """
    Tells whether an assertion is a relying party's, for us, now, and not seen before.

    *audiences* are the issuer and the token endpoint: Core §9 asks for the latter, later
    specifications for the former, and clients send either.
    """

    def __init__(
        self,
        *,
        keys: ClientKeySet,
        spent: SpentIdentifiers,
        relying_parties: RelyingParties,
        audiences: frozenset[str],
        clock: Clock,
    ) -> None:
        self._keys = keys
        self._spent = spent
        self._relying_parties = relying_parties
        self._audiences = audiences
        self._clock = clock

    def check(self, assertion: str, relying_party: RelyingParty) -> None:
        """
        Spend the assertion; the registry is up to date after that. Raises `BadAssertion`.

        One question to the volatile store, after everything that needs none.
        """
        claims = self._verified(assertion, relying_party)
        jti, expires_at = self._checked(claims, relying_party)
        outcome = self._spent.spend(f"{relying_party.client_id}\0{jti}", expires_at + LEEWAY)
        self._relying_parties.catch_up(outcome.registry_version)
        if not outcome.first:
            raise BadAssertion("replayed", Fault(cause=Cause.JWT_REPLAYED))
        current = self._relying_parties.find(relying_party.client_id)
        if current is not None and current is not relying_party:
            self._verified(assertion, current)  # a key was withdrawn, perhaps this one

    def _verified(self, assertion: str, relying_party: RelyingParty) -> ClientClaims:
        registered = relying_party.client_assertion_algorithm
        try:
            return self._keys.verify(
                assertion,
                relying_party,
                algorithms=CLIENT_ALGORITHMS if registered is None else (registered,),
                typ=_TYPES,
            )
        except BadSignature as error:
            raise BadAssertion(str(error), error.fault) from error

    def _checked(self, claims: ClientClaims, relying_party: RelyingParty) -> tuple[str, datetime]:
        """The `jti` and the end of an assertion that is for us and for now."""
        client_id, now = relying_party.client_id, self._clock.now()
        if claims.get("iss") != client_id or claims.get("sub") != client_id:
            named = "iss" if claims.get("iss") != client_id else "sub"
            raise BadAssertion("iss or sub", Fault(cause=Cause.JWT_ISSUER, parameter=named))
        self._check_audience(claims.get("aud"))
        expires_at = _moment(claims, "exp")
        if expires_at is None:
            raise BadAssertion("no exp", _lacks("exp"))
        if now >= expires_at + LEEWAY:
            raise BadAssertion("expired", _off(Cause.JWT_EXPIRED, "exp", now - expires_at))
        if expires_at > now + LONGEST_LIFE + LEEWAY:
            far = _off(Cause.JWT_LASTS_TOO_LONG, "exp", expires_at - now)
            raise BadAssertion("exp is too far ahead", far)
        for name in ("nbf", "iat"):
            moment = _moment(claims, name)
            if moment is not None and moment > now + LEEWAY:
                ahead = _off(Cause.JWT_AHEAD, name, moment - now)
                raise BadAssertion(f"{name} is in the future", ahead)
        jti = claims.get("jti")
        if not isinstance(jti, str) or not 0 < len(jti) <= MAX_JTI:
            raise BadAssertion("no jti", _lacks("jti"))
        return jti, expires_at

    def _check_audience(self, audience: object) -> None:
        named = audience if isinstance(audience, list) else [audience]
        if not any(name in self._audiences for name in named if isinstance(name, str)):
            wrong = Fault(
                cause=Cause.JWT_AUDIENCE,
                sent=shown(" ".join(name for name in named if isinstance(name, str))),
                registered=min(self._audiences, key=len),  # the issuer, which is preferred
            )
            raise BadAssertion("aud", wrong)


def _lacks(member: str) -> Fault:
    return Fault(cause=Cause.JWT_LACKS, parameter=member)


def _off(cause: Cause, member: str, by: timedelta) -> Fault:
    return Fault(cause=cause, parameter=member, seconds=int(by.total_seconds()))


def _moment(claims: ClientClaims, name: str) -> datetime | None:
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadAssertion(f"{name} is no number", _lacks(name))
    try:
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, OSError, ValueError):
        raise BadAssertion(f"{name} is no moment", _lacks(name)) from None
