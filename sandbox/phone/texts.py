"""The words of the page, in Vietnamese and English."""

from collections.abc import Mapping
from enum import StrEnum

from sandbox.people import Kind


class Language(StrEnum):
    """A language of the page; the value is the one of `lang`."""

    VIETNAMESE = "vi"
    ENGLISH = "en"


TEXTS: Mapping[Language, Mapping[str, str]] = {
    Language.VIETNAMESE: {
        "skip": "Chuyển tới nội dung chính",
        "notice": "Thông báo",
        "simulation": "Đây là mô phỏng.",
        "simulation_detail": (
            "Nhà mạng, số điện thoại và con người trên trang này đều được dựng lên để thử nghiệm. "
            "Không nhập thông tin thật."
        ),
        "title": "Điện thoại và nhà mạng mô phỏng",
        "language": "Ngôn ngữ",
        "other_language": "English",
        "lead": "Mã OTP và tin nhắn của bản thử nghiệm hiện ở đây thay vì gửi tới điện thoại thật.",
        "phones": "Tin nhắn",
        "no_messages": "Chưa có tin nhắn nào. Đăng ký hoặc đăng nhập ở một cổng rồi xem lại.",
        "no_messages_here": "Chưa có tin nhắn nào tới số này.",
        "phone_of": "Điện thoại",
        "large_code": "Mã trong tin nhắn mới nhất",
        "code": "Mã",
        "copy": "Sao chép",
        "copied": "Đã sao chép",
        "arrived": "Có tin nhắn mới",
        "open_phone": "Mở điện thoại này",
        "all_phones": "Xem tất cả điện thoại",
        "find": "Xem điện thoại của một số",
        "find_hint": "10 chữ số, ví dụ 0912000001",
        "find_submit": "Xem",
        "find_error": "Nhập số di động Việt Nam gồm 10 chữ số",
        "hold": "Dừng tự tải lại trang",
        "unhold": "Tự tải lại trang sau mỗi 3 giây",
        "mailbox": "Hộp thư mô phỏng",
        "mailbox_lead": "Thư của bản thử nghiệm hiện ở đây thay vì gửi tới hộp thư thật.",
        "no_mails": "Chưa có thư nào.",
        "all_mails": "Xem tất cả thư",
        "outcomes": "Các kết quả để thử cổng của bạn",
        "outcomes_lead": (
            "Mỗi người mẫu cho một kết quả mà cổng nào cũng sẽ gặp. "
            "Ai chưa có tài khoản thì đăng ký trước; mã OTP hiện ở điện thoại của người đó."
        ),
        "portal_sees": "Cổng nhận được",
        "people": "Người mẫu",
        "people_lead": "Nhập đúng như dưới đây khi đăng ký bằng thuê bao di động.",
        "identity_number": "Số CMT/CCCD",
        "full_name": "Họ và tên",
        "birth_date": "Ngày sinh",
        "phone_number": "Số điện thoại",
        "carrier": "Nhà mạng",
        Kind.PLAIN_MATCH: "Khớp hoàn toàn",
        Kind.NAME_DIFFERS: "Họ tên khác",
        Kind.ID_DIFFERS: "Số giấy tờ khác",
        Kind.BIRTH_DATE_DIFFERS: "Ngày sinh khác",
        Kind.NO_DOCUMENT: "Thiếu số giấy tờ",
        Kind.UNACCENTED_RECORD: "Hồ sơ không dấu",
        Kind.OLD_CMND: "CMND cũ 9 số",
        Kind.CMND_ON_RECORD: "Nhập CCCD, hồ sơ ghi CMND",
        Kind.PORTED: "Chuyển mạng giữ số",
        Kind.RECYCLED: "Số đã đổi chủ",
        Kind.SIM_CHANGED: "Vừa đổi SIM",
        Kind.LONG_NAME: "Họ tên dài",
        Kind.BIRTH_YEAR_ONLY: "Chỉ có năm sinh",
    },
    Language.ENGLISH: {
        "skip": "Skip to main content",
        "notice": "Notice",
        "simulation": "This is a simulation.",
        "simulation_detail": (
            "The carriers, numbers and people on this page are made up for trying the system. "
            "Do not enter real details."
        ),
        "title": "Simulated phones and carriers",
        "language": "Language",
        "other_language": "Tiếng Việt",
        "lead": "One-time passwords and notices appear here instead of on a real phone.",
        "phones": "Messages",
        "no_messages": "No messages yet. Register or sign in at a portal, then look here again.",
        "no_messages_here": "No messages to this number yet.",
        "phone_of": "Phone",
        "large_code": "Code in the newest message",
        "code": "Code",
        "copy": "Copy",
        "copied": "Copied",
        "arrived": "A new message has arrived",
        "open_phone": "Open this phone",
        "all_phones": "See all phones",
        "find": "See the phone of a number",
        "find_hint": "10 digits, for example 0912000001",
        "find_submit": "See",
        "find_error": "Enter a 10-digit Vietnamese mobile number",
        "hold": "Stop reloading this page",
        "unhold": "Reload this page every 3 seconds",
        "mailbox": "Simulated mailbox",
        "mailbox_lead": "Mail of the trial appears here instead of in a real mailbox.",
        "no_mails": "No mail yet.",
        "all_mails": "See all mail",
        "outcomes": "Outcomes to try your portal with",
        "outcomes_lead": (
            "One sample person for each thing that every portal will meet. "
            "Who has no account yet enrols first; the codes appear on that person’s phone."
        ),
        "portal_sees": "The portal gets",
        "people": "Sample people",
        "people_lead": "Type exactly this when registering with a mobile subscription.",
        "identity_number": "Identity number",
        "full_name": "Full name",
        "birth_date": "Date of birth",
        "phone_number": "Phone number",
        "carrier": "Carrier",
        Kind.PLAIN_MATCH: "Plain match",
        Kind.NAME_DIFFERS: "Name differs",
        Kind.ID_DIFFERS: "Identity number differs",
        Kind.BIRTH_DATE_DIFFERS: "Birth date differs",
        Kind.NO_DOCUMENT: "No number on record",
        Kind.UNACCENTED_RECORD: "Unaccented record",
        Kind.OLD_CMND: "Old 9-digit CMND",
        Kind.CMND_ON_RECORD: "CCCD typed, CMND on record",
        Kind.PORTED: "Ported number",
        Kind.RECYCLED: "Recycled number",
        Kind.SIM_CHANGED: "SIM just changed",
        Kind.LONG_NAME: "Long name",
        Kind.BIRTH_YEAR_ONLY: "Birth year only",
    },
}
