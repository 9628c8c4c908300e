"""Discovery (OpenID Connect Discovery §4, RFC 8414) and the JWKS: bytes that stand ready."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from idp.core import base64url
from idp.interactions.model import Prompt
from idp.oidc.authorize import RESPONSE_MODES
from idp.oidc.client_authentication import METHODS
from idp.oidc.http import Headers, ProtocolRequest, ProtocolResponse
from idp.oidc.register import REGISTRATION_PATH
from idp.oidc.rehearsal import Rehearsals
from idp.oidc.token import GRANT_TYPES
from idp.relying_parties.claims import SCOPE_CLAIMS, SCOPES
from idp.relying_parties.model import CLIENT_ALGORITHMS, SECURITY_PROFILES
from idp.sessions.rules import PHISHING_RESISTANT, acr_reached
from idp.signing.signer import Jwks, Signer
from idp.web.locale import LANGUAGES

CACHED_FOR: Final = 3600  # seconds; a signing key is announced for longer than that
_CACHE: Final[Headers] = (("Cache-Control", f"public, max-age={CACHED_FOR}"),)
_HIGHEST_PROVED_HERE: Final = 3
"""Verification level, by a visit to a counter; no way of ours leads to a signature or VNeID."""
_GOES_WITH_OPENID: Final = ("sub", "authentication_level", "acr", "amr", "auth_time", "sid")


def metadata(issuer: str) -> dict[str, Any]:
    """
    What this provider is and can do: the truth, and nothing that is not built.

    No name that is not registered with IANA or defined by OpenID stands in it.
    """
    profiles = SECURITY_PROFILES.values()
    signing = sorted({name for profile in profiles for name in profile.id_token_algorithms})
    claims = {claim for names in SCOPE_CLAIMS.values() for claim in names}
    reachable = acr_reached(_HIGHEST_PROVED_HERE, PHISHING_RESISTANT)
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
        "userinfo_endpoint": f"{issuer}/userinfo",
        "jwks_uri": f"{issuer}/jwks",
        "registration_endpoint": f"{issuer}{REGISTRATION_PATH}",
        "end_session_endpoint": f"{issuer}/logout",
        "frontchannel_logout_supported": True,
        "frontchannel_logout_session_supported": True,
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
        "scopes_supported": list(SCOPES),
        "response_types_supported": ["code"],
        "response_modes_supported": list(RESPONSE_MODES),
        "grant_types_supported": list(GRANT_TYPES),
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": signing,
        "userinfo_signing_alg_values_supported": signing,
        "introspection_endpoint": f"{issuer}/introspect",
        "revocation_endpoint": f"{issuer}/revoke",
        **{
            f"{endpoint}_endpoint_auth_{what}_supported": values
            for endpoint in ("token", "introspection", "revocation")
            for what, values in (
                ("methods", sorted(METHODS)),
                ("signing_alg_values", list(CLIENT_ALGORITHMS)),
            )
        },
        "code_challenge_methods_supported": ["S256"],
        "acr_values_supported": sorted(reachable),
        "claim_types_supported": ["normal"],
        "claims_supported": sorted({*claims, *_GOES_WITH_OPENID}),
        "claims_parameter_supported": True,
        "request_parameter_supported": True,
        "request_uri_parameter_supported": True,
        "require_request_uri_registration": True,
        "request_object_signing_alg_values_supported": list(CLIENT_ALGORITHMS),
        "authorization_response_iss_parameter_supported": True,
        "prompt_values_supported": [str(prompt) for prompt in Prompt],
        "display_values_supported": ["page"],
        "ui_locales_supported": list(LANGUAGES),
        "op_policy_uri": f"{issuer}/privacy",
    }


class Discovery:
    """`GET` of both well-known paths: one document, encoded when the process starts."""

    def __init__(self, issuer: str) -> None:
        body = orjson.dumps(metadata(issuer))
        self._document = _Document(body, _etag(body))

    def __call__(self, request: ProtocolRequest) -> ProtocolResponse:
        """The document, or word that it has not changed."""
        return self._document.answer(request)


class JwksEndpoint:
    """`GET /jwks`: the published keys of the moment."""

    def __init__(self, signer: Signer, rehearsals: Rehearsals) -> None:
        self._signer = signer
        self._rehearsals = rehearsals
        jwks = signer.jwks()
        self._document = _Document(jwks.body, jwks.etag)

    def __call__(self, request: ProtocolRequest) -> ProtocolResponse:
        """The keys, or word that they have not changed."""
        jwks, document = self._signer.jwks(), self._document
        rehearsed = self._rehearsals.keys()
        if rehearsed:
            return _together(jwks, rehearsed).answer(request)
        if jwks.etag != document.etag:
            document = self._document = _Document(jwks.body, jwks.etag)
        return document.answer(request)


class _Document:
    """One version of a document, and both answers to who asks for it."""

    def __init__(self, body: bytes, etag: str) -> None:
        self.etag = etag
        headers = (("ETag", etag), *_CACHE)
        self._unchanged = ProtocolResponse(304, headers)
        self._whole = ProtocolResponse(200, (("Content-Type", "application/json"), *headers), body)

    def answer(self, request: ProtocolRequest) -> ProtocolResponse:
        """Whole, unless the client holds this very version (RFC 9110 §13.1.2, weak comparison)."""
        if request.if_none_match is None:
            return self._whole
        held = {tag.strip().removeprefix("W/") for tag in request.if_none_match.split(",")}
        return self._unchanged if "*" in held or self.etag in held else self._whole


def _together(jwks: Jwks, more: Sequence[Mapping[str, str]]) -> _Document:
    """The keys of the ring, and after them *more*."""
    body = orjson.dumps({"keys": [*orjson.loads(jwks.body)["keys"], *more]})
    return _Document(body, _etag(body))


def _etag(body: bytes) -> str:
    digest = hashlib.sha256(body).digest()
    return f'"{base64url.encode(digest)}"'
