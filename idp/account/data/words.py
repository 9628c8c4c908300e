"""The words of a copy that is printed; the file has the names themselves."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from idp.account.activity.words import shown_kinds, words_for
from idp.account.data.copy import Entry, Part, PartName, Value
from idp.web.shown_time import shown_moment
from idp.web.texts import gettext as _
from idp.web.texts import lazy_gettext

TITLES: Final[Mapping[PartName, str]] = {
    PartName.PERSON: lazy_gettext("Bạn"),
    PartName.IDENTITY_NUMBERS: lazy_gettext("Số giấy tờ"),
    PartName.PHONES: lazy_gettext("Số điện thoại"),
    PartName.EVIDENCE: lazy_gettext("Bằng chứng cho mức xác minh"),
    PartName.AUTHENTICATORS: lazy_gettext("Cách đăng nhập"),
    PartName.DEVICES: lazy_gettext("Thiết bị đã đăng nhập"),
    PartName.SESSIONS: lazy_gettext("Thiết bị đang đăng nhập"),
    PartName.CONSENTS: lazy_gettext("Các lần đồng ý đang có hiệu lực"),
    PartName.CONSENT_CHANGES: lazy_gettext("Các lần đồng ý và thu hồi"),
    PartName.ACCESS_WHILE_AWAY: lazy_gettext("Dịch vụ được hỏi khi bạn không có mặt"),
    PartName.HOLDS: lazy_gettext("Các lần tài khoản bị khoá hoặc dừng thay đổi"),
    PartName.DISPUTES: lazy_gettext("Khiếu nại về tài khoản"),
    PartName.RECOVERIES: lazy_gettext("Yêu cầu lấy lại tài khoản bằng số khác"),
    PartName.COUNTER_VISITS: lazy_gettext("Mã để xác minh tại quầy"),
    PartName.DATA_REQUESTS: lazy_gettext("Yêu cầu về dữ liệu"),
    PartName.ACTIVITY: lazy_gettext("Hoạt động"),
}
LABELS: Final[Mapping[str, str]] = {
    "citizen_id": lazy_gettext("Mã nội bộ"),
    "full_name": lazy_gettext("Họ và tên"),
    "birth_date": lazy_gettext("Ngày sinh"),
    "email": lazy_gettext("Thư điện tử"),
    "email_verified_at": lazy_gettext("Xác nhận lúc"),
    "claimed_identity_number": lazy_gettext("Số giấy tờ bạn khai, chưa xác minh"),
    "standard_claims": lazy_gettext("Thông tin khác trong hồ sơ"),
    "status": lazy_gettext("Trạng thái"),
    "created_at": lazy_gettext("Từ lúc"),
    "updated_at": lazy_gettext("Thay đổi lần cuối"),
    "password_set_at": lazy_gettext("Mật khẩu đặt lúc"),
    "kind": lazy_gettext("Loại"),
    "number": lazy_gettext("Số"),
    "in_use": lazy_gettext("Đang dùng"),
    "is_default": lazy_gettext("Mặc định"),
    "verified_at": lazy_gettext("Xác minh lúc"),
    "removed_at": lazy_gettext("Gỡ bỏ lúc"),
    "verifier": lazy_gettext("Bên xác minh"),
    "reference": lazy_gettext("Mã tham chiếu"),
    "attributes": lazy_gettext("Thông tin được xác minh"),
    "expires_at": lazy_gettext("Có giá trị đến"),
    "lapsed_at": lazy_gettext("Hết giá trị lúc"),
    "name": lazy_gettext("Tên gợi nhớ"),
    "left": lazy_gettext("Số mã còn lại"),
    "last_used_at": lazy_gettext("Dùng lần cuối"),
    "browser": lazy_gettext("Trình duyệt"),
    "system": lazy_gettext("Hệ điều hành"),
    "remembered_until": lazy_gettext("Được ghi nhớ đến"),
    "client_id": lazy_gettext("Dịch vụ"),
    "claims": lazy_gettext("Thông tin"),
    "change": lazy_gettext("Thay đổi"),
    "text_hash": lazy_gettext("Mã băm của văn bản đã hiện"),
    "at": lazy_gettext("Lúc"),
    "ended_at": lazy_gettext("Kết thúc lúc"),
    "ends_in": lazy_gettext("Số điện thoại kết thúc bằng"),
    "details": lazy_gettext("Chi tiết"),
    "words": lazy_gettext("Bạn đã viết"),
}


def printed(part: Part) -> dict[str, Any]:
    """The part with words for its names: a title, and of each entry its lines."""
    lines = _lines_of_activity if part.name is PartName.ACTIVITY else _lines
    return {
        "title": str(TITLES[part.name]),
        "entries": [lines(entry) for entry in part.entries],
    }


def _lines(entry: Entry) -> list[tuple[str, str]]:
    return [
        (str(LABELS[name]), _written(value))
        for name, value in entry.items()
        if value not in (None, "", {}, [], ())
    ]


def _lines_of_activity(entry: Entry) -> list[tuple[str, str]]:
    kind, details, client_id = str(entry["kind"]), entry["details"], entry["client_id"]
    words = kind
    if kind in shown_kinds(None) and isinstance(details, Mapping):
        words = words_for(kind, details)
    return [(_written(entry["at"]), f"{words} ({client_id})" if client_id else words)]


def _written(value: Value) -> str:
    if isinstance(value, datetime):
        return shown_moment(value)
    if isinstance(value, bool):
        return _("có") if value else _("không")
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {each}" for name, each in value.items())
    if isinstance(value, str | int):
        return str(value)
    return ", ".join(map(str, value or ()))
