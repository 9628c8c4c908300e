"""What is filled in about somebody who signs in at the console."""

from idp.console.forms import ProofForm
from idp.operators.model import OperatorName
from idp.operators.rules import InvalidOperatorName, parse_operator_name
from idp.web.forms import LineField, refuse
from idp.web.texts import lazy_gettext as _

_LONGEST_DISPLAY_NAME = 80


class NamedPersonForm(ProofForm):
    """Somebody, by the name they sign in with."""

    name = LineField(_("Tên đăng nhập"))

    def validate_name(self, field: LineField) -> None:
        try:
            parse_operator_name(field.data or "")
        except InvalidOperatorName:
            refuse(_("Dùng 3 đến 32 chữ thường không dấu, chữ số, dấu chấm, gạch nối"))

    @property
    def chosen_name(self) -> OperatorName:
        """The name; after a `validate` that found it good."""
        return parse_operator_name(self.name.data or "")


class InvitedPersonForm(NamedPersonForm):
    """Somebody who has no account yet."""

    display_name = LineField(_("Họ và tên"))

    def validate_display_name(self, field: LineField) -> None:
        if not field.data or len(field.data) > _LONGEST_DISPLAY_NAME:
            refuse(_("Nhập họ và tên, nhiều nhất 80 ký tự"))

    def fail_taken(self) -> None:
        """Say that the name is, or was, somebody's."""
        self.fail("name", _("Tên này đã có người dùng. Chọn tên khác"))
