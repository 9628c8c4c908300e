"""Signing keys that cost nothing: any name, one private key behind all of them."""

from datetime import UTC, datetime, timedelta
from functools import cache

from idp.signing.material import KeyMaterial, SigningAlgorithm

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


class SetClock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime = NOON) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def advance(self, by: timedelta) -> None:
        self._now += by


def named_material(kid: str, algorithm: SigningAlgorithm = SigningAlgorithm.ES256) -> KeyMaterial:
    """Material called *kid*; not a thumbprint, and not fit for a store that checks it."""
    real = _material(algorithm)
    return KeyMaterial(
        kid=kid,
        algorithm=algorithm,
        private_key=real.private_key,
        verification_key=real.verification_key,
        public_jwk={**real.public_jwk, "kid": kid},
    )


@cache
def _material(algorithm: SigningAlgorithm) -> KeyMaterial:
    return KeyMaterial.generate(algorithm)
