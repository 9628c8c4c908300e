"""Logout tokens (OpenID Connect Back-Channel Logout §2.4): the one place that makes them."""

from datetime import timedelta
from typing import Final

from idp.core.clock import Clock
from idp.relying_parties.model import RelyingParty
from idp.signing.material import SigningAlgorithm
from idp.signing.signer import Signer

LOGOUT_TOKEN: Final = "logout+jwt"  # noqa: S105 (a media type)
LOGOUT_EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"
LIFETIME: Final = timedelta(minutes=2)  # §4: short, since a token is used at once


class SignedLogoutTokens:
    """Makes and signs logout tokens; implements `LogoutTokens`."""

    def __init__(self, *, issuer: str, signer: Signer, clock: Clock) -> None:
        self._issuer = issuer
        self._signer = signer
        self._clock = clock

    def issue(self, relying_party: RelyingParty, *, sub: str, sid: str, jti: str) -> str:
        """The token. It never has a `nonce`: nothing that has one passes for a logout token."""
        now = int(self._clock.now().timestamp())
        claims = {
            "iss": self._issuer,
            "aud": relying_party.client_id,
            "iat": now,
            "exp": now + int(LIFETIME.total_seconds()),
            "jti": jti,
            "events": {LOGOUT_EVENT: {}},
            "sub": sub,
            "sid": sid,
        }
        algorithm = SigningAlgorithm(relying_party.id_token_algorithm)
        return self._signer.sign(claims, algorithm=algorithm, typ=LOGOUT_TOKEN)
