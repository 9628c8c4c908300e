"""Programs that were let in, calling the API of a site."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from werkzeug.test import TestResponse

from idp.api_clients.manage import AddApiClient
from idp.api_clients.model import ApiClientName, NewApiClient
from idp.api_clients.rules import scopes_of
from idp.operators import store
from idp.operators.model import OperatorName, OperatorRole, Team, TeamId, VerifiedOperator
from idp.operators.permissions import Permission
from tests.fakes.citizen_site import Site
from tests.fakes.operators import keep_operator

ANSWERING = OperatorName("chu")
BY = VerifiedOperator(ANSWERING, "Chu", OperatorRole.ADMINISTRATOR)
PREFIX = "/api/v1"


class Program:
    """One program; each call is answered by the whole application."""

    def __init__(self, site: Site, name: str, secret: str) -> None:
        self.site = site
        self.name = name
        self.secret = secret
        self.token = ""

    def sign_in(self, scope: str | None = None) -> TestResponse:
        """Get a token."""
        form = {"grant_type": "client_credentials"} | ({} if scope is None else {"scope": scope})
        answer = self.site.app.test_client().post(
            f"{PREFIX}/token", data=form, auth=(self.name, self.secret)
        )
        self.token = (answer.json or {}).get("access_token", "")
        return answer

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        headers: Mapping[str, str] | None = None,
        **query: str,
    ) -> TestResponse:
        """Send a request with the token."""
        return self.site.app.test_client().open(
            f"{PREFIX}{path}",
            method=method,
            query_string=query,
            data=None if body is None else json.dumps(body),
            content_type=None if body is None else "application/json",
            headers={"Authorization": f"Bearer {self.token}", **(headers or {})},
        )

    def get(self, path: str, **query: str) -> Any:
        """The document at *path*."""
        answer = self.call("GET", path, **query)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.json


def keep_team(site: Site, name: str) -> TeamId:
    """Have a team of that name, whose members do not matter."""
    team, now = TeamId(name), site.clock.now()
    with site.database.transaction() as transaction:
        if transaction.get(Team, team) is None:
            transaction.add(Team(id=team, name=f"Đội {name}", created_at=now, created_by=ANSWERING))
    return team


def let_in(
    site: Site,
    role: OperatorRole = OperatorRole.ADMINISTRATOR,
    scopes: Iterable[Permission] | None = None,
    *,
    name: str = "ci",
    team: str | None = None,
    signed_in: bool = True,
) -> Program:
    """A program of that role with those scopes (all that the role may have), holding a token."""
    with site.database.reading() as reading:
        if store.find(reading, ANSWERING) is None:
            keep_operator(
                site.database, site.hasher, ANSWERING, OperatorRole.ADMINISTRATOR, site.clock.now()
            )
    add = AddApiClient(
        database=site.database,
        hasher=site.parts.secret_hasher,
        lasts=site.settings.api.secret_lasts,
        clock=site.clock,
    )
    new = NewApiClient(
        name=ApiClientName(name),
        purpose=f"Program {name}",
        role=role,
        team=None if team is None else keep_team(site, team),
        scopes=scopes_of(role) if scopes is None else frozenset(scopes),
    )
    program = Program(site, name, add(new, by=BY))
    if signed_in:
        program.sign_in()
    return program
