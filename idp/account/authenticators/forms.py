"""What a citizen fills in to look after authenticators."""

import re

from idp.authenticators.changes import LONGEST_NAME
from idp.web.forms import Form, LineField, digits_as_typed, refuse
from idp.web.texts import lazy_gettext as _

_SIX_DIGITS = re.compile(r"[0-9]{6}")


class NameForm(Form):
    """What to call it, for the citizen alone to read."""

    name = LineField(_("Tên gợi nhớ"))

    def validate_name(self, field: LineField) -> None:
        if not field.data:
            refuse(_("Nhập tên gợi nhớ"))
        if len(field.data) > LONGEST_NAME:
            refuse(_("Tên gợi nhớ có tối đa 40 ký tự"))

    @property
    def typed_name(self) -> str:
        """The name, in one clean line."""
        return self.name.data or ""


class PasskeyNameForm(NameForm):
    """A name, and what the browser answered; the script fills the latter in."""

    credential = LineField(id="passkey-submit")

    def validate_credential(self, field: LineField) -> None:
        if not field.data:
            refuse(_("Nhấn nút để tạo khoá truy cập"))

    @property
    def answer(self) -> str:
        """The answer, as JSON."""
        return self.credential.data or ""

    def fail_refused(self) -> None:
        """Say that nothing was kept; why is for the log."""
        self.fail("credential", _("Chưa tạo được khoá truy cập. Thử lại"))


class ProveAppForm(Form):
    """The code that the app shows after it was set up."""

    app_code = LineField(_("Mã đang hiện trong ứng dụng"))

    def validate_app_code(self, _field: LineField) -> None:
        if not _SIX_DIGITS.fullmatch(self.code):
            refuse(_("Mã trong ứng dụng gồm 6 chữ số"))

    @property
    def code(self) -> str:
        """The typed code without spaces, dots and hyphens."""
        return digits_as_typed(self.app_code.data)

    def fail_wrong(self) -> None:
        """Say that the app shows another one."""
        self.fail(
            "app_code",
            _("Mã không đúng. Kiểm tra giờ trên điện thoại, rồi nhập mã đang hiện"),
        )

    def fail_too_often(self, minutes: int) -> None:
        """Say how long the wait is."""
        self.fail("app_code", _("Bạn đã nhập sai quá nhiều lần. Thử lại sau %(n)d phút", n=minutes))


class ConfirmForm(Form):
    """The wish to do what the page says; there is nothing to fill in."""
