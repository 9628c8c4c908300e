"""What an officer fills in while a citizen stands at the counter."""

from typing import Final

from idp.core.identity_number import IdentityNumber, InvalidIdentityNumber
from idp.counter_visits.model import DocumentKind, VisitId
from idp.web.forms import ChoiceField, Form, LineField, digits_as_typed, refuse
from idp.web.texts import lazy_gettext as _

DOCUMENTS: Final = [
    (DocumentKind.IDENTITY_CARD.value, _("Căn cước hoặc CCCD")),
    (DocumentKind.PASSPORT.value, _("Hộ chiếu")),
]


class VisitCodeForm(Form):
    """The code that the citizen has on the telephone."""

    visit_code = LineField(_("Mã của công dân"))

    def validate_visit_code(self, _field: LineField) -> None:
        if not self.typed_code:
            refuse(_("Nhập mã của công dân"))

    @property
    def typed_code(self) -> str:
        """The code without what people group digits with."""
        return digits_as_typed(self.visit_code.data)

    def fail_unknown(self) -> None:
        """Say that nobody is expected by it."""
        self.fail("visit_code", _("Không có mã này, hoặc mã đã dùng hay hết hạn"))

    def fail_barred(self) -> None:
        """Say that nothing is confirmed now."""
        self.fail("visit_code", _("Tài khoản đang khoá hoặc có khiếu nại, chưa xác nhận được"))

    def fail_too_often(self, minutes: int) -> None:
        """Say how long the wait is."""
        text = _("Bạn đã nhập sai quá nhiều lần. Thử lại sau %(n)d phút", n=minutes)
        self.fail("visit_code", text)


class ConfirmVisitForm(VisitCodeForm):
    """The document on the counter, and the officer's word; *visit_id*: the visit that was seen."""

    visit_id = LineField()
    document = ChoiceField(_("Giấy tờ công dân đưa"), choices=DOCUMENTS)
    card_number = LineField(_("Số trên giấy tờ, nếu tài khoản có số khác"))
    compared = LineField(_("Họ tên, ngày sinh, số và khuôn mặt đều khớp"))

    def validate_document(self, field: ChoiceField) -> None:
        if field.data not in {value for value, _text in DOCUMENTS}:
            refuse(_("Chọn giấy tờ"))

    def validate_card_number(self, _field: LineField) -> None:
        try:
            self._parsed()
        except InvalidIdentityNumber:
            refuse(_("Số CMT/CCCD phải có 9 hoặc 12 chữ số"))

    def validate_compared(self, field: LineField) -> None:
        if field.data != "yes":
            refuse(_("So với giấy tờ rồi đánh dấu vào ô này"))

    @property
    def seen(self) -> VisitId:
        """The visit that was seen."""
        return VisitId(self.visit_id.data or "")

    @property
    def chosen_document(self) -> DocumentKind:
        """The document; after a `validate` that found it good."""
        return DocumentKind(self.document.data or "")

    @property
    def number_on_card(self) -> IdentityNumber | None:
        """The other number, if one was typed; after a `validate` that found it good."""
        return self._parsed()

    def _parsed(self) -> IdentityNumber | None:
        typed = digits_as_typed(self.card_number.data)
        return IdentityNumber.parse(typed) if typed else None

    def fail_taken(self) -> None:
        """Say that the number on the card is another account's."""
        text = _("Số này thuộc tài khoản khác. Công dân có thể gửi khiếu nại")
        self.fail("card_number", text)

    def fail_other_card(self) -> None:
        """Say that this is not the card of the account."""
        self.fail("card_number", _("Tài khoản có số khác cùng loại: đây không phải thẻ của họ"))
