"""What is filled in about a citizen's account; a reason every time, which the citizen reads."""

from typing import Final

from idp.citizens.model import HoldKind
from idp.console.forms import ReasonedForm, ReasonForm
from idp.helpdesk.rules import LIFTED_BY_OPERATORS
from idp.web.forms import ChoiceField, LineField, digits_as_typed, refuse
from idp.web.texts import lazy_gettext as _

HOLDS: Final = [
    (HoldKind.OPERATOR.value, _("Cán bộ đã khoá")),
    (HoldKind.UNRECOGNISED_ACTIVITY.value, _("Công dân báo hoạt động lạ")),
    (HoldKind.INACTIVE.value, _("Lâu không dùng")),
]


class FindForm(ReasonForm):
    """Whose account, and why one looks."""

    identity_number = LineField(_("Số CMT hoặc CCCD"))

    def validate_identity_number(self, _field: LineField) -> None:
        if not self.typed_number:
            refuse(_("Nhập số CMT/CCCD"))

    @property
    def typed_number(self) -> str:
        """The number without what people group digits with."""
        return digits_as_typed(self.identity_number.data)

    def fail_unknown(self) -> None:
        """Say that nobody has it; the look was one all the same."""
        self.fail("identity_number", _("Không có tài khoản nào dùng số này"))


class LockForm(ReasonedForm):
    """That nobody may sign in to the account."""


class UnlockForm(ReasonedForm):
    """Which hold ends; a dispute's does by its decision alone."""

    hold = ChoiceField(_("Bỏ khoá nào"), choices=HOLDS)

    def validate_hold(self, field: ChoiceField) -> None:
        if field.data not in {kind.value for kind in LIFTED_BY_OPERATORS}:
            refuse(_("Chọn loại khoá"))

    @property
    def chosen_hold(self) -> HoldKind:
        """The kind; after a `validate` that found it good."""
        return HoldKind(self.hold.data or "")

    def fail_no_hold(self) -> None:
        """Say that there is none of that kind."""
        self.fail("hold", _("Tài khoản không có khoá này"))
