"""`/console/api-clients`: programs, their secrets, and who answers for them."""

from contextlib import suppress
from typing import Final

from flask import Response, abort

from idp.api_clients import store
from idp.api_clients.manage import (
    AddApiClient,
    DisableApiClient,
    RenewApiClient,
    UnknownApiClient,
)
from idp.api_clients.model import ApiClient, ApiClientName
from idp.console.api_clients.forms import (
    SCOPE_WORDS,
    AddApiClientForm,
    DisableApiClientForm,
    RenewApiClientForm,
)
from idp.console.frame import ConsoleForm, ConsoleFrame, ConsolePage, Section
from idp.console.paging import ROWS, offset, page_of
from idp.core.clock import Clock
from idp.db.database import Database
from idp.operators.add_operator import NameTaken, NotAllowed
from idp.operators.create_team import UnknownTeam
from idp.operators.permissions import Permission
from idp.web.see_other import see_other
from idp.web.shown_time import shown_day

API_CLIENTS: Final = "/console/api-clients"


class ApiClients(ConsolePage):
    """`/console/api-clients`: by their names, a page at a time."""

    permission = Permission.MANAGE_API_CLIENTS
    section = Section.API_CLIENTS

    def __init__(self, frame: ConsoleFrame, database: Database, clock: Clock) -> None:
        super().__init__(frame)
        self._database = database
        self._clock = clock

    def show(self, **address: str) -> Response:
        now = self._clock.now()
        with self._database.reading() as reading:
            found = store.all_of(reading, limit=ROWS + 1, offset=offset())
        page = page_of(found)
        return self.render(
            "console/api_clients/list.html",
            page=page,
            rows=[
                {
                    "client": client,
                    "scopes": [
                        words for scope, words in SCOPE_WORDS.items() if scope in client.scopes
                    ],
                    "expires_at": shown_day(client.expires_at),
                    "days_left": (client.expires_at - now).days,
                    "is_over": client.expires_at <= now,
                    "is_orphan": answering.disabled_at is not None,
                }
                for client, answering in page.rows
            ],
        )


class ApiClientAdd(ConsoleForm):
    """`/console/api-clients/new`: one more; its secret is shown once."""

    permission = Permission.MANAGE_API_CLIENTS
    section = Section.API_CLIENTS

    def __init__(self, frame: ConsoleFrame, add: AddApiClient) -> None:
        super().__init__(frame)
        self._add = add

    def show(self, **address: str) -> Response:
        return self._ask(self._pages.form(AddApiClientForm))

    def act(self, **address: str) -> Response:
        """Let it in."""
        form = self._pages.form(AddApiClientForm)
        by = self._frame.prove(self.operator.name, form) if form.validate() else None
        if by is None:
            return self._ask(form)
        try:
            secret = self._add(form.asked, by=by)
        except NameTaken:
            form.fail_taken()
        except UnknownTeam:
            form.fail_team()
        except NotAllowed:
            form.fail_too_much()
        else:
            return self.render(
                "console/api_clients/secret.html", name=form.asked.name, secret=secret
            )
        return self._ask(form)

    def _ask(self, form: AddApiClientForm) -> Response:
        return self.render("console/api_clients/new.html", form=form)


class _OneApiClient(ConsoleForm):
    """A page about one program that is let in."""

    permission = Permission.MANAGE_API_CLIENTS
    section = Section.API_CLIENTS

    def __init__(self, frame: ConsoleFrame, database: Database) -> None:
        super().__init__(frame)
        self._database = database

    def _client(self, address: dict[str, str]) -> ApiClient:
        with self._database.reading() as reading:
            found = store.one(reading, ApiClientName(address["name"]))
        if found is None or found.disabled_at is not None:
            abort(404)
        return found


class ApiClientRenew(_OneApiClient):
    """`/console/api-clients/<name>/renew`: another secret, for whose holder one answers."""

    def __init__(self, frame: ConsoleFrame, database: Database, renew: RenewApiClient) -> None:
        super().__init__(frame, database)
        self._renew = renew

    def show(self, **address: str) -> Response:
        return self._ask(self._client(address), self._pages.form(RenewApiClientForm))

    def act(self, **address: str) -> Response:
        """Renew it."""
        client, form = self._client(address), self._pages.form(RenewApiClientForm)
        by = self._frame.prove(self.operator.name, form) if form.validate() else None
        if by is None:
            return self._ask(client, form)
        try:
            secret = self._renew(client.name, by=by, reason=form.given_reason)
        except UnknownApiClient:  # somebody was faster, and keeps it out
            return see_other(API_CLIENTS)
        except NotAllowed:
            form.fail_too_much()
            return self._ask(client, form)
        return self.render("console/api_clients/secret.html", name=client.name, secret=secret)

    def _ask(self, client: ApiClient, form: RenewApiClientForm) -> Response:
        return self.render("console/api_clients/renew.html", client=client, form=form)


class ApiClientDisable(_OneApiClient):
    """`/console/api-clients/<name>/disable`: keeping it out for good."""

    def __init__(self, frame: ConsoleFrame, database: Database, disable: DisableApiClient) -> None:
        super().__init__(frame, database)
        self._disable = disable

    def show(self, **address: str) -> Response:
        return self._ask(self._client(address), self._pages.form(DisableApiClientForm))

    def act(self, **address: str) -> Response:
        client, form = self._client(address), self._pages.form(DisableApiClientForm)
        by = self._frame.prove(self.operator.name, form) if form.validate() else None
        if by is None:
            return self._ask(client, form)
        with suppress(UnknownApiClient):  # somebody was faster: the list tells
            self._disable(client.name, by=by, reason=form.given_reason)
        return see_other(API_CLIENTS)

    def _ask(self, client: ApiClient, form: DisableApiClientForm) -> Response:
        return self.render("console/api_clients/disable.html", client=client, form=form)
