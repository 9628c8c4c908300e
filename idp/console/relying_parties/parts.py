"""
The parts of a registration that pages fill in: each a form, and what it makes of the document.

The wizard asks several parts on a page; a registration's page changes one at a time.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from idp.console.relying_parties.part_form import MEMBERS, Document, LinesField, Part, PartForm
from idp.console.relying_parties.pasted_keys import (
    PrivateKeyPasted,
    UnreadableKeys,
    holds_private_key,
    parse_pasted_keys,
)
from idp.console.relying_parties.words import label, told
from idp.core.acr import ACR_CLASSES
from idp.relying_parties.model import LEGACY, OIDC, ClientAuthentication
from idp.relying_parties.problems import Rule, problem
from idp.web.forms import (
    ChoiceField,
    LineField,
    ParagraphField,
    TicksField,
    refuse,
)
from idp.web.texts import lazy_gettext as _

_LONGEST_LEGAL_GROUND: Final = 500  # characters
_FEWEST_LEGAL_GROUND: Final = 10


class NamesPart(PartForm):
    """What citizens see."""

    client_name = LineField(label("client_name"))
    client_name_en = LineField(label("client_name#en"))
    sms_name = LineField(label("sms_name"))


class ContactPart(PartForm):
    """Whom to call, and the portal's own pages."""

    contacts = LinesField(label("contacts"))
    client_uri = LineField(label("client_uri"))
    policy_uri = LineField(label("policy_uri"))
    tos_uri = LineField(label("tos_uri"))

    def validate_contacts(self, field: LinesField) -> None:
        if not field.lines or any("@" not in line for line in field.lines):
            refuse(_("Nhập ít nhất một địa chỉ thư điện tử, mỗi dòng một địa chỉ"))


class ProtocolPart(PartForm):
    """What is spoken, and how the portal proves itself."""

    security_profile = ChoiceField(
        label("security_profile"),
        choices=[
            (OIDC.name, _("OpenID Connect (nên dùng): PKCE, mỗi lần chỉ nhận điều đã xin")),
            (LEGACY.name, _("Kiểu VNConnect cũ: chỉ cho phần mềm chưa sửa được")),
        ],
    )
    token_endpoint_auth_method = ChoiceField(
        label("token_endpoint_auth_method"),
        choices=[
            (ClientAuthentication.SECRET_BASIC.value, _("Mã bí mật, trong tiêu đề (basic)")),
            (ClientAuthentication.SECRET_POST.value, _("Mã bí mật, trong thân yêu cầu (post)")),
            (
                ClientAuthentication.PRIVATE_KEY_JWT.value,
                _("Khoá riêng của cổng (private_key_jwt): không ai khác biết bí mật"),
            ),
        ],
    )
    id_token_signed_response_alg = ChoiceField(
        label("id_token_signed_response_alg"),
        choices=[("ES256", _("ES256 (nên dùng)")), ("RS256", _("RS256: cho phần mềm cũ"))],
    )

    def validate_security_profile(self, field: ChoiceField) -> None:
        _check_chosen(field)

    def validate_token_endpoint_auth_method(self, field: ChoiceField) -> None:
        _check_chosen(field)

    def validate_id_token_signed_response_alg(self, field: ChoiceField) -> None:
        _check_chosen(field)

    def merged(self, document: Document) -> dict[str, object]:
        """PKCE is forced wherever the profile knows it."""
        merged = super().merged(document)
        merged.pop("require_pkce", None)
        if self.security_profile.data == OIDC.name:
            merged["require_pkce"] = True
        return merged


class RedirectPart(PartForm):
    """Where citizens come back to."""

    redirect_uris = LinesField(label("redirect_uris"))


class SignOutPart(PartForm):
    """What happens at the portal when somebody signs out."""

    post_logout_redirect_uris = LinesField(label("post_logout_redirect_uris"))
    backchannel_logout_uri = LineField(label("backchannel_logout_uri"))

    def merged(self, document: Document) -> dict[str, object]:
        """Logout tokens name the session: one device's sign-out is not all of them."""
        merged = super().merged(document)
        merged.pop("backchannel_logout_session_required", None)
        if self.backchannel_logout_uri.data:
            merged["backchannel_logout_session_required"] = True
        return merged


class StartPart(PartForm):
    """Where a sign-in starts at the portal."""

    initiate_login_uri = LineField(label("initiate_login_uri"))


