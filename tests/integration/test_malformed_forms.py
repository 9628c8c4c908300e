"""Nothing that can be typed or sent makes a citizen's page fail, nor comes back as markup."""

import re
from collections.abc import Callable
from typing import Final
from urllib.parse import quote_from_bytes

import pytest

from idp.core.phone_number import PhoneNumber
from tests.fakes.citizen_site import Browser, Site

NUMBER: Final = PhoneNumber("+84912000001")
DETAILS: Final = {
    "identity_number": "052190000001",
    "full_name": "Nguyễn Thị Bưởi",
    "birth_day": "2",
    "birth_month": "1",
    "birth_year": "1990",
    "phone_number": "0912 000 001",
    "email": "",
}
NASTY: Final = [
    b"",
    b"%",
    b"\x00",
    b"\xff\xfe",
    b"\xed\xa0\x80",  # half of a character
    b"\xc0\xaf",  # an overlong slash
    b"\r\nSet-Cookie: x=y",
    b'"><script>alert(1)</script>',
    b"{{ 7 * 7 }}%(name)s%s",
    b"' OR 1=1 --",
    b"9" * 20_000,
    "٠١٢٣٤٥٦٧٨٩".encode(),  # digits of another script
    "²³¹".encode(),  # digits to `isdigit`, and to no `int`
    "０５２１９００００００１".encode(),
    "\u202e\u200b\ufeff\u2028".encode(),
    "Nguye\u0302\u0303n ".encode() * 500,
    "💩".encode() * 300,
    b"-1",
]
Walk = Callable[[Site], Browser]


def to_chooser(site: Site) -> Browser:
    return site.from_portal(site.browser(), create=False)


def to_login(site: Site) -> Browser:
    return to_chooser(site).open("/login")


def to_recovery(site: Site) -> Browser:
    return to_chooser(site).open("/recover")


def to_recovery_code(site: Site) -> Browser:
    return to_recovery(site).submit(username="052190000099", phone_number="0912000001")


def to_method(site: Site) -> Browser:
    return site.from_portal(site.browser())


def to_details(site: Site) -> Browser:
    return to_method(site).submit(subject="citizen", method="mobile")


def to_code(site: Site) -> Browser:
    return to_details(site).submit(**DETAILS)


def to_password(site: Site) -> Browser:
    browser = to_code(site)
    code = next(found for sent in site.sms.sent if (found := re.match(r"\d{6}", sent.text)))
    return browser.submit(otp=code.group())


def to_consent(site: Site) -> Browser:
    password = "Song Hàn-82 chiều"
    browser = to_password(site).submit(new_password=password, confirm_password=password)
    assert browser.page == "/enrol/done"
    return browser.open("/resume")


def to_complaint(site: Site) -> Browser:
    return to_chooser(site).open("/dispute")


def to_following(site: Site) -> Browser:
    return to_chooser(site).open("/dispute/follow")


def encoded(values: dict[str, bytes]) -> bytes:
    return "&".join(f"{name}={quote_from_bytes(value)}" for name, value in values.items()).encode()


def is_sound(browser: Browser) -> bool:
    return (
        browser.status < 500 and "<script>alert" not in browser.html and "49%" not in browser.html
    )


@pytest.mark.parametrize(
    ("walk", "fields"),
    [
        (to_chooser, ("method",)),
        (to_login, ("username", "password")),
        (to_recovery, ("username", "phone_number")),
        (to_recovery_code, ("otp", "action")),
        (to_method, ("subject", "method")),
        (to_details, (*DETAILS, "contradiction_seen", "decision")),
        (to_code, ("otp", "action")),
        (to_password, ("new_password", "confirm_password")),
        (to_consent, ("decision", "shown")),
        (to_complaint, ("identity_number", "full_name", "story", "declared")),
        (to_following, ("number", "phone_number")),
    ],
)
def test_whatever_is_typed_gets_a_page(site: Site, walk: Walk, fields: tuple[str, ...]) -> None:
    browser = walk(site)
    page, path = browser.page, browser.path
    right = {name: value.encode() for name, value in {**DETAILS, **browser.forms[0].hidden}.items()}

    for field in fields:
        for nasty in NASTY:
            browser.post_raw(path, encoded({**right, field: nasty}))
            assert is_sound(browser), (page, field, nasty)


@pytest.mark.parametrize("walk", [to_login, to_details, to_code, to_password, to_consent])
@pytest.mark.parametrize(
    "body", [b"\xff" * 100, b"csrf_token=%FF", b"&" * 2_000, b"csrf_token=" + b"x" * 200_000, b"=="]
)
def test_whatever_is_sent_gets_a_page(site: Site, walk: Walk, body: bytes) -> None:
    browser = walk(site)
    path = browser.path

    for address in (path, f"{path}&i=%FF", f"{path.partition('?')[0]}?i=%00&lang=%FF&resent=%ED"):
        assert is_sound(browser.post_raw(address, body))
