"""The cryptography of one signing key: made or parsed once, then only used."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Self, TypeAlias

from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc.jwk import ECKey, RSAKey

PrivateKey: TypeAlias = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
VerificationKey: TypeAlias = ECKey | RSAKey

RSA_BITS = 2048
_RSA_EXPONENT = 65537
_COORDINATE_BYTES = 32  # RFC 7518 §3.4: R and S of ES256 as 256-bit big-endian numbers
_ECDSA_SHA256 = ec.ECDSA(SHA256())
_PKCS1V15 = padding.PKCS1v15()
_SHA256 = SHA256()


class SigningAlgorithm(StrEnum):
    """What we sign with (RFC 7518 §3.1). RS256 is there because OIDC Core §15.1 demands it."""

    ES256 = "ES256"
    RS256 = "RS256"


class UnsuitableKey(ValueError):
    """A private key that its algorithm does not accept: other type, other curve, too short."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyMaterial:
    """
    A private key, ready to sign, with its public face.

    Built once and passed around: importing an RSA private key costs 31 ms.
    Two materials are equal when their `kid` and algorithm are.
    """

    kid: str
    """RFC 7638 thumbprint: the same key never gets two names, two keys never the same."""
    algorithm: SigningAlgorithm
    private_key: PrivateKey = field(repr=False, compare=False)
    verification_key: VerificationKey = field(repr=False, compare=False)
    public_jwk: Mapping[str, str] = field(repr=False, compare=False)
    """The JWKS member (RFC 7517 §4): public parameters with `kid`, `use` and `alg`."""

    @classmethod
    def generate(cls, algorithm: SigningAlgorithm) -> Self:
        """Make a new key: P-256 for ES256, RSA of 2048 bits for RS256."""
        match algorithm:
            case SigningAlgorithm.ES256:
                return cls.of(algorithm, ec.generate_private_key(ec.SECP256R1()))
            case SigningAlgorithm.RS256:
                return cls.of(algorithm, rsa.generate_private_key(_RSA_EXPONENT, RSA_BITS))

    @classmethod
    def of(cls, algorithm: SigningAlgorithm, private_key: object) -> Self:
        """Take *private_key* for *algorithm*; raise `UnsuitableKey` where they do not fit."""
        verification_key: VerificationKey
        match algorithm, private_key:
            case SigningAlgorithm.ES256, ec.EllipticCurvePrivateKey(curve=ec.SECP256R1()):
                verification_key = ECKey.import_key(private_key.public_key())
            case SigningAlgorithm.RS256, rsa.RSAPrivateKey(key_size=bits) if bits >= RSA_BITS:
                verification_key = RSAKey.import_key(private_key.public_key())
            case _:
                raise UnsuitableKey(f"{type(private_key).__name__} cannot sign {algorithm}")
        kid = verification_key.thumbprint()
        public_jwk = {name: str(value) for name, value in verification_key.as_dict().items()}
        return cls(
            kid=kid,
            algorithm=algorithm,
            private_key=private_key,
            verification_key=verification_key,
            public_jwk=MappingProxyType(
                public_jwk | {"kid": kid, "use": "sig", "alg": algorithm.value}
            ),
        )

    def sign(self, message: bytes) -> bytes:
        """Return the JWS signature of *message* (RFC 7518 §3.3, §3.4)."""
        if isinstance(self.private_key, rsa.RSAPrivateKey):
            return self.private_key.sign(message, _PKCS1V15, _SHA256)
        r, s = decode_dss_signature(self.private_key.sign(message, _ECDSA_SHA256))
        return r.to_bytes(_COORDINATE_BYTES, "big") + s.to_bytes(_COORDINATE_BYTES, "big")
