"""The citizen's own pages about ways to sign in: adding, naming, taking away."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pyotp
import pytest
import redis
from sqlalchemy import select, update

from idp.adapters.jobs import Jobs
from idp.app.authenticators import Authenticators
from idp.audit.model import AuditEvent
from idp.authenticators import store
from idp.authenticators.model import AuthenticatorApp
from idp.citizens import store as citizens
from idp.citizens.holds import place_hold
from idp.citizens.model import CitizenId, HoldKind, Phone
from idp.core.birth_date import BirthDate
from idp.core.full_name import FullName
from idp.core.identity_number import IdentityNumber
from idp.core.phone_number import PhoneNumber
from idp.follow_ups.follow_ups import LEFT_AFTER
from tests.fakes.authenticator import SoftwareAuthenticator
from tests.fakes.carrier_records import Subscription
from tests.fakes.citizen_site import Browser, Site
from tests.fakes.people import BINH, citizen_of

IDENTITY_NUMBER = "052090000001"
NUMBER = PhoneNumber("+84912000001")
PASSWORD = "Song Hàn-82 chiều"
LIST = "/account/security/authenticators"


@pytest.fixture
def citizen_id(site: Site) -> CitizenId:
    citizen = citizen_of()
    assert citizen.credential
    citizen.credential.hash = site.hasher.hash(PASSWORD)
    with site.database.transaction() as transaction:
        citizens.add(transaction, citizen, site.index)
    return citizen.id


@pytest.fixture
def browser(site: Site, citizen_id: CitizenId) -> Browser:
    """A browser in which the citizen has just signed in, with two factors."""
    browser = site.browser().open("/login")
    browser.submit(username=IDENTITY_NUMBER, password=PASSWORD)
    return browser.submit(otp=site.sms.to(NUMBER)[-1].split()[0])


def add_app(site: Site, browser: Browser, name: str = "Galaxy") -> str:
    """Add an app; its secret."""
    browser.open("/account/security/apps/add").submit(name=name)
    found = re.search(r'id="secret">([A-Z2-7 ]+)<', browser.html)
    assert found, browser.html
    secret = found[1].replace(" ", "")
    browser.submit(app_code=pyotp.TOTP(secret).at(site.clock.now()))
    assert browser.page == LIST
    return secret


def add_passkey(site: Site, browser: Browser, name: str = "ThinkPad") -> SoftwareAuthenticator:
    """Add a passkey; the authenticator that holds it."""
    authenticator = SoftwareAuthenticator(site.settings.server.issuer)
    browser.open("/account/security/passkeys/add")
    found = re.search(r'data-options="([^"]*)"', browser.html)
    assert found
    browser.submit(name=name, credential=authenticator.create(unescape(found[1])))
    assert browser.page == LIST
    return authenticator


def link(browser: Browser, folder: str, act: str) -> str:
    """Where the first such link of the list leads."""
    found = re.search(rf'href="(/account/security/{folder}/[^"/]+/{act})"', browser.open(LIST).html)
    assert found, browser.html
    return found[1]


def events(site: Site) -> list[str]:
    with site.database.reading() as reading:
        return list(reading.execute(select(AuditEvent.kind).order_by(AuditEvent.id)).scalars())


@pytest.mark.parametrize(
    ("path", "typed"),
    [
        ("apps/add", {"name": "Galaxy"}),
        ("passkeys/add", {"name": "ThinkPad", "credential": "{}"}),
        ("recovery-codes", {}),
    ],
)
def test_a_swapped_sim_adds_nothing_that_would_be_trusted_with_the_phones(
    site: Site, citizen_id: CitizenId, browser: Browser, path: str, typed: dict[str, str]
) -> None:
    """Whoever has it would else wait for nothing: an app is added, and the phones are theirs."""
    held = Subscription(
        "vinaphone", IdentityNumber(IDENTITY_NUMBER), FullName.parse("An"), BirthDate(1990, 1, 2)
    )
    two_days_ago = site.clock.now() - timedelta(days=2)
    site.carriers.subscriptions[NUMBER] = replace(held, sim_changed_at=two_days_ago)

    browser.open(f"/account/security/{path}").submit(**typed)

    assert "SIM của số đang nhận mã vừa được thay đổi" in browser.html
    with site.database.reading() as reading:
        assert reading.execute(select(AuthenticatorApp.id)).first() is None
        assert store.recovery_codes_left(reading, citizen_id) == (0, None)


def test_what_was_begun_before_the_swap_is_not_finished_after_it(
    site: Site, browser: Browser
) -> None:
    browser.open("/account/security/apps/add").submit(name="Galaxy")
    found = re.search(r'id="secret">([A-Z2-7 ]+)<', browser.html)
    assert found
    held = Subscription(
        "vinaphone", IdentityNumber(IDENTITY_NUMBER), FullName.parse("An"), BirthDate(1990, 1, 2)
    )
    site.carriers.subscriptions[NUMBER] = replace(held, sim_changed_at=site.clock.now())

    browser.submit(app_code=pyotp.TOTP(found[1].replace(" ", "")).at(site.clock.now()))

    assert "SIM của số đang nhận mã vừa được thay đổi" in browser.html
    assert "authenticator_added" not in events(site)


def test_an_app_is_added_by_its_code_and_the_citizen_is_told(site: Site, browser: Browser) -> None:
    browser.open("/account/security/apps/add").submit(name="Galaxy")
    assert 'class="qr"' in browser.html
    assert "otpauth://totp/" in browser.html
    assert browser.submit(app_code="000000").page.startswith("/account/security/apps/")
    add_app(site, browser)

    assert "Galaxy" in browser.html
    assert "Đã thêm ứng dụng xác thực" in browser.html
    assert "vua them mot cach dang nhap" in site.sms.to(NUMBER)[-1]
    assert events(site).count("authenticator_added") == 1


def test_an_app_that_showed_no_code_counts_for_nothing(
    site: Site, browser: Browser, citizen_id: CitizenId
) -> None:
    browser.open("/account/security/apps/add").submit(name="Galaxy")

    assert "Galaxy" not in browser.open(LIST).html
    with site.database.reading() as reading:
        assert store.apps_of(reading, citizen_id) == []


def test_the_code_that_added_an_app_is_used_up(site: Site, browser: Browser) -> None:
    secret = add_app(site, browser)
    other = site.browser().open("/login")
    other.submit(username=IDENTITY_NUMBER, password=PASSWORD)

    other.submit(app_code=pyotp.TOTP(secret).at(site.clock.now()))
    assert other.page == "/login/app-code"


def test_somebody_elses_app_is_not_shown(
    site: Site, browser: Browser, citizen_id: CitizenId
) -> None:
    browser.open("/account/security/apps/add").submit(name="Galaxy")
    path = browser.page
    with site.database.transaction() as transaction:
        other = citizen_of(BINH, numbers=("052090000002",), phone=None)
        citizens.add(transaction, other, site.index)
        transaction.execute(update(AuthenticatorApp).values(citizen_id=BINH))

    assert browser.open(path).page == LIST


def test_recovery_codes_are_shown_once_and_a_new_set_voids_the_old(
    site: Site, browser: Browser, citizen_id: CitizenId
) -> None:
    browser.open("/account/security/recovery-codes").submit()
    codes = re.findall(r'<span class="code">([0-9A-Z-]{11})</span>', browser.html)
    assert len(set(codes)) == 10
    assert not any(code in browser.open(LIST).html for code in codes)
    assert "<strong>10</strong>" in browser.html
    browser.open("/account/security/recovery-codes").submit()

    old = store.recovery_code_hash(site.index, citizen_id, codes[0].replace("-", ""))
    with site.database.transaction() as transaction:
        assert not store.spend_recovery_code(transaction, citizen_id, old, site.clock.now())
    assert "vua tao bo ma du phong" in site.sms.to(NUMBER)[-1]


def test_what_was_added_stands_and_is_told_though_the_queue_was_away(
    site: Site,
    browser: Browser,
    citizen_id: CitizenId,
    pass_time: Callable[[timedelta], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And no set of codes is made that nobody ever sees, nor one spent for nothing."""

    def fail(*_: object) -> None:
        raise redis.ConnectionError

    before = len(site.sms.to(NUMBER))
    with monkeypatch.context() as broken:
        broken.setattr(Jobs, "tell", fail)
        add_app(site, browser)
        add_passkey(site, browser)
        browser.open("/account/security/recovery-codes").submit()
        codes = re.findall(r'<span class="code">([0-9A-Z-]{11})</span>', browser.html)
        Authenticators(site.parts).verify_recovery_code(citizen_id, codes[0])

    assert len(site.sms.to(NUMBER)) == before
    pass_time(LEFT_AFTER)
    site.sweep("do what is left")
    told = site.sms.to(NUMBER)[before:]
    assert len(told) == 4
    assert sum("ma du phong" in text for text in told) == 2


