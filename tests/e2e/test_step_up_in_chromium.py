"""A procedure wants more than the citizen has: the ways there, in a browser, and the way back."""

import subprocess
import sys
import tomllib

import pyotp
import pytest

from idp.core.clock import SystemClock
from tests.e2e.people import Person
from tests.e2e.running_system import ROOT, RunningSystem
from tests.e2e.walk import Walk
from tests.e2e.windows import on_a_phone

pytestmark = pytest.mark.e2e

LEVEL_3 = "/procedures/BD-0003"


def confirm_visit(system: RunningSystem, code: str) -> str:
    """Be the officer at the counter, in a shell as `make run` leaves it; what the shell said."""
    kept = tomllib.loads((system.home / "secrets" / "operators.toml").read_text("utf-8"))
    officer = next(one for one in kept["operator"] if one["role"] == "counter_officer")
    shown = pyotp.TOTP(officer["totp_secret"]).at(SystemClock().now())
    command = f"{sys.executable} -m idp.cli citizens confirm-visit {code} --as {officer['name']}"
    done = subprocess.run(
        ["/bin/sh", "-c", f". {system.home}/environment; exec {command}"],
        cwd=ROOT,
        input="\n".join([officer["password"], shown, "identity_card", "", "yes", ""]),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@on_a_phone
def test_going_back_ends_with_the_portals_own_words(
    walk: Walk, citizen: Person, system: RunningSystem
) -> None:
    walk.have_enrolled_and_returned(system.binh_dinh, citizen)

    walk.open_portal(system.binh_dinh, LEVEL_3)
    walk.look("step-up")
    assert walk.path == "/step-up"
    assert walk.heading == "Cần mức xác minh cao hơn"
    walk.page.click("#step-up-back")
    walk.arrive(system.binh_dinh)

    assert walk.heading == "Thủ tục này cần mức xác minh cao hơn"
    walk.look("portal-too-low")
    walk.page.click("#sign-in")
    walk.page.wait_for_url("**/step-up?*")  # and shows the ways again


def test_a_visit_to_a_counter_raises_the_level(
    desk: Walk, citizen: Person, system: RunningSystem
) -> None:
    desk.have_enrolled_and_returned(system.binh_dinh, citizen)
    desk.open_portal(system.binh_dinh, LEVEL_3)
    desk.press("step-up-visit")
    desk.look("step-up-visit")
    desk.press("visit-take")
    desk.look("step-up-visit-code")
    code = desk.page.inner_text("#visit-code")

    desk.press("visit-confirmed")
    assert desk.errors == ["Quầy chưa xác nhận mã này. Đưa mã cho cán bộ tại quầy, rồi thử lại"]
    said = confirm_visit(system, code)
    assert citizen.full_name in said
    assert citizen.identity_number not in said
    desk.press("visit-confirmed")

    # The level is there; its class wants a passkey besides, which this citizen has not.
    assert desk.path == "/step-up"
    assert desk.page.locator("#level-wanted").count() == 0
    assert desk.page.locator("#step-up-add-passkey").count() == 1
    desk.page.click("#step-up-back")
    desk.arrive(system.binh_dinh)
    desk.open_portal(system.binh_dinh, "/sign-in")
    desk.arrive(system.binh_dinh)
    assert desk.page.inner_text("#verification-level") == "Mức xác minh 3"
    desk.open("/account/level")
    desk.look("account-level")
    assert desk.page.inner_text("#level") == "Mức 3 – đã được xác minh trực tiếp"
