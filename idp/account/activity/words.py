"""
The words for what the audit log tells a citizen.

Each kind of event either has words here or is hidden on purpose: a test goes through all of them.
Nothing is shown that is about somebody else, or only about us.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, Final

from idp.audit import events
from idp.audit.events import SecurityEvent
from idp.audit.log import kind_of
from idp.citizens.model import HoldKind
from idp.consent.items import claim_labels
from idp.web.texts import gettext as _
from idp.web.texts import lazy_gettext

Details = Mapping[str, Any]
Words = Callable[[Details], str]


class Category(StrEnum):
    """What the page can be narrowed to."""

    SIGN_INS = "sign_ins"
    SHARED = "shared"
    CHANGES = "changes"
    OFFICERS = "officers"


def _said(text: str) -> Words:
    return lambda _details: str(text)


def _sign_in(details: Details) -> str:
    amr = set(details.get("amr", ()))
    if amr & {"hwk", "swk"}:
        return _("Đăng nhập bằng khoá truy cập")
    if "sms" in amr:
        return _("Đăng nhập bằng mật khẩu và mã gửi bằng tin nhắn")
    if "otp" in amr:
        return _("Đăng nhập bằng mật khẩu và mã trong ứng dụng hoặc mã dự phòng")
    return _("Đăng nhập bằng mật khẩu trên thiết bị được ghi nhớ")


def _labels(details: Details) -> str:
    labels = claim_labels(frozenset(details.get("claims", ())))
    return ", ".join(labels) or _("chỉ việc bạn đã đăng nhập")


def _released(details: Details) -> str:
    return _("Đăng nhập vào dịch vụ; dịch vụ được nhận: %(labels)s", labels=_labels(details))


def _consent_given(details: Details) -> str:
    return _("Bạn đồng ý chia sẻ: %(labels)s", labels=_labels(details))


def _consent_withdrawn(details: Details) -> str:
    return _("Bạn thu hồi đồng ý chia sẻ: %(labels)s", labels=_labels(details))


def _recovery_code(details: Details) -> str:
    return _("Dùng một mã dự phòng để đăng nhập, còn %(n)d mã", n=details.get("left", 0))


def _phone_added(details: Details) -> str:
    if details.get("confirmed"):
        return _("Thêm một số điện thoại đứng tên bạn")
    return _("Thêm một số điện thoại")


def _carrier_asked(details: Details) -> str:
    if details.get("outcome") == "match":
        return _("Nhà mạng được hỏi: thuê bao khớp với thông tin của bạn")
    return _("Nhà mạng được hỏi: thuê bao chưa khớp với thông tin của bạn")


def _looked_up(details: Details) -> str:
    return _("Cán bộ xem tài khoản. Lý do: %(reason)s", reason=details.get("reason", ""))


_HOLDS: Final[Mapping[str, str]] = {
    HoldKind.OPERATOR: lazy_gettext("Tài khoản bị cán bộ khoá"),
    HoldKind.INACTIVE: lazy_gettext("Tài khoản bị khoá vì lâu không dùng"),
    HoldKind.UNRECOGNISED_ACTIVITY: lazy_gettext("Tài khoản bị khoá vì bạn báo hoạt động lạ"),
    HoldKind.DISPUTE: lazy_gettext("Các thay đổi bị dừng vì có khiếu nại"),
}
_RELEASES: Final[Mapping[str, str]] = {
    HoldKind.DISPUTE: lazy_gettext("Tài khoản thay đổi lại được, khiếu nại đã xong"),
}


def _held(details: Details) -> str:
    return str(_HOLDS.get(details.get("hold", ""), lazy_gettext("Tài khoản bị khoá")))


def _released_hold(details: Details) -> str:
    return str(_RELEASES.get(details.get("hold", ""), lazy_gettext("Tài khoản được mở khoá")))


def _dispute(text: str) -> Words:
    return lambda details: f"{text} ({details.get('dispute', '')})"


def _reported(details: Details) -> str:
    return _("Bạn báo hoạt động lạ, mã hồ sơ %(number)s", number=details.get("report", ""))


_WORDS: Final[Mapping[type[SecurityEvent], tuple[Category, Words]]] = {
    events.SignInSucceeded: (Category.SIGN_INS, _sign_in),
    events.PasswordRefused: (Category.SIGN_INS, _said(lazy_gettext("Nhập sai mật khẩu"))),
    events.OtpRefused: (
        Category.SIGN_INS,
        _said(lazy_gettext("Nhập mã OTP sai hoặc đã hết hạn")),
    ),
    events.SecondFactorRefused: (
        Category.SIGN_INS,
        _said(lazy_gettext("Nhập mã sai, hoặc dùng khoá truy cập chưa được, ở bước thứ hai")),
    ),
    events.RecoveryCodeUsed: (Category.SIGN_INS, _recovery_code),
    events.PhoneDoubted: (
        Category.SIGN_INS,
        _said(lazy_gettext("Mã gửi bằng tin nhắn chưa đủ, vì SIM hoặc số vừa thay đổi")),
    ),
    events.SignedOut: (Category.SIGN_INS, _said(lazy_gettext("Đăng xuất một thiết bị"))),
    events.SessionsEnded: (Category.SIGN_INS, _said(lazy_gettext("Đăng xuất mọi thiết bị"))),
    events.DeviceRemembered: (Category.SIGN_INS, _said(lazy_gettext("Ghi nhớ một thiết bị"))),
    events.DevicesForgotten: (
        Category.SIGN_INS,
        _said(lazy_gettext("Không còn ghi nhớ thiết bị nào")),
    ),
    events.LogoutConfirmed: (
        Category.SIGN_INS,
        _said(lazy_gettext("Dịch vụ xác nhận đã đăng xuất bạn")),
    ),
    events.LogoutUnconfirmed: (
        Category.SIGN_INS,
        _said(lazy_gettext("Dịch vụ chưa xác nhận đăng xuất bạn")),
    ),
    events.CodeIssued: (Category.SHARED, _released),
    events.ConsentGiven: (Category.SHARED, _consent_given),
    events.ConsentRefused: (
        Category.SHARED,
        _said(lazy_gettext("Bạn không đồng ý chia sẻ thông tin")),
    ),
    events.ConsentWithdrawn: (Category.SHARED, _consent_withdrawn),
    events.RefreshTokenRevoked: (
        Category.SHARED,
        _said(lazy_gettext("Dịch vụ trả lại quyền hỏi thông tin khi bạn không có mặt")),
    ),
    events.CitizenEnrolled: (Category.CHANGES, _said(lazy_gettext("Tạo tài khoản"))),
    events.EnrolmentTakenUp: (
        Category.CHANGES,
        _said(lazy_gettext("Tiếp tục đăng ký trên thiết bị khác")),
    ),
    events.EnrolmentFoundAccount: (
        Category.CHANGES,
        _said(lazy_gettext("Có người muốn đăng ký lại bằng số giấy tờ của bạn")),
    ),
    events.LinkFoundAccount: (
        Category.CHANGES,
        _said(lazy_gettext("Có người muốn thêm số giấy tờ của bạn vào tài khoản khác")),
    ),
    events.CarrierAsked: (Category.CHANGES, _carrier_asked),
    events.IdentityNumberLinked: (Category.CHANGES, _said(lazy_gettext("Thêm một số giấy tờ"))),
    events.PasswordChanged: (Category.CHANGES, _said(lazy_gettext("Mật khẩu được đổi"))),
    events.PasswordReset: (Category.CHANGES, _said(lazy_gettext("Đặt lại mật khẩu đã quên"))),
    events.PhoneAdded: (Category.CHANGES, _phone_added),
    events.DefaultPhoneChanged: (
        Category.CHANGES,
        _said(lazy_gettext("Mã OTP được gửi tới một số khác")),
    ),
    events.PhoneRemoved: (Category.CHANGES, _said(lazy_gettext("Gỡ bỏ một số điện thoại"))),
    events.PhoneMoved: (
        Category.CHANGES,
        _said(lazy_gettext("Một số điện thoại rời tài khoản, vì nhà mạng xác nhận người khác")),
    ),
    events.PhoneLost: (
        Category.CHANGES,
        _said(lazy_gettext("Một số điện thoại rời tài khoản, vì nhà mạng báo số đã đổi chủ")),
    ),
    events.PhoneRecoveryBegun: (
        Category.CHANGES,
        _said(lazy_gettext("Có yêu cầu lấy lại tài khoản bằng số điện thoại khác")),
    ),
    events.PhoneRecoveryRefused: (
        Category.CHANGES,
        _said(lazy_gettext("Yêu cầu lấy lại tài khoản bằng số khác không được nhận")),
    ),
    events.PhoneRecoveryCancelled: (
        Category.CHANGES,
        _said(lazy_gettext("Yêu cầu lấy lại tài khoản bằng số khác bị huỷ")),
    ),
    events.PhoneRecovered: (
        Category.CHANGES,
        _said(lazy_gettext("Số điện thoại được thay khi lấy lại tài khoản")),
    ),
    events.EmailAsked: (
        Category.CHANGES,
        _said(lazy_gettext("Gửi liên kết để xác nhận địa chỉ thư điện tử")),
    ),
    events.EmailVerified: (
        Category.CHANGES,
        _said(lazy_gettext("Xác nhận địa chỉ thư điện tử")),
    ),
    events.AuthenticatorAdded: (Category.CHANGES, _said(lazy_gettext("Thêm một cách đăng nhập"))),
    events.AuthenticatorRenamed: (
        Category.CHANGES,
        _said(lazy_gettext("Đổi tên một cách đăng nhập hoặc thiết bị")),
    ),
    events.AuthenticatorRemoved: (
        Category.CHANGES,
        _said(lazy_gettext("Gỡ bỏ một cách đăng nhập hoặc thiết bị")),
    ),
    events.RecoveryCodesMade: (Category.CHANGES, _said(lazy_gettext("Tạo bộ mã dự phòng mới"))),
    events.AuthenticatorsEnded: (
        Category.CHANGES,
        _said(lazy_gettext("Mọi cách đăng nhập khác mật khẩu bị gỡ bỏ")),
    ),
    events.DataExported: (Category.CHANGES, _said(lazy_gettext("Tải dữ liệu của bạn"))),
    events.DataRequestFiled: (
        Category.CHANGES,
        _said(lazy_gettext("Bạn gửi yêu cầu về dữ liệu của mình")),
    ),
    events.DataRequestAnswered: (
        Category.OFFICERS,
        _said(lazy_gettext("Yêu cầu về dữ liệu của bạn được trả lời")),
    ),
    events.CounterVisitAsked: (
        Category.CHANGES,
        _said(lazy_gettext("Lấy mã để xác minh tại quầy")),
    ),
    events.CounterVisitShown: (
        Category.OFFICERS,
        _said(lazy_gettext("Cán bộ tại quầy mở hồ sơ bằng mã của bạn")),
    ),
    events.CounterVisitConfirmed: (
        Category.OFFICERS,
        _said(lazy_gettext("Cán bộ tại quầy xác minh bạn")),
    ),
    events.OperatorLookedUp: (Category.OFFICERS, _looked_up),
    events.AccountHeld: (Category.OFFICERS, _held),
    events.InactivityNoticed: (
        Category.OFFICERS,
        _said(lazy_gettext("Báo trước: tài khoản sắp bị khoá vì lâu không đăng nhập")),
    ),
    events.AccountReleased: (Category.OFFICERS, _released_hold),
    events.ActivityUnrecognised: (Category.OFFICERS, _reported),
    events.DisputeFiled: (
        Category.OFFICERS,
        _dispute(lazy_gettext("Có khiếu nại về tài khoản")),
    ),
    events.DisputeAnswered: (
        Category.OFFICERS,
        _dispute(lazy_gettext("Một bên trả lời khiếu nại")),
    ),
    events.DisputeMoreAsked: (
        Category.OFFICERS,
        _dispute(lazy_gettext("Cán bộ đề nghị bổ sung cho khiếu nại")),
    ),
    events.DisputeExtended: (
        Category.OFFICERS,
        _dispute(lazy_gettext("Hạn trả lời khiếu nại được kéo dài")),
    ),
    events.DisputeResolved: (
        Category.OFFICERS,
        _dispute(lazy_gettext("Khiếu nại được giải quyết")),
    ),
    events.IdentityNumberReleased: (
        Category.OFFICERS,
        _dispute(lazy_gettext("Số giấy tờ rời tài khoản theo khiếu nại")),
    ),
    events.AccountClosed: (Category.OFFICERS, _said(lazy_gettext("Tài khoản được đóng"))),
}

HIDDEN: Final = frozenset(
    {
        # What stopped an attack, or an outage of ours: nothing that a citizen did, or could do.
        events.BudgetExceeded,
        events.CarrierBudgetExceeded,
        events.SmsUndelivered,
        events.CarrierUnanswered,
        # Follows from what is shown.
        events.TokensIssued,
        # A portal's fault or a thief's, at the portal: it has ended all there was.
        events.CodeReplayed,
        events.RefreshTokenReused,
        # One officer's vote is nobody's business before the other's.
        events.DisputeDecided,
        # About portals, operators and ourselves.
        events.ClientRefused,
        events.RelyingPartyRegistered,
        events.RelyingPartyDisabled,
        events.RelyingPartyEnabled,
        events.RelyingPartyAssigned,
        events.ProductionProposed,
        events.ProductionDecided,
        events.ProductionWithdrawn,
        events.SecretAdded,
        events.SecretRetired,
        events.CredentialLapses,
        events.IntegrationTestBegun,
        events.IntegrationTestFinished,
        events.SecretRotated,
        events.SigningKeysChanged,
        events.AnnouncementPublished,
        events.AnnouncementWithdrawn,
        events.TestPeopleRenewed,
        events.ApiClientAdded,
        events.ApiClientRenewed,
        events.ApiClientDisabled,
        events.ApiTokenIssued,
        events.ApiClientRefused,
        events.OperatorAdded,
        events.OperatorInvited,
        events.TeamCreated,
        events.TeamRenamed,
        events.TeamMemberAdded,
        events.TeamMemberRemoved,
        events.OperatorRoleChanged,
        events.OperatorPasswordChanged,
        events.OperatorDisabled,
        events.OperatorSignedIn,
        events.OperatorSignedOut,
        events.OperatorVerified,
        events.OperatorRefused,
        events.LogExported,
        events.CertificationPersonKept,
    }
)

_BY_KIND: Final = {kind_of(event): shown for event, shown in _WORDS.items()}


def shown_kinds(category: Category | None) -> tuple[str, ...]:
    """The kinds of events that a citizen sees, of one category or of all."""
    return tuple(
        kind for kind, (of, _words) in _BY_KIND.items() if category is None or of is category
    )


def words_for(kind: str, details: Details) -> str:
    """What happened, in the language of this request; *kind* is one of `shown_kinds`."""
    _category, words = _BY_KIND[kind]
    return words(details)
