"""What a citizen fills in to get a new password."""

from idp.carriers.forms import SubscriberForm
from idp.web.forms import Form, LineField, PhoneField, digits_as_typed, refuse
from idp.web.texts import lazy_gettext as _


class OtherPhoneForm(SubscriberForm):
    """
    Who has the other phone, to be compared with the carrier's record.

    Everything that a carrier is asked about is typed, as at enrolment: so it can be asked the same
    question about somebody who has no account.
    """

    phone_number = PhoneField(_("Số điện thoại đang dùng"))


class CancelForm(Form):
    """One button: opening a link says nothing, since phones and mail scanners open them all."""


class RecoverForm(Form):
    """
    Identity number and the phone number registered with it.

    A text that cannot be an identity number goes the way of one that nobody has.
    """

    username = LineField(_("Số CMT hoặc CCCD"))
    phone_number = PhoneField(_("Số điện thoại đã đăng ký"))

    def validate_username(self, _field: LineField) -> None:
        if not self.typed_number:
            refuse(_("Nhập số CMT/CCCD"))

    @property
    def typed_number(self) -> str:
        """The identity number without spaces, dots and hyphens; not yet known to be one."""
        return digits_as_typed(self.username.data)
