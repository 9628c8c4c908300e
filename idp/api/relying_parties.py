"""`/relying-parties`: registrations, their versions and secrets."""

from collections.abc import Mapping
from typing import Any

from idp.api.onboarding_problems import differences, stale, told_as_problems
from idp.api.operation import (
    Answer,
    Call,
    Nothing,
    Operation,
    Page,
    Query,
    Resource,
)
from idp.api.paging import page, read_number
from idp.api.problems import insufficient_scope, not_found
from idp.api.relying_party_documents import (
    AssignedTeam,
    ChangedRelyingParty,
    NewRelyingParty,
    NewSecret,
    RegisteredRelyingParty,
    RelyingParties,
    RelyingPartyDetail,
    RelyingPartySearch,
    RelyingPartySummary,
    SavedRelyingParty,
    Version,
    Versions,
    WithReason,
    detail_of,
)
from idp.core.environment import Environment
from idp.db.database import Database
from idp.onboarding import store
from idp.onboarding.assign_team import AssignTeam
from idp.onboarding.credentials import AddSecret, RetireSecret
from idp.onboarding.disable import DisableRelyingParty
from idp.onboarding.model import Stale
from idp.onboarding.register_sandbox import ChangeSandbox, RegisterSandbox
from idp.onboarding.rules import lets_in
from idp.onboarding.store import Filter
from idp.operators.model import VerifiedOperator
from idp.operators.permissions import Permission, may_see
from idp.relying_parties.model import ClientId, RelyingPartyRecord

TAG = "relying parties"
_MOST_SECRET_DIGITS = 9


