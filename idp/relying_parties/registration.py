"""
A registration as it is handed in (RFC 7591 §2, then names of our own), checked as a whole.

Parsed when it is made and again when it is loaded, so that no rule can be passed by in SQL.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from idp.core.acr import ACR_CLASSES
from idp.relying_parties.model import (
    CLIENT_ALGORITHMS,
    OIDC,
    SECURITY_PROFILES,
    ClientAuthentication,
    ClientId,
    ClientKeys,
    GrantType,
    LogoutAddresses,
    RelyingParty,
    RequestObjects,
    SecurityProfile,
)
from idp.relying_parties.rules import (
    KNOWN_CLAIMS,
    KNOWN_SCOPES,
    client_id_problem,
    fetched_uri_problem,
    origin,
    public_key_problem,
    sms_name_problem,
    uri_problem,
)

_NAMES: Final = frozenset(
    {
        "client_id",
        "client_name",
        "client_name#en",
        "client_uri",
        "policy_uri",
        "tos_uri",
        "contacts",
        "redirect_uris",
        "post_logout_redirect_uris",
        "initiate_login_uri",
        "token_endpoint_auth_method",
        "grant_types",
        "response_types",
        "id_token_signed_response_alg",
        "scope",
        "sms_name",
        "sector",
        "security_profile",
        "require_pkce",
        "minimum_acr",
        "claims",
        "token_endpoint_auth_signing_alg",
        "jwks",
        "jwks_uri",
        "request_object_signing_alg",
        "request_uris",
        "userinfo_signed_response_alg",
        "default_max_age",
        "require_auth_time",
        "default_acr_values",
        "resources",
        "frontchannel_logout_uri",
        "frontchannel_logout_session_required",
        "backchannel_logout_uri",
        "backchannel_logout_session_required",
        "logo_uri",
    }
)
_ACR: Final = re.compile(r"LoA[1-4]")


class InvalidRegistration(ValueError):
    """The registration breaks rules; *problems* names every one, each beginning with its member."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Registration:
    """A checked registration: the document as it was handed in, and what it means."""

    document: Mapping[str, object]
    relying_party: RelyingParty


