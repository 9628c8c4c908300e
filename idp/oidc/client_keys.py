"""
The public keys of relying parties, and what was signed with them.

An address of keys is asked again when they are some minutes old and when a token names a key that
is not among them, so that a portal rotates without telling us (OpenID Connect Core §10.1.1).
"""

import binascii
import json
from base64 import urlsafe_b64decode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Final, NewType

import structlog
from joserfc import jws
from joserfc.errors import BadSignatureError, JoseError

from idp.core.clock import Clock
from idp.failures.model import Cause, Fault
from idp.failures.rules import shown
from idp.oidc.strict_json import read_json
from idp.relying_parties.keys import PublicKey, end_of, public_key
from idp.relying_parties.model import ClientKeys, RelyingParty
from idp.relying_parties.ports import CredentialUses, Fetcher, FetchFailed

ClientClaims = NewType("ClientClaims", Mapping[str, object])
"""Claims that a relying party's key signed. Only `ClientKeySet.verify` makes them."""

MAX_TOKEN: Final = 32_768  # characters
MAX_HEADER: Final = 2_048  # bytes; joserfc's own limit of 512 would refuse an `x5t` and a long kid
MAX_KEYS: Final = 32  # of one relying party
JWKS_TYPES: Final = frozenset({"application/json", "application/jwk-set+json"})
JWT_TYPES: Final = frozenset({"jwt"})

FRESH_FOR: Final = timedelta(minutes=5)
USABLE_FOR: Final = timedelta(hours=1)
"""How long keys outlive a `jwks_uri` that does not answer; a withdrawn key must end some day."""
ASK_AGAIN_AFTER: Final = timedelta(seconds=10)
"""After a failure, and after an unknown `kid`: strangers must not make us flood a portal."""
_PATIENCE: Final = 1.0  # seconds that a thread waits for another one's fetch

_TYPES: Final = {"RS256": "RSA", "PS256": "RSA", "ES256": "EC"}

_UNREADABLE: Final = Fault(cause=Cause.JWT_UNREADABLE)

_log = structlog.get_logger(__name__)


class BadSignature(Exception):
    """
    No key of the relying party signed this for this purpose.

    The message is for the log, *fault* for the relying party's team.
    """

    def __init__(self, message: str, fault: Fault = _UNREADABLE) -> None:
        super().__init__(message)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class _Key:
    kid: str | None
    kty: str
    algorithm: str | None
    key: PublicKey
    thumbprint: str
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Header:
    algorithm: str
    kid: str | None


@dataclass(slots=True)
class _Shelf:
    """What is held of one relying party; *source* tells whether it is still the right shelf."""

    source: ClientKeys
    keys: Sequence[_Key] = ()
    fetched_at: datetime | None = None
    failed_at: datetime | None = None
    asked_for_kid_at: datetime | None = None
    fetching: Lock = field(default_factory=Lock)


class ClientKeySet:
    """Every relying party's keys, for one process and all its threads."""

    def __init__(self, fetcher: Fetcher, uses: CredentialUses, clock: Clock) -> None:
        self._fetcher = fetcher
        self._uses = uses
        self._clock = clock
        self._shelves: dict[str, _Shelf] = {}

    def verify(
        self,
        token: str,
        relying_party: RelyingParty,
        *,
        algorithms: Sequence[str],
        typ: frozenset[str] = JWT_TYPES,
    ) -> ClientClaims:
        """
        What *token* (a compact JWS, RFC 7515 §7.1) says, signed by a key of *relying_party*.

        *algorithms* are constants of the purpose, or the one the registration names; the header
        only chooses among them, and the key has to be of that kind. *typ* are the types the
        purpose allows where the header names one (lower case, without `application/`). `iss`,
        `aud` and every time are the caller's to compare. Raises `BadSignature` and nothing else.
        """
        header = _unverified_header(token, algorithms, typ)
        key = self._key(relying_party, header)
        try:
            signed = jws.deserialize_compact(token, key.key, registry=_Registry(header.algorithm))
            claims = read_json(signed.payload)
        except BadSignatureError as error:
            wrong = Fault(cause=Cause.SIGNATURE_WRONG)
            raise BadSignature(type(error).__name__, wrong) from error
        except (JoseError, ValueError, TypeError, RecursionError) as error:
            raise BadSignature(type(error).__name__) from error
        if not isinstance(claims, dict):
            raise BadSignature("no object")
        if relying_party.keys.jwks:
            self._uses.key(relying_party.client_id, key.thumbprint)
        return ClientClaims(claims)

    def _key(self, relying_party: RelyingParty, header: _Header) -> _Key:
        shelf, now = self._shelf(relying_party), self._clock.now()
        found = _matching(shelf.keys, header, now)
        if not found and self._asked_for(shelf, header.kid):
            found = _matching(shelf.keys, header, now)
        if len(found) != 1:
            # OpenID Connect Core §10.1: who has several keys must name the one.
            if found:
                ambiguous = Fault(cause=Cause.KEY_AMBIGUOUS)
                raise BadSignature("several keys, and no kid", ambiguous)
            unknown = Fault(cause=Cause.KEY_UNKNOWN, sent=shown(header.kid or ""))
            raise BadSignature("no such key", unknown)
        return found[0]

    def _shelf(self, relying_party: RelyingParty) -> _Shelf:
        """The keys of *relying_party*, as fresh as they can be."""
        shelf = self._shelves.get(relying_party.client_id)
        if shelf is None or shelf.source != relying_party.keys:
            shelf = _Shelf(relying_party.keys, _imported(relying_party.keys.jwks))
            self._shelves[relying_party.client_id] = shelf
        if shelf.source.jwks_uri is not None:
            now = self._clock.now()
            if not _within(shelf.fetched_at, FRESH_FOR, now):
                self._fetch(shelf, shelf.source.jwks_uri)
            if not _within(shelf.fetched_at, USABLE_FOR, now):
                shelf.keys = ()
        return shelf

    def _asked_for(self, shelf: _Shelf, kid: str | None) -> bool:
        """Look for a key that is not held; whether there was a look."""
        uri, now = shelf.source.jwks_uri, self._clock.now()
        if uri is None or kid is None or _within(shelf.asked_for_kid_at, ASK_AGAIN_AFTER, now):
            return False
        shelf.asked_for_kid_at = now
        self._fetch(shelf, uri, force=True)
        return True

    def _fetch(self, shelf: _Shelf, uri: str, *, force: bool = False) -> None:
        """Replace the keys; a failure leaves them as they are. One thread asks, others wait."""
        # With keys in hand nobody waits for the next ones, unless his own is among those.
        if not shelf.fetching.acquire(timeout=_PATIENCE if force or not shelf.keys else 0):
            return
        try:
            now = self._clock.now()
            fetched_meanwhile = not force and _within(shelf.fetched_at, FRESH_FOR, now)
            if fetched_meanwhile or _within(shelf.failed_at, ASK_AGAIN_AFTER, now):
                return
            try:
                shelf.keys = _imported(_members(self._fetcher.fetch(uri, media_types=JWKS_TYPES)))
            except FetchFailed as failure:
                shelf.failed_at = now
                _log.warning("client_keys_unreachable", uri=uri, cause=failure.cause)
            else:
                shelf.fetched_at, shelf.failed_at = now, None
        finally:
            shelf.fetching.release()


