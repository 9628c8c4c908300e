"""
What a person reads before details go to a carrier (Luật 91/2025/QH15 on personal data, art. 9).

The text is versioned, and kept; the hash of what was shown stands with the enrolment, so that it
can be proved later what a person was told. A change of the words needs a new version.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

VERSION: Final = "2026-11-22"

_VI: Final = """
Để xác minh, chúng tôi hỏi nhà mạng đang giữ số của bạn ({carriers}) xem số CMT/CCCD, họ tên và ngày
sinh bạn nhập có khớp với thông tin thuê bao hay không. Để tìm nhà mạng đó, chúng tôi chỉ gửi số
điện thoại. Nhà mạng trả lời khớp hay không khớp, không gửi thông tin của bạn cho chúng tôi. Mỗi năm
một lần, chúng tôi hỏi lại xem số đó còn đứng tên bạn không.

Chúng tôi lưu thông tin bạn nhập và kết quả xác minh để lập và giữ tài khoản của bạn. Tới địa chỉ
thư điện tử, nếu bạn nhập, chúng tôi gửi một liên kết để xác nhận, và sau đó chỉ gửi thông báo về
tài khoản. Nếu bạn chưa đăng ký xong, thông tin bị xoá sau {days} ngày.

Mỗi cổng dịch vụ công chỉ nhận thông tin mà bạn đồng ý chia sẻ với cổng đó.
"""
_EN: Final = """
To verify you, we ask the operator that serves your number ({carriers}) whether the ID number, name
and date of birth you enter match its subscriber record. To find that operator we send the phone
number alone. The operator answers whether they match; it sends us none of your details. Once a year
we ask again whether the number is still in your name.

We keep what you enter and the result of the check to create and hold your account. To your email
address, if you enter one, we send a link to confirm it, and after that nothing but notices about
your account. If you do not finish, what you entered is deleted after {days} days.

A public service portal receives only what you agree to share with it.
"""


@dataclass(frozen=True, slots=True)
class Notice:
    """One version of the notice, in both languages."""

    version: str
    vi: tuple[str, ...]
    en: tuple[str, ...]

    def paragraphs(self, locale: str) -> tuple[str, ...]:
        """The text in the language of a page."""
        return self.en if locale == "en" else self.vi

    def text(self, locale: str) -> str:
        """The same in one, as it is kept and hashed."""
        return "\n".join(self.paragraphs(locale))


def enrolment_notice(*, carriers: Sequence[str], kept_days: int) -> Notice:
    """The notice in force; *carriers* are the names people know them by."""
    values = {"carriers": ", ".join(carriers), "days": str(kept_days)}
    return Notice(
        VERSION, vi=_paragraphs(_VI.format_map(values)), en=_paragraphs(_EN.format_map(values))
    )


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(" ".join(paragraph.split()) for paragraph in text.strip().split("\n\n"))
