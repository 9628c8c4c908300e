"""
The words of every mail.

Vietnamese, then English: which of them a citizen reads is not known. They hold nothing of a person,
for mailboxes are read on other people's screens too, and name the service in full. A mail is a
notice: the one thing it ever asks is to press a link that says what it is for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Final

from idp.core.two_languages import Text
from idp.core.vietnam import written
from idp.messaging.model import Mail, NoticeKind


@dataclass(frozen=True, slots=True)
class Writer:
    """Who writes: the service's name in both languages, and the number to call."""

    name_vi: str
    name_en: str
    hotline: str


@dataclass(frozen=True, slots=True)
class LapsingCredential:
    """Whose secret or key it is, and which of them: *shown* are its last four, or its name."""

    client_id: str
    name_vi: str
    name_en: str
    shown: str


# As a subject, and as the end of "… lúc/at <moment>".
_HAPPENED: Final[Mapping[NoticeKind, Text]] = {
    NoticeKind.PASSWORD_CHANGED: Text(
        "Mật khẩu tài khoản vừa được đổi", "The password of your account was changed"
    ),
    NoticeKind.DISPUTE_OPENED: Text(
        "Có khiếu nại về tài khoản của bạn", "Somebody disputes your account"
    ),
    NoticeKind.DISPUTE_MORE_NEEDED: Text(
        "Cần bạn bổ sung thông tin cho khiếu nại về tài khoản",
        "We need to know more from you about the complaint",
    ),
    NoticeKind.DISPUTE_KEPT: Text(
        "Khiếu nại đã được giải quyết: tài khoản vẫn là của bạn",
        "The complaint is resolved: the account stays yours",
    ),
    NoticeKind.DISPUTE_TRANSFERRED: Text(
        "Khiếu nại đã được giải quyết: số giấy tờ thuộc về người khác",
        "The complaint is resolved: the identity number is another person's",
    ),
    NoticeKind.DISPUTE_CLOSED: Text(
        "Khiếu nại đã được giải quyết: tài khoản đã đóng",
        "The complaint is resolved: the account is closed",
    ),
    NoticeKind.ENROLMENT_FINISHED: Text("Tài khoản đã được tạo", "Your account was created"),
    NoticeKind.AUTHENTICATOR_ADDED: Text(
        "Tài khoản vừa thêm một cách đăng nhập", "A way to sign in was added to your account"
    ),
    NoticeKind.AUTHENTICATOR_REMOVED: Text(
        "Tài khoản vừa bỏ một cách đăng nhập", "A way to sign in was removed from your account"
    ),
    NoticeKind.RECOVERY_CODES_MADE: Text(
        "Tài khoản vừa tạo bộ mã dự phòng mới", "New recovery codes were made for your account"
    ),
    NoticeKind.RECOVERY_CODE_USED: Text(
        "Một mã dự phòng vừa được dùng để đăng nhập", "A recovery code was used to sign in"
    ),
    NoticeKind.PHONE_LOST: Text(
        "Tài khoản đã bỏ một số điện thoại, vì nhà mạng báo số đó đã đổi chủ",
        "A phone number was taken from your account, since its carrier names another holder",
    ),
    NoticeKind.LEVEL_RAISED: Text(
        "Tài khoản được xác minh tại quầy", "Your account was confirmed at a counter"
    ),
    NoticeKind.EMAIL_VERIFIED: Text(
        "Địa chỉ thư điện tử của tài khoản vừa được xác nhận",
        "The e-mail address of your account was confirmed",
    ),
    NoticeKind.PHONE_REPLACED: Text(
        "Số điện thoại của tài khoản vừa được thay", "The phone number of your account was replaced"
    ),
    NoticeKind.IDENTITY_NUMBER_ADDED: Text(
        "Tài khoản vừa thêm một số giấy tờ", "An identity number was added to your account"
    ),
    NoticeKind.PHONE_ADDED: Text(
        "Tài khoản vừa thêm một số điện thoại", "A phone number was added to your account"
    ),
    NoticeKind.DEFAULT_PHONE_CHANGED: Text(
        "Mã OTP của tài khoản được gửi tới một số khác",
        "The codes of your account go to another phone number",
    ),
    NoticeKind.PHONE_REMOVED: Text(
        "Tài khoản vừa bỏ một số điện thoại", "A phone number was removed from your account"
    ),
    NoticeKind.UNRECOGNISED_ACTIVITY: Text(
        "Tài khoản đã bị khoá vì bạn báo hoạt động lạ",
        "Your account was locked, since you reported something that you had not done",
    ),
    NoticeKind.DATA_EXPORTED: Text(
        "Dữ liệu của tài khoản vừa được tải về", "The data of your account were downloaded"
    ),
    NoticeKind.DATA_REQUEST_FILED: Text(
        "Yêu cầu về dữ liệu đã được tiếp nhận", "Your request about your data was received"
    ),
    NoticeKind.DATA_REQUEST_ANSWERED: Text(
        "Yêu cầu về dữ liệu đã được trả lời", "Your request about your data was answered"
    ),
    NoticeKind.INACTIVE: Text(
        "Tài khoản lâu không đăng nhập, sẽ bị khoá nếu bạn không đăng nhập",
        "Your account has not been used for long, and will be locked unless you sign in",
    ),
    NoticeKind.INACTIVE_LOCKED: Text(
        "Tài khoản đã bị khoá vì lâu không đăng nhập. Đăng nhập để mở lại",
        "Your account was locked, since it was not used for long. Sign in to open it again",
    ),
    NoticeKind.REACTIVATED: Text("Tài khoản đã được mở khoá", "Your account was opened again"),
    NoticeKind.ACCOUNT_CLOSED: Text(
        "Tài khoản đã đóng theo yêu cầu của bạn", "Your account was closed, as you asked"
    ),
}


