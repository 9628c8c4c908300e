"""
Signs our tokens, names our keys, recognises our own tokens.

One `Signer` serves a whole process and all its threads. It holds every key parsed and the JWKS
encoded; it notices a rotation by itself, and no restart is needed.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import NewType

import orjson
from joserfc import jws
from joserfc.errors import JoseError

from idp.core import base64url
from idp.core.clock import Clock
from idp.signing import rules
from idp.signing.material import KeyMaterial, SigningAlgorithm
from idp.signing.model import KeyRing, RotationPolicy
from idp.signing.ports import KeyStore, KeyStoreUnreadable

SignedClaims = NewType("SignedClaims", Mapping[str, object])
"""Claims of a token that one of our keys signed. Only `Signer.verify` makes them."""

CHECK_EVERY = timedelta(seconds=1)
_OUR_HEADER = frozenset({"alg", "kid", "typ"})
# Without these orjson would write dataclasses and times in a form of its own choosing.
_STRICT_JSON = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME


class NotOurToken(Exception):
    """None of our published keys signed this for this purpose; the message is for the log."""


@dataclass(frozen=True, slots=True)
class Jwks:
    """The public keys (RFC 7517 §5) as they go out, and a strong entity tag for them."""

    body: bytes
    etag: str
    """With its quotation marks, as in the header (RFC 9110 §8.8.3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    """What a ring means from one moment until `valid_until`."""

    ring: KeyRing
    active: Mapping[SigningAlgorithm, KeyMaterial]
    published: Mapping[str, KeyMaterial]
    jwks: Jwks
    valid_until: datetime | None


class Signer:
    """
    Signs with the active key of the moment.

    The store is asked once per `CHECK_EVERY` whether it changed. Due promotions need no asking:
    each process derives them from the same ring and the clock. When the store cannot be read,
    the last good ring stays in use and *on_unreadable* is told, once for each new reason.
    Raises `KeyStoreUnreadable` when there is no ring to begin with.
    """

    def __init__(
        self,
        store: KeyStore,
        clock: Clock,
        policy: RotationPolicy,
        *,
        on_unreadable: Callable[[KeyStoreUnreadable], None],
    ) -> None:
        self._store = store
        self._clock = clock
        self._policy = policy
        self._on_unreadable = on_unreadable
        self._refreshing = Lock()
        self._complaint: str | None = None
        now = clock.now()
        self._checked_at = now
        # Before the ring: a change between the two must look like a change afterwards.
        self._stamp = store.stamp()
        self._ring = _load(store)
        self._view = _view(self._ring, now, policy)

    def sign(
        self, claims: Mapping[str, object], *, algorithm: SigningAlgorithm, typ: str = "JWT"
    ) -> str:
        """
        Return *claims* as a compact JWS (RFC 7515 §7.1) with `alg`, `kid` and *typ*.

        Raises `rules.NoSigningKey` where the ring has no key for *algorithm*, and `TypeError`
        for claims that are not plain JSON.
        """
        material = self._current().active.get(algorithm)
        if material is None:
            raise rules.NoSigningKey(f"there is no {algorithm} key")
        # Our own encoder: joserfc spends 16 µs a token on questions that do not arise here.
        header = orjson.dumps({"alg": algorithm.value, "kid": material.kid, "typ": typ})
        payload = orjson.dumps(dict(claims), option=_STRICT_JSON)
        message = f"{base64url.encode(header)}.{base64url.encode(payload)}"
        return f"{message}.{base64url.encode(material.sign(message.encode()))}"

    def jwks(self) -> Jwks:
        """Return the published keys; the same object until they change."""
        return self._current().jwks

    def ring(self) -> KeyRing:
        """The ring as it stands this moment, looked at anew: for people who look after it."""
        with self._refreshing:
            self._refresh()
        return rules.promote_due(self._ring, self._clock.now())

    def verify(
        self,
        token: str,
        *,
        typ: frozenset[str],
        algorithms: tuple[SigningAlgorithm, ...],
        accept_expired: bool = False,
    ) -> SignedClaims:
        """
        Return what a token of ours says; for `id_token_hint` and the like.

        Checks the signature by a published key, that its header is one we write, with one of
        *typ* and *algorithms*, and that it has an `exp`, which is still ahead unless
        *accept_expired* (a hint is often old: OIDC RP-Initiated Logout §2). `iss`, `aud` and `sub`
        are the caller's to compare.
        Raises `NotOurToken`.
        """
        try:
            unverified = jws.extract_compact(token.encode("ascii"))
            header = unverified.headers()
            # RFC 8725 §3.1, §3.11: the constants choose the algorithm, and `typ` the purpose.
            if header.keys() != _OUR_HEADER or header["typ"] not in typ:
                raise NotOurToken("another header or type")
            material = self._current().published.get(header["kid"])
            if material is None or material.algorithm not in algorithms:
                raise NotOurToken("another key or algorithm")
            registry = jws.JWSRegistry(algorithms=[material.algorithm.value])
            signed = jws.validate_compact(unverified, material.verification_key, registry=registry)
        except (JoseError, ValueError, TypeError) as error:
            raise NotOurToken(type(error).__name__) from error
        if not signed:
            raise NotOurToken("another signature")
        claims = orjson.loads(unverified.payload)
        expires_at = claims.get("exp")
        if not isinstance(expires_at, int):
            # All tokens of ours end but signed userinfo, which would else pass for an ID token:
            # it has the same keys, `typ`, `iss` and `aud`.
            raise NotOurToken("it never ends")
        if not accept_expired and not self._clock.now().timestamp() < expires_at:
            raise NotOurToken("expired")
        return SignedClaims(claims)

    def _current(self) -> _View:
        now = self._clock.now()
        # One thread looks; the others need not wait, they go on with what is good until then.
        # A clock that was set back must not put the next look off.
        fresh = self._checked_at <= now < self._checked_at + CHECK_EVERY
        if not fresh and self._refreshing.acquire(blocking=False):
            try:
                self._checked_at = now
                self._refresh()
            finally:
                self._refreshing.release()
        view = self._view
        if view.ring is not self._ring or (view.valid_until and now >= view.valid_until):
            # Threads may do this at once: the same ring and clock give the same view, and the
            # view of an older ring, written last, is replaced at the next look.
            view = self._view = _view(self._ring, now, self._policy)
        return view

    def _refresh(self) -> None:
        try:
            stamp = self._store.stamp()
            if stamp == self._stamp and self._complaint is None:
                return
            self._ring = _load(self._store)
        except KeyStoreUnreadable as error:
            if str(error) != self._complaint:
                self._complaint = str(error)
                self._on_unreadable(error)
        else:
            self._stamp = stamp
            self._complaint = None


def _load(store: KeyStore) -> KeyRing:
    ring = store.load()
    if not ring.keys:
        # A ring never becomes empty by rotation: its file was lost, or never made.
        raise KeyStoreUnreadable("the key ring is empty")
    return ring


def _view(ring: KeyRing, now: datetime, policy: RotationPolicy) -> _View:
    published = rules.published(ring, now, policy)
    body = orjson.dumps({"keys": [dict(key.public_jwk) for key in published]})
    digest = base64url.encode(hashlib.sha256(body).digest())
    return _View(
        ring=ring,
        active={
            algorithm: rules.active(ring, algorithm, now).material for algorithm in ring.algorithms
        },
        published={key.kid: key.material for key in published},
        jwks=Jwks(body=body, etag=f'"{digest}"'),
        valid_until=rules.valid_until(ring, now, policy),
    )
