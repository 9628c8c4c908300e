"""`prompt=select_account` (OpenID Connect Core §3.1.2.1): the citizen says who goes on."""

from urllib.parse import urlsplit

import pytest
import redis

from idp.db.database import Database
from idp.db.encryption import BlindIndex
from tests.fakes.clock import FakeClock
from tests.fakes.protocol_house import Browser, ProtocolHouse, answer_of


@pytest.fixture
def house(
    sqlite_database: Database,
    redis_client: redis.Redis,
    redis_url: str,
    clock: FakeClock,
    index: BlindIndex,
) -> ProtocolHouse:
    return ProtocolHouse(sqlite_database, redis_client, redis_url, clock, index)


def page_of(location: str) -> str:
    return urlsplit(location).path


def press(browser: Browser, location: str, decision: str) -> str:
    page = browser.get(location).text
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    answer = browser.http.post(location, data={"csrf_token": token, "decision": decision})
    assert answer.status_code == 303
    return answer.location


def test_whoever_is_signed_in_is_named_and_may_go_on(house: ProtocolHouse) -> None:
    browser = house.signed_in(house.someone())
    question = house.authorize(browser, prompt="select_account").location

    page = browser.get(question)
    back = press(browser, question, "continue")

    assert page_of(question) == "/select-account"
    assert "Bạn đang đăng nhập là Nguyễn Thị Bưởi" in page.text
    assert 'id="go-on"' in page.text
    assert 'id="not-you"' in page.text
    assert page_of(back) == "/continue"
    assert "code=" in browser.get(back).headers["Refresh"]


def test_somebody_else_signs_in_and_is_not_asked_again(house: ProtocolHouse) -> None:
    other = house.citizen("052085000002", old_number=None)
    browser = house.signed_in(house.someone())
    question = house.authorize(browser, prompt="select_account").location

    chooser = press(browser, question, "other")
    assert page_of(chooser) == "/choose"
    assert not browser.cookie("idp_session")
    house.sign_in(browser, other)

    interaction = urlsplit(chooser).query
    assert page_of(browser.get(f"/continue?{interaction}").location) == "/consent"


def test_nobody_signed_in_is_nothing_to_choose_from(house: ProtocolHouse) -> None:
    location = house.authorize(house.browser(), prompt="select_account").location

    assert page_of(location) == "/choose"


def test_each_request_asks_anew(house: ProtocolHouse) -> None:
    browser = house.signed_in(house.someone())
    for _ in range(2):
        question = house.authorize(browser, prompt="select_account").location
        assert page_of(question) == "/select-account"
        press(browser, question, "continue")


def test_the_question_is_no_way_around_a_new_sign_in(house: ProtocolHouse) -> None:
    browser = house.signed_in(house.someone())

    location = house.authorize(browser, prompt="login select_account").location

    assert page_of(location) == "/choose"


def test_consent_is_asked_after_the_choice(house: ProtocolHouse) -> None:
    browser = house.signed_in(house.someone())
    question = house.authorize(browser, prompt="consent select_account").location

    assert page_of(question) == "/select-account"
    assert page_of(press(browser, question, "continue")) == "/consent"


def test_none_and_select_account_contradict_each_other(house: ProtocolHouse) -> None:
    browser = house.signed_in(house.someone())

    answer = answer_of(house.authorize(browser, prompt="none select_account"))

    assert answer["error"] == "invalid_request"


def test_anything_but_the_two_buttons_is_asked_again(house: ProtocolHouse) -> None:
    browser = house.signed_in(house.someone())
    question = house.authorize(browser, prompt="select_account").location
    page = browser.get(question).text
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]

    again = browser.http.post(question, data={"csrf_token": token, "decision": "x"})

    assert again.status_code == 200
    assert "Chọn một trong hai nút" in again.text
