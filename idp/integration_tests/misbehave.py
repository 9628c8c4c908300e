"""
ID tokens with one thing wrong, and logout tokens that are forged.

What is wrong is wrong for whoever else gets hold of it too: no claim names another relying party or
another provider that there is, and every subject is the invented person's.
"""

import hmac
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

import orjson
from joserfc.jwk import KeySet

from idp.core import base64url
from idp.core.handles import new_handle
from idp.integration_tests.model import CaseName
from idp.signing.material import KeyMaterial, SigningAlgorithm
from idp.signing.signer import Signer

_NOBODY: Final = "https://integration-test.invalid"  # RFC 2606 §2: never anybody's name
_HOUR: Final = 3600
_DAY: Final = 86400


@dataclass(frozen=True, slots=True)
class Signed:
    """A token, and the public key to be published for it, where it is not one of the ring."""

    token: str
    new_key: Mapping[str, str] | None = None


def altered(case: CaseName, claims: Mapping[str, Any]) -> dict[str, Any]:
    """The claims of a good ID token with the one thing wrong that *case* is about, if it is one."""
    match case:
        case CaseName.WRONG_ISSUER:
            return {**claims, "iss": _NOBODY}
        case CaseName.WRONG_AUDIENCE:
            return {**claims, "aud": _NOBODY}
        case CaseName.WRONG_NONCE:
            return {**claims, "nonce": new_handle()}
        case CaseName.EXPIRED:
            return {**claims, "exp": claims["iat"] - _HOUR}
        case CaseName.NOT_YET_VALID:
            # As late an end as beginning: it must not be refused for that.
            later = {name: claims[name] + _DAY for name in ("iat", "exp")}
            return {**claims, **later, "nbf": claims["iat"] + _DAY}
    return dict(claims)


def signed(
    case: CaseName, claims: Mapping[str, Any], *, algorithm: SigningAlgorithm, signer: Signer
) -> Signed:
    """
    Sign *claims* as *case* wants them: by our key, by nobody's, or by one never seen before.

    That one is forgotten here: nothing else will ever be signed with it.
    """
    good = signer.sign(altered(case, claims), algorithm=algorithm)
    match case:
        case CaseName.WRONG_SIGNATURE:
            return Signed(forged(good, algorithm))
        case CaseName.ALGORITHM_NONE:
            return Signed(f"{_message(good, alg='none')}.")
        case CaseName.ALGORITHM_HS256:
            message = _message(good, alg="HS256")
            tag = hmac.digest(_public_pem(good, signer), message.encode("ascii"), sha256)
            return Signed(f"{message}.{base64url.encode(tag)}")
        case CaseName.UNKNOWN_KEY:
            key = KeyMaterial.generate(algorithm)
            message = _message(good, kid=key.kid)
            signature = key.sign(message.encode("ascii"))
            return Signed(f"{message}.{base64url.encode(signature)}", key.public_jwk)
    return Signed(good)


def forged(token: str, algorithm: SigningAlgorithm) -> str:
    """The same header and claims, with the signature of somebody else's key."""
    message = token.rpartition(".")[0]
    stranger = KeyMaterial.generate(algorithm)
    return f"{message}.{base64url.encode(stranger.sign(message.encode('ascii')))}"


def _message(token: str, **header: str) -> str:
    """What a signature is over, with some of its header changed."""
    head, claims, _ = token.split(".")
    return f"{base64url.encode(orjson.dumps(_header(head) | header))}.{claims}"


def _header(encoded: str) -> dict[str, str]:
    header: dict[str, str] = orjson.loads(_decoded(encoded))
    return header


def _public_pem(token: str, signer: Signer) -> bytes:
    """
    The public key that *token* is to be verified with, in the form that libraries keep.

    RFC 8725 §2.1: who lets the token choose its algorithm takes the public key for a secret.
    """
    kid = _header(token.partition(".")[0])["kid"]
    keys = KeySet.import_key_set(orjson.loads(signer.jwks().body))
    key = keys.get_by_kid(kid)
    return bytes(key.as_pem(private=False))  # type: ignore[union-attr]


def _decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
