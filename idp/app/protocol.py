"""What software looks at: the API of the protocol, in front of the pages."""

from idp.adapters.redis.spent_identifiers import RedisSpentIdentifiers
from idp.app.outages import OUTAGES
from idp.app.parts import Parts
from idp.failures.note_failure import NoteFailure
from idp.grants.refresh_families import RefreshFamilies
from idp.oidc.client_assertion import ClientAssertions
from idp.oidc.client_authentication import ClientAuthenticator
from idp.oidc.discovery import Discovery, JwksEndpoint
from idp.oidc.face import ProtocolFace, WsgiApplication
from idp.oidc.grants.authorization_code import CodeRedemption
from idp.oidc.grants.client_credentials import OwnTokens
from idp.oidc.grants.refresh_token import Refreshing
from idp.oidc.grants.token_response import TokenResponses
from idp.oidc.id_token import IdTokens
from idp.oidc.introspection import IntrospectionEndpoint
from idp.oidc.own_tokens import OwnTokenReader
from idp.oidc.probes import Readiness
from idp.oidc.register import RegistrationEndpoint
from idp.oidc.revocation import RevocationEndpoint
from idp.oidc.routes import protocol_routes
from idp.oidc.token import TokenEndpoint
from idp.oidc.userinfo import UserinfoEndpoint
from idp.relying_parties.register_dynamically import RegisterDynamically
from idp.settings import decode_key
from idp.throttling.ports import Budget


def protocol_face(parts: Parts, pages: WsgiApplication) -> ProtocolFace:
    """Answer the protocol's API paths, and hand on every other request to *pages*."""
    settings, clock, database = parts.settings, parts.clock, parts.database
    issuer, signer = settings.server.issuer, parts.signer

    spent = RedisSpentIdentifiers(parts.redis, clock)
    clients = ClientAuthenticator(
        uses=parts.credential_uses,
        relying_parties=parts.registry,
        hasher=parts.secret_hasher,
        assertions=ClientAssertions(
            keys=parts.client_keys,
            spent=spent,
            relying_parties=parts.registry,
            audiences=frozenset({issuer, f"{issuer}/token"}),
            clock=clock,
        ),
        throttle=parts.throttle,
        failures=Budget(
            "client_authentication_failures", settings.throttling.client_authentication_failures
        ),
        database=database,
        clock=clock,
    )
    families = RefreshFamilies(
        decode_key(settings.secrets.refresh_key.get_secret_value()), parts.refresh_policy
    )
    token_responses = TokenResponses(
        tokens=parts.tokens,
        id_tokens=IdTokens(
            issuer=issuer,
            signer=signer,
            subjects=parts.subjects,
            lifetime=settings.tokens.id_token,
            clock=clock,
        ),
        access_token_lifetime=settings.tokens.access_token,
        clock=clock,
    )
    own_token_reader = OwnTokenReader(signer=signer, spent=spent, relying_parties=parts.registry)
    return ProtocolFace(
        pages,
        protocol_routes(
            discovery=Discovery(issuer),
            jwks=JwksEndpoint(signer, parts.rehearse),
            token=TokenEndpoint(
                clients=clients,
                redemption=CodeRedemption(
                    codes=parts.codes,
                    tokens=parts.tokens,
                    families=families,
                    responses=token_responses,
                    rehearsals=parts.rehearse,
                    relying_parties=parts.registry,
                    database=database,
                    clock=clock,
                ),
                refreshing=Refreshing(
                    families=families,
                    tokens=parts.tokens,
                    responses=token_responses,
                    database=database,
                    levels=parts.levels,
                    deployment=settings.deployment.environment,
                    clock=clock,
                ),
                own_tokens=OwnTokens(
                    issuer=issuer,
                    signer=signer,
                    lifetime=settings.tokens.access_token,
                    clock=clock,
                ),
            ),
            userinfo=UserinfoEndpoint(
                issuer=issuer,
                tokens=parts.tokens,
                subjects=parts.subjects,
                signer=signer,
                rehearsals=parts.rehearse,
                relying_parties=parts.registry,
                database=database,
            ),
            introspection=IntrospectionEndpoint(
                issuer=issuer,
                clients=clients,
                tokens=parts.tokens,
                families=families,
                own_tokens=own_token_reader,
                subjects=parts.subjects,
                relying_parties=parts.registry,
                database=database,
                clock=clock,
            ),
            revocation=RevocationEndpoint(
                clients=clients,
                tokens=parts.tokens,
                families=families,
                own_tokens=own_token_reader,
                relying_parties=parts.registry,
                database=database,
                clock=clock,
            ),
            registration=RegistrationEndpoint(
                issuer=issuer,
                registrations=RegisterDynamically(
                    is_open=settings.registrations.open,
                    database=database,
                    version=parts.registry_version,
                    hasher=parts.secret_hasher,
                    fetcher=parts.registration_fetcher,
                    logos=parts.logos,
                    clock=clock,
                ),
                throttle=parts.throttle,
                budget=Budget(
                    "registrations_per_network",
                    settings.throttling.registrations_per_network,
                    by_network=True,
                ),
            ),
            readiness=Readiness(
                {"database": database.ping, "redis": parts.redis.ping, "keys": signer.jwks}
            ),
        ),
        max_body=settings.http.max_body,
        note_failure=NoteFailure(
            waiting=parts.waiting_failures,
            relying_parties=parts.registry,
            outages=OUTAGES,
            clock=clock,
        ),
        outages=OUTAGES,
        strict_transport=settings.server.strict_transport,
    )
