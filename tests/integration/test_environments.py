"""In production real people and portals that are being tried do not meet, nor the other way."""

import pytest
from sqlalchemy import func, select, update

from idp.citizens.model import Citizen, CitizenId
from idp.enrolment.model import PendingEnrolment
from idp.grants.model import Grant
from idp.relying_parties.model import RelyingPartyRecord
from idp.settings import Settings, load
from idp.statistics.model import Measure, Tick
from idp.statistics.report import Period, Statistics
from tests.conftest import CONFIG
from tests.fakes.account_holder import account, signed_in
from tests.fakes.citizen_site import PORTAL, Browser, Site

TRIED = "Cổng này đang thử nghiệm"
INVENTED = "Tài khoản thử nghiệm không dùng được ở đây"


@pytest.fixture
def settings(environment: dict[str, str]) -> Settings:
    return load(environment | {"IDP__DEPLOYMENT__ENVIRONMENT": "production"}, config=CONFIG)


@pytest.fixture
def citizen(site: Site) -> CitizenId:
    return account(site)


def make_test_person(site: Site, citizen: CitizenId) -> None:
    with site.database.transaction() as transaction:
        transaction.execute(update(Citizen).where(Citizen.id == citizen).values(test_person=True))


def put_into_production(site: Site) -> None:
    with site.database.transaction() as transaction:
        row = transaction.get_one(RelyingPartyRecord, PORTAL)
        row.registration = {
            **row.registration,
            **{
                name: value.replace("http://localhost:8401", "https://binh-dinh.gov.vn")
                for name, value in row.registration.items()
                if isinstance(value, str)
            },
            "redirect_uris": ["https://binh-dinh.gov.vn/callback"],
            "post_logout_redirect_uris": [],
            "environment": "production",
            "sandbox_client_id": "binh-dinh-sandbox",
        }
    site.parts.registry_version.bump()
    site.parts.registry.catch_up_now()
    live = site.parts.registry.find(PORTAL)
    assert live is not None
    assert live.environment == "production"


def decide(browser: Browser, decision: str) -> Browser:
    return browser.submit(decision=decision)


def test_a_real_person_gets_no_further_than_a_word(site: Site, citizen: CitizenId) -> None:
    browser = site.from_portal(signed_in(site, citizen), create=False)

    assert browser.page == "/not-admitted"
    assert TRIED in browser.html
    decide(browser, "back")
    assert browser.page == "/continue"
    assert "error=access_denied" in browser.html
    assert "state=abc123" in browser.html
    with site.database.reading() as reading:
        assert reading.execute(select(func.count()).select_from(Grant)).scalar_one() == 0


def test_who_has_a_test_account_too_signs_in_with_that(site: Site, citizen: CitizenId) -> None:
    browser = decide(site.from_portal(signed_in(site, citizen), create=False), "other")

    assert browser.page == "/login"
    assert site.sessions.of_citizen(citizen) == ()


def test_no_page_of_the_flow_leads_around_it(site: Site, citizen: CitizenId) -> None:
    browser = site.from_portal(signed_in(site, citizen), create=False)
    for path in ("/consent", "/continue", "/resume", "/login", "/enrol/method", "/step-up"):
        browser.open(path)
        assert browser.away is None
        assert browser.page == "/not-admitted", path


def test_a_test_person_is_let_in(site: Site, citizen: CitizenId) -> None:
    make_test_person(site, citizen)
    browser = site.from_portal(signed_in(site, citizen), create=False)

    assert browser.page == "/consent"


def test_nobody_enrols_on_the_way_to_a_portal_that_is_tried(site: Site) -> None:
    browser = site.from_portal(site.browser())
    assert browser.page == "/not-admitted"
    assert TRIED in browser.html

    assert decide(browser, "other").page == "/login"
    assert browser.open("/enrol/method").page == "/not-admitted"
    assert browser.open("/enrol/mobile").page == "/not-admitted"
    with site.database.reading() as reading:
        pending = select(func.count()).select_from(PendingEnrolment)
        assert reading.execute(pending).scalar_one() == 0


def test_with_us_directly_people_enrol(site: Site) -> None:
    assert site.browser().open("/enrol/method").page == "/enrol/method"


def test_a_real_service_lets_real_people_in_and_no_others(site: Site, citizen: CitizenId) -> None:
    put_into_production(site)
    real = site.from_portal(signed_in(site, citizen), create=False)
    make_test_person(site, citizen)
    invented = site.from_portal(signed_in(site, citizen), create=False)

    assert real.page == "/consent"
    assert invented.page == "/not-admitted"
    assert INVENTED in invented.html


def test_a_real_service_enrols(site: Site) -> None:
    put_into_production(site)

    assert site.from_portal(site.browser()).page == "/enrol/method"


def test_what_is_tried_is_none_of_the_nations_numbers(site: Site) -> None:
    for client_id, times in ((PORTAL, 6), ("", 5)):
        for _ in range(times):
            site.parts.tally.count(Tick(Measure.OTP_SENT, client_id, "viettel", site.clock.now()))
    site.sweep("keep counts")
    reports = Statistics(database=site.database, clock=site.clock)

    assert [each.sent for each in reports(Period.TODAY, PORTAL).texts] == [6]
    assert [each.sent for each in reports(Period.TODAY).texts] == [5]
