"""`id_token_hint`: an ID token of ours, sent back to name the citizen it is about."""

from typing import Final

from idp.relying_parties.model import SECURITY_PROFILES
from idp.signing.material import SigningAlgorithm
from idp.signing.signer import NotOurToken, Signer

_ID_TOKEN: Final = frozenset({"JWT"})  # an access or logout token of ours is no hint
_ALGORITHMS: Final = tuple(
    SigningAlgorithm(name)
    for name in sorted({a for p in SECURITY_PROFILES.values() for a in p.id_token_algorithms})
)


class IdTokenHints:
    """Reads hints of authorization requests (OpenID Connect Core §3.1.2.1)."""

    def __init__(self, *, issuer: str, signer: Signer) -> None:
        self._issuer = issuer
        self._signer = signer

    def subject(self, hint: str) -> str:
        """
        Tell whom *hint* names: a pairwise subject, so that another sector's hint names nobody.

        An expired one is as good: §3.1.2.2. Raises `NotOurToken`.
        """
        claims = self._signer.verify(
            hint, typ=_ID_TOKEN, algorithms=_ALGORITHMS, accept_expired=True
        )
        subject = claims.get("sub")
        if claims.get("iss") != self._issuer or not isinstance(subject, str):
            raise NotOurToken("another issuer")
        return subject
