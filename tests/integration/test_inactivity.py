"""Accounts that nobody signs in to: the notices, the lock, and the way back in."""

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time, timedelta
from html import unescape

import pytest
from sqlalchemy import select, update

from idp.audit.model import AuditEvent
from idp.citizens import store as citizens
from idp.citizens.blind_indexes import phone_number_index
from idp.citizens.holds import holds_of, lift_hold, place_hold
from idp.citizens.model import Citizen, CitizenId, CitizenStatus, HoldKind
from idp.citizens.phone_store import release_phone
from idp.citizens.rules import bars_changes, is_only_inactive
from idp.core.identity_number import IdentityNumber
from idp.core.phone_number import PhoneNumber
from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.follow_ups.follow_ups import FollowUps
from idp.inactivity.rules import Due, InactivityPolicy
from idp.inactivity.sweep import InactivitySweep
from idp.inactivity.warn_or_lock import WarnOrLock
from idp.interactions.sign_in import SignIn, SignInBarred
from idp.messaging.model import NoticeKind
from idp.sessions.model import Authentication
from idp.sessions.rules import PASSWORD_AND_SMS
from tests.fakes.account_holder import (
    IDENTITY_NUMBER,
    NUMBER,
    PASSWORD,
    account,
    last_code,
    signed_in,
)
from tests.fakes.authenticator import SoftwareAuthenticator
from tests.fakes.citizen_site import Browser, Site
from tests.fakes.clock import FakeClock
from tests.fakes.grants import AccessTokensInMemory
from tests.fakes.logouts import nobody_to_tell
from tests.fakes.notices import NoticesInMemory
from tests.fakes.people import AN, citizen_of
from tests.fakes.sessions import SessionsInMemory

DAY = timedelta(days=1)
MORNING = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)  # 09:00 in Vietnam
POLICY = InactivityPolicy(after=730 * DAY, notice_every=30 * DAY, begins=time(8), ends=time(20))


class House:
    """An's account, and the worker that looks for those who do not come."""

    def __init__(self, database: Database, index: BlindIndex) -> None:
        self.database, self.clock = database, FakeClock(MORNING)
        self.notices = NoticesInMemory()
        self.sign_in = SignIn(
            sessions=SessionsInMemory(
                self.clock, idle=timedelta(hours=1), maximum=timedelta(hours=12)
            ),
            tokens=AccessTokensInMemory(self.clock),
            announce=nobody_to_tell(self.clock),
            database=database,
            clock=self.clock,
        )
        self.warn_or_lock = WarnOrLock(
            database=database,
            follow_ups=FollowUps(
                end_sessions=self.sign_in, notices=self.notices, database=database, clock=self.clock
            ),
            policy=POLICY,
            clock=self.clock,
        )
        self.sweep = InactivitySweep(
            warn_or_lock=self.warn_or_lock, policy=POLICY, database=database, clock=self.clock
        )
        with database.transaction() as transaction:
            citizens.add(transaction, citizen_of(at=MORNING), index)

    def come(self) -> None:
        self.sign_in(Authentication(AN, self.clock.now(), PASSWORD_AND_SMS), None)

    def last_sign_in(self) -> datetime | None:
        with self.database.reading() as reading:
            return reading.scalar(select(Citizen.last_sign_in_at))

    def status(self) -> CitizenStatus | None:
        with self.database.reading_rows() as reading:
            return citizens.status_of(reading, AN)


@pytest.fixture
def house(database: Database, index: BlindIndex) -> House:
    return House(database, index)


def test_a_sign_in_is_noted_once_a_day(house: House) -> None:
    assert house.last_sign_in() == MORNING  # when the account was made

    house.clock.advance(timedelta(hours=23))
    house.come()
    assert house.last_sign_in() == MORNING
    house.clock.advance(timedelta(hours=1))
    house.come()
    assert house.last_sign_in() == MORNING + DAY


def test_a_notice_a_month_for_two_months_and_then_the_lock(house: House) -> None:
    house.clock.advance(729 * DAY)
    done = []
    for _ in range(100):
        done.append(house.sweep())
        house.clock.advance(DAY)

    assert sum(done, Counter[str]()) == {Due.NOTICE: 2, Due.LOCK: 1}
    assert [day for day, each in enumerate(done, 729) if each] == [730, 760, 790]
    assert house.notices.told == [
        (NoticeKind.INACTIVE, AN),
        (NoticeKind.INACTIVE, AN),
        (NoticeKind.INACTIVE_LOCKED, AN),
    ]
    assert house.status() is CitizenStatus.HELD
    with pytest.raises(SignInBarred):
        house.come()


