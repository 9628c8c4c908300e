"""What a citizen answers when a portal asks for personal details."""

from idp.web.forms import Form, LineField, refuse
from idp.web.texts import lazy_gettext as _

ALLOW = "allow"
DENY = "deny"


class ConsentForm(Form):
    """
    The value of the button that was pressed: `allow` or `deny`.

    *shown* names the question that was on the page: an answer to another one is no answer.
    """

    decision = LineField(id="consent-allow")
    shown = LineField()

    def validate_decision(self, field: LineField) -> None:
        if field.data not in {ALLOW, DENY}:
            refuse(_("Chọn một trong hai nút"))

    @property
    def is_allowed(self) -> bool:
        """Whether the citizen agreed; anything but a clear yes is a no."""
        return self.decision.data == ALLOW
