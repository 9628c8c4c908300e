"""A forgotten password, with the phone at hand."""

import pytest

from tests.e2e.people import Person, somebody
from tests.e2e.running_system import RunningSystem
from tests.e2e.sandbox_client import SandboxClient
from tests.e2e.walk import Walk

pytestmark = pytest.mark.e2e
NEW_PASSWORD = "Bấc-đèn 7 NGỌN"


@pytest.fixture
def forgetful(desk: Walk, citizen: Person, system: RunningSystem) -> Walk:
    """Somebody with an account, at the page for a forgotten password."""
    desk.have_enrolled(system.binh_dinh, citizen)
    desk.forget_everything()
    desk.ask_to_sign_in(system.binh_dinh)
    desk.press("choose-portal-account")
    desk.press("forgot-password")
    return desk


def test_a_new_password_leads_on_to_the_portal(
    forgetful: Walk, citizen: Person, system: RunningSystem
) -> None:
    forgetful.ask_for_new_password(citizen)
    forgetful.type_code_sent_to(citizen)
    forgetful.choose_password(NEW_PASSWORD)
    assert forgetful.heading == "Đã đổi mật khẩu"
    notice = forgetful.sandbox.next_text(citizen)
    assert "mat khau" in notice.lower()

    forgetful.press("continue")
    forgetful.type_password(citizen, citizen.password)
    assert forgetful.errors == ["Số CMT/CCCD hoặc mật khẩu không đúng"]
    forgetful.type_password(citizen, NEW_PASSWORD)
    forgetful.type_code_sent_to(citizen)
    forgetful.allow(system.binh_dinh)
    assert forgetful.is_signed_in


def test_a_changed_sim_has_to_wait(
    forgetful: Walk, citizen: Person, sandbox: SandboxClient
) -> None:
    sandbox.subscribe(citizen, sim_changed_at=forgetful.an_hour_ago)
    forgetful.ask_for_new_password(citizen)
    forgetful.type_code_sent_to(citizen)

    assert forgetful.heading == "Chưa đặt lại được mật khẩu"
    assert forgetful.reads("bạn có thể đặt lại mật khẩu từ")


def test_nobodys_number_gets_the_same_page_and_no_text(
    forgetful: Walk, citizen: Person, sandbox: SandboxClient
) -> None:
    known = forgetful.page.url
    forgetful.ask_for_new_password(citizen)
    said = forgetful.page.inner_text("main")
    sandbox.next_code(citizen)

    stranger = sandbox.subscribe(somebody())
    forgetful.open(known)
    forgetful.ask_for_new_password(stranger)
    assert forgetful.page.inner_text("main") == said
    assert sandbox.texts(stranger) == []
