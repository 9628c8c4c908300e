"""What a citizen fills in to look after phone numbers."""

from idp.web.forms import Form, PhoneField
from idp.web.texts import lazy_gettext as _


class AddPhoneForm(Form):
    """The number to add."""

    phone_number = PhoneField(_("Số điện thoại mới"))

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
