"""What an operator says about a rotation."""

from typing import Final

from idp.console.forms import ReasonedForm
from idp.signing.material import SigningAlgorithm
from idp.web.forms import ChoiceField, refuse
from idp.web.texts import lazy_gettext as _

EVERY: Final = "every"
ALGORITHMS: Final = [
    (EVERY, _("Mọi loại khoá")),
    *((each.value, each.value) for each in SigningAlgorithm),
]


class RotateForm(ReasonedForm):
    """Which keys, and why."""

    algorithm = ChoiceField(_("Đổi khoá nào"), choices=ALGORITHMS)

    def validate_algorithm(self, field: ChoiceField) -> None:
        if field.data not in {value for value, _text in ALGORITHMS}:
            refuse(_("Chọn khoá cần đổi"))

    @property
    def chosen(self) -> SigningAlgorithm | None:
        """The one algorithm, or `None` for each; after a `validate` that found it good."""
        return None if self.algorithm.data == EVERY else SigningAlgorithm(self.algorithm.data or "")

    def fail_waiting(self) -> None:
        """Say that a successor is there already."""
        self.fail("algorithm", _("Khoá mới đã được công bố và sẽ tự đến lượt. Chưa cần thêm khoá"))

    def fail_unwritable(self) -> None:
        """Say that nothing was changed, through no fault of whoever asks."""
        self.fail("algorithm", _("Chưa ghi được vòng khoá. Chưa có gì thay đổi; thử lại sau"))


class RotateNowForm(RotateForm):
    """The same, without the time portals have to fetch the new key."""
