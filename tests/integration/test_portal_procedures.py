"""Procedures and their levels, links from outside, and starts that the provider proposes."""

import json
from collections.abc import Iterator
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.fakes.portal_browser import Browser, Stage, stage

ISSUER = "http://localhost:8400"


@pytest.fixture
def portal() -> Iterator[Stage]:
    opened = stage("dak_lak")
    yield opened
    opened.close()


@pytest.fixture
def browser(portal: Stage) -> Browser:
    return portal.browser()


def demanded(portal: Stage) -> list[str]:
    """The classes of which the last request called one essential."""
    acr = json.loads(portal.provider.authorizations[-1]["claims"])["id_token"]["acr"]
    assert acr["essential"]
    return list(acr["values"])


def test_three_procedures_are_offered(browser: Browser) -> None:
    browser.sign_in()
    home = browser.get("/").text

    for number in (1, 2, 3):
        assert f'id="procedure-{number}" href="/procedures/DL-000{number}"' in home


@pytest.mark.parametrize("code", ["DL-0001", "DL-0002"])
def test_a_procedure_opens_when_the_level_is_enough(browser: Browser, code: str) -> None:
    browser.sign_in()

    page = browser.get(f"/procedures/{code}")

    assert page.status_code == 200
    assert f'id="procedure-code">{code}<' in page.text


def test_a_procedure_is_for_those_signed_in(portal: Stage, browser: Browser) -> None:
    response = browser.sign_in("/procedures/DL-0002")

    assert response.headers["Location"] == "/procedures/DL-0002"
    assert demanded(portal) == ["LoA2", "LoA3", "LoA4"]


def test_a_higher_level_is_demanded_and_the_citizen_may_go_back_without(
    portal: Stage, browser: Browser
) -> None:
    browser.sign_in()
    portal.provider.refusal = ("unmet_authentication_requirements", "not reached")

    page = browser.sign_in("/procedures/DL-0003")

    assert demanded(portal) == ["LoA3", "LoA4"]
    assert page.status_code == 403
    assert "<h1>Thủ tục này cần mức xác minh cao hơn</h1>" in page.text
    assert 'id="sign-in" href="/sign-in?landing=/procedures/DL-0003">Thử lại</a>' in page.text
    assert browser.is_signed_in  # as before


def test_a_wish_that_was_not_met_is_said_to_be_missing(portal: Stage, browser: Browser) -> None:
    browser.sign_in("/sign-in?acr_values=LoA3")

    page = browser.get("/procedures/DL-0003")

    assert page.status_code == 403
    assert "<h1>Thủ tục này cần mức xác minh cao hơn</h1>" in page.text
    assert 'id="level-needed">Mức 3 (LoA3)<' in page.text
    assert 'id="level-reached">Mức 2 (LoA2)<' in page.text
    assert '<a class="btn" href="/">Về trang chính</a>' in page.text
    assert "essential_acr=LoA3" in page.text
    assert browser.is_signed_in


def test_a_level_reached_on_asking_opens_the_procedure(portal: Stage, browser: Browser) -> None:
    browser.sign_in()
    portal.provider.acr = "LoA3"

    back = browser.sign_in("/procedures/DL-0003")

    assert browser.get(back.headers["Location"]).status_code == 200


def test_the_home_page_says_when_less_was_reached_than_asked(browser: Browser) -> None:
    browser.sign_in("/sign-in?acr_values=LoA3")

    assert 'id="below-asked"' in browser.get("/").text


@pytest.mark.parametrize("acr", [None, "LoA1", "urn:example:highest"])
def test_an_unknown_level_opens_nothing_that_needs_one(
    portal: Stage, browser: Browser, acr: str | None
) -> None:
    portal.provider.acr = acr

    assert browser.sign_in("/procedures/DL-0002").status_code == 403
    assert not browser.is_signed_in
    assert browser.sign_in("/procedures/DL-0001").headers["Location"] == "/procedures/DL-0001"
    assert browser.get("/procedures/DL-0001").status_code == 200
    assert browser.get("/procedures/DL-0002").status_code == 303  # is demanded again


def test_a_deep_link_signs_in_at_once_and_lands_on_the_procedure(browser: Browser) -> None:
    link = "/?vnconnect=1&MaTTHCDP=DL-0001&MaCoQuanThucHien=H15&MaDVC=1.0"

    back = browser.sign_in(link)

    assert back.headers["Location"] == "/procedures/DL-0001"
    assert browser.get(link).headers["Location"] == "/procedures/DL-0001"


def test_a_deep_link_to_no_procedure_lands_at_home(browser: Browser) -> None:
    assert browser.sign_in("/?vnconnect=1").headers["Location"] == "/"
    assert browser.get("/?vnconnect=1").headers["Location"] == "/"


def test_an_unknown_procedure_is_not_found(portal: Stage, browser: Browser) -> None:
    assert browser.get("/?vnconnect=1&MaTTHCDP=//evil.example").status_code == 404
    assert browser.get("/procedures/none").status_code == 404
    assert portal.provider.authorizations == []


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_provider_may_propose_a_sign_in(browser: Browser, method: str) -> None:
    proposal = {
        "iss": ISSUER,
        "target_link_uri": "http://localhost:8402/procedures/DL-0001",
        "login_hint": "066185000001",
    }
    if method == "GET":
        response = browser.get(f"/initiate-login?{urlencode(proposal)}")
    else:
        response = browser.post("/initiate-login", data=proposal)

    assert response.status_code == 303
    address = browser.to_provider(response.headers["Location"])
    assert parse_qs(urlsplit(address).query)["login_hint"] == ["066185000001"]
    back = browser.get(browser.at_provider(address))
    assert back.headers["Location"] == "/procedures/DL-0001"


@pytest.mark.parametrize(
    "proposal",
    [
        {},
        {"iss": "http://localhost:8400/"},
        {"iss": "https://evil.example"},
        {"iss": ISSUER, "target_link_uri": "https://evil.example/"},
        {"iss": ISSUER, "target_link_uri": "http://localhost:8401/"},
        {"iss": ISSUER, "target_link_uri": "https://localhost:8402/"},
        {"iss": ISSUER, "target_link_uri": "http://localhost:8402//evil.example"},
    ],
)
def test_a_strangers_proposal_starts_nothing(browser: Browser, proposal: dict[str, str]) -> None:
    response = browser.get(f"/initiate-login?{urlencode(proposal)}")

    assert response.status_code == 400
    assert "Location" not in response.headers
