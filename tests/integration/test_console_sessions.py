"""The operators' door: one answer for every fault, and sessions that end when they should."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from idp.audit.model import AuditEvent
from idp.operators import store
from idp.operators.model import OperatorName, OperatorRole
from tests.fakes.citizen_site import Site
from tests.fakes.console_desk import Desk
from tests.fakes.operators import PASSWORD, code_at

PassTime = Callable[[timedelta], None]
MINUTE = timedelta(minutes=1)
COOKIE = "idp_console"


@pytest.fixture
def desk(site: Site) -> Iterator[Desk]:
    desk = Desk(site)
    desk.keep("lan", OperatorRole.OPERATOR)
    return desk


def kinds(site: Site) -> list[str]:
    with site.database.reading() as reading:
        rows = reading.execute(select(AuditEvent).order_by(AuditEvent.id)).scalars()
        return [row.kind for row in rows if row.details.get("by") == "lan"]


def test_signing_in_and_out_is_in_the_log(site: Site, desk: Desk) -> None:
    browser = desk.sign_in("lan")
    assert browser.page == "/console"
    assert "Lan" in browser.html

    desk.sign_out(browser)

    assert browser.page == "/console/sign-in"
    assert browser.cookie(COOKIE) == ""
    assert kinds(site) == ["operator_verified", "operator_signed_in", "operator_signed_out"]


@pytest.mark.parametrize(
    "typed",
    [
        {"name": "nobody"},
        {"password": "not the password at all"},
        {"code": "000000"},
    ],
)
def test_every_fault_has_one_answer(site: Site, desk: Desk, typed: dict[str, str]) -> None:
    right = {"name": "lan", "password": PASSWORD, "code": desk.code()}

    browser = site.browser().open("/console/sign-in").submit(**right | typed)

    assert browser.status == 200
    assert "Tên, mật khẩu hoặc mã không đúng" in browser.html
    assert PASSWORD not in browser.html
    assert browser.cookie(COOKIE) == ""


def test_a_code_opens_the_door_once(site: Site, desk: Desk) -> None:
    desk.sign_in("lan")
    used = code_at(site.clock.now())

    second = site.browser().open("/console/sign-in")
    second.submit(name="lan", password=PASSWORD, code=used)

    assert second.cookie(COOKIE) == ""


def test_guessing_is_slowed(site: Site, desk: Desk) -> None:
    browser = site.browser()
    for _ in range(6):
        browser.open("/console/sign-in").submit(name="lan", password="guess", code="123456")
    assert "quá nhiều lần" in browser.html

    browser.open("/console/sign-in").submit(name="lan", password=PASSWORD, code=desk.code())

    assert browser.cookie(COOKIE) == ""


def test_the_cookie_says_nothing_and_goes_nowhere_else(site: Site, desk: Desk) -> None:
    client = site.app.test_client()
    browser = site.browser().open("/console/sign-in")
    hidden = browser.forms[0].hidden
    client.set_cookie("idp_browser", browser.cookie("idp_browser"))
    typed = {"name": "lan", "password": PASSWORD, "code": desk.code()}

    answer = client.post("/console/sign-in", data=hidden | typed)

    sent = next(each for each in answer.headers.getlist("Set-Cookie") if COOKIE in each)
    assert "HttpOnly" in sent
    assert "SameSite=Strict" in sent
    assert "lan" not in sent.split(";")[0]


def test_a_planted_handle_is_not_the_one_that_is_signed_in(site: Site, desk: Desk) -> None:
    planted = "A" * 43
    browser = site.browser()
    browser.keep_cookie(COOKIE, planted)

    desk.sign_in("lan", browser)

    assert browser.cookie(COOKIE) not in {"", planted}


def test_signing_in_again_ends_the_session_before(site: Site, desk: Desk) -> None:
    stale = site.browser().open("/console/sign-in")
    browser = desk.sign_in("lan")
    before = browser.cookie(COOKIE)
    assert browser.open("/console/sign-in").page == "/console"

    stale.keep_cookie(COOKIE, before)
    stale.submit(name="lan", password=PASSWORD, code=desk.code())

    assert stale.page == "/console"
    assert stale.cookie(COOKIE) != before
    assert browser.open("/console").page == "/console/sign-in"


def test_a_session_ends_when_nobody_works(site: Site, desk: Desk, pass_time: PassTime) -> None:
    browser = desk.sign_in("lan")
    pass_time(14 * MINUTE)
    assert browser.open("/console").page == "/console"
    pass_time(15 * MINUTE)

    assert browser.open("/console").page == "/console/sign-in"


def test_a_session_ends_though_somebody_works(site: Site, desk: Desk, pass_time: PassTime) -> None:
    browser = desk.sign_in("lan")
    for _ in range(47):
        pass_time(10 * MINUTE)
        assert browser.open("/console").page == "/console"
    pass_time(10 * MINUTE)

    assert browser.open("/console").page == "/console/sign-in"


def test_a_disabled_operator_is_nobody(site: Site, desk: Desk) -> None:
    browser = desk.sign_in("lan")
    with site.database.transaction() as transaction:
        store.disable(transaction, OperatorName("lan"), site.clock.now())

    assert browser.open("/console").page == "/console/sign-in"


def test_another_sites_form_signs_nobody_in_or_out(site: Site, desk: Desk) -> None:
    browser = desk.sign_in("lan")

    browser.post("/console/sign-out", {})
    assert browser.status == 400
    assert browser.open("/console").page == "/console"

    stranger = site.browser().open("/console/sign-in")
    stranger.post("/console/sign-in", {"name": "lan", "password": PASSWORD, "code": desk.code()})
    assert stranger.status == 400
    assert stranger.cookie(COOKIE) == ""


def test_a_citizens_session_opens_no_console(site: Site, desk: Desk) -> None:
    handle = desk.sign_in("lan").cookie(COOKIE)
    browser = site.browser()
    browser.keep_cookie("idp_session", handle)

    assert browser.open("/console").page == "/console/sign-in"
