"""What the two sides of a dispute type, and what is made of it."""

from datetime import date

import pytest
from werkzeug.datastructures import MultiDict

from idp.disputes.forms import ComplaintForm, FollowForm, WordsForm
from idp.disputes.rules import LONGEST_WORDS
from idp.web.forms import Form

pytestmark = pytest.mark.usefixtures("in_a_request")

GOOD = {
    "identity_number": "0521-8500 1234",
    "full_name": " nguyễn  thị bưởi ",
    "birth_day": "27",
    "birth_month": "3",
    "birth_year": "1985",
    "phone_number": "+84 912 345 678",
    "story": "Tôi chưa từng đăng ký.",
    "declared": "yes",
}


def complaint(**changes: str) -> ComplaintForm:
    posted = MultiDict(GOOD | changes | {"csrf_token": "t"})
    return ComplaintForm(posted, meta={"csrf_context": "t"}, today=date(2026, 11, 21))


def errors(form: Form) -> dict[str, str]:
    assert not form.validate()
    return {name: str(texts[0]) for name, texts in form.errors.items() if name}


def test_what_is_typed_is_parsed_once() -> None:
    form = complaint()

    assert form.validate(), form.errors
    details = form.details()
    assert details.identity.identity_number.value == "052185001234"
    assert details.phone_number.e164 == "+84912345678"
    assert details.story == "Tôi chưa từng đăng ký."


def test_a_story_keeps_its_lines_and_nothing_invisible() -> None:
    form = complaint(story="  Hôm\x00 qua\u200b tôi biết. \r\n\r\n\r\n\r\nTôi\tlà chủ số này.\r\n ")

    assert form.validate()
    assert form.details().story == "Hôm qua tôi biết.\n\nTôi là chủ số này."


@pytest.mark.parametrize(
    ("story", "text"),
    [
        ("", "Viết vài câu về chuyện đã xảy ra"),
        ("\u200b" * 30, "Viết vài câu về chuyện đã xảy ra"),
        ("Không phải", None),
        ("a" * LONGEST_WORDS, None),
        ("a" * (LONGEST_WORDS + 1), f"Viết nhiều nhất {LONGEST_WORDS} ký tự"),
    ],
)
def test_a_story_says_something_and_can_be_read(story: str, text: str | None) -> None:
    form = complaint(story=story)

    assert (None if form.validate() else errors(form).get("story")) == text


@pytest.mark.parametrize("declared", ["", "no", "on"])
def test_nothing_is_sent_without_the_person_s_word(declared: str) -> None:
    assert set(errors(complaint(declared=declared))) == {"declared"}


def test_a_number_of_another_year_is_asked_about_once() -> None:
    first = complaint(birth_year="1986")
    assert "nhấn Tiếp tục lần nữa" in errors(first)["identity_number"]

    assert complaint(birth_year="1986", contradiction_seen=first.contradiction).validate()


def test_who_is_fourteen_or_younger_may_complain() -> None:
    assert complaint(identity_number="212345678", birth_year="2020").validate()


def follow(number: str, phone: str) -> FollowForm:
    posted = MultiDict({"number": number, "phone_number": phone, "csrf_token": "t"})
    return FollowForm(posted, meta={"csrf_context": "t"})


def test_a_case_is_looked_for_by_number_and_phone() -> None:
    form = follow("kn 2026 000123", "0912345678")

    assert form.validate()
    assert (form.case, form.phone_number.number.e164) == ("KN-2026-000123", "+84912345678")
    assert set(errors(follow("123", "02438221234"))) == {"number", "phone_number"}


def test_words_are_wanted() -> None:
    posted = MultiDict({"words": " ", "csrf_token": "t"})

    assert set(errors(WordsForm(posted, meta={"csrf_context": "t"}))) == {"words"}
