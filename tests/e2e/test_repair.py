"""A carrier's record that is wrong, put right at the shop; here, or on another device."""

import re

import pytest
from playwright.sync_api import Request

from tests.e2e.conftest import OpenWindow
from tests.e2e.people import Person, somebody
from tests.e2e.running_system import RunningSystem
from tests.e2e.sandbox_client import SandboxClient
from tests.e2e.walk import Walk
from tests.e2e.windows import at_a_desk, on_a_phone

pytestmark = pytest.mark.e2e

MISMATCH = "Thông tin chưa khớp với nhà mạng"


@pytest.fixture
def mismatched(sandbox: SandboxClient) -> Person:
    """Somebody whose carrier wrote another number down."""
    return sandbox.subscribe(somebody(), id_document="052190000000")


def states(walk: Walk) -> list[str]:
    """Fills with each `state` that the window carries to the provider, and back to a portal."""
    seen: list[str] = []

    def note(request: Request) -> None:
        if "/authorize?" in request.url or "/callback?" in request.url:
            seen.extend(re.findall(r"[?&]state=([^&]+)", request.url))

    walk.page.on("request", note)
    return seen


@on_a_phone
def test_mended_at_the_shop_one_button_leads_on_to_the_portals_own_request(
    walk: Walk, mismatched: Person, sandbox: SandboxClient, system: RunningSystem
) -> None:
    seen = states(walk)
    walk.enrol_up_to_the_code(system.binh_dinh, mismatched)
    walk.type_code_sent_to(mismatched)
    assert walk.heading == MISMATCH
    assert walk.page.get_attribute("#check-message", "href") == "sms:1414?body=TTTB"
    walk.look("enrol-mismatch-number")

    sandbox.subscribe(mismatched)  # the shop has put it right
    walk.press("recheck-submit")
    walk.choose_password(mismatched.password)
    walk.press("enrol-continue")
    walk.allow(system.binh_dinh)

    assert walk.is_signed_in
    assert len(seen) == 2
    assert seen[0] == seen[1]


def test_another_device_finishes_the_enrolment_and_begins_at_the_portal_anew(
    open_window: OpenWindow, mismatched: Person, sandbox: SandboxClient, system: RunningSystem
) -> None:
    desk = open_window()
    at_the_desk = states(desk)
    desk.enrol_up_to_the_code(system.binh_dinh, mismatched)
    desk.type_code_sent_to(mismatched)
    assert desk.heading == MISMATCH
    sandbox.subscribe(mismatched)

    phone = open_window(width="narrow", scripts=False)
    on_the_phone = states(phone)
    phone.open("/enrol/method")
    phone.press("take-up")
    phone.look("take-up")
    phone.type(identity_number=mismatched.identity_number, phone_number=mismatched.phone)
    phone.press("take-up-submit")
    phone.look("take-up-code")
    phone.type_code_sent_to(mismatched)
    phone.choose_password(mismatched.password)
    assert phone.heading == "Đã tạo tài khoản"
    phone.look("enrol-done-elsewhere")
    assert on_the_phone == []  # nothing of the desk's request has come here

    phone.click("portal-start")
    phone.page.wait_for_selector("#consent-allow")
    phone.allow(system.binh_dinh)
    assert phone.is_signed_in
    assert set(on_the_phone).isdisjoint(at_the_desk)

    desk.page.reload()
    assert desk.path.startswith("/enrol/")
    desk.open_portal(system.binh_dinh)
    assert not desk.is_signed_in
    assert len(at_the_desk) == 1


@at_a_desk
def test_a_record_with_the_old_number_is_asked_about_once_more(
    walk: Walk, sandbox: SandboxClient, system: RunningSystem
) -> None:
    new = somebody()
    old_number = f"21{new.phone[-7:]}"
    citizen = sandbox.subscribe(new, id_document=old_number)
    walk.enrol_up_to_the_code(system.dak_lak, citizen)
    walk.type_code_sent_to(citizen)
    assert walk.heading == MISMATCH

    walk.type(old_identity_number="12345")
    walk.press("old-number-submit")
    assert walk.errors == ["Số CMND cũ gồm 9 chữ số"]
    walk.type(old_identity_number=old_number)
    walk.press("old-number-submit")
    walk.choose_password(citizen.password)
    assert walk.reads(f"kết thúc bằng {old_number[-4:]}")
    assert walk.reads("Số CCCD bạn nhập chưa được xác nhận")
    walk.look("enrol-done-by-old-number")
    walk.press("enrol-continue")
    walk.allow(system.dak_lak)

    assert walk.is_signed_in
