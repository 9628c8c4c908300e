"""Cases decided at the console: by two people, each of whom proves it anew."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from idp.audit.model import AuditEvent
from idp.disputes import store
from idp.disputes.model import CaseNumber, DisputeOutcome
from idp.operators.model import OperatorRole
from tests.fakes.citizen_site import Browser, Site
from tests.fakes.console_desk import Desk
from tests.fakes.disputed import HOLDER, HOLDER_ID, STORY, file, keep_holder

REASON = "Giấy tờ của người khiếu nại khớp với nhà mạng."
DAY = timedelta(days=1)


@pytest.fixture
def desk(site: Site) -> Desk:
    return Desk(site)


@pytest.fixture
def number(site: Site) -> CaseNumber:
    keep_holder(site)
    return file(site)


def outcome(site: Site, number: CaseNumber) -> DisputeOutcome | None:
    with site.database.reading() as reading:
        case = store.dispute(reading, number)
        assert case is not None
        return case.outcome


def decide(desk: Desk, browser: Browser, number: CaseNumber, **typed: str) -> Browser:
    browser.open(f"/console/disputes/{number}/decide")
    return desk.send(browser, **{"outcome": "close", "reason": REASON} | desk.proof() | typed)


def test_the_list_names_nobody(site: Site, desk: Desk, number: CaseNumber) -> None:
    browser = desk.signed_in("xem", OperatorRole.READ_ONLY).open("/console/disputes")

    assert number in browser.html
    assert f'href="/console/disputes/{number}"' not in browser.html
    assert "Bưởi" not in browser.html


def test_a_look_at_the_papers_is_in_the_log(site: Site, desk: Desk, number: CaseNumber) -> None:
    browser = desk.signed_in("lan", OperatorRole.OPERATOR)
    browser.open(f"/console/disputes/{number}")

    assert STORY.splitlines()[0] in browser.html
    with site.database.reading() as reading:
        looked = reading.execute(
            select(AuditEvent).where(AuditEvent.kind == "operator_looked_up")
        ).scalar_one()
    assert looked.citizen_id == HOLDER_ID
    assert looked.details == {"by": "lan", "reason": number}


def test_two_operators_decide(site: Site, desk: Desk, number: CaseNumber) -> None:
    lan = desk.signed_in("lan", OperatorRole.OPERATOR)
    huong = desk.signed_in("huong", OperatorRole.ADMINISTRATOR)
    assert "Chưa quyết định được" in decide(desk, lan, number).html
    site.clock.advance(3 * DAY)
    lan, huong = desk.sign_in("lan"), desk.sign_in("huong")

    assert decide(desk, lan, number).page == f"/console/disputes/{number}"
    assert outcome(site, number) is None
    assert "Bạn đã quyết định rồi" in decide(desk, lan, number).html
    assert decide(desk, huong, number).page == f"/console/disputes/{number}"

    assert outcome(site, number) is DisputeOutcome.CLOSE
    assert "Quyết định</a>" not in huong.html
    assert decide(desk, lan, number).page == f"/console/disputes/{number}"  # it is decided


def test_a_browser_left_open_decides_nothing(site: Site, desk: Desk, number: CaseNumber) -> None:
    desk.keep("lan", OperatorRole.OPERATOR)
    site.clock.advance(3 * DAY)
    browser = desk.sign_in("lan")

    answer = decide(desk, browser, number, password="somebody else's guess")

    assert "Mật khẩu hoặc mã không đúng" in answer.html
    assert REASON in answer.html
    with site.database.reading() as reading:
        assert store.votes_of(reading, number) == []


def test_a_side_is_asked_and_given_time(site: Site, desk: Desk, number: CaseNumber) -> None:
    browser = desk.signed_in("lan", OperatorRole.OPERATOR)
    texts = len(site.sms.to(HOLDER))
    browser.open(f"/console/disputes/{number}/ask-more")
    desk.send(browser, side="holder", question="Bạn mua SIM ở đâu, khi nào?", **desk.proof())
    assert "Bạn mua SIM ở đâu" in browser.html
    assert len(site.sms.to(HOLDER)) == texts + 1

    browser.open(f"/console/disputes/{number}/extend")
    desk.send(browser, hours="48", **desk.proof())
    assert "Gia hạn thời gian trả lời" in browser.html


@pytest.mark.parametrize("unknown", ["KN-2026-999999", "nothing"])
def test_a_case_that_is_not_there_has_no_pages(site: Site, desk: Desk, unknown: str) -> None:
    browser = desk.signed_in("lan", OperatorRole.OPERATOR)

    assert browser.open(f"/console/disputes/{unknown}").status == 404
    for form in ("decide", "extend", "ask-more"):
        assert browser.open(f"/console/disputes/{unknown}/{form}").status == 404


def test_a_long_list_has_pages(site: Site, desk: Desk, number: CaseNumber) -> None:
    browser = desk.signed_in("lan", OperatorRole.OPERATOR)

    for page in ("2", "0", "-1", "x", "9" * 30):
        assert browser.open(f"/console/disputes?page={page}").status == 200
    assert number not in browser.open("/console/disputes?page=2").html
    assert number in browser.open("/console/disputes?state=all").html
