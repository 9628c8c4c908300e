"""What people type to sign in, to answer, and to get a new password."""

import unicodedata
from typing import TypeVar

import pytest
from werkzeug.datastructures import MultiDict

from idp.citizens.forms import NewPasswordForm
from idp.consent.forms import ConsentForm
from idp.interactions.forms import NotYouForm
from idp.login.forms import ChooseForm, LoginForm
from idp.logout.forms import SignOutForm
from idp.otp.forms import OtpForm, ResendForm
from idp.recovery.forms import RecoverForm
from idp.web.csrf import CsrfFailed
from idp.web.forms import Form

pytestmark = pytest.mark.usefixtures("in_a_request")

F = TypeVar("F", bound=Form)
ALL = [
    ChooseForm,
    ConsentForm,
    LoginForm,
    NewPasswordForm,
    NotYouForm,
    OtpForm,
    RecoverForm,
    ResendForm,
    SignOutForm,
]


def posted(form_class: type[F], **data: str) -> F:
    return form_class(MultiDict(data | {"csrf_token": "t"}), meta={"csrf_context": "t"})


def texts(form: Form) -> list[str]:
    form.validate()
    return [str(line.text) for line in form.summary]


@pytest.mark.parametrize("form_class", ALL)
def test_an_empty_post_is_answered_in_our_words(form_class: type[Form]) -> None:
    for text in texts(posted(form_class)):
        assert not text.isascii(), text


@pytest.mark.parametrize("form_class", ALL)
def test_no_form_is_valid_without_its_token(form_class: type[Form]) -> None:
    form = form_class(MultiDict({"csrf_token": "u"}), meta={"csrf_context": "t"})

    with pytest.raises(CsrfFailed):
        form.validate()


def test_both_fields_are_asked_for_at_once() -> None:
    assert texts(posted(LoginForm)) == ["Nhập số CMT/CCCD", "Nhập mật khẩu"]


@pytest.mark.parametrize("typed", ["12", "abc", "052099001234567"])
def test_a_number_nobody_can_have_is_no_error_of_the_form(typed: str) -> None:
    assert posted(LoginForm, username=typed, password="x").validate()


def test_spaces_dots_and_hyphens_do_not_count_in_the_number() -> None:
    form = posted(LoginForm, username=" 052.099 001-234 ", password="x")

    assert form.typed_number == "052099001234"


def test_a_password_is_composed_and_otherwise_left_alone() -> None:
    typed = " Mật khẩu Ộ 🙂 "
    form = posted(LoginForm, username="1", password=unicodedata.normalize("NFD", typed))

    assert form.typed_password == typed


def test_wrong_credentials_have_one_text_at_the_first_field() -> None:
    form = posted(LoginForm, username="052099001234", password="x")
    form.fail_credentials()

    assert [(line.field_id, str(line.text)) for line in form.summary] == [
        ("username", "Số CMT/CCCD hoặc mật khẩu không đúng")
    ]


@pytest.mark.parametrize("typed", ["123456", "123 456", " 123-456 ", "123.456", "１２３４５６"])
def test_ways_to_paste_a_code(typed: str) -> None:
    form = posted(OtpForm, otp=typed)

    assert form.validate()
    assert form.code == "123456"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Nhập mã OTP"),
        ("   ", "Nhập mã OTP"),
        ("12345", "Mã OTP gồm 6 chữ số"),
        ("1234567", "Mã OTP gồm 6 chữ số"),
        ("12345a", "Mã OTP gồm 6 chữ số"),
    ],
)
def test_what_is_no_code(typed: str, words: str) -> None:
    assert texts(posted(OtpForm, otp=typed)) == [words]


def test_verdicts_on_a_code_stand_at_its_field() -> None:
    wrong, expired = posted(OtpForm, otp="123456"), posted(OtpForm, otp="123456")
    wrong.fail_wrong(4)
    expired.fail_expired()

    assert str(wrong.summary[0].text) == "Mã OTP không đúng. Bạn còn 4 lần thử"
    assert wrong.summary[0].field_id == "otp"
    assert str(expired.summary[0].text).startswith("Mã OTP đã hết hạn.")


def test_an_early_resend_is_told_the_wait() -> None:
    form = posted(ResendForm, action="resend")
    form.fail_too_early(42)

    assert str(form.summary[0].text) == "Gửi lại được sau 42 giây"
    assert form.summary[0].field_id == "otp-resend"


@pytest.mark.parametrize(("pressed", "allowed"), [("allow", True), ("deny", False), ("", False)])
def test_only_a_clear_yes_is_consent(pressed: str, allowed: bool) -> None:  # noqa: FBT001
    assert posted(ConsentForm, decision=pressed).is_allowed is allowed


def test_a_button_of_nobodys_making_is_refused() -> None:
    assert not posted(ConsentForm, decision="both").validate()
    assert not posted(ChooseForm, method="vneid").validate()
    assert posted(ChooseForm, method="cancel").validate()
    assert posted(NotYouForm, decision="other").is_other_person


def test_recovery_asks_for_a_mobile_number_and_any_identity_number() -> None:
    form = posted(RecoverForm, username="12", phone_number="+84 912 345 678")

    assert form.validate()
    assert form.phone_number.number.national == "0912345678"
    assert texts(posted(RecoverForm, username="", phone_number="024 3822 1234")) == [
        "Nhập số CMT/CCCD",
        "Nhập số di động Việt Nam gồm 10 chữ số",
    ]


def new_password(new: str, again: str | None = None) -> NewPasswordForm:
    return posted(
        NewPasswordForm, new_password=new, confirm_password=new if again is None else again
    )


def test_a_good_password_twice() -> None:
    form = new_password("Ngọn-Đèn 4 bấc")

    assert form.validate()
    assert form.password == "Ngọn-Đèn 4 bấc"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("ngọn-đèn 4 bấc", "Thêm một chữ in hoa"),
        ("NGỌN-ĐÈN 4 BẤC", "Thêm một chữ thường"),
        ("Ngọn-Đèn bốn bấc", "Thêm một chữ số"),
        ("NgọnĐèn4bấc", "Thêm một ký tự đặc biệt, như ! @ # $"),
        ("Đèn-4b", "Dùng 8 ký tự trở lên"),
        (
            "đèn",
            (
                "Dùng 8 ký tự trở lên. Thêm một chữ in hoa. Thêm một chữ số. "
                "Thêm một ký tự đặc biệt, như ! @ # $"
            ),
        ),
        ("Matkhau@123", "Mật khẩu này quá dễ đoán"),
    ],
)
def test_only_what_is_missing_is_named(typed: str, words: str) -> None:
    assert texts(new_password(typed)) == [words]


def test_two_passwords_that_differ() -> None:
    assert texts(new_password("Ngọn-Đèn 4 bấc", "Ngọn-Đèn 4 bấC")) == [
        "Hai mật khẩu chưa giống nhau"
    ]


def test_the_second_may_be_typed_on_another_keyboard() -> None:
    typed = "Ngọn-Đèn 4 bấc"

    assert new_password(typed, unicodedata.normalize("NFD", typed)).validate()
