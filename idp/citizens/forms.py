"""What a citizen fills in to set a password: at enrolment, at recovery, later at a change."""

from collections.abc import Collection
from typing import Any

from idp.citizens.password_rules import PasswordProblem, password_problems
from idp.web.forms import Form, SecretField, refuse
from idp.web.texts import lazy_gettext as _

_TEXTS: dict[PasswordProblem, str] = {
    PasswordProblem.LENGTH: _("Dùng 8 ký tự trở lên"),
    PasswordProblem.LOWER: _("Thêm một chữ thường"),
    PasswordProblem.UPPER: _("Thêm một chữ in hoa"),
    PasswordProblem.DIGIT: _("Thêm một chữ số"),
    PasswordProblem.SPECIAL: _("Thêm một ký tự đặc biệt, như ! @ # $"),
    PasswordProblem.TOO_LONG: _("Dùng nhiều nhất 256 ký tự"),
    PasswordProblem.TOO_EASY: _("Mật khẩu này quá dễ đoán"),
    PasswordProblem.PERSONAL: _("Không dùng tên, ngày sinh, số giấy tờ hay số điện thoại"),
}


class NewPasswordForm(Form):
    """
    A new password, twice.

    `forbidden` comes from the view: what others know of the person, see `password_problems`.
    """

    new_password = SecretField(_("Mật khẩu mới"))
    confirm_password = SecretField(_("Nhập lại mật khẩu"))

    def __init__(
        self,
        *args: Any,  # noqa: ANN401
        forbidden: Collection[str] = (),
        **kwargs: Any,  # noqa: ANN401
    ) -> None:
        super().__init__(*args, **kwargs)
        self._forbidden = forbidden

    def validate_new_password(self, field: SecretField) -> None:
        typed = field.data or ""
        if not typed:
            refuse(_("Nhập mật khẩu mới"))
        problems = password_problems(typed, forbidden=self._forbidden)
        if problems:
            # One line names all that is missing: nobody should have to come back five times.
            refuse(". ".join(str(_TEXTS[problem]) for problem in problems))

    def validate_confirm_password(self, field: SecretField) -> None:
        if not field.data:
            refuse(_("Nhập lại mật khẩu"))
        if self.new_password.data and field.data != self.new_password.data:
            refuse(_("Hai mật khẩu chưa giống nhau"))

    @property
    def password(self) -> str:
        """The new password in NFC; after a `validate` that found it good."""
        return self.new_password.data or ""
