"""A tester goes through cases of "Test my integration" with a portal that runs, in a browser."""

import subprocess
import sys

import pytest
from playwright.sync_api import Page

from tests.e2e.running_system import ROOT, RunningSystem
from tests.e2e.walk import Walk
from tests.e2e.windows import at_a_desk

pytestmark = pytest.mark.e2e


def link_of_a_new_run(system: RunningSystem) -> str:
    """What the operators' shell prints, as `make run` leaves it."""
    command = f"{sys.executable} -m idp.cli integration-tests start binh-dinh"
    done = subprocess.run(
        ["/bin/sh", "-c", f". {system.home}/environment; exec {command}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def begin(walk: Walk, case: str) -> None:
    """Choose the case, and press "begin"."""
    walk.press(f"case-{case}")
    walk.press("begin")


def in_new_tab(walk: Walk, link: str) -> Page:
    """What the link opens, in a tab of its own."""
    with walk.page.context.expect_page() as opened:
        walk.page.click(f"#{link}")
    opened.value.wait_for_load_state()
    return opened.value


def record(walk: Walk, screen: str | None) -> None:
    """Say what the portal shows, and be back at the list."""
    if screen is not None:
        walk.page.check(f"#screen-{screen}")
    walk.press("record")


def result(walk: Walk, case: str) -> str:
    return walk.page.inner_text(f"#case-{case}").splitlines()[-1].strip()


@at_a_desk
def test_a_tester_goes_from_case_to_case(walk: Walk, system: RunningSystem) -> None:
    walk.open(link_of_a_new_run(system))
    walk.look("integration-test")

    begin(walk, "good_sign_in")
    walk.look("integration-test-case")
    portal = in_new_tab(walk, "open-portal")
    assert portal.inner_text("#citizen-name") == "Nguyễn Thị Thử"
    portal.close()
    walk.press("look-again")
    assert walk.reads("Cổng đã hỏi userinfo.")
    record(walk, "signed_in")
    assert result(walk, "good_sign_in") == "Đạt"

    begin(walk, "wrong_signature")
    portal = in_new_tab(walk, "open-portal")
    assert portal.inner_text("#error") == "id_token.signature"
    portal.close()
    record(walk, "turned_away")
    assert result(walk, "wrong_signature") == "Đạt"

    begin(walk, "replayed_code")
    in_new_tab(walk, "open-portal").close()
    walk.press("look-again")
    portal = in_new_tab(walk, "send-again")
    assert portal.inner_text("h1") == "Lần đăng nhập này không còn dùng được"
    portal.close()
    record(walk, None)
    assert result(walk, "replayed_code") == "Đạt"

    begin(walk, "sign_out")
    portal = in_new_tab(walk, "open-portal")
    walk.press("look-again")
    walk.press("tell-logout")
    assert walk.reads("Trả lời tin giả: 400; trả lời tin thật: 200.")
    walk.look("integration-test-case-sign-out")
    portal.reload()
    assert portal.locator("#citizen-name").count() == 0
    portal.close()
    record(walk, "turned_away")
    assert result(walk, "sign_out") == "Đạt"

    begin(walk, "expired")
    record(walk, "turned_away")
    assert walk.errors == ["Chưa thấy cổng gửi yêu cầu đăng nhập: mở cổng và đăng nhập đã"]
