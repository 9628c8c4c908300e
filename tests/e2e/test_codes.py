"""One-time passwords: wrong, reused, too many, and a gateway that is away."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page

from tests.e2e.conftest import OpenWindow
from tests.e2e.people import Person
from tests.e2e.running_system import RunningSystem
from tests.e2e.sandbox_client import SandboxClient
from tests.e2e.walk import Walk
from tests.e2e.windows import at_a_desk

pytestmark = pytest.mark.e2e


def other_than(code: str) -> str:
    return str((int(code) + 1) % 1_000_000).zfill(6)


@contextmanager
def other_tab(walk: Walk) -> Iterator[Page]:
    """The same page in another tab of the same browser."""
    page = walk.page.context.new_page()
    page.goto(walk.page.url)
    yield page
    page.close()


@pytest.fixture
def asked(desk: Walk, citizen: Person, system: RunningSystem) -> Walk:
    """Somebody who is asked for the code of a sign-in."""
    desk.have_enrolled(system.binh_dinh, citizen)
    desk.forget_everything()
    desk.sign_in_up_to_the_code(system.binh_dinh, citizen)
    return desk


def test_a_wrong_code_says_how_many_tries_are_left(asked: Walk, citizen: Person) -> None:
    right = asked.sandbox.next_code(citizen)
    asked.type_code(other_than(right))
    assert asked.errors == ["Mã OTP không đúng. Bạn còn 4 lần thử"]
    asked.look("otp-wrong")

    asked.type_code(f" {right[:3]} {right[3:]} ")
    assert asked.path == "/consent"


def test_the_sixth_try_is_none_even_with_the_right_code(asked: Walk, citizen: Person) -> None:
    right = asked.sandbox.next_code(citizen)
    for _ in range(4):
        asked.type_code(other_than(right))
    with other_tab(asked) as second:
        asked.type_code(other_than(right))
        second.fill("#otp", right)
        with second.expect_navigation():
            second.click("#otp-submit")
        assert second.inner_text("h1") == "Bạn đã nhập sai quá 5 lần"

    assert asked.heading == "Bạn đã nhập sai quá 5 lần"
    asked.look("otp-too-many")
    asked.open(asked.page.url)
    assert asked.heading == "Bạn đã nhập sai quá 5 lần"
    assert asked.page.locator("#otp").count() == 0


def test_a_code_is_good_once(asked: Walk, citizen: Person, system: RunningSystem) -> None:
    code = asked.sandbox.next_code(citizen)
    asked.type_code(code)
    assert asked.path == "/consent"
    asked.forget_everything()

    asked.sign_in_up_to_the_code(system.binh_dinh, citizen)
    asked.type_code(code)
    assert asked.errors == ["Mã OTP không đúng. Bạn còn 4 lần thử"]


def test_asking_again_too_early_says_when(
    open_window: OpenWindow, citizen: Person, system: RunningSystem
) -> None:
    walk = open_window(width="narrow", scripts=False)
    walk.enrol_up_to_the_code(system.binh_dinh, citizen)
    walk.press("otp-resend")

    assert walk.errors[0].startswith("Gửi lại được sau ")
    assert len(walk.sandbox.texts(citizen)) <= 1


def test_an_older_code_lives_on_after_another_was_sent(asked: Walk, citizen: Person) -> None:
    first = asked.sandbox.next_code(citizen)
    asked.resend()
    assert asked.page.locator("[role=status]").first.inner_text().startswith("Đã gửi mã mới lúc")
    asked.type_code(first)

    assert asked.path == "/consent"


@at_a_desk
def test_a_gateway_that_comes_back_delivers(
    walk: Walk, citizen: Person, sandbox: SandboxClient, system: RunningSystem
) -> None:
    sandbox.break_(sms=True, kind="http_500")
    walk.enrol_up_to_the_code(system.binh_dinh, citizen)
    assert walk.path == "/enrol/otp"
    sandbox.repair()
    walk.resend()
    walk.type_code_sent_to(citizen)

    assert walk.path == "/enrol/password"
