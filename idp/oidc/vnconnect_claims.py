"""
The claims of the existing national sign-on ("VNConnect"), for portals that were written for it.

Every number is a string, and nothing is null or empty: their software reads it so. Pure.
"""

from collections.abc import Callable, Mapping
from typing import Final

from idp.core.phone_number import PhoneNumber

CITIZEN_ACCOUNT: Final = "1"
IDENTITY_PROVIDER: Final = "DVCQG-MODEL"
_GENDERS: Final = {"male": "1", "female": "2"}


def _gender(value: str) -> str:
    return _GENDERS.get(value, "0")


# Our name, theirs, and how they write it.
_NAMES: Final[tuple[tuple[str, str, Callable[[str], str]], ...]] = (
    ("name", "HoVaTen", str),
    ("identity_number", "SoDinhDanh", str),
    ("old_identity_number", "SoCMND", str),
    ("birthdate", "NgayThangNamSinh", lambda value: value.replace("-", "")),
    ("phone_number", "SoDienThoai", lambda value: PhoneNumber(value).national),
    ("email", "ThuDienTu", str),
    ("gender", "GioiTinh", _gender),
)


def vnconnect_claims(
    subject: str, values: Mapping[str, object], *, acr: str
) -> dict[str, str | list[str]]:
    """
    What userinfo says of a citizen; *values* are the released claims under our names.

    `TechID` is the key portals know citizens by; `sub` is there because OpenID Connect wants it.
    """
    held = {
        theirs: written(str(values[ours])) for ours, theirs, written in _NAMES if values.get(ours)
    }
    return {
        "sub": subject,
        "TechID": subject,
        "LoaiTaiKhoan": CITIZEN_ACCOUNT,
        **held,
        "loginIdp": IDENTITY_PROVIDER,
        "loAs": [acr],
    }
