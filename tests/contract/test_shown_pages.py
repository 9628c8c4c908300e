"""One contract for every store of pages that answered a form."""

import os
from collections.abc import Callable
from datetime import timedelta

import pytest
import redis

from idp.adapters.redis.shown_pages import LIFETIME, OF_A_BROWSER, RedisShownPages
from idp.adapters.redis.throttle import RedisThrottle
from idp.core.handles import Handle, new_handle
from idp.db.encryption import PersonalDataCipher
from idp.settings import Rate
from idp.throttling.ports import Budget
from idp.web.ports import ShownPage, ShownPages
from tests.fakes.clock import FakeClock
from tests.fakes.shown_pages import ShownPagesInMemory

PassTime = Callable[[timedelta], None]
HERE, ELSEWHERE = "/login", "/otp"
PAGE = ShownPage(
    429,
    (("Content-Type", "text/html; charset=utf-8"), ("Retry-After", "60")),
    "<p>Nguyễn Thị Bưởi, 052190000001</p>\x00\n" * 100,
)
NETWORK, OF_A_NETWORK = "203.0.113.0/24", 50
OTHER_PAGE = ShownPage(200, (), "")


@pytest.fixture(params=["memory", "redis"])
def shown(
    request: pytest.FixtureRequest,
    redis_client: redis.Redis,
    cipher: PersonalDataCipher,
    clock: FakeClock,
) -> ShownPages:
    if request.param == "redis":
        return in_redis(redis_client, cipher)
    return ShownPagesInMemory(
        clock, lifetime=LIFETIME, of_a_browser=OF_A_BROWSER, of_a_network=OF_A_NETWORK
    )


def in_redis(client: redis.Redis, cipher: PersonalDataCipher) -> RedisShownPages:
    window = Rate(count=OF_A_NETWORK, period=timedelta(minutes=5))
    return RedisShownPages(
        client,
        cipher,
        throttle=RedisThrottle(client, exempt_networks=()),
        budget=Budget("shown", (window,), by_network=True),
    )


def kept(shown: ShownPages, page: ShownPage = PAGE, *, browser: Handle, path: str = HERE) -> Handle:
    """Where it is found from now on."""
    handle = shown.keep(page, browser=browser, path=path, network=NETWORK)
    assert handle is not None
    return handle


@pytest.fixture
def browser() -> Handle:
    return new_handle()


def test_a_page_is_found_as_it_was_as_often_as_it_is_asked_for(
    shown: ShownPages, browser: Handle
) -> None:
    handle = kept(shown, browser=browser)

    assert [shown.find(handle, browser=browser, path=HERE) for _ in range(3)] == [PAGE] * 3


def test_it_is_nobody_else_s_and_nowhere_else(shown: ShownPages, browser: Handle) -> None:
    handle = kept(shown, browser=browser)

    assert shown.find(handle, browser=new_handle(), path=HERE) is None
    assert shown.find(handle, browser=browser, path=ELSEWHERE) is None
    assert shown.find(new_handle(), browser=browser, path=HERE) is None


@pytest.mark.parametrize("handle", ["", "unknown", "\x00", "ß" * 3000])
def test_whatever_stands_in_an_address_finds_nothing(
    shown: ShownPages, browser: Handle, handle: str
) -> None:
    kept(shown, browser=browser)

    assert shown.find(handle, browser=browser, path=HERE) is None


def test_it_ends(shown: ShownPages, browser: Handle, pass_time: PassTime) -> None:
    first = kept(shown, browser=browser)
    pass_time(LIFETIME / 2)
    second = kept(shown, OTHER_PAGE, browser=browser)
    pass_time(LIFETIME / 2)

    assert shown.find(first, browser=browser, path=HERE) is None
    assert shown.find(second, browser=browser, path=HERE) == OTHER_PAGE


def test_the_last_few_of_a_browser_are_kept(shown: ShownPages, browser: Handle) -> None:
    """A stranger who sends forms all day fills nothing."""
    neighbour = new_handle()
    neighbours = kept(shown, browser=neighbour)
    handles = [kept(shown, browser=browser) for _ in range(3 * OF_A_BROWSER)]

    found = [shown.find(handle, browser=browser, path=HERE) for handle in handles]

    assert found == [None] * 2 * OF_A_BROWSER + [PAGE] * OF_A_BROWSER
    assert shown.find(neighbours, browser=neighbour, path=HERE) == PAGE


def test_forgetting_forgets_all_of_one_browser(shown: ShownPages, browser: Handle) -> None:
    neighbour = new_handle()
    neighbours = kept(shown, browser=neighbour)
    places = [(kept(shown, browser=browser, path=path), path) for path in (HERE, ELSEWHERE)]
    shown.forget(browser)

    assert [shown.find(handle, browser=browser, path=path) for handle, path in places] == [None] * 2
    assert shown.find(neighbours, browser=neighbour, path=HERE) == PAGE


def test_a_network_has_so_many_kept_whatever_browsers_it_is(shown: ShownPages) -> None:
    kept_before, browser = new_handle(), new_handle()
    handle = kept(shown, browser=kept_before)
    for _ in range(OF_A_NETWORK - 1):
        kept(shown, browser=new_handle())

    assert shown.keep(PAGE, browser=browser, path=HERE, network=NETWORK) is None
    assert shown.find(handle, browser=kept_before, path=HERE) == PAGE
    assert shown.keep(PAGE, browser=browser, path=HERE, network="198.51.100.0/24") is not None


def test_redis_holds_nothing_readable_and_nothing_without_an_end(
    redis_client: redis.Redis, cipher: PersonalDataCipher, browser: Handle
) -> None:
    handle = kept(in_redis(redis_client, cipher), browser=browser)

    keys = list(redis_client.scan_iter())
    held = b"".join(redis_client.dump(key) or b"" for key in keys) + b"".join(keys)
    assert len(keys) == 3  # with what counts
    assert all(0 < redis_client.pttl(key) <= LIFETIME / timedelta(milliseconds=1) for key in keys)
    for secret in ("Bưởi", "052190000001", "<p>", browser, handle):
        assert secret.encode() not in held


def test_a_page_of_a_retired_key_is_none(redis_client: redis.Redis, browser: Handle) -> None:
    before, after = (PersonalDataCipher([("k1", os.urandom(32))]) for _ in range(2))
    handle = kept(in_redis(redis_client, before), browser=browser)

    assert in_redis(redis_client, after).find(handle, browser=browser, path=HERE) is None