def parse_registration(document: Mapping[str, object]) -> Registration:
    """
    Check *document*; the relying party it describes is enabled and has no secrets yet.

    Raises `InvalidRegistration` with all problems at once.
    """
    read = _Reader(document)
    profile = SECURITY_PROFILES[
        read.choice("security_profile", tuple(SECURITY_PROFILES), OIDC.name)
    ]
    name = read.text("client_name")
    relying_party = RelyingParty(
        client_id=ClientId(read.text("client_id", client_id_problem)),
        name_vi=name,
        name_en=read.optional_text("client_name#en") or name,
        sms_name=read.text("sms_name", sms_name_problem),
        sector=read.text("sector", client_id_problem, default=profile.default_sector),
        profile=profile,
        client_authentication=ClientAuthentication(
            read.choice(
                "token_endpoint_auth_method",
                tuple(sorted(profile.client_authentication)),
                ClientAuthentication.SECRET_BASIC,
            )
        ),
        # OpenID Connect Dynamic Client Registration §2: RS256 where nothing is said.
        id_token_algorithm=read.choice(
            "id_token_signed_response_alg",
            profile.id_token_algorithms,
            profile.id_token_algorithms[0],
        ),
        pkce_required=read.flag("require_pkce", default=profile.pkce_required),
        redirect_uris=frozenset(read.uris("redirect_uris", required=True)),
        post_logout_redirect_uris=frozenset(read.uris("post_logout_redirect_uris")),
        scopes=frozenset(read.members("scope", KNOWN_SCOPES, read.words("scope"))),
        claims=frozenset(read.members("claims", KNOWN_CLAIMS, read.texts("claims"))),
        minimum_acr=read.optional_text("minimum_acr", _acr_problem),
        initiate_login_uri=read.optional_text("initiate_login_uri", uri_problem),
        client_uri=read.optional_text("client_uri", uri_problem),
        policy_uri=read.optional_text("policy_uri", uri_problem),
        tos_uri=read.optional_text("tos_uri", uri_problem),
        enabled=True,
        secrets=(),
        grant_types=_grant_types(read, profile),
        client_assertion_algorithm=read.optional_choice(
            "token_endpoint_auth_signing_alg", CLIENT_ALGORITHMS
        ),
        keys=ClientKeys(read.jwks("jwks"), read.optional_text("jwks_uri", fetched_uri_problem)),
        request_objects=_request_objects(read, profile),
        userinfo_algorithm=read.optional_choice(
            "userinfo_signed_response_alg", profile.id_token_algorithms
        ),
        default_max_age=read.seconds("default_max_age"),
        require_auth_time=read.flag("require_auth_time", default=False),
        default_acr_values=read.members(
            "default_acr_values", frozenset(ACR_CLASSES), read.texts("default_acr_values")
        ),
        resources=frozenset(read.uris("resources")),
        logout=LogoutAddresses(
            frontchannel_uri=read.optional_text("frontchannel_logout_uri", uri_problem),
            frontchannel_session_required=read.flag(
                "frontchannel_logout_session_required", default=False
            ),
            backchannel_uri=read.optional_text("backchannel_logout_uri", uri_problem),
            backchannel_session_required=read.flag(
                "backchannel_logout_session_required", default=False
            ),
        ),
        logo_uri=read.optional_text("logo_uri", fetched_uri_problem),
        contacts=read.texts("contacts"),
    )
    # Code flow only (RFC 9700 §2.1.2): whoever asks for more must not find out in production.
    read.only("response_types", {"code"})
    read.require("openid" in relying_party.scopes, "scope", "must contain openid")
    _check_keys(read, relying_party)
    _check_frame(read, relying_party)
    read.finish()
    return Registration(dict(document), relying_party)


def _grant_types(read: "_Reader", profile: SecurityProfile) -> frozenset[GrantType]:
    named = read.texts("grant_types") or (GrantType.AUTHORIZATION_CODE,)
    read.members("grant_types", frozenset(profile.grant_types), named)
    return frozenset(GrantType(name) for name in named if name in profile.grant_types)


def _request_objects(read: "_Reader", profile: SecurityProfile) -> RequestObjects | None:
    """Request objects are for those who registered for them; `none` is no algorithm of ours."""
    algorithm = read.optional_choice("request_object_signing_alg", CLIENT_ALGORITHMS)
    uris = frozenset(read.request_uris("request_uris"))
    if algorithm is None and not uris:
        return None
    read.require(profile.request_objects, "request_object_signing_alg", "not in this profile")
    return RequestObjects(algorithm, uris)


def _check_keys(read: "_Reader", relying_party: RelyingParty) -> None:
    """OpenID Connect Dynamic Client Registration §2: one source of keys, and one if needed."""
    keys = relying_party.keys
    read.require(not (keys.jwks and keys.jwks_uri), "jwks", "cannot stand beside jwks_uri")
    needed = (
        relying_party.client_authentication is ClientAuthentication.PRIVATE_KEY_JWT
        or relying_party.request_objects is not None
    )
    held = bool(keys.jwks) or keys.jwks_uri is not None
    read.require(held or not needed, "jwks", "is missing: jwks or jwks_uri has to name the keys")


def _check_frame(read: "_Reader", relying_party: RelyingParty) -> None:
    """Front-Channel Logout §2: the page that we frame stands where a redirect URI does."""
    uri = relying_party.logout.frontchannel_uri
    origins = {origin(redirect_uri) for redirect_uri in relying_party.redirect_uris}
    read.require(
        uri is None or origin(uri) in origins,
        "frontchannel_logout_uri",
        "must have scheme, host and port of a redirect URI",
    )


def _acr_problem(name: str) -> str | None:
    return None if _ACR.fullmatch(name) else "must be LoA1, LoA2, LoA3 or LoA4"


