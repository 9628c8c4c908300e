"""What a citizen answers when a session is there already."""

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