def test_each_has_a_name_of_its_own(site: Site, browser: Browser) -> None:
    add_app(site, browser)
    add_passkey(site, browser)
    for folder, name in (("apps", "Cũ"), ("passkeys", "Ở nhà"), ("devices", "Của con")):
        browser.open(link(browser, folder, "rename")).submit(name=name)
        assert browser.page == LIST
        assert name in browser.html

    browser.open(link(browser, "devices", "rename")).submit(name="x" * 41)
    assert "tối đa 40 ký tự" in browser.html


def test_the_page_says_what_follows_when_the_last_strong_one_goes(
    site: Site, browser: Browser
) -> None:
    add_app(site, browser)
    add_passkey(site, browser)
    assert "chỉ còn được bảo vệ" not in browser.open(link(browser, "apps", "remove")).html
    browser.submit()
    browser.open(link(browser, "passkeys", "remove"))

    assert "chỉ còn được bảo vệ" in browser.html
    browser.submit()
    assert "ThinkPad" not in browser.html
    assert "vua bo mot cach dang nhap" in site.sms.to(NUMBER)[-1]
    assert events(site).count("authenticator_removed") == 2


def test_the_last_way_stays(site: Site, browser: Browser, citizen_id: CitizenId) -> None:
    add_app(site, browser)
    path = link(browser, "apps", "remove")
    browser.open(path)
    with site.database.transaction() as transaction:
        transaction.execute(update(Phone).values(active=False))
    browser.submit()

    assert "cách duy nhất" in browser.html
    assert "cách duy nhất" in browser.open(path).html
    with site.database.reading() as reading:
        assert len(store.apps_of(reading, citizen_id)) == 1


