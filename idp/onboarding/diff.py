"""What differs between two registrations, as people read it. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from idp.core.two_languages import Text

FIELDS: Final[Mapping[str, Text]] = {
    "client_id": Text("client_id", "client_id"),
    "environment": Text("Môi trường", "Environment"),
    "sandbox_client_id": Text("Bản đăng ký thử nghiệm", "Sandbox registration"),
    "client_name": Text("Tên hiện cho công dân", "Name shown to citizens"),
    "client_name#en": Text("Tên tiếng Anh", "Name in English"),
    "sms_name": Text("Tên trong tin nhắn", "Name in text messages"),
    "contacts": Text("Đầu mối kỹ thuật", "Technical contacts"),
    "client_uri": Text("Trang chủ của cổng", "Home page"),
    "policy_uri": Text("Chính sách dữ liệu cá nhân", "Privacy policy"),
    "tos_uri": Text("Điều khoản sử dụng", "Terms of use"),
    "logo_uri": Text("Biểu trưng", "Logo"),
    "sector": Text("Nhóm mã công dân (sector)", "Sector of subjects"),
    "security_profile": Text("Cấu hình bảo mật", "Security profile"),
    "redirect_uris": Text("Redirect URI", "Redirect URIs"),
    "post_logout_redirect_uris": Text("Địa chỉ sau khi đăng xuất", "Post-logout addresses"),
    "initiate_login_uri": Text("Địa chỉ bắt đầu đăng nhập", "Where a sign-in starts"),
    "backchannel_logout_uri": Text(
        "Địa chỉ nhận báo đăng xuất (máy chủ)", "Back-channel logout address"
    ),
    "backchannel_logout_session_required": Text(
        "Báo đăng xuất máy chủ kèm mã phiên", "Back-channel logout names the session"
    ),
    "frontchannel_logout_uri": Text(
        "Địa chỉ nhận báo đăng xuất (trình duyệt)", "Front-channel logout address"
    ),
    "frontchannel_logout_session_required": Text(
        "Báo đăng xuất trình duyệt kèm mã phiên", "Front-channel logout names the session"
    ),
    "scope": Text("Scope", "Scopes"),
    "claims": Text("Thông tin được nhận", "Claims it may receive"),
    "legal_ground": Text("Căn cứ pháp lý", "Legal ground"),
    "minimum_acr": Text("Mức xác minh tối thiểu", "Minimum level"),
    "default_acr_values": Text("Mức xác minh mong muốn", "Levels asked for by default"),
    "default_max_age": Text("Đăng nhập cũ nhất (giây)", "Oldest sign-in, in seconds"),
    "require_auth_time": Text("Luôn kèm giờ đăng nhập", "Time of sign-in always told"),
    "token_endpoint_auth_method": Text("Cách cổng tự xác thực", "How it proves itself"),
    "token_endpoint_auth_signing_alg": Text(
        "Thuật toán khi cổng tự xác thực", "Algorithm it proves itself with"
    ),
    "jwks": Text("Khoá công khai", "Public keys"),
    "jwks_uri": Text("Địa chỉ khoá công khai", "Address of public keys"),
    "require_pkce": Text("Bắt buộc PKCE", "PKCE required"),
    "grant_types": Text("Loại cấp quyền", "Grant types"),
    "response_types": Text("Loại trả lời", "Response types"),
    "id_token_signed_response_alg": Text("Thuật toán ký ID token", "ID token algorithm"),
    "userinfo_signed_response_alg": Text("Thuật toán ký userinfo", "Userinfo algorithm"),
    "request_object_signing_alg": Text("Thuật toán ký yêu cầu", "Request object algorithm"),
    "request_uris": Text("Địa chỉ yêu cầu đã ký", "Request object addresses"),
    "resources": Text("Tài nguyên", "Resources"),
}
"""What pages and terminals call each member, in the order that pages show them."""

_WORDS_IN_ONE: Final = frozenset({"scope"})


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One member that differs; the lines are what of it can be read, none where it is not there."""

    field: str
    before: tuple[str, ...]
    after: tuple[str, ...]

    @property
    def removed(self) -> tuple[str, ...]:
        """What is not there any more."""
        return tuple(line for line in self.before if line not in self.after)

    @property
    def added(self) -> tuple[str, ...]:
        """What was not there before."""
        return tuple(line for line in self.after if line not in self.before)

    def words(self, language: str) -> str:
        """What people call the member."""
        return FIELDS[self.field].in_language(language) if self.field in FIELDS else self.field


def diff(before: Mapping[str, object], after: Mapping[str, object]) -> tuple[FieldChange, ...]:
    """Every member that differs, in the order that pages show them."""
    names = [*FIELDS, *sorted({*before, *after} - set(FIELDS))]
    return tuple(
        FieldChange(name, lines(name, before.get(name)), lines(name, after.get(name)))
        for name in names
        if before.get(name) != after.get(name)
    )


def lines(field: str, value: object) -> tuple[str, ...]:
    """The parts of a member's value, each as one line."""
    if value is None:
        return ()
    if isinstance(value, str):
        return tuple(value.split()) if field in _WORDS_IN_ONE else (value,)
    if isinstance(value, Mapping) and isinstance(keys := value.get("keys"), list):
        return tuple(_written(key) for key in keys)
    if isinstance(value, list):
        return tuple(item if isinstance(item, str) else _written(item) for item in value)
    return (_written(value),)


def _written(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
