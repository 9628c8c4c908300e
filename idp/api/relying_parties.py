"""`/relying-parties`: registrations, their versions and secrets."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from idp.api.onboarding_problems import differences, stale, told_as_problems
from idp.api.operation import (
    Answer,
    Call,
    Given,
    Line,
    Nothing,
    Operation,
    Page,
    Query,
    ReasonLine,
    Resource,
    Sent,
)
from idp.api.paging import page, read_number
from idp.api.problems import FieldDifference, insufficient_scope, not_found
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

EnvironmentName = Literal["sandbox", "production"]
TAG = "relying parties"
_MOST_SECRET_DIGITS = 9


class RelyingPartySearch(Page):
    """Which registrations."""

    words: Annotated[Line, StringConstraints(max_length=100)] = Field(
        default="", description="Parts of the id or the name."
    )
    environment: EnvironmentName | None = None
    enabled: Literal["true", "false"] | None = None
    team: Annotated[Line, StringConstraints(max_length=32)] | None = None


class RelyingPartySummary(Given):
    """A registration in a list."""

    client_id: str
    name: str
    environment: EnvironmentName
    enabled: bool
    team: str | None
    version: int
    updated_at: datetime


class RelyingParties(Given):
    """Some of them, by their ids."""

    items: list[RelyingPartySummary]
    next: str | None


class Secret(Given):
    """What is known of a secret; the secret itself nobody knows."""

    id: int
    last_four: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


class RelyingPartyDetail(Given):
    """A registration."""

    client_id: str
    environment: EnvironmentName
    enabled: bool
    team: str | None
    version: int
    updated_at: datetime
    document: dict[str, Any] = Field(description="As it was handed in (RFC 7591 names).")
    secrets: list[Secret]


class NewRelyingParty(Sent):
    """A portal to be tried in the sandbox."""

    document: dict[str, Any] = Field(
        description="RFC 7591 names, as in clients/*/registration.toml."
    )
    team: Annotated[Line, StringConstraints(min_length=1, max_length=32)] | None = Field(
        default=None, description="Whose it is; a program of a team has to name its own."
    )
    reason: ReasonLine


class RegisteredRelyingParty(Given):
    """What was registered."""

    client_id: str
    secret: str | None = Field(description="Shown this once; none where it proves itself by keys.")


class ChangedRelyingParty(Sent):
    """The whole registration as it shall be."""

    document: dict[str, Any]
    reason: ReasonLine


class SavedRelyingParty(Given):
    """The version it is now, and what differs from the one before."""

    version: int
    changes: list[FieldDifference]


class Version(Given):
    """A registration as it was from a moment on."""

    number: int
    by: str
    at: datetime
    reason: str
    document: dict[str, Any]


class Versions(Given):
    """Some of them, the newest first."""

    items: list[Version]
    next: str | None


class WithReason(Sent):
    """Why."""

    reason: ReasonLine


class AssignedTeam(Sent):
    """Whose it shall be."""

    team: Annotated[Line, StringConstraints(min_length=1, max_length=32)] | None = Field(
        description="Null where only operators look after it."
    )
    reason: ReasonLine


class NewSecret(Given):
    """A secret, shown this once."""

    secret: str


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
        """A page."""
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
        """One."""
        with self._database.reading() as reading:
            row = store.found(reading, _client_id(call.path))
            if row is None or not may_see(call.by, row.team):
                raise not_found()
            detail = _detail(row)
        return Answer(detail, version=detail.version)

    def versions(self, call: Call[Page, Nothing]) -> Answer:
        """A page of versions."""
        client_id, wanted = _client_id(call.path), call.query
        before = None if wanted.after is None else read_number(wanted.after)
        with self._database.reading() as reading:
            _require_seen(store.found(reading, client_id), call.by)
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
        """One more."""
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
        """The next version."""
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
        """Keep it out."""
        with told_as_problems():
            self._disable(_client_id(call.path), by=call.by, reason=call.body.reason)
        return Answer(status=204)

    def enable(self, call: Call[Query, WithReason]) -> Answer:
        """Let it in."""
        client_id = _client_id(call.path)
        with self._database.reading() as reading:
            row = store.found(reading, client_id)
        if row is None or not may_see(call.by, row.team):
            raise not_found()
        if not call.caller.may(lets_in(row.environment)):
            raise insufficient_scope(lets_in(row.environment).value)
        with told_as_problems():
            self._disable.undo(client_id, by=call.by, reason=call.body.reason)
        return Answer(status=204)

    def assign(self, call: Call[Query, AssignedTeam]) -> Answer:
        """Make it the team's."""
        with told_as_problems():
            self._assign(_client_id(call.path), call.body.team, by=call.by, reason=call.body.reason)
        return Answer(status=204)

    def add_secret(self, call: Call[Query, WithReason]) -> Answer:
        """One more secret."""
        with told_as_problems():
            secret = self._add_secret(_client_id(call.path), by=call.by, reason=call.body.reason)
        return Answer(NewSecret(secret=secret), status=201)

    def retire_secret(self, call: Call[Query, WithReason]) -> Answer:
        """One less."""
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


def _require_seen(row: RelyingPartyRecord | None, by: VerifiedOperator) -> None:
    if row is None or not may_see(by, row.team):
        raise not_found()


def _detail(row: RelyingPartyRecord) -> RelyingPartyDetail:
    return RelyingPartyDetail(
        client_id=row.client_id,
        environment=row.environment.value,
        enabled=row.enabled,
        team=row.team,
        version=row.version,
        updated_at=row.updated_at,
        document=row.registration,
        secrets=[
            Secret(
                id=each.id,
                last_four=each.last_four,
                created_at=each.created_at,
                expires_at=each.expires_at,
                last_used_at=each.last_used_at,
            )
            for each in sorted(row.secrets, key=lambda each: each.id)
        ],
    )
