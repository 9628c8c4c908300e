"""Recovering an account whose phone is lost; and that only its owner can."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
import redis
from sqlalchemy import event, select, update

from idp.adapters.jobs import Jobs
from idp.audit.model import AuditEvent
from idp.authenticators.model import KnownDevice
from idp.carriers.model import ClaimedIdentity, MatchOutcome
from idp.citizens import store as citizens
from idp.citizens.blind_indexes import phone_number_index
from idp.citizens.holds import place_hold
from idp.citizens.model import (
    Citizen,
    CitizenId,
    CitizenIdentityNumber,
    CitizenStatus,
    Evidence,
    EvidenceKind,
    HoldKind,
    PasswordCredential,
    Phone,
)
from idp.citizens.phone_store import default_phone, phone_number_of, release_phone
from idp.core.birth_date import BirthDate
from idp.core.full_name import FullName
from idp.core.handles import digest, new_uuid
from idp.core.identity_number import IdentityNumber
from idp.core.phone_number import PhoneNumber
from idp.follow_ups.follow_ups import LEFT_AFTER
from idp.recovery.model import PhoneRecovery
from tests.fakes.carrier_records import Subscription
from tests.fakes.citizen_site import Browser, Site

IDENTITY_NUMBER = "052190000001"
LOST = PhoneNumber("+84912000001")
OTHER = PhoneNumber("+84962000002")
THIRD = PhoneNumber("+84902000003")
STRANGERS = PhoneNumber("+84962000009")
ADDRESS = "buoi@example.vn"
OLD_PASSWORD = "Song Hàn-82 chiều"
NEW_PASSWORD = "Đèo Cù Mông 47*"
DAY = timedelta(hours=24)
PERSON = {
    "identity_number": IDENTITY_NUMBER,
    "full_name": "Nguyễn Thị Bưởi",
    "birth_day": "2",
    "birth_month": "1",
    "birth_year": "1990",
}
PassTime = Callable[[timedelta], None]


@pytest.fixture
def citizen_id(site: Site) -> CitizenId:
    """The citizen who lost the phone; a carrier named them as its holder, and mail is verified."""
    citizen_id = add_citizen(site, IDENTITY_NUMBER, LOST)
    for number in (OTHER, THIRD):
        subscribe(site, number, IDENTITY_NUMBER, "Nguyễn Thị Bưởi")
    subscribe(site, STRANGERS, "052090000077", "Trần Văn Lạ")
    return citizen_id


def add_citizen(
    site: Site, number: str, phone: PhoneNumber, *, name: str = "Nguyễn Thị Bưởi"
) -> CitizenId:
    then = site.clock.now() - timedelta(days=30)
    citizen = Citizen(
        id=CitizenId(new_uuid()),
        status=CitizenStatus.ACTIVE,
        name_text=name,
        birth_date_text="1990-01-02",
        email=ADDRESS,
        email_verified_at=then,
        created_at=then,
        updated_at=then,
        identity_numbers=[
            CitizenIdentityNumber(kind=IdentityNumber(number).kind, value=number, created_at=then)
        ],
        phones=[Phone(number=phone.e164, verified_at=then)],
        credential=PasswordCredential(hash=site.hasher.hash(OLD_PASSWORD), changed_at=then),
    )
    with site.database.transaction() as transaction:
        citizens.add(transaction, citizen, site.index)
        transaction.add(
            Evidence(
                citizen_id=citizen.id,
                kind=EvidenceKind.CARRIER_MATCH,
                verifier="vinaphone",
                reference="old",
                attributes=["identity_number"],
                phone_id=citizen.phones[0].id,
                verified_at=then,
            )
        )
        return citizen.id


def subscribe(site: Site, number: PhoneNumber, identity_number: str, name: str) -> None:
    carrier = {"096": "viettel", "090": "mobifone"}[number.national[:3]]
    site.carriers.subscriptions[number] = Subscription(
        carrier, IdentityNumber(identity_number), FullName.parse(name), BirthDate(1990, 1, 2)
    )


def to_code(site: Site, number: PhoneNumber = OTHER, **typed: str) -> Browser:
    browser = site.from_portal(site.browser(), create=False).open("/recover/other-phone")
    return browser.submit(**(PERSON | {"phone_number": number.national} | typed))


def ask(site: Site, number: PhoneNumber = OTHER, **typed: str) -> Browser:
    return to_code(site, number, **typed).submit(otp=code_to(site, number))


def come_back(
    site: Site, browser: Browser | None = None, number: PhoneNumber = OTHER, **typed: str
) -> Browser:
    """Open the page of a forgotten password anew, in *browser* or another one, and prove OTHER."""
    back = site.browser()
    if browser is not None:
        back._client = browser._client
    typed = {"username": IDENTITY_NUMBER, "phone_number": number.national} | typed
    back.open("/recover").submit(**typed)
    return back.submit(otp=code_to(site, number))


def set_password(browser: Browser) -> Browser:
    return browser.submit(new_password=NEW_PASSWORD, confirm_password=NEW_PASSWORD)


def code_to(site: Site, number: PhoneNumber) -> str:
    codes = [found for text in site.sms.to(number) if (found := re.match(r"\d{6}", text))]
    return codes[-1].group()


def cancel_link(site: Site) -> str:
    (text,) = [text for text in site.sms.to(LOST) if "Huy: " in text]
    return text.partition("http://localhost:8400")[2]


def phones_of(site: Site, citizen_id: CitizenId) -> list[str]:
    with site.database.reading() as reading:
        query = select(Phone).where(Phone.citizen_id == citizen_id, Phone.active.is_(True))
        return [phone.number for phone in reading.execute(query).scalars()]


def is_password(site: Site, citizen_id: CitizenId, password: str) -> bool:
    with site.database.reading() as reading:
        query = select(PasswordCredential.hash).where(PasswordCredential.citizen_id == citizen_id)
        return site.hasher.verify(password, reading.execute(query).scalar_one())


def kinds(site: Site) -> list[str]:
    with site.database.reading() as reading:
        return list(reading.execute(select(AuditEvent.kind).order_by(AuditEvent.id)).scalars())


def hold(site: Site, citizen_id: CitizenId, kind: HoldKind) -> None:
    with site.database.transaction() as transaction:
        place_hold(transaction, citizen_id, kind, site.clock.now())


# --- the whole way --------------------------------------------------------------------------------


def test_after_a_day_the_other_phone_takes_the_place_of_the_lost_one(
    site: Site, citizen_id: CitizenId, pass_time: PassTime
) -> None:
    browser = ask(site)
    assert browser.page == "/recover/not-now"
    local = site.clock.now() + timedelta(hours=24 + 7)
    assert f"{local:%H:%M, %d/%m/%Y}" in browser.html
    pass_time(DAY)

    back = set_password(come_back(site, browser))

    assert back.page == "/recover/done"
    assert phones_of(site, citizen_id) == [OTHER.e164]
    assert is_password(site, citizen_id, NEW_PASSWORD)
    back.open("/login").submit(username=IDENTITY_NUMBER, password=NEW_PASSWORD)
    back.submit(otp=code_to(site, OTHER))
    assert back.page not in {"/login", "/login/otp"}


def test_both_numbers_and_the_mailbox_are_told_at_each_step(
    site: Site, citizen_id: CitizenId, pass_time: PassTime
) -> None:
    ask(site)
    assert "Huy: http://localhost:8400/c?k=" in site.sms.to(LOST)[-1]
    assert "http://localhost:8400/c?k=" in site.mail.to(ADDRESS)[-1]

    pass_time(DAY - timedelta(seconds=1))
    site.sweep("tell whose wait is over")
    assert len(site.sms.to(OTHER)) == 1
    pass_time(timedelta(seconds=1))
    for _ in range(2):
        site.sweep("tell whose wait is over")
    assert "Ban da co the dat lai mat khau" in site.sms.to(OTHER)[-1]
    assert len(site.sms.to(OTHER)) == 2

    set_password(come_back(site))
    assert "So dien thoai cua tai khoan" in site.sms.to(LOST)[-1]
    assert any(text.startswith("Mat khau tai khoan") for text in site.sms.to(OTHER))
    assert "Số điện thoại của tài khoản vừa được thay" in "".join(site.mail.to(ADDRESS))


def test_the_level_rests_on_the_other_phone_from_then_on(
    site: Site, citizen_id: CitizenId, pass_time: PassTime
) -> None:
    ask(site)
    pass_time(DAY)
    set_password(come_back(site))

    with site.database.reading() as reading:
        query = select(Evidence).where(Evidence.citizen_id == citizen_id).order_by(Evidence.id)
        lapsed, fresh = reading.execute(query).scalars()
        assert lapsed.lapsed_at == site.clock.now()
        assert (fresh.verifier, fresh.lapsed_at) == ("viettel", None)
        assert reading.get(Phone, fresh.phone_id).number == OTHER.e164
    assert kinds(site)[-4:].count("phone_recovered") == 1


def test_sessions_and_remembered_devices_end(
    site: Site, citizen_id: CitizenId, pass_time: PassTime
) -> None:
    ask(site)
    pass_time(DAY)
    elsewhere = site.from_portal(site.browser(), create=False).open("/login")
    elsewhere.submit(username=IDENTITY_NUMBER, password=OLD_PASSWORD)
    elsewhere.submit(otp=code_to(site, LOST))

    back = set_password(come_back(site))

    assert site.sessions.end_all_of(citizen_id) == ()
    with site.database.reading() as reading:
        at_hand = digest(back.cookie("idp_device"))
        assert list(reading.execute(select(KnownDevice.handle_digest)).scalars()) == [at_hand]


# --- back to the portal ---------------------------------------------------------------------------


@pytest.mark.usefixtures("citizen_id")
def test_the_same_browser_goes_on_with_the_portals_request(site: Site, pass_time: PassTime) -> None:
    browser = ask(site)
    began_in = browser.interaction
    pass_time(DAY)

    back = set_password(come_back(site, browser))

    assert f'href="/resume?i={began_in}"' in back.html
    assert back.open(f"/resume?i={began_in}").page == "/login"
    assert back.interaction == began_in


@pytest.mark.usefixtures("citizen_id")
def test_whoever_waits_for_a_code_to_the_lost_phone_is_offered_the_other_way(site: Site) -> None:
    at_sign_in = site.from_portal(site.browser(), create=False).open("/login")
    at_sign_in.submit(username=IDENTITY_NUMBER, password=OLD_PASSWORD)
    recovering = site.from_portal(site.browser(), create=False).open("/recover")
    recovering.submit(username=IDENTITY_NUMBER, phone_number=LOST.national)

    for browser, page in ((at_sign_in, "/otp"), (recovering, "/recover/otp")):
        assert browser.page == page
        way = f"/recover/other-phone?i={browser.interaction}"
        assert f'<a id="other-phone" href="{way}">' in browser.html
        assert browser.open(way).page == "/recover/other-phone"


def test_a_number_that_was_just_typed_is_corrected_and_not_lost(site: Site) -> None:
    browser = to_code(site)

    assert browser.page == "/recover/otp"
    assert 'id="other-phone"' not in browser.html
    assert "Sửa số điện thoại" in browser.html


@pytest.mark.usefixtures("citizen_id")
def test_another_browser_gets_the_way_to_the_portals_start_and_not_its_request(
    site: Site, pass_time: PassTime
) -> None:
    began_in = ask(site).interaction
    pass_time(DAY)

    back = set_password(come_back(site))

    assert began_in not in back.html
    assert 'id="portal-start" href="http://localhost:8401/' in back.html


# --- the link that cancels ------------------------------------------------------------------------


def test_opening_the_link_changes_nothing_and_the_button_ends_the_request(
    site: Site, citizen_id: CitizenId, pass_time: PassTime
) -> None:
    ask(site)
    owner = site.browser().open(cancel_link(site))
    assert owner.status == 200
    assert "<strong>002</strong>" in owner.html

    owner.submit()

    assert owner.page == "/c/done"
    assert "da bi huy" in site.sms.to(OTHER)[-1]
    assert kinds(site)[-1] == "phone_recovery_cancelled"
    pass_time(DAY)
    site.sweep("tell whose wait is over")
    assert "da bi huy" in site.sms.to(OTHER)[-1]
    assert phones_of(site, citizen_id) == [LOST.e164]


@pytest.mark.usefixtures("citizen_id")
def test_a_cancelled_request_leads_nowhere(site: Site, pass_time: PassTime) -> None:
    ask(site)
    site.browser().open(cancel_link(site)).submit()
    pass_time(DAY)
    before = len(site.sms.sent)

    back = site.browser().open("/recover")
    back.submit(username=IDENTITY_NUMBER, phone_number=OTHER.national)

    assert back.page == "/recover/otp"
    assert len(site.sms.sent) == before


def test_who_typed_the_password_already_is_stopped_by_the_link(
    site: Site, citizen_id: CitizenId, pass_time: PassTime
) -> None:
    ask(site)
    pass_time(DAY)
    back = come_back(site)
    site.browser().open(cancel_link(site)).submit()

    set_password(back)

    assert back.page == "/recover/not-now"
    assert "đã bị huỷ" in back.html
    assert is_password(site, citizen_id, OLD_PASSWORD)
    assert phones_of(site, citizen_id) == [LOST.e164]


@pytest.mark.usefixtures("citizen_id")
def test_the_link_is_good_once_and_a_made_up_one_never(site: Site) -> None:
    ask(site)
    link = cancel_link(site)
    owner = site.browser().open(link)
    token = owner.forms[0].hidden
    owner.submit()

    assert owner.open(link).status == 410
    assert owner.post(link, token).status == 410
    assert site.browser().open("/c?k=" + "A" * 22).status == 410
    assert site.browser().open("/c").status == 410
    assert kinds(site).count("phone_recovery_cancelled") == 1


@pytest.mark.usefixtures("citizen_id")
def test_no_row_holds_what_stands_in_the_link(site: Site) -> None:
    ask(site)
    handle = cancel_link(site).partition("k=")[2]

    with site.database.reading() as reading:
        (row,) = reading.execute(select(PhoneRecovery)).scalars()
        assert handle not in {row.id, row.cancel_handle}
        assert (row.number_text, row.name_text, row.birth_date_text) == (None, None, None)


# --- the wait -------------------------------------------------------------------------------------


def test_nobody_is_let_through_before_the_day_is_over(
    site: Site, citizen_id: CitizenId, pass_time: PassTime
) -> None:
    ask(site)
    pass_time(DAY - timedelta(seconds=1))

    back = come_back(site)

    assert back.page == "/recover/not-now"
    assert back.open("/recover/password").page == "/recover/not-now"
    assert is_password(site, citizen_id, OLD_PASSWORD)


@pytest.mark.usefixtures("citizen_id")
def test_the_same_wish_again_does_not_begin_the_wait_anew(site: Site, pass_time: PassTime) -> None:
    ask(site)
    until = site.clock.now() + DAY + timedelta(hours=7)
    pass_time(timedelta(hours=20))

    again = ask(site)

    assert f"{until:%H:%M, %d/%m/%Y}" in again.html
    assert len([text for text in site.sms.to(LOST) if "Huy: " in text]) == 1


def test_the_wait_begins_when_the_owner_is_told_however_late_that_is(
    site: Site, citizen_id: CitizenId, pass_time: PassTime
) -> None:
    """The worker was away for a day: the link would come when it is of no use any more."""
    browser = to_code(site)
    code = code_to(site, OTHER)
    with site.queue.resting():
        browser.submit(otp=code)
        pass_time(DAY)
        site.sweep("tell whose wait is over")
    told_at = site.clock.now()
    assert len(site.sms.to(OTHER)) == 1
    until = told_at + DAY + timedelta(hours=7)

    back = come_back(site)

    assert back.page == "/recover/not-now"
    assert f"{until:%H:%M, %d/%m/%Y}" in back.html
    assert f"{until:%H:%M}" in site.mail.to(ADDRESS)[-1]
    assert site.browser().open(cancel_link(site)).status == 200
    pass_time(DAY - timedelta(seconds=1))
    assert come_back(site).page == "/recover/not-now"
    pass_time(timedelta(seconds=1) + 5 * DAY)  # as long as ever to come back with it
    assert set_password(come_back(site)).page == "/recover/done"
    assert is_password(site, citizen_id, NEW_PASSWORD)


def test_nothing_comes_of_a_request_whose_texts_no_gateway_took(
    site: Site, citizen_id: CitizenId, pass_time: PassTime
) -> None:
    browser = to_code(site)
    code = code_to(site, OTHER)
    site.sms.broken = site.mail.broken = True
    browser.submit(otp=code)
    site.sms.broken = site.mail.broken = False
    pass_time(2 * DAY)
    site.sweep("tell whose wait is over")

    back = come_back(site)

    assert back.page == "/recover/not-now"
    assert "chưa báo được tới số cũ" in back.html
    assert not any("Ban da co the dat lai" in text for text in site.sms.to(OTHER))
    assert is_password(site, citizen_id, OLD_PASSWORD)


def test_the_later_of_two_texts_counts(
    site: Site, citizen_id: CitizenId, pass_time: PassTime
) -> None:
    """Whoever holds the phone may be the thief: the one who reads the mail has a day as well."""
    browser = to_code(site)
    code = code_to(site, OTHER)
    with site.queue.resting() as waiting:
        browser.submit(otp=code)
        [by_mail] = [each for each in waiting if "begun_mail" in each.args]
        waiting.remove(by_mail)
    pass_time(DAY - timedelta(hours=1))
    site.queue.enqueue(by_mail)
    pass_time(DAY - timedelta(seconds=1))

    assert come_back(site).page == "/recover/not-now"
    pass_time(timedelta(seconds=1))
    assert set_password(come_back(site)).page == "/recover/done"
    assert phones_of(site, citizen_id) == [OTHER.e164]


def test_where_there_is_nobody_to_tell_the_wait_is_the_same(
    site: Site, citizen_id: CitizenId, pass_time: PassTime
) -> None:
    with site.database.transaction() as transaction:
        index = phone_number_index(site.index, LOST)
        release_phone(transaction, index, site.clock.now())
        nobody = update(Citizen).where(Citizen.id == citizen_id).values(email_verified_at=None)
        transaction.execute(nobody)
    ask(site)
    pass_time(DAY - timedelta(seconds=1))
    assert come_back(site).page == "/recover/not-now"
    pass_time(timedelta(seconds=1))

    assert set_password(come_back(site)).page == "/recover/done"


@pytest.mark.usefixtures("citizen_id")
def test_an_account_has_one_request(site: Site) -> None:
    ask(site)

    second = ask(site, THIRD)

    assert second.page == "/recover/not-now"
    assert "bằng một số điện thoại khác" in second.html
    assert kinds(site).count("phone_recovery_begun") == 1


@pytest.mark.usefixtures("citizen_id")
def test_a_request_that_nobody_came_back_for_makes_room(site: Site, pass_time: PassTime) -> None:
    ask(site)
    pass_time(timedelta(days=7))
    site.sweep("forget expired recoveries")

    assert "Đã nhận yêu cầu" in ask(site, THIRD).html


@pytest.mark.usefixtures("citizen_id")
def test_who_asks_and_who_cancels_do_not_go_on_for_ever(site: Site, pass_time: PassTime) -> None:
    for _ in range(2):
        assert "Đã nhận yêu cầu" in ask(site).html
        text = [text for text in site.sms.to(LOST) if "Huy: " in text][-1]
        site.browser().open(text.partition("http://localhost:8400")[2]).submit()
        pass_time(DAY)
    told = len(site.sms.to(LOST))

    third = ask(site)

    assert "đã huỷ nhiều yêu cầu như vậy" in third.html
    assert re.search(r'class="button" href="/dispute[^"]*"', third.html)
    assert len(site.sms.to(LOST)) == told
    assert kinds(site)[-1] == "phone_recovery_refused"
    pass_time(7 * DAY)
    assert "Đã nhận yêu cầu" in ask(site).html


# --- who is stopped -------------------------------------------------------------------------------


@pytest.mark.usefixtures("citizen_id")
def test_a_phone_of_somebody_else_recovers_nothing(site: Site) -> None:
    browser = ask(site, STRANGERS)

    assert browser.page == "/recover/not-now"
    assert "chưa khớp với nhà mạng" in browser.html
    assert site.sms.to(LOST) == []


@pytest.mark.usefixtures("citizen_id")
def test_a_person_without_an_account_is_told_so_after_the_match(site: Site) -> None:
    browser = ask(site, STRANGERS, identity_number="052090000077", full_name="Trần Văn Lạ")

    assert "chưa có tài khoản" in browser.html


def test_an_account_in_another_name_is_disputed_not_recovered(
    site: Site, citizen_id: CitizenId
) -> None:
    with site.database.transaction() as transaction:
        transaction.execute(
            update(Citizen).where(Citizen.id == citizen_id).values(name_text="Kẻ Mạo Danh")
        )

    browser = ask(site)

    assert 'href="/dispute?i=' in browser.html
    assert kinds(site)[-1] == "phone_recovery_refused"


@pytest.mark.usefixtures("citizen_id")
def test_the_registered_phone_needs_no_other_way(site: Site) -> None:
    browser = ask(site, LOST)

    assert "chính là số đã đăng ký" in browser.html


@pytest.mark.usefixtures("citizen_id")
def test_a_silent_carrier_is_unsafe_for_recovery(site: Site, pass_time: PassTime) -> None:
    site.carriers.silent.add("viettel")
    assert "Nhà mạng chưa trả lời" in ask(site).html
    assert "phone_recovery_begun" not in kinds(site)
    site.carriers.silent.clear()
    pass_time(timedelta(minutes=2))
    ask(site)
    pass_time(DAY)
    site.carriers.silent.add("viettel")

    assert "Nhà mạng chưa trả lời" in come_back(site).html


@pytest.mark.usefixtures("citizen_id")
def test_a_number_that_changed_hands_in_the_meantime_is_not_taken(
    site: Site, pass_time: PassTime
) -> None:
    ask(site)
    pass_time(DAY)
    held = site.carriers.subscriptions[OTHER]
    site.carriers.subscriptions[OTHER] = replace(
        held, identity_number=IdentityNumber("052090000077")
    )

    assert "chưa khớp với nhà mạng" in come_back(site).html
    assert "Đã nhận yêu cầu" in ask(site, THIRD).html


def test_a_disputed_account_is_not_recovered(site: Site, citizen_id: CitizenId) -> None:
    hold(site, citizen_id, HoldKind.DISPUTE)

    assert "Có khiếu nại về tài khoản này" in ask(site).html


def test_a_dispute_of_the_meantime_stops_the_way_at_its_end(
    site: Site, citizen_id: CitizenId, pass_time: PassTime
) -> None:
    ask(site)
    pass_time(DAY)
    back = come_back(site)
    hold(site, citizen_id, HoldKind.DISPUTE)

    set_password(back)

    assert "Có khiếu nại về tài khoản này" in back.html
    assert is_password(site, citizen_id, OLD_PASSWORD)
    assert phones_of(site, citizen_id) == [LOST.e164]


def test_a_phone_that_was_changed_in_the_meantime_voids_the_request(
    site: Site, citizen_id: CitizenId, pass_time: PassTime
) -> None:
    ask(site)
    pass_time(DAY)
    back = come_back(site)
    with site.database.transaction() as transaction:
        lost = default_phone(transaction, citizen_id)
        assert lost is not None
        release_phone(transaction, lost.number_index, site.clock.now())

    set_password(back)

    assert "không được đổi" in back.html
    assert is_password(site, citizen_id, OLD_PASSWORD)

    again = ask(site)
    again_from = site.clock.now() + timedelta(hours=24 + 7)
    assert f"{again_from:%H:%M, %d/%m/%Y}" in again.html


def test_codes_go_to_the_other_phone_though_the_account_has_a_further_one(
    site: Site, citizen_id: CitizenId, pass_time: PassTime
) -> None:
    with site.database.transaction() as transaction:
        transaction.add(
            Phone(
                citizen_id=citizen_id,
                number=THIRD.e164,
                number_index=phone_number_index(site.index, THIRD),
                is_default=False,
                verified_at=site.clock.now() - timedelta(days=1),
            )
        )
    browser = ask(site)
    pass_time(DAY)

    back = set_password(come_back(site, browser))

    assert back.page == "/recover/done"
    assert phones_of(site, citizen_id) == [THIRD.e164, OTHER.e164]
    with site.database.reading() as reading:
        assert phone_number_of(reading, citizen_id) == OTHER
    assert is_password(site, citizen_id, NEW_PASSWORD)


def test_whose_number_went_to_somebody_else_goes_on_with_another_one(
    site: Site, citizen_id: CitizenId, pass_time: PassTime
) -> None:
    with site.database.transaction() as transaction:
        index = phone_number_index(site.index, LOST)
        release_phone(transaction, index, site.clock.now())
    browser = site.from_portal(site.browser(), create=False).open("/login")
    browser.submit(username=IDENTITY_NUMBER, password=OLD_PASSWORD)
    (way_on,) = re.findall(r'id="other-phone" href="([^"]*)"', browser.html)

    browser.open(way_on).submit(**PERSON, phone_number=OTHER.national)
    browser.submit(otp=code_to(site, OTHER))
    pass_time(DAY)
    back = set_password(come_back(site, browser))

    assert back.page == "/recover/done"
    assert phones_of(site, citizen_id) == [OTHER.e164]


def test_nothing_comes_of_a_request_that_its_owner_was_not_told_of(
    site: Site, citizen_id: CitizenId, pass_time: PassTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The queue was away for the one moment after the request was stored."""

    def fail(*_: object) -> None:
        raise redis.ConnectionError

    browser = to_code(site)
    with monkeypatch.context() as patched:
        patched.setattr(Jobs, "send_recovery_text", fail)
        browser.submit(otp=code_to(site, OTHER))
    assert browser.status == 503
    pass_time(DAY)
    back = come_back(site)
    assert back.open("/recover/password").page == "/recover/not-now"
    assert is_password(site, citizen_id, OLD_PASSWORD)
    assert phones_of(site, citizen_id) == [LOST.e164]

    site.sweep("tell whose account is being recovered")
    site.sweep("tell whose account is being recovered")

    back.open(cancel_link(site)).submit()
    assert back.page == "/c/done"
    assert "phone_recovery_cancelled" in kinds(site)


