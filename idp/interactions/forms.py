"""What a citizen answers between the steps."""

from idp.web.forms import Form, LineField, refuse
from idp.web.texts import lazy_gettext as _


class NotYouForm(Form):
    """Whether the person of the session is the one before the screen: go on, or somebody else."""

    decision = LineField(id="go-on")

    def validate_decision(self, field: LineField) -> None:
        if field.data not in {"continue", "other"}:
            refuse(_("Chọn một trong hai nút"))

    @property
    def is_other_person(self) -> bool:
        """Whether the button of somebody else was pressed."""
        return self.decision.data == "other"


class NotAdmittedForm(Form):
    """Where somebody goes whom the relying party may not let in: back to it, or as another."""

    decision = LineField(id="go-back")

    def validate_decision(self, field: LineField) -> None:
        if field.data not in {"back", "other"}:
            refuse(_("Chọn một trong hai nút"))

    @property
    def is_other_person(self) -> bool:
        """Whether the button of another account was pressed."""
        return self.decision.data == "other"