def test_an_account_that_an_operator_opens_is_not_locked_again(house: House) -> None:
    for days in (730, 30, 30):
        house.clock.advance(days * DAY)
        house.sweep()
    with house.database.transaction() as transaction:
        assert lift_hold(transaction, AN, HoldKind.INACTIVE, house.clock.now())

    assert house.sweep() == {}
    house.clock.advance(729 * DAY)
    assert house.sweep() == {}


def test_whoever_comes_is_left_alone_for_two_years(house: House) -> None:
    house.clock.advance(735 * DAY)
    house.sweep()
    house.come()

    house.clock.advance(200 * DAY)
    assert house.sweep() == {}
    house.clock.advance(530 * DAY)
    assert house.sweep() == {Due.NOTICE: 1}  # the first again: the ones before do not count


def test_two_workers_send_one_notice(house: House) -> None:
    house.clock.advance(740 * DAY)

    with ThreadPoolExecutor(4) as pool:
        found = [done.result() for done in [pool.submit(house.warn_or_lock, AN) for _ in range(4)]]

    assert Counter(found) == {Due.NOTICE: 1, None: 3}
    assert house.notices.told == [(NoticeKind.INACTIVE, AN)]


def test_nobody_is_written_to_at_night(house: House) -> None:
    house.clock.advance(740 * DAY + timedelta(hours=12))  # 21:00

    assert house.sweep() == {}
    house.clock.advance(timedelta(hours=12))
    assert house.sweep() == {Due.NOTICE: 1}


def test_a_held_account_is_not_asked_to_sign_in(house: House) -> None:
    with house.database.transaction() as transaction:
        place_hold(transaction, AN, HoldKind.OPERATOR, MORNING)
    house.clock.advance(740 * DAY)

    assert house.sweep() == {}


def test_want_of_use_bars_no_new_password() -> None:
    """Else whoever has forgotten it after so long had no way back."""
    assert not bars_changes({HoldKind.INACTIVE})
    assert bars_changes({HoldKind.INACTIVE, HoldKind.OPERATOR})
    assert is_only_inactive({HoldKind.INACTIVE, HoldKind.DISPUTE})
    assert not is_only_inactive({HoldKind.INACTIVE, HoldKind.OPERATOR})
    assert not is_only_inactive(set())


# --- the way back in ------------------------------------------------------------------------------


@pytest.fixture
def locked(site: Site) -> CitizenId:
    """Somebody who has not come for so long that the account is locked."""
    citizen_id = account(site)
    now = site.clock.now()
    with site.database.transaction() as transaction:
        transaction.execute(update(Citizen).values(last_sign_in_at=now - 800 * DAY))
        place_hold(transaction, citizen_id, HoldKind.INACTIVE, now)
    return citizen_id


def sign_in(site: Site, *, password: str = PASSWORD) -> Browser:
    browser = site.from_portal(site.browser(), create=False)
    if browser.page == "/choose":
        browser.follow("choose-portal-account")
    return browser.submit(username=IDENTITY_NUMBER, password=password)


def passkey_options(browser: Browser) -> str:
    found = re.search(r'data-options="([^"]*)"', browser.html)
    assert found, browser.html
    return unescape(found[1])


def holds(site: Site, citizen_id: CitizenId) -> frozenset[HoldKind]:
    with site.database.reading() as reading:
        return holds_of(reading, citizen_id)


def test_password_code_and_carrier_open_the_account_and_lead_back_to_the_portal(
    site: Site, locked: CitizenId
) -> None:
    browser = sign_in(site)
    assert browser.page == "/reactivate"
    assert "vì lâu không đăng nhập" in browser.html
    assert not site.sms.sent

    browser.submit()
    assert browser.page == "/reactivate/otp"
    assert [message.to for message in site.sms.sent] == [NUMBER]
    assert "mo khoa tai khoan" in site.sms.sent[-1].text
    browser.submit(otp=last_code(site))

    assert holds(site, locked) == frozenset()
    assert browser.page in {"/consent", "/continue"}, browser.html
    assert "da duoc mo khoa" in site.sms.to(NUMBER)[-1]
    with site.database.reading() as reading:
        kinds = list(reading.scalars(select(AuditEvent.kind).order_by(AuditEvent.id)))
        assert reading.scalar(select(Citizen.last_sign_in_at)) == site.clock.now()
    assert kinds[-3:] == ["carrier_asked", "account_released", "sign_in_succeeded"]


