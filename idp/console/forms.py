"""What an operator fills in to be believed: at the door, and again before what cannot be undone."""

import re
from typing import Any

from idp.core.reason import InvalidReason, Reason, parse_reason
from idp.web.forms import Form, LineField, SecretField, digits_as_typed, refuse
from idp.web.texts import lazy_gettext as _

_SIX_DIGITS = re.compile(r"[0-9]{6}")


class ReasonForm(Form):
    """Why somebody does it. The log keeps the reason; it names no person."""

    reason = LineField(_("Lý do"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 (WTForms' own)
        super().__init__(*args, **kwargs)
        _put_last(self, "reason")

    def validate_reason(self, field: LineField) -> None:
        try:
            parse_reason(field.data or "")
        except InvalidReason:
            refuse(_("Nêu lý do trong 5 đến 200 ký tự, không ghi số giấy tờ hay số điện thoại"))

    @property
    def given_reason(self) -> Reason:
        """The reason; after a `validate` that found it good."""
        return parse_reason(self.reason.data or "")


class ProofForm(Form):
    """The own password and a code that was not used yet; forms of dangerous acts begin with it."""

    password = SecretField(_("Mật khẩu của bạn"))
    code = LineField(_("Mã đang hiện trong ứng dụng"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 (WTForms' own)
        super().__init__(*args, **kwargs)
        _put_last(self, "password", "code")

    def validate_password(self, field: SecretField) -> None:
        if not field.data:
            refuse(_("Nhập mật khẩu"))

    def validate_code(self, _field: LineField) -> None:
        if not _SIX_DIGITS.fullmatch(self.typed_code):
            refuse(_("Mã trong ứng dụng gồm 6 chữ số"))

    @property
    def typed_password(self) -> str:
        """The password as it was typed."""
        return self.password.data or ""

    @property
    def typed_code(self) -> str:
        """The code without what people group digits with."""
        return digits_as_typed(self.code.data)

    def fail_proof(self) -> None:
        """Say that something is wrong; which, is nobody's business."""
        self.fail(
            "password", _("Mật khẩu hoặc mã không đúng, hoặc mã đã dùng. Đợi mã mới rồi nhập lại")
        )

    def fail_too_often(self, minutes: int) -> None:
        """Say how long the wait is."""
        self.fail("password", _("Bạn đã nhập sai quá nhiều lần. Thử lại sau %(n)d phút", n=minutes))


class ConsoleSignInForm(ProofForm):
    """Who it is, too."""

    name = LineField(_("Tên đăng nhập"))

    def validate_name(self, field: LineField) -> None:
        if not field.data:
            refuse(_("Nhập tên đăng nhập"))

    @property
    def typed_name(self) -> str:
        """The name as it was typed."""
        return self.name.data or ""

    def fail_proof(self) -> None:
        """Say so for a name that nobody has, too."""
        self.fail(
            "name",
            _("Tên, mật khẩu hoặc mã không đúng, hoặc mã đã dùng. Đợi mã mới rồi nhập lại"),
        )

    def fail_too_often(self, minutes: int) -> None:
        """Say how long the wait is."""
        self.fail("name", _("Bạn đã nhập sai quá nhiều lần. Thử lại sau %(n)d phút", n=minutes))


class ConsoleSignOutForm(Form):
    """One button, on every page of the console."""


class ReasonedForm(ProofForm, ReasonForm):
    """A dangerous act: why, beside the proof."""


def _put_last(form: Form, *names: str) -> None:
    """Order the fields as they stand on every page, and so the summary of errors."""
    for name in names:
        form._fields[name] = form._fields.pop(name)