def key_problem(jwk: Mapping[str, object]) -> str | None:
    """Why *jwk* cannot be a key that we verify with, or `None`; its strength included."""
    return None if _imported([jwk]) else "has a key that cannot be used: RSA of 2048 bits, or P-256"


class _Registry(jws.JWSRegistry):
    """Lets one algorithm pass, and headers as long as real ones are."""

    max_header_length = MAX_HEADER

    def __init__(self, algorithm: str) -> None:
        # Unknown members may stand there (RFC 7515 §4); `crit` ones were refused before.
        super().__init__(algorithms=[algorithm], strict_check_header=False)


def _unverified_header(token: str, algorithms: Sequence[str], typ: frozenset[str]) -> _Header:
    """What the header claims, where it is one that can be believed at all."""
    if len(token) > MAX_TOKEN or not token.isascii() or token.count(".") != 2:  # noqa: PLR2004
        raise BadSignature("no compact JWS of a sensible size")
    encoded = token.partition(".")[0]
    try:
        header = read_json(_decoded(encoded))
    except (binascii.Error, ValueError, RecursionError):
        raise BadSignature("unreadable header") from None
    if not isinstance(header, dict) or not {"crit", "b64"}.isdisjoint(header):
        raise BadSignature("a header that we do not understand")  # RFC 7515 §4.1.11
    algorithm, kid = header.get("alg"), header.get("kid")
    # RFC 8725 §3.1: the constants choose, never the token.
    if not isinstance(algorithm, str) or algorithm not in algorithms or algorithm not in _TYPES:
        differs = Fault(
            cause=Cause.ALGORITHM_DIFFERS,
            sent=shown(str(algorithm)),
            registered=", ".join(algorithms),
        )
        raise BadSignature("another algorithm", differs)
    if kid is not None and not isinstance(kid, str):
        raise BadSignature("kid is no text")
    _check_type(header.get("typ"), typ)
    return _Header(algorithm, kid)


def _check_type(named: object, allowed: frozenset[str]) -> None:
    """RFC 8725 §3.11: a token made for one purpose is none for another."""
    if named is None:
        return
    if not isinstance(named, str) or named.lower().removeprefix("application/") not in allowed:
        raise BadSignature("another type")


def _matching(keys: Iterable[_Key], header: _Header, now: datetime) -> Sequence[_Key]:
    return [
        key
        for key in keys
        if key.kty == _TYPES[header.algorithm]
        and key.algorithm in {None, header.algorithm}
        and header.kid in {None, key.kid}
        and (key.expires_at is None or now < key.expires_at)
    ]


def _members(document: bytes) -> Sequence[Mapping[str, object]]:
    """The members of a JWK Set (RFC 7517 §5). Raises `FetchFailed` where it is none."""
    try:
        keys = json.loads(document)["keys"]
    except (ValueError, LookupError, TypeError, RecursionError):
        raise FetchFailed("no JWK Set") from None
    if not isinstance(keys, list):
        raise FetchFailed("no JWK Set")
    return [key for key in keys if isinstance(key, dict)]


def _imported(jwks: Iterable[Mapping[str, object]]) -> Sequence[_Key]:
    """The usable keys among *jwks*; others are passed over, as RFC 7517 §5 asks."""
    found = []
    for jwk in list(jwks)[:MAX_KEYS]:
        key = public_key(jwk)
        if key is None or jwk.get("use", "sig") != "sig":
            continue
        kid, algorithm = jwk.get("kid"), jwk.get("alg")
        found.append(
            _Key(
                kid if isinstance(kid, str) else None,
                str(jwk["kty"]),
                algorithm if isinstance(algorithm, str) else None,
                key,
                key.thumbprint(),
                end_of(jwk),
            )
        )
    return tuple(found)


def _decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _within(moment: datetime | None, period: timedelta, now: datetime) -> bool:
    # A clock that was set back must not make anything last longer.
    return moment is not None and moment <= now < moment + period
