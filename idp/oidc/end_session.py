"""The strict parser of logout requests (OpenID Connect RP-Initiated Logout 1.0 §2)."""

import re
from typing import Final

from idp.failures.model import Cause, Fault
from idp.failures.rules import claimed_id, uri_fault
from idp.logout.model import LogoutRequest
from idp.logout.ports import WrongLogoutRequest
from idp.oidc.authorize import MAX_LIST, MAX_STATE
from idp.oidc.http import MAX_QUERY, Parameters
from idp.relying_parties.model import SECURITY_PROFILES, ClientId, RelyingParty
from idp.relying_parties.ports import RelyingParties
from idp.signing.material import SigningAlgorithm
from idp.signing.signer import NotOurToken, SignedClaims, Signer

_KNOWN: Final = (
    "id_token_hint",
    "client_id",
    "post_logout_redirect_uri",
    "state",
    "ui_locales",
    "logout_hint",
)
_ID_TOKEN: Final = frozenset({"JWT"})  # an access or logout token of ours is no hint
_ALGORITHMS: Final = tuple(
    SigningAlgorithm(name)
    for name in sorted({a for p in SECURITY_PROFILES.values() for a in p.id_token_algorithms})
)
_LOCALE: Final = re.compile(r"[A-Za-z0-9-]{1,35}")


class EndSessionRequests:
    """Makes `LogoutRequest`s of parameters."""

    def __init__(self, *, issuer: str, signer: Signer, relying_parties: RelyingParties) -> None:
        self._issuer = issuer
        self._signer = signer
        self._relying_parties = relying_parties

    def read(self, raw: bytes) -> LogoutRequest:
        """
        The request, checked. An ID token of ours is a good hint, expired or not, while its key is
        published.

        Raises `WrongLogoutRequest`. A post-logout URI that nobody vouches for (neither a hint nor
        a client_id) is left out rather than refused: the citizen can sign out all the same.
        """
        parameters = Parameters.parse(raw, limit=MAX_QUERY)
        if parameters.oversized:
            raise WrongLogoutRequest(None, fault=Fault(cause=Cause.OVERSIZED))
        for name in _KNOWN:
            if name in parameters.unusable:
                unusable = Fault(cause=Cause.PARAMETER_UNUSABLE, parameter=name)
                raise WrongLogoutRequest(name, fault=unusable)
        hint = self._hint(parameters)
        relying_party = self._relying_party(parameters, hint)
        state = parameters.get("state")
        if len(state or "") > MAX_STATE:
            too_long = Fault(cause=Cause.PARAMETER_TOO_LONG, parameter="state")
            raise WrongLogoutRequest("state", relying_party, too_long)
        return LogoutRequest(
            client_id=None if relying_party is None else relying_party.client_id,
            sid=None if hint is None else str(hint["sid"]),
            redirect_uri=_redirect_uri(parameters, relying_party),
            state=state,
            ui_locales=tuple(
                entry
                for entry in (parameters.get("ui_locales") or "").split(" ")[:MAX_LIST]
                if _LOCALE.fullmatch(entry)
            ),
        )

    def _hint(self, parameters: Parameters) -> SignedClaims | None:
        hint = parameters.get("id_token_hint")
        if hint is None:
            return None
        try:
            claims = self._signer.verify(
                hint, typ=_ID_TOKEN, algorithms=_ALGORITHMS, accept_expired=True
            )
        except NotOurToken:
            raise WrongLogoutRequest("id_token_hint") from None
        if claims.get("iss") != self._issuer or not isinstance(claims.get("sid"), str):
            raise WrongLogoutRequest("id_token_hint")
        return claims

    def _relying_party(
        self, parameters: Parameters, hint: SignedClaims | None
    ) -> RelyingParty | None:
        """Who asks; where both say it, they must agree (RP-Initiated Logout §2)."""
        named = parameters.get("client_id")
        if hint is not None and named is not None and named != hint["aud"]:
            raise WrongLogoutRequest("client_id")
        client_id = named if hint is None else str(hint["aud"])
        if client_id is None:
            return None
        found = self._relying_parties.find(ClientId(client_id))
        if found is None or not found.enabled:
            cause = Cause.UNKNOWN_CLIENT if found is None else Cause.DISABLED_CLIENT
            raise WrongLogoutRequest(
                "client_id" if hint is None else "id_token_hint",
                found,
                Fault(cause=cause, parameter="client_id", claimed=claimed_id(client_id)),
            )
        return found


def _redirect_uri(parameters: Parameters, relying_party: RelyingParty | None) -> str | None:
    """The post-logout URI: an exact match of a registered one, else an error."""
    redirect_uri = parameters.get("post_logout_redirect_uri")
    if redirect_uri is None or relying_party is None:
        return None
    if redirect_uri not in relying_party.post_logout_redirect_uris:
        raise WrongLogoutRequest(
            "post_logout_redirect_uri",
            relying_party,
            uri_fault(
                "post_logout_redirect_uri", redirect_uri, relying_party.post_logout_redirect_uris
            ),
        )
    return redirect_uri