def notice_mail(writer: Writer, kind: NoticeKind, at: datetime, *, link: str | None = None) -> Mail:
    """Return the notice that *kind* happened to the account at *at* (aware); *link* locks it."""
    words = _HAPPENED[kind]
    if link is None:
        way_out_vi = f"Nếu không phải bạn, gọi ngay {writer.hotline}."
        way_out_en = f"If this was not you, call {writer.hotline} at once."
    else:
        way_out_vi = (
            "Nếu không phải bạn, mở liên kết này để khoá tài khoản:\n\n"
            f"{link}\n\nhoặc gọi ngay {writer.hotline}."
        )
        way_out_en = (
            "If this was not you, open this link to lock the account:\n\n"
            f"{link}\n\nor call {writer.hotline} at once."
        )
    return _mail(
        writer,
        words.vi,
        words.en,
        f"{words.vi} lúc {written(at)}.\n\n{way_out_vi}",
        f"{words.en} at {written(at)}.\n\n{way_out_en}",
    )


def verify_address_mail(writer: Writer, link: str, lasts: timedelta) -> Mail:
    """Return the mail whose *link* proves that mail to the address is read."""
    hours = ceil(lasts / timedelta(hours=1))
    return _mail(
        writer,
        "Xác nhận địa chỉ thư điện tử",
        "Confirm your e-mail address",
        "Có người (chúng tôi mong là bạn) muốn nhận thông báo về tài khoản bằng địa chỉ này. "
        f"Mở liên kết sau trong vòng {hours} giờ, rồi nhấn nút trên trang:\n\n{link}\n\n"
        "Nếu không phải bạn, bỏ qua thư này: không có gì được gửi tới đây nữa.",
        "Somebody (we hope it was you) wants notices about their account sent to this address. "
        f"Open this link within {hours} hours, and press the button on the page:\n\n{link}\n\n"
        "If it was not you, ignore this mail: nothing else will be sent here.",
    )


def other_phone_mail(writer: Writer, link: str, possible_from: datetime) -> Mail:
    """Return the notice that somebody recovers the account with another phone, and how to stop."""
    moment = written(possible_from)
    return _mail(
        writer,
        "Có yêu cầu lấy lại tài khoản bằng số điện thoại khác",
        "Somebody asked to recover your account with another phone number",
        "Có người báo không còn dùng số điện thoại đã đăng ký, và yêu cầu đặt lại mật khẩu bằng "
        f"một số khác. Nếu là bạn, không cần làm gì: bạn đặt lại được từ {moment}.\n\n"
        f"Nếu không phải bạn, huỷ yêu cầu trước lúc đó:\n\n{link}\n\nhoặc gọi {writer.hotline}.",
        "Somebody said that they no longer use the registered phone number, and asked to reset the "
        f"password with another one. If it was you, do nothing: it can be done from {moment}.\n\n"
        f"If it was not you, cancel the request before that:\n\n{link}\n\n"
        f"or call {writer.hotline}.",
    )


def lapse_mail(
    writer: Writer, ending: LapsingCredential, ends_at: datetime, *, is_key: bool
) -> Mail:
    """Return the reminder that a secret or a key of a portal ends, for those who look after it."""
    vi, it = ("Khoá công khai", "khoá") if is_key else ("Mã bí mật", "mã")
    en = "A public key" if is_key else "A secret"
    moment = written(ends_at)
    return _mail(
        writer,
        f"{vi} của {ending.client_id} sắp hết hạn",
        f"{en} of {ending.client_id} ends soon",
        f"{vi} {ending.shown} của {ending.name_vi} ({ending.client_id}) hết hạn lúc {moment}. "
        f"Sau lúc đó công dân không đăng nhập được vào cổng bằng {it} này.\n\n"
        f"Hãy tạo {it} mới, cấu hình cho cổng, rồi bỏ {it} cũ. Hai {it} cùng dùng được trong lúc "
        "đổi.",
        f"{en} ({ending.shown}) of {ending.name_en} ({ending.client_id}) ends at {moment}. "
        "After that citizens cannot sign in to the portal with it.\n\n"
        "Make the next one, configure the portal with it, then retire the old one. Both count "
        "while you change over.",
    )


def announcement_mail(
    writer: Writer, title_vi: str, title_en: str, text_vi: str, text_en: str
) -> Mail:
    """Return what operators announce to those who look after a portal, in their own words."""
    return _mail(writer, title_vi, title_en, f"{title_vi}\n\n{text_vi}", f"{title_en}\n\n{text_en}")


def _mail(writer: Writer, subject_vi: str, subject_en: str, vi: str, en: str) -> Mail:
    return Mail(
        subject=f"{subject_vi} / {subject_en}",
        text=f"{vi}\n\n{writer.name_vi}\n\n---\n\n{en}\n\n{writer.name_en}\n",
    )
