"""What is tried with each of the people, and what the portal then meets."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from idp.test_people.model import Purpose
from idp.web.texts import lazy_gettext as _


@dataclass(frozen=True, slots=True)
class PurposeWords:
    """One row: its name, what to do, what the portal sees."""

    name: str
    do: str
    sees: str


WORDS: Final[Mapping[Purpose, PurposeWords]] = {
    Purpose.LEVEL_2: PurposeWords(
        _("Mức 2"),
        _("Đăng nhập bằng mật khẩu và mã OTP."),
        _("acr LoA2, verification_level 2."),
    ),
    Purpose.LEVEL_1: PurposeWords(
        _("Mức 1"),
        _("Đăng nhập; rồi thử một thủ tục yêu cầu mức 2 và quay lại cổng."),
        _("verification_level 1; thủ tục yêu cầu mức 2: error=unmet_authentication_requirements."),
    ),
    Purpose.LEVEL_3: PurposeWords(
        _("Mức 3"),
        _("Đăng nhập bằng mật khẩu và mã OTP."),
        _("verification_level 3."),
    ),
    Purpose.CODE_EXPIRED: PurposeWords(
        _("OTP hết hạn"),
        _("Chờ quá thời hạn ghi trong tin nhắn rồi nhập mã; nhấn Gửi lại OTP và nhập mã mới."),
        _("Không thấy gì khác: câu trả lời đến muộn hơn, với đúng state đã gửi."),
    ),
    Purpose.HELD: PurposeWords(
        _("Tài khoản bị khoá"),
        _("Đăng nhập bằng đúng mật khẩu: trang nói tài khoản đang tạm khoá."),
        _("Không có câu trả lời nào: người này không đăng nhập được."),
    ),
    Purpose.CARRIER_MISMATCH: PurposeWords(
        _("Nhà mạng không khớp"),
        _("Chưa có tài khoản: đăng ký ở cổng. Nhà mạng trả lời họ tên khác."),
        _("Không có câu trả lời nào: giữ state ít nhất một ngày, người này có thể quay lại."),
    ),
    Purpose.LONG_NAME: PurposeWords(
        _("Họ tên dài"),
        _("Đăng nhập và xem trang của cổng ở màn hình hẹp 320 px."),
        _("name dài 51 ký tự, có dấu nháy và các chữ ă, đ, ê, ô."),
    ),
    Purpose.BIRTH_YEAR: PurposeWords(
        _("Chỉ có năm sinh"),
        _("Đăng nhập."),
        _("birthdate là 1948, không có ngày và tháng."),
    ),
    Purpose.CONSENT_WITHDRAWN: PurposeWords(
        _("Đã rút lại đồng ý"),
        _("Đăng nhập ở cổng, rồi thu hồi đồng ý cho cổng đó tại /account/connected."),
        _("Thông báo đăng xuất kênh sau; prompt=none trả consent_required."),
    ),
    Purpose.ACCESS_DENIED: PurposeWords(
        _("Không đồng ý"),
        _("Chọn Không đồng ý ở trang chia sẻ thông tin."),
        _("error=access_denied cùng state và iss."),
    ),
}