class RelyingPartyResource:
    """The operations on registrations."""

    def __init__(
        self,
        *,
        register: RegisterSandbox,
        change: ChangeSandbox,
        add_secret: AddSecret,
        retire_secret: RetireSecret,
        disable: DisableRelyingParty,
        assign: AssignTeam,
        database: Database,
    ) -> None:
        self._register = register
        self._change = change
        self._add_secret = add_secret
        self._retire_secret = retire_secret
        self._disable = disable
        self._assign = assign
        self._database = database

    def resource(self) -> Resource:
        """As the API offers it."""
        return Resource(
            TAG,
            "Portals: in the sandbox at once, in production by a proposal that a person approves.",
            (*self._looks(), *self._changes(), *self._secrets()),
        )

    def _looks(self) -> tuple[Operation[Any, Any], ...]:
        return (
            Operation(
                method="GET",
                path="/relying-parties",
                tag=TAG,
                summary="The registrations",
                description="A program of a team sees its own.",
                permission=Permission.SEE_RELYING_PARTIES,
                query=RelyingPartySearch,
                body=Nothing,
                answers={200: RelyingParties},
                run=self.list,
            ),
            Operation(
                method="GET",
                path="/relying-parties/{client_id}",
                tag=TAG,
                summary="One registration",
                description="The ETag names its version.",
                permission=Permission.SEE_RELYING_PARTIES,
                query=Query,
                body=Nothing,
                answers={200: RelyingPartyDetail},
                run=self.look,
            ),
            Operation(
                method="GET",
                path="/relying-parties/{client_id}/versions",
                tag=TAG,
                summary="What a registration was before",
                permission=Permission.SEE_RELYING_PARTIES,
                query=Page,
                body=Nothing,
                answers={200: Versions},
                run=self.versions,
            ),
        )

    def _changes(self) -> tuple[Operation[Any, Any], ...]:
        return (
            Operation(
                method="POST",
                path="/relying-parties",
                tag=TAG,
                summary="Register a portal in the sandbox",
                permission=Permission.MANAGE_OWN_RELYING_PARTIES,
                query=Query,
                body=NewRelyingParty,
                answers={201: RegisteredRelyingParty},
                run=self.register,
                made_once=True,
                is_of_team=True,
            ),
            Operation(
                method="PUT",
                path="/relying-parties/{client_id}",
                tag=TAG,
                summary="Change a registration in the sandbox",
                description="409 with what somebody else changed since the version of If-Match.",
                permission=Permission.MANAGE_OWN_RELYING_PARTIES,
                query=Query,
                body=ChangedRelyingParty,
                answers={200: SavedRelyingParty},
                run=self.change,
                needs_version=True,
            ),
            Operation(
                method="POST",
                path="/relying-parties/{client_id}/disable",
                tag=TAG,
                summary="Keep a portal out at once",
                description="Citizens get a page that says so. A team keeps out its own.",
                permission=Permission.MANAGE_OWN_RELYING_PARTIES,
                query=Query,
                body=WithReason,
                answers={204: None},
                run=self.disable,
            ),
            Operation(
                method="POST",
                path="/relying-parties/{client_id}/enable",
                tag=TAG,
                summary="Let a portal in again",
                description=f"In production this needs the scope {Permission.APPROVE_PRODUCTION}.",
                permission=Permission.MANAGE_OWN_RELYING_PARTIES,
                query=Query,
                body=WithReason,
                answers={204: None},
                run=self.enable,
            ),
            Operation(
                method="PUT",
                path="/relying-parties/{client_id}/team",
                tag=TAG,
                summary="Give a portal to a team",
                description="With the proposals for it that wait.",
                permission=Permission.APPROVE_PRODUCTION,
                query=Query,
                body=AssignedTeam,
                answers={204: None},
                run=self.assign,
            ),
        )

    def _secrets(self) -> tuple[Operation[Any, Any], ...]:
        return (
            Operation(
                method="POST",
                path="/relying-parties/{client_id}/secrets",
                tag=TAG,
                summary="Make a secret beside the one there is",
                description="Two count at once: change over, then retire the older one.",
                permission=Permission.MANAGE_OWN_RELYING_PARTIES,
                query=Query,
                body=WithReason,
                answers={201: NewSecret},
                run=self.add_secret,
                made_once=True,
            ),
            Operation(
                method="POST",
                path="/relying-parties/{client_id}/secrets/{secret}/retire",
                tag=TAG,
                summary="End a secret at once",
                permission=Permission.MANAGE_OWN_RELYING_PARTIES,
                query=Query,
                body=WithReason,
                answers={204: None},
                run=self.retire_secret,
            ),
        )

    def list(self, call: Call[RelyingPartySearch, Nothing]) -> Answer:
        wanted = call.query
        looked_for = Filter(
            words=wanted.words,
            environment=None if wanted.environment is None else Environment(wanted.environment),
            enabled=None if wanted.enabled is None else wanted.enabled == "true",
            team=wanted.team,
        )
        with self._database.reading() as reading:
            found = store.page(
                reading,
                looked_for,
                seen_by=call.by,
                after=None if wanted.after is None else ClientId(wanted.after),
                limit=wanted.limit + 1,
            )
        rows, following = page(found, wanted.limit, lambda each: each.client_id)
        return Answer(
            RelyingParties(
                items=[
                    RelyingPartySummary(
                        client_id=each.client_id,
                        name=each.name,
                        environment=each.environment.value,
                        enabled=each.enabled,
                        team=each.team,
                        version=each.version,
                        updated_at=each.updated_at,
                    )
                    for each in rows
                ],
                next=following,
            )
        )

    def look(self, call: Call[Query, Nothing]) -> Answer:
        with self._database.reading() as reading:
            detail = detail_of(_seen(store.found(reading, _client_id(call.path)), call.by))
        return Answer(detail, version=detail.version)

    def versions(self, call: Call[Page, Nothing]) -> Answer:
        client_id, wanted = _client_id(call.path), call.query
        before = None if wanted.after is None else read_number(wanted.after)
        with self._database.reading() as reading:
            _seen(store.found(reading, client_id), call.by)
            found = store.versions(reading, client_id, before=before, limit=wanted.limit + 1)
            rows, following = page(found, wanted.limit, lambda each: str(each.number))
            items = [
                Version(
                    number=each.number,
                    by=each.by,
                    at=each.at,
                    reason=each.reason,
                    document=each.document,
                )
                for each in rows
            ]
        return Answer(Versions(items=items, next=following))

    def register(self, call: Call[Query, NewRelyingParty]) -> Answer:
        wanted = call.body
        with told_as_problems():
            made = self._register(
                wanted.document, team=wanted.team, by=call.by, reason=wanted.reason
            )
        return Answer(
            RegisteredRelyingParty(client_id=made.client_id, secret=made.secret),
            status=201,
            location=f"/relying-parties/{made.client_id}",
        )

    def change(self, call: Call[Query, ChangedRelyingParty]) -> Answer:
        with told_as_problems():
            saved = self._change(
                _client_id(call.path),
                call.body.document,
                base_version=call.version,
                by=call.by,
                reason=call.body.reason,
            )
        if isinstance(saved, Stale):
            raise stale(saved)
        document = SavedRelyingParty(version=saved.version, changes=differences(saved.changes))
        return Answer(document, version=saved.version)

    def disable(self, call: Call[Query, WithReason]) -> Answer:
        with told_as_problems():
            self._disable(_client_id(call.path), by=call.by, reason=call.body.reason)
        return Answer(status=204)

    def enable(self, call: Call[Query, WithReason]) -> Answer:
        client_id = _client_id(call.path)
        with self._database.reading() as reading:
            row = _seen(store.found(reading, client_id), call.by)
        if not call.caller.may(lets_in(row.environment)):
            raise insufficient_scope(lets_in(row.environment).value)
        with told_as_problems():
            self._disable.undo(client_id, by=call.by, reason=call.body.reason)
        return Answer(status=204)

    def assign(self, call: Call[Query, AssignedTeam]) -> Answer:
        with told_as_problems():
            self._assign(_client_id(call.path), call.body.team, by=call.by, reason=call.body.reason)
        return Answer(status=204)

    def add_secret(self, call: Call[Query, WithReason]) -> Answer:
        with told_as_problems():
            secret = self._add_secret(_client_id(call.path), by=call.by, reason=call.body.reason)
        return Answer(NewSecret(secret=secret), status=201)

    def retire_secret(self, call: Call[Query, WithReason]) -> Answer:
        number = call.path["secret"]
        if not (number.isascii() and number.isdecimal() and len(number) <= _MOST_SECRET_DIGITS):
            raise not_found()
        with told_as_problems():
            self._retire_secret(
                _client_id(call.path), int(number), by=call.by, reason=call.body.reason
            )
        return Answer(status=204)


def _client_id(path: Mapping[str, str]) -> ClientId:
    return ClientId(path["client_id"])


def _seen(row: RelyingPartyRecord | None, by: VerifiedOperator) -> RelyingPartyRecord:
    if row is None or not may_see(by, row.team):
        raise not_found()
    return row
