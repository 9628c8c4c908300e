"""What an operator says about a program."""

from collections.abc import Sequence
from typing import Final

from idp.api_clients.model import NewApiClient
from idp.api_clients.rules import (
    LONGEST_PURPOSE,
    ROLES,
    SCOPES,
    InvalidApiClientName,
    parse_api_client_name,
)
from idp.console.forms import ProofForm, ReasonedForm
from idp.operators.model import OperatorRole, TeamId
from idp.operators.permissions import Permission
from idp.web.forms import ChoiceField, LineField, TicksField, refuse
from idp.web.texts import lazy_gettext as _

ROLE_CHOICES: Final = [
    (OperatorRole.PROVINCE_TEAM.value, _("Đội tỉnh")),
    (OperatorRole.READ_ONLY.value, _("Chỉ xem")),
    (OperatorRole.OPERATOR.value, _("Vận hành")),
    (OperatorRole.ADMINISTRATOR.value, _("Quản trị hệ thống")),
]
SCOPE_WORDS: Final = {
    Permission.SEE_RELYING_PARTIES: _("Xem cổng kết nối"),
    Permission.MANAGE_OWN_RELYING_PARTIES: _(
        "Đăng ký, sửa cổng thử nghiệm; đề nghị chính thức; ngừng cổng"
    ),
    Permission.APPROVE_PRODUCTION: _("Cho cổng chính thức chạy lại; giao cổng cho đội khác"),
    Permission.SEE_FAILURES: _("Xem yêu cầu lỗi của cổng"),
    Permission.SEE_STATISTICS: _("Xem thống kê"),
    Permission.SEE_KEYS: _("Xem khoá ký"),
    Permission.ROTATE_KEYS: _("Đổi khoá ký"),
    Permission.SEE_ANNOUNCEMENTS: _("Xem thông báo"),
    Permission.ANNOUNCE: _("Gửi và rút thông báo"),
    Permission.SEE_DISPUTES: _("Xem số lượng khiếu nại"),
    Permission.SEE_OPERATORS: _("Xem nhân sự"),
    Permission.READ_LOG: _("Đọc nhật ký"),
}
SCOPE_CHOICES: Final = [(scope.value, SCOPE_WORDS[scope]) for scope in SCOPES]


class AddApiClientForm(ProofForm):
    """Who it is, whose, and what it may."""

    name = LineField(_("Tên chương trình"))
    purpose = LineField(_("Dùng để làm gì"))
    role = ChoiceField(_("Vai trò"), choices=ROLE_CHOICES)
    team = LineField(_("Mã đội"))
    scopes = TicksField(_("Được làm những gì"), choices=SCOPE_CHOICES)

    def validate_name(self, field: LineField) -> None:
        try:
            parse_api_client_name(field.data or "")
        except InvalidApiClientName:
            refuse(_("Dùng 3 đến 28 chữ thường không dấu, chữ số, gạch nối"))

    def validate_purpose(self, field: LineField) -> None:
        if not field.data or len(field.data) > LONGEST_PURPOSE:
            refuse(_("Viết từ 1 đến %(n)d ký tự", n=LONGEST_PURPOSE))

    def validate_role(self, field: ChoiceField) -> None:
        if field.data not in {role.value for role in ROLES}:
            refuse(_("Chọn vai trò"))

    def validate_team(self, field: LineField) -> None:
        if (self.role.data == OperatorRole.PROVINCE_TEAM.value) is not bool(field.data):
            refuse(_("Nhập mã đội cho vai trò đội tỉnh; vai trò khác thì để trống"))

    def validate_scopes(self, field: TicksField) -> None:
        if not field.data:
            refuse(_("Chọn ít nhất một việc"))

    @property
    def asked(self) -> NewApiClient:
        """What is asked for; after a `validate` that found it good."""
        chosen: Sequence[str] = self.scopes.data or ()
        return NewApiClient(
            name=parse_api_client_name(self.name.data or ""),
            purpose=self.purpose.data or "",
            role=OperatorRole(self.role.data or ""),
            team=TeamId(self.team.data) if self.team.data else None,
            scopes=frozenset(map(Permission, chosen)),
        )

    def fail_taken(self) -> None:
        """Say that the name is, or was, another's."""
        self.fail("name", _("Tên này đã dùng. Chọn tên khác"))

    def fail_team(self) -> None:
        """Say that there is no such team."""
        self.fail("team", _("Không có đội này"))

    def fail_too_much(self) -> None:
        """Say that it would be more than the operator, or the role, may."""
        self.fail("scopes", _("Có việc vượt quá vai trò này hoặc vai trò của bạn. Bỏ bớt"))


class RenewApiClientForm(ReasonedForm):
    """That it gets another secret."""

    def fail_too_much(self) -> None:
        """Say that somebody else has to."""
        self.fail("reason", _("Chương trình này được làm nhiều hơn bạn. Cần người khác cấp lại"))


class DisableApiClientForm(ReasonedForm):
    """That it is kept out."""
