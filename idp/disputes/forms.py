"""What the two sides of a dispute fill in."""

from idp.carriers.forms import SubscriberForm
from idp.disputes.model import CaseNumber, ClaimedDetails
from idp.disputes.rules import LONGEST_WORDS, SHORTEST_WORDS, parse_case_number
from idp.web.forms import Form, LineField, ParagraphField, PhoneField, refuse
from idp.web.texts import lazy_gettext as _


def check_words(field: ParagraphField) -> None:
    """Refuse words that say nothing, or too much for anybody to read."""
    length = len(field.data or "")
    if length < SHORTEST_WORDS:
        refuse(_("Viết vài câu về chuyện đã xảy ra"))
    if length > LONGEST_WORDS:
        refuse(_("Viết nhiều nhất %(n)d ký tự", n=LONGEST_WORDS))


class ComplaintForm(SubscriberForm):
    """Who complains, the phone to call, what happened, and their word for it."""

    story = ParagraphField(_("Chuyện gì đã xảy ra?"))
    declared = LineField(_("Tôi cam đoan thông tin trên là đúng"))

    def validate_story(self, field: ParagraphField) -> None:
        check_words(field)

    def validate_declared(self, field: LineField) -> None:
        if field.data != "yes":
            refuse(_("Đánh dấu vào ô cam đoan nếu thông tin đúng"))

    def details(self) -> ClaimedDetails:
        """Give the parsed values; after a `validate` that found them good."""
        return ClaimedDetails(
            identity=self.identity(),
            phone_number=self.phone_number.number,
            story=self.story.data or "",
        )


class RecheckForm(Form):
    """One button: ask the carrier again, after the record there was put right or it was away."""


class SendForm(Form):
    """One button: send the complaint as it was shown."""


class LeaveForm(Form):
    """One button: back to the portal, which is told that nobody signed in."""


class FollowForm(Form):
    """By what a case is found: its number, and the phone its claimant has proved."""

    number = LineField(_("Mã khiếu nại"))
    phone_number = PhoneField(_("Số điện thoại bạn đã dùng để khiếu nại"))

    def validate_number(self, field: LineField) -> None:
        if parse_case_number(field.data or "") is None:
            refuse(_("Nhập mã khiếu nại theo dạng KN-2026-000123"))

    @property
    def case(self) -> CaseNumber | None:
        """The number of the case; after a `validate` that found it good there is one."""
        return parse_case_number(self.number.data or "")


class WordsForm(Form):
    """What a side adds to the case, in words."""

    words = ParagraphField(_("Bạn muốn nói thêm điều gì?"))

    def validate_words(self, field: ParagraphField) -> None:
        check_words(field)

    def fail_said_enough(self) -> None:
        """Say that nobody waits for more."""
        self.fail("words", _("Bạn đã bổ sung nhiều lần. Khi cần thêm, cán bộ sẽ hỏi bạn"))


class ConfirmHolderForm(Form):
    """One button: have the carrier asked whether the phone is the holder's."""


class EnrolForm(Form):
    """One button: go on to a password, and an account of one's own."""
