"""A person at a browser: what they press and type, in their own order."""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from playwright.sync_api import Page

from idp.core.clock import SystemClock
from tests.e2e.fingers import click, type_into
from tests.e2e.inspection import Inspector, Record
from tests.e2e.people import Person
from tests.e2e.running_system import RunningSystem
from tests.e2e.sandbox_client import SandboxClient
from tests.e2e.unseen import Unseen

SLOWEST: Final = 10_000
"""Milliseconds that anything may take on a busy machine."""
_TRIES: Final = 40
_PAUSE: Final = 250
"""Milliseconds between two looks: the worker needs a moment to tell a portal."""
MOST_TABS: Final = 30
TEXTS: Final = """
selector => Array.from(document.querySelectorAll(selector), element => element.innerText)
"""
FOCUSED: Final = "document.activeElement.outerHTML"
FOCUS_IS_VISIBLE: Final = """
() => {
  const style = getComputedStyle(document.activeElement);
  const box = document.activeElement.getBoundingClientRect();
  return (style.outlineStyle !== "none" || style.boxShadow !== "none")
    && box.bottom > 0 && box.top < innerHeight;
}
"""


@dataclass
class Walk:
    """
    One window of one browser profile.

    *width* is its name; each page that is looked at is inspected.
    """

    page: Page
    system: RunningSystem
    sandbox: SandboxClient
    inspector: Inspector
    language: str
    width: str
    scripts: bool
    record: Record = field(init=False)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(SLOWEST)
        self.record = Record(self.page)
        self.record.begin()

    # --- moving ----------------------------------------------------------------------------------

    def open(self, address: str) -> None:
        """Type an address; a path is the provider's."""
        self.page.goto(self.system.provider + address if address.startswith("/") else address)

    def open_portal(self, portal: str, path: str = "/") -> None:
        """Open a page of a portal, in the visitor's language."""
        mark = "&" if "?" in path else "?"
        self.open(f"{portal}{path}{mark}lang={self.language}")

    def press(self, name: str) -> None:
        """Press the button, or follow the link, with this id; wait for the page that comes."""
        with self.page.expect_navigation():
            self.click(name)

    def click(self, name: str) -> None:
        """Press the button, or follow the link, with this id; wait for nothing."""
        click(self.page, name)

    def type(self, **texts: str) -> None:
        """Type each text into the field with its id, instead of what is in it."""
        type_into(self.page, texts)

    def press_and_arrive(self, name: str, portal: str) -> None:
        """Press it, and be taken to *portal*, however many pages lie between."""
        with self.page.expect_navigation(url=lambda address: address.startswith(portal + "/")):
            self.click(name)

    def forget_everything(self) -> None:
        """Be another browser: no cookies."""
        self.page.context.clear_cookies()

    def look(self, name: str) -> None:
        """See that this is the page called *name*, and that nothing is wrong with it."""
        setting = self.width if self.scripts else f"{self.width}-without-scripts"
        self.inspector.inspect(name, self.record, setting=setting, scripts=self.scripts)

    @property
    def heading(self) -> str:
        """What the page says it is."""
        return self._texts("h1")[0]

    @property
    def errors(self) -> list[str]:
        """The lines of the error summary."""
        return self._texts("[data-summary] li")

    def reads(self, text: str) -> bool:
        """Whether the page says *text*."""
        return text in re.sub(r"\s+", " ", self._texts("main")[0])

    def _texts(self, selector: str) -> list[str]:
        found: list[str] = self.page.evaluate(TEXTS, selector)
        return found

    @property
    def path(self) -> str:
        """The path of the page on the screen."""
        return re.sub(r"^\w+://[^/]+|[?#].*$", "", self.page.url)

    def is_at(self, portal: str) -> bool:
        """Whether the page is one of *portal*'s."""
        return self.page.url.startswith(portal + "/")

    # --- without a mouse --------------------------------------------------------------------------

    def tab_to(self, name: str) -> None:
        """Press Tab until the element with this id has the focus; see where the focus is."""
        for _ in range(MOST_TABS):
            if self.page.evaluate("document.activeElement.id") == name:
                return
            self.page.keyboard.press("Tab")
            assert self.page.evaluate(FOCUS_IS_VISIBLE), self.page.evaluate(FOCUSED)
        raise AssertionError(f"{name} cannot be reached by Tab")

    def press_by_keyboard(self, name: str) -> None:
        """Go to the button with this id and press it."""
        self.tab_to(name)
        self.enter()

    def type_by_keyboard(self, name: str, text: str) -> None:
        """Go to the field with this id; replace what is in it."""
        self.tab_to(name)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def enter(self) -> None:
        """Press Enter; wait for the page that comes."""
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    # --- enrolling -------------------------------------------------------------------------------

    def choose_mobile(self) -> None:
        """Citizen, by mobile subscription."""
        self.click("subject-citizen")
        self.click("method-mobile")
        self.press("method-submit")

    def fill_form(self, person: Person, **differently: str) -> None:
        """Type what *person* is, or something else in single fields."""
        self.type(**self._typed(person) | differently)

    def _typed(self, person: Person) -> dict[str, str]:
        return {
            "identity_number": person.identity_number,
            "full_name": person.full_name,
            "birth_day": person.day,
            "birth_month": person.month,
            "birth_year": person.year,
            "phone_number": person.phone,
        }

    def submit_form(self, person: Person, **differently: str) -> None:
        """Fill the form and send it."""
        self.fill_form(person, **differently)
        self.press("enrol-submit")

    def type_code(self, code: str) -> None:
        """Type a one-time password and confirm it."""
        self.type(otp=code)
        self.press("otp-submit")

    def type_code_sent_to(self, person: Person) -> None:
        """Wait for the text, type its code."""
        self.type_code(self.sandbox.next_code(person))

    def resend(self) -> None:
        """Ask for another code when the wait is over; without scripts, until it is."""
        self.page.locator("#otp-resend[aria-disabled]").wait_for(state="detached")
        while "resent=1" not in self.page.url:
            self.press("otp-resend")

    def choose_password(self, password: str, again: str | None = None) -> None:
        """Type a new password twice."""
        self.type(new_password=password, confirm_password=password if again is None else again)
        self.press("password-submit")

    def enrol_up_to_the_code(self, portal: str, person: Person) -> None:
        """From the portal's "Đăng ký" to the page that asks for the code."""
        self.open_portal(portal)
        self.press("enrol")
        self.choose_mobile()
        self.submit_form(person)

    def enrol(self, portal: str, person: Person) -> None:
        """From the portal's "Đăng ký" to the page that says the account was made."""
        self.enrol_up_to_the_code(portal, person)
        self.type_code_sent_to(person)
        self.choose_password(person.password)

    def enrol_and_return(self, portal: str, person: Person) -> None:
        """Enrol, and go on to the portal, signed in."""
        self.enrol(portal, person)
        self.press("enrol-continue")
        self.allow(portal)

    def have_enrolled(self, portal: str, person: Person) -> None:
        """Be past `enrol`, where the test is about what comes later: no page of it is shown."""
        self._enrol_unseen(portal, person)

    def have_enrolled_and_returned(self, portal: str, person: Person) -> None:
        """Be where `enrol_and_return` ends, signed in; no page before it is shown."""
        unseen = self._enrol_unseen(portal, person)
        unseen.press("enrol-continue")
        unseen.press("consent-allow")
        unseen.press("continue")
        self.open(unseen.address)

    def _enrol_unseen(self, portal: str, person: Person) -> Unseen:
        unseen = Unseen(self.page.context.request)
        unseen.open(f"{portal}/?lang={self.language}")
        unseen.press("enrol")
        unseen.press("method-submit", subject="citizen", method="mobile")
        unseen.press("enrol-submit", **self._typed(person))
        unseen.press("otp-submit", otp=self.sandbox.next_code(person))
        unseen.press(
            "password-submit", new_password=person.password, confirm_password=person.password
        )
        return unseen

    def ask_for_new_password(self, person: Person) -> None:
        """Identity number and registered phone."""
        self.type(username=person.identity_number, phone_number=person.phone)
        self.press("recover-submit")

    @property
    def an_hour_ago(self) -> str:
        """As the sandbox takes it."""
        return (SystemClock().now() - timedelta(hours=1)).isoformat()

    def reach_another_second(self) -> None:
        """Wait for the next one, where moments are told in seconds."""
        gone = SystemClock().now().microsecond // 1000
        self.page.wait_for_timeout(1000 - gone)

    # --- signing in ------------------------------------------------------------------------------

    def is_out_at(self, portal: str) -> bool:
        """Whether the portal comes to know that it is over; it is looked at until it does."""
        for _ in range(_TRIES):
            self.open_portal(portal)
            if not self.is_signed_in:
                return True
            self.page.wait_for_timeout(_PAUSE)
        return False

    def ask_to_sign_in(self, portal: str) -> None:
        """From the portal's home page to the chooser, or as far as it goes by itself."""
        self.open_portal(portal)
        self.press("open-sign-in")
        self.press("sign-in")

    def type_password(self, person: Person, password: str | None = None) -> None:
        """Identity number and password."""
        typed = person.password if password is None else password
        self.type(username=person.identity_number, password=typed)
        self.press("login-submit")

    def sign_in_up_to_the_code(self, portal: str, person: Person) -> None:
        """From the portal to the page that asks for the code."""
        self.ask_to_sign_in(portal)
        self.press("choose-portal-account")
        self.type_password(person)

    def sign_in(self, portal: str, person: Person) -> None:
        """From the portal to whatever comes after the code."""
        self.sign_in_up_to_the_code(portal, person)
        self.type_code_sent_to(person)

    def allow(self, portal: str) -> None:
        """Agree, and arrive at the portal."""
        self.press_and_arrive("consent-allow", portal)

    def deny(self, portal: str) -> None:
        """Refuse, and arrive at the portal."""
        self.press_and_arrive("consent-deny", portal)

    def arrive(self, portal: str) -> None:
        """Be taken to *portal*, however many pages lie between."""
        self.page.wait_for_url(lambda address: address.startswith(portal + "/"))
        self.page.wait_for_load_state()

    @property
    def is_signed_in(self) -> bool:
        """Whether the portal greets somebody."""
        return len(self._texts("#citizen-name")) == 1
