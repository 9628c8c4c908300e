"""
The errors a portal's engineers can meet, each with what to change: generated from the classes.

`python -m idp.oidc.error_catalogue FILE …` brings the tables in the manuals up to date. A test
keeps them so, and every error has an entry: `catalogue()` raises `KeyError` for one that has none.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from idp.core.two_languages import EN, VI, Text
from idp.oidc import errors
from idp.oidc.client_authentication import TooManyFailures
from idp.oidc.errors import SERVER_ERROR, UNAVAILABLE, ProtocolError

_BEGIN: Final = "<!-- errors: {language}; made by python -m idp.oidc.error_catalogue -->"
_END: Final = "<!-- end of errors -->"

_AUTHORIZE: Final = "/authorize"
_TOKEN: Final = "/token"  # noqa: S105 (a path)
_USERINFO: Final = "/userinfo"
_REGISTER: Final = "/connect/register"
_CLIENTS: Final = (_TOKEN, "/introspect", "/revoke")
_HEADINGS: Final = {
    EN: "| error | from | status | error_description | what to change |",
    VI: "| error | nơi trả về | mã HTTP | error_description | cần sửa gì |",
}


@dataclass(frozen=True, slots=True)
class Remedy:
    """Where an error is met and what to change, in markdown."""

    where: tuple[str, ...]
    advice: Text


@dataclass(frozen=True, slots=True)
class Entry:
    """One row: an error as it is sent, and its remedy. *status* is empty for a redirect alone."""

    code: str
    status: str
    description: str
    remedy: Remedy


_REMEDIES: Final[Mapping[type[ProtocolError], Remedy]] = {
    errors.InvalidRequest: Remedy(
        (_AUTHORIZE, *_CLIENTS, _USERINFO),
        Text(
            "Gửi mỗi tham số đúng một lần, bằng UTF-8, và đủ các tham số bắt buộc. Tại "
            "`/authorize`: PKCE với `S256` (43 đến 128 ký tự), `response_mode` là `query` hoặc "
            "`form_post`, `claims` là JSON, `id_token_hint` có khoá ký còn được công bố. Tại "
            "`/token`: mọi tham số nằm trong thân biểu mẫu, không nằm trong query, và chỉ dùng "
            "một cách xác thực client.",
            "Send each parameter once, in UTF-8, and all that are required. At `/authorize`: PKCE "
            "with `S256` (43 to 128 characters), `response_mode` `query` or `form_post`, `claims` "
            "as JSON, an `id_token_hint` whose key is still published. At `/token`: everything in "
            "the form body, nothing in the query, and one way of client authentication only.",
        ),
    ),
    errors.InvalidClient: Remedy(
        _CLIENTS,
        Text(
            "Dùng đúng cách đã đăng ký (`token_endpoint_auth_method`) và mã bí mật mới nhất; mã "
            "hoá phần trăm cả hai nửa của HTTP Basic. Với `private_key_jwt`: `iss` và `sub` là "
            "client_id, `aud` là issuer hoặc token endpoint, `exp` không quá 10 phút, mỗi lần một "
            "`jti` mới, đồng hồ đúng giờ, và `kid` của khoá có trong bộ khoá bạn công bố.",
            "Use the method that was registered (`token_endpoint_auth_method`) and the newest "
            "secret; percent-encode both halves of HTTP Basic. With `private_key_jwt`: `iss` and "
            "`sub` are the client_id, `aud` the issuer or the token endpoint, `exp` at most 10 "
            "minutes ahead, a new `jti` each time, the clock right, and the key's `kid` in your "
            "published keys.",
        ),
    ),
    errors.InvalidGrant: Remedy(
        (_TOKEN,),
        Text(
            "Đổi mã đúng một lần, trong 60 giây, với đúng `redirect_uri`, `code_verifier` của "
            "chính yêu cầu đó và đúng client được cấp. Không gọi lại với mã cũ khi lần gọi trước "
            "quá hạn chờ: hãy bắt đầu đăng nhập mới. Refresh token thay mới mỗi lần dùng: lưu "
            "token mới trước khi dùng tiếp; dùng lại token cũ sẽ làm mất hiệu lực cả chuỗi.",
            "Redeem a code once, within 60 seconds, with the same `redirect_uri`, the "
            "`code_verifier` of that very request and the client it was issued to. Do not repeat "
            "a call that timed out with the same code: begin a new sign-in. A refresh token is "
            "replaced each time: store the new one before using it; an old one ends the whole "
            "family.",
        ),
    ),
    errors.UnauthorizedClient: Remedy(
        (_AUTHORIZE, _TOKEN),
        Text(
            "Đề nghị đơn vị vận hành thêm loại cấp quyền vào bản đăng ký (`grant_types`), hoặc mở "
            "lại bản đăng ký.",
            "Have the grant type added to your registration (`grant_types`), or the registration "
            "enabled again: ask the operators.",
        ),
    ),
    errors.UnsupportedGrantType: Remedy(
        (_TOKEN,),
        Text(
            "Dùng `authorization_code`, `refresh_token` hoặc `client_credentials`. Không có và sẽ "
            "không có cách cấp quyền bằng mật khẩu.",
            "Use `authorization_code`, `refresh_token` or `client_credentials`. There is no "
            "password grant and there will be none.",
        ),
    ),
    errors.UnsupportedResponseType: Remedy(
        (_AUTHORIZE,),
        Text(
            "Gửi `response_type=code`. Không cung cấp luồng implicit và hybrid (RFC 9700 §2.1.2).",
            "Send `response_type=code`. Implicit and hybrid flows are not offered (RFC 9700 "
            "§2.1.2).",
        ),
    ),
    errors.InvalidScope: Remedy(
        (_AUTHORIZE,), Text("Thêm `openid` vào scope.", "Have `openid` among the scopes.")
    ),
    errors.ScopeNotGranted: Remedy(
        (_TOKEN,),
        Text(
            "Khi làm mới token, chỉ xin các scope đã được cấp hoặc ít hơn; bỏ `scope` để giữ "
            "nguyên. Muốn thêm, đưa công dân qua `/authorize` lần nữa.",
            "When refreshing ask for the granted scopes or fewer; leave `scope` out to keep them "
            "all. For more, send the citizen through `/authorize` again.",
        ),
    ),
    errors.InvalidTarget: Remedy(
        (_TOKEN,),
        Text(
            "Nêu đúng một `resource` trong bản đăng ký (`resources`), đúng từng ký tự.",
            "Name one `resource` of your registration (`resources`), exactly as it is registered.",
        ),
    ),
    errors.RequestNotSupported: Remedy(
        (_AUTHORIZE,),
        Text(
            "Đăng ký request object trước (`request_object_signing_alg` và khoá của bạn), hoặc gửi "
            "tham số thường.",
            "Register for request objects (`request_object_signing_alg` and your keys) first, or "
            "send plain parameters.",
        ),
    ),
    errors.RequestUriNotSupported: Remedy(
        (_AUTHORIZE,),
        Text(
            "Đăng ký trước các địa chỉ của request object (`request_uris`).",
            "Register the addresses of your request objects (`request_uris`) first.",
        ),
    ),
    errors.InvalidRequestObject: Remedy(
        (_AUTHORIZE,),
        Text(
            "Ký bằng thuật toán đã đăng ký và khoá đã công bố; `iss` là client_id, `aud` là "
            "issuer, `exp` không quá 60 phút; `client_id` bên trong trùng bên ngoài; bên trong "
            "không có `request` hay `request_uri`.",
            "Sign with the registered algorithm and a published key; `iss` is your client_id, "
            "`aud` the issuer, `exp` at most 60 minutes ahead; `client_id` inside equals the one "
            "outside; no `request` or `request_uri` inside.",
        ),
    ),
    errors.InvalidRequestUri: Remedy(
        (_AUTHORIZE,),
        Text(
            "Gửi đúng địa chỉ đã đăng ký, kể cả phần sau dấu #; địa chỉ phải trả lời trong 5 giây "
            "qua https, không chuyển hướng, kiểu `application/jwt`, không quá 64 KB.",
            "Send a registered address exactly, fragment included; it must answer within 5 seconds "
            "over https, without a redirect, as `application/jwt`, with at most 64 KB.",
        ),
    ),
    errors.RegistrationNotSupported: Remedy(
        (_AUTHORIZE,),
        Text(
            "Bỏ tham số `registration`: tham số này dành cho nhà cung cấp tự phát hành.",
            "Leave the `registration` parameter out: it is for self-issued providers.",
        ),
    ),
    errors.AccessDenied: Remedy(
        (_AUTHORIZE,),
        Text(
            "Không cần sửa: công dân quay lại hoặc không đồng ý. Hiện trang của bạn với cách thử "
            "lại; đừng tự chuyển công dân trở lại ngay.",
            "Nothing: the citizen went back or did not agree. Show your own page with a way to try "
            "again; do not send the citizen here at once.",
        ),
    ),
    errors.LoginRequired: Remedy(
        (_AUTHORIZE,),
        Text(
            "Bình thường với `prompt=none`: chưa có ai đăng nhập, hoặc không đúng người trong "
            "`id_token_hint`. Gửi lại yêu cầu không có `prompt=none` khi công dân muốn đăng nhập.",
            "Expected with `prompt=none`: nobody is signed in, or not the person of "
            "`id_token_hint`. Repeat the request without `prompt=none` when the citizen wants to "
            "sign in.",
        ),
    ),
    errors.InteractionRequired: Remedy(
        (_AUTHORIZE,),
        Text(
            "Gửi lại yêu cầu không có `prompt=none`.", "Repeat the request without `prompt=none`."
        ),
    ),
    errors.ConsentRequired: Remedy(
        (_AUTHORIZE,),
        Text(
            "Gửi lại yêu cầu không có `prompt=none`: công dân chưa đồng ý chia sẻ các thông tin "
            "này.",
            "Repeat the request without `prompt=none`: the citizen has not agreed to these claims "
            "yet.",
        ),
    ),
    errors.UnmetAuthenticationRequirements: Remedy(
        (_AUTHORIZE,),
        Text(
            "Mức bạn bắt buộc (`acr` essential hoặc `minimum_acr` trong bản đăng ký) cao hơn mức "
            "đã đạt, và công dân đã quay lại từ trang chỉ các cách nâng mức; hoặc bạn gửi "
            "`prompt=none`, hay một mức không tồn tại. Cho công dân biết dịch vụ cần gì và cho "
            "thử lại. Dùng `acr_values` khi chỉ mong muốn chứ không bắt buộc.",
            "The class you demand (essential `acr`, or `minimum_acr` of your registration) is "
            "above what was reached, and the citizen went back from the page with the ways to it; "
            "or you sent `prompt=none`, or a class that does not exist. Tell the citizen what "
            "your service needs, and let them try again. Use `acr_values` where the class is a "
            "wish.",
        ),
    ),
    errors.InvalidToken: Remedy(
        (_USERINFO, _REGISTER),
        Text(
            "Access token có hạn 5 phút, và hết hiệu lực cùng phiên, khi mã bị dùng lại hoặc sau "
            "`/revoke`. Gọi `/userinfo` ngay sau `/token`; về sau thì làm mới token hoặc đăng "
            "nhập lại. Tại `/connect/register`: gửi initial access token, hoặc registration "
            "access token mới nhất, trong header Bearer.",
            "Access tokens live 5 minutes, and end with the session, a replayed code or `/revoke`. "
            "Call `/userinfo` right after `/token`; later, refresh or sign in again. At "
            "`/connect/register`: send the initial access token, or the newest registration access "
            "token, as a Bearer header.",
        ),
    ),
    errors.InsufficientScope: Remedy(
        (_USERINFO,),
        Text(
            "Dùng token được cấp với scope `openid`.", "Use a token that was granted with `openid`."
        ),
    ),
    errors.InvalidRedirectUri: Remedy(
        (_REGISTER,),
        Text(
            "Đăng ký địa chỉ https tuyệt đối, không có phần #, ký tự * hay thông tin người dùng; "
            "http chỉ dành cho máy cục bộ.",
            "Register absolute https addresses without fragment, wildcard or user information; "
            "http is for loopback hosts.",
        ),
    ),
    errors.InvalidClientMetadata: Remedy(
        (_REGISTER,),
        Text(
            "Sửa các thành phần nêu trong phần mô tả: đúng kiểu JSON, đúng giá trị được cung cấp, "
            "`jwks` hoặc `jwks_uri` chứ không cả hai, https cho mọi địa chỉ chúng tôi tải về.",
            "Mend the members that the description names: right JSON type, offered value, `jwks` "
            "or `jwks_uri` but not both, https for all that we fetch.",
        ),
    ),
    errors.TooManyRegistrations: Remedy(
        (_REGISTER,),
        Text(
            "Đăng ký một lần và giữ kết quả: muốn đổi thì gửi `PUT` tới "
            "`registration_client_uri`. Mỗi lần đăng ký và mỗi token sai đều được tính; chờ đủ số "
            "giây trong `Retry-After`.",
            "Register once and keep what you got: change it by `PUT` at the "
            "`registration_client_uri`. Every registration counts, and every wrong token; wait "
            "for `Retry-After` seconds.",
        ),
    ),
    TooManyFailures: Remedy(
        _CLIENTS,
        Text(
            "Ngừng lặp lại lời gọi bị lỗi, chờ đủ số giây trong `Retry-After`, và sửa thông tin "
            "xác thực. Lời gọi thành công không bị giới hạn này.",
            "Stop repeating a call that fails, wait for `Retry-After` seconds, and mend the "
            "credentials. Successful calls are never limited by this.",
        ),
    ),
}

_LAST_RESORTS: Final = (
    Entry(
        UNAVAILABLE,
        "503",
        "Try again in a moment. Reference: …",
        Remedy(
            ("*",),
            Text(
                "Không cần sửa: một phần của hệ thống tạm ngừng. Gọi lại sau số giây trong "
                "`Retry-After`; nếu mã đã hết hạn thì bắt đầu đăng nhập mới.",
                "Nothing: a part of ours is away. Repeat the call after `Retry-After` seconds, and "
                "begin a new sign-in where the code has run out meanwhile.",
            ),
        ),
    ),
    Entry(
        SERVER_ERROR,
        "500",
        "Something went wrong here. Reference: …",
        Remedy(
            ("*",),
            Text(
                "Gửi cho chúng tôi mã tham chiếu (cũng nằm trong header `X-Request-Id`): lỗi "
                "thuộc về chúng tôi.",
                "Send us the reference (also in the header `X-Request-Id`): it is our fault.",
            ),
        ),
    ),
)


def catalogue() -> Sequence[Entry]:
    """Every error, in the order of its code."""
    found = [
        Entry(
            error.error,
            _status(error, _REMEDIES[error]),
            str(error.description),
            _REMEDIES[error],
        )
        for error in _all_errors(ProtocolError)
    ]
    return sorted([*found, *_LAST_RESORTS], key=lambda entry: (entry.code, entry.status))


def _all_errors(base: type[ProtocolError]) -> Iterator[type[ProtocolError]]:
    for error in base.__subclasses__():
        if error.__module__.startswith("idp."):
            yield error
            yield from _all_errors(error)


def _status(error: type[ProtocolError], remedy: Remedy) -> str:
    """Of the HTTP response; at `/authorize` errors travel in the redirect, and have none."""
    return "" if remedy.where == (_AUTHORIZE,) else str(error.status_code)


def table(language: str) -> str:
    """The catalogue as a markdown table, in `vi` or `en`."""
    rows = [_HEADINGS[language], "| --- | --- | --- | --- | --- |"]
    for entry in catalogue():
        where = ", ".join(f"`{place}`" if place != "*" else "*" for place in entry.remedy.where)
        advice = entry.remedy.advice.in_language(language)
        rows.append(
            f"| `{entry.code}` | {where} | {entry.status} | {entry.description} | {advice} |"
        )
    return "\n".join(rows)


def brought_up_to_date(text: str) -> str:
    """*text* of a manual with today's tables between its marks."""
    for language in (VI, EN):
        begin = _BEGIN.format(language=language)
        head, mark, rest = text.partition(begin)
        if not mark:
            continue
        _, end, tail = rest.partition(_END)
        if not end:
            raise ValueError(f"no {_END!r} after {begin!r}")
        text = f"{head}{begin}\n{table(language)}\n{end}{tail}"
    return text


if __name__ == "__main__":
    for name in sys.argv[1:]:
        path = Path(name)
        path.write_text(brought_up_to_date(path.read_text("utf-8")), "utf-8")
