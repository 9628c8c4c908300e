"""What happened in an account, as its citizen reads it, and "that was not me"."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from idp.audit.events import (
    BudgetExceeded,
    LogoutConfirmed,
    OperatorLookedUp,
    PasswordReset,
    SecurityEvent,
    SignInSucceeded,
)
from idp.audit.log import record
from idp.audit.model import AuditEvent
from idp.citizens import store as citizens
from idp.citizens.model import CitizenId, CitizenStatus
from idp.core.phone_number import PhoneNumber
from tests.fakes.account_holder import account, signed_in
from tests.fakes.citizen_site import PORTAL, Browser, Site

ACTIVITY = "/account/activity"
SMS = ("pwd", "otp", "sms", "mfa")


def note(site: Site, *happened: SecurityEvent, ago: timedelta = timedelta()) -> None:
    with site.database.transaction() as transaction:
        for event in happened:
            record(transaction, event, site.clock.now() - ago)


def words(browser: Browser) -> list[str]:
    return re.findall(r"</dt><dd>([^<]+)<br>", browser.html)


def shown_ids(browser: Browser) -> list[int]:
    return [int(found) for found in re.findall(r"not-me\?event=(\d+)", browser.html)]


def neighbour(site: Site) -> CitizenId:
    return account(site, identity_number="052190000077", phone=PhoneNumber("+84912000002"))


def test_the_newest_is_first_and_the_reason_of_an_officer_is_there(site: Site) -> None:
    citizen_id, other = account(site), neighbour(site)
    note(
        site,
        SignInSucceeded(citizen_id=citizen_id, amr=SMS),
        OperatorLookedUp(citizen_id=citizen_id, by="lan", reason="Gọi nhờ kiểm tra số điện thoại"),
        BudgetExceeded(citizen_id=citizen_id, budget="otp"),
        PasswordReset(citizen_id=other),
    )

    assert words(signed_in(site, citizen_id).open(ACTIVITY)) == [
        "Cán bộ xem tài khoản. Lý do: Gọi nhờ kiểm tra số điện thoại",
        "Đăng nhập bằng mật khẩu và mã gửi bằng tin nhắn",
    ]


def test_a_portal_that_confirmed_a_sign_out_later_is_named(site: Site) -> None:
    """The last page of the sign-out waited for two seconds, and could not say it."""
    citizen_id = account(site)
    note(site, LogoutConfirmed(citizen_id=citizen_id, client_id=PORTAL, attempts=3))

    page = signed_in(site, citizen_id).open(ACTIVITY)

    assert words(page) == ["Dịch vụ xác nhận đã đăng xuất bạn"]
    assert "<br>Cổng Dịch vụ công tỉnh Bình Định<br>" in page.html


def test_times_are_those_of_vietnam(site: Site) -> None:
    citizen_id = account(site)
    note(site, PasswordReset(citizen_id=citizen_id))
    local = site.clock.now() + timedelta(hours=7)

    assert f"{local:%H:%M, %d/%m/%Y}" in signed_in(site, citizen_id).open(ACTIVITY).html


def test_a_part_is_shown_if_one_likes(site: Site) -> None:
    citizen_id = account(site)
    note(
        site,
        SignInSucceeded(citizen_id=citizen_id, amr=SMS),
        PasswordReset(citizen_id=citizen_id),
    )
    browser = signed_in(site, citizen_id)

    assert words(browser.open(f"{ACTIVITY}?show=changes")) == ["Đặt lại mật khẩu đã quên"]
    assert words(browser.open(f"{ACTIVITY}?show=officers")) == []
    assert "Chưa có gì ở đây" in browser.html
    assert len(words(browser.open(f"{ACTIVITY}?show=nonsense"))) == 2


def test_older_pages_follow_with_nothing_twice_and_nothing_left_out(site: Site) -> None:
    citizen_id = account(site)
    for hours in range(20):  # three at each moment: a page ends between two of the same
        note(site, *[PasswordReset(citizen_id=citizen_id)] * 3, ago=timedelta(hours=hours))
    browser = signed_in(site, citizen_id).open(ACTIVITY)

    seen = shown_ids(browser)
    while older := re.search(r'id="older" href="([^"]+)"', browser.html):
        seen += shown_ids(browser.open(older[1].replace("&amp;", "&")))

    assert len(seen) == len(set(seen)) == 60
    assert "Về mới nhất" in browser.html


@pytest.mark.parametrize("before", ["abc", "-1", "9" * 30, "٣", ""])
def test_an_address_that_was_made_up_shows_the_newest(site: Site, before: str) -> None:
    citizen_id = account(site)
    note(site, PasswordReset(citizen_id=citizen_id))

    page = signed_in(site, citizen_id).open(f"{ACTIVITY}?before={before}")

    assert (page.status, words(page)) == (200, ["Đặt lại mật khẩu đã quên"])


def test_what_was_not_me_locks_the_account_and_opens_a_case(site: Site) -> None:
    citizen_id = account(site)
    note(site, PasswordReset(citizen_id=citizen_id))
    browser, thief = signed_in(site, citizen_id), signed_in(site, citizen_id)
    [event_id] = shown_ids(browser.open(ACTIVITY))

    browser.open(f"{ACTIVITY}/not-me?event={event_id}")
    assert "Đặt lại mật khẩu đã quên" in browser.html
    assert thief.open("/account").page == "/account"
    browser.submit()

    assert "BV-2026-000001" in browser.html
    assert thief.open("/account").page == "/login"
    assert browser.open("/account").page == "/login"
    with site.database.reading() as reading:
        assert citizens.status_of(reading, citizen_id) is CitizenStatus.HELD
        logged = reading.execute(
            select(AuditEvent.details).where(AuditEvent.kind == "activity_unrecognised")
        ).scalar_one()
    assert logged == {"report": "BV-2026-000001", "event_id": event_id}
    assert "da bi khoa" in site.sms.sent[-1].text


def test_anothers_event_is_not_shown_on_the_page_that_locks(site: Site) -> None:
    other = neighbour(site)
    note(site, PasswordReset(citizen_id=other))
    [theirs] = shown_ids(signed_in(site, other).open(ACTIVITY))

    page = signed_in(site, account(site)).open(f"{ACTIVITY}/not-me?event={theirs}")

    assert page.status == 200
    assert "Đặt lại mật khẩu đã quên" not in page.html
