"""
A registration as it is handed in (RFC 7591 §2, then names of our own), checked as a whole.

Parsed when it is made and again when it is loaded, so that no rule can be passed by in SQL.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from idp.core.acr import ACR_CLASSES
from idp.core.environment import Environment
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
from idp.relying_parties.problems import BrokenRule, Problem, Rule, problem
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

MEMBERS: Final = frozenset(
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
        "legal_ground",
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
        "environment",
        "sandbox_client_id",
    }
)
_ACR: Final = re.compile(r"LoA[1-4]")
_KEY_SET_LEVELS: Final = 4  # the set, its keys, a key, a list in it (RFC 7517 §4.3, §4.7)


class InvalidRegistration(ValueError):
    """The registration breaks rules: *found* has every one."""

    def __init__(self, found: Iterable[Problem]) -> None:
        self.found = tuple(found)
        super().__init__("; ".join(self.problems))

    @property
    def problems(self) -> tuple[str, ...]:
        """One line each, beginning with the member."""
        return tuple(str(problem) for problem in self.found)


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
        initiate_login_uri=read.uri("initiate_login_uri"),
        client_uri=read.uri("client_uri"),
        policy_uri=read.uri("policy_uri"),
        tos_uri=read.uri("tos_uri"),
        enabled=True,
        secrets=(),
        grant_types=_grant_types(read, profile),
        client_assertion_algorithm=read.optional_choice(
            "token_endpoint_auth_signing_alg", CLIENT_ALGORITHMS
        ),
        keys=ClientKeys(read.jwks("jwks"), read.uri("jwks_uri", fetched_uri_problem)),
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
            frontchannel_uri=read.uri("frontchannel_logout_uri"),
            frontchannel_session_required=read.flag(
                "frontchannel_logout_session_required", default=False
            ),
            backchannel_uri=read.uri("backchannel_logout_uri"),
            backchannel_session_required=read.flag(
                "backchannel_logout_session_required", default=False
            ),
        ),
        logo_uri=read.uri("logo_uri", fetched_uri_problem),
        contacts=read.texts("contacts"),
        environment=Environment(
            read.choice("environment", tuple(Environment), Environment.SANDBOX)
        ),
        sandbox_client_id=read.client_id("sandbox_client_id"),
    )
    read.optional_text("legal_ground")  # for whoever approves; nothing is decided by it
    # Code flow only (RFC 9700 §2.1.2): whoever asks for more must not find out in production.
    read.only("response_types", {"code"})
    read.require("openid" in relying_party.scopes, "scope", Rule.NO_OPENID)
    _check_keys(read, relying_party)
    _check_environment(read, relying_party)
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
    read.require(profile.request_objects, "request_object_signing_alg", Rule.NOT_IN_PROFILE)
    return RequestObjects(algorithm, uris)


def _check_keys(read: "_Reader", relying_party: RelyingParty) -> None:
    """OpenID Connect Dynamic Client Registration §2: one source of keys, and one if needed."""
    keys = relying_party.keys
    read.require(not (keys.jwks and keys.jwks_uri), "jwks", Rule.KEYS_IN_TWO_PLACES)
    needed = (
        relying_party.client_authentication is ClientAuthentication.PRIVATE_KEY_JWT
        or relying_party.request_objects is not None
    )
    held = bool(keys.jwks) or keys.jwks_uri is not None
    read.require(held or not needed, "jwks", Rule.KEYS_MISSING)


def _check_environment(read: "_Reader", relying_party: RelyingParty) -> None:
    """Production has been tried before, and has no address of a developer's machine."""
    if relying_party.environment is Environment.SANDBOX:
        read.require(
            relying_party.sandbox_client_id is None, "sandbox_client_id", Rule.NOT_FOR_PRODUCTION
        )
        return
    read.require(relying_party.sandbox_client_id is not None, "sandbox_client_id", Rule.MISSING)
    read.https_only()


def _check_frame(read: "_Reader", relying_party: RelyingParty) -> None:
    """Front-Channel Logout §2: the page that we frame stands where a redirect URI does."""
    uri = relying_party.logout.frontchannel_uri
    origins = {origin(redirect_uri) for redirect_uri in relying_party.redirect_uris}
    read.require(
        uri is None or origin(uri) in origins,
        "frontchannel_logout_uri",
        Rule.FRAME_ELSEWHERE,
    )


def _acr_problem(name: str) -> BrokenRule | None:
    return None if _ACR.fullmatch(name) else BrokenRule(Rule.NO_ACR)


def _is_within(levels: int, value: object) -> bool:
    """Whether *value* is nested no deeper than so many objects or lists."""
    if not isinstance(value, Mapping | list):
        return True
    members = value.values() if isinstance(value, Mapping) else value
    return levels > 0 and all(_is_within(levels - 1, member) for member in members)


