"""The phones of an account, as their citizen looks after them."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from idp.citizens import store as citizens
from idp.citizens.blind_indexes import phone_number_index
from idp.citizens.holds import place_hold
from idp.citizens.model import CitizenId, HoldKind, Phone
from idp.citizens.phone_store import release_phone
from idp.core.birth_date import BirthDate
from idp.core.full_name import FullName
from idp.core.identity_number import IdentityNumber
from idp.core.phone_number import PhoneNumber
from idp.sessions.rules import passkey_methods
from tests.fakes.account_holder import (
    IDENTITY_NUMBER,
    NAME,
    NUMBER,
    account,
    events,
    last_code,
    signed_in,
)
from tests.fakes.carrier_records import Subscription
from tests.fakes.citizen_site import Browser, Site

OTHER = PhoneNumber("+84912000002")
PHONES = "/account/security/phones"
PassTime = Callable[[timedelta], None]


def subscribe(site: Site, number: PhoneNumber, identity_number: str = IDENTITY_NUMBER) -> None:
    site.carriers.subscriptions[number] = Subscription(
        carrier="vinaphone",
        identity_number=IdentityNumber(identity_number),
        full_name=FullName.parse(NAME),
        birth_date=BirthDate(1990, 1, 2),
    )


def add(site: Site, browser: Browser, typed: str = "0912 000 002") -> Browser:
    browser.open(f"{PHONES}/add").submit(phone_number=typed)
    assert browser.page.endswith("/confirm"), browser.html
    return browser.submit(otp=last_code(site))


def phones(site: Site, citizen_id: CitizenId) -> list[tuple[str, bool]]:
    with site.database.reading() as reading:
        rows = reading.execute(
            select(Phone.number, Phone.is_default)
            .where(Phone.citizen_id == citizen_id, Phone.active.is_(True))
            .order_by(Phone.id)
        )
        return [(number, is_default) for number, is_default in rows]


def link_to(browser: Browser, what: str) -> str:
    """The address of the first such link on the list."""
    found = re.search(rf'href="({PHONES}/\d+/{what})"', browser.html)
    assert found is not None, browser.html
    return found[1]


def told(site: Site) -> list[PhoneNumber]:
    """Who was told of the last change."""
    last = site.sms.sent[-1].text
    return [sent.to for sent in site.sms.sent if sent.text == last]


def test_a_number_in_the_own_name_is_added_and_gets_the_codes_at_once(site: Site) -> None:
    citizen_id = account(site)
    subscribe(site, OTHER)
    browser = signed_in(site, citizen_id)

    add(site, browser)
    assert (browser.page, "Nhà mạng xác nhận số đứng tên bạn." in browser.html) == (PHONES, True)
    assert told(site) == [NUMBER, OTHER]
    browser.open(link_to(browser, "default")).submit()

    assert phones(site, citizen_id) == [(NUMBER.e164, False), (OTHER.e164, True)]
    assert "duoc gui toi so khac" in site.sms.sent[-1].text
    assert told(site) == [NUMBER, OTHER]
    assert {"phone_added", "default_phone_changed", "carrier_asked"} <= set(
        events(site, citizen_id)
    )


def test_a_number_that_no_carrier_confirms_waits_before_codes_go_to_it(
    site: Site, pass_time: PassTime
) -> None:
    citizen_id = account(site)
    subscribe(site, OTHER, "052190000099")
    browser = add(site, signed_in(site, citizen_id))
    with site.database.reading() as reading:
        added = reading.execute(select(Phone.id).where(Phone.number_index.is_not(None))).scalars()
        other = max(added)

    assert "/default" not in browser.html
    assert "Đặt làm mặc định được từ" in browser.html
    browser.open(f"{PHONES}/{other}/default").submit()
    assert phones(site, citizen_id)[0] == (NUMBER.e164, True)

    pass_time(timedelta(hours=72, minutes=1))
    browser = signed_in(site, citizen_id)
    browser.open(f"{PHONES}/{other}/default").submit()
    assert phones(site, citizen_id) == [(NUMBER.e164, False), (OTHER.e164, True)]


@pytest.mark.parametrize(("confirmed", "waited"), [(True, 0), (False, 73), (False, 1)])
def test_codes_never_move_by_themselves_to_what_was_added_a_moment_ago(
    site: Site,
    pass_time: PassTime,
    confirmed: bool,  # noqa: FBT001
    waited: int,
) -> None:
    """Somebody adds their own number, and sees to it that the citizen's own one goes."""
    citizen_id = account(site)
    subscribe(site, OTHER, *([] if confirmed else ["052190000099"]))
    add(site, signed_in(site, citizen_id))
    pass_time(timedelta(hours=waited))

    with site.database.transaction() as transaction:
        index = phone_number_index(site.index, NUMBER)
        release_phone(transaction, index, site.clock.now())

    assert phones(site, citizen_id) == [(OTHER.e164, confirmed or waited > 72)]


def test_the_code_goes_to_the_new_number_and_a_wrong_one_adds_nothing(site: Site) -> None:
    citizen_id = account(site)
    browser = signed_in(site, citizen_id).open(f"{PHONES}/add").submit(phone_number="0912000002")

    assert site.sms.sent[-1].to == OTHER
    assert "them so dien thoai vao" in site.sms.sent[-1].text
    browser.submit(otp="000000" if last_code(site) != "000000" else "000001")

    assert "Mã OTP không đúng" in browser.html
    assert phones(site, citizen_id) == [(NUMBER.e164, True)]


