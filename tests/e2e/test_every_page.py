"""
Every page in every state a citizen can bring it to, in English, at a desk and on a small phone.

Each is inspected: accessibility, width, headers, weight, titles, the console; portals' pages in the
dark too, as ours are in `test_pages_in_chromium.py`.
With `SCREENSHOTS=<folder>` all are photographed, in Vietnamese too.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.e2e.conftest import OpenWindow
from tests.e2e.inspection import Inspector
from tests.e2e.people import Person, somebody
from tests.e2e.running_system import RunningSystem
from tests.e2e.sandbox_client import SandboxClient
from tests.e2e.walk import Walk

pytestmark = pytest.mark.e2e

# The guides are walked in Vietnamese at both widths; the other windows are for the nights, and for
# whoever wants to see all of it.
WINDOWS = [("en", "wide"), ("en", "narrow"), ("vi", "wide"), ("vi", "narrow")]
LATER = () if os.environ.get("SCREENSHOTS") else (pytest.mark.nightly,)


@pytest.fixture(
    params=[
        pytest.param(window, id="-".join(window), marks=LATER if window != WINDOWS[0] else ())
        for window in WINDOWS
    ]
)
def visitor(request: pytest.FixtureRequest, open_window: OpenWindow) -> Walk:
    """Somebody who looks at everything, with scripts: axe is one."""
    language, width = request.param
    return open_window(language=language, width=width)


def test_enrolment(visitor: Walk, citizen: Person, system: RunningSystem) -> None:
    visitor.open_portal(system.binh_dinh)
    visitor.look("portal-home")
    visitor.press("enrol")
    visitor.look("enrol-method")
    visitor.press("method-submit")
    visitor.look("enrol-method-empty")
    for subject in ("business", "agency"):
        visitor.page.check(f"#subject-{subject}")
        visitor.page.check("#method-mobile")
        visitor.press("method-submit")
        visitor.look(f"enrol-not-open-{subject}")
        with visitor.page.expect_navigation():
            visitor.page.click("main .button")
    visitor.choose_mobile()
    visitor.look("enrol-mobile")
    visitor.press("enrol-submit")
    visitor.look("enrol-mobile-empty")
    visitor.submit_form(
        citizen,
        identity_number="12345",
        full_name="B4o",
        birth_day="31",
        birth_month="2",
        phone_number="02438221234",
        email="khong",
    )
    visitor.look("enrol-mobile-errors")
    visitor.submit_form(citizen, email="")
    visitor.look("enrol-otp")
    _all_states_of_the_code(visitor, citizen)
    visitor.type_code_sent_to(citizen)
    visitor.look("enrol-password")
    visitor.choose_password("ngắn", "khác")
    visitor.look("enrol-password-errors")
    visitor.choose_password(citizen.password)
    visitor.look("enrol-done")
    visitor.press("enrol-continue")
    visitor.look("consent")
    visitor.allow(system.binh_dinh)
    visitor.look("portal-signed-in")
    _being_signed_in(visitor, system)


def _all_states_of_the_code(visitor: Walk, citizen: Person) -> None:
    """Ends on the page that waits for the code of a text that was not read yet."""
    visitor.press("otp-submit")
    visitor.look("otp-empty")
    right = visitor.sandbox.next_code(citizen)
    wrong = str((int(right) + 1) % 1_000_000).zfill(6)
    visitor.type_code(wrong)
    visitor.look("otp-wrong")
    visitor.resend()
    visitor.look("otp-resent")
    visitor.sandbox.next_code(citizen)
    with visitor.page.expect_navigation():  # past the script, which would not let it through
        visitor.page.evaluate("document.querySelector('#otp-resend').form.submit()")
    visitor.look("otp-too-early")
    while visitor.page.locator("#otp").count():
        visitor.type_code(wrong)
    visitor.look("otp-too-many")
    visitor.page.locator("#otp-resend[aria-disabled]").wait_for(state="detached")
    visitor.press("otp-resend")


def _being_signed_in(visitor: Walk, system: RunningSystem) -> None:
    visitor.open(f"/?lang={visitor.language}")
    visitor.look("home-signed-in")
    visitor.open("/account")
    visitor.look("account")
    visitor.open_portal(system.binh_dinh, "/sign-in?prompt=consent")
    visitor.look("consent-again")
    with visitor.page.expect_navigation():
        visitor.click("not-you")
    assert visitor.path == "/not-you"
    visitor.look("not-you")
    visitor.open_portal(system.binh_dinh, "/sign-in?prompt=create")
    visitor.look("signed-in-as")
    visitor.open_portal(system.binh_dinh, "/procedures/BD-0002")
    visitor.look("portal-procedure")
    visitor.open_portal(system.binh_dinh, "/procedures/BD-0003")
    visitor.look("portal-too-low")
    visitor.open("/logout")
    visitor.look("logout")
    visitor.press("logout-confirm")
    visitor.page.wait_for_selector("#confirmed")  # the page before it does not stay
    visitor.look("signed-out")


def test_sign_in(visitor: Walk, citizen: Person, system: RunningSystem) -> None:
    visitor.have_enrolled(system.dak_lak, citizen)
    visitor.forget_everything()

    visitor.open_portal(system.dak_lak, "/sign-in-options")
    visitor.look("portal-options")
    visitor.press("sign-in")
    visitor.look("choose")
    visitor.press("choose-portal-account")
    visitor.look("login")
    visitor.press("login-submit")
    visitor.look("login-empty")
    visitor.type_password(citizen, "wrong")
    visitor.look("login-wrong")
    visitor.type_password(citizen)
    visitor.look("otp")
    visitor.type_code_sent_to(citizen)
    visitor.look("consent-other-portal")
    with _stopped_at_the_way_back(visitor, system.dak_lak) as address:
        visitor.look("continue")
    visitor.open(address)
    visitor.look("already-done")
    visitor.open_portal(system.dak_lak, "/callback?state=old&code=old")
    visitor.look("portal-stale")


@contextmanager
def _stopped_at_the_way_back(visitor: Walk, portal: str) -> Iterator[str]:
    """Agree, and stay on the page that leads to the portal, whenever it does; its address."""
    callback = f"{portal}/callback?*"
    visitor.page.route(callback, lambda route: route.fulfill(status=204))  # nothing to go to
    visitor.press("consent-allow")
    yield visitor.page.url
    visitor.page.unroute(callback)


def test_too_many_wrong_passwords(visitor: Walk, system: RunningSystem) -> None:
    stranger = somebody()
    visitor.ask_to_sign_in(system.binh_dinh)
    visitor.press("choose-portal-account")
    while visitor.page.locator("#password").count():
        visitor.type_password(stranger, "wrong")

    visitor.look("login-slowed")


def test_what_the_carrier_may_say(
    visitor: Walk, sandbox: SandboxClient, system: RunningSystem
) -> None:
    differs = sandbox.subscribe(somebody(), full_name="Nguyễn Thị Bười")
    visitor.enrol_up_to_the_code(system.binh_dinh, differs)
    visitor.type_code_sent_to(differs)
    visitor.look("enrol-mismatch")
    with visitor.page.expect_navigation():
        visitor.click("edit")
    visitor.look("enrol-mobile-again")
    visitor.forget_everything()

    unknown = somebody()
    sandbox.met.append(unknown)
    visitor.enrol_up_to_the_code(system.binh_dinh, unknown)
    visitor.type_code_sent_to(unknown)
    visitor.look("enrol-not-subscriber")
    visitor.forget_everything()

    silent = sandbox.subscribe(somebody())
    sandbox.break_(carrier="viettel", kind="http_500")
    visitor.enrol_up_to_the_code(system.binh_dinh, silent)
    visitor.type_code_sent_to(silent)
    visitor.look("enrol-carrier-away")
    visitor.open_portal(system.binh_dinh)
    visitor.press("enrol")
    visitor.choose_mobile()
    visitor.look("enrol-kept")
    sandbox.repair()
    visitor.forget_everything()

    bare = sandbox.subscribe(somebody())
    sandbox.break_(carrier="viettel", kind="not_available")
    visitor.enrol_up_to_the_code(system.binh_dinh, bare)
    visitor.type_code_sent_to(bare)
    visitor.look("enrol-not-available")


def test_an_account_that_exists(visitor: Walk, citizen: Person, system: RunningSystem) -> None:
    visitor.have_enrolled(system.binh_dinh, citizen)
    visitor.forget_everything()
    again = citizen.but(phone=somebody().phone)
    visitor.sandbox.subscribe(again)
    visitor.enrol_up_to_the_code(system.binh_dinh, again)
    visitor.type_code_sent_to(again)

    assert visitor.path == "/enrol/exists"
    visitor.look("enrol-exists")


def test_recovery(visitor: Walk, citizen: Person, system: RunningSystem) -> None:
    visitor.have_enrolled(system.binh_dinh, citizen)
    visitor.forget_everything()
    visitor.ask_to_sign_in(system.binh_dinh)
    visitor.press("choose-portal-account")
    visitor.press("forgot-password")
    visitor.look("recover")
    visitor.press("recover-submit")
    visitor.look("recover-empty")
    visitor.ask_for_new_password(citizen)
    visitor.look("recover-otp")
    visitor.type_code_sent_to(citizen)
    visitor.look("recover-password")
    visitor.choose_password("Ngắn1!", "Khác2!")
    visitor.look("recover-password-errors")
    visitor.choose_password("Bấc-đèn 7 NGỌN")
    visitor.look("recover-done")

    visitor.sandbox.subscribe(citizen, sim_changed_at=visitor.an_hour_ago)
    visitor.open(f"/recover?lang={visitor.language}")
    visitor.ask_for_new_password(citizen)
    visitor.type_code_sent_to(citizen)
    visitor.look("recover-sim-changed")
    visitor.sandbox.break_(carrier="viettel", kind="http_500")
    visitor.open("/recover")
    visitor.ask_for_new_password(citizen)
    visitor.type_code_sent_to(citizen)
    visitor.look("recover-carrier-silent")


def test_pages_that_help_and_pages_that_end(
    visitor: Walk, open_window: OpenWindow, system: RunningSystem
) -> None:
    mark = f"?lang={visitor.language}"
    for path in ("/", "/help", "/privacy", "/accessibility", "/nowhere"):
        visitor.open(path + mark)
        visitor.look(f"page-{path.strip('/') or 'home'}")
    visitor.open(f"/login{mark}&i={'A' * 43}")
    visitor.look("expired")
    visitor.open(f"/authorize{mark}&client_id=nobody")
    visitor.look("wrong-request")
    visitor.open(
        f"/authorize{mark}&client_id=binh-dinh&redirect_uri=https://a.example/&scope=openid"
    )
    visitor.look("wrong-request-of-a-portal")
    visitor.ask_to_sign_in(system.binh_dinh)
    other = open_window(language=visitor.language, width=visitor.width)
    other.open(visitor.page.url)
    other.look("other-browser")
    visitor.forget_everything()
    visitor.press("choose-portal-account")
    visitor.look("cookies-off")
    visitor.open_portal(system.binh_dinh, "/sign-in-options")
    visitor.press("sign-in")
    visitor.press_and_arrive("cancel", system.binh_dinh)
    visitor.look("portal-cancelled")
    for path in ("/national-portal", "/privacy", "/terms", "/nowhere"):
        visitor.open_portal(system.binh_dinh, path)
        visitor.look(f"portal{path.replace('/', '-')}")


def test_titles_tell_pages_apart(inspector: Inspector) -> None:
    """Of all pages that were looked at before."""
    several = {title: told for title, told in inspector.headings.items() if len(told) > 1}

    assert several == {}
