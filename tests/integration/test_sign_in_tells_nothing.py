"""A sign-in that fails says the same, at the same cost, whoever the number belongs to."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

import pytest

from idp.citizens import store as citizens
from idp.citizens.model import (
    Citizen,
    CitizenId,
    CitizenIdentityNumber,
    CitizenStatus,
    PasswordCredential,
    Phone,
)
from idp.core.handles import new_uuid
from idp.core.identity_number import IdentityNumber
from tests.fakes.citizen_site import Browser, Site
from tests.fakes.questions import counted

ACTIVE: Final = "052190000001"
HELD: Final = "052190000002"
WITHOUT_PHONE: Final = "052190000003"
NOBODYS: Final = "052190000099"
NO_NUMBER: Final = "khong-phai-so"
PASSWORD: Final = "Song Hàn-82 chiều"
WRONG: Final = "Song Hàn-82 chiềU"
REFUSALS = [
    (HELD, WRONG),
    (WITHOUT_PHONE, WRONG),
    (NOBODYS, WRONG),
    (NOBODYS, PASSWORD),
    (NO_NUMBER, PASSWORD),
]
Seen = tuple[int, str, str]


@pytest.fixture
def site(site: Site) -> Site:
    enrol(site, ACTIVE, phone="+84912000001")
    enrol(site, HELD, phone="+84912000002", status=CitizenStatus.HELD)
    enrol(site, WITHOUT_PHONE, phone=None)
    return site


def enrol(
    site: Site, number: str, *, phone: str | None, status: CitizenStatus = CitizenStatus.ACTIVE
) -> None:
    now = site.clock.now() - timedelta(days=30)
    citizen = Citizen(
        id=CitizenId(new_uuid()),
        status=status,
        name_text="Nguyễn Thị Bưởi",
        birth_date_text="1990-01-02",
        created_at=now,
        updated_at=now,
        identity_numbers=[
            CitizenIdentityNumber(kind=IdentityNumber(number).kind, value=number, created_at=now)
        ],
        phones=[Phone(number=phone, verified_at=now)] if phone else [],
        credential=PasswordCredential(hash=site.hasher.hash(PASSWORD), changed_at=now),
    )
    with site.database.transaction() as transaction:
        citizens.add(transaction, citizen, site.index)


def at_the_form(site: Site) -> Browser:
    site.redis.flushdb()  # so that no attempt counts for the next one
    return site.from_portal(site.browser(), create=False).open("/login")


def seen(browser: Browser, number: str) -> Seen:
    """The page, apart from its tokens and from what was typed."""
    html = re.sub(r"[A-Za-z0-9_-]{43}", "token", browser.html).replace(number, "number")
    return browser.status, browser.page, html


def refused(site: Site, number: str, password: str, *, times: int = 1) -> list[Seen]:
    browser = at_the_form(site)
    return [seen(browser.submit(username=number, password=password), number) for _ in range(times)]


@contextmanager
def work_done(site: Site, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, int]]:
    """Count statements on the database, commands to Redis, and password hashes."""
    work = {"sql": 0, "redis": 0, "hashes": 0}
    verify = site.hasher.verify

    def verified(password: str, stored: str | None) -> bool:
        work["hashes"] += 1
        return verify(password, stored)

    before = redis_calls(site)
    with monkeypatch.context() as patched, counted(site.database) as questions:
        patched.setattr(site.hasher, "verify", verified)
        yield work
    work["sql"] = len(questions.statements)
    work["redis"] = redis_calls(site) - before


def redis_calls(site: Site) -> int:
    stats = site.redis.info("commandstats")
    return sum(entry["calls"] for entry in stats.values())


@pytest.mark.parametrize(("number", "password"), REFUSALS)
def test_every_wrong_pair_gets_the_same_page(site: Site, number: str, password: str) -> None:
    known = refused(site, ACTIVE, WRONG)

    assert known[0][0] == 200
    assert "Số CMT/CCCD hoặc mật khẩu không đúng" in known[0][2]
    assert refused(site, number, password) == known


@pytest.mark.parametrize(("number", "password"), REFUSALS)
def test_every_wrong_pair_costs_the_same_work(
    site: Site, monkeypatch: pytest.MonkeyPatch, number: str, password: str
) -> None:
    refused(site, ACTIVE, WRONG)  # so that scripts are loaded and statements are prepared
    with work_done(site, monkeypatch) as known:
        refused(site, ACTIVE, WRONG)
    with work_done(site, monkeypatch) as other:
        refused(site, number, password)

    assert known["hashes"] == 1
    assert known["sql"] > 0
    assert known["redis"] > 0
    assert other == known


@pytest.mark.parametrize(("number", "password"), REFUSALS)
def test_every_number_is_slowed_at_the_same_try(site: Site, number: str, password: str) -> None:
    tries = 6  # the last one has no form any more
    known = refused(site, ACTIVE, WRONG, times=tries)

    assert [status for status, _, _ in known] == [200] * 5 + [429]
    assert refused(site, number, password, times=tries) == known


def test_who_is_slowed_is_told_for_how_long(site: Site) -> None:
    browser, waits = at_the_form(site), list[str | None]()

    with browser.watched(lambda answer: waits.append(answer.headers.get("Retry-After"))):
        for _ in range(6):
            browser.submit(username=ACTIVE, password=WRONG)

    assert 0 < int(waits.pop() or 0) <= 60
    assert not any(waits)


def test_a_held_account_is_told_after_the_right_password_alone(site: Site) -> None:
    browser = at_the_form(site).submit(username=HELD, password=PASSWORD)

    assert browser.page == "/login"
    assert site.sms.sent == []
    assert seen(browser, HELD) != refused(site, ACTIVE, WRONG)[0]