def test_the_lost_phone_is_told_though_the_queue_was_away(
    site: Site, citizen_id: CitizenId, pass_time: PassTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is the last that whoever holds it hears of the account; and the phone was replaced."""

    def fail(*_: object) -> None:
        raise redis.ConnectionError

    ask(site)
    pass_time(DAY)
    back = come_back(site)
    before = len(site.sms.to(LOST))
    with monkeypatch.context() as broken:
        broken.setattr(Jobs, "send_recovery_text", fail)
        set_password(back)

    assert (back.status, back.page) == (200, "/recover/done")
    assert phones_of(site, citizen_id) == [OTHER.e164]
    assert len(site.sms.to(LOST)) == before
    pass_time(LEFT_AFTER)
    site.sweep("do what is left")
    [told] = site.sms.to(LOST)[before:]
    assert "vua duoc thay" in told


def test_who_had_the_other_number_before_loses_it(
    site: Site, citizen_id: CitizenId, pass_time: PassTime
) -> None:
    former = add_citizen(site, "052190000066", OTHER, name="Lê Thị Cũ")
    ask(site)
    pass_time(DAY)

    set_password(come_back(site))

    assert phones_of(site, citizen_id) == [OTHER.e164]
    assert phones_of(site, former) == []
    assert "phone_moved" in kinds(site)


# --- nobody learns who has an account -------------------------------------------------------------

NOBODY = "052190000099"


@pytest.mark.usefixtures("citizen_id")
def test_strangers_see_the_same_whoever_they_name(site: Site) -> None:
    known = seen_by_a_stranger(site, IDENTITY_NUMBER)
    site.redis.flushall()
    unknown = seen_by_a_stranger(site, NOBODY)

    assert known == unknown
    assert site.sms.to(LOST) == []


@pytest.mark.usefixtures("citizen_id")
def test_strangers_cost_the_same_whoever_they_name(site: Site) -> None:
    seen_by_a_stranger(site, IDENTITY_NUMBER)  # so that scripts are loaded
    site.redis.flushall()
    with work_done(site) as known:
        seen_by_a_stranger(site, IDENTITY_NUMBER)
    site.redis.flushall()
    with work_done(site) as unknown:
        seen_by_a_stranger(site, NOBODY)

    assert known == unknown
    assert known["carriers"] == 1


@pytest.mark.usefixtures("citizen_id")
def test_a_waiting_request_is_told_to_nobody_on_the_page_of_a_forgotten_password(
    site: Site,
) -> None:
    ask(site)
    guessed(site, THIRD)  # so that scripts are loaded
    site.redis.flushall()
    with site.queue.resting(), work_done(site) as waiting:
        known = guessed(site, OTHER)
    site.redis.flushall()
    with site.queue.resting(), work_done(site) as none:
        unknown = guessed(site, THIRD)

    assert known == unknown
    assert waiting == none


@pytest.mark.usefixtures("citizen_id")
def test_a_wait_tells_nobody_that_a_number_is_waiting(site: Site) -> None:
    ask(site)
    site.redis.flushall()
    guessed(site, OTHER, username=NOBODY)
    known = guessed(site, OTHER)
    site.redis.flushall()
    guessed(site, THIRD, username=NOBODY)
    unknown = guessed(site, THIRD)

    assert known == unknown


def seen_by_a_stranger(site: Site, identity_number: str) -> list[tuple[int, str, str]]:
    browser = to_code(site, STRANGERS, identity_number=identity_number)
    return [what_is_seen(browser), what_is_seen(browser.submit(otp=code_to(site, STRANGERS)))]


def guessed(
    site: Site, number: PhoneNumber, username: str = IDENTITY_NUMBER
) -> list[tuple[int, str, str]]:
    browser = site.from_portal(site.browser(), create=False).open("/recover")
    browser.submit(username=username, phone_number=number.national)
    return [
        what_is_seen(browser),
        *(what_is_seen(browser.submit(otp="000000")) for _ in range(6)),
        what_is_seen(browser.open("/recover/otp").resend()),
    ]


def what_is_seen(browser: Browser) -> tuple[int, str, str]:
    return browser.status, browser.page, re.sub(r"[A-Za-z0-9_-]{43}", "token", browser.html)


@contextmanager
def work_done(site: Site) -> Iterator[dict[str, int]]:
    """Count statements, commands to Redis and questions to carriers; the worker's too."""
    work = {"sql": 0, "redis": 0, "carriers": 0}
    honest = site.carriers.match

    def statement(*_: object) -> None:
        work["sql"] += 1

    def match(number: PhoneNumber, person: ClaimedIdentity) -> MatchOutcome:
        work["carriers"] += 1
        return honest(number, person)

    site.carriers.match = match  # type: ignore[method-assign]
    before = redis_calls(site)
    event.listen(site.database.engine, "before_cursor_execute", statement)
    yield work
    event.remove(site.database.engine, "before_cursor_execute", statement)
    work["redis"] = redis_calls(site) - before
    site.carriers.match = honest  # type: ignore[method-assign]


def redis_calls(site: Site) -> int:
    stats = site.redis.info("commandstats")
    return sum(entry["calls"] for entry in stats.values())
