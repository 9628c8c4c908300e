"""A session that ends while a portal is being answered gives that portal nothing."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
import redis

from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.interactions.model import Interaction
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


@pytest.fixture
def browser(house: ProtocolHouse, monkeypatch: pytest.MonkeyPatch) -> Browser:
    """Whoever has it knew the old password; a new one is set when the session was just read."""
    citizen_id = house.someone()
    browser = house.signed_in(citizen_id)
    answer: Callable[[Interaction], bool] = house.interactions.answer
    resets = iter([citizen_id])

    def after_a_reset(interaction: Interaction) -> bool:
        for each in resets:
            house.end_all_of(each, reason="password_reset")
        return answer(interaction)

    monkeypatch.setattr(house.interactions, "answer", after_a_reset)
    return browser


def test_a_silent_request_gets_an_error_and_no_code(house: ProtocolHouse, browser: Browser) -> None:
    answer = answer_of(house.authorize(browser, prompt="none"))

    assert "code" not in answer
    assert answer["error"] == "login_required"


def arrives_at(browser: Browser, location: str) -> str:
    while urlsplit(location).path == "/continue":
        location = browser.get(location).location
    return urlsplit(location).path


def test_any_other_begins_with_a_sign_in(house: ProtocolHouse, browser: Browser) -> None:
    assert arrives_at(browser, house.authorize(browser).location) == "/choose"


def test_after_a_detour_too(house: ProtocolHouse, browser: Browser) -> None:
    posted = browser.http.post("/authorize", data=house.parameters())

    assert arrives_at(browser, browser.get(posted.location).location) == "/choose"
