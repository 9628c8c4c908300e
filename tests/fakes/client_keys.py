"""A portal's own key, and what it signs with it."""

from collections.abc import Mapping
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
EC_KEY = ECKey.generate_key("P-256", {"kid": "ec"})
RSA_KEY = RSAKey.generate_key(2048, {"kid": "rsa"})
OTHER_KEY = ECKey.generate_key("P-256", {"kid": "ec"})


def public_jwks() -> dict[str, Any]:
    """The key set that is registered."""
    return {"keys": [EC_KEY.as_dict(private=False), RSA_KEY.as_dict(private=False)]}


def signed(
    claims: Mapping[str, object],
    *,
    algorithm: str = "ES256",
    key: ECKey | RSAKey | None = None,
    **header: object,
) -> str:
    """*claims* as the portal signs them."""
    used = key or (EC_KEY if algorithm.startswith("ES") else RSA_KEY)
    return jwt.encode(
        {"alg": algorithm, "kid": used.kid, **header},
        dict(claims),
        used,
        algorithms=["ES256", "RS256", "PS256", "RS512"],
    )
