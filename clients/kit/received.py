"""What the portal received about the citizen, put into words for the page."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone

VIETNAM = timezone(timedelta(hours=7))  # one zone, no daylight saving

LABELS = {
    "name": "Họ và tên",
    "birthdate": "Ngày sinh",
    "gender": "Giới tính",
    "phone_number": "Số điện thoại",
    "phone_number_verified": "Số điện thoại đã xác minh",
    "identity_number": "Số định danh cá nhân",
    "old_identity_number": "Số CMND cũ",
    "verification_level": "Mức xác minh",
    "authentication_level": "Mức độ xác thực",
    "updated_at": "Cập nhật lúc",
}
YES, NO = "Có", "Không"
GENDERS = {"male": "Nam", "female": "Nữ"}
_PROTOCOL_CLAIMS = frozenset(
    {"iss", "sub", "aud", "azp", "exp", "iat", "nbf", "jti", "nonce", "at_hash", "c_hash"}
    | {"acr", "amr", "auth_time", "sid"}
)
_ISO_DATE_PARTS = 3


def received(
    claims: Mapping[str, object], translated: Callable[[str], str]
) -> list[tuple[str, str]]:
    """
    Return label and value of each claim about the person, known ones first, in their order.

    Labels and words go through *translated*; what the person is called never does.
    """
    known = [name for name in LABELS if name in claims]
    others = sorted(claims.keys() - LABELS.keys() - _PROTOCOL_CLAIMS)
    return [
        (translated(LABELS.get(name, name)), _in_words(name, claims[name], translated))
        for name in (*known, *others)
    ]


def local_time(moment: datetime) -> str:
    """Return *moment* as people here write it: 09:12:05, 21/11/2026."""
    return moment.astimezone(VIETNAM).strftime("%H:%M:%S, %d/%m/%Y")


def _in_words(name: str, value: object, translated: Callable[[str], str]) -> str:
    if isinstance(value, bool):
        return translated(YES if value else NO)
    if name == "updated_at" and isinstance(value, int):
        return local_time(datetime.fromtimestamp(value, VIETNAM))
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if name == "gender":
        return translated(GENDERS.get(value, value))
    if name == "birthdate":
        parts = value.split("-")
        return "/".join(reversed(parts)) if len(parts) == _ISO_DATE_PARTS else value
    return value
