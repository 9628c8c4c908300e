"""Back leads to a page: never to the browser's question whether to send a form again."""

from urllib.parse import urljoin

import pytest

from tests.e2e.conftest import OpenWindow
from tests.e2e.people import Person
from tests.e2e.running_system import RunningSystem
from tests.e2e.test_codes import other_than
from tests.e2e.walk import Walk

pytestmark = pytest.mark.e2e


def goes_back_to(walk: Walk, field: str) -> bool:
    """
    Whether Back from the page after this one comes to a form with *field*.

    The page after it is one of our own that a person may well look at: the help.
    """
    walk.open(urljoin(walk.page.url, "/help"))
    walk.page.go_back()
    return walk.page.locator(f"form #{field}").count() == 1


@pytest.mark.parametrize(
    "scripts",
    [
        pytest.param(True, id="with-scripts"),
        pytest.param(False, id="without-scripts", marks=pytest.mark.nightly),
    ],
)
def test_back_after_a_refused_form_shows_a_form(
    open_window: OpenWindow, citizen: Person, system: RunningSystem, *, scripts: bool
) -> None:
    walk = open_window(width="narrow", scripts=scripts)
    walk.open_portal(system.binh_dinh)
    walk.press("enrol")
    walk.choose_mobile()
    walk.submit_form(citizen, birth_month="13")
    refused = walk.errors
    assert goes_back_to(walk, "birth_month")
    assert walk.errors == refused
    assert walk.page.input_value("#identity_number") == citizen.identity_number

    walk.submit_form(citizen)
    right = walk.sandbox.next_code(citizen)
    walk.type_code(other_than(right))
    assert goes_back_to(walk, "otp")
    assert walk.errors == ["Mã OTP không đúng. Bạn còn 4 lần thử"]
    walk.type_code(right)
    walk.choose_password(citizen.password)
    walk.forget_everything()

    walk.ask_to_sign_in(system.binh_dinh)
    walk.press("choose-portal-account")
    walk.type_password(citizen, "Song Hàn-82 chiềU")
    walk.page.reload()
    assert goes_back_to(walk, "password")
    assert walk.page.input_value("#password") == ""
    walk.page.go_back()
    assert walk.page.locator("form #password").count() == 1
    walk.type_password(citizen)
    assert walk.path == "/otp"
    walk.page.go_back()
    assert walk.page.locator("form").count() >= 1
