"""ID tokens (OpenID Connect Core §2): the one place that makes them."""

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from idp.citizens import store as citizens
from idp.citizens.claims import claim_values
from idp.citizens.model import CitizenId, ClaimValue
from idp.citizens.rules import Subject, pairwise_subject
from idp.core import base64url
from idp.core.clock import Clock
from idp.core.mac import Mac
from idp.db.rows import Source
from idp.grants.model import Authorization
from idp.relying_parties.model import RelyingParty
from idp.sessions.rules import sid
from idp.signing.material import SigningAlgorithm
from idp.signing.signer import Signer


class SubjectClaims:
    """What tokens and userinfo both say of a grant; *key* makes subjects and never rotates."""

    def __init__(self, key: bytes) -> None:
        self._key = Mac(key)

    def name(self, citizen_id: CitizenId, relying_party: RelyingParty) -> Subject:
        """What the relying party knows the citizen by."""
        return pairwise_subject(self._key, relying_party.sector, citizen_id)

    def of(self, authorization: Authorization, relying_party: RelyingParty) -> dict[str, Any]:
        """The claims that go with `openid`, as they were decided when the code was issued."""
        sector = relying_party.sector
        return {
            "sub": self.name(authorization.citizen_id, relying_party),
            "verification_level": authorization.verification_level,
            "authentication_level": authorization.authentication_level,
            "acr": authorization.acr,
            "amr": list(authorization.amr),
            # Of the sign-in itself, not of this token: silent repeats all name the same moment.
            "auth_time": int(authorization.auth_time.timestamp()),
            "sid": sid(self._key, sector, authorization.session_id),
        }


class IdTokens:
    """Makes and signs ID tokens."""

    def __init__(
        self,
        *,
        issuer: str,
        signer: Signer,
        subjects: SubjectClaims,
        lifetime: timedelta,
        clock: Clock,
    ) -> None:
        self._issuer = issuer
        self._signer = signer
        self._subjects = subjects
        self._lifetime = int(lifetime.total_seconds())
        self._clock = clock

    def issue(
        self,
        authorization: Authorization,
        relying_party: RelyingParty,
        *,
        nonce: str | None,
        access_token: str,
        asked_for: Mapping[str, ClaimValue] = MappingProxyType({}),
    ) -> str:
        """
        The signed token; *nonce* unchanged where one was sent, else none.

        *asked_for* are the claims that the request wanted in it (`claims_asked_for`).
        """
        claims = self.claims(
            authorization,
            relying_party,
            nonce=nonce,
            access_token=access_token,
            asked_for=asked_for,
        )
        algorithm = SigningAlgorithm(relying_party.id_token_algorithm)
        return self._signer.sign(claims, algorithm=algorithm)

    def claims(
        self,
        authorization: Authorization,
        relying_party: RelyingParty,
        *,
        nonce: str | None,
        access_token: str,
        asked_for: Mapping[str, ClaimValue],
    ) -> dict[str, Any]:
        """What it says."""
        now = int(self._clock.now().timestamp())
        claims: dict[str, Any] = {
            **asked_for,
            "iss": self._issuer,
            "aud": relying_party.client_id,
            "iat": now,
            "exp": now + self._lifetime,
            "at_hash": _left_half(access_token),
            **self._subjects.of(authorization, relying_party),
        }
        if nonce is not None:
            claims["nonce"] = nonce
        return claims


def claims_asked_for(source: Source, authorization: Authorization) -> dict[str, ClaimValue]:
    """The values of what the request wanted in the ID token (§5.5); no query for nothing."""
    names = authorization.id_token_claims
    if not names:
        return {}
    return claim_values(citizens.claim_record(source, authorization.citizen_id), names)


def _left_half(access_token: str) -> str:
    """`at_hash` (OpenID Connect Core §3.1.3.6); both our algorithms hash with SHA-256."""
    digest = hashlib.sha256(access_token.encode("ascii")).digest()
    return base64url.encode(digest[: len(digest) // 2])