def test_the_wrong_password_says_nothing_of_the_lock(site: Site, locked: CitizenId) -> None:
    assert locked
    browser = sign_in(site, password="Sai-mat-khau-1")

    assert browser.page == "/login"
    assert browser.open("/reactivate").page == "/choose"


def test_a_wrong_code_opens_nothing(site: Site, locked: CitizenId) -> None:
    browser = sign_in(site).submit()
    wrong = "000000" if last_code(site) != "000000" else "111111"

    assert browser.submit(otp=wrong).page == "/reactivate/otp"
    assert holds(site, locked) == {HoldKind.INACTIVE}


def test_the_way_is_open_for_a_while_only(site: Site, locked: CitizenId) -> None:
    assert locked
    browser = sign_in(site)
    site.clock.advance(timedelta(minutes=15))

    assert browser.submit().page == "/login"


def test_another_holder_of_the_number_opens_nothing(site: Site, locked: CitizenId) -> None:
    mine = site.carriers.subscriptions[NUMBER]
    site.carriers.subscriptions[NUMBER] = type(mine)(
        carrier=mine.carrier,
        identity_number=IdentityNumber("052190000002"),
        full_name=mine.full_name,
        birth_date=mine.birth_date,
    )
    browser = sign_in(site).submit().submit(otp=last_code(site))

    assert browser.page == "/reactivate"
    assert "số CMT/CCCD" in browser.html
    assert holds(site, locked) == {HoldKind.INACTIVE}

    site.carriers.subscriptions[NUMBER] = mine  # the shop has put it right
    assert browser.submit().page in {"/consent", "/continue"}  # without another code
    assert holds(site, locked) == frozenset()


def test_a_recycled_number_opens_nothing_and_the_identity_goes_to_nobody(
    site: Site, locked: CitizenId
) -> None:
    mine = site.carriers.subscriptions[NUMBER]
    recycled = site.clock.now().date()
    site.carriers.subscriptions[NUMBER] = type(mine)(
        carrier=mine.carrier,
        identity_number=mine.identity_number,
        full_name=mine.full_name,
        birth_date=mine.birth_date,
        recycled_on=recycled,
    )
    browser = sign_in(site).submit().submit(otp=last_code(site))

    assert browser.page == "/reactivate"
    assert "đã đổi chủ" in browser.html
    assert "/recover/other-phone" in browser.html
    assert holds(site, locked) == {HoldKind.INACTIVE}


def test_another_hold_that_comes_meanwhile_stands(site: Site, locked: CitizenId) -> None:
    browser = sign_in(site).submit()
    site.parts.hold_account.place(locked, HoldKind.OPERATOR, by="lan")
    browser.submit(otp=last_code(site))

    assert browser.page == "/login"
    assert holds(site, locked) == {HoldKind.INACTIVE, HoldKind.OPERATOR}
    browser.submit(username=IDENTITY_NUMBER, password=PASSWORD)
    assert "Gọi" in browser.html
    assert browser.page == "/login"


def test_without_a_phone_the_page_leads_to_another_one(site: Site, locked: CitizenId) -> None:
    assert locked
    with site.database.transaction() as transaction:
        index = phone_number_index(site.index, PhoneNumber(NUMBER.e164))
        release_phone(transaction, index, site.clock.now())

    browser = sign_in(site)

    assert browser.page == "/reactivate"
    assert "/recover/other-phone" in browser.html


def test_a_passkey_opens_the_account_as_a_password_does(site: Site) -> None:
    citizen_id = account(site)
    holder = SoftwareAuthenticator(site.settings.server.issuer)
    browser = signed_in(site, citizen_id).open("/account/security/passkeys/add")
    browser.submit(name="Máy tính", credential=holder.create(passkey_options(browser)))
    with site.database.transaction() as transaction:
        place_hold(transaction, citizen_id, HoldKind.INACTIVE, site.clock.now())
    browser = site.from_portal(site.browser(), create=False).open("/login/passkey")
    browser.submit(credential=holder.get(passkey_options(browser)))
    assert browser.page == "/reactivate", browser.html

    browser.submit().submit(otp=last_code(site))

    assert browser.page in {"/consent", "/continue"}, browser.html
    assert holds(site, citizen_id) == frozenset()
    with site.database.reading() as reading:
        signed = select(AuditEvent.details).where(AuditEvent.kind == "sign_in_succeeded")
        assert "pwd" not in reading.scalars(signed.order_by(AuditEvent.id)).all()[-1]["amr"]
