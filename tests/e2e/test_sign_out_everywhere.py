"""Signing out at one place ends the sessions at all portals: behind the scenes, and in frames."""

import pytest

from tests.e2e.people import Person
from tests.e2e.running_system import RunningSystem
from tests.e2e.walk import Walk
from tests.e2e.windows import on_a_phone

pytestmark = pytest.mark.e2e


def sign_in_everywhere(walk: Walk, citizen: Person, system: RunningSystem) -> None:
    """Sign a new citizen in at both portals; the window ends at the second."""
    walk.have_enrolled_and_returned(system.binh_dinh, citizen)
    walk.ask_to_sign_in(system.dak_lak)
    walk.allow(system.dak_lak)
    assert walk.is_signed_in


def test_signing_out_at_one_portal_ends_the_others_session(
    desk: Walk, citizen: Person, system: RunningSystem
) -> None:
    sign_in_everywhere(desk, citizen, system)
    desk.click("sign-out")  # at Đắk Lắk
    desk.page.wait_for_url(f"{system.dak_lak}/signed-out?*")

    assert desk.is_out_at(system.binh_dinh)
    assert desk.is_out_at(system.dak_lak)


@on_a_phone
def test_signing_out_here_ends_both_and_says_so(
    walk: Walk, citizen: Person, system: RunningSystem
) -> None:
    sign_in_everywhere(walk, citizen, system)
    walk.open("/account")
    walk.press("sign-out")
    assert walk.heading == "Bạn đã đăng xuất"
    walk.page.wait_for_selector("#confirmed")

    assert walk.reads("và 2 dịch vụ.")
    walk.look("signed-out-everywhere")
    assert walk.is_out_at(system.binh_dinh)
    assert walk.is_out_at(system.dak_lak)
