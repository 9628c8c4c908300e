"""What is sent and given at `/relying-parties`."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from idp.api.operation import Given, Line, Page, ReasonLine, Sent
from idp.api.problems import FieldDifference
from idp.relying_parties.model import RelyingPartyRecord

EnvironmentName = Literal["sandbox", "production"]


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


def detail_of(row: RelyingPartyRecord) -> RelyingPartyDetail:
    """The registration in that row, with its secrets."""
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
