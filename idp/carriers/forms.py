"""What a person fills in to be compared with a carrier's record."""

from datetime import date
from typing import Any

from idp.carriers.model import ClaimedIdentity
from idp.core.birth_date import BirthDate, BirthDateProblem, InvalidBirthDate
from idp.core.full_name import FullName, InvalidFullName
from idp.core.identity_number import IdentityNumber, InvalidIdentityNumber
from idp.web.forms import Form, LineField, PhoneField, refuse
from idp.web.texts import lazy_gettext as _

_BIRTH_DATE_TEXTS: dict[BirthDateProblem, str] = {
    BirthDateProblem.MISSING: _("Nhập đủ ngày, tháng, năm sinh; hoặc chỉ năm nếu thẻ chỉ ghi năm"),
    BirthDateProblem.NOT_A_DATE: _("Ngày sinh phải là một ngày có thật"),
    BirthDateProblem.IN_FUTURE: _("Ngày sinh phải trước hôm nay"),
}


class SubscriberForm(Form):
    """
    A person, and the mobile subscription that is said to be theirs.

    `today` comes from the view.
    """

    identity_number = LineField(_("Số CMT/CCCD"))
    full_name = LineField(_("Họ và tên"))
    birth_day = LineField(_("Ngày"))
    birth_month = LineField(_("Tháng"))
    birth_year = LineField(_("Năm"))
    phone_number = PhoneField(_("Số điện thoại di động"))
    contradiction_seen = LineField()

    contradiction_text = _(
        "Số CCCD này thường thuộc về người sinh năm khác. Kiểm tra số và năm sinh; "
        "nếu cả hai đúng như trên thẻ, nhấn Tiếp tục lần nữa"
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self._born_before = today

    def validate_identity_number(self, field: LineField) -> None:
        try:
            number = IdentityNumber.parse(field.data or "")
        except InvalidIdentityNumber:
            refuse(_("Số CMT/CCCD phải có 9 hoặc 12 chữ số"))
        try:
            birth_date = self.birth_date()
        except InvalidBirthDate:
            return  # said at the date
        # Numbers were assigned wrongly in the past, and stand: so this asks once and no more.
        seen = self.contradiction_seen.data == self.contradiction
        if number.contradicts(birth_date) and not seen:
            refuse(self.contradiction_text)

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

    @property
    def contradiction(self) -> str:
        """The number and year that were shown to disagree; the page sends it back as seen."""
        return f"{self.identity_number.data}/{self.birth_year.data}"

    def identity(self) -> ClaimedIdentity:
        """Give the person, parsed; after a `validate` that found them good."""
        return ClaimedIdentity(
            identity_number=IdentityNumber.parse(self.identity_number.data or ""),
            full_name=FullName.parse(self.full_name.data or ""),
            birth_date=self.birth_date(),
        )

    def birth_date(self) -> BirthDate:
        """Parse what is typed for it. Raises `InvalidBirthDate`."""
        return BirthDate.parse(
            self.birth_day.data or "",
            self.birth_month.data or "",
            self.birth_year.data or "",
            today=self._born_before,
        )

    def _check_birth_date(self, part: LineField) -> None:
        """Refuse at the one part to be mended: the first that is empty, else the day."""
        parts = (self.birth_day, self.birth_month, self.birth_year)
        try:
            self.birth_date()
        except InvalidBirthDate as problem:
            missing = problem.reason is BirthDateProblem.MISSING
            at = next(p for p in parts if not p.data) if missing else parts[0]
            if part is at:
                nothing = not any(p.data for p in parts)
                refuse(_("Nhập ngày sinh") if nothing else _BIRTH_DATE_TEXTS[problem.reason])