class _Reader:
    """Reads members one by one, and collects what is wrong with them."""

    def __init__(self, document: Mapping[str, object]) -> None:
        self._document = document
        self._problems = [f"{name}: is not known" for name in document if name not in _NAMES]

    def require(self, holds: bool, name: str, problem: str) -> None:  # noqa: FBT001
        if not holds:
            self._problems.append(f"{name}: {problem}")

    def finish(self) -> None:
        if self._problems:
            raise InvalidRegistration(tuple(dict.fromkeys(self._problems)))

    def text(
        self,
        name: str,
        problem_of: Callable[[str], str | None] | None = None,
        *,
        default: str | None = None,
    ) -> str:
        value = self.optional_text(name, problem_of)
        self.require(name in self._document or default is not None, name, "is missing")
        return value or default or ""

    def optional_text(
        self, name: str, problem_of: Callable[[str], str | None] | None = None
    ) -> str | None:
        value = self._document.get(name)
        if value is None:
            return None
        if not isinstance(value, str) or not value.strip() or not value.isprintable():
            self.require(False, name, "must be a text")
            return None
        problem = problem_of(value) if problem_of else None
        self.require(problem is None, name, problem or "")
        return value

    def flag(self, name: str, *, default: bool) -> bool:
        value = self._document.get(name, default)
        self.require(isinstance(value, bool), name, "must be true or false")
        return bool(value)

    def choice(self, name: str, allowed: tuple[str, ...], default: str) -> str:
        value = self._document.get(name, default)
        if value in allowed:
            return str(value)
        self.require(False, name, f"must be one of {', '.join(allowed)}")
        return default

    def optional_choice(self, name: str, allowed: tuple[str, ...]) -> str | None:
        return None if name not in self._document else self.choice(name, allowed, allowed[0])

    def seconds(self, name: str) -> int | None:
        value = self._document.get(name)
        if value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 0):
            return value
        self.require(False, name, "must be a number of seconds")
        return None

    def jwks(self, name: str) -> tuple[Mapping[str, object], ...]:
        """The keys of a JWK Set (RFC 7517 §5); a private one is refused, and nowhere kept."""
        value = self._document.get(name)
        if value is None:
            return ()
        keys = value.get("keys") if isinstance(value, Mapping) else None
        if not isinstance(keys, list) or not all(isinstance(key, Mapping) for key in keys):
            self.require(False, name, "must be a JWK Set")
            return ()
        problems = [problem for key in keys if (problem := public_key_problem(key))]
        for problem in problems:
            self.require(False, name, problem)
        return () if problems else tuple(keys)

    def request_uris(self, name: str) -> tuple[str, ...]:
        """Addresses of request objects; a fragment (their hash) is allowed (Core §6.2)."""
        uris = self.texts(name)
        for uri in uris:
            problem = fetched_uri_problem(uri.partition("#")[0])
            self.require(problem is None, name, f"{uri} {problem}")
        return uris

    def texts(self, name: str) -> tuple[str, ...]:
        value = self._document.get(name, [])
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(value)
        self.require(False, name, "must be a list of texts")
        return ()

    def words(self, name: str) -> tuple[str, ...]:
        return tuple((self.optional_text(name) or "").split())

    def members(self, name: str, known: frozenset[str], found: tuple[str, ...]) -> tuple[str, ...]:
        unknown = sorted(set(found) - known)
        self.require(not unknown, name, f"does not know {', '.join(unknown)}")
        return found

    def uris(self, name: str, *, required: bool = False) -> tuple[str, ...]:
        uris = self.texts(name)
        self.require(bool(uris) or not required, name, "must name at least one")
        for uri in uris:
            problem = uri_problem(uri)
            self.require(problem is None, name, f"{uri} {problem}")
        return uris

    def only(self, name: str, allowed: set[str]) -> None:
        others = sorted(set(self.texts(name)) - allowed)
        self.require(not others, name, f"does not offer {', '.join(others)}")
