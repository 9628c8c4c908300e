"""Requests that nobody attends to cannot fill Redis."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from sqlalchemy import select

from idp.audit.model import AuditEvent
from tests.fakes.account_holder import IDENTITY_NUMBER, PASSWORD, account
from tests.fakes.citizen_site import Browser, Site

REQUESTS = 3
REQUEST = {
    "response_type": "code",
    "client_id": "binh-dinh",
    "redirect_uri": "http://localhost:8401/callback",
    "scope": "openid",
    "state": "state-of-the-portal",
    "code_challenge": "c" * 43,
    "code_challenge_method": "S256",
}


@pytest.fixture
def environment(environment: dict[str, str]) -> dict[str, str]:
    """A network may begin a few."""
    limit = f'[{{"count": {REQUESTS}, "period": "PT5M"}}]'
    return {**environment, "IDP__THROTTLING__INTERACTIONS_PER_NETWORK": limit}


def ask(site: Site, **parameters: str) -> Browser:
    return site.browser().open(f"/authorize?{urlencode(REQUEST | parameters)}")


def kept(site: Site) -> list[bytes]:
    return list(site.redis.scan_iter("interaction:*"))


def test_one_network_begins_so_many_and_is_noted_once(site: Site) -> None:
    for _ in range(REQUESTS):
        ask(site)

    # Nor silently: an error would be sent back, and the next request would come with it.
    refused = [ask(site), ask(site, prompt="none"), site.browser().open("/login")]
    refused.append(site.browser().post("/authorize", REQUEST))

    assert [(browser.status, browser.away) for browser in refused] == [(429, None)] * 4
    assert "Bạn không làm gì sai" in refused[0].html
    assert all("5 phút" in browser.html for browser in refused)
    assert len(kept(site)) == REQUESTS
    with site.database.reading() as reading:
        exceeded = select(AuditEvent.details).where(AuditEvent.kind == "budget_exceeded")
        noted = reading.scalars(exceeded).all()
    assert noted == [{"budget": "interactions_per_network"}]


def test_who_is_refused_is_told_when_to_come_again(site: Site) -> None:
    for _ in range(REQUESTS):
        ask(site)

    answer = site.app.test_client().get(f"/authorize?{urlencode(REQUEST)}")

    assert 290 < int(answer.headers["Retry-After"]) <= 300
    assert "Location" not in answer.headers


def test_a_wrong_request_counts_nothing(site: Site) -> None:
    for _ in range(3 * REQUESTS):
        ask(site, redirect_uri="http://localhost:8401/elsewhere")

    assert ask(site).page == "/choose"


def test_a_request_waits_two_hours_and_a_day_from_the_first_step_on(site: Site) -> None:
    account(site)
    browser = ask(site)
    (key,) = kept(site)
    asked = site.redis.pttl(key)
    stored = site.redis.get(key)
    browser.open("/choose").follow("choose-portal-account")
    looked = site.redis.pttl(key)
    assert browser.page == "/login"
    assert site.redis.get(key) == stored
    browser.submit(username=IDENTITY_NUMBER, password=PASSWORD)
    known = site.redis.pttl(key)

    hour = timedelta(hours=1) / timedelta(milliseconds=1)
    assert looked <= asked <= 2 * hour
    assert 23 * hour < known <= 24 * hour


def test_counting_asks_redis_no_more_often(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """One script counts and stores: so many requests to Redis as when it was only stored."""
    ask(site)  # so that scripts are loaded
    sent: list[str] = []
    execute = type(site.parts.redis).execute_command

    def noted(client: object, *args: object, **options: object) -> object:
        sent.append(str(args[0]))
        return execute(client, *args, **options)

    with monkeypatch.context() as patched:
        patched.setattr(type(site.parts.redis), "execute_command", noted)
        site.app.test_client().get(f"/authorize?{urlencode(REQUEST)}")

    assert sent.count("EVALSHA") == 1
    assert "SET" not in sent
