"""One sign-in for all portals; asked for again where a portal wants that; ended everywhere."""

import re

import pytest

from tests.e2e.people import Person
from tests.e2e.running_system import RunningSystem
from tests.e2e.walk import Walk
from tests.e2e.windows import on_a_phone

pytestmark = pytest.mark.e2e


@pytest.fixture
def signed_in(desk: Walk, citizen: Person, system: RunningSystem) -> Walk:
    """A browser signed in at the Bình Định portal."""
    desk.have_enrolled_and_returned(system.binh_dinh, citizen)
    assert desk.is_signed_in
    return desk


def test_a_second_portal_asks_for_consent_alone(
    signed_in: Walk, citizen: Person, system: RunningSystem
) -> None:
    subject = signed_in.page.inner_text("#sub")
    signed_in.ask_to_sign_in(system.dak_lak)

    assert signed_in.path == "/consent"
    signed_in.allow(system.dak_lak)
    assert signed_in.page.inner_text("#citizen-name") == citizen.full_name
    assert signed_in.page.inner_text("#sub") != subject


def test_a_portal_that_was_agreed_to_asks_nothing(signed_in: Walk, system: RunningSystem) -> None:
    signed_in.open_portal(system.binh_dinh, "/sign-in")

    assert signed_in.is_at(system.binh_dinh)
    assert signed_in.is_signed_in


def test_prompt_none_answers_without_a_page(signed_in: Walk, system: RunningSystem) -> None:
    signed_in.open_portal(system.binh_dinh, "/sign-in?prompt=none")
    assert signed_in.is_signed_in

    signed_in.open_portal(system.dak_lak, "/sign-in?prompt=none")
    assert signed_in.is_at(system.dak_lak)
    assert signed_in.heading == "Bạn chưa đăng nhập Cổng DVC Quốc gia"


@pytest.mark.parametrize("wish", ["prompt=login", "max_age=0"])
def test_a_portal_may_ask_for_a_fresh_sign_in(
    signed_in: Walk, citizen: Person, system: RunningSystem, wish: str
) -> None:
    before = signed_in.page.inner_text("#auth-time")
    signed_in.reach_another_second()
    signed_in.open_portal(system.binh_dinh, f"/sign-in?{wish}")
    assert signed_in.path == "/choose"

    signed_in.press("choose-portal-account")
    signed_in.type_password(citizen)
    signed_in.type(otp=signed_in.sandbox.next_code(citizen))
    signed_in.press_and_arrive("otp-submit", system.binh_dinh)

    assert signed_in.page.inner_text("#auth-time") != before


def test_prompt_consent_asks_again(signed_in: Walk, system: RunningSystem) -> None:
    signed_in.open_portal(system.binh_dinh, "/sign-in?prompt=consent")

    assert signed_in.path == "/consent"
    signed_in.allow(system.binh_dinh)


def test_sign_out_at_a_portal_ends_the_session_at_the_provider(
    signed_in: Walk, system: RunningSystem
) -> None:
    signed_in.click("sign-out")
    signed_in.page.wait_for_url(f"{system.binh_dinh}/signed-out?*")
    assert signed_in.heading == "Bạn đã đăng xuất"
    signed_in.look("portal-signed-out")

    signed_in.open("/account")
    assert signed_in.path == "/login"
    signed_in.ask_to_sign_in(system.binh_dinh)
    assert signed_in.path == "/choose"


def test_sign_out_here_ends_the_session(signed_in: Walk, system: RunningSystem) -> None:
    signed_in.open("/account")
    signed_in.press("sign-out")
    assert signed_in.heading == "Bạn đã đăng xuất"

    signed_in.open_portal(system.dak_lak, "/sign-in")
    assert signed_in.path == "/choose"


@on_a_phone
def test_the_way_back_crosses_sites_by_form_too(
    walk: Walk, citizen: Person, system: RunningSystem
) -> None:
    walk.enrol_and_return(system.binh_dinh, citizen)

    walk.open_portal(system.binh_dinh, "/sign-in?method=post&prompt=consent")
    walk.click("sign-in")
    walk.page.wait_for_url(re.compile("/consent"))
    walk.allow(system.binh_dinh)

    assert walk.is_signed_in


def test_a_silent_answer_to_a_form_arrives(
    desk: Walk, citizen: Person, system: RunningSystem
) -> None:
    desk.have_enrolled_and_returned(system.binh_dinh, citizen)

    desk.open_portal(system.binh_dinh, "/sign-in?method=post")
    desk.press_and_arrive("sign-in", system.binh_dinh)

    assert desk.is_signed_in


def test_enrolling_while_signed_in_says_who_one_is(
    signed_in: Walk, citizen: Person, system: RunningSystem
) -> None:
    signed_in.open_portal(system.binh_dinh, "/sign-in?prompt=create")
    assert signed_in.heading == f"Bạn đang đăng nhập là {citizen.full_name}"
    signed_in.look("signed-in-as")

    signed_in.press_and_arrive("go-on", system.binh_dinh)
    assert signed_in.is_signed_in


def test_another_persons_hint_asks_who_one_is(signed_in: Walk, system: RunningSystem) -> None:
    signed_in.open_portal(system.binh_dinh, "/sign-in?login_hint=052190999999")

    assert signed_in.heading == "Không phải bạn?"
    signed_in.look("not-you")
    signed_in.press("not-you")
    assert signed_in.path in {"/choose", "/login"}


@pytest.mark.parametrize("portal", ["binh_dinh", "dak_lak"])
def test_a_deep_link_leads_to_its_procedure(
    desk: Walk, citizen: Person, system: RunningSystem, portal: str
) -> None:
    address = {"binh_dinh": system.binh_dinh, "dak_lak": system.dak_lak}[portal]
    code = {"binh_dinh": "BD-0002", "dak_lak": "DL-0002"}[portal]
    desk.have_enrolled_and_returned(system.binh_dinh, citizen)
    desk.forget_everything()

    desk.open_portal(address, f"/?vnconnect=1&MaTTHCDP={code}")
    desk.press("choose-portal-account")
    desk.type_password(citizen)
    desk.type(otp=desk.sandbox.next_code(citizen))
    if portal == "dak_lak":
        desk.press("otp-submit")
        desk.allow(address)
    else:
        desk.press_and_arrive("otp-submit", address)

    assert desk.page.inner_text("#procedure-code") == code
    desk.look("portal-procedure")
