"""What a citizen fills in to get a new password."""

from idp.carriers.forms import SubscriberForm
from idp.core.phone_number import InvalidPhoneNumber, PhoneNumber
from idp.web.forms import Form, LineField, digits_as_typed, refuse
from idp.web.texts import lazy_gettext as _


class OtherPhoneForm(SubscriberForm):
    """
    Who has the other phone, to be compared with the carrier's record.

    Everything that a carrier is asked about is typed, as at enrolment: so it can be asked the same
    question about somebody who has no account.
    """

    phone_number = LineField(_("Số điện thoại đang dùng"))


class CancelForm(Form):
    """One button: opening a link says nothing, since phones and mail scanners open them all."""


class RecoverForm(Form):
    """
    Identity number and the phone number registered with it.

    A text that cannot be an identity number goes the way of one that nobody has.
    """

    username = LineField(_("Số CMT hoặc CCCD"))
    phone_number = LineField(_("Số điện thoại đã đăng ký"))

    def validate_username(self, _field: LineField) -> None:
        if not self.typed_number:
            refuse(_("Nhập số CMT/CCCD"))

    def validate_phone_number(self, field: LineField) -> None:
        try:
            PhoneNumber.parse(field.data or "")
        except InvalidPhoneNumber:
            refuse(_("Nhập số di động Việt Nam gồm 10 chữ số"))

    @property
    def typed_number(self) -> str:
        """The identity number without spaces, dots and hyphens; not yet known to be one."""
        return digits_as_typed(self.username.data)

    @property
    def number(self) -> PhoneNumber:
        """The phone number; after a `validate` that found it good."""
        return PhoneNumber.parse(self.phone_number.data or "")
