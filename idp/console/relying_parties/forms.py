"""What is filled in about one registration."""

from collections.abc import Mapping
from typing import Any, Final

from idp.console.forms import ReasonedForm, ReasonForm
from idp.console.relying_parties.part_form import Part, PartForm
from idp.console.relying_parties.parts import (
    PARTS,
    ContactPart,
    KeysPart,
    LogoPart,
    RedirectPart,
    SignOutPart,
    StartPart,
)
from idp.console.relying_parties.words import label
from idp.web.forms import ChoiceField, Form, LineField, refuse
from idp.web.texts import lazy_gettext as _

_MOST_DIGITS: Final = 9
APPROVE, REFUSE = "approve", "refuse"


class ChangeFields(PartForm, ReasonForm):
    """Why, and which version was looked at; *confirmed* is asked where something may break."""

    reason = LineField(_("Lý do thay đổi"))
    base_version = LineField()
    confirmed = LineField(_("Tôi biết: đăng nhập đang dùng các địa chỉ này sẽ hỏng"))

    @property
    def seen_version(self) -> int:
        """The version that was looked at; 0, which is none, where the field says nothing."""
        typed = self.base_version.data or ""
        is_number = typed.isascii() and typed.isdecimal() and len(typed) <= _MOST_DIGITS
        return int(typed) if is_number else 0

    def fail_unconfirmed(self) -> None:
        """Say that a tick is missing."""
        self.fail("confirmed", _("Đánh dấu để xác nhận bỏ các địa chỉ này"))


CHANGE_FORMS: Final[Mapping[Part, type[ChangeFields]]] = {
    part: type(f"Change{form.__name__}", (form, ChangeFields), {}) for part, form in PARTS.items()
}
"""The form of each part as a registration's page changes it."""


class ProposeForm(
    RedirectPart, SignOutPart, StartPart, ContactPart, KeysPart, LogoPart, ChangeFields
):
    """What production has of its own: addresses and keys. All else goes there as it was tested."""

    client_id = LineField(label("client_id"))


class DecideProposalForm(ReasonedForm):
    """The second operator's word."""

    outcome = ChoiceField(
        _("Quyết định của bạn"),
        choices=[(APPROVE, _("Duyệt: chạy chính thức ngay")), (REFUSE, _("Từ chối"))],
    )

    def validate_outcome(self, field: ChoiceField) -> None:
        if field.data not in {APPROVE, REFUSE}:
            refuse(_("Chọn một quyết định"))

    @property
    def approves(self) -> bool:
        """Whether it is a yes; after a `validate` that found it good."""
        return self.outcome.data == APPROVE


class WithdrawProposalForm(Form):
    """One button: that nobody has to decide any more."""


class AddSecretForm(ReasonedForm):
    """One more secret."""

    def fail_too_many(self) -> None:
        """Say what to do before."""
        self.fail("reason", _("Đã có hai mã đang dùng được. Kết thúc một mã trước"))


class RetireSecretForm(ReasonedForm):
    """One secret less."""


class SwitchForm(ReasonedForm):
    """Keeping a portal out, or letting it in again."""


class AssignForm(ReasonedForm):
    """Whose the portal is from now on; *teams* are those there are."""

    team = ChoiceField(_("Đội phụ trách"), choices=[])

    def __init__(self, *args: Any, teams: Mapping[str, str], **kwargs: Any) -> None:  # noqa: ANN401 (WTForms' own)
        super().__init__(*args, **kwargs)
        self.team.choices = list(teams.items())

    def validate_team(self, field: ChoiceField) -> None:
        if (field.data or "") not in {value for value, _text in field.choices}:
            refuse(_("Chọn đội phụ trách cổng"))


class CheckKeysForm(Form):
    """One button: that the keys be fetched now."""
