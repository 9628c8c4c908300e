"""Signed access tokens of ours that come back to us (RFC 9068)."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from idp.grants.ports import SpentIdentifiers
from idp.oidc.grants.client_credentials import ACCESS_TOKEN_TYPE
from idp.relying_parties.model import ClientId
from idp.relying_parties.ports import RelyingParties
from idp.signing.material import SigningAlgorithm
from idp.signing.signer import NotOurToken, Signer

_TYPES: Final = frozenset({ACCESS_TOKEN_TYPE})


@dataclass(frozen=True, slots=True)
class OwnToken:
    """What a signed access token says; times are in seconds."""

    client_id: ClientId
    audience: str
    jti: str
    issued_at: int
    expires_at: int


class OwnTokenReader:
    """Recognises signed access tokens, and ends them before their time."""

    def __init__(
        self, *, signer: Signer, spent: SpentIdentifiers, relying_parties: RelyingParties
    ) -> None:
        self._signer = signer
        self._spent = spent
        self._relying_parties = relying_parties

    def read(self, value: str) -> OwnToken | None:
        """What it says, where it is one of ours and has not expired."""
        try:
            claims = self._signer.verify(value, typ=_TYPES, algorithms=tuple(SigningAlgorithm))
        except NotOurToken:
            return None
        return OwnToken(
            client_id=ClientId(str(claims["client_id"])),
            audience=str(claims["aud"]),
            jti=str(claims["jti"]),
            issued_at=int(str(claims["iat"])),
            expires_at=int(str(claims["exp"])),
        )

    def is_live(self, token: OwnToken) -> bool:
        """Whether it was not given back, and its relying party is let in still."""
        self._relying_parties.catch_up_now()
        found = self._relying_parties.find(token.client_id)
        return found is not None and found.enabled and not self._spent.is_spent(_name(token))

    def end(self, token: OwnToken) -> None:
        """Remember until its end that it was given back."""
        self._spent.spend(_name(token), datetime.fromtimestamp(token.expires_at, UTC))


def _name(token: OwnToken) -> str:
    return f"at+jwt\0{token.jti}"
