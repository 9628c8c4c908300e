"""What an operator fills in about a case."""

from datetime import timedelta
from typing import Final

from idp.console.forms import ProofForm
from idp.disputes.model import DisputeOutcome, Side
from idp.disputes.rules import LONGEST_EXTENSION, LONGEST_WORDS, SHORTEST_WORDS, Ruling
from idp.web.forms import ChoiceField, LineField, ParagraphField, digits_as_typed, refuse
from idp.web.texts import lazy_gettext as _

_MOST_DIGITS: Final = 3
OUTCOMES: Final = [
    (DisputeOutcome.KEEP.value, _("Giữ nguyên tài khoản")),
    (DisputeOutcome.TRANSFER.value, _("Chuyển số CMT/CCCD cho người khiếu nại")),
    (DisputeOutcome.CLOSE.value, _("Đóng tài khoản")),
]
SIDES: Final = [
    (Side.CLAIMANT.value, _("Người khiếu nại")),
    (Side.HOLDER.value, _("Người đang dùng tài khoản")),
]


def _check_words(field: ParagraphField) -> None:
    if not SHORTEST_WORDS <= len(field.data or "") <= LONGEST_WORDS:
        refuse(_("Viết từ %(least)d đến %(most)d ký tự", least=SHORTEST_WORDS, most=LONGEST_WORDS))


class DecideForm(ProofForm):
    """One operator's decision, and why, for the file."""

    outcome = ChoiceField(_("Quyết định của bạn"), choices=OUTCOMES)
    reason = ParagraphField(_("Lý do"))

    def validate_outcome(self, field: ChoiceField) -> None:
        if field.data not in {value for value, _text in OUTCOMES}:
            refuse(_("Chọn một quyết định"))

    def validate_reason(self, field: ParagraphField) -> None:
        _check_words(field)

    def fail_ruling(self, ruling: Ruling) -> None:
        """Say why the decision does not count."""
        if ruling is Ruling.TOO_EARLY:
            text = _(
                "Chưa quyết định được: người đang dùng tài khoản còn thời gian và chưa trả lời"
            )
        else:
            text = _("Bạn đã quyết định rồi. Cần một cán bộ khác")
        self.fail("outcome", text)

    def fail_number_gone(self) -> None:
        """Say that there is nothing to transfer."""
        self.fail("outcome", _("Tài khoản không còn số này. Chọn giữ nguyên hoặc đóng"))


class ExtendForm(ProofForm):
    """How much more time the holder gets."""

    hours = LineField(_("Thêm bao nhiêu giờ"))

    def validate_hours(self, _field: LineField) -> None:
        typed = digits_as_typed(self.hours.data)
        is_number = typed.isascii() and typed.isdecimal() and len(typed) <= _MOST_DIGITS
        if not is_number or not 1 <= int(typed) <= LONGEST_EXTENSION:
            refuse(_("Nhập số giờ, từ 1 đến %(most)d", most=LONGEST_EXTENSION))

    @property
    def more(self) -> timedelta:
        """The time; after a `validate` that found it good."""
        return timedelta(hours=int(digits_as_typed(self.hours.data)))


class AskMoreForm(ProofForm):
    """Whom to ask, and what."""

    side = ChoiceField(_("Hỏi ai"), choices=SIDES)
    question = ParagraphField(_("Câu hỏi"))

    def validate_side(self, field: ChoiceField) -> None:
        if field.data not in {value for value, _text in SIDES}:
            refuse(_("Chọn người được hỏi"))

    def validate_question(self, field: ParagraphField) -> None:
        _check_words(field)
