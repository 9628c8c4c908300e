"""Recovering a forgotten password; and that nobody learns who has an account."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from threading import Thread

import pytest
from sqlalchemy import select

from idp.audit.model import AuditEvent
from idp.authenticators.model import KnownDevice
from idp.citizens import store as citizens
from idp.citizens.blind_indexes import phone_number_index
from idp.citizens.holds import place_hold
from idp.citizens.model import (
    Citizen,
    CitizenId,
    CitizenIdentityNumber,
    CitizenStatus,
    HoldKind,
    PasswordCredential,
    Phone,
)
from idp.citizens.phone_store import make_default_phone
from idp.core.handles import digest, new_uuid
from idp.core.identity_number import IdentityNumber
from idp.core.phone_number import PhoneNumber
from tests.fakes.citizen_site import Browser, Site
from tests.fakes.questions import counted

IDENTITY_NUMBER = "052190000001"
NUMBER = PhoneNumber("+84912000001")
STRANGERS_NUMBER = PhoneNumber("+84912000002")
OLD_PASSWORD = "Song Hàn-82 chiều"
NEW_PASSWORD = "Đèo Cù Mông 47*"
PassTime = Callable[[timedelta], None]


@pytest.fixture
def citizen_id(site: Site) -> CitizenId:
    now = site.clock.now() - timedelta(days=30)
    citizen = Citizen(
        id=CitizenId(new_uuid()),
        status=CitizenStatus.ACTIVE,
        name_text="Nguyễn Thị Bưởi",
        birth_date_text="1990-01-02",
        created_at=now,
        updated_at=now,
        identity_numbers=[
            CitizenIdentityNumber(
                kind=IdentityNumber(IDENTITY_NUMBER).kind, value=IDENTITY_NUMBER, created_at=now
            )
        ],
        phones=[Phone(number=NUMBER.e164, verified_at=now)],
        credential=PasswordCredential(hash=site.hasher.hash(OLD_PASSWORD), changed_at=now),
    )
    with site.database.transaction() as transaction:
        citizens.add(transaction, citizen, site.index)
    return citizen.id


def to_code(
    site: Site,
    browser: Browser | None = None,
    *,
    username: str = IDENTITY_NUMBER,
    phone: str = "0912 000 001",
) -> Browser:
    browser = browser or site.browser()
    site.from_portal(browser, create=False).open("/recover")
    return browser.submit(username=username, phone_number=phone)


def to_password(site: Site) -> Browser:
    return to_code(site).submit(otp=last_code(site))


def set_password(browser: Browser) -> Browser:
    return browser.submit(new_password=NEW_PASSWORD, confirm_password=NEW_PASSWORD)


def last_code(site: Site) -> str:
    codes = [found for sent in site.sms.sent if (found := re.match(r"\d{6}", sent.text))]
    return codes[-1].group()


def is_password(site: Site, password: str) -> bool:
    with site.database.reading() as reading:
        stored = reading.execute(select(PasswordCredential.hash)).scalar_one()
    return site.hasher.verify(password, stored)


def events(site: Site) -> list[str]:
    with site.database.reading() as reading:
        return list(reading.execute(select(AuditEvent.kind).order_by(AuditEvent.id)).scalars())


def details_of(site: Site, kind: str) -> dict[str, object]:
    with site.database.reading() as reading:
        query = select(AuditEvent.details).where(AuditEvent.kind == kind)
        return reading.execute(query).scalars().all()[-1]


# --- the whole way --------------------------------------------------------------------------------


@pytest.mark.usefixtures("citizen_id")
def test_a_forgotten_password_is_replaced_and_the_way_leads_on_to_signing_in(site: Site) -> None:
    browser = set_password(to_password(site))

    assert browser.page == "/recover/done"
    assert is_password(site, NEW_PASSWORD)
    assert not is_password(site, OLD_PASSWORD)
    browser.open(f"/resume?i={browser.interaction}")
    assert browser.page == "/login"
    site.clock.advance(timedelta(seconds=1))
    browser.submit(username=IDENTITY_NUMBER, password=NEW_PASSWORD).submit(otp=last_code(site))
    assert browser.page in {"/continue", "/consent"}


@pytest.mark.usefixtures("citizen_id")
def test_the_code_goes_to_the_registered_number_and_so_does_the_notice(site: Site) -> None:
    set_password(to_password(site))

    code, notice = site.sms.sent
    assert [code.to, notice.to] == [NUMBER, NUMBER]
    assert "la ma dat lai mat khau Cong Binh Dinh" in code.text
    assert notice.text.startswith("Mat khau tai khoan")


def test_every_session_ends(site: Site, citizen_id: CitizenId) -> None:
    elsewhere = site.from_portal(site.browser(), create=False).open("/login")
    elsewhere.submit(username=IDENTITY_NUMBER, password=OLD_PASSWORD)
    elsewhere.submit(otp=last_code(site))
    signed_in = elsewhere.page

    set_password(to_password(site))

    assert signed_in == "/consent"
    assert site.sessions.end_all_of(citizen_id) == ()
    assert elsewhere.open("/consent").page != "/consent"
    assert "password_reset" in events(site)
    assert details_of(site, "sessions_ended")["reason"] == "password_reset"


@pytest.mark.usefixtures("citizen_id")
def test_no_page_shows_a_digit_of_the_phone_before_the_code(site: Site) -> None:
    browser = to_code(site)

    assert browser.page == "/recover/otp"
    assert "Nếu thông tin khớp với một tài khoản" in browser.html
    assert "001" not in re.sub(r"[A-Za-z0-9_-]{43}|18001096", "", browser.html)


# --- nobody learns who has an account -------------------------------------------------------------

NOBODY = {"username": "052190000099"}
WRONG_PHONE = {"phone": "0912000002"}
NO_NUMBER = {"username": "abc"}


@pytest.mark.usefixtures("citizen_id")
@pytest.mark.parametrize("typed", [NOBODY, WRONG_PHONE, NO_NUMBER])
def test_details_of_nobody_are_answered_alike(site: Site, typed: dict[str, str]) -> None:
    known = walk(site, {})
    site.redis.flushall()
    unknown = walk(site, typed)

    assert known == unknown


@pytest.mark.usefixtures("citizen_id")
@pytest.mark.parametrize("typed", [NOBODY, WRONG_PHONE])
def test_details_of_nobody_cost_the_same_work(site: Site, typed: dict[str, str]) -> None:
    walk(site, {})  # so that scripts are loaded and statements are prepared
    site.redis.flushall()
    with work_done(site) as known:
        walk(site, {})
    site.redis.flushall()
    with work_done(site) as unknown:
        walk(site, typed)

    assert known == unknown


@pytest.mark.usefixtures("citizen_id")
@pytest.mark.parametrize("typed", [NOBODY, WRONG_PHONE])
def test_nobody_gets_no_text(site: Site, typed: dict[str, str]) -> None:
    to_code(site, **typed)

    assert site.sms.sent == []


def walk(site: Site, typed: dict[str, str]) -> list[tuple[int, str, str]]:
    """What a stranger sees who guesses until the tries are used up, and asks for more."""
    browser = to_code(site, **typed)
    return [
        what_is_seen(browser),
        *(what_is_seen(browser.submit(otp="000000")) for _ in range(6)),
        what_is_seen(browser.open("/recover/otp").resend()),
        what_is_seen(browser.open("/recover/password")),
    ]


def what_is_seen(browser: Browser) -> tuple[int, str, str]:
    return browser.status, browser.page, re.sub(r"[A-Za-z0-9_-]{43}", "token", browser.html)


@contextmanager
def work_done(site: Site) -> Iterator[dict[str, int]]:
    """Count the statements on the database and the commands to Redis, except by the worker."""
    work = {"sql": 0, "redis": 0}

    with site.queue.resting():
        before = redis_calls(site)
        with counted(site.database) as questions:
            yield work
        work["sql"] = len(questions.statements)
        work["redis"] = redis_calls(site) - before


def redis_calls(site: Site) -> int:
    stats = site.redis.info("commandstats")
    return sum(entry["calls"] for entry in stats.values())


@pytest.mark.usefixtures("citizen_id")
def test_after_the_tries_a_new_code_can_be_had_on_the_same_page(
    site: Site, pass_time: PassTime
) -> None:
    browser = to_code(site)
    wrong = "000000" if last_code(site) != "000000" else "111111"
    for _ in range(5):
        browser.submit(otp=wrong)
    assert browser.status == 429
    pass_time(timedelta(minutes=1))

    browser.open("/recover/otp").resend()

    assert len(site.sms.sent) == 2
    assert browser.submit(otp=last_code(site)).page == "/recover/password"


# --- when the code is not enough ------------------------------------------------------------------


@pytest.mark.usefixtures("citizen_id")
def test_a_new_sim_has_to_wait_and_is_told_until_when(site: Site) -> None:
    change(site, sim_changed_at=site.clock.now() - timedelta(hours=20))

    browser = to_password(site)

    assert browser.page == "/recover/not-now"
    local = site.clock.now() + timedelta(hours=72 + 7)
    assert f"{local:%H:%M, %d/%m/%Y}" in browser.html
    assert details_of(site, "phone_doubted")["reason"] == "sim_changed"
    assert browser.open("/recover/password").page == "/recover/not-now"


@pytest.mark.usefixtures("citizen_id")
def test_an_older_sim_is_good(site: Site) -> None:
    change(site, sim_changed_at=site.clock.now() - timedelta(hours=73))

    assert to_password(site).page == "/recover/password"


@pytest.mark.usefixtures("citizen_id")
def test_a_recycled_number_is_not_enough(site: Site) -> None:
    change(site, recycled_on=(site.clock.now() - timedelta(days=3)).date())

    browser = to_password(site)

    assert browser.page == "/recover/not-now"
    assert "đã đổi chủ" in browser.html
    assert details_of(site, "phone_doubted")["reason"] == "number_recycled"


@pytest.mark.usefixtures("citizen_id")
def test_a_silent_carrier_means_not_now(site: Site) -> None:
    site.carriers.silent.add("vinaphone")

    browser = to_password(site)

    assert browser.page == "/recover/not-now"
    assert "Nhà mạng chưa trả lời" in browser.html
    assert events(site)[-2:] == ["carrier_unanswered", "phone_doubted"]
    assert is_password(site, OLD_PASSWORD)


def test_a_disputed_account_keeps_its_password(site: Site, citizen_id: CitizenId) -> None:
    place(site, citizen_id, HoldKind.DISPUTE)

    browser = to_password(site)

    assert browser.page == "/recover/not-now"
    assert "Có khiếu nại về tài khoản này" in browser.html


def test_a_held_account_keeps_its_password(site: Site, citizen_id: CitizenId) -> None:
    place(site, citizen_id, HoldKind.OPERATOR)

    assert "Tài khoản đang tạm khoá" in to_password(site).html


def test_a_dispute_that_began_after_the_code_stops_the_way_too(
    site: Site, citizen_id: CitizenId
) -> None:
    browser = to_password(site)
    place(site, citizen_id, HoldKind.DISPUTE)

    set_password(browser)

    assert browser.page == "/recover/not-now"
    assert is_password(site, OLD_PASSWORD)


@pytest.mark.parametrize("proved", [True, False])
def test_a_phone_that_codes_go_to_no_more_recovers_nothing(
    site: Site, citizen_id: CitizenId, *, proved: bool
) -> None:
    """Whoever stole it may have had a code sent just before its owner took it from the account."""
    browser = to_password(site) if proved else to_code(site)
    with site.database.transaction() as transaction:
        other = Phone(
            citizen_id=citizen_id,
            number=STRANGERS_NUMBER.e164,
            number_index=phone_number_index(site.index, STRANGERS_NUMBER),
            is_default=False,
            verified_at=site.clock.now(),
        )
        transaction.add(other)
        transaction.flush()
        make_default_phone(transaction, citizen_id, other.id)

    if proved:
        set_password(browser)
    else:
        browser.submit(otp=last_code(site))

    assert browser.page == "/recover/not-now"
    assert "tài khoản đã thay đổi" in browser.html
    assert is_password(site, OLD_PASSWORD)


def test_remembered_devices_end_and_the_one_at_hand_is_known(
    site: Site, citizen_id: CitizenId
) -> None:
    elsewhere = site.from_portal(site.browser(), create=False).open("/login")
    elsewhere.submit(username=IDENTITY_NUMBER, password=OLD_PASSWORD)
    elsewhere.submit(otp=last_code(site), remember="yes")
    here = set_password(to_password(site))

    with site.database.reading() as reading:
        known = reading.execute(select(KnownDevice.handle_digest, KnownDevice.skips_code_until))
        assert known.all() == [(digest(here.cookie("idp_device")), None)]


def place(site: Site, citizen_id: CitizenId, kind: HoldKind) -> None:
    with site.database.transaction() as transaction:
        place_hold(transaction, citizen_id, kind, site.clock.now())


def change(site: Site, **changes: object) -> None:
    held = site.carriers.subscriptions[NUMBER]
    site.carriers.subscriptions[NUMBER] = replace(held, **changes)


# --- one proof, one password ----------------------------------------------------------------------


@pytest.mark.usefixtures("citizen_id")
def test_a_proof_is_used_once(site: Site) -> None:
    browser = to_password(site)
    path, hidden = browser.path, browser.forms[0].hidden
    set_password(browser)

    other = "Cầu Mây 1 chiều!"
    browser.post(path, hidden | {"new_password": other, "confirm_password": other})

    assert browser.page == "/recover/done"
    assert is_password(site, NEW_PASSWORD)
    assert events(site).count("password_reset") == 1


@pytest.mark.usefixtures("citizen_id")
def test_two_tabs_at_once_use_one_proof(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = to_password(site)
    path, hidden = browser.path, browser.forms[0].hidden
    honest = site.hasher.hash

    def while_another_tab_is_faster(password: str) -> str:
        monkeypatch.setattr(site.hasher, "hash", honest)
        faster = Thread(target=set_password, args=(browser,))  # a request of its own
        faster.start()
        faster.join()
        return honest(password)

    monkeypatch.setattr(site.hasher, "hash", while_another_tab_is_faster)
    other = "Cầu Mây 1 chiều!"
    tab = site.browser()
    tab._client = browser._client
    tab.post(path, hidden | {"new_password": other, "confirm_password": other})

    assert tab.page == "/recover/done"
    assert is_password(site, NEW_PASSWORD)
    assert events(site).count("password_reset") == 1


@pytest.mark.usefixtures("citizen_id")
def test_a_proof_lasts_a_quarter_of_an_hour(site: Site, pass_time: PassTime) -> None:
    browser = to_password(site)
    pass_time(timedelta(minutes=15))

    set_password(browser)

    assert browser.page == "/recover/lapsed"
    assert "Bắt đầu lại" in browser.html
    assert is_password(site, OLD_PASSWORD)


@pytest.mark.usefixtures("citizen_id")
def test_a_code_nobody_typed_for_long_leads_to_a_new_start(site: Site, pass_time: PassTime) -> None:
    browser = to_code(site)
    pass_time(timedelta(minutes=20))

    assert browser.open("/recover/otp").page == "/recover/lapsed"
    assert browser.open("/recover").page == "/recover"


@pytest.mark.usefixtures("citizen_id")
@pytest.mark.parametrize(
    "path", ["/recover/otp", "/recover/password", "/recover/not-now", "/recover/done"]
)
def test_no_page_can_be_reached_before_its_turn(site: Site, path: str) -> None:
    browser = site.from_portal(site.browser(), create=False)

    assert browser.open(path).page == "/recover"


@pytest.mark.usefixtures("citizen_id")
@pytest.mark.parametrize("path", ["/recover/otp", "/recover/password", "/recover/not-now"])
def test_once_done_every_page_is_the_last(site: Site, path: str) -> None:
    browser = set_password(to_password(site))

    assert browser.open(path).page == "/recover/done"


@pytest.mark.usefixtures("citizen_id")
def test_a_sign_in_code_is_no_recovery_code(site: Site) -> None:
    elsewhere = site.from_portal(site.browser(), create=False).open("/login")
    elsewhere.submit(username=IDENTITY_NUMBER, password=OLD_PASSWORD)
    sign_in_code = last_code(site)

    browser = to_code(site)
    if sign_in_code == last_code(site):
        pytest.skip("one chance in a million: both codes are equal")

    assert browser.submit(otp=sign_in_code).page == "/recover/otp"


@pytest.mark.usefixtures("citizen_id")
@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"username": ""}, "Nhập số CMT/CCCD"),
        ({"phone": "02563822222"}, "Nhập số di động Việt Nam gồm 10 chữ số"),
    ],
)
def test_what_is_missing_is_said_at_its_field(site: Site, typed: dict[str, str], says: str) -> None:
    browser = to_code(site, **typed)

    assert browser.page == "/recover"
    assert says in browser.html
    assert site.sms.sent == []
