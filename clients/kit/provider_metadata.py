"""The provider's discovery document (OpenID Connect Discovery §3), taken apart once."""

from collections.abc import Mapping
from dataclasses import dataclass

from clients.kit.errors import ProviderUnavailable
from clients.kit.origins import is_safe_endpoint


@dataclass(frozen=True, slots=True)
class ProviderMetadata:
    """The members this kit acts on."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    userinfo_endpoint: str
    jwks_uri: str
    end_session_endpoint: str | None
    introspection_endpoint: str | None
    answers_name_issuer: bool

    @classmethod
    def parse(cls, document: Mapping[str, object], *, issuer: str) -> "ProviderMetadata":
        """Take *document* apart; raise ProviderUnavailable when it cannot be *issuer*'s."""
        # Discovery §4.3: character for character, or another provider's document passes for it.
        if document.get("issuer") != issuer:
            raise ProviderUnavailable("discovery: issuer")
        return cls(
            issuer=issuer,
            authorization_endpoint=_endpoint(document, "authorization_endpoint"),
            token_endpoint=_endpoint(document, "token_endpoint"),
            userinfo_endpoint=_endpoint(document, "userinfo_endpoint"),
            jwks_uri=_endpoint(document, "jwks_uri"),
            end_session_endpoint=_optional_endpoint(document, "end_session_endpoint"),
            introspection_endpoint=_optional_endpoint(document, "introspection_endpoint"),
            answers_name_issuer=(
                document.get("authorization_response_iss_parameter_supported") is True
            ),
        )


def _optional_endpoint(document: Mapping[str, object], name: str) -> str | None:
    return _endpoint(document, name) if name in document else None


def _endpoint(document: Mapping[str, object], name: str) -> str:
    value = document.get(name)
    if not isinstance(value, str) or not is_safe_endpoint(value):
        raise ProviderUnavailable(f"discovery: {name}")
    return value
