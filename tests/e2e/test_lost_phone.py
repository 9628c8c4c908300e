"""Who lost the phone, who has it now, and a mailbox; no test here waits for a day."""

import re

import pytest

from tests.e2e.people import Person
from tests.e2e.running_system import RunningSystem
from tests.e2e.sandbox_client import SandboxClient
from tests.e2e.walk import Walk

pytestmark = pytest.mark.e2e
ADDRESS = "buoi@example.vn"


@pytest.fixture
def other_phone(citizen: Person, sandbox: SandboxClient) -> Person:
    """The citizen with another phone, in the same name."""
    return sandbox.subscribe(citizen.but(phone=f"0861{citizen.phone[4:]}"))


def test_the_owner_of_the_number_ends_a_recovery_by_the_link_in_the_text(
    desk: Walk,
    citizen: Person,
    other_phone: Person,
    system: RunningSystem,
    sandbox: SandboxClient,
) -> None:
    desk.have_enrolled(system.binh_dinh, citizen)
    desk.forget_everything()
    desk.ask_to_sign_in(system.binh_dinh)
    desk.press("choose-portal-account")
    desk.press("forgot-password")
    desk.press("other-phone")
    desk.look("other-phone")
    desk.fill_form(other_phone)
    desk.press("other-phone-submit")
    desk.type_code_sent_to(other_phone)
    assert desk.heading == "Đã nhận yêu cầu lấy lại tài khoản"
    desk.look("other-phone-waiting")

    while "Huy: " not in (text := sandbox.next_text(citizen)):
        pass
    desk.forget_everything()
    desk.open(text.partition("Huy: ")[2])
    desk.look("cancel-recovery")
    desk.press("cancel-recovery")

    assert desk.heading == "Đã huỷ yêu cầu"
    assert "da bi huy" in sandbox.next_text(other_phone)


def test_an_address_given_at_enrolment_is_used_after_the_link(
    desk: Walk, citizen: Person, system: RunningSystem, sandbox: SandboxClient
) -> None:
    desk.open_portal(system.binh_dinh)
    desk.press("enrol")
    desk.choose_mobile()
    desk.submit_form(citizen, email=ADDRESS)
    desk.type_code_sent_to(citizen)
    desk.choose_password(citizen.password)

    link = re.search(r"http\S+/email\?k=\S+", sandbox.mail_to(ADDRESS))
    assert link is not None
    desk.forget_everything()
    desk.open(link.group())
    desk.look("verify-email")
    desk.press("verify-email")

    assert desk.heading == "Đã xác nhận địa chỉ thư điện tử"
