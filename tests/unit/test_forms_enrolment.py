"""What people type to enrol, and what is made of it."""

import unicodedata
from datetime import date

import pytest
from werkzeug.datastructures import MultiDict

from idp.core.birth_date import BirthDate
from idp.enrolment.forms import KeptForm, MethodForm, MobileForm

pytestmark = pytest.mark.usefixtures("in_a_request")

TODAY = date(2026, 11, 21)
GOOD = {
    "identity_number": "052185001234",
    "full_name": "Nguyễn Thị Bưởi",
    "birth_day": "27",
    "birth_month": "3",
    "birth_year": "1985",
    "phone_number": "0912 345 678",
    "email": "",
}


def mobile(minimum_age: int = 14, **changes: str) -> MobileForm:
    posted = MultiDict(GOOD | changes | {"csrf_token": "t"})
    return MobileForm(posted, meta={"csrf_context": "t"}, today=TODAY, minimum_age=minimum_age)


def errors(form: MobileForm) -> dict[str, str]:
    assert not form.validate()
    return {name: str(texts[0]) for name, texts in form.errors.items() if name}


def test_good_details_become_values() -> None:
    form = mobile(email=" buoi@example.com ")

    assert form.validate()
    details = form.details()
    assert details.identity.identity_number.value == "052185001234"
    assert details.identity.full_name.value == "Nguyễn Thị Bưởi"
    assert details.identity.birth_date == BirthDate(1985, 3, 27)
    assert details.phone_number.e164 == "+84912345678"
    assert details.email == "buoi@example.com"


@pytest.mark.parametrize("typed", ["052 185 001 234", " 052185001234 ", "052.185.001-234"])
def test_grouping_in_numbers_is_ignored(typed: str) -> None:
    form = mobile(identity_number=typed)

    assert form.validate()
    assert form.details().identity.identity_number.value == "052185001234"


@pytest.mark.parametrize(
    "typed", ["", "12345678", "1234567890", "05218500123a", "0521850012345", "tám chín"]
)
def test_an_identity_number_has_nine_or_twelve_digits(typed: str) -> None:
    assert errors(mobile(identity_number=typed)) == {
        "identity_number": "Số CMT/CCCD phải có 9 hoặc 12 chữ số"
    }


def test_an_old_number_of_nine_digits_is_good() -> None:
    assert mobile(identity_number="211234567").validate()


def test_decomposed_names_are_the_same_names() -> None:
    form = mobile(full_name=unicodedata.normalize("NFD", "Nguyễn  Thị Bưởi"))

    assert form.validate()
    assert form.details().identity.full_name.value == "Nguyễn Thị Bưởi"


@pytest.mark.parametrize("name", ["H'Hen Niê", "Y Moan Êban", "Đặng Thị Ngọc-Ánh"])
def test_names_of_all_peoples_are_names(name: str) -> None:
    assert mobile(full_name=name).validate()


def test_no_name() -> None:
    assert errors(mobile(full_name="  ")) == {"full_name": "Nhập họ và tên"}


@pytest.mark.parametrize("typed", ["B4o", "Анна", "阮氏", "<b>Bưởi</b>"])
def test_a_name_is_letters(typed: str) -> None:
    assert list(errors(mobile(full_name=typed))) == ["full_name"]


@pytest.mark.parametrize(
    ("day", "month", "year", "at", "words"),
    [
        ("", "", "", "birth_day", "Nhập ngày sinh"),
        ("27", "", "1985", "birth_month", "Nhập đủ ngày, tháng, năm sinh; hoặc chỉ năm"),
        ("", "3", "1985", "birth_day", "Nhập đủ ngày, tháng, năm sinh; hoặc chỉ năm"),
        ("27", "3", "", "birth_year", "Nhập đủ ngày, tháng, năm sinh; hoặc chỉ năm"),
        ("29", "2", "1985", "birth_day", "Ngày sinh phải là một ngày có thật"),
        ("31", "4", "1985", "birth_day", "Ngày sinh phải là một ngày có thật"),
        ("1", "13", "1985", "birth_day", "Ngày sinh phải là một ngày có thật"),
        ("1", "1", "85", "birth_day", "Ngày sinh phải là một ngày có thật"),
        ("một", "1", "1985", "birth_day", "Ngày sinh phải là một ngày có thật"),
        ("22", "11", "2026", "birth_day", "Ngày sinh phải trước hôm nay"),
        ("", "", "2027", "birth_day", "Ngày sinh phải trước hôm nay"),
        ("22", "11", "2012", "birth_day", "Bạn phải từ 14 tuổi trở lên để đăng ký"),
    ],
)
def test_a_wrong_birth_date_is_said_once_at_the_part_to_mend(
    day: str, month: str, year: str, at: str, words: str
) -> None:
    form = mobile(identity_number="211234567", birth_day=day, birth_month=month, birth_year=year)

    found = errors(form)

    assert list(found) == [at]
    assert found[at].startswith(words)
    assert [line.field_id for line in form.summary] == [at]


