"""What an operator tells portals."""

import re
from typing import Final

from idp.announcements.model import Audience
from idp.announcements.rules import (
    LONGEST_TEXT,
    LONGEST_TITLE,
    MOST_NAMED,
    Draft,
    DraftProblem,
    InvalidDraft,
    parse_draft,
)
from idp.console.forms import ProofForm
from idp.relying_parties.model import ClientId
from idp.web.forms import ChoiceField, LineField, ParagraphField, refuse
from idp.web.texts import gettext
from idp.web.texts import lazy_gettext as _

AUDIENCES: Final = [
    (Audience.EVERYBODY.value, _("Mọi cổng")),
    (Audience.PRODUCTION.value, _("Các cổng chính thức")),
    (Audience.SANDBOX.value, _("Các cổng thử nghiệm")),
    (Audience.NAMED.value, _("Chỉ các cổng ghi dưới đây")),
]
_BETWEEN: Final = re.compile(r"[\s,;]+")


class AnnounceForm(ProofForm):
    """Whom, and what, in both languages."""

    audience = ChoiceField(_("Gửi tới"), choices=AUDIENCES)
    client_ids = ParagraphField(_("Mã các cổng"))
    title_vi = LineField(_("Tiêu đề tiếng Việt"))
    text_vi = ParagraphField(_("Nội dung tiếng Việt"))
    title_en = LineField(_("Tiêu đề tiếng Anh"))
    text_en = ParagraphField(_("Nội dung tiếng Anh"))

    def validate_audience(self, field: ChoiceField) -> None:
        if field.data not in {value for value, _text in AUDIENCES}:
            refuse(_("Chọn cổng nhận thông báo"))

    def draft(self) -> Draft | None:
        """The announcement, after a `validate`; `None` where the form says what is wrong."""
        try:
            return parse_draft(
                audience=Audience(self.audience.data or ""),
                client_ids=frozenset(
                    ClientId(name) for name in _BETWEEN.split(self.client_ids.data or "") if name
                ),
                title_vi=self.title_vi.data or "",
                title_en=self.title_en.data or "",
                text_vi=self.text_vi.data or "",
                text_en=self.text_en.data or "",
            )
        except InvalidDraft as invalid:
            self.fail_draft(invalid)
            return None

    def fail_draft(self, invalid: InvalidDraft) -> None:
        """Say what is wrong, at the fields."""
        for name, problem in invalid.problems.items():
            self.fail(name, _words(name, problem))


class WithdrawAnnouncementForm(ProofForm):
    """That it is taken back."""


def _words(name: str, problem: DraftProblem) -> str:
    match problem:
        case DraftProblem.TOO_LONG:
            most = LONGEST_TITLE if name.startswith("title") else LONGEST_TEXT
            return gettext("Viết nhiều nhất %(n)d ký tự", n=most)
        case DraftProblem.TOO_MANY:
            return gettext("Ghi nhiều nhất %(n)d mã cổng", n=MOST_NAMED)
        case DraftProblem.UNKNOWN:
            return gettext("Có mã cổng chưa đăng ký. Kiểm tra từng mã, mỗi mã một dòng")
        case DraftProblem.NOT_ONE_LINE:
            return gettext("Viết tiêu đề trên một dòng")
        case DraftProblem.MISSING if name == "client_ids":
            return gettext("Nhập mã các cổng nhận thông báo, mỗi mã một dòng")
        case DraftProblem.MISSING:
            return gettext("Cần có cả tiếng Việt và tiếng Anh")
