"""The pages about programs put together."""

from flask import Blueprint

from idp.api_clients.manage import AddApiClient, DisableApiClient, RenewApiClient
from idp.console.api_clients.views import (
    API_CLIENTS,
    ApiClientAdd,
    ApiClientDisable,
    ApiClientRenew,
    ApiClients,
)
from idp.console.frame import ConsoleFrame
from idp.core.clock import Clock
from idp.db.database import Database


def api_client_routes(
    *,
    frame: ConsoleFrame,
    add: AddApiClient,
    renew: RenewApiClient,
    disable: DisableApiClient,
    database: Database,
    clock: Clock,
) -> Blueprint:
    blueprint = Blueprint("console_api_clients", __name__)
    for path, view in (
        (API_CLIENTS, ApiClients.as_view("api_clients", frame, database, clock)),
        (f"{API_CLIENTS}/new", ApiClientAdd.as_view("add", frame, add)),
        (f"{API_CLIENTS}/<name>/renew", ApiClientRenew.as_view("renew", frame, database, renew)),
        (
            f"{API_CLIENTS}/<name>/disable",
            ApiClientDisable.as_view("disable", frame, database, disable),
        ),
    ):
        blueprint.add_url_rule(path, view_func=view)
    return blueprint