def test_the_year_alone_is_enough() -> None:
    form = mobile(birth_day="", birth_month="")

    assert form.validate()
    assert form.details().identity.birth_date == BirthDate(1985)


def test_29_february_of_a_leap_year() -> None:
    assert mobile(
        identity_number="052184001234", birth_day="29", birth_month="02", birth_year="1984"
    ).validate()


def test_the_fourteenth_birthday_is_old_enough() -> None:
    assert mobile(
        identity_number="211234567", birth_day="21", birth_month="11", birth_year="2012"
    ).validate()


@pytest.mark.parametrize(
    "typed",
    ["", "0243 822 1234", "+33 6 12 34 56 78", "091234567", "09123456789", "0123 456 7890", "abc"],
)
def test_a_phone_number_is_a_vietnamese_mobile_number(typed: str) -> None:
    assert errors(mobile(phone_number=typed)) == {
        "phone_number": "Nhập số di động Việt Nam gồm 10 chữ số"
    }


@pytest.mark.parametrize(
    "typed", ["+84 912 345 678", "84912345678", "0912.345.678", "0912-345-678"]
)
def test_ways_to_write_a_phone_number(typed: str) -> None:
    form = mobile(phone_number=typed)

    assert form.validate()
    assert form.details().phone_number.national == "0912345678"


@pytest.mark.parametrize(
    "typed", ["buoi", "buoi@", "@example.com", "a b@example.com", "a@" + "b" * 260 + ".vn"]
)
def test_an_email_is_optional_but_one(typed: str) -> None:
    assert list(errors(mobile(email=typed))) == ["email"]


def test_a_number_of_another_year_is_asked_about_once() -> None:
    first = mobile(birth_year="1986")

    assert list(errors(first)) == ["identity_number"]
    assert "nhấn Đăng ký lần nữa" in str(first.errors["identity_number"][0])
    assert mobile(birth_year="1986", contradiction_seen=first.contradiction).validate()
    assert not mobile(birth_year="1987", contradiction_seen=first.contradiction).validate()


def test_all_errors_come_at_once_in_the_order_of_the_fields() -> None:
    form = mobile(
        identity_number="1", full_name="", birth_day="31", birth_month="2", phone_number="x"
    )

    assert not form.validate()
    assert [line.field_id for line in form.summary] == [
        "identity_number",
        "full_name",
        "birth_day",
        "phone_number",
    ]


def test_what_was_typed_stays() -> None:
    form = mobile(identity_number="12", full_name="Nguyễn", phone_number="1")
    form.validate()

    assert (form.identity_number.data, form.full_name.data) == ("12", "Nguyễn")


def method(**posted: str) -> MethodForm:
    return MethodForm(MultiDict(posted | {"csrf_token": "t"}), meta={"csrf_context": "t"})


def test_nothing_chosen() -> None:
    form = method()

    assert not form.validate()
    assert [str(line.text) for line in form.summary] == [
        "Chọn bạn đăng ký cho ai",
        "Chọn một phương thức đăng ký",
    ]


def test_a_citizen_chooses_a_method() -> None:
    assert not method(subject="citizen").validate()
    assert not method(subject="citizen", method="bhxh").validate()
    assert method(subject="citizen", method="mobile").validate()


@pytest.mark.parametrize("subject", ["business", "agency"])
def test_others_are_led_to_a_page_that_says_not_yet(subject: str) -> None:
    form = method(subject=subject)

    assert form.validate()
    assert not form.is_open


def test_a_kept_enrolment_is_deleted_on_a_clear_word_only() -> None:
    def kept(**posted: str) -> KeptForm:
        return KeptForm(MultiDict(posted | {"csrf_token": "t"}), meta={"csrf_context": "t"})

    assert not kept().validate()
    assert not kept().is_anew
    assert kept(decision="anew").is_anew