def test_a_removed_device_is_new_again(site: Site, browser: Browser) -> None:
    texts = len(site.sms.to(NUMBER))
    browser.open(link(browser, "devices", "remove")).submit()

    assert "Chưa có thiết bị nào" in browser.html
    assert len(site.sms.to(NUMBER)) == texts


def test_changes_want_two_factors_of_this_moment(site: Site, browser: Browser) -> None:
    site.clock.advance(timedelta(minutes=6))
    for path in ("apps/add", "passkeys/add", "recovery-codes"):
        assert browser.open(f"/account/security/{path}").page == "/login"
    assert browser.open(LIST).page == LIST


@pytest.mark.parametrize("path", ["apps/add", "passkeys/add", "recovery-codes"])
def test_a_disputed_account_stays_as_it_is(
    site: Site, browser: Browser, citizen_id: CitizenId, path: str
) -> None:
    browser.open(f"/account/security/{path}")
    form = browser.forms[-1]
    with site.database.transaction() as transaction:
        place_hold(transaction, citizen_id, HoldKind.DISPUTE, site.clock.now())
    browser.post(f"/account/security/{path}", form.hidden | {"name": "Galaxy"})

    assert "Chưa thay đổi được lúc này" in browser.html
    assert "authenticator_added" not in events(site)
    assert "recovery_codes_made" not in events(site)


def test_nobody_who_is_not_signed_in_sees_any_of_it(site: Site) -> None:
    assert site.browser().open(LIST).page == "/login"
