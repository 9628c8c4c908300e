"""What an operator does for a citizen at the console: seen, with a reason, and proved anew."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from idp.audit.model import AuditEvent
from idp.citizens import store as citizens
from idp.citizens.holds import place_hold, standing_holds
from idp.citizens.model import CitizenStatus, HoldKind
from idp.counter_visits.open_visit import OpenVisit
from idp.operators.model import OperatorRole
from tests.fakes.citizen_site import Browser, Site
from tests.fakes.console_desk import Desk
from tests.fakes.disputed import HOLDER, HOLDER_ID, NUMBER, keep_holder, sign_in

REASON = "mất điện thoại, gọi tổng đài"


@pytest.fixture
def desk(site: Site) -> Desk:
    return Desk(site)


@pytest.fixture
def lan(site: Site, desk: Desk) -> Browser:
    keep_holder(site)
    return desk.signed_in("lan", OperatorRole.OPERATOR)


def find(desk: Desk, browser: Browser, number: str = NUMBER, reason: str = REASON) -> Browser:
    browser.open("/console/citizens")
    return desk.send(browser, identity_number=number, reason=reason)


def events(site: Site, kind: str) -> list[AuditEvent]:
    with site.database.reading() as reading:
        found = reading.execute(select(AuditEvent).where(AuditEvent.kind == kind)).scalars()
        return list(found)


def test_a_look_is_kept_and_shows_no_more_than_is_needed(
    site: Site, desk: Desk, lan: Browser
) -> None:
    find(desk, lan)

    assert HOLDER_ID in lan.html
    assert NUMBER not in lan.html
    assert "Bưởi" not in lan.html
    assert [(each.citizen_id, each.details) for each in events(site, "operator_looked_up")] == [
        (HOLDER_ID, {"by": "lan", "reason": REASON})
    ]


def test_a_look_at_nobody_is_one_all_the_same(site: Site, desk: Desk, lan: Browser) -> None:
    assert "Không có tài khoản nào dùng số này" in find(desk, lan, number="052190999999").html
    assert [each.citizen_id for each in events(site, "operator_looked_up")] == [None]


@pytest.mark.parametrize("reason", ["", "vì", "số 0912 345 678 gọi"])
def test_nobody_looks_without_a_reason(site: Site, desk: Desk, lan: Browser, reason: str) -> None:
    assert "Nêu lý do" in find(desk, lan, reason=reason).html
    assert events(site, "operator_looked_up") == []


def test_a_page_that_was_found_goes_with_its_operator(site: Site, desk: Desk, lan: Browser) -> None:
    lan.open("/console/citizens")
    client = FlaskClient(site.app)
    for name in ("idp_browser", "idp_console"):
        client.set_cookie(name, lan.cookie(name))
    typed = lan.forms[-1].hidden | {"identity_number": NUMBER, "reason": REASON}
    kept = client.post("/console/citizens", data=typed).headers["Location"]
    assert HOLDER_ID in lan.open(kept).html

    desk.sign_out(lan)

    assert HOLDER_ID not in lan.open(kept).html


def test_locking_ends_what_the_citizen_is_in_and_unlocking_opens_it(
    site: Site, desk: Desk, lan: Browser
) -> None:
    citizen = sign_in(site)
    lan.open(f"/console/citizens/{HOLDER_ID}/lock")
    desk.send(lan, reason=REASON, **desk.proof())
    assert "Tài khoản đã khoá" in lan.html
    assert citizen.open("/account").page == "/login"

    lan.open(f"/console/citizens/{HOLDER_ID}/unlock")
    desk.send(lan, hold="inactive", reason=REASON, **desk.proof())
    assert "Tài khoản không có khoá này" in lan.html
    desk.send(lan, hold="operator", reason=REASON, **desk.proof())
    assert "Tài khoản dùng lại được" in lan.html

    with site.database.reading() as reading:
        assert citizens.status_of(reading, HOLDER_ID) is CitizenStatus.ACTIVE


def test_a_disputes_hold_is_not_lifted_here(site: Site, desk: Desk, lan: Browser) -> None:
    with site.database.transaction() as transaction:
        now = site.clock.now()
        place_hold(transaction, HOLDER_ID, HoldKind.DISPUTE, now, reference="KN-1")
    lan.open(f"/console/citizens/{HOLDER_ID}/unlock")
    desk.send(lan, hold="dispute", reason=REASON, **desk.proof())

    assert "Chọn loại khoá" in lan.html
    with site.database.reading() as reading:
        assert standing_holds(reading, HOLDER_ID) == [(HoldKind.DISPUTE, "KN-1")]


def test_a_browser_left_open_locks_nobody(site: Site, desk: Desk, lan: Browser) -> None:
    lan.open(f"/console/citizens/{HOLDER_ID}/lock")
    desk.send(lan, reason=REASON, password="a guess of somebody", code=desk.code())

    assert "Mật khẩu hoặc mã không đúng" in lan.html
    assert events(site, "account_held") == []


def test_an_account_that_is_not_there(desk: Desk, lan: Browser) -> None:
    lan.open("/console/citizens/nobody/lock")

    assert desk.send(lan, reason=REASON, **desk.proof()).status == 404


def visit_code(site: Site) -> str:
    open_visit = OpenVisit(
        database=site.database,
        codes=site.parts.visit_codes,
        lifetime=site.settings.counter_visits.code_lasts,
        clock=site.clock,
    )
    return open_visit(HOLDER_ID).code


def test_an_officer_confirms_who_stands_there(site: Site, desk: Desk) -> None:
    keep_holder(site)
    code, texts = visit_code(site), len(site.sms.to(HOLDER))
    officer = desk.signed_in("quay-1", OperatorRole.COUNTER_OFFICER).open("/console/visits")
    assert "Không có mã này" in desk.send(officer, visit_code="00000000").html
    desk.send(officer, visit_code=code)
    assert "Nguyễn Thị Bưởi" in officer.html
    assert NUMBER not in officer.html

    form = officer.forms[-1].hidden
    officer.post("/console/visits/confirm", form)
    assert "Chọn giấy tờ" in officer.html
    form = officer.forms[-1].hidden
    officer.post("/console/visits/confirm", form | {"document": "passport", "compared": "yes"})

    assert "Đã xác nhận" in officer.html
    assert [each.details["by"] for each in events(site, "counter_visit_confirmed")] == ["quay-1"]
    assert len(site.sms.to(HOLDER)) == texts + 1
    assert "Không có mã này" in desk.send(officer.open("/console/visits"), visit_code=code).html


def test_an_officer_does_not_go_through_the_codes(site: Site, desk: Desk) -> None:
    officer = desk.signed_in("quay-1", OperatorRole.COUNTER_OFFICER)
    for count in range(21):
        desk.send(officer.open("/console/visits"), visit_code=f"{count:08}")

    assert "quá nhiều lần" in officer.html
