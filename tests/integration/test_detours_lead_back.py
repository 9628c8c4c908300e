"""
Every detour from a portal's request leads back to the portal, with its own `state`.

The request is a real one, sent to /authorize; the answer is the one that arrives at the portal's
redirect URI, and its code is redeemed.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from idp.app.operations import dispute_desk
from idp.citizens.model import CitizenId, Evidence, EvidenceKind
from idp.core.phone_number import PhoneNumber
from idp.counter_visits import store as counter_visits
from idp.disputes.decide_dispute import Decision
from idp.disputes.model import CaseNumber, DisputeOutcome
from tests.fakes.asking_portal import ISSUER, AskingPortal
from tests.fakes.citizen_site import Browser, Site
from tests.fakes.disputed import HUONG, LAN, STORY
from tests.fakes.residents import DAY, NEW_PASSWORD, Resident, choose_password

BUOI = Resident("052190000001", "Nguyễn Thị Bưởi", PhoneNumber("+84912000001"))
NEXT_PHONE = BUOI.with_phone(PhoneNumber("+84962000002"), "viettel")
HOLDER = BUOI.with_phone(PhoneNumber("+84912000002"), "vinaphone")
ERRORS_ON_RECORD = "052190000077"
MINUTE = timedelta(minutes=1)
PassTime = Callable[[timedelta], None]


@dataclass
class Road:
    """Where a person walks: the site, the portal they come from, and time that can pass."""

    site: Site
    portal: AskingPortal
    pass_time: PassTime

    def allow(self, browser: Browser) -> Browser:
        """Agree to what the portal asks for, where it is asked."""
        return browser.submit(decision="allow") if browser.page == "/consent" else browser

    def to_login(self, browser: Browser) -> Browser:
        """From the page that a request begins with to the one that asks for the password."""
        return browser.follow("choose-portal-account") if browser.page == "/choose" else browser

    def sign_in(self, browser: Browser, person: Resident = BUOI, password: str = "") -> Browser:
        """Sign in, in the request that the browser is in, and agree."""
        self.to_login(browser)
        browser.submit(username=person.number, password=password or person.password)
        return self.allow(browser.submit(otp=person.code(self.site)))


@pytest.fixture
def road(site: Site, client_secrets: dict[str, str], pass_time: PassTime) -> Road:
    BUOI.subscribe(site)
    NEXT_PHONE.subscribe(site)
    return Road(site, AskingPortal(site, client_secrets["binh-dinh"]), pass_time)


# --- the detours: each is walked from a request of the portal to its answer -----------------------


def repair_of_the_record(road: Road, browser: Browser) -> str:
    """The carrier errs, its shop mends the record days later, and the same browser goes on."""
    BUOI.subscribe(road.site, recorded_number=ERRORS_ON_RECORD)
    state = road.portal.ask(browser, prompt="create")
    BUOI.fill_in_enrolment(browser).submit(otp=BUOI.code(road.site))
    assert browser.page == "/enrol/mismatch"
    address = browser.path
    BUOI.subscribe(road.site)
    road.pass_time(2 * DAY)

    browser.open(address).resend().submit(otp=BUOI.code(road.site))
    choose_password(browser)
    road.allow(browser.open("/resume"))
    return state


def repair_with_the_old_number(road: Road, browser: Browser) -> str:
    """The carrier has the CMND, the person types the CCCD: one more question, and on."""
    BUOI.subscribe(road.site, recorded_number="212345678")
    state = road.portal.ask(browser, prompt="create")
    BUOI.fill_in_enrolment(browser).submit(otp=BUOI.code(road.site))
    assert browser.page == "/enrol/mismatch"

    choose_password(browser.submit(old_identity_number="212345678"))
    road.allow(browser.open("/resume"))
    return state


def an_account_that_is_there(road: Road, browser: Browser) -> str:
    """Enrolment was asked for, and there is an account: sign in to it."""
    BUOI.keep_account(road.site)
    state = road.portal.ask(browser, prompt="create")
    BUOI.fill_in_enrolment(browser).submit(otp=BUOI.code(road.site))
    assert browser.page == "/enrol/exists"

    road.pass_time(2 * MINUTE)
    road.sign_in(browser.open("/login"))
    return state


def recovery_with_the_phone(road: Road, browser: Browser) -> str:
    """The password is forgotten, the phone is there."""
    BUOI.keep_account(road.site)
    state = road.portal.ask(browser)
    browser.open("/recover").submit(username=BUOI.number, phone_number=BUOI.phone.national)
    choose_password(browser.submit(otp=BUOI.code(road.site)))
    assert browser.page == "/recover/done"

    road.pass_time(2 * MINUTE)
    road.sign_in(browser.open("/resume"), password=NEW_PASSWORD)
    return state


def ask_with_the_next_phone(road: Road, browser: Browser) -> None:
    browser.open("/recover/other-phone").submit(**NEXT_PHONE.details)
    browser.submit(otp=NEXT_PHONE.code(road.site))
    assert browser.page == "/recover/not-now"


def come_back_with_the_next_phone(road: Road, browser: Browser) -> None:
    """Open the page by hand, as one does a day later."""
    browser.path = ""
    browser.open("/recover")
    browser.submit(username=BUOI.number, phone_number=NEXT_PHONE.phone.national)
    choose_password(browser.submit(otp=NEXT_PHONE.code(road.site)))
    assert browser.page == "/recover/done"


def recovery_without_the_phone(road: Road, browser: Browser) -> str:
    """The phone is lost: another one, a day of waiting, a new password."""
    BUOI.keep_account(road.site)
    state = road.portal.ask(browser)
    ask_with_the_next_phone(road, browser)
    road.pass_time(DAY)

    come_back_with_the_next_phone(road, browser)
    onwards = re.search(r'id="continue" href="(/resume[^"]*)"', browser.html)
    assert onwards is not None
    road.pass_time(2 * MINUTE)
    road.sign_in(browser.open(onwards[1]), NEXT_PHONE, password=NEW_PASSWORD)
    return state


def complain(road: Road, browser: Browser) -> CaseNumber:
    browser.open("/dispute").submit(**BUOI.details, story=STORY, declared="yes")
    browser.submit(otp=BUOI.code(road.site)).submit()
    found = re.search(r'id="case-number">(KN-[\d-]+)<', browser.html)
    assert found is not None, browser.page
    return CaseNumber(found[1])


def dispute(road: Road, browser: Browser) -> str:
    """Somebody else has an account with the number: a case is opened, and nobody signs in."""
    HOLDER.keep_account(road.site)
    state = road.portal.ask(browser)
    complain(road, browser)
    browser.post(f"/dispute/leave?i={browser.interaction}", browser.forms[-1].hidden)
    return state


def dispute_that_ends_with_a_transfer(road: Road, browser: Browser) -> str:
    """After the decision the number is the claimant's, who enrols, in a request of that day."""
    HOLDER.keep_account(road.site)
    case = complain(road, browser.open("/dispute?"))
    road.pass_time(3 * DAY)
    for operator in (LAN, HUONG):
        decision = Decision(DisputeOutcome.TRANSFER, "as the papers say", operator)
        dispute_desk(road.site.parts).decide(case, decision)

    browser.path = ""
    state = road.portal.ask(browser, prompt="create")
    BUOI.fill_in_enrolment(browser).submit(otp=BUOI.code(road.site))
    choose_password(browser)
    assert browser.page == "/enrol/done"
    road.allow(browser.open("/resume"))
    return state


