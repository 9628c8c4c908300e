"""Passkeys in a real browser, with an authenticator of its own."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

import pytest
import redis
from playwright.sync_api import Browser, Page
from werkzeug.serving import WSGIRequestHandler, make_server

from idp.citizens import store as citizens
from idp.core.handles import Handle
from idp.core.phone_number import PhoneNumber
from idp.settings import load
from tests.conftest import CONFIG
from tests.fakes.carrier_records import CarrierRecordsInMemory
from tests.fakes.citizen_site import Site
from tests.fakes.clock import FakeClock
from tests.fakes.mail import MailOutbox
from tests.fakes.people import citizen_of
from tests.fakes.sms import SmsOutbox

pytestmark = pytest.mark.e2e

IDENTITY_NUMBER, NUMBER = "052090000001", PhoneNumber("+84912000001")
PASSWORD = "Song Hàn-82 chiều"
LIST = "/account/security/authenticators"
UNLOCKED = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


class Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


@dataclass
class Owner:
    """A citizen at a browser, whose device has a lock that opens for them."""

    site: Site
    page: Page
    issuer: str

    def open(self, path: str) -> None:
        self.page.goto(self.issuer + path)

    def press(self, name: str, *, then: str) -> None:
        self.page.click(f"#{name}")
        self.page.wait_for_url(f"{self.issuer}{then}*")

    def type_password(self) -> None:
        self.open("/login")
        self.page.fill("#username", IDENTITY_NUMBER)
        self.page.fill("#password", PASSWORD)
        self.page.click("#login-submit")

    def sign_in_by_text(self) -> None:
        self.type_password()
        self.page.fill("#otp", self.site.sms.to(NUMBER)[-1].split()[0])
        self.press("otp-submit", then="/account")

    def add_passkey(self) -> None:
        self.open("/account/security/passkeys/add")
        self.press("passkey-submit", then=LIST)

    @property
    def methods(self) -> tuple[str, ...]:
        """By what this browser's citizen has signed in."""
        cookies = {each["name"]: each["value"] for each in self.page.context.cookies()}
        session = self.site.sessions.find(Handle(cookies["idp_session"]))
        assert session is not None
        return session.authentication.amr


@pytest.fixture
def owner(
    home: Path,
    environment: dict[str, str],
    redis_client: redis.Redis,
    clock: FakeClock,
    carriers: CarrierRecordsInMemory,
    sms: SmsOutbox,
    mail: MailOutbox,
    chromium: Browser,
) -> Iterator[Owner]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        # A passkey belongs to a name: an address has none.
        issuer = f"http://localhost:{listener.getsockname()[1]}"
        settings = load(environment | {"IDP__SERVER__ISSUER": issuer}, config=CONFIG)
        site = Site(
            settings=settings,
            redis_client=redis_client,
            clock=clock,
            carriers=carriers,
            sms=sms,
            mail=mail,
        )
        citizen = citizen_of()
        assert citizen.credential
        citizen.credential.hash = site.hasher.hash(PASSWORD)
        with site.database.transaction() as transaction:
            citizens.add(transaction, citizen, site.index)
        server = make_server(
            "localhost",
            0,
            site.app,
            threaded=True,
            request_handler=Quiet,
            fd=listener.fileno(),
        )
        serving = Thread(target=server.serve_forever)
        serving.start()
        context = chromium.new_context(locale="vi")
        page = context.new_page()
        page.set_default_timeout(10_000)
        session = context.new_cdp_session(page)
        session.send("WebAuthn.enable")
        session.send("WebAuthn.addVirtualAuthenticator", {"options": UNLOCKED})
        yield Owner(site, page, issuer)
        context.close()
        server.shutdown()
        serving.join()
        server.server_close()
        site.database.engine.dispose()


def test_a_passkey_is_made_and_signs_in_without_number_and_password(owner: Owner) -> None:
    owner.sign_in_by_text()
    owner.add_passkey()
    assert "Đã thêm khoá truy cập" in owner.page.inner_text("main")

    owner.page.context.clear_cookies()
    owner.open("/login")
    owner.press("use-passkey", then="/login/passkey")
    owner.press("passkey-submit", then="/account")
    assert owner.methods == ("hwk", "user", "mfa")


def test_after_the_password_the_passkey_is_asked_for_and_a_text_is_the_other_way(
    owner: Owner,
) -> None:
    owner.sign_in_by_text()
    owner.add_passkey()
    owner.page.context.clear_cookies()
    owner.type_password()
    owner.page.wait_for_url(f"{owner.issuer}/login/passkey*")
    owner.press("way-sms", then="/otp")
    owner.press("way-passkey", then="/login/passkey")
    owner.press("passkey-submit", then="/account")

    assert owner.methods == ("pwd", "hwk", "user", "mfa")


def test_a_device_that_will_not_says_so_and_leaves_the_other_ways(owner: Owner) -> None:
    owner.open("/login/passkey")
    owner.page.click("#passkey-submit")  # it holds no passkey for this site
    owner.page.wait_for_function("document.querySelector('[data-failed]').textContent !== ''")

    assert "Chưa dùng được khoá truy cập" in owner.page.inner_text("main")
