"""The page for every way in which a sign-in can fail: in words, with a way on."""

from dataclasses import dataclass
from http import HTTPStatus

from clients.kit.errors import (
    AnswerRefused,
    ProviderSaidNo,
    ProviderUnavailable,
    SignInFailed,
    StaleSignIn,
)

_NOT_SILENT = frozenset(
    {"login_required", "interaction_required", "consent_required", "account_selection_required"}
)
_AWAY = frozenset({"server_error", "temporarily_unavailable"})


@dataclass(frozen=True, slots=True)
class Problem:
    """What is said to the citizen; *technical* is shown small, for whoever is called for help."""

    status: int
    heading: str
    text: str
    button: str = ""  # without words of its own: that of the button kit
    technical: str = ""
    details: str = ""
    landing: str | None = None
    leads_to_sign_in: bool = True

    @property
    def is_for_the_log(self) -> bool:
        return bool(self.technical) or self.status >= HTTPStatus.INTERNAL_SERVER_ERROR


def problem_of(failure: SignInFailed) -> Problem:
    """Return the page for *failure*."""
    if isinstance(failure, StaleSignIn):
        return STALE
    if isinstance(failure, ProviderUnavailable):
        return PROVIDER_AWAY
    if isinstance(failure, ProviderSaidNo):
        return _refusal(failure)
    technical = failure.check if isinstance(failure, AnswerRefused) else type(failure).__name__
    return Problem(
        400,
        "Chưa đăng nhập được",
        "Câu trả lời nhận được không đúng như phải có, nên cổng này đã bỏ qua để bảo vệ bạn. "
        "Bạn không làm gì sai.",
        "Bắt đầu đăng nhập lại",
        technical=technical,
    )


STALE = Problem(
    400,
    "Lần đăng nhập này không còn dùng được",
    "Trang đã mở quá lâu, đã dùng rồi, hoặc được bắt đầu ở một trình duyệt khác.",
    "Bắt đầu đăng nhập lại",
)
PROVIDER_AWAY = Problem(
    503,
    "Cổng Dịch vụ công Quốc gia chưa trả lời",
    "Chưa đăng nhập được lúc này. Thử lại sau ít phút.",
    "Thử lại",
)
WRONG_LINK = Problem(
    400,
    "Liên kết này chưa đúng",
    "Liên kết đưa bạn tới đây không thuộc cổng này hoặc bị thiếu. Về trang chính để bắt đầu.",
    leads_to_sign_in=False,
)
PAGE_TOO_OLD = Problem(
    400,
    "Trang đã mở quá lâu",
    "Về trang chính, rồi đăng xuất lại.",
    leads_to_sign_in=False,
)
NOT_FOUND = Problem(
    404,
    "Không tìm thấy trang",
    "Kiểm tra lại địa chỉ, hoặc về trang chính.",
    leads_to_sign_in=False,
)
BROKEN = Problem(
    500,
    "Cổng này đang gặp lỗi",
    "Thử lại sau ít phút.",
    leads_to_sign_in=False,
)

_CANCELLED = ("Bạn đã huỷ đăng nhập", "Không có thông tin nào được gửi tới cổng này.")
_SILENT_FAILED = (
    "Bạn chưa đăng nhập Cổng DVC Quốc gia",
    "Cần đăng nhập, hoặc cần bạn đồng ý chia sẻ thông tin, rồi mới tiếp tục được.",
)
_UNMET = (
    "Thủ tục này cần mức xác minh cao hơn",
    "Tài khoản của bạn chưa đạt mức mà cổng này yêu cầu. Nhấn Thử lại để xem cách nâng mức.",
    "Thử lại",
)


def _refusal(refusal: ProviderSaidNo) -> Problem:
    match refusal.error:
        case "access_denied":
            return Problem(403, *_CANCELLED, landing=refusal.landing)
        case "unmet_authentication_requirements":
            return Problem(403, *_UNMET, landing=refusal.landing)
        case error if error in _NOT_SILENT:
            return Problem(403, *_SILENT_FAILED, landing=refusal.landing)
        case error if error in _AWAY:
            return PROVIDER_AWAY
    return Problem(
        400,
        "Chưa đăng nhập được",
        "Cổng Dịch vụ công Quốc gia đã từ chối yêu cầu của cổng này. Bạn không làm gì sai.",
        "Bắt đầu đăng nhập lại",
        technical=refusal.error,
        details=refusal.description,
        landing=refusal.landing,
    )
