"""A registration at a glance: a row for each part, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from wtforms.fields.core import UnboundField

from idp.console.relying_parties.part_form import Document, Part, members_of, words_of
from idp.console.relying_parties.parts import PARTS, ClaimsPart, LevelPart, ProtocolPart
from idp.console.relying_parties.words import label
from idp.onboarding.diff import lines
from idp.relying_parties.rules import decoded_host
from idp.web.texts import gettext as _
from idp.web.texts import lazy_gettext


@dataclass(frozen=True, slots=True)
class Entry:
    """What one member says; *is_code*: it is for machines, and stands as it is."""

    label: str
    lines: Sequence[str]
    is_code: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One part; an entry alone is told apart from the part by nothing."""

    part: Part
    title: str
    entries: Sequence[Entry]


TITLES: Final[Mapping[Part, str]] = {
    Part.NAMES: lazy_gettext("Tên"),
    Part.CONTACT: lazy_gettext("Đầu mối và trang của cổng"),
    Part.PROTOCOL: lazy_gettext("Giao thức và bảo mật"),
    Part.REDIRECT: lazy_gettext("Redirect URI"),
    Part.SIGN_OUT: lazy_gettext("Đăng xuất"),
    Part.START: lazy_gettext("Địa chỉ bắt đầu đăng nhập"),
    Part.CLAIMS: lazy_gettext("Thông tin được nhận"),
    Part.LEVEL: lazy_gettext("Mức xác minh tối thiểu"),
    Part.KEYS: lazy_gettext("Khoá công khai"),
    Part.LOGO: lazy_gettext("Biểu trưng"),
}
_CODES: Final = frozenset(
    {
        "redirect_uris",
        "post_logout_redirect_uris",
        "backchannel_logout_uri",
        "initiate_login_uri",
        "client_uri",
        "policy_uri",
        "tos_uri",
        "jwks_uri",
        "logo_uri",
    }
)


def rows_of(document: Document) -> Sequence[Row]:
    """The rows, in the order of the parts."""
    return [Row(part, TITLES[part], _entries(part, document)) for part in PARTS]


def _entries(part: Part, document: Document) -> Sequence[Entry]:
    return [
        Entry(label(member), _said(member, document), member in _CODES)
        for member in members_of(PARTS[part])
        if document.get(member)
    ]


def _said(member: str, document: Document) -> Sequence[str]:
    value = document[member]
    if member == "claims":
        ticked = ClaimsPart.values(document)["claims"]
        return [text for box, text in words_of(ClaimsPart.claims).items() if box in ticked]
    choices = _CHOICES.get(member)
    if choices is not None:
        return [words_of(choices).get(str(value), str(value))]
    if member == "jwks":
        return _keys(value)
    return [_readable(line) for line in lines(member, value)]


def _keys(jwks: object) -> Sequence[str]:
    keys = jwks.get("keys", []) if isinstance(jwks, Mapping) else []
    return [
        _("%(kind)s, kid %(kid)s", kind=key.get("kty", ""), kid=key.get("kid", "–")) for key in keys
    ]


def _readable(line: str) -> str:
    """An address with the host as it reads, where that is not as it is written."""
    host = line.split("/")[2] if "://" in line else ""
    shown = decoded_host(host)
    return line if shown is None else f"{line} ({shown})"


_CHOICES: Final[Mapping[str, "UnboundField[Any]"]] = {
    "security_profile": ProtocolPart.security_profile,
    "token_endpoint_auth_method": ProtocolPart.token_endpoint_auth_method,
    "id_token_signed_response_alg": ProtocolPart.id_token_signed_response_alg,
    "minimum_acr": LevelPart.minimum_acr,
}
