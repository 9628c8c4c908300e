"""What a citizen fills in to ask something about the own data."""

from idp.data_requests.model import RequestKind, RequestNumber
from idp.web.forms import ChoiceField, Form, ParagraphField, refuse
from idp.web.texts import lazy_gettext as _

KINDS = {
    RequestKind.ACCESS: _("Xem dữ liệu về tôi mà trang tải dữ liệu không có"),
    RequestKind.CORRECTION: _("Sửa dữ liệu sai"),
    RequestKind.DELETION: _("Xoá dữ liệu"),
    RequestKind.RESTRICTION: _("Hạn chế việc dùng dữ liệu"),
    RequestKind.OBJECTION: _("Phản đối một việc dùng dữ liệu"),
    RequestKind.WITHDRAWAL: _("Rút lại sự đồng ý"),
}
_SHORTEST = 10
_LONGEST = 2000


class DataRequestForm(Form):
    """What is asked, and about which data."""

    kind = ChoiceField(
        _("Bạn muốn yêu cầu điều gì?"),
        choices=[(kind.value, words) for kind, words in KINDS.items()],
    )
    words = ParagraphField(_("Nói rõ yêu cầu"))

    def validate_kind(self, field: ChoiceField) -> None:
        if field.data not in set(RequestKind):
            refuse(_("Chọn một loại yêu cầu"))

    def validate_words(self, field: ParagraphField) -> None:
        length = len(field.data or "")
        if length < _SHORTEST:
            refuse(_("Viết vài câu: dữ liệu nào, và bạn muốn chúng tôi làm gì"))
        if length > _LONGEST:
            refuse(_("Viết nhiều nhất %(n)d ký tự", n=_LONGEST))

    @property
    def chosen(self) -> RequestKind:
        """The kind; after a `validate` that found it good."""
        return RequestKind(self.kind.data or "")

    def fail_asked_already(self, number: RequestNumber) -> None:
        """Say that such a request is being worked on."""
        self.fail("kind", _("Yêu cầu loại này đang được xử lý: %(number)s", number=number))
