"""The samples sign citizens in at the real provider."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.interop.running_provider import OTP, PERSON, RunningProvider
from tests.interop.sample_portals import NAMES, Sample, running, sample

pytestmark = pytest.mark.interop


@pytest.fixture(scope="module", params=NAMES)
def portal(
    request: pytest.FixtureRequest,
    provider: RunningProvider,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Sample]:
    """A sample, registered from its own file, and running."""
    portal = sample(request.param)
    if portal.missing is not None:
        pytest.skip(portal.missing)
    secret = provider.register(portal.registration)
    home = tmp_path_factory.mktemp(portal.name)
    with running(portal, provider.issuer, secret, home, provider.ca_file) as log:
        yield portal
        assert_told_nothing(log, secret)


def assert_told_nothing(log: Path, secret: str) -> None:
    """No name, no token, no code and no secret may be in what a portal wrote."""
    said = log.read_text("utf-8")
    assert PERSON["name"] not in said
    assert secret not in said
    assert "eyJ" not in said
    assert "code=" not in said


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A browser without a past; no page may be refused anything by its policy."""
    said: list[str] = []
    # The authority of the provider's certificate is in no browser's list.
    context = chromium.new_context(
        ignore_https_errors=True, locale="vi-VN", viewport={"width": 320, "height": 640}
    )
    page = context.new_page()
    page.on("console", lambda message: said.append(message.text))
    yield page
    context.close()
    assert [line for line in said if "Content Security Policy" in line] == []


def go_as_far_as_consent(page: Page, portal: Sample) -> None:
    page.goto(portal.base)
    page.click("#sign-in")
    page.click("#choose-portal-account")
    page.fill("#username", PERSON["username"])
    page.fill("#password", PERSON["password"])
    page.click("#login-submit")
    page.fill("#otp", OTP)
    page.click("#otp-submit")
    page.wait_for_url(lambda url: "/consent" in url or url.startswith(portal.base))


def sign_in(page: Page, portal: Sample) -> None:
    go_as_far_as_consent(page, portal)
    if "/consent" in page.url:
        page.click("#consent-allow")
    page.wait_for_selector("#citizen-name")


def test_who_does_not_agree_reads_that_nothing_was_sent(page: Page, portal: Sample) -> None:
    go_as_far_as_consent(page, portal)
    page.click("#consent-deny")
    page.wait_for_url(f"{portal.base}/callback?*")

    assert page.inner_text("h1") == "Bạn đã huỷ đăng nhập"
    assert page.locator("#sign-in").is_visible()


def test_a_citizen_signs_in_and_out(page: Page, portal: Sample) -> None:
    sign_in(page, portal)

    assert page.url == f"{portal.base}/"
    assert page.inner_text("#citizen-name") == PERSON["name"]
    assert page.inner_text("#acr") == "LoA2"

    page.click("#sign-out")
    page.wait_for_url(f"{portal.base}/signed-out?*")
    assert page.inner_text("h1") == "Bạn đã đăng xuất"
    page.goto(portal.base)
    assert page.locator("#citizen-name").count() == 0
    page.click("#sign-in")
    assert page.locator("#choose-portal-account").is_visible()


def test_the_button_is_that_of_the_kit(page: Page, portal: Sample) -> None:
    page.goto(portal.base)
    button = page.locator("#sign-in")
    box = button.bounding_box()

    assert button.inner_text() == "Đăng nhập Cổng DVC Quốc gia"
    assert box is not None
    assert min(box["width"], box["height"]) >= 44
