"""
What a relying party says of itself when it registers itself (RFC 7591 §2, OpenID Connect Dynamic
Client Registration §2), made into a registration of ours. Pure.

What is unknown is left out, as RFC 7591 §2 asks; what is known and not offered is refused, so that
nobody finds out in production. Of lists of flows the offered ones are kept: libraries name all that
they know (Apache's mod_auth_openidc does), and the answer says what was registered.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeGuard
from urllib.parse import urlsplit

from idp.core.acr import ACR_CLASSES
from idp.relying_parties.claims import LEVEL_CLAIM
from idp.relying_parties.model import ClientId, GrantType
from idp.relying_parties.problems import Problem, said
from idp.relying_parties.registration import (
    InvalidRegistration,
    Registration,
    parse_registration,
)
from idp.relying_parties.rules import KNOWN_CLAIMS, KNOWN_SCOPES, MAX_SMS_NAME

STANDARD_SCOPES: Final = frozenset(
    {"openid", "profile", "email", "address", "phone", "offline_access"}
)
"""What anybody may register for. National numbers are for those an operator registered."""
STANDARD_CLAIMS: Final = frozenset(
    {
        "name",
        "given_name",
        "family_name",
        "middle_name",
        "nickname",
        "preferred_username",
        "profile",
        "picture",
        "website",
        "email",
        "email_verified",
        "gender",
        "birthdate",
        "zoneinfo",
        "locale",
        "phone_number",
        "phone_number_verified",
        "address",
        "updated_at",
        LEVEL_CLAIM,
    }
)
MAX_NAME: Final = 100  # characters; longer ones push everything else off the page

_TAKEN_OVER: Final[tuple[str, ...]] = (
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
    "token_endpoint_auth_signing_alg",
    "grant_types",
    "response_types",
    "id_token_signed_response_alg",
    "userinfo_signed_response_alg",
    "request_object_signing_alg",
    "request_uris",
    "jwks",
    "jwks_uri",
    "default_max_age",
    "require_auth_time",
    "default_acr_values",
    "frontchannel_logout_uri",
    "frontchannel_logout_session_required",
    "backchannel_logout_uri",
    "backchannel_logout_session_required",
    "logo_uri",
)
_FLOWS: Final[Mapping[str, frozenset[str]]] = {
    "response_types": frozenset({"code"}),
    "grant_types": frozenset({GrantType.AUTHORIZATION_CODE, GrantType.REFRESH_TOKEN}),
}
_ONLY_THERE: Final[tuple[str, ...]] = ("application_type", "subject_type", "sector_identifier_uri")
_NOT_OFFERED: Final = (
    "id_token_encrypted_response_alg",
    "id_token_encrypted_response_enc",
    "userinfo_encrypted_response_alg",
    "userinfo_encrypted_response_enc",
    "request_object_encryption_alg",
    "request_object_encryption_enc",
    "authorization_signed_response_alg",
    "dpop_bound_access_tokens",
    "tls_client_certificate_bound_access_tokens",
    "require_pushed_authorization_requests",
)
_NO_SMS_CHARACTER: Final = re.compile(r"[^A-Za-z0-9 .-]+")


@dataclass(frozen=True, slots=True)
class ClientMetadata:
    """
    A checked registration that somebody made for himself.

    *shown* is all that is registered, under RFC 7591's names, the defaults included: what the
    answer says (RFC 7591 §3.2.1).
    """

    registration: Registration
    shown: Mapping[str, object]


def sector_identifier_uri(metadata: Mapping[str, object]) -> str | None:
    """The address of the list that names the sector, where there is one to be fetched."""
    uri = metadata.get("sector_identifier_uri")
    return uri if isinstance(uri, str) else None


def parse_client_metadata(
    sent: Mapping[str, object], client_id: ClientId, *, sector_list: Sequence[object] | None = None
) -> ClientMetadata:
    """
    Check *sent*; *sector_list* is what stands at its `sector_identifier_uri`, `None` for nothing.

    Raises `InvalidRegistration` with all problems.
    """
    # RFC 7592 §2.2: null is as good as left out.
    metadata = {name: value for name, value in sent.items() if value is not None}
    problems = _problems(metadata, sector_list)
    document: dict[str, object] = {name: metadata[name] for name in _TAKEN_OVER if name in metadata}
    hosts = _hosts(metadata)
    host = hosts[0] if hosts else ""
    document.setdefault("client_name", host or "-")
    document |= {
        "client_id": client_id,
        "scope": _scope(metadata.get("scope")),
        "claims": sorted(STANDARD_CLAIMS & KNOWN_CLAIMS),
        "sms_name": _sms_name(host),
        "sector": _sector(metadata, host),
        # Who registers himself may not know PKCE; what he sends is checked all the same.
        "require_pkce": False,
    }
    for name, offered in _FLOWS.items():
        if name in document:
            document[name] = _kept(document[name], offered)
    if "default_acr_values" in document:
        document["default_acr_values"] = _known_acrs(document["default_acr_values"])
    if "jwks" in document:
        document["jwks"] = _signature_keys(document["jwks"])
    registration = _parsed(document, problems)
    return ClientMetadata(registration, _shown(metadata, registration))


def _parsed(document: Mapping[str, object], problems: Sequence[Problem]) -> Registration:
    try:
        registration = parse_registration(document)
    except InvalidRegistration as error:
        raise InvalidRegistration((*problems, *error.found)) from None
    if problems:
        raise InvalidRegistration(problems)
    return registration


def _problems(
    metadata: Mapping[str, object], sector_list: Sequence[object] | None
) -> Sequence[Problem]:
    """What breaks the rules that hold for those only who register themselves."""
    problems = [said(name, "is not offered") for name in _NOT_OFFERED if metadata.get(name)]
    name = metadata.get("client_name", "")
    if isinstance(name, str) and len(name) > MAX_NAME:
        problems.append(said("client_name", f"is longer than {MAX_NAME} characters"))
    if metadata.get("subject_type", "pairwise") != "pairwise":
        problems.append(said("subject_type", "only pairwise is offered"))
    if metadata.get("application_type", "web") not in {"web", "native"}:
        problems.append(said("application_type", "must be web or native"))
    initiate = metadata.get("initiate_login_uri", "https:")
    if not str(initiate).startswith("https:"):  # OpenID Connect Core §4
        problems.append(said("initiate_login_uri", "must begin with https://"))
    grants = metadata.get("grant_types")
    if isinstance(grants, list) and GrantType.CLIENT_CREDENTIALS in grants:
        problems.append(
            said("grant_types", "client_credentials is for resources an operator allowed")
        )
    return [
        *problems,
        *(said("sector_identifier_uri", text) for text in _sector_problems(metadata, sector_list)),
    ]


def _sector_problems(
    metadata: Mapping[str, object], sector_list: Sequence[object] | None
) -> list[str]:
    """OpenID Connect Core §8.1: whose subjects these are must be beyond doubt."""
    uris = metadata.get("redirect_uris")
    if "sector_identifier_uri" not in metadata:
        several = len(set(_hosts(metadata))) > 1
        return ["redirect_uris of several hosts need it"] if several else []
    if sector_list is None:
        return ["holds no JSON list that we can fetch"]
    if not isinstance(uris, list) or any(uri not in sector_list for uri in uris):
        return ["does not list every redirect URI"]
    return []


def _hosts(metadata: Mapping[str, object]) -> list[str]:
    uris = metadata.get("redirect_uris")
    named = uris if isinstance(uris, list) else []
    return [host for uri in named if isinstance(uri, str) and (host := _host(uri))]


def _host(uri: str) -> str:
    try:
        return urlsplit(uri).hostname or ""
    except ValueError:
        return ""


def _sector(metadata: Mapping[str, object], host: str) -> str:
    """
    The sector of a host. No host has an underscore, so it is never one an operator gave out.

    Else whoever owns the host `dak-lak` would get the subjects of the portal of that sector.
    """
    uri = sector_identifier_uri(metadata)
    return f"host_{(_host(uri) if uri else host).replace(':', '-')}"


def _sms_name(host: str) -> str:
    """
    What text messages call it: its host, and of a long one the end, which says whose it is.

    Not its name: whoever registers himself could take that of a portal people trust.
    """
    return _NO_SMS_CHARACTER.sub("-", host)[-MAX_SMS_NAME:].strip(" .-") or "Portal"


def _scope(sent: object) -> object:
    """The scopes that are allowed, of those asked for; all where none are named."""
    if sent is not None and not isinstance(sent, str):
        return sent  # refused by the rules for every registration
    offered = STANDARD_SCOPES & KNOWN_SCOPES
    asked = offered if sent is None else offered.intersection(sent.split())
    return " ".join(sorted({"openid", *asked}))


def _kept(sent: object, offered: frozenset[str]) -> object:
    """The *offered* ones of a list (RFC 7591 §2); a list without any is left to be refused."""
    kept = [name for name in sent if name in offered] if _is_texts(sent) else []
    return kept or sent


def _is_texts(sent: object) -> TypeGuard[list[str]]:
    return isinstance(sent, list) and all(isinstance(each, str) for each in sent)


def _known_acrs(sent: object) -> object:
    """A class we do not know can never be reached; acr_values are voluntary (Core §5.5.1.1)."""
    return [name for name in sent if name in ACR_CLASSES] if isinstance(sent, list) else sent


def _signature_keys(sent: object) -> object:
    """A set may hold keys for encryption as well (DCR §2), which is not offered: not kept."""
    keys = sent.get("keys") if isinstance(sent, dict) else None
    if not isinstance(keys, list):
        return sent
    kept = [key for key in keys if not (isinstance(key, dict) and key.get("use") == "enc")]
    return {"keys": kept}


def _shown(metadata: Mapping[str, object], registration: Registration) -> Mapping[str, object]:
    party, document = registration.relying_party, registration.document
    shown = {name: document[name] for name in (*_TAKEN_OVER, "scope") if name in document}
    shown |= {name: metadata[name] for name in _ONLY_THERE if name in metadata}
    return {
        "application_type": "web",
        "subject_type": "pairwise",
        "response_types": ["code"],
        "grant_types": sorted(party.grant_types),
        "token_endpoint_auth_method": str(party.client_authentication),
        "id_token_signed_response_alg": party.id_token_algorithm,
    } | shown