class _Reader:
    """Reads members one by one, and collects what is wrong with them."""

    def __init__(self, document: Mapping[str, object]) -> None:
        self._document = document
        self._found = [problem(name, Rule.UNKNOWN) for name in document if name not in MEMBERS]
        self._addresses: list[tuple[str, str]] = []

    def require(self, holds: bool, name: str, rule: Rule, detail: str = "") -> None:  # noqa: FBT001
        if not holds:
            self._found.append(problem(name, rule, detail))

    def finish(self) -> None:
        if self._found:
            raise InvalidRegistration(dict.fromkeys(self._found))

    def text(
        self,
        name: str,
        broken_rule_of: Callable[[str], BrokenRule | None] | None = None,
        *,
        default: str | None = None,
    ) -> str:
        value = self.optional_text(name, broken_rule_of)
        self.require(name in self._document or default is not None, name, Rule.MISSING)
        return value or default or ""

    def optional_text(
        self, name: str, broken_rule_of: Callable[[str], BrokenRule | None] | None = None
    ) -> str | None:
        value = self._document.get(name)
        if value is None:
            return None
        if not isinstance(value, str) or not value.strip() or not value.isprintable():
            self.require(False, name, Rule.NOT_A_TEXT)
            return None
        self._refuse(name, value, broken_rule_of(value) if broken_rule_of else None)
        return value

    def uri(
        self, name: str, broken_rule_of: Callable[[str], BrokenRule | None] = uri_problem
    ) -> str | None:
        value = self.optional_text(name, broken_rule_of)
        if value is not None:
            self._addresses.append((name, value))
        return value

    def client_id(self, name: str) -> ClientId | None:
        value = self.optional_text(name, client_id_problem)
        return None if value is None else ClientId(value)

    def flag(self, name: str, *, default: bool) -> bool:
        value = self._document.get(name, default)
        self.require(isinstance(value, bool), name, Rule.NOT_A_FLAG)
        return bool(value)

    def choice(self, name: str, allowed: tuple[str, ...], default: str) -> str:
        value = self._document.get(name, default)
        if value in allowed:
            return str(value)
        self.require(False, name, Rule.NOT_ONE_OF, ", ".join(allowed))
        return default

    def optional_choice(self, name: str, allowed: tuple[str, ...]) -> str | None:
        return None if name not in self._document else self.choice(name, allowed, allowed[0])

    def seconds(self, name: str) -> int | None:
        value = self._document.get(name)
        if value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 0):
            return value
        self.require(False, name, Rule.NOT_SECONDS)
        return None

    def jwks(self, name: str) -> tuple[Mapping[str, object], ...]:
        """The keys of a JWK Set (RFC 7517 §5); a private one is refused, and nowhere kept."""
        value = self._document.get(name)
        if value is None:
            return ()
        keys = value.get("keys") if isinstance(value, Mapping) else None
        is_set = isinstance(keys, list) and all(isinstance(key, Mapping) for key in keys)
        # A member nested a thousand times deep could be stored, and read again by nobody.
        if not isinstance(keys, list) or not is_set or not _is_within(_KEY_SET_LEVELS, value):
            self.require(False, name, Rule.NOT_A_KEY_SET)
            return ()
        found = [broken for key in keys if (broken := public_key_problem(key))]
        for broken in found:
            self._refuse(name, "", broken)
        return () if found else tuple(keys)

    def request_uris(self, name: str) -> tuple[str, ...]:
        """Addresses of request objects; a fragment (their hash) is allowed (Core §6.2)."""
        uris = self.texts(name)
        for uri in uris:
            self._refuse(name, uri, fetched_uri_problem(uri.partition("#")[0]))
        return uris

    def texts(self, name: str) -> tuple[str, ...]:
        value = self._document.get(name, [])
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(value)
        self.require(False, name, Rule.NOT_TEXTS)
        return ()

    def words(self, name: str) -> tuple[str, ...]:
        return tuple((self.optional_text(name) or "").split())

    def members(self, name: str, known: frozenset[str], found: tuple[str, ...]) -> tuple[str, ...]:
        unknown = sorted(set(found) - known)
        self.require(not unknown, name, Rule.NOT_AMONG, ", ".join(unknown))
        return found

    def uris(self, name: str, *, required: bool = False) -> tuple[str, ...]:
        uris = self.texts(name)
        self.require(bool(uris) or not required, name, Rule.NONE_NAMED)
        for uri in uris:
            self._refuse(name, uri, uri_problem(uri))
            self._addresses.append((name, uri))
        return uris

    def only(self, name: str, allowed: set[str]) -> None:
        others = sorted(set(self.texts(name)) - allowed)
        self.require(not others, name, Rule.NOT_OFFERED, ", ".join(others))

    def https_only(self) -> None:
        """Every address that was read; what is no address was refused already."""
        for name, uri in self._addresses:
            if uri.startswith("http://"):
                self._refuse(name, uri, BrokenRule(Rule.URI_HTTP_IN_PRODUCTION))

    def _refuse(self, name: str, value: str, broken: BrokenRule | None) -> None:
        if broken is not None:
            self._found.append(problem(name, broken.rule, broken.detail, value=value))