def to_step_up(road: Road, browser: Browser, acr: str) -> str:
    state = road.portal.demand(browser, acr)
    road.to_login(browser).submit(username=BUOI.number, password=BUOI.password)
    browser.submit(otp=BUOI.code(road.site))
    assert browser.page == "/step-up"
    return state


def level_by_the_carrier(road: Road, browser: Browser) -> str:
    """The carrier's word is too old: the carrier is asked again."""
    BUOI.keep_account(road.site, expires_after=-DAY)
    state = to_step_up(road, browser, "LoA2")
    road.allow(browser.open("/step-up/carrier").submit())
    return state


def level_at_a_counter(road: Road, browser: Browser) -> str:
    """Level 3 in the eyes of the portal: the counter confirms, then what is missing is said."""
    citizen_id = BUOI.keep_account(road.site)
    state = to_step_up(road, browser, "LoA3")
    browser.open("/step-up/visit").submit(decision="take")
    confirm_visit(road.site, browser, citizen_id)
    browser.submit(decision="confirmed")
    assert browser.page == "/step-up"  # the sign-in has to be a stronger one, too
    browser.submit(decision="back")
    return state


def level_that_stays_too_low(road: Road, browser: Browser) -> str:
    """The person goes back as they are."""
    BUOI.keep_account(road.site)
    state = to_step_up(road, browser, "LoA4")
    browser.submit(decision="back")
    return state


