"""
A failed request in words: what happened, what to change, and where the manual says more.

Code stands between backticks.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from idp.core.two_languages import Text
from idp.failures.model import Cause, FailedRequest, Fault, Part

Manual: TypeAlias = Callable[[str, int], str]
"""Where the manual for portals has, in a language, a section: an address."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """*happened* and *fix* in words; *section* of the manual for portals."""

    happened: str
    fix: str
    section: int


@dataclass(frozen=True, slots=True)
class _Words:
    happened: Text
    fix: Text
    section: int


def explain(failed: FailedRequest, language: str) -> Explanation:
    """The failed request in `vi` or `en`."""
    fault, words = failed.fault, _WORDS[failed.fault.cause]
    happened = words.happened
    if fault.cause is Cause.URI_DIFFERS and not fault.registered:
        happened = _NOTHING_REGISTERED
    elif fault.cause is Cause.OTHER and failed.note:
        happened = _OTHER_WITH_NOTE
    values = _values(failed, language)
    return Explanation(
        happened=happened.in_language(language).format_map(values),
        fix=words.fix.in_language(language).format_map(values),
        section=words.section,
    )


def pieces(text: str) -> tuple[tuple[bool, str], ...]:
    """The text in pieces, each with whether it is code."""
    return tuple((number % 2 == 1, piece) for number, piece in enumerate(text.split("`")) if piece)


def differences(fault: Fault, language: str) -> str:
    """The parts that differ, in words."""
    return ", ".join(_PARTS[part].in_language(language) for part in fault.differs)


def _values(failed: FailedRequest, language: str) -> Mapping[str, object]:
    fault, none = failed.fault, _NOTHING.in_language(language)
    return {
        "error": failed.error,
        "note": failed.note.replace("`", "'"),
        "parameter": fault.parameter,
        # A backtick would end the code that the value stands in.
        "sent": fault.sent.replace("`", "'") or none,
        "registered": fault.registered.replace("`", "'") or none,
        "differs": differences(fault, language) or none,
        "seconds": fault.seconds,
    }


_PARTS: Final[Mapping[Part, Text]] = {
    Part.SCHEME: Text("giao thức", "scheme"),
    Part.HOST: Text("tên máy chủ", "host"),
    Part.PORT: Text("cổng mạng", "port"),
    Part.PATH: Text("đường dẫn", "path"),
    Part.SLASH: Text("dấu / ở cuối", "the slash at the end"),
    Part.CASE: Text("chữ hoa, chữ thường", "upper and lower case"),
    Part.QUERY: Text("phần sau dấu ?", "what follows ?"),
    Part.FRAGMENT: Text("phần sau dấu #", "what follows #"),
    Part.USER: Text("phần trước dấu @", "what stands before @"),
}

# The sections of docs/integrating.md and docs/tich-hop.md, which are numbered alike.
_REGISTER, _ASK, _REDEEM, _USERINFO, _REFRESH, _SIGN_OUT, _ERRORS, _KEYS = 2, 4, 5, 6, 9, 11, 12, 13

_WORDS: Final[Mapping[Cause, _Words]] = {
    Cause.OTHER: _Words(
        Text("Yêu cầu bị từ chối với mã lỗi `{error}`.", "The request was refused with `{error}`."),
        Text(
            "Tra mã lỗi này trong bảng lỗi của tài liệu tích hợp.",
            "Look this error up in the manual's table of errors.",
        ),
        _ERRORS,
    ),
    Cause.OVERSIZED: _Words(
        Text(
            "Yêu cầu quá dài hoặc quá nhiều tham số.",
            "The request is too long, or has too many parameters.",
        ),
        Text(
            "Chỉ gửi các tham số cần dùng; gửi bằng POST nếu có request object dài.",
            "Send the parameters that are needed; use POST for a long request object.",
        ),
        _ASK,
    ),
    Cause.UNKNOWN_CLIENT: _Words(
        Text(
            "Không có bản đăng ký nào mang `client_id` đã gửi.",
            "No registration has the `client_id` that was sent.",
        ),
        Text(
            "Kiểm tra `client_id` và môi trường (thử nghiệm hay chính thức): mỗi nơi một mã.",
            "Check the `client_id` and the environment (sandbox or production): each has its own.",
        ),
        _REGISTER,
    ),
    Cause.DISABLED_CLIENT: _Words(
        Text("Bản đăng ký này đang bị khoá.", "This registration is disabled."),
        Text(
            "Hỏi đơn vị vận hành lý do và cách mở lại.",
            "Ask the operators why, and what is needed to enable it again.",
        ),
        _REGISTER,
    ),
    Cause.PARAMETER_MISSING: _Words(
        Text("Thiếu `{parameter}`.", "`{parameter}` is missing."),
        Text("Gửi `{parameter}` đúng một lần.", "Send `{parameter}` once."),
        _ASK,
    ),
    Cause.PARAMETER_UNUSABLE: _Words(
        Text(
            "`{parameter}` gửi hai lần, hoặc không phải UTF-8, hoặc có ký tự điều khiển.",
            "`{parameter}` was sent twice, or is no UTF-8, or has control characters.",
        ),
        Text(
            "Gửi `{parameter}` đúng một lần, mã hoá phần trăm theo UTF-8.",
            "Send `{parameter}` once, percent-encoded as UTF-8.",
        ),
        _ASK,
    ),
    Cause.PARAMETER_TOO_LONG: _Words(
        Text("`{parameter}` quá dài.", "`{parameter}` is too long."),
        Text(
            "Gửi một mã ngắn và giữ dữ liệu trong phiên của cổng.",
            "Send a short handle, and keep the data in the portal's own session.",
        ),
        _ASK,
    ),
    Cause.PARAMETER_NOT_SUPPORTED: _Words(
        Text(
            "`{parameter}` không nhận giá trị đã gửi: `{sent}`.",
            "`{parameter}` cannot be what was sent: `{sent}`.",
        ),
        Text(
            "Dùng một giá trị có trong tài liệu discovery.",
            "Use a value that the discovery document names.",
        ),
        _ASK,
    ),
    Cause.URI_DIFFERS: _Words(
        Text(
            "`{parameter}` gửi `{sent}`, đã đăng ký `{registered}`. Khác: {differs}.",
            "`{parameter}` sent `{sent}`, registered `{registered}`. Different: {differs}.",
        ),
        Text(
            "Gửi đúng từng ký tự như đã đăng ký, hoặc thêm địa chỉ mới vào bản đăng ký.",
            "Send it exactly as it is registered, or add the new address to the registration.",
        ),
        _REGISTER,
    ),
    Cause.PKCE_MISSING: _Words(
        Text("Thiếu `code_challenge` (PKCE).", "`code_challenge` (PKCE) is missing."),
        Text(
            "Bật PKCE với `S256` trong thư viện: `code_challenge` và `code_challenge_method=S256`.",
            "Switch PKCE with `S256` on in your library: `code_challenge`, "
            "`code_challenge_method=S256`.",
        ),
        _ASK,
    ),
    Cause.PKCE_NOT_S256: _Words(
        Text(
            "`code_challenge` không phải kết quả của `S256`: gửi phương pháp `{sent}`.",
            "`code_challenge` is not one of `S256`: the method sent is `{sent}`.",
        ),
        Text(
            "Gửi `code_challenge_method=S256` và SHA-256 của verifier, base64url, 43 ký tự.",
            "Send `code_challenge_method=S256` and the verifier's SHA-256, base64url, 43 "
            "characters.",
        ),
        _ASK,
    ),
    Cause.VERIFIER_MISSING: _Words(
        Text(
            "Thiếu `code_verifier`, mà lúc xin mã đã có `code_challenge`.",
            "`code_verifier` is missing, and the code was asked for with a `code_challenge`.",
        ),
        Text(
            "Giữ `code_verifier` trong phiên của cổng và gửi kèm khi đổi mã.",
            "Keep the `code_verifier` in the portal's session, and send it when redeeming.",
        ),
        _REDEEM,
    ),
    Cause.VERIFIER_MALFORMED: _Words(
        Text(
            "`code_verifier` không đúng dạng: dài {sent} ký tự.",
            "`code_verifier` is malformed: it has {sent} characters.",
        ),
        Text("Dùng 43 đến 128 chữ, số và `-._~`.", "Use 43 to 128 letters, digits and `-._~`."),
        _REDEEM,
    ),
    Cause.VERIFIER_UNEXPECTED: _Words(
        Text(
            "Có `code_verifier`, mà lúc xin mã không có `code_challenge`.",
            "There is a `code_verifier`, and the code was asked for without a `code_challenge`.",
        ),
        Text(
            "Gửi cả hai. Nếu cổng đã gửi `code_challenge`, có thể ai đó trên đường đã bỏ nó đi.",
            "Send both. If the portal did send a `code_challenge`, somebody on the way took it "
            "out.",
        ),
        _REDEEM,
    ),
    Cause.VERIFIER_WRONG: _Words(
        Text(
            "`code_verifier` không khớp `code_challenge` của yêu cầu đã sinh ra mã.",
            "`code_verifier` does not fit the `code_challenge` of the request that the code came "
            "from.",
        ),
        Text(
            "Mỗi lần đăng nhập một verifier. Hai thẻ trình duyệt không được ghi đè verifier của "
            "nhau.",
            "Make a verifier for each sign-in. Two tabs must not overwrite each other's.",
        ),
        _REDEEM,
    ),
    Cause.SCOPE_WITHOUT_OPENID: _Words(
        Text(
            "`scope` không có `openid`: đã gửi `{sent}`.", "`scope` lacks `openid`: sent `{sent}`."
        ),
        Text("Thêm `openid` vào `scope`.", "Have `openid` among the scopes."),
        _ASK,
    ),
    Cause.SCOPE_NOT_GRANTED: _Words(
        Text(
            "`scope` xin nhiều hơn đã được cấp: `{sent}`, đã cấp `{registered}`.",
            "`scope` asks for more than was granted: `{sent}`, granted `{registered}`.",
        ),
        Text(
            "Khi làm mới token, bỏ `scope` hoặc xin ít hơn; muốn thêm, đưa công dân qua "
            "`/authorize`.",
            "When refreshing, leave `scope` out or ask for less; for more, send the citizen "
            "through `/authorize`.",
        ),
        _REFRESH,
    ),
    Cause.GRANT_TYPE_NOT_REGISTERED: _Words(
        Text(
            "`grant_type` gửi `{sent}`, đã đăng ký `{registered}`.",
            "`grant_type` sent `{sent}`, registered `{registered}`.",
        ),
        Text(
            "Thêm vào `grant_types` của bản đăng ký.", "Add it to the registration's `grant_types`."
        ),
        _REGISTER,
    ),
    Cause.RESOURCE_NOT_REGISTERED: _Words(
        Text(
            "`resource` gửi `{sent}`, đã đăng ký `{registered}`.",
            "`resource` sent `{sent}`, registered `{registered}`.",
        ),
        Text(
            "Nêu đúng một `resource` đã đăng ký, đúng từng ký tự.",
            "Name one registered `resource`, exactly as it is registered.",
        ),
        _REFRESH,
    ),
    Cause.CODE_UNKNOWN: _Words(
        Text(
            "Không có mã (`code`) này: không do chúng tôi cấp, hoặc đã quá lâu.",
            "There is no such `code`: it is not ours, or of long ago.",
        ),
        Text(
            "Đọc `code` từ chính địa chỉ gọi lại, giải mã phần trăm đúng một lần.",
            "Read `code` from the callback's own address, percent-decoded once.",
        ),
        _REDEEM,
    ),
    Cause.CODE_EXPIRED: _Words(
        Text("Mã (`code`) đã hết hạn trước khi đổi.", "The `code` expired before it was redeemed."),
        Text(
            "Đổi mã ngay trong trang gọi lại, trong 60 giây. Nếu đã đổi ngay, tìm hàng đợi hoặc "
            "proxy chậm.",
            "Redeem it in the callback itself, within 60 seconds. If you do, look for a slow "
            "queue or proxy.",
        ),
        _REDEEM,
    ),
    Cause.CODE_REPLAYED: _Words(
        Text(
            "Mã (`code`) đã được đổi rồi; token sinh từ mã đã bị huỷ.",
            "The `code` was redeemed before; the tokens it gave were revoked.",
        ),
        Text(
            "Đổi mã một lần. Tải lại trang gọi lại thì đưa người dùng về trang chủ, không đổi nữa.",
            "Redeem it once. Where the callback is reloaded, lead home and do not redeem again.",
        ),
        _REDEEM,
    ),
    Cause.CODE_OF_ANOTHER: _Words(
        Text(
            "Mã (`code`) này cấp cho `client_id` khác.",
            "The `code` was issued to another `client_id`.",
        ),
        Text(
            "Dùng cùng một `client_id` ở `/authorize` và `/token`; kiểm tra cấu hình hai môi "
            "trường.",
            "Use one `client_id` at `/authorize` and `/token`; look at the settings of both "
            "environments.",
        ),
        _REDEEM,
    ),
    Cause.CODE_WITH_OTHER_URI: _Words(
        Text(
            "`redirect_uri` gửi `{sent}`, lúc xin mã là `{registered}`. Khác: {differs}.",
            "`redirect_uri` sent `{sent}`, the code was asked for with `{registered}`. "
            "Different: {differs}.",
        ),
        Text(
            "Gửi ở `/token` đúng `redirect_uri` đã gửi ở `/authorize`.",
            "Send at `/token` the very `redirect_uri` that was sent to `/authorize`.",
        ),
        _REDEEM,
    ),
    Cause.REFRESH_TOKEN_UNKNOWN: _Words(
        Text(
            "Refresh token lạ, đã hết hạn, đã bị thu hồi, hoặc của `client_id` khác.",
            "The refresh token is unknown, expired, revoked, or another `client_id`'s.",
        ),
        Text(
            "Đưa công dân qua `/authorize` lần nữa.", "Send the citizen through `/authorize` again."
        ),
        _REFRESH,
    ),
    Cause.REFRESH_TOKEN_REUSED: _Words(
        Text(
            "Refresh token cũ được dùng lại; cả chuỗi đã bị thu hồi.",
            "An old refresh token came again; the whole family was revoked.",
        ),
        Text(
            "Lưu token mới trước khi dùng tiếp, và chỉ một tiến trình làm mới một chuỗi.",
            "Store the new token before going on, and let one process refresh one family.",
        ),
        _REFRESH,
    ),
    Cause.ACCESS_TOKEN_UNKNOWN: _Words(
        Text(
            "Access token lạ, đã hết hạn hoặc đã bị thu hồi.",
            "The access token is unknown, expired or revoked.",
        ),
        Text(
            "Đọc userinfo ngay sau khi đổi mã; token sống 5 phút.",
            "Read userinfo right after redeeming; the token lives for 5 minutes.",
        ),
        _USERINFO,
    ),
    Cause.AUTHENTICATION_MISSING: _Words(
        Text("Không có thông tin xác thực client.", "There is no client authentication."),
        Text(
            "Gửi theo cách đã đăng ký (`token_endpoint_auth_method`).",
            "Send it by the registered way (`token_endpoint_auth_method`).",
        ),
        _REDEEM,
    ),
    Cause.AUTHENTICATION_TWICE: _Words(
        Text(
            "Gửi nhiều hơn một cách xác thực client, hoặc hai `client_id` khác nhau.",
            "More than one client authentication was sent, or two different `client_id`.",
        ),
        Text("Chỉ dùng một cách.", "Use one way."),
        _REDEEM,
    ),
    Cause.AUTHENTICATION_MALFORMED: _Words(
        Text(
            "Không đọc được thông tin xác thực client.", "The client authentication cannot be read."
        ),
        Text(
            "HTTP Basic: mã hoá phần trăm cả hai nửa, nối bằng dấu hai chấm, rồi base64.",
            "HTTP Basic: percent-encode both halves, join them by a colon, then base64.",
        ),
        _REDEEM,
    ),
    Cause.METHOD_DIFFERS: _Words(
        Text(
            "Xác thực bằng `{sent}`, đã đăng ký `{registered}`.",
            "Authenticated by `{sent}`, registered `{registered}`.",
        ),
        Text(
            "Đổi cấu hình thư viện, hoặc đổi bản đăng ký.",
            "Change your library's settings, or the registration.",
        ),
        _REDEEM,
    ),
    Cause.SECRET_WRONG: _Words(
        Text(
            "Mã bí mật không đúng hoặc đã hết hạn.", "The client secret is wrong, or has expired."
        ),
        Text(
            "Kiểm tra mã đang cấu hình (có khoảng trắng hay xuống dòng ở cuối không), hoặc tạo "
            "mã mới.",
            "Check the configured secret (a space or line break at its end?), or make a new one.",
        ),
        _KEYS,
    ),
    Cause.TOO_MANY_FAILURES: _Words(
        Text("Sai quá nhiều lần, phải chờ.", "It failed too often, and has to wait."),
        Text(
            "Ngừng gọi lại tự động, chờ theo `Retry-After`, rồi sửa thông tin xác thực.",
            "Stop repeating, wait for `Retry-After`, and mend the credentials.",
        ),
        _ERRORS,
    ),
    Cause.KEY_UNKNOWN: _Words(
        Text(
            "Không có khoá công khai nào khớp `kid` `{sent}`.",
            "No public key fits `kid` `{sent}`.",
        ),
        Text(
            "Công bố khoá mới ở `jwks_uri` trước khi ký bằng nó; `kid`, `alg` và `use` phải khớp.",
            "Publish the new key at `jwks_uri` before you sign with it; `kid`, `alg` and `use` "
            "must fit.",
        ),
        _KEYS,
    ),
    Cause.KEY_AMBIGUOUS: _Words(
        Text(
            "Có nhiều khoá mà JWT không nêu `kid`.",
            "There are several keys, and the JWT names no `kid`.",
        ),
        Text("Ghi `kid` vào phần đầu của JWT.", "Name the `kid` in the JWT's header."),
        _KEYS,
    ),
    Cause.ALGORITHM_DIFFERS: _Words(
        Text(
            "JWT ký bằng `{sent}`, cho phép `{registered}`.",
            "The JWT is signed with `{sent}`, allowed `{registered}`.",
        ),
        Text("Ký bằng thuật toán đã đăng ký.", "Sign with the registered algorithm."),
        _KEYS,
    ),
    Cause.SIGNATURE_WRONG: _Words(
        Text(
            "Chữ ký của JWT không khớp khoá đã công bố.",
            "The JWT's signature does not fit the published key.",
        ),
        Text(
            "Khoá riêng đang ký có đúng là nửa kia của khoá đã công bố không?",
            "Is the signing key the other half of the one that is published?",
        ),
        _KEYS,
    ),
    Cause.JWT_UNREADABLE: _Words(
        Text("Không đọc được JWT.", "The JWT cannot be read."),
        Text(
            "Tạo JWT bằng một thư viện, gửi nguyên văn.",
            "Have a library make it, and send it whole.",
        ),
        _REDEEM,
    ),
    Cause.JWT_LACKS: _Words(
        Text(
            "JWT thiếu `{parameter}`, hoặc `{parameter}` sai kiểu.",
            "The JWT lacks `{parameter}`, or it is of another type.",
        ),
        Text(
            "Thêm `{parameter}`; thời điểm là số giây (Unix).",
            "Add `{parameter}`; moments are seconds (Unix).",
        ),
        _REDEEM,
    ),
    Cause.JWT_ISSUER: _Words(
        Text(
            "`{parameter}` trong JWT không phải `client_id` của bạn.",
            "`{parameter}` of the JWT is not your `client_id`.",
        ),
        Text(
            "`iss` là `client_id`; trong client assertion, `sub` cũng vậy.",
            "`iss` is your `client_id`; in a client assertion, so is `sub`.",
        ),
        _REDEEM,
    ),
    Cause.JWT_AUDIENCE: _Words(
        Text(
            "`aud` trong JWT gửi `{sent}`, phải là `{registered}`.",
            "`aud` of the JWT sent `{sent}`, has to be `{registered}`.",
        ),
        Text("Ghi issuer vào `aud`, đúng từng ký tự.", "Have the issuer in `aud`, to the letter."),
        _REDEEM,
    ),
    Cause.JWT_EXPIRED: _Words(
        Text(
            "JWT đã hết hạn {seconds} giây trước (`exp`).",
            "The JWT expired {seconds} seconds ago (`exp`).",
        ),
        Text(
            "Đồng bộ giờ máy chủ (NTP), và tạo JWT mới cho mỗi lần gọi.",
            "Set the server's clock right (NTP), and make a new JWT for each call.",
        ),
        _REDEEM,
    ),
    Cause.JWT_AHEAD: _Words(
        Text(
            "`{parameter}` trong JWT ở tương lai {seconds} giây.",
            "`{parameter}` of the JWT lies {seconds} seconds ahead.",
        ),
        Text(
            "Đồng bộ giờ máy chủ (NTP); cho phép lệch 10 giây.",
            "Set the server's clock right (NTP); 10 seconds are allowed.",
        ),
        _REDEEM,
    ),
    Cause.JWT_LASTS_TOO_LONG: _Words(
        Text(
            "`{parameter}` trong JWT còn quá xa: {seconds} giây.",
            "`{parameter}` of the JWT is too far off: {seconds} seconds.",
        ),
        Text(
            "Client assertion sống nhiều nhất 10 phút, request object 60 phút. Giờ máy chủ có "
            "đúng không?",
            "A client assertion lives for 10 minutes at most, a request object for 60. Is the "
            "clock right?",
        ),
        _REDEEM,
    ),
    Cause.JWT_REPLAYED: _Words(
        Text("JWT này đã dùng rồi (`jti`).", "This JWT was used before (`jti`)."),
        Text("Mỗi lần gọi một JWT, với `jti` mới.", "Make a JWT with a new `jti` for each call."),
        _REDEEM,
    ),
    Cause.OBJECT_NOT_REGISTERED: _Words(
        Text(
            "`{parameter}` chưa có trong bản đăng ký.", "`{parameter}` is not in the registration."
        ),
        Text(
            "Đăng ký `request_object_signing_alg` và khoá, hoặc `request_uris`; hoặc gửi tham số "
            "thường.",
            "Register `request_object_signing_alg` and keys, or `request_uris`; or send plain "
            "parameters.",
        ),
        _ASK,
    ),
    Cause.OBJECT_UNREACHABLE: _Words(
        Text(
            "Không tải được request object từ `request_uri`.",
            "The request object cannot be fetched from `request_uri`.",
        ),
        Text(
            "Địa chỉ phải trả lời trong 5 giây, bằng https, kiểu "
            "`application/oauth-authz-req+jwt`.",
            "The address has to answer within 5 seconds, by https, as "
            "`application/oauth-authz-req+jwt`.",
        ),
        _ASK,
    ),
    Cause.OBJECT_DISAGREES: _Words(
        Text(
            "`{parameter}` bên trong request object khác bên ngoài.",
            "`{parameter}` inside the request object differs from the one outside.",
        ),
        Text("Gửi cùng một giá trị ở cả hai nơi.", "Send the same in both places."),
        _ASK,
    ),
}
_OTHER_WITH_NOTE: Final = Text(
    "Yêu cầu bị từ chối với mã lỗi `{error}`: `{note}`.",
    "The request was refused with `{error}`: `{note}`.",
)
_NOTHING_REGISTERED: Final = Text(
    "`{parameter}` gửi `{sent}`, bản đăng ký không có địa chỉ nào.",
    "`{parameter}` sent `{sent}`, and the registration has none.",
)
_NOTHING: Final = Text("(không có)", "(none)")
