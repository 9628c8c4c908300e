"""What a tester presses and says."""

from typing import Final

from idp.integration_tests.model import Reason, Screen
from idp.web.forms import ChoiceField, Form, refuse
from idp.web.texts import lazy_gettext as _

SCREENS: Final = [
    (Screen.SIGNED_IN.value, _("Cổng cho vào: trang hiện đã đăng nhập, hoặc dịch vụ đã mở")),
    (Screen.TURNED_AWAY.value, _("Cổng không cho vào, nói rõ như thế và có lối đi tiếp")),
    (Screen.BROKEN.value, _("Trang lỗi hệ thống, trang trắng, hoặc trang cứ tải mãi")),
]
DOES_NOT_APPLY: Final = (
    Screen.DOES_NOT_APPLY.value,
    _("Cổng không có chức năng này"),
)
_UNCLEAR: Final = {
    Reason.NOT_BEGUN: _("Chưa thấy cổng gửi yêu cầu đăng nhập: mở cổng và đăng nhập đã"),
    Reason.CODE_NOT_REDEEMED: _("Cổng chưa đổi mã lấy token, nên chưa gặp chỗ sai: làm lại"),
    Reason.NO_LEVEL_ASKED: _("Cổng chưa đòi mức nào: làm lại, bắt đầu từ dịch vụ cần mức xác minh"),
    Reason.NOT_SENT_AGAIN: _("Chưa gửi lại câu trả lời cũ: làm bước đó đã"),
    Reason.NOT_TOLD: _("Chưa gửi tin đăng xuất cho cổng: làm bước đó đã"),
    Reason.APPLIES: _("Cổng có chức năng này, nên phải thử"),
}


class BeginForm(Form):
    """One button."""


class TellLogoutForm(Form):
    """One button."""


class ResultForm(Form):
    """What the portal shows in the end."""

    screen = ChoiceField(_("Trên màn hình của cổng, bạn thấy gì?"), choices=SCREENS)

    def ask_nothing(self) -> None:
        """One button: we have seen all there is."""
        self.screen.choices = []

    def offer_no_screen(self) -> None:
        """Let the tester say that the portal has nothing to try."""
        self.screen.choices = [*SCREENS, DOES_NOT_APPLY]

    def validate_screen(self, field: ChoiceField) -> None:
        if field.choices and field.data not in {value for value, _text in field.choices}:
            refuse(_("Chọn điều bạn thấy"))

    @property
    def seen(self) -> Screen:
        """The choice; after a `validate` that found it good."""
        return Screen(self.screen.data or "")

    def fail_unclear(self, reason: Reason) -> None:
        """Say why nothing can be recorded yet."""
        self.fail("screen", _UNCLEAR[reason])