def test_a_number_of_another_account_stays_there_unless_a_carrier_names_this_citizen(
    site: Site, pass_time: PassTime
) -> None:
    citizen_id = account(site)
    neighbour = account(site, identity_number="052190000077", phone=OTHER)
    subscribe(site, OTHER, "052190000077")
    browser = add(site, signed_in(site, citizen_id))

    assert "đang thuộc một tài khoản khác" in browser.html
    assert phones(site, neighbour) == [(OTHER.e164, True)]

    subscribe(site, OTHER)
    pass_time(timedelta(minutes=2))
    add(site, signed_in(site, citizen_id))
    assert phones(site, neighbour) == []
    assert phones(site, citizen_id) == [(NUMBER.e164, True), (OTHER.e164, False)]
    assert "phone_moved" in events(site, neighbour)


def test_a_swapped_sim_is_not_trusted_with_the_phones_but_a_passkey_is(site: Site) -> None:
    citizen_id = account(site)
    hours_ago = site.clock.now() - timedelta(hours=5)
    held = site.carriers.subscriptions[NUMBER]
    site.carriers.subscriptions[NUMBER] = replace(held, sim_changed_at=hours_ago)
    browser = signed_in(site, citizen_id).open(f"{PHONES}/add").submit(phone_number="0912000002")

    assert "vừa được thay đổi" in browser.html
    assert site.sms.sent == []

    browser = signed_in(site, citizen_id, amr=passkey_methods(copyable=False))
    assert add(site, browser).page == PHONES


def test_a_sign_in_of_some_time_ago_is_not_enough(site: Site) -> None:
    browser = signed_in(site, account(site), ago=timedelta(minutes=6))

    assert browser.open(f"{PHONES}/add").page == "/login"


def test_a_disputed_account_keeps_its_phones(site: Site) -> None:
    citizen_id = account(site)
    browser = signed_in(site, citizen_id).open(f"{PHONES}/add")
    with site.database.transaction() as transaction:
        now = site.clock.now()
        place_hold(transaction, citizen_id, HoldKind.DISPUTE, now, reference="KN-1")

    assert "Chưa thay đổi được lúc này" in browser.submit(phone_number="0912000002").html
    assert site.sms.sent == []


def test_the_last_number_and_the_default_one_stay(site: Site) -> None:
    citizen_id = account(site)
    browser = signed_in(site, citizen_id)
    [only] = ids(site)

    assert "số duy nhất" in browser.open(f"{PHONES}/{only}/remove").html
    add(site, browser)
    assert "Đặt một số khác làm mặc định trước" in browser.open(f"{PHONES}/{only}/remove").html
    assert browser.forms == []
    assert len(phones(site, citizen_id)) == 2


def test_a_number_is_taken_away_with_what_rests_on_it_and_is_told_once_more(site: Site) -> None:
    citizen_id = account(site)
    subscribe(site, OTHER, "052190000099")
    browser = signed_in(site, citizen_id, amr=passkey_methods(copyable=False))
    add(site, browser)
    site.clock.advance(timedelta(hours=80))
    browser = signed_in(site, citizen_id, amr=passkey_methods(copyable=False))
    former, other = ids(site)
    browser.open(f"{PHONES}/{other}/default").submit()
    assert browser.page == PHONES

    page = browser.open(f"{PHONES}/{former}/remove").html
    assert "sẽ còn mức 1" in page
    browser.submit()

    assert phones(site, citizen_id) == [(OTHER.e164, True)]
    assert told(site) == [NUMBER, OTHER]
    assert "phone_removed" in events(site, citizen_id)
    with site.database.reading() as reading:
        evidence = citizens.evidence_of(reading, citizen_id)
    assert [each.lapsed_at is not None for each in evidence] == [True]


def test_nobody_touches_anothers_phone(site: Site) -> None:
    account(site)
    [others] = ids(site)
    stranger = account(site, identity_number="052190000077", phone=OTHER)
    browser = signed_in(site, stranger)

    assert browser.open(f"{PHONES}/{others}/remove").page == PHONES
    assert browser.open(f"{PHONES}/{others}/default").page == PHONES


def test_a_number_that_is_being_added_is_forgotten_if_nobody_proves_it(site: Site) -> None:
    citizen_id = account(site)
    browser = signed_in(site, citizen_id).open(f"{PHONES}/add").submit(phone_number="0912000002")
    page, code = browser.page, last_code(site)
    site.clock.advance(timedelta(hours=2))
    site.sweep("forget unproved phones")
    browser = signed_in(site, citizen_id)

    assert browser.open(page).page == PHONES
    assert code
    assert phones(site, citizen_id) == [(NUMBER.e164, True)]


@pytest.mark.parametrize(
    ("typed", "answer"),
    [("0912 000 001", "Tài khoản đã có số này"), ("12345", "Nhập số di động Việt Nam")],
)
def test_what_cannot_be_added_is_said_at_the_field(site: Site, typed: str, answer: str) -> None:
    browser = signed_in(site, account(site)).open(f"{PHONES}/add").submit(phone_number=typed)

    assert answer in browser.html
    assert site.sms.sent == []


def ids(site: Site) -> list[int]:
    with site.database.reading() as reading:
        return list(reading.execute(select(Phone.id).order_by(Phone.id)).scalars())
