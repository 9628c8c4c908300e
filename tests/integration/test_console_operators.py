"""Operators let in, changed and sent away at the console; each by somebody who may."""

import re
from datetime import timedelta

import pyotp
import pytest

from idp.operators import store
from idp.operators.model import Operator, OperatorName, OperatorRole
from tests.fakes.citizen_site import Browser, Site
from tests.fakes.console_desk import Desk
from tests.fakes.operators import PASSWORD

NEW = "bốn từ khác và một núi"


@pytest.fixture
def desk(site: Site) -> Desk:
    return Desk(site)


@pytest.fixture
def lan(desk: Desk) -> Browser:
    return desk.signed_in("lan", OperatorRole.ADMINISTRATOR)


def operator(site: Site, name: str) -> Operator | None:
    with site.database.reading() as reading:
        return store.find(reading, OperatorName(name))


def invite(desk: Desk, browser: Browser, name: str = "minh", **typed: str) -> str:
    browser.open("/console/people/invite")
    chosen = {"name": name, "display_name": "Trần Văn Minh", "role": "operator"}
    desk.send(browser, **chosen | desk.proof() | typed)
    found = re.search(r"/console/invitation\?k=([\w-]{43})", browser.html)
    return found[0] if found else ""


def accept(site: Site, link: str, password: str = NEW) -> Browser:
    browser = site.browser().open(link)
    secret = re.search(r'id="secret">([A-Z2-7 ]+)<', browser.html)
    assert secret is not None
    code = pyotp.TOTP(secret[1].replace(" ", "")).at(site.clock.now())
    return browser.submit(new_password=password, confirm_password=password, app_code=code)


def test_the_invited_comes_in_by_the_own_password(site: Site, desk: Desk, lan: Browser) -> None:
    link = invite(desk, lan)
    assert link not in lan.open("/console/people").html
    assert "Trần Văn Minh" in lan.html

    assert accept(site, link).page == "/console/sign-in"

    minh = operator(site, "minh")
    assert minh is not None
    assert (minh.role, minh.created_by) == (OperatorRole.OPERATOR, "lan")
    site.clock.advance(timedelta(seconds=30))
    browser = site.browser().open("/console/sign-in")
    code = pyotp.TOTP(minh.totp_secret).at(site.clock.now())
    assert browser.submit(name="minh", password=NEW, code=code).page == "/console"


def test_a_link_lets_one_person_in(site: Site, desk: Desk, lan: Browser) -> None:
    link = invite(desk, lan)
    accept(site, link)

    assert site.browser().open(link).status == 410


def test_a_newer_link_ends_the_one_before(site: Site, desk: Desk, lan: Browser) -> None:
    first, second = invite(desk, lan), invite(desk, lan)

    assert site.browser().open(first).status == 410
    assert site.browser().open(second).status == 200


def test_a_link_lapses(site: Site, desk: Desk, lan: Browser) -> None:
    link = invite(desk, lan)
    site.clock.advance(timedelta(days=7))

    assert site.browser().open(link).status == 410
    site.sweep("forget lapsed invitations")
    with site.database.reading() as reading:
        assert store.invitations(reading, site.clock.now() - timedelta(days=7)) == []


def test_the_word_of_one_who_is_gone_lets_nobody_in(site: Site, desk: Desk, lan: Browser) -> None:
    link = invite(desk, lan)
    with site.database.transaction() as transaction:
        store.disable(transaction, OperatorName("lan"), site.clock.now())

    assert accept(site, link).status == 410
    assert operator(site, "minh") is None


def test_a_weak_password_or_a_wrong_code_spends_nothing(
    site: Site, desk: Desk, lan: Browser
) -> None:
    link = invite(desk, lan)
    assert "Dùng ít nhất 12 ký tự" in accept(site, link, password="minh minh minh").html
    browser = site.browser().open(link)
    browser.submit(new_password=NEW, confirm_password=NEW, app_code="000000")
    assert "Mã không đúng" in browser.html
    assert operator(site, "minh") is None

    assert accept(site, link).page == "/console/sign-in"


def test_nobody_is_invited_without_proof_or_by_a_taken_name(
    site: Site, desk: Desk, lan: Browser
) -> None:
    assert invite(desk, lan, password="not the password") == ""
    assert "Mật khẩu hoặc mã không đúng" in lan.html
    assert invite(desk, lan, name="lan") == ""
    assert "Tên này đã có người dùng" in lan.html


def test_a_new_role_counts_at_the_next_request(site: Site, desk: Desk, lan: Browser) -> None:
    minh = desk.signed_in("minh", OperatorRole.OPERATOR)
    lan.open("/console/people/minh/role")

    desk.send(lan, role="province_team", reason="chuyển về tỉnh", **desk.proof())

    assert lan.page == "/console/people"
    assert minh.open("/console/people").status == 403


def test_the_disabled_are_out_at_once(site: Site, desk: Desk, lan: Browser) -> None:
    minh = desk.signed_in("minh", OperatorRole.OPERATOR)
    lan.open("/console/people/minh/disable")
    desk.send(lan, reason="nghỉ việc", **desk.proof())

    assert operator(site, "minh") is None
    assert minh.open("/console").page == "/console/sign-in"
    assert "đã ngừng" in lan.open("/console/people").html


@pytest.mark.parametrize("page", ["role", "disable"])
def test_nobody_decides_about_the_own_account(lan: Browser, page: str) -> None:
    assert lan.open(f"/console/people/lan/{page}").status == 404
    assert lan.open(f"/console/people/nobody/{page}").status == 404


def test_a_new_password_ends_the_other_sessions(site: Site, desk: Desk, lan: Browser) -> None:
    elsewhere = desk.sign_in("lan")
    lan.open("/console/password")

    desk.send(lan, new_password=NEW, confirm_password=NEW, **desk.proof())

    assert lan.page == "/console"
    assert elsewhere.open("/console").page == "/console/sign-in"
    typed = {"name": "lan", "code": desk.code()}
    assert elsewhere.submit(password=PASSWORD, **typed).page == "/console/sign-in"
    typed = {"name": "lan", "code": desk.code()}
    assert elsewhere.open("/console/sign-in").submit(password=NEW, **typed).page == "/console"
