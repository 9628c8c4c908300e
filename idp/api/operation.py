"""An operation: an address, what it takes, what it gives, what it needs, and what it does."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, Generic, TypeAlias, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from idp.api_clients.model import Caller
from idp.core.reason import LONGEST_REASON, SHORTEST_REASON, Reason, parse_reason
from idp.operators.model import VerifiedOperator
from idp.operators.permissions import Permission

PREFIX: Final = "/api/v1"
_PLACE: Final = re.compile(r"\{(\w+)\}")

Line: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]*$")]
"""Text without control characters."""
ReasonLine: TypeAlias = Annotated[
    Reason,
    StringConstraints(
        pattern=r"^[^\x00-\x1f\x7f]*$", min_length=SHORTEST_REASON, max_length=LONGEST_REASON
    ),
    AfterValidator(parse_reason),
    Field(description="Why; the audit log keeps it. It names no person, and no number of one."),
]


class Sent(BaseModel):
    """What a program sends: known members only."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Given(BaseModel):
    """What a program is given."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Query(BaseModel):
    """The parameters of an address: texts, which become what they say."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Page(Query):
    """Which part of a list."""

    limit: int = Field(default=50, ge=1, le=100, description="How many entries at most.")
    after: Annotated[Line, StringConstraints(max_length=200)] | None = Field(
        default=None, description="What `next` said of the page before."
    )


class Nothing(Sent):
    """No body."""


Q = TypeVar("Q", bound=Query)
B = TypeVar("B", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Call(Generic[Q, B]):
    """
    A request that may be made, parsed.

    *version* is what `If-Match` names, on operations that need it.
    """

    caller: Caller
    path: Mapping[str, str]
    query: Q
    body: B
    version: int = 0

    @property
    def by(self) -> VerifiedOperator:
        """Who does it, for use cases and the log."""
        return self.caller.operator


@dataclass(frozen=True, slots=True)
class Answer:
    """What went well; *version* becomes the `ETag`, *location* the address of what was made."""

    document: Given | None = None
    status: int = 200
    version: int | None = None
    location: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Operation(Generic[Q, B]):
    """
    One method of one address.

    *answers* are the statuses of success with what each holds. *needs_version*: `If-Match` has to
    name the version that is changed. *made_once*: a retry would do harm, so it needs a key.
    *conflicts*: the state of things can forbid it. *is_of_team*: the body can name somebody else's.
    """

    method: str
    path: str
    tag: str
    summary: str
    description: str = ""
    permission: Permission
    query: type[Q]
    body: type[B]
    answers: Mapping[int, type[Given] | None]
    run: Callable[[Call[Q, B]], Answer]
    needs_version: bool = False
    made_once: bool = False
    conflicts: bool = False
    is_of_team: bool = False

    @property
    def places(self) -> Sequence[str]:
        """The names in the path."""
        return _PLACE.findall(self.path)

    @property
    def rule(self) -> str:
        """The path as Werkzeug matches it."""
        return PREFIX + _PLACE.sub(r"<\1>", self.path)

    @property
    def has_body(self) -> bool:
        """Whether it takes one."""
        return self.body is not Nothing


AnyOperation: TypeAlias = Operation[Any, Any]


@dataclass(frozen=True, slots=True)
class Resource:
    """Operations on things of one kind, as the description groups them."""

    name: str
    about: str
    operations: Sequence[AnyOperation] = field(default_factory=tuple)
