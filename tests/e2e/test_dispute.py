"""Somebody else has registered the identity number: from the portal's enrolment to the case."""

import pytest

from tests.e2e.people import Person, somebody
from tests.e2e.running_system import RunningSystem
from tests.e2e.sandbox_client import SandboxClient
from tests.e2e.walk import Walk

pytestmark = pytest.mark.e2e
STORY = "Tôi chưa từng đăng ký.\nHôm nay mới biết có người dùng số của tôi."


@pytest.fixture
def claimant(citizen: Person, sandbox: SandboxClient) -> Person:
    """Whose number it is, with a phone of their own; the account is `citizen`'s."""
    return sandbox.subscribe(citizen.but(phone=somebody().phone))


def test_a_complaint_gets_a_number_by_which_it_is_followed(
    desk: Walk, citizen: Person, claimant: Person, system: RunningSystem
) -> None:
    desk.have_enrolled(system.binh_dinh, citizen)
    desk.sandbox.next_text(citizen)
    desk.forget_everything()
    desk.enrol_up_to_the_code(system.binh_dinh, claimant)
    desk.type_code_sent_to(claimant)
    assert desk.path == "/enrol/exists"

    desk.press("dispute")
    assert desk.page.input_value("#identity_number") == claimant.identity_number
    assert not desk.page.is_checked("#declared")
    desk.look("dispute")
    desk.type(story=STORY)
    desk.press("dispute-submit")
    assert desk.errors == ["Đánh dấu vào ô cam đoan nếu thông tin đúng"]
    desk.page.check("#declared")
    desk.press("dispute-submit")
    desk.type_code_sent_to(claimant)
    desk.look("dispute-check")
    desk.press("dispute-submit")

    number = desk.page.inner_text("#case-number")
    assert desk.sandbox.next_text(claimant).startswith(f"Khieu nai {number} da duoc ")
    assert desk.sandbox.next_text(citizen).startswith("Co khieu nai ve tai khoan ")
    receipt = desk.page.url
    desk.press("dispute-follow")
    desk.type(phone_number=claimant.phone)
    desk.press("follow-submit")
    desk.type_code_sent_to(claimant)
    assert desk.heading == f"Khiếu nại {number}"
    assert desk.reads("Đã nhận")
    desk.look("dispute-case")

    desk.open(receipt)
    desk.press_and_arrive("dispute-leave", system.binh_dinh)
    assert desk.reads("Bạn đã huỷ đăng nhập")
