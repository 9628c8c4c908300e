"""Citizens look after their accounts: by keyboard, without scripts, on a small phone."""

import json
import re
from collections.abc import Callable

import pytest

from tests.e2e.conftest import OpenWindow
from tests.e2e.people import Person, somebody
from tests.e2e.running_system import RunningSystem
from tests.e2e.sandbox_client import SandboxClient
from tests.e2e.walk import Walk

pytestmark = pytest.mark.e2e
LINK = re.compile(r"https?://\S+/n\?k=[\w-]+")


def other_phone(sandbox: SandboxClient, citizen: Person) -> Person:
    """The same citizen, with another number in their own name."""
    return sandbox.subscribe(citizen.but(phone=somebody().phone))


def add_phone(walk: Walk, other: Person, press: Callable[[str], None]) -> None:
    """From the security page to the list, which has the new number."""
    walk.open("/account/security/phones")
    press("add-phone")
    walk.type(phone_number=other.phone)
    press("add-phone-submit")
    walk.type(otp=walk.sandbox.next_code(other))
    press("otp-submit")


def test_another_phone_gets_the_codes_by_keyboard_alone(
    desk: Walk, citizen: Person, sandbox: SandboxClient, system: RunningSystem
) -> None:
    desk.have_enrolled_and_returned(system.binh_dinh, citizen)
    other = other_phone(sandbox, citizen)

    add_phone(desk, other, desk.press_by_keyboard)
    desk.look("account-phones")
    assert desk.reads("Nhà mạng xác nhận số đứng tên bạn")
    with desk.page.expect_navigation():
        desk.page.get_by_role("link", name="Đặt làm mặc định").press("Enter")
    desk.look("account-phone-default")
    desk.press_by_keyboard("default-submit")
    assert desk.reads("Từ nay mã OTP được gửi tới số bạn chọn")

    desk.forget_everything()
    desk.open("/login")
    desk.type_password(citizen)
    desk.type_code_sent_to(other)
    assert desk.path == "/account"


def test_a_portal_gets_nothing_more_once_its_citizen_withdraws(
    open_window: OpenWindow, citizen: Person, system: RunningSystem
) -> None:
    phone = open_window(width="narrow", scripts=False)
    phone.have_enrolled_and_returned(system.binh_dinh, citizen)
    phone.open("/account/connected")
    phone.look("account-connected")
    with phone.page.expect_navigation():
        phone.page.get_by_role("link", name="Thu hồi").click()
    phone.look("account-withdraw")
    phone.press("withdraw-submit")
    assert phone.reads("Chưa có dịch vụ nào nhận thông tin của bạn")

    assert phone.is_out_at(system.binh_dinh)
    phone.ask_to_sign_in(system.binh_dinh)
    assert phone.path == "/consent"


def test_what_was_not_me_locks_the_account_from_a_link_on_any_phone(
    desk: Walk,
    open_window: OpenWindow,
    citizen: Person,
    sandbox: SandboxClient,
    system: RunningSystem,
) -> None:
    desk.have_enrolled_and_returned(system.binh_dinh, citizen)
    desk.open("/account/security/password")
    desk.choose_password("Bấc-đèn 7 NGỌN")
    assert desk.reads("Đã đổi mật khẩu")
    while not (link := LINK.search(sandbox.next_text(citizen))):
        pass

    phone = open_window(width="narrow", scripts=False)
    phone.open(link[0])
    phone.look("not-me")
    phone.press("not-me-submit")
    phone.look("not-me-done")
    assert re.search(r"BV-\d{4}-\d{6}", phone.page.inner_text("main"))

    desk.open("/account")
    assert desk.path == "/login"
    desk.type_password(citizen, "Bấc-đèn 7 NGỌN")
    assert desk.heading == "Tài khoản đang tạm khoá"


def test_activity_names_the_portal_and_leads_to_the_lock(
    open_window: OpenWindow, citizen: Person, system: RunningSystem
) -> None:
    phone = open_window(width="narrow", scripts=False)
    phone.have_enrolled_and_returned(system.binh_dinh, citizen)
    phone.open("/account/activity")
    phone.look("account-activity")
    assert phone.reads("Đăng nhập vào dịch vụ; dịch vụ được nhận: ")
    with phone.page.expect_navigation():
        phone.page.get_by_role("link", name="Tôi không nhận ra hoạt động này").first.click()
    phone.look("account-not-me")
    phone.press("not-me-submit")
    assert phone.heading == "Tài khoản đã được khoá"


def test_a_copy_of_all_data_is_downloaded_and_printed(
    open_window: OpenWindow, citizen: Person, system: RunningSystem
) -> None:
    phone = open_window(width="narrow", scripts=False)
    phone.have_enrolled_and_returned(system.binh_dinh, citizen)
    phone.open("/account/data")
    phone.look("account-data")
    with phone.page.expect_download() as download:
        phone.click("download")
    copy = json.loads(download.value.path().read_text())
    assert copy["identity_numbers"][0]["number"] == citizen.identity_number

    phone.press("print")
    assert phone.path == "/account/data/print"
    assert phone.reads(citizen.identity_number)


def test_an_account_is_closed(desk: Walk, citizen: Person, system: RunningSystem) -> None:
    desk.have_enrolled_and_returned(system.binh_dinh, citizen)
    desk.open("/account/data")
    desk.press_by_keyboard("close-account")
    desk.look("account-close")
    desk.press_by_keyboard("close-submit")

    assert desk.heading == "Tài khoản đã đóng"
    desk.open("/login")
    desk.type_password(citizen)
    assert desk.errors == ["Số CMT/CCCD hoặc mật khẩu không đúng"]
