"""What a citizen fills in to sign in."""

from idp.web.forms import Form, LineField, SecretField, digits_as_typed, refuse
from idp.web.texts import lazy_gettext as _

PORTAL_ACCOUNT = "portal-account"
CANCEL = "cancel"


class ChooseForm(Form):
    """Which account to sign in with: the value of the button that was pressed."""

    method = LineField(id="choose-portal-account")  # where the error summary leads to

    def validate_method(self, field: LineField) -> None:
        if field.data not in {PORTAL_ACCOUNT, CANCEL}:
            refuse(_("Chọn một loại tài khoản"))

    @property
    def is_cancelled(self) -> bool:
        """Whether the way back to the portal was chosen (`access_denied`)."""
        return self.method.data == CANCEL


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
