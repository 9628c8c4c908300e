"""What goes wrong, as RFC 9457 has it: one class, a short name for each kind, fields at fault."""

from collections.abc import Mapping, Sequence
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

MEDIA_TYPE: Final = "application/problem+json"


class FieldProblem(BaseModel):
    """A member of the request that is at fault."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    field: str = Field(description="Where: a name, or names and places joined by dots.")
    reason: str
    fix: str = Field(default="", description="What to do instead, where the reason says it not.")


class FieldDifference(BaseModel):
    """A member of a registration that somebody else changed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    field: str
    before: Sequence[str]
    after: Sequence[str]


class ProblemDocument(BaseModel):
    """A problem (RFC 9457 §3)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: str = Field(description="Names the kind; it leads to the page about it.")
    title: str
    status: int
    detail: str = ""
    reference: str = Field(default="", description="Names this request in our log.")
    errors: Sequence[FieldProblem] = ()
    changes: Sequence[FieldDifference] = Field(
        default=(), description="What was changed since the version that the request names."
    )
    version: int | None = Field(default=None, description="The version that is current now.")


TITLES: Final[Mapping[str, tuple[int, str]]] = {
    "malformed": (400, "The request cannot be read"),
    "no-idempotency-key": (400, "The request needs an Idempotency-Key"),
    "not-authenticated": (401, "There is no valid access token"),
    "not-allowed": (403, "The program may not do this"),
    "person-required": (403, "Only a person may do this, with password and code"),
    "not-found": (404, "There is nothing of that name"),
    "no-such-method": (405, "The address has no such method"),
    "stale": (409, "Somebody else was faster"),
    "conflict": (409, "As things stand, this cannot be done"),
    "made-before": (409, "This Idempotency-Key was used"),
    "too-large": (413, "The request is too large"),
    "not-json": (415, "The body has to be application/json"),
    "invalid": (422, "Something in the request is wrong"),
    "no-version": (428, "The request has to name the version that it changes, by If-Match"),
    "too-often": (429, "Too many requests"),
    "broken": (500, "Something went wrong here"),
    "unavailable": (503, "A part of the service is away"),
}
"""Each kind with its status; the name is the end of `type`."""


class Problem(Exception):
    """A request that ends with a problem; *kind* is one of `TITLES`."""

    def __init__(
        self,
        kind: str,
        detail: str = "",
        *,
        errors: Sequence[FieldProblem] = (),
        changes: Sequence[FieldDifference] = (),
        version: int | None = None,
        headers: Sequence[tuple[str, str]] = (),
    ) -> None:
        super().__init__(f"{kind}: {detail}")
        self.kind = kind
        self.status, self.title = TITLES[kind]
        self.detail = detail
        self.errors = errors
        self.changes = changes
        self.version = version
        self.headers = headers

    def document(self, reference: str) -> ProblemDocument:
        """What the caller is told."""
        return ProblemDocument(
            type=f"/api#{self.kind}",
            title=self.title,
            status=self.status,
            detail=self.detail,
            reference=reference,
            errors=self.errors,
            changes=self.changes,
            version=self.version,
        )


def invalid(field: str, reason: str, fix: str = "") -> Problem:
    """A problem with one field."""
    return Problem("invalid", errors=(FieldProblem(field=field, reason=reason, fix=fix),))


def not_found() -> Problem:
    """What is not there, or is another team's: the same."""
    return Problem("not-found")


def insufficient_scope(scope: str) -> Problem:
    """What the token does not let the program do (RFC 6750 §3.1)."""
    challenge = f'Bearer realm="operators", error="insufficient_scope", scope="{scope}"'
    return Problem(
        "not-allowed",
        f"This needs the scope {scope}.",
        headers=(("WWW-Authenticate", challenge),),
    )
