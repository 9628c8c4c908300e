"""What a person fills in to enrol with a mobile subscription."""

from datetime import date
from typing import Any

from idp.carriers.forms import SubscriberForm
from idp.core.birth_date import InvalidBirthDate
from idp.core.email_address import EmailAddress, InvalidEmailAddress
from idp.core.identity_number import (
    IdentityNumber,
    IdentityNumberKind,
    InvalidIdentityNumber,
)
from idp.enrolment.model import ClaimedDetails
from idp.web.forms import ChoiceField, Form, LineField, PhoneField, digits_as_typed, refuse
from idp.web.texts import lazy_gettext as _

CITIZEN, BUSINESS, AGENCY = "citizen", "business", "agency"
MOBILE = "mobile"


class MethodForm(Form):
    """Who enrols, and by what; nothing is ticked beforehand."""

    subject = ChoiceField(
        _("Bạn đăng ký cho ai?"),
        choices=[
            (CITIZEN, _("Công dân")),
            (BUSINESS, _("Doanh nghiệp")),
            (AGENCY, _("Cơ quan nhà nước")),
        ],
    )
    method = ChoiceField(_("Phương thức"), choices=[(MOBILE, _("Thuê bao di động"))])

    def validate_subject(self, field: ChoiceField) -> None:
        if field.data not in {CITIZEN, BUSINESS, AGENCY}:
            refuse(_("Chọn bạn đăng ký cho ai"))

    def validate_method(self, field: ChoiceField) -> None:
        # For a business or an agency no method is open yet, so none need be chosen.
        if self.subject.data not in {BUSINESS, AGENCY} and field.data != MOBILE:
            refuse(_("Chọn một phương thức đăng ký"))

    @property
    def is_open(self) -> bool:
        """Whether the chosen subject can enrol here; otherwise a page says it cannot yet."""
        return self.subject.data == CITIZEN


class MobileForm(SubscriberForm):
    """
    The details to be compared with the carrier's record.

    `today` and `minimum_age` (years) come from the view.
    """

    email = LineField(_("Thư điện tử"))

    contradiction_text = _(
        "Số CCCD này thường thuộc về người sinh năm khác. Kiểm tra số và năm sinh; "
        "nếu cả hai đúng như trên thẻ, nhấn Đăng ký lần nữa"
    )

    def __init__(self, *args: Any, today: date, minimum_age: int, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, today=today, **kwargs)
        self._today = today
        self._minimum_age = minimum_age

    def validate_birth_day(self, field: LineField) -> None:
        super().validate_birth_day(field)
        try:
            age = self.birth_date().age_on(self._today)
        except InvalidBirthDate:
            return  # said at another part of the date
        if age < self._minimum_age:
            refuse(_("Bạn phải từ %(n)d tuổi trở lên để đăng ký", n=self._minimum_age))

    def validate_email(self, field: LineField) -> None:
        try:
            if field.data:
                EmailAddress.parse(field.data)
        except InvalidEmailAddress:
            refuse(_("Nhập thư điện tử theo dạng ten@example.com, hoặc để trống"))

    def details(self) -> ClaimedDetails:
        """Give the parsed values; after a `validate` that found them good."""
        return ClaimedDetails(
            identity=self.identity(),
            phone_number=self.phone_number.number,
            email=self.email.data or None,
        )


class RecheckForm(Form):
    """One button: ask the carrier again, after the record there was put right or it was away."""


class OldNumberForm(Form):
    """The CMND that a carrier's record may still have in the place of the CCCD."""

    old_identity_number = LineField(_("Số CMND cũ (nếu có)"))

    def validate_old_identity_number(self, _field: LineField) -> None:
        try:
            kind = self.number.kind
        except InvalidIdentityNumber:
            kind = None
        if kind is not IdentityNumberKind.CMND:
            refuse(_("Số CMND cũ gồm 9 chữ số"))

    @property
    def number(self) -> IdentityNumber:
        """The CMND; after a `validate` that found it good."""
        return IdentityNumber.parse(self.old_identity_number.data or "")


class TakeUpForm(Form):
    """
    By what an unfinished enrolment is found: the identity number and the phone that were typed.

    The phone too: a stranger can begin an enrolment with anybody's identity number, and it must not
    stand in the way of the owner's. A text that cannot be an identity number goes the way of one
    that nobody has typed.
    """

    identity_number = LineField(_("Số CMT/CCCD"))
    phone_number = PhoneField(_("Số điện thoại di động"))

    def validate_identity_number(self, _field: LineField) -> None:
        if not self.typed_number:
            refuse(_("Nhập số CMT/CCCD"))

    @property
    def typed_number(self) -> str:
        """The identity number without spaces, dots and hyphens; not yet known to be one."""
        return digits_as_typed(self.identity_number.data)


class KeptForm(Form):
    """What to do with an enrolment that was kept: go on with it, or start anew."""

    decision = LineField(id="go-on")

    def validate_decision(self, field: LineField) -> None:
        if field.data not in {"continue", "anew"}:
            refuse(_("Chọn một trong hai nút"))

    @property
    def is_anew(self) -> bool:
        """Whether to forget what was kept."""
        return self.decision.data == "anew"
