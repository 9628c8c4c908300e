"""What is filled in about teams."""

from idp.console.forms import ProofForm, ReasonedForm
from idp.console.person_forms import InvitedPersonForm, NamedPersonForm
from idp.operators.model import TeamId
from idp.operators.rules import InvalidTeam, parse_team_id, parse_team_name
from idp.web.forms import LineField, refuse
from idp.web.texts import lazy_gettext as _


class _NamedTeam(ProofForm):
    """What a team is called by people."""

    team_name = LineField(_("Tên đội"))

    def validate_team_name(self, field: LineField) -> None:
        try:
            parse_team_name(field.data or "")
        except InvalidTeam:
            refuse(_("Nhập tên đội, từ 3 đến 120 ký tự"))

    @property
    def chosen_team_name(self) -> str:
        """The name; after a `validate` that found it good."""
        return parse_team_name(self.team_name.data or "")

    def fail_taken(self) -> None:
        """Say that another team has it."""
        self.fail("team_name", _("Đã có đội mang tên hoặc mã này"))


class NewTeamForm(_NamedTeam):
    """A team that is not there yet."""

    team_id = LineField(_("Mã đội"))

    def validate_team_id(self, field: LineField) -> None:
        try:
            parse_team_id(field.data or "")
        except InvalidTeam:
            refuse(_("Dùng 3 đến 32 chữ thường không dấu, chữ số, gạch nối. Ví dụ: binh-dinh"))

    @property
    def chosen_id(self) -> TeamId:
        """The id; after a `validate` that found it good."""
        return parse_team_id(self.team_id.data or "")


class RenameTeamForm(_NamedTeam):
    """Another name for it."""


class InviteMemberForm(InvitedPersonForm):
    """A colleague who has no account yet."""


class AddMemberForm(NamedPersonForm):
    """Somebody of another province's team."""

    def fail_unknown(self) -> None:
        """Say that nobody can be added by that name."""
        self.fail("name", _("Không có ai thuộc vai trò đội tỉnh mang tên này"))


class RemoveMemberForm(ReasonedForm):
    """That somebody belongs to the team no more."""

    def fail_last(self) -> None:
        """Say why not."""
        self.fail("reason", _("Đây là người cuối cùng của đội. Quản trị hệ thống mới đưa ra được"))
