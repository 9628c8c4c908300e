"""The page that adds a second number, as a citizen walks it."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from idp.citizens.blind_indexes import identity_number_index
from idp.citizens.holds import place_hold
from idp.citizens.model import HoldKind
from idp.citizens.number_store import holder_of_identity_number
from idp.core.birth_date import BirthDate
from idp.core.full_name import FullName
from idp.core.identity_number import IdentityNumber
from idp.core.phone_number import PhoneNumber
from tests.fakes.carrier_records import Subscription
from tests.fakes.citizen_site import Browser, Site

NUMBER = PhoneNumber("+84912000001")
CCCD, CMND = "052190000001", "212345678"
PASSWORD = "Song Hàn-82 chiều"
DETAILS = {
    "full_name": "Nguyễn Thị Bưởi",
    "birth_day": "2",
    "birth_month": "1",
    "birth_year": "1990",
    "phone_number": "0912 000 001",
    "email": "",
}
PATH = "/account/identity-numbers"
PassTime = Callable[[timedelta], None]


def record(site: Site, number: str, *, phone: PhoneNumber = NUMBER) -> None:
    site.carriers.subscriptions[phone] = Subscription(
        carrier="vinaphone",
        identity_number=IdentityNumber(number),
        full_name=FullName.parse("Nguyễn Thị Bưởi"),
        birth_date=BirthDate(1990, 1, 2),
    )


def last_code(site: Site) -> str:
    codes = [found for sent in site.sms.sent if (found := re.match(r"\d{6}", sent.text))]
    return codes[-1].group()


def enrolled(site: Site, number: str = CMND, *, old_number: str | None = None) -> Browser:
    """Somebody who came directly and is signed in, with *number* or, after that, the old one."""
    record(site, old_number or number)
    browser = site.browser().open("/enrol/method").submit(subject="citizen", method="mobile")
    browser.submit(identity_number=number, **DETAILS).submit(otp=last_code(site))
    if old_number:
        browser.submit(old_identity_number=old_number)
    browser.submit(new_password=PASSWORD, confirm_password=PASSWORD)
    assert browser.page == "/enrol/done"
    return browser


def to_page(browser: Browser) -> Browser:
    browser.path = ""
    return browser.open(PATH)


def signs_in(site: Site, number: str) -> bool:
    browser = site.browser().open("/login").submit(username=number, password=PASSWORD)
    return browser.page == "/otp"


def test_a_cccd_on_record_is_added_and_either_number_signs_in(
    site: Site, pass_time: PassTime
) -> None:
    browser = enrolled(site)
    record(site, CCCD)

    to_page(browser)
    assert "kết thúc bằng <strong>5678</strong>" in browser.html
    assert CMND not in browser.html
    browser.submit(identity_number="052 190 000 001")

    assert browser.page == PATH
    assert "Đã thêm số" in browser.html
    assert browser.forms == []
    assert "mot so giay to" in site.sms.sent[-1].text
    pass_time(timedelta(minutes=2))
    assert signs_in(site, CMND)
    pass_time(timedelta(minutes=2))
    assert signs_in(site, CCCD)


def test_the_number_that_was_claimed_at_enrolment_stands_in_the_form(site: Site) -> None:
    browser = enrolled(site, CCCD, old_number=CMND)

    to_page(browser)
    assert browser.forms[0].values["identity_number"] == CCCD
    browser.submit(identity_number=CCCD)
    assert "Chưa thêm được số này" in browser.html
    assert not signs_in(site, CCCD)
    record(site, CCCD)

    assert "Đã thêm số" in to_page(browser).submit(identity_number=CCCD).html


def test_a_sign_in_of_some_time_ago_is_asked_for_again(site: Site, pass_time: PassTime) -> None:
    browser = enrolled(site)
    pass_time(timedelta(minutes=6))

    assert to_page(browser).page == "/login"
    browser.submit(username=CMND, password=PASSWORD).submit(otp=last_code(site))

    assert browser.page == PATH


def test_without_a_session_nothing_is_shown(site: Site) -> None:
    assert site.browser().open(PATH).page in {"/login", "/choose"}


@pytest.mark.parametrize("typed", ["", "12345", CMND, "05219000000A"])
def test_what_is_no_number_of_the_missing_kind_is_asked_about_nowhere(
    site: Site, typed: str
) -> None:
    browser = enrolled(site)
    before = len(site.carriers.disclosed)

    to_page(browser).submit(identity_number=typed)

    assert "Số CCCD gồm 12 chữ số" in browser.html
    assert len(site.carriers.disclosed) == before


def test_a_silent_carrier_is_said_and_the_typed_number_stays(site: Site) -> None:
    browser = to_page(enrolled(site))
    site.carriers.silent.add("vinaphone")

    browser.submit(identity_number=CCCD)

    assert "Nhà mạng chưa trả lời" in browser.html
    assert browser.forms[0].values["identity_number"] == CCCD


def test_guessing_is_limited(site: Site) -> None:
    browser = enrolled(site)

    for serial in range(11):
        to_page(browser).submit(identity_number=f"0521900001{serial:02}")

    assert browser.status == 429


def test_a_number_of_another_account_leads_to_its_ways(site: Site) -> None:
    other = PhoneNumber("+84912000002")
    browser = enrolled(site)
    with site.database.transaction() as transaction:
        index = identity_number_index(site.index, CMND)
        holder = holder_of_identity_number(transaction, index)
    assert holder is not None
    # Somebody else holds the number: of another name, so that enrolment sees two people.
    record(site, CCCD, phone=other)
    site.carriers.subscriptions[other] = Subscription(
        "vinaphone", IdentityNumber(CCCD), FullName.parse("Lê Văn Cam"), BirthDate(1990, 1, 2)
    )
    second = site.browser().open("/enrol/method").submit(subject="citizen", method="mobile")
    details = DETAILS | {"full_name": "Lê Văn Cam", "phone_number": "0912000002"}
    second.submit(identity_number=CCCD, **details).submit(otp=last_code(site))
    second.submit(new_password=PASSWORD, confirm_password=PASSWORD)
    assert second.page == "/enrol/done"
    record(site, CCCD)

    to_page(browser).submit(identity_number=CCCD)

    assert "Số này đã có tài khoản khác" in browser.html
    for way in ("/logout", "/recover", "/dispute"):
        assert f'href="{way}"' in browser.html


def test_while_a_complaint_is_open_nothing_is_added(site: Site) -> None:
    browser = to_page(enrolled(site))
    record(site, CCCD)
    with site.database.transaction() as transaction:
        index = identity_number_index(site.index, CMND)
        holder = holder_of_identity_number(transaction, index)
        assert holder is not None
        place_hold(transaction, holder, HoldKind.DISPUTE, site.clock.now())

    browser.submit(identity_number=CCCD)

    assert "Chưa thay đổi được lúc này" in browser.html
    assert not signs_in(site, CCCD)
