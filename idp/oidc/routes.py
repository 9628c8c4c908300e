"""The exact paths of the protocol's API, for the face in front of the pages."""

from collections.abc import Mapping

from idp.oidc.discovery import Discovery, JwksEndpoint
from idp.oidc.face import Methods
from idp.oidc.introspection import IntrospectionEndpoint
from idp.oidc.probes import Readiness, alive
from idp.oidc.register import REGISTRATION_PATH, RegistrationEndpoint
from idp.oidc.revocation import RevocationEndpoint
from idp.oidc.token import TokenEndpoint
from idp.oidc.userinfo import UserinfoEndpoint


def protocol_routes(
    *,
    discovery: Discovery,
    jwks: JwksEndpoint,
    token: TokenEndpoint,
    userinfo: UserinfoEndpoint,
    introspection: IntrospectionEndpoint,
    revocation: RevocationEndpoint,
    registration: RegistrationEndpoint,
    readiness: Readiness,
) -> Mapping[str, Methods]:
    """Each path with its methods."""
    return {
        "/.well-known/openid-configuration": {"GET": discovery},
        "/.well-known/oauth-authorization-server": {"GET": discovery},
        "/jwks": {"GET": jwks},
        "/token": {"POST": token},
        "/userinfo": {"GET": userinfo, "POST": userinfo},
        "/introspect": {"POST": introspection},
        "/revoke": {"POST": revocation},
        REGISTRATION_PATH: {
            "POST": registration.create,
            "GET": registration.read,
            "PUT": registration.update,
            "DELETE": registration.delete,
        },
        "/healthz": {"GET": alive},
        "/readyz": {"GET": readiness},
    }
