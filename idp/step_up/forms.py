"""What a citizen answers on the way to a higher level: buttons, no fields."""

from idp.web.forms import Form, LineField, refuse
from idp.web.texts import lazy_gettext as _

_SIGN_IN_AGAIN = "sign-in"
_GO_BACK = "back"
_TAKE_CODE = "take"
_CONFIRMED = "confirmed"


class StepUpForm(Form):
    """Sign in in a stronger way, or go back to the portal: the value of the button."""

    decision = LineField(id="step-up-back")

    def validate_decision(self, field: LineField) -> None:
        if field.data not in {_SIGN_IN_AGAIN, _GO_BACK}:
            refuse(_("Chọn một trong các nút"))

    @property
    def goes_back(self) -> bool:
        """Whether the button that leads back to the portal was pressed."""
        return self.decision.data == _GO_BACK


class AskCarrierForm(Form):
    """The button that has the carrier asked; only a token to check."""


class VisitForm(Form):
    """Take a code for the counter, or go on after it was confirmed: the value of the button."""

    decision = LineField(id="visit-confirmed")

    def validate_decision(self, field: LineField) -> None:
        if field.data not in {_TAKE_CODE, _CONFIRMED}:
            refuse(_("Chọn một trong các nút"))

    @property
    def wants_code(self) -> bool:
        """Whether the button that gives a code was pressed."""
        return self.decision.data == _TAKE_CODE

    def fail_unconfirmed(self) -> None:
        """Say that no officer has confirmed the code so far."""
        self.fail(
            "decision", _("Quầy chưa xác nhận mã này. Đưa mã cho cán bộ tại quầy, rồi thử lại")
        )
