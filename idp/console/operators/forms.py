"""What is filled in about operators."""

import re
from typing import Any

from idp.console.forms import ProofForm, ReasonedForm
from idp.console.person_forms import InvitedPersonForm
from idp.operators.model import OperatorName, OperatorRole
from idp.operators.rules import (
    SHORTEST_PASSWORD,
    WeakOperatorPassword,
    check_operator_password,
)
from idp.web.forms import ChoiceField, Form, LineField, SecretField, digits_as_typed, refuse
from idp.web.texts import lazy_gettext as _

_SIX_DIGITS = re.compile(r"[0-9]{6}")
ROLES = [
    (OperatorRole.ADMINISTRATOR.value, _("Quản trị hệ thống")),
    (OperatorRole.OPERATOR.value, _("Vận hành")),
    (OperatorRole.COUNTER_OFFICER.value, _("Cán bộ một cửa")),
    (OperatorRole.PROVINCE_TEAM.value, _("Đội tỉnh")),
    (OperatorRole.READ_ONLY.value, _("Chỉ xem")),
]


def _check_role(field: ChoiceField) -> None:
    if field.data not in {value for value, _text in ROLES}:
        refuse(_("Chọn một vai trò"))


class InviteForm(InvitedPersonForm):
    """Whom to let in, and as what; with the own proof."""

    role = ChoiceField(_("Vai trò"), choices=ROLES)

    def validate_role(self, field: ChoiceField) -> None:
        _check_role(field)

    @property
    def chosen_role(self) -> OperatorRole:
        """The role; after a `validate` that found it good."""
        return OperatorRole(self.role.data or "")


class RoleForm(ReasonedForm):
    """What the operator may do from now on."""

    role = ChoiceField(_("Vai trò mới"), choices=ROLES)

    def validate_role(self, field: ChoiceField) -> None:
        _check_role(field)

    @property
    def chosen_role(self) -> OperatorRole:
        """The role; after a `validate` that found it good."""
        return OperatorRole(self.role.data or "")


class DisableForm(ReasonedForm):
    """That the account is taken away."""


class _NewPassword(Form):
    """A new password, twice; *name* is whose it is."""

    new_password = SecretField(_("Mật khẩu mới"))
    confirm_password = SecretField(_("Nhập lại mật khẩu mới"))

    def __init__(self, *args: Any, name: OperatorName, **kwargs: Any) -> None:  # noqa: ANN401 (WTForms' own)
        super().__init__(*args, **kwargs)
        self._name = name

    def validate_new_password(self, field: SecretField) -> None:
        try:
            check_operator_password(field.data or "", self._name)
        except WeakOperatorPassword:
            refuse(
                _(
                    "Dùng ít nhất %(n)d ký tự, khó đoán và không chứa tên đăng nhập",
                    n=SHORTEST_PASSWORD,
                )
            )

    def validate_confirm_password(self, field: SecretField) -> None:
        if field.data != self.new_password.data:
            refuse(_("Hai mật khẩu chưa giống nhau"))

    @property
    def chosen_password(self) -> str:
        """The password; after a `validate` that found it good."""
        return self.new_password.data or ""


class OwnPasswordForm(_NewPassword, ProofForm):
    """The old password with a code, and the new one."""


class AcceptForm(_NewPassword):
    """The password, and the first code of the app."""

    app_code = LineField(_("Mã đang hiện trong ứng dụng"))

    def validate_app_code(self, _field: LineField) -> None:
        if not _SIX_DIGITS.fullmatch(self.typed_code):
            refuse(_("Mã trong ứng dụng gồm 6 chữ số"))

    @property
    def typed_code(self) -> str:
        """The code without what people group digits with."""
        return digits_as_typed(self.app_code.data)

    def fail_wrong(self) -> None:
        """Say that the app shows another one."""
        self.fail(
            "app_code", _("Mã không đúng. Kiểm tra giờ trên điện thoại, rồi nhập mã đang hiện")
        )
