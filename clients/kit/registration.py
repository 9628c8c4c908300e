"""
A registration: what the portal's team and the provider's operators agreed on.

Read from `registration.toml`; names are those of RFC 7591 §2. The file holds no secret.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ID_TOKEN_ALGORITHMS = frozenset({"ES256", "PS256", "RS256"})  # never `none`, never a shared secret
CLIENT_AUTHENTICATION = frozenset({"client_secret_basic", "client_secret_post"})


class InvalidRegistration(ValueError):
    """The registration lacks a member, or holds one that the kit cannot honour."""


@dataclass(frozen=True, slots=True)
class Registration:
    """The members of a registration that the portal itself acts on."""

    client_id: str
    name: str
    name_en: str
    redirect_uri: str
    post_logout_redirect_uri: str
    token_endpoint_auth_method: str
    id_token_algorithm: str
    scope: str
    minimum_acr: str | None = None

    @classmethod
    def load(cls, path: Path) -> "Registration":
        """Read *path*; raise InvalidRegistration, OSError or tomllib.TOMLDecodeError."""
        return cls.parse(tomllib.loads(path.read_text(encoding="utf-8")))

    @classmethod
    def parse(cls, document: Mapping[str, object]) -> "Registration":
        """Take a registration apart; raise InvalidRegistration with the member at fault."""
        algorithm = _text(document, "id_token_signed_response_alg")
        if algorithm not in ID_TOKEN_ALGORITHMS:
            raise InvalidRegistration(f"id_token_signed_response_alg: {algorithm}")
        method = _text(document, "token_endpoint_auth_method")
        if method not in CLIENT_AUTHENTICATION:
            raise InvalidRegistration(f"token_endpoint_auth_method: {method}")
        name = _text(document, "client_name")
        return cls(
            client_id=_text(document, "client_id"),
            name=name,
            name_en=_text(document, "client_name#en") if "client_name#en" in document else name,
            redirect_uri=_only(document, "redirect_uris"),
            post_logout_redirect_uri=_only(document, "post_logout_redirect_uris"),
            token_endpoint_auth_method=method,
            id_token_algorithm=algorithm,
            scope=_text(document, "scope"),
            minimum_acr=_text(document, "minimum_acr") if "minimum_acr" in document else None,
        )


def _text(document: Mapping[str, object], name: str) -> str:
    value = document.get(name)
    if not isinstance(value, str) or not value:
        raise InvalidRegistration(f"{name}: a text is needed")
    return value


def _only(document: Mapping[str, object], name: str) -> str:
    value = document.get(name)
    if not isinstance(value, list) or len(value) != 1 or not isinstance(value[0], str):
        raise InvalidRegistration(f"{name}: exactly one address is needed")
    return value[0]
