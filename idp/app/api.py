"""The operators' API, beside the pages."""

from idp.adapters.redis.api_calls import RedisApiTokens, RedisRequestsMadeOnce
from idp.api.description import Description
from idp.api.face import ApiFace, WsgiApplication
from idp.api.token import TokenEndpoint
from idp.api_clients.admit import AdmitCaller, ApiBudgets, IssueApiToken
from idp.app.outages import OUTAGES
from idp.app.parts import Parts
from idp.throttling.ports import Budget


def api_face(parts: Parts, description: Description, pages: WsgiApplication) -> ApiFace:
    """Answer what is under `/api/v1`, and hand on every other request to *pages*."""
    settings, clock, database = parts.settings, parts.clock, parts.database
    tokens, throttling = RedisApiTokens(parts.redis), settings.throttling
    budgets = ApiBudgets(
        failures=Budget("api_client_failures", throttling.api_client_failures),
        requests=Budget("api_requests_per_client", throttling.api_requests_per_client),
    )
    return ApiFace(
        pages,
        [each for resource in description.resources for each in resource.operations],
        token=TokenEndpoint(
            IssueApiToken(
                tokens=tokens,
                database=database,
                hasher=parts.secret_hasher,
                throttle=parts.throttle,
                budgets=budgets,
                lifetime=settings.api.token_lasts,
                clock=clock,
            )
        ),
        admit=AdmitCaller(
            tokens=tokens,
            database=database,
            throttle=parts.throttle,
            budgets=budgets,
            clock=clock,
        ),
        once=RedisRequestsMadeOnce(parts.redis, kept=settings.api.requests_remembered),
        description=description,
        max_body=settings.http.max_body,
        outages=OUTAGES,
        strict_transport=settings.server.strict_transport,
    )
