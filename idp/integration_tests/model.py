"""A run, its cases' results, and the attempt at a case that is under way."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from idp.db import Base
from idp.db.types import PersonalText, UtcDateTime, one_of
from idp.operators.model import OperatorName
from idp.relying_parties.model import ClientId

RunId = NewType("RunId", str)
AttemptId = NewType("AttemptId", str)


class CaseName(StrEnum):
    """What is tried, in the order of the page; `cases` says what is wrong in each."""

    GOOD_SIGN_IN = "good_sign_in"
    WRONG_ISSUER = "wrong_issuer"
    WRONG_AUDIENCE = "wrong_audience"
    WRONG_NONCE = "wrong_nonce"
    WRONG_SIGNATURE = "wrong_signature"
    ALGORITHM_NONE = "algorithm_none"
    ALGORITHM_HS256 = "algorithm_hs256"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    LOWER_LEVEL = "lower_level"
    WRONG_STATE = "wrong_state"
    REPLAYED_CODE = "replayed_code"
    UNKNOWN_KEY = "unknown_key"
    ACCESS_DENIED = "access_denied"
    SIGN_OUT = "sign_out"


class Outcome(StrEnum):
    """What a case came to."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_APPLICABLE = "not_applicable"


class Screen(StrEnum):
    """What the tester sees at the portal in the end."""

    SIGNED_IN = "signed_in"
    TURNED_AWAY = "turned_away"
    """Nobody is signed in, and the page says so, with a way on."""
    BROKEN = "broken"
    """An error page, an empty one, or one that loads for ever."""
    DOES_NOT_APPLY = "does_not_apply"
    """The portal has nothing that the case could try."""


class Reason(StrEnum):
    """Why a case failed, or why it cannot be judged yet."""

    LET_IN = "let_in"
    TOKEN_USED = "token_used"  # noqa: S105 (a reason's name)
    NO_STATE_SENT = "no_state_sent"
    NO_NONCE_SENT = "no_nonce_sent"
    CODE_REDEEMED = "code_redeemed"
    CODE_SENT_TWICE = "code_sent_twice"
    NOT_LET_IN = "not_let_in"
    NOT_EXPLAINED = "not_explained"
    FORGED_TOKEN_TAKEN = "forged_token_taken"  # noqa: S105
    LOGOUT_NOT_TAKEN = "logout_not_taken"
    STILL_SIGNED_IN = "still_signed_in"
    NOT_BEGUN = "not_begun"
    CODE_NOT_REDEEMED = "code_not_redeemed"
    NO_LEVEL_ASKED = "no_level_asked"
    NOT_SENT_AGAIN = "not_sent_again"
    NOT_TOLD = "not_told"
    APPLIES = "applies"


class IntegrationTestRun(Base):
    """One run for one relying party; *handle* is the digest of what stands in its link."""

    __tablename__ = "integration_test_run"
    __table_args__ = (Index("ix_integration_test_run_client", "client_id", "begun_at"),)

    id: Mapped[RunId] = mapped_column(String(43), primary_key=True)
    client_id: Mapped[ClientId] = mapped_column(ForeignKey("relying_party.client_id"))
    handle: Mapped[str] = mapped_column(String(43), unique=True)
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime())
    begun_by: Mapped[OperatorName] = mapped_column(String(32))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime())


class IntegrationTestResult(Base):
    """
    What a case of a run came to; a case that is tried again replaces it.

    *observed* is what we saw ourselves, by name.
    """

    __tablename__ = "integration_test_result"

    run_id: Mapped[RunId] = mapped_column(ForeignKey("integration_test_run.id"), primary_key=True)
    case: Mapped[CaseName] = mapped_column(one_of(CaseName), primary_key=True)
    outcome: Mapped[Outcome] = mapped_column(one_of(Outcome))
    reason: Mapped[Reason | None] = mapped_column(one_of(Reason))
    screen: Mapped[Screen] = mapped_column(one_of(Screen))
    observed: Mapped[dict[str, object]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(UtcDateTime())


class IntegrationTestAttempt(Base):
    """
    A case under way, until its result is recorded or a day has gone by.

    *browser* is the digest of the cookie that the one request to be altered comes with. *code* is
    what the authorization code stands for, *code_uses* how often it was sent to us; of the code and
    the access token there are digests alone. *answer* is what the portal was sent, where it is to
    be sent again. *forged_logout* and *logout* are the statuses of the portal's answers to logout
    tokens, 0 where none came.
    """

    __tablename__ = "integration_test_attempt"
    __table_args__ = (
        Index("ix_integration_test_attempt_run", "run_id", "case"),
        Index("ix_integration_test_attempt_browser", "browser"),
    )

    id: Mapped[AttemptId] = mapped_column(String(43), primary_key=True)
    run_id: Mapped[RunId] = mapped_column(ForeignKey("integration_test_run.id"))
    case: Mapped[CaseName] = mapped_column(one_of(CaseName))
    client_id: Mapped[ClientId] = mapped_column(String(128))
    browser: Mapped[str] = mapped_column(String(43))
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime())
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    asked_for: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    code: Mapped[dict[str, object] | None] = mapped_column(JSON(none_as_null=True))
    code_digest: Mapped[str | None] = mapped_column(String(43), unique=True)
    code_uses: Mapped[int] = mapped_column(default=0)
    redeemed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    token_digest: Mapped[str | None] = mapped_column(String(43), unique=True)
    userinfo_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    answer: Mapped[str | None] = mapped_column(PersonalText("integration_test_attempt.answer"))
    sent_again_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    forged_logout: Mapped[int | None]
    logout: Mapped[int | None]


@dataclass(frozen=True, slots=True)
class Run:
    """A run as pages and commands see it."""

    id: RunId
    client_id: ClientId
    begun_at: datetime
    begun_by: OperatorName
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Observed:
    """
    What we saw of an attempt ourselves.

    The moments are those of the portal's own requests. *sent_again*: its answer was, to the same
    address; *forged_logout* and *logout* are statuses of its answers, 0 where none came.
    """

    asked_at: datetime | None = None
    with_state: bool = False
    with_nonce: bool = False
    with_level: bool = False
    redeemed_at: datetime | None = None
    code_uses: int = 0
    userinfo_at: datetime | None = None
    sent_again: bool = False
    forged_logout: int | None = None
    logout: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a case comes to; no outcome where it cannot be judged, and *reason* says why."""

    outcome: Outcome | None
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """A recorded verdict."""

    case: CaseName
    outcome: Outcome
    reason: Reason | None
    screen: Screen
    observed: dict[str, object]
    at: datetime
