"""What the consent page shows: real values, in words, the sensitive ones masked."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from flask_babel import gettext as _

from idp.citizens.claims import ClaimSource, claim_values
from idp.citizens.rules import VerificationLevel
from idp.core.phone_number import PhoneNumber
from idp.relying_parties.claims import LEVEL_CLAIM, OFFLINE_ACCESS
from idp.web.texts import lazy_gettext

_MASKED_DIGITS = 4
_OF_THE_PROFILE = (
    "nickname",
    "preferred_username",
    "gender",
    "profile",
    "picture",
    "website",
    "zoneinfo",
    "locale",
)
"""Standard claims that few people have; the parts of the name are told by the name."""


_LABELS: Final = (
    (frozenset({"name", "family_name", "given_name", "middle_name"}), lazy_gettext("Họ và tên")),
    (frozenset({"identity_number", "old_identity_number"}), lazy_gettext("Số CMT/CCCD")),
    (frozenset({"birthdate"}), lazy_gettext("Ngày sinh")),
    (frozenset({"phone_number", "phone_number_verified"}), lazy_gettext("Số điện thoại")),
    (frozenset({"email", "email_verified"}), lazy_gettext("Thư điện tử")),
    (frozenset({"address"}), lazy_gettext("Địa chỉ")),
    (frozenset(_OF_THE_PROFILE), lazy_gettext("Thông tin khác trong hồ sơ")),
    (frozenset({LEVEL_CLAIM}), lazy_gettext("Mức xác minh")),
    (frozenset({OFFLINE_ACCESS}), lazy_gettext("Hỏi lại khi bạn không có mặt")),
)


class Item(NamedTuple):
    """One line: what is shared, and its value as the citizen knows it."""

    label: str
    value: str


def consent_items(
    citizen: ClaimSource, level: VerificationLevel, claims: frozenset[str]
) -> tuple[Item, ...]:
    """The lines for *claims*, in the order people read them; what is not held is not shown."""
    held = claim_values(citizen, claims)
    items = []
    if "name" in held:
        items.append(Item(_("Họ và tên"), str(held["name"])))
    if "identity_number" in held:
        items.append(Item(_("Số CCCD"), _ending(str(held["identity_number"]))))
    if "old_identity_number" in held:
        items.append(Item(_("Số CMND"), _ending(str(held["old_identity_number"]))))
    if "birthdate" in held:
        items.append(Item(_("Ngày sinh"), citizen.birth_date.written))
    if "phone_number" in held:
        number = PhoneNumber(str(held["phone_number"]))
        items.append(
            Item(_("Số điện thoại"), _("kết thúc bằng %(digits)s", digits=number.last_three))
        )
    if "email" in held:
        items.append(Item(_("Thư điện tử"), str(held["email"])))
    address = held.get("address")
    if isinstance(address, Mapping):
        items.append(Item(_("Địa chỉ"), ", ".join(_lines(address))))
    others = [str(held[name]) for name in _OF_THE_PROFILE if name in held]
    if others:
        items.append(Item(_("Thông tin khác trong hồ sơ"), ", ".join(others)))
    if LEVEL_CLAIM in claims:
        items.append(Item(_("Mức xác minh"), _("Mức %(level)d", level=level.level)))
    if OFFLINE_ACCESS in claims:
        items.append(Item(_("Khi bạn không có mặt"), _("Cổng được hỏi lại các thông tin trên")))
    return tuple(items)


def claim_labels(claims: frozenset[str]) -> tuple[str, ...]:
    """What *claims* are in words, in the order people read them; each of them once."""
    return tuple(str(label) for names, label in _LABELS if names & claims)


def _lines(address: Mapping[str, str]) -> list[str]:
    """The address as it is written on a letter, or else the parts that are held."""
    written = address.get("formatted")
    return written.splitlines() if written else list(address.values())


def _ending(number: str) -> str:
    return str(_("kết thúc bằng %(digits)s", digits=number[-_MASKED_DIGITS:]))