def confirm_visit(site: Site, browser: Browser, citizen_id: CitizenId) -> None:
    code = re.search(r'id="visit-code">([0-9 ]+)<', browser.html)
    assert code is not None
    now = site.clock.now()
    with site.database.transaction() as transaction:
        index = site.parts.visit_codes.index(code[1])
        visit = counter_visits.visit_by_code(transaction, index, now)
        assert visit is not None
        assert counter_visits.spend(transaction, visit.id, now) == citizen_id
        transaction.add(
            Evidence(
                citizen_id=citizen_id,
                kind=EvidenceKind.COUNTER_VISIT,
                verifier="quay-1",
                reference="identity_card:visit",
                attributes=[],
                verified_at=now,
                expires_at=now + 365 * DAY,
            )
        )


def a_code_that_is_too_old(road: Road, browser: Browser) -> str:
    """The text message came late: another one, on the same page."""
    BUOI.keep_account(road.site)
    state = road.portal.ask(browser)
    road.to_login(browser).submit(username=BUOI.number, password=BUOI.password)
    old = BUOI.code(road.site)
    road.pass_time(4 * MINUTE)
    browser.submit(otp=old)
    assert browser.page == "/otp"
    browser.open("/otp").resend()
    road.allow(browser.submit(otp=BUOI.code(road.site)))
    return state


def a_page_that_was_left_for_an_hour(road: Road, browser: Browser) -> str:
    """What the password proved is over: the page asks for it again."""
    BUOI.keep_account(road.site)
    state = road.portal.ask(browser)
    road.to_login(browser).submit(username=BUOI.number, password=BUOI.password)
    old = BUOI.code(road.site)
    road.pass_time(timedelta(hours=1))
    browser.submit(otp=old)
    assert browser.page == "/login"
    road.sign_in(browser)
    return state


def second_tab(road: Road, browser: Browser) -> str:
    """Two requests in one browser: the other one is answered first, this one after it."""
    BUOI.keep_account(road.site)
    state = road.portal.ask(browser)
    first = browser.path
    browser.path = ""
    other = road.portal.ask(browser)
    road.sign_in(browser)
    assert road.portal.answer(browser)["state"] == other

    browser.open(first)
    road.allow(browser)
    return state


def a_page_that_lies_behind(road: Road, browser: Browser) -> str:
    """The form of an earlier page is sent again, from a tab that stayed there."""
    BUOI.keep_account(road.site)
    state = road.portal.ask(browser)
    road.to_login(browser)
    login, form = browser.path, browser.forms[0].hidden
    browser.submit(username=BUOI.number, password=BUOI.password)
    code = BUOI.code(road.site)
    road.pass_time(MINUTE)
    browser.post(login, form | {"username": BUOI.number, "password": BUOI.password})
    assert browser.page == "/otp"
    code = BUOI.code(road.site)
    road.allow(browser.submit(otp=code))
    return state


def cancelled(road: Road, browser: Browser) -> str:
    """The person does not want to, after all."""
    state = road.portal.ask(browser)
    browser.submit(method="cancel")
    return state


@pytest.mark.parametrize(
    "detour",
    [
        repair_of_the_record,
        repair_with_the_old_number,
        an_account_that_is_there,
        recovery_with_the_phone,
        recovery_without_the_phone,
        dispute_that_ends_with_a_transfer,
        level_by_the_carrier,
        a_code_that_is_too_old,
        a_page_that_was_left_for_an_hour,
        second_tab,
        a_page_that_lies_behind,
    ],
)
def test_every_detour_ends_at_the_portal_with_a_code_for_its_own_request(
    road: Road, detour: Callable[[Road, Browser], str]
) -> None:
    browser = road.site.browser()

    state = detour(road, browser)

    answer = road.portal.answer(browser)
    assert (answer.get("state"), answer.get("iss")) == (state, ISSUER), browser.page
    claims = road.portal.redeem(answer["code"])
    assert claims["status"] == 200
    assert claims["nonce"] == f"nonce-of-{state}"
    assert road.portal.redeem(answer["code"])["status"] == 400


@pytest.mark.parametrize(
    ("detour", "error"),
    [
        (dispute, "access_denied"),
        (cancelled, "access_denied"),
        (level_at_a_counter, "unmet_authentication_requirements"),
        (level_that_stays_too_low, "unmet_authentication_requirements"),
    ],
)
def test_what_cannot_be_answered_with_a_code_is_answered_with_its_error(
    road: Road, detour: Callable[[Road, Browser], str], error: str
) -> None:
    browser = road.site.browser()

    state = detour(road, browser)

    answer = road.portal.answer(browser)
    assert (answer["state"], answer["iss"], answer["error"]) == (state, ISSUER, error)
    assert "code" not in answer


