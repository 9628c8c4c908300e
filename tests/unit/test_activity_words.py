"""Every kind of security event has words for the citizen it is about, or is hidden on purpose."""

import flask_babel
import pytest

from idp.account.activity.words import HIDDEN, Category, shown_kinds, words_for
from idp.audit import events
from idp.audit.events import SecurityEvent
from idp.audit.log import kind_of

pytestmark = pytest.mark.usefixtures("in_a_request")

KINDS = [
    each
    for each in vars(events).values()
    if isinstance(each, type) and issubclass(each, SecurityEvent) and each is not SecurityEvent
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_each_kind_is_shown_or_hidden_and_never_both(kind: type[SecurityEvent]) -> None:
    assert (kind_of(kind) in shown_kinds(None)) is not (kind in HIDDEN)


@pytest.mark.parametrize("kind", shown_kinds(None))
def test_words_need_no_detail_that_an_older_event_may_lack(kind: str) -> None:
    assert words_for(kind, {})


def test_each_category_shows_a_part_and_together_they_show_all() -> None:
    parts = [set(shown_kinds(category)) for category in Category]

    assert all(parts)
    assert sum(map(len, parts)) == len(set().union(*parts)) == len(shown_kinds(None))


@pytest.mark.parametrize(
    ("kind", "details", "words"),
    [
        ("sign_in_succeeded", {"amr": ["pwd", "otp", "sms", "mfa"]}, "mã gửi bằng tin nhắn"),
        ("sign_in_succeeded", {"amr": ["hwk", "user", "mfa"]}, "khoá truy cập"),
        ("sign_in_succeeded", {"amr": ["pwd"]}, "thiết bị được ghi nhớ"),
        ("code_issued", {"claims": ["name", "birthdate"]}, "Họ và tên, Ngày sinh"),
        ("operator_looked_up", {"reason": "Gọi nhờ mở khoá"}, "Lý do: Gọi nhờ mở khoá"),
        ("account_held", {"hold": "dispute"}, "khiếu nại"),
        ("dispute_filed", {"dispute": "KN-2026-000123"}, "(KN-2026-000123)"),
        ("recovery_code_used", {"left": 3}, "còn 3 mã"),
    ],
)
def test_what_matters_of_an_event_is_told(
    kind: str, details: dict[str, object], words: str
) -> None:
    assert words in words_for(kind, details)


def test_words_are_in_the_language_of_the_page() -> None:
    with flask_babel.force_locale("en"):
        assert words_for("password_changed", {}) == "The password was changed"
