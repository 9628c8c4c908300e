"""The claims of the existing national sign-on: strings throughout, and nothing empty."""

import pytest

from idp.oidc.vnconnect_claims import vnconnect_claims

ALWAYS = {
    "sub": "the-subject",
    "TechID": "the-subject",
    "LoaiTaiKhoan": "1",
    "loginIdp": "DVCQG-MODEL",
    "loAs": ["LoA2"],
}


def test_all_there_is() -> None:
    values = {
        "name": "Nguyễn Thị Bưởi",
        "identity_number": "052085000001",
        "old_identity_number": "215000001",
        "birthdate": "1985-03-27",
        "phone_number": "+84915000001",
        "phone_number_verified": True,
        "email": "buoi@example.vn",
        "gender": "female",
        "updated_at": 1,
        "verification_level": 2,
    }

    assert vnconnect_claims("the-subject", values, acr="LoA2") == {
        **ALWAYS,
        "HoVaTen": "Nguyễn Thị Bưởi",
        "SoDinhDanh": "052085000001",
        "SoCMND": "215000001",
        "NgayThangNamSinh": "19850327",
        "SoDienThoai": "0915000001",
        "ThuDienTu": "buoi@example.vn",
        "GioiTinh": "2",
    }


@pytest.mark.parametrize("values", [{}, {"name": "", "email": None, "birthdate": ""}])
def test_what_is_not_held_is_left_out(values: dict[str, object]) -> None:
    assert vnconnect_claims("the-subject", values, acr="LoA2") == ALWAYS


@pytest.mark.parametrize(
    ("name", "value", "theirs", "written"),
    [
        ("birthdate", "1985", "NgayThangNamSinh", "1985"),
        ("gender", "male", "GioiTinh", "1"),
        ("gender", "other", "GioiTinh", "0"),
    ],
)
def test_how_it_is_written(name: str, value: str, theirs: str, written: str) -> None:
    assert vnconnect_claims("the-subject", {name: value}, acr="LoA2")[theirs] == written
