"""What an announcement has to say, and when a mail is tried again: pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from idp.announcements.model import Audience
from idp.relying_parties.model import ClientId

LONGEST_TITLE: Final = 120
LONGEST_TEXT: Final = 4000
MOST_NAMED: Final = 200
LEASE: Final = timedelta(minutes=5)
"""Longer than a mail server may take."""
_FIRST_WAIT: Final = timedelta(minutes=1)
_LONGEST_WAIT: Final = timedelta(hours=1)
_WORTH_SENDING: Final = timedelta(days=3)
_DOUBLINGS: Final = 10


class DraftProblem(StrEnum):
    """What is wrong with a field of a draft."""

    MISSING = "missing"
    TOO_LONG = "too_long"
    NOT_ONE_LINE = "not_one_line"
    TOO_MANY = "too_many"
    UNKNOWN = "unknown"
    """A relying party that nobody has registered."""


class InvalidDraft(ValueError):
    """*problems*: the fields at fault, each with what is wrong with it."""

    def __init__(self, problems: Mapping[str, DraftProblem]) -> None:
        super().__init__(", ".join(f"{field}: {problem}" for field, problem in problems.items()))
        self.problems = problems


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An announcement before it is one; made by `parse_draft` alone."""

    audience: Audience
    client_ids: frozenset[ClientId]
    title_vi: str
    title_en: str
    text_vi: str
    text_en: str


def parse_draft(
    *,
    audience: Audience,
    client_ids: frozenset[ClientId],
    title_vi: str,
    title_en: str,
    text_vi: str,
    text_en: str,
) -> Draft:
    """The draft; relying parties count for the audience that names them. Raises `InvalidDraft`."""
    problems: dict[str, DraftProblem] = {}
    for name, title in (("title_vi", title_vi), ("title_en", title_en)):
        _check(problems, name, title, LONGEST_TITLE)
        if name not in problems and not title.isprintable():  # it becomes a line of a mail's header
            problems[name] = DraftProblem.NOT_ONE_LINE
    for name, text in (("text_vi", text_vi), ("text_en", text_en)):
        _check(problems, name, text, LONGEST_TEXT)
    named = client_ids if audience is Audience.NAMED else frozenset[ClientId]()
    if audience is Audience.NAMED and not named:
        problems["client_ids"] = DraftProblem.MISSING
    if len(named) > MOST_NAMED:
        problems["client_ids"] = DraftProblem.TOO_MANY
    if problems:
        raise InvalidDraft(problems)
    return Draft(
        audience=audience,
        client_ids=named,
        title_vi=title_vi,
        title_en=title_en,
        text_vi=text_vi,
        text_en=text_en,
    )


def next_attempt(attempts: int, *, created_at: datetime, now: datetime) -> datetime | None:
    """When a mail that was not accepted is tried again; `None`: never, it is old news by then."""
    wait = min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** min(attempts - 1, _DOUBLINGS))
    return now + wait if now + wait < created_at + _WORTH_SENDING else None


def _check(problems: dict[str, DraftProblem], name: str, text: str, longest: int) -> None:
    if not text.strip():
        problems[name] = DraftProblem.MISSING
    elif len(text) > longest:
        problems[name] = DraftProblem.TOO_LONG
