"""People go back, reload, press twice, open second tabs and change the language. No dead ends."""

import re

import pytest

from tests.e2e.conftest import OpenWindow
from tests.e2e.people import Person
from tests.e2e.running_system import RunningSystem
from tests.e2e.walk import Walk
from tests.e2e.windows import at_a_desk, on_a_phone

pytestmark = pytest.mark.e2e


@on_a_phone
def test_back_after_the_code_leads_forward_again(
    walk: Walk, citizen: Person, system: RunningSystem
) -> None:
    walk.enrol_up_to_the_code(system.binh_dinh, citizen)
    walk.type_code_sent_to(citizen)
    walk.page.go_back()
    walk.page.reload()

    assert walk.path == "/enrol/password"


def test_reload_of_a_refused_form_shows_it_again(desk: Walk, system: RunningSystem) -> None:
    desk.ask_to_sign_in(system.binh_dinh)
    desk.press("choose-portal-account")
    desk.press("login-submit")
    desk.page.reload()

    assert desk.errors == ["Nhập số CMT/CCCD", "Nhập mật khẩu"]


@at_a_desk
def test_reload_of_the_last_page_makes_no_second_account(
    walk: Walk, citizen: Person, system: RunningSystem
) -> None:
    walk.enrol(system.binh_dinh, citizen)
    walk.page.reload()
    assert walk.heading == "Đã tạo tài khoản"
    walk.open(walk.page.url.replace("/enrol/done", "/enrol/mobile"))

    assert walk.heading == "Đã tạo tài khoản"


def test_a_second_tab_goes_on_where_the_first_one_is(
    desk: Walk, citizen: Person, system: RunningSystem
) -> None:
    desk.enrol_up_to_the_code(system.binh_dinh, citizen)
    second = desk.page.context.new_page()
    second.goto(desk.page.url)
    desk.type_code_sent_to(citizen)
    second.fill("#otp", "123456")
    with second.expect_navigation():
        second.click("#otp-submit")

    assert "/enrol/password" in second.url


def test_a_double_click_enrols_once(desk: Walk, citizen: Person, system: RunningSystem) -> None:
    desk.enrol_up_to_the_code(system.binh_dinh, citizen)
    desk.type_code_sent_to(citizen)
    desk.type(new_password=citizen.password, confirm_password=citizen.password)
    with desk.page.expect_navigation():
        desk.page.dblclick("#password-submit")

    assert desk.heading == "Đã tạo tài khoản"


def test_the_language_changes_and_nothing_is_lost(
    desk: Walk, citizen: Person, system: RunningSystem
) -> None:
    desk.enrol_up_to_the_code(system.binh_dinh, citizen)
    desk.page.click("nav a")
    desk.page.wait_for_url(re.compile("lang=en"))
    assert desk.heading == "Enter the code"

    desk.type_code_sent_to(citizen)
    assert desk.page.locator("html").get_attribute("lang") == "en"
    desk.choose_password(citizen.password)
    desk.press("enrol-continue")
    desk.allow(system.binh_dinh)
    assert desk.is_signed_in


def test_spoken_to_in_english_throughout(
    english: Walk, citizen: Person, system: RunningSystem
) -> None:
    english.enrol_and_return(system.dak_lak, citizen)
    english.forget_everything()
    english.ask_to_sign_in(system.dak_lak)
    english.press("choose-portal-account")
    assert english.heading == "Sign in"
    english.type_password(citizen)
    english.type(otp=english.sandbox.next_code(citizen))
    english.press_and_arrive("otp-submit", system.dak_lak)
    assert english.is_signed_in

    english.open(f"{system.provider}/logout?lang=en")
    english.press("logout-confirm")
    assert english.reads("You are signed out")


def test_the_keyboard_is_enough(
    open_window: OpenWindow, citizen: Person, system: RunningSystem
) -> None:
    walk = open_window()
    walk.enrol(system.binh_dinh, citizen)
    walk.forget_everything()
    walk.ask_to_sign_in(system.binh_dinh)

    walk.press_by_keyboard("choose-portal-account")
    walk.type_by_keyboard("username", citizen.identity_number)
    walk.type_by_keyboard("password", "wrong")
    walk.enter()
    assert walk.page.evaluate("document.activeElement.matches('[data-summary]')")
    walk.page.keyboard.press("Tab")
    walk.page.keyboard.press("Enter")
    assert walk.page.evaluate("document.activeElement.id") == "username"
    walk.type_by_keyboard("password", citizen.password)
    walk.enter()
    assert walk.page.evaluate("document.activeElement.id") == "otp"
    walk.page.keyboard.type(walk.sandbox.next_code(citizen))
    walk.enter()
    walk.tab_to("consent-allow")
    walk.page.keyboard.press("Enter")
    walk.arrive(system.binh_dinh)

    assert walk.is_signed_in
