"""What a citizen did stands and is told, though the queue was away at that moment."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta

import pytest
import redis
from sqlalchemy import update

from idp.adapters.jobs import Jobs
from idp.citizens.holds import place_hold
from idp.citizens.model import Citizen, HoldKind
from idp.data_requests.answer_request import AnswerRequest
from idp.data_requests.model import RequestNumber, RequestState
from idp.follow_ups.follow_ups import LEFT_AFTER
from idp.operators.model import OperatorName, OperatorRole, VerifiedOperator
from tests.fakes.account_holder import (
    IDENTITY_NUMBER,
    NUMBER,
    PASSWORD,
    account,
    events,
    last_code,
    signed_in,
)
from tests.fakes.citizen_site import Site

PassTime = Callable[[timedelta], None]
Away = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> Away:
    """Begins a time in which the queue takes no notice."""

    def fail(*_: object) -> None:
        raise redis.ConnectionError

    @contextmanager
    def broken() -> Iterator[None]:
        with monkeypatch.context() as patched:
            patched.setattr(Jobs, "tell", fail)
            yield

    return broken


def told_later(site: Site, pass_time: PassTime) -> str:
    """What the worker tells of, a minute later."""
    before = len(site.sms.to(NUMBER))
    pass_time(LEFT_AFTER)
    site.sweep("do what is left")
    [told] = site.sms.to(NUMBER)[before:]
    return told


def test_a_request_about_data_is_filed_once_and_its_receipt_comes(
    site: Site, away: Away, pass_time: PassTime
) -> None:
    citizen_id = account(site)
    browser = signed_in(site, citizen_id).open("/account/data/requests/new")
    with away():
        browser.submit(kind="correction", words="Tên tôi sai dấu.")

    assert browser.page.startswith("/account/data/requests/YC-")
    assert "da duoc tiep nhan" in told_later(site, pass_time)


def test_a_copy_is_given_and_told(site: Site, away: Away, pass_time: PassTime) -> None:
    citizen_id = account(site)
    browser = signed_in(site, citizen_id).open("/account/data")
    with away():
        browser.post("/account/data/download", browser.forms[0].hidden)

    assert "data_exported" in events(site, citizen_id)
    assert "vua duoc tai ve" in told_later(site, pass_time)


def test_an_account_is_opened_again_and_its_citizen_goes_on(
    site: Site, away: Away, pass_time: PassTime
) -> None:
    citizen_id, now = account(site), site.clock.now()
    with site.database.transaction() as transaction:
        transaction.execute(update(Citizen).values(last_sign_in_at=now - timedelta(days=800)))
        place_hold(transaction, citizen_id, HoldKind.INACTIVE, now)
    browser = site.from_portal(site.browser(), create=False).follow("choose-portal-account")
    browser.submit(username=IDENTITY_NUMBER, password=PASSWORD).submit()
    with away():
        browser.submit(otp=last_code(site))

    assert browser.page in {"/consent", "/continue"}
    assert "da duoc mo khoa" in told_later(site, pass_time)


def test_an_answer_stands_and_its_citizen_is_told(
    site: Site, away: Away, pass_time: PassTime
) -> None:
    citizen_id = account(site)
    browser = signed_in(site, citizen_id).open("/account/data/requests/new")
    browser.submit(kind="correction", words="Tên tôi sai dấu.")
    number = RequestNumber(browser.page.rpartition("/")[2])
    answer = AnswerRequest(
        database=site.database, follow_ups=site.parts.follow_ups, clock=site.clock
    )
    lan = VerifiedOperator(OperatorName("lan"), "Lan", OperatorRole.OPERATOR)
    with away():
        answer(number, RequestState.DONE, "Đã sửa.", by=lan)

    assert "da duoc tra loi" in told_later(site, pass_time)
