from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.messaging import texts
from idp.messaging.links import Links
from idp.messaging.model import NoticeKind
from idp.messaging.notices import LINKED

AT = datetime(2026, 11, 22, 2, 12, tzinfo=UTC)
LONG_NAME = "Cong Dich vu cong truc tuyen Uy ban nhan dan Thanh pho Ho Chi Minh"
LONG_HOST = "dangnhap.dichvucong.gov.vn"
PURPOSES = ["dang nhap", "dang ky", "dat lai mat khau", "xac nhan so dien thoai"]


def test_a_code_names_its_purpose_and_portal_and_ends_bound_to_the_site() -> None:
    text = texts.otp_text("dang nhap", "123456", "Cong Binh Dinh", 3, "id.example.vn")

    assert text == (
        "123456 la ma dang nhap Cong Binh Dinh, het han sau 3 phut."
        " Khong dua ma cho bat ky ai.\n\n@id.example.vn #123456"
    )


def test_a_code_without_a_portal_has_no_gap() -> None:
    text = texts.otp_text("dat lai mat khau", "123456", None, 3, "id.example.vn")

    assert text.startswith("123456 la ma dat lai mat khau, het han sau 3 phut.")


@pytest.mark.parametrize("purpose", PURPOSES)
def test_the_longest_portal_name_leaves_warning_and_binding_whole(purpose: str) -> None:
    text = texts.otp_text(purpose, "123456", LONG_NAME, 30, LONG_HOST)

    assert texts.is_one_message(text)
    assert f"{purpose} Cong Dich vu cong" in text
    assert text.endswith(f"Khong dua ma cho bat ky ai.\n\n@{LONG_HOST} #123456")


@given(st.text(max_size=200))
def test_no_portal_name_breaks_the_message(name: str) -> None:
    assert texts.is_one_message(texts.otp_text("dang nhap", "123456", name, 3, LONG_HOST))


def test_a_host_that_leaves_no_room_is_refused() -> None:
    with pytest.raises(ValueError, match="too long"):
        texts.otp_text("dang nhap", "123456", None, 3, "a" * 100)


@pytest.mark.parametrize("kind", NoticeKind)
def test_a_notice_fits_one_message_and_tells_the_time_in_vietnam(kind: NoticeKind) -> None:
    text = texts.notice_text(kind, LONG_NAME, AT, "1800 1096")

    assert texts.is_one_message(text)
    assert "09:12 22/11/2026" in text
    assert "1800 1096" in text


@pytest.mark.parametrize("kind", sorted(LINKED))
def test_a_notice_of_what_one_may_not_have_done_ends_in_its_link(kind: NoticeKind) -> None:
    link = "https://id.example.vn/n?k=0123456789abcdefghijkl"

    assert texts.notice_text(kind, LONG_NAME, AT, link).endswith(f" Khong phai ban? Mo {link}")


def test_the_word_to_a_new_number_that_nothing_comes_of_it_fits_one_message() -> None:
    text = texts.other_phone_cancelled_text(LONG_NAME, AT, "1800 1096")

    assert texts.is_one_message(text)
    assert "09:12 22/11/2026" in text
    assert "1800 1096" in text


def test_a_link_to_cancel_and_the_word_that_the_wait_is_over_fit_one_message() -> None:
    link = Links(f"https://{LONG_HOST}", b"k" * 32).link("/c", "some-row")

    cancel = texts.other_phone_text("Cong DVC Quoc gia", link)
    ready = texts.other_phone_ready_text("Cong DVC Quoc gia", LONG_HOST)

    assert texts.is_one_message(cancel)
    assert cancel.endswith(f"Huy: {link}")
    assert texts.is_one_message(ready)


@pytest.mark.parametrize(
    ("text", "fits"),
    [("a" * 160, True), ("a" * 161, False), ("mã", False), ("a^b", False), ("a@#\n", True)],
)
def test_one_message_is_160_characters_of_gsm_7(text: str, fits: bool) -> None:  # noqa: FBT001
    assert texts.is_one_message(text) is fits


@pytest.mark.parametrize(
    "text",
    [texts.claim_received_text, texts.claim_more_needed_text, texts.claim_resolved_text],
)
def test_a_claimant_is_told_the_case_and_where_to_look(
    text: Callable[[str, str, str], str],
) -> None:
    told = text("KN-2026-000123", LONG_NAME, f"{LONG_HOST}:8443")

    assert texts.is_one_message(told)
    assert told.startswith("Khieu nai KN-2026-000123 ")
    assert told.endswith(f" tai {LONG_HOST}:8443/dispute/follow")
