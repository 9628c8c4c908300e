"""What a citizen fills in to add a number."""

from typing import Any

from idp.core.identity_number import (
    IdentityNumber,
    IdentityNumberKind,
    InvalidIdentityNumber,
)
from idp.web.forms import Form, LineField, refuse
from idp.web.texts import lazy_gettext as _


class AddNumberForm(Form):
    """The number of the kind that the account has not; `kind` comes from the view."""

    identity_number = LineField(_("Số CMT/CCCD"))

    def __init__(self, *args: Any, kind: IdentityNumberKind, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.kind = kind
        self["identity_number"].label.text = (
            _("Số CCCD") if kind is IdentityNumberKind.CCCD else _("Số CMND")
        )

    def validate_identity_number(self, _field: LineField) -> None:
        try:
            fits = self.number.kind is self.kind
        except InvalidIdentityNumber:
            fits = False
        if fits:
            return
        if self.kind is IdentityNumberKind.CCCD:
            refuse(_("Số CCCD gồm 12 chữ số"))
        refuse(_("Số CMND gồm 9 chữ số"))

    @property
    def number(self) -> IdentityNumber:
        """The number; after a `validate` that found it good."""
        return IdentityNumber.parse(self.identity_number.data or "")

    def fail_silent(self) -> None:
        """Say that the carrier could not be asked."""
        self.fail("identity_number", _("Nhà mạng chưa trả lời. Thử lại sau ít phút"))
