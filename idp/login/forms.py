"""What a citizen fills in to sign in."""

import re

from idp.authenticators.model import SecondFactor
from idp.authenticators.rules import CODE_LENGTH, recovery_code_as_typed
from idp.otp.forms import REMEMBER
from idp.web.forms import Form, LineField, SecretField, digits_as_typed, refuse
from idp.web.texts import lazy_gettext as _

CANCEL = "cancel"

_SIX_DIGITS = re.compile(r"[0-9]{6}")


class ChooseForm(Form):
    """The way back to the portal. The accounts to choose from are links, and not posted."""

    method = LineField(id="choose-portal-account")  # where the error summary leads to

    def validate_method(self, field: LineField) -> None:
        if field.data != CANCEL:
            refuse(_("Chọn một loại tài khoản"))


class LoginForm(Form):
    """
    Identity number and password.

    Only emptiness is an error here. A text that cannot be an identity number is answered as an
    unknown number is: the same work, the same words.
    """

    username = LineField(_("Số CMT hoặc CCCD"))
    password = SecretField(_("Mật khẩu"))

    def validate_username(self, _field: LineField) -> None:
        if not self.typed_number:
            refuse(_("Nhập số CMT/CCCD"))

    def validate_password(self, field: SecretField) -> None:
        if not field.data:
            refuse(_("Nhập mật khẩu"))

    @property
    def typed_number(self) -> str:
        """The number without spaces, dots and hyphens; not yet known to be one."""
        return digits_as_typed(self.username.data)

    @property
    def typed_password(self) -> str:
        """The password in NFC."""
        return self.password.data or ""

    def fail_credentials(self) -> None:
        """Say that the pair is wrong: one text whichever of the two it was, at the first field."""
        self.fail("username", _("Số CMT/CCCD hoặc mật khẩu không đúng"))


class WayForm(Form):
    """The wish for another second factor: the value of the button that was pressed."""

    way = LineField(id="other-ways")

    def validate_way(self, field: LineField) -> None:
        if field.data not in set(SecondFactor):
            refuse(_("Chọn một cách"))

    @property
    def chosen(self) -> SecondFactor:
        """Which one; after a `validate` that found it good."""
        return SecondFactor(self.way.data or "")


class AppCodeForm(Form):
    """The code that an authenticator app shows now."""

    app_code = LineField(_("Mã trong ứng dụng"))
    remember = LineField()

    def validate_app_code(self, _field: LineField) -> None:
        if not self.code:
            refuse(_("Nhập mã trong ứng dụng"))
        if not _SIX_DIGITS.fullmatch(self.code):
            refuse(_("Mã trong ứng dụng gồm 6 chữ số"))

    @property
    def code(self) -> str:
        """The typed code without spaces, dots and hyphens."""
        return digits_as_typed(self.app_code.data)

    @property
    def wants_to_be_remembered(self) -> bool:
        """Whether the box was ticked: this device is to be remembered."""
        return self.remember.data == REMEMBER

    def fail_wrong(self) -> None:
        """Say that the code is not the one of now, or was used."""
        self.fail("app_code", _("Mã không đúng hoặc đã dùng. Chờ mã tiếp theo rồi thử lại"))

    def fail_too_often(self, minutes: int) -> None:
        """Say how long the wait is."""
        self.fail("app_code", _("Bạn đã nhập sai quá nhiều lần. Thử lại sau %(n)d phút", n=minutes))


class RecoveryCodeForm(Form):
    """One code of the list that was printed."""

    recovery_code = LineField(_("Mã dự phòng"))

    def validate_recovery_code(self, field: LineField) -> None:
        if not field.data:
            refuse(_("Nhập mã dự phòng"))
        if len(recovery_code_as_typed(field.data)) != CODE_LENGTH:
            refuse(_("Mã dự phòng gồm 10 ký tự"))

    @property
    def code(self) -> str:
        """The code as typed."""
        return self.recovery_code.data or ""

    def fail_wrong(self) -> None:
        """Say that the code is none of the list, or was used."""
        self.fail("recovery_code", _("Mã dự phòng không đúng hoặc đã dùng. Thử một mã khác"))

    def fail_too_often(self, minutes: int) -> None:
        """Say how long the wait is."""
        self.fail(
            "recovery_code", _("Bạn đã nhập sai quá nhiều lần. Thử lại sau %(n)d phút", n=minutes)
        )


class PasskeyForm(Form):
    """What the browser answered; the script fills it in."""

    credential = LineField(id="passkey-submit")

    def validate_credential(self, field: LineField) -> None:
        if not field.data:
            refuse(_("Nhấn nút để dùng khoá truy cập"))

    @property
    def answer(self) -> str:
        """The answer, as JSON."""
        return self.credential.data or ""

    def fail_refused(self) -> None:
        """Say that the answer proves nothing; why is for the log."""
        self.fail("credential", _("Khoá truy cập này không dùng được ở đây. Thử lại"))
