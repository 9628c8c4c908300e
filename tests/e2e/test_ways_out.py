"""Whoever does not want to go on gets back to the portal, which says what happened."""

import pytest

from tests.e2e.conftest import OpenWindow
from tests.e2e.people import Person
from tests.e2e.running_system import RunningSystem
from tests.e2e.walk import Walk
from tests.e2e.windows import at_a_desk, on_a_phone

pytestmark = pytest.mark.e2e


@on_a_phone
def test_cancelling_at_the_chooser(walk: Walk, system: RunningSystem) -> None:
    walk.ask_to_sign_in(system.binh_dinh)
    walk.press_and_arrive("cancel", system.binh_dinh)

    assert walk.heading == "Bạn đã huỷ đăng nhập"
    walk.look("portal-cancelled")
    walk.press("sign-in")
    assert walk.path == "/choose"


@at_a_desk
def test_refusing_to_share_sends_nothing(
    walk: Walk, citizen: Person, system: RunningSystem
) -> None:
    walk.enrol(system.binh_dinh, citizen)
    walk.press("enrol-continue")
    walk.deny(system.binh_dinh)

    assert walk.heading == "Bạn đã huỷ đăng nhập"
    assert not walk.is_signed_in
    walk.open_portal(system.binh_dinh, "/sign-in")
    assert walk.path == "/consent"


def test_a_page_that_waited_too_long_leads_back(desk: Walk, system: RunningSystem) -> None:
    desk.open(f"/login?i={'A' * 43}~binh-dinh")

    assert desk.heading == "Phiên đăng nhập đã hết hạn"
    desk.look("expired")
    desk.page.click("main .button")
    desk.page.wait_for_url("**/choose?*")


def test_an_address_copied_to_another_browser_leads_back(
    desk: Walk, open_window: OpenWindow, system: RunningSystem
) -> None:
    desk.ask_to_sign_in(system.binh_dinh)
    other = open_window(width="narrow", scripts=False)
    other.open(desk.page.url)

    assert other.heading == "Địa chỉ này thuộc về một trình duyệt khác"
    other.look("other-browser")
    other.page.click("main .button")
    other.page.wait_for_url("**/choose?*")


def test_a_browser_without_its_cookies_is_taken_for_another(
    open_window: OpenWindow, system: RunningSystem
) -> None:
    walk = open_window(width="narrow", scripts=False)
    walk.ask_to_sign_in(system.binh_dinh)
    walk.forget_everything()
    walk.press("choose-portal-account")

    assert walk.heading == "Địa chỉ này thuộc về một trình duyệt khác"
    walk.look("cookies-lost")
    assert walk.page.locator("main .button").count() == 1


def test_a_portals_wrong_request_is_nobodys_fault(desk: Walk, system: RunningSystem) -> None:
    desk.open("/authorize?client_id=nobody&response_type=code&redirect_uri=https://a.example/")
    assert desk.heading == "Chưa đăng nhập được"
    assert desk.page.inner_text("#parameter") == "client_id"
    desk.look("wrong-client")

    desk.open(
        "/authorize?client_id=binh-dinh&response_type=code&scope=openid"
        "&redirect_uri=https://a.example/"
    )
    assert desk.page.inner_text("#parameter") == "redirect_uri"
    assert desk.page.inner_text("#reference")
    desk.look("wrong-redirect-uri")
    desk.page.click("main .button")
    desk.page.wait_for_url("**/choose?*")


def test_pages_that_are_not_there(desk: Walk) -> None:
    desk.open("/nowhere")

    assert desk.heading == "Không tìm thấy trang"
    desk.look("not-found")
