"""
What a registration that we accept still does worse than OAuth 2.1 and RFC 9700 ask. Pure.

Accepting is about what would harm us or others; this is about what its portal should mend.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, TypeAlias
from urllib.parse import parse_qsl, urlsplit

from idp.relying_parties.model import ClientAuthentication, GrantType, RelyingParty
from idp.relying_parties.rules import is_loopback

SECRET_AGE: Final = timedelta(days=360)
EXPIRES_SOON: Final = timedelta(days=30)

_SECRETS: Final = frozenset({ClientAuthentication.SECRET_BASIC, ClientAuthentication.SECRET_POST})
_PKCS1: Final = frozenset({"RS256"})
_ONWARD: Final = frozenset(
    {"continue", "dest", "goto", "next", "redirect", "redirect_uri", "return", "target", "url"}
)
_ANYBODYS: Final = (
    ".appspot.com",
    ".azurewebsites.net",
    ".github.io",
    ".herokuapp.com",
    ".netlify.app",
    ".ngrok.app",
    ".ngrok.io",
    ".pages.dev",
    ".trycloudflare.com",
    ".vercel.app",
    ".web.app",
    ".workers.dev",
)


class Weight(StrEnum):
    """A rule is broken, or a recommendation not followed."""

    BROKEN = "broken"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class HeldSecret:
    """When a secret was made, and when it ends."""

    created_at: datetime
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule that a registration fails; *at* names what fails it, where that is a part of it."""

    rule: str
    weight: Weight
    clause: str
    at: str
    fix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What is looked at: a registration among the *others*, with its secrets, at a moment."""

    party: RelyingParty
    others: Sequence[RelyingParty]
    secrets: Sequence[HeldSecret]
    now: datetime

    @property
    def live(self) -> tuple[HeldSecret, ...]:
        """The secrets that count now."""
        return tuple(s for s in self.secrets if s.expires_at is None or s.expires_at > self.now)


_Check: TypeAlias = Callable[[Looked], Iterable[str]]


@dataclass(frozen=True, slots=True)
class _Rule:
    name: str
    weight: Weight
    clause: str
    fix: str
    offenders: _Check


def lint(looked: Looked) -> tuple[Finding, ...]:
    """Every rule that the registration fails, the broken ones first."""
    found = [
        Finding(rule.name, rule.weight, rule.clause, offender, rule.fix)
        for rule in RULES
        for offender in rule.offenders(looked)
    ]
    return tuple(sorted(found, key=lambda finding: finding.weight is not Weight.BROKEN))


def _when(holds: Callable[[Looked], bool], named: str = "") -> _Check:
    return lambda looked: [named] if holds(looked) else []


def _plain_http(uris: Iterable[str | None]) -> list[str]:
    return sorted(uri for uri in uris if uri is not None and uri.startswith("http://"))


def _logout_addresses(looked: Looked) -> list[str]:
    logout, after = looked.party.logout, looked.party.post_logout_redirect_uris
    return _plain_http((logout.backchannel_uri, logout.frontchannel_uri, *after))


def _host(uri: str) -> str:
    return urlsplit(uri).hostname or ""


def _shared_redirect_uris(looked: Looked) -> list[str]:
    theirs = {uri: other.client_id for other in looked.others for uri in other.redirect_uris}
    return [
        f"{uri} (also {theirs[uri]})" for uri in sorted(looked.party.redirect_uris) if uri in theirs
    ]


def _shared_hosts(looked: Looked) -> list[str]:
    theirs = {
        urlsplit(uri).netloc: other.client_id
        for other in looked.others
        if other.sector != looked.party.sector
        for uri in other.redirect_uris
    }
    own = sorted({urlsplit(uri).netloc for uri in looked.party.redirect_uris})
    return [f"{host} (also {theirs[host]})" for host in own if host in theirs]


def _loose_hosts(looked: Looked) -> list[str]:
    hosts = sorted({_host(uri) for uri in looked.party.redirect_uris})
    return [host for host in hosts if not is_loopback(host) and _is_loose(host)]


def _is_loose(host: str) -> bool:
    return host.endswith(_ANYBODYS) or "." not in host


def _onward(looked: Looked) -> list[str]:
    return [
        uri
        for uri in sorted(looked.party.redirect_uris)
        if any(
            name.lower() in _ONWARD or "://" in value
            for name, value in parse_qsl(urlsplit(uri).query)
        )
    ]


def _request_uris_without_hash(looked: Looked) -> list[str]:
    objects = looked.party.request_objects
    return [] if objects is None else sorted(uri for uri in objects.uris if "#" not in uri)


def _by_secret(looked: Looked) -> bool:
    return looked.party.client_authentication in _SECRETS


def _by_key(looked: Looked) -> bool:
    return looked.party.client_authentication is ClientAuthentication.PRIVATE_KEY_JWT


def _aged_secrets(looked: Looked) -> list[str]:
    return [
        f"made on {secret.created_at.date()}"
        for secret in looked.live
        if _by_secret(looked) and looked.now - secret.created_at > SECRET_AGE
    ]


def _ending_secrets(looked: Looked) -> list[str]:
    """The last one to end; an older one that ends is how a rotation goes."""
    ends = [secret.expires_at for secret in looked.live]
    known = [end for end in ends if end is not None]
    if not _by_secret(looked) or not known or len(known) < len(ends):
        return []
    last = max(known)
    return [f"ends on {last.date()}"] if last - looked.now <= EXPIRES_SOON else []


def _any_algorithm(looked: Looked) -> list[str]:
    party = looked.party
    asked = {
        "token_endpoint_auth_signing_alg": _by_key(looked)
        and party.client_assertion_algorithm is None,
        "request_object_signing_alg": party.request_objects is not None
        and party.request_objects.algorithm is None,
    }
    return [name for name, missing in asked.items() if missing]


RULES: Final = (
    _Rule(
        "redirect-over-http",
        Weight.BROKEN,
        "RFC 9700 §2.6; OAuth 2.1 §1.5",
        "Serve the portal over https and register that address: codes travel in the open.",
        lambda looked: _plain_http(looked.party.redirect_uris),
    ),
    _Rule(
        "start-over-http",
        Weight.BROKEN,
        "OpenID Connect Core §4",
        "Serve it over https: whoever sits between may change where a citizen is sent.",
        lambda looked: _plain_http([looked.party.initiate_login_uri]),
    ),
    _Rule(
        "pkce-not-required",
        Weight.BROKEN,
        "RFC 9700 §2.1.1; OAuth 2.1 §4.1.1",
        "Send code_challenge with S256, then register require_pkce = true.",
        _when(lambda looked: not looked.party.pkce_required),
    ),
    _Rule(
        "redirect-shared",
        Weight.BROKEN,
        "RFC 9700 §4.1",
        "Give each portal a redirect URI of its own: codes of one reach the other.",
        _shared_redirect_uris,
    ),
    _Rule(
        "no-secret",
        Weight.BROKEN,
        "RFC 6749 §2.3",
        "Make a secret: idp relying-parties rotate-secret.",
        _when(lambda looked: _by_secret(looked) and not looked.live),
    ),
    _Rule(
        "logout-over-http",
        Weight.WARNING,
        "RP-Initiated Logout §2; Front-Channel Logout §2; Back-Channel Logout §2.2",
        "Serve it over https: else somebody else may see who signs out, or hold it back.",
        _logout_addresses,
    ),
    _Rule(
        "redirect-host-shared",
        Weight.WARNING,
        "RFC 9700 §4.4",
        "Give portals of different sectors hosts of their own: cookies and mistakes cross over.",
        _shared_hosts,
    ),
    _Rule(
        "redirect-host-loose",
        Weight.WARNING,
        "RFC 9700 §4.1",
        "Use a name that the portal's owner holds for good: others may come to own this one.",
        _loose_hosts,
    ),
    _Rule(
        "redirect-onward",
        Weight.WARNING,
        "RFC 9700 §4.11.1",
        "Keep the way onward in the portal's session: an open redirector hands codes on.",
        _onward,
    ),
    _Rule(
        "secret-in-body",
        Weight.WARNING,
        "RFC 6749 §2.3.1",
        "Register private_key_jwt, or client_secret_basic: bodies end in logs more easily.",
        _when(
            lambda looked: looked.party.client_authentication is ClientAuthentication.SECRET_POST
        ),
    ),
    _Rule(
        "shared-secret",
        Weight.WARNING,
        "RFC 9700 §2.5",
        "Register private_key_jwt with a jwks_uri: then no secret is known to two.",
        _when(_by_secret),
    ),
    _Rule(
        "secret-old",
        Weight.WARNING,
        "NIST SP 800-57 Part 1 §5.3",
        "Change it within 360 days: idp relying-parties rotate-secret.",
        _aged_secrets,
    ),
    _Rule(
        "secret-ending",
        Weight.WARNING,
        "RFC 7591 §3.2.1",
        "Make the next one now and let the portal change: idp relying-parties rotate-secret.",
        _ending_secrets,
    ),
    _Rule(
        "keys-fixed",
        Weight.WARNING,
        "OpenID Connect Core §10.1.1",
        "Register a jwks_uri: the portal then rotates its keys without an operator.",
        _when(lambda looked: bool(looked.party.keys.jwks)),
    ),
    _Rule(
        "any-algorithm",
        Weight.WARNING,
        "RFC 8725 §3.1",
        "Register the one algorithm that the portal signs with.",
        _any_algorithm,
    ),
    _Rule(
        "request-uri-without-hash",
        Weight.WARNING,
        "OpenID Connect Core §6.2",
        "Put the SHA-256 of the document into the fragment, or send requests by value.",
        _request_uris_without_hash,
    ),
    _Rule(
        "profile-legacy",
        Weight.WARNING,
        "RFC 9700 §2.3",
        "Move to the profile oidc: there a portal gets what it asks for, not all that it may.",
        _when(lambda looked: looked.party.profile.released_by_registration),
    ),
    _Rule(
        "id-token-rs256",
        Weight.WARNING,
        "RFC 8017 §8",
        "Register id_token_signed_response_alg = ES256: RSA with PKCS #1 v1.5 is for old software.",
        _when(lambda looked: looked.party.id_token_algorithm in _PKCS1),
    ),
    _Rule(
        "two-kinds-of-tokens",
        Weight.WARNING,
        "RFC 9700 §4.15",
        "Register a second relying party for client_credentials: a token of its own must not be "
        "taken for a citizen's.",
        _when(
            lambda looked: (
                {GrantType.CLIENT_CREDENTIALS, GrantType.AUTHORIZATION_CODE}
                <= looked.party.grant_types
            )
        ),
    ),
    _Rule(
        "no-backchannel-logout",
        Weight.WARNING,
        "Back-Channel Logout §2.2",
        "Register backchannel_logout_uri: else the portal's session outlives the sign-out.",
        _when(lambda looked: looked.party.logout.backchannel_uri is None),
    ),
    _Rule(
        "no-way-to-start",
        Weight.WARNING,
        "OpenID Connect Core §4",
        "Register initiate_login_uri: a citizen whose request is too old has a way on then.",
        _when(lambda looked: looked.party.initiate_login_uri is None),
    ),
    _Rule(
        "no-policy",
        Weight.WARNING,
        "OpenID Connect Dynamic Client Registration §2",
        "Register policy_uri: the consent page names who answers for the data.",
        _when(lambda looked: looked.party.policy_uri is None),
    ),
    _Rule(
        "no-contact",
        Weight.WARNING,
        "RFC 7591 §2",
        "Register contacts: somebody has to hear of a leak the same day.",
        _when(lambda looked: not looked.party.contacts),
    ),
)