class ClaimsPart(PartForm):
    """What the portal may receive, in words, and why it may."""

    claims = TicksField(
        label("claims"),
        choices=[
            ("name", _("Họ và tên")),
            ("birthdate", _("Ngày sinh")),
            ("gender", _("Giới tính")),
            ("identity_number", _("Số CMT/CCCD, cả số cũ")),
            ("phone_number", _("Số điện thoại")),
            ("email", _("Thư điện tử")),
            ("address", _("Địa chỉ")),
        ],
    )
    legal_ground = LineField(label("legal_ground"))

    def validate_legal_ground(self, field: LineField) -> None:
        length = len(field.data or "")
        if self.claims.data and not _FEWEST_LEGAL_GROUND <= length <= _LONGEST_LEGAL_GROUND:
            refuse(
                _(
                    "Nêu văn bản, điều khoản và thủ tục cần các thông tin này, từ %(least)d đến "
                    "%(most)d ký tự",
                    least=_FEWEST_LEGAL_GROUND,
                    most=_LONGEST_LEGAL_GROUND,
                )
            )

    @classmethod
    def values(cls, document: Document) -> dict[str, Any]:
        """The boxes of the claims that the document names."""
        named = document.get("claims", [])
        claims = named if isinstance(named, list) else []
        ticked = tuple(box for box, (_scope, names) in _BOXES.items() if names & set(claims))
        return super().values(document) | {"claims": ticked}

    def merged(self, document: Document) -> dict[str, object]:
        """The claims of the boxes, and the scopes that ask for them; others stay."""
        merged = super().merged(document)
        ticked = [_BOXES[box] for box in self.claims.data]
        stood, scope = document.get("claims", []), str(document.get("scope", "openid"))
        others = [name for name in stood if name not in _BOXED] if isinstance(stood, list) else []
        merged["claims"] = sorted(
            {*others, *_ALWAYS, *(name for _scope, names in ticked for name in names)}
        )
        kept = [word for word in scope.split() if word not in _SCOPES]
        scopes = dict.fromkeys(["openid", *kept, *(scope for scope, _names in ticked)])
        merged["scope"] = " ".join(scopes)
        return merged


class LevelPart(PartForm):
    """Who gets in at all."""

    minimum_acr = ChoiceField(
        label("minimum_acr"),
        choices=[
            ("", _("Không đặt: cổng tự hỏi từng lần bằng acr_values")),
            ("LoA1", _("LoA1: mật khẩu là đủ")),
            ("LoA2", _("LoA2: nhà mạng đã xác minh, và hai yếu tố")),
            ("LoA3", _("LoA3: đã xác minh tại quầy, và khoá truy cập")),
            ("LoA4", _("LoA4: chữ ký số hoặc VNeID mức 2, và khoá truy cập")),
        ],
    )

    def validate_minimum_acr(self, field: ChoiceField) -> None:
        if field.data and field.data not in ACR_CLASSES:
            refuse(_("Chọn một mức"))


class KeysPart(PartForm):
    """The portal's public keys: where they are, or they themselves."""

    jwks_uri = LineField(label("jwks_uri"))
    jwks = ParagraphField(label("jwks"))

    def validate_jwks_uri(self, field: LineField) -> None:
        _refuse_private(field)

    def validate_jwks(self, field: ParagraphField) -> None:
        _refuse_private(field)
        if not field.data:
            return
        try:
            parse_pasted_keys(field.data)
        except (UnreadableKeys, PrivateKeyPasted):
            refuse(_("Dán JWK Set, JWK hoặc PEM của khoá công khai"))

    @classmethod
    def values(cls, document: Document) -> dict[str, Any]:
        """The keys as JSON that can be read and pasted again."""
        values, jwks = super().values(document), document.get("jwks")
        return values | {"jwks": json.dumps(jwks, indent=1) if jwks else ""}

    def merged(self, document: Document) -> dict[str, object]:
        """The keys as a JWK Set; none where they are not good."""
        merged = super().merged(document)
        merged.pop("jwks", None)
        if self.jwks.data:
            with suppress(UnreadableKeys, PrivateKeyPasted):
                merged["jwks"] = {"keys": [dict(key) for key in parse_pasted_keys(self.jwks.data)]}
        return merged


class LogoPart(PartForm):
    """The picture beside the name."""

    logo_uri = LineField(label("logo_uri"))


PARTS: Final[Mapping[Part, type[PartForm]]] = {
    Part.NAMES: NamesPart,
    Part.CONTACT: ContactPart,
    Part.PROTOCOL: ProtocolPart,
    Part.REDIRECT: RedirectPart,
    Part.SIGN_OUT: SignOutPart,
    Part.START: StartPart,
    Part.CLAIMS: ClaimsPart,
    Part.LEVEL: LevelPart,
    Part.KEYS: KeysPart,
    Part.LOGO: LogoPart,
}
"""The parts in the order that a registration's page shows them."""

_BOXES: Final[Mapping[str, tuple[str, frozenset[str]]]] = {
    "name": ("profile", frozenset({"name"})),
    "birthdate": ("profile", frozenset({"birthdate"})),
    "gender": ("profile", frozenset({"gender"})),
    "identity_number": ("identity_number", frozenset({"identity_number", "old_identity_number"})),
    "phone_number": ("phone", frozenset({"phone_number", "phone_number_verified"})),
    "email": ("email", frozenset({"email", "email_verified"})),
    "address": ("address", frozenset({"address"})),
}
"""What each box stands for: the scope that asks, and the claims."""
_BOXED: Final = frozenset(name for _scope, names in _BOXES.values() for name in names)
_SCOPES: Final = frozenset(scope for scope, _names in _BOXES.values())
_ALWAYS: Final = ("verification_level", "authentication_level")


def _check_chosen(field: ChoiceField) -> None:
    if field.data not in {value for value, _text in field.choices}:
        refuse(_("Chọn một mục"))


def _refuse_private(field: LineField | ParagraphField) -> None:
    """Refuse a private key, and show nothing of it again."""
    if field.data and holds_private_key(field.data):
        field.data = ""
        refuse(told(problem(MEMBERS[field.name], Rule.KEY_PRIVATE)))
