"""What an announcement has to say, and how long a mail of one is worth sending."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from idp.announcements.model import Audience
from idp.announcements.rules import (
    LONGEST_TEXT,
    LONGEST_TITLE,
    MOST_NAMED,
    DraftProblem,
    InvalidDraft,
    next_attempt,
    parse_draft,
)
from idp.messaging.mails import Writer, announcement_mail

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
GOOD: dict[str, Any] = {
    "audience": Audience.EVERYBODY,
    "client_ids": frozenset(),
    "title_vi": "Bảo trì",
    "title_en": "Maintenance",
    "text_vi": "Đêm nay.",
    "text_en": "Tonight.",
}


def test_relying_parties_count_for_the_audience_that_names_them() -> None:
    named = frozenset({"binh-dinh"})

    assert parse_draft(**GOOD | {"client_ids": named}).client_ids == frozenset()
    assert (
        parse_draft(**GOOD | {"client_ids": named, "audience": Audience.NAMED}).client_ids == named
    )


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"title_vi": " "}, DraftProblem.MISSING),
        ({"text_en": ""}, DraftProblem.MISSING),
        ({"title_en": "x" * (LONGEST_TITLE + 1)}, DraftProblem.TOO_LONG),
        ({"text_vi": "x" * (LONGEST_TEXT + 1)}, DraftProblem.TOO_LONG),
        ({"title_vi": "Bảo trì\r\nBcc: all@example"}, DraftProblem.NOT_ONE_LINE),
        ({"client_ids": frozenset(), "audience": Audience.NAMED}, DraftProblem.MISSING),
        (
            {
                "client_ids": frozenset(map(str, range(MOST_NAMED + 1))),
                "audience": Audience.NAMED,
            },
            DraftProblem.TOO_MANY,
        ),
    ],
)
def test_what_is_wrong_is_said_of_its_field(
    changed: dict[str, object], problem: DraftProblem
) -> None:
    with pytest.raises(InvalidDraft) as refused:
        parse_draft(**GOOD | changed)

    assert refused.value.problems == {next(iter(changed)): problem}


def test_a_mail_is_tried_less_and_less_and_then_no_more() -> None:
    waits, at, attempts = [], NOW, 0
    while True:
        attempts += 1
        until = next_attempt(attempts, created_at=NOW, now=at)
        if until is None:
            break
        waits.append(until - at)
        at = until

    assert waits[:3] == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]
    assert max(waits) == timedelta(hours=1)
    assert timedelta(days=2) < at - NOW < timedelta(days=3)


def test_the_mail_says_it_in_both_languages() -> None:
    mail = announcement_mail(
        Writer("Cổng", "Portal", "1800 1096"), "Bảo trì", "Maintenance", "Đêm nay.", "Tonight."
    )

    assert mail.subject == "Bảo trì / Maintenance"
    assert "Đêm nay." in mail.text
    assert "Tonight." in mail.text
