"""What a citizen fills in to look after phone numbers."""

from idp.core.phone_number import InvalidPhoneNumber, PhoneNumber
from idp.web.forms import Form, LineField, refuse
from idp.web.texts import lazy_gettext as _


class AddPhoneForm(Form):
    """The number to add."""

    phone_number = LineField(_("Số điện thoại mới"))

    def validate_phone_number(self, field: LineField) -> None:
        try:
            PhoneNumber.parse(field.data or "")
        except InvalidPhoneNumber:
            refuse(_("Nhập số di động Việt Nam gồm 10 chữ số"))

    @property
    def number(self) -> PhoneNumber:
        """The number; after a `validate` that found it good."""
        return PhoneNumber.parse(self.phone_number.data or "")

    def fail_held(self) -> None:
        """Say that the account has it."""
        self.fail("phone_number", _("Tài khoản đã có số này"))

    def fail_too_many(self, at_most: int) -> None:
        """Say how many there may be."""
        self.fail(
            "phone_number",
            _("Tài khoản có tối đa %(n)d số. Gỡ bỏ một số trước khi thêm", n=at_most),
        )


class ChangePhoneForm(Form):
    """The wish to do what the page says; there is nothing to fill in."""
