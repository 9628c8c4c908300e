"""A signing key's place in its life, the ring of all of them, and the policy they live by."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from idp.signing.material import KeyMaterial, PrivateKey, SigningAlgorithm

_NO_TIME = timedelta(0)


class KeyState(StrEnum):
    """Where a key stands; it only ever moves down this list."""

    ANNOUNCED = "announced"
    """In the JWKS, so that relying parties have it before its first signature."""
    ACTIVE = "active"
    """Signs. Exactly one for each algorithm."""
    RETIRED = "retired"
    """Signs no more; in the JWKS until the last token it signed is past."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """
    One key of the ring. All times are aware and in UTC.

    `activates_at` is when it begins (or began) to sign; `retired_at` is when it stopped, and is
    set exactly when the state is retired.
    """

    material: KeyMaterial
    state: KeyState
    created_at: datetime
    announced_at: datetime
    activates_at: datetime
    retired_at: datetime | None = None

    def __post_init__(self) -> None:
        if (self.state is KeyState.RETIRED) != (self.retired_at is not None):
            raise BrokenKeyRing(f"key {self.kid}: {self.state}, but retired_at {self.retired_at}")

    @property
    def kid(self) -> str:
        """RFC 7638 thumbprint."""
        return self.material.kid

    @property
    def algorithm(self) -> SigningAlgorithm:
        """The one algorithm this key is used with."""
        return self.material.algorithm

    @property
    def private_key(self) -> PrivateKey:
        """The parsed private key; never serialised but by a key store."""
        return self.material.private_key

    @property
    def public_jwk(self) -> Mapping[str, str]:
        """What the JWKS says of this key."""
        return self.material.public_jwk


class BrokenKeyRing(ValueError):
    """A ring that must not exist: see the promises of `KeyRing`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRing:
    """
    All our keys, oldest first, as last stored.

    A ring that breaks one of these promises cannot be built (`BrokenKeyRing`):
    each algorithm that has keys has exactly one active key and at most one announced key;
    a `kid` is there once, and never again after it was dropped.
    """

    keys: tuple[SigningKey, ...] = ()
    dropped: frozenset[str] = field(default=frozenset(), repr=False)
    """The `kid`s that were here once; a key store destroys their private keys."""
    version: int = 0
    """Counts the changes; set by the key store alone."""

    def __post_init__(self) -> None:
        kids = [key.kid for key in self.keys]
        if len(set(kids)) < len(kids) or self.dropped.intersection(kids):
            raise BrokenKeyRing("a kid is used twice")
        states = Counter((key.algorithm, key.state) for key in self.keys)
        for algorithm in self.algorithms:
            if states[algorithm, KeyState.ACTIVE] != 1:
                count = states[algorithm, KeyState.ACTIVE]
                raise BrokenKeyRing(f"{count} active keys for {algorithm}")
            if states[algorithm, KeyState.ANNOUNCED] > 1:
                raise BrokenKeyRing(f"two announced keys for {algorithm}")

    @property
    def algorithms(self) -> tuple[SigningAlgorithm, ...]:
        """The algorithms this ring can sign with, each once, in a fixed order."""
        held = {key.algorithm for key in self.keys}
        return tuple(algorithm for algorithm in SigningAlgorithm if algorithm in held)

    def find(self, kid: str) -> SigningKey | None:
        """Return the key called *kid*, whatever its state."""
        return next((key for key in self.keys if key.kid == kid), None)

    def in_state(self, algorithm: SigningAlgorithm, state: KeyState) -> SigningKey | None:
        """Return the key of *algorithm* in *state* as stored; for retired keys, the oldest."""
        return next(
            (key for key in self.keys if key.algorithm is algorithm and key.state is state), None
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RotationPolicy:
    """How long a key stays in each state. Raises `ValueError` where a rotation cannot fit."""

    announce: timedelta = timedelta(hours=24)
    """From announcement to first signature: longer than relying parties cache the JWKS."""
    active: timedelta = timedelta(days=90)
    publish_after_retirement: timedelta
    """The longest life of a signed token, and 24 hours more."""

    def __post_init__(self) -> None:
        if not _NO_TIME < self.announce < self.active:
            raise ValueError("a key must be announced for some time, and for less than it signs")
        if self.publish_after_retirement <= _NO_TIME:
            raise ValueError("a retired key must stay published for some time")


class KeyEventKind(StrEnum):
    """What can happen to a key."""

    ANNOUNCED = "announced"
    ACTIVATED = "activated"
    RETIRED = "retired"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyEvent:
    """Something that happened to a key, or is going to: `at` is when it takes effect."""

    kind: KeyEventKind
    kid: str
    algorithm: SigningAlgorithm
    at: datetime