# --- the other device -----------------------------------------------------------------------------


def finish_the_enrolment(road: Road, begun: Browser, other: Browser) -> None:
    BUOI.subscribe(road.site, recorded_number=ERRORS_ON_RECORD)
    road.portal.ask(begun, prompt="create")
    BUOI.fill_in_enrolment(begun).submit(otp=BUOI.code(road.site))
    BUOI.subscribe(road.site)
    road.pass_time(2 * DAY)

    other.open("/enrol/take-up")
    other.submit(identity_number=BUOI.number, phone_number=BUOI.phone.national)
    choose_password(other.submit(otp=BUOI.code(road.site)))
    assert other.page == "/enrol/done"


def finish_the_recovery(road: Road, begun: Browser, other: Browser) -> None:
    BUOI.keep_account(road.site)
    road.portal.ask(begun)
    ask_with_the_next_phone(road, begun)
    road.pass_time(DAY)
    come_back_with_the_next_phone(road, other)


@pytest.mark.parametrize("finish", [finish_the_enrolment, finish_the_recovery])
def test_the_other_device_ends_at_the_portals_start_and_gets_nothing_of_the_request(
    road: Road, finish: Callable[[Road, Browser, Browser], None]
) -> None:
    begun, other = road.site.browser(), road.site.browser()

    finish(road, begun, other)

    start = re.search(r'id="portal-start" href="(http[^"]+)"', other.html)
    assert start is not None
    assert start[1].startswith("http://localhost:8401/")
    assert parse_qs(urlsplit(start[1]).query).keys() <= {"iss"}
    for secret in (road.portal.asked[0], begun.interaction):
        assert secret not in other.html
    assert road.portal.answer(other) == {}
    # The portal sends a request of this device's own, and that one is answered here.
    person, password = (NEXT_PHONE, NEW_PASSWORD) if "recover" in other.page else (BUOI, "")
    other.path = ""
    state = road.portal.ask(other)
    if other.page in {"/choose", "/login"}:
        road.pass_time(2 * MINUTE)
        road.sign_in(other, person, password)
    assert road.portal.answer(road.allow(other))["state"] == state


@pytest.mark.parametrize("finish", [finish_the_enrolment, finish_the_recovery])
def test_the_browser_that_began_it_is_not_signed_in_by_the_other(
    road: Road, finish: Callable[[Road, Browser, Browser], None]
) -> None:
    begun, other = road.site.browser(), road.site.browser()

    finish(road, begun, other)

    begun.open("/resume")
    assert road.portal.answer(begun) == {}
    assert begun.cookie("idp_session") == ""


def test_a_request_that_waited_too_long_has_a_page_with_a_way_on(road: Road) -> None:
    browser = road.site.browser()
    road.portal.ask(browser)
    address = browser.path
    road.pass_time(DAY)

    browser.open(address)

    assert browser.status == 410
    [main] = re.findall(r"<main.*</main>", browser.html, re.DOTALL)
    assert re.findall(r'class="button" href="([^"?]+)', main) == [
        "http://localhost:8401/initiate-login"
    ]
    assert "Quay lại Cổng Dịch vụ công tỉnh Bình Định</a>" in re.sub(r"\s+", " ", main)


@pytest.mark.parametrize("named", ["", "~", "~nobody", "~binh-dinh~binh-dinh", "~%00", "~" * 200])
def test_an_address_that_names_no_portal_leads_home(road: Road, named: str) -> None:
    browser = road.site.browser()

    browser.open(f"/login?i={'A' * 43}{named}")

    assert browser.status == 410
    assert '<a class="button" href="/">' in browser.html


def test_an_answered_request_is_not_answered_again(road: Road) -> None:
    browser = road.site.browser()
    BUOI.keep_account(road.site)
    road.portal.ask(browser)
    road.to_login(browser)
    address = browser.path
    road.sign_in(browser)
    code = road.portal.answer(browser)["code"]

    browser.open(address)

    assert browser.page in {"/continue", "/resume", "/login"}
    assert road.portal.answer(browser) == {}
    assert 'class="button' in browser.html
    assert road.portal.redeem(code)["status"] == 200
