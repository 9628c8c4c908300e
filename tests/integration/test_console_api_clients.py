"""Programs let in at the console: with no more than the operator has, and a secret shown once."""

import re

import pytest
from sqlalchemy import select

from idp.api_clients import store
from idp.api_clients.model import ApiClient, ApiClientName
from idp.audit.model import AuditEvent
from idp.operators.model import OperatorRole
from tests.fakes.citizen_site import Browser, Site
from tests.fakes.console_desk import Desk
from tests.fakes.programs import Program, keep_team

REASON = "Người cũ đã chuyển công tác"


@pytest.fixture
def desk(site: Site) -> Desk:
    return Desk(site)


@pytest.fixture
def lan(desk: Desk) -> Browser:
    return desk.signed_in("lan", OperatorRole.OPERATOR)


def add(desk: Desk, browser: Browser, **typed: str) -> Browser:
    browser.open("/console/api-clients/new")
    chosen = {
        "name": "ci-binh-dinh",
        "purpose": "Đăng ký cổng từ kho mã",
        "role": "operator",
        "team": "",
        "scopes": "see_keys",
    }
    return desk.send(browser, **chosen | desk.proof() | typed)


def secret_on(browser: Browser) -> str:
    found = re.search(r'id="api-secret">([\w-]{43})<', browser.html)
    return found[1] if found else ""


def program(site: Site, name: str = "ci-binh-dinh") -> ApiClient | None:
    with site.database.reading() as reading:
        return store.one(reading, ApiClientName(name))


def test_its_secret_is_shown_once_and_opens_the_api(site: Site, desk: Desk, lan: Browser) -> None:
    secret = secret_on(add(desk, lan))

    assert secret
    caller = Program(site, "ci-binh-dinh", secret)
    assert caller.sign_in().status_code == 200
    assert caller.call("GET", "/keys").status_code == 200
    assert secret not in lan.open("/console/api-clients").html
    assert "ci-binh-dinh" in lan.html
    kept = program(site)
    assert kept is not None
    assert secret.encode() not in kept.secret_hash
    assert (kept.answered_by, kept.last_four) == ("lan", secret[-4:])


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"role": "administrator", "scopes": "see_keys"}, ""),
        ({"role": "read_only", "scopes": "rotate_keys"}, "Có việc vượt quá"),
        ({"role": "counter_officer"}, "Chọn vai trò"),
        ({"scopes": ""}, "Chọn ít nhất một việc"),
        ({"scopes": "manage_operators"}, "Chọn ít nhất một việc"),
        ({"name": "Có dấu"}, "Dùng 3 đến 28 chữ thường"),
        ({"name": "api:x"}, "Dùng 3 đến 28 chữ thường"),
        ({"role": "province_team"}, "Nhập mã đội"),
        ({"team": "doi-bd"}, "Nhập mã đội"),
        ({"role": "province_team", "team": "khong-co", "scopes": "see_announcements"}, "Không có"),
        ({"password": "no"}, "Mật khẩu hoặc mã không đúng"),
    ],
)
def test_none_may_more_than_its_role_and_whoever_lets_it_in(
    site: Site, desk: Desk, lan: Browser, typed: dict[str, str], words: str
) -> None:
    add(desk, lan, **typed)

    assert words in lan.html
    assert bool(secret_on(lan)) is (words == "")
    assert (program(site) is None) is (words != "")


def test_a_name_is_used_once(site: Site, desk: Desk, lan: Browser) -> None:
    add(desk, lan)
    lan.open("/console/api-clients/ci-binh-dinh/disable")
    assert desk.send(lan, reason=REASON, **desk.proof()).page == "/console/api-clients"
    assert "đã ngừng" in lan.html

    assert "Tên này đã dùng" in add(desk, lan).html
    assert lan.open("/console/api-clients/ci-binh-dinh/renew").status == 404


def test_somebody_else_renews_what_nobody_answers_for(site: Site, desk: Desk, lan: Browser) -> None:
    keep_team(site, "doi-bd")
    old = secret_on(add(desk, lan, role="province_team", team="doi-bd", scopes="see_announcements"))
    huong = desk.signed_in("huong", OperatorRole.ADMINISTRATOR)
    huong.open("/console/people/lan/disable")
    desk.send(huong, reason=REASON, **desk.proof())
    assert Program(site, "ci-binh-dinh", old).sign_in().status_code == 401
    assert "cấp lại mã để dùng tiếp" in huong.open("/console/api-clients").html

    huong.open("/console/api-clients/ci-binh-dinh/renew")
    new = secret_on(desk.send(huong, reason=REASON, **desk.proof()))

    assert Program(site, "ci-binh-dinh", old).sign_in().status_code == 401
    assert Program(site, "ci-binh-dinh", new).sign_in().status_code == 200
    kept = program(site)
    assert kept is not None
    assert (kept.answered_by, kept.answered_before) == ("huong", ["lan"])


def test_nobody_takes_a_program_over_that_may_more(site: Site, desk: Desk, lan: Browser) -> None:
    huong = desk.signed_in("huong", OperatorRole.ADMINISTRATOR)
    add(desk, huong, role="administrator")
    with site.database.transaction() as transaction:
        row = store.locked(transaction, ApiClientName("ci-binh-dinh"))
        assert row is not None
        row.scopes = ["see_keys", "manage_operators"]

    lan.open("/console/api-clients/ci-binh-dinh/renew")
    assert "Cần người khác cấp lại" in desk.send(lan, reason=REASON, **desk.proof()).html


def test_the_log_has_names_and_no_secret(site: Site, desk: Desk, lan: Browser) -> None:
    secret = secret_on(add(desk, lan))

    with site.database.reading() as reading:
        event = reading.execute(
            select(AuditEvent).where(AuditEvent.kind == "api_client_added")
        ).scalar_one()
    assert event.details == {
        "api_client": "ci-binh-dinh",
        "role": "operator",
        "team": "",
        "scopes": ["see_keys"],
        "by": "lan",
    }
    assert secret not in str(event.details)
