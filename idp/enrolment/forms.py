"""What a person fills in to enrol with a mobile subscription."""

import re
from datetime import date
from typing import Any

from idp.carriers.model import ClaimedIdentity
from idp.core.birth_date import BirthDate, BirthDateProblem, InvalidBirthDate
from idp.core.full_name import FullName, InvalidFullName
from idp.core.identity_number import IdentityNumber, InvalidIdentityNumber
from idp.core.phone_number import InvalidPhoneNumber, PhoneNumber
from idp.enrolment.model import ClaimedDetails
from idp.web.forms import ChoiceField, Form, LineField, refuse
from idp.web.texts import lazy_gettext as _

CITIZEN, BUSINESS, AGENCY = "citizen", "business", "agency"
MOBILE = "mobile"

# Only what every address has (RFC 5321 §4.1.2 allows far more): whether it works shows in use.
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(?:\.[^@\s.]+)+")
_LONGEST_EMAIL = 254

_BIRTH_DATE_TEXTS: dict[BirthDateProblem, str] = {
    BirthDateProblem.MISSING: _("Nhập đủ ngày, tháng, năm sinh; hoặc chỉ năm nếu thẻ chỉ ghi năm"),
    BirthDateProblem.NOT_A_DATE: _("Ngày sinh phải là một ngày có thật"),
    BirthDateProblem.IN_FUTURE: _("Ngày sinh phải trước hôm nay"),
}


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


class MobileForm(Form):
    """
    The details to be compared with the carrier's record.

    `today` and `minimum_age` (years) come from the view.
    """

    identity_number = LineField(_("Số CMT/CCCD"))
    full_name = LineField(_("Họ và tên"))
    birth_day = LineField(_("Ngày"))
    birth_month = LineField(_("Tháng"))
    birth_year = LineField(_("Năm"))
    phone_number = LineField(_("Số điện thoại di động"))
    email = LineField(_("Thư điện tử"))
    contradiction_seen = LineField()

    def __init__(self, *args: Any, today: date, minimum_age: int, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self._today = today
        self._minimum_age = minimum_age

    def validate_identity_number(self, field: LineField) -> None:
        try:
            number = IdentityNumber.parse(field.data or "")
        except InvalidIdentityNumber:
            refuse(_("Số CMT/CCCD phải có 9 hoặc 12 chữ số"))
        try:
            birth_date = self._birth_date()
        except InvalidBirthDate:
            return  # said at the date
        # Numbers were assigned wrongly in the past, and stand: so this asks once and no more.
        seen = self.contradiction_seen.data == self.contradiction
        if number.contradicts(birth_date) and not seen:
            refuse(
                _(
                    "Số CCCD này thường thuộc về người sinh năm khác. Kiểm tra số và năm sinh; "
                    "nếu cả hai đúng như trên thẻ, nhấn Đăng ký lần nữa"
                )
            )

    def validate_full_name(self, field: LineField) -> None:
        if not field.data:
            refuse(_("Nhập họ và tên"))
        try:
            FullName.parse(field.data)
        except InvalidFullName:
            refuse(_("Họ và tên chỉ gồm chữ cái, dấu cách, dấu ' - và dấu chấm"))

    def validate_birth_day(self, field: LineField) -> None:
        self._check_birth_date(field)

    def validate_birth_month(self, field: LineField) -> None:
        self._check_birth_date(field)

    def validate_birth_year(self, field: LineField) -> None:
        self._check_birth_date(field)

    def validate_phone_number(self, field: LineField) -> None:
        try:
            PhoneNumber.parse(field.data or "")
        except InvalidPhoneNumber:
            refuse(_("Nhập số di động Việt Nam gồm 10 chữ số"))

    def validate_email(self, field: LineField) -> None:
        typed = field.data or ""
        if typed and (len(typed) > _LONGEST_EMAIL or not _EMAIL.fullmatch(typed)):
            refuse(_("Nhập thư điện tử theo dạng ten@example.com, hoặc để trống"))

    @property
    def contradiction(self) -> str:
        """The number and year that were shown to disagree; the page sends it back as seen."""
        return f"{self.identity_number.data}/{self.birth_year.data}"

    def details(self) -> ClaimedDetails:
        """Give the parsed values; after a `validate` that found them good."""
        return ClaimedDetails(
            identity=ClaimedIdentity(
                identity_number=IdentityNumber.parse(self.identity_number.data or ""),
                full_name=FullName.parse(self.full_name.data or ""),
                birth_date=self._birth_date(),
            ),
            phone_number=PhoneNumber.parse(self.phone_number.data or ""),
            email=self.email.data or None,
        )

    def _check_birth_date(self, part: LineField) -> None:
        """Refuse at the one part to be mended: the first that is empty, else the day."""
        parts = (self.birth_day, self.birth_month, self.birth_year)
        try:
            birth_date = self._birth_date()
        except InvalidBirthDate as problem:
            missing = problem.reason is BirthDateProblem.MISSING
            at = next(p for p in parts if not p.data) if missing else parts[0]
            if part is at:
                nothing = not any(p.data for p in parts)
                refuse(_("Nhập ngày sinh") if nothing else _BIRTH_DATE_TEXTS[problem.reason])
            return
        if part is parts[0] and birth_date.age_on(self._today) < self._minimum_age:
            refuse(_("Bạn phải từ %(n)d tuổi trở lên để đăng ký", n=self._minimum_age))

    def _birth_date(self) -> BirthDate:
        return BirthDate.parse(
            self.birth_day.data or "",
            self.birth_month.data or "",
            self.birth_year.data or "",
            today=self._today,
        )


class RecheckForm(Form):
    """One button: ask the carrier again, after the record there was put right or it was away."""


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
