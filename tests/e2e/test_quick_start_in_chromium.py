"""
A province's newcomer comes from an invitation to a sign-in at an own portal, by the manual alone.

What the manual says is read from it and done as it stands; only what its reader alone knows (their
password, the code of their app) comes from here, and where this run's servers are.
"""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pyotp
import pytest
from playwright.sync_api import Page

from idp.app.parts import Parts
from idp.core.clock import SystemClock
from idp.operators.model import OperatorRole
from idp.settings import load
from tests.e2e.conftest import OpenWindow
from tests.e2e.running_system import ROOT, RunningSystem, free_ports
from tests.fakes.operators import PASSWORD as LAN_PASSWORD
from tests.fakes.operators import SECRET, keep_operator
from tests.fakes.quick_start import TICK, VIETNAMESE, Open, Press, Run, Type, steps_of

pytestmark = pytest.mark.e2e

PASSWORD = "bốn từ khác và một núi"
INSTALL = "python3 -m venv .venv && .venv/bin/pip install -r requirements.txt\n"
STEP = 30  # seconds that an app shows a code
FIRST_PERSON = "table >> nth=-1 >> tbody code >> nth=0"
LOOKS = 40
TABLES_WITH_MESSAGES = 2
"""On the page of test people: the messages, and the people; without messages one is missing."""


class App:
    """An authenticator app whose codes are used one after the other, as one would over minutes."""

    def __init__(self, secret: str) -> None:
        self._totp = pyotp.TOTP(secret)
        self._next = 0.0

    def code(self) -> str:
        """A code that was not used; three in a row count at one moment (RFC 6238 §5.2)."""
        oldest = SystemClock().now().timestamp() - STEP
        moment = max(self._next, oldest)
        self._next = moment + STEP
        return self._totp.at(int(moment))


def keep_administrator(system: RunningSystem) -> None:
    """Have an administrator who was added long ago: none of the last codes was used."""
    told = subprocess.run(
        ["/bin/sh", "-c", f". {system.home}/environment; env -0"],
        capture_output=True,
        text=True,
        check=True,
    )
    variables = dict(each.split("=", 1) for each in told.stdout.split("\0") if each)
    parts = Parts(load(variables))
    now = parts.clock.now()
    keep_operator(parts.database, parts.hasher, "lan", OperatorRole.ADMINISTRATOR, now)
    parts.database.engine.dispose()


def invitation(page: Page, system: RunningSystem) -> str:
    """The administrator makes a team, and invites its first member."""
    keep_administrator(system)
    app = App(SECRET)
    for path, typed in (
        ("/console/sign-in", {"name": "lan"}),
        ("/console/teams/new", {"team_name": "Sở Khoa học tỉnh Lâm Đồng", "team_id": "lam-dong"}),
        ("/console/teams/lam-dong/invite", {"name": "minh", "display_name": "Trần Văn Minh"}),
    ):
        page.goto(system.provider + path)
        for name, text in typed.items():
            page.fill(f"#{name}", text)
        page.fill("#password", LAN_PASSWORD)
        page.fill("#code", app.code())
        with page.expect_navigation():
            page.locator("main form button.button").last.click()
    return page.inner_text("#invitation-link")


@contextmanager
def at_a_shell(commands: str, environment: dict[str, str], log: Path) -> Iterator[None]:
    """Run *commands* until the block ends, as somebody who leaves them running."""
    with log.open("w", encoding="utf-8") as out:
        process = subprocess.Popen(
            ["/bin/sh", "-e", "-c", commands],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], **environment},
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
        try:
            yield
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=STEP)


class Reader:
    """Does what the manual says, in a window."""

    def __init__(self, page: Page, system: RunningSystem, link: str) -> None:
        self.page, self.system = page, system
        self.portal = f"http://localhost:{free_ports(1)[0]}"
        page.goto(link)
        self.app = App(page.inner_text("#secret").replace(" ", ""))
        self.knows: dict[str, Callable[[], str]] = {
            "Tên đăng nhập": lambda: "minh",
            "Mật khẩu mới": lambda: PASSWORD,
            "Nhập lại mật khẩu mới": lambda: PASSWORD,
            "Mật khẩu của bạn": lambda: PASSWORD,
            "Mã đang hiện trong ứng dụng": self.app.code,
            "Số CMT hoặc CCCD": lambda: self.at_test_people(FIRST_PERSON),
            "Mật khẩu": lambda: self.at_test_people("dl.facts code >> nth=0"),
            "Mã OTP": self.code_in_the_inbox,
        }

    def here(self, text: str) -> str:
        """*text* with the addresses of this run."""
        return text.replace("http://localhost:8400", self.system.provider).replace(
            "http://localhost:8412", self.portal
        )

    def press(self, name: str) -> None:
        named = self.page.locator("a:visible, button:visible")
        exact = named.filter(has_text=re.compile(rf"^\s*{re.escape(name)}\s*$"))
        target = exact if exact.count() else named.filter(has_text=name)
        with self.page.expect_navigation():
            target.first.click()

    def type(self, step: Type) -> None:
        field = self.page.get_by_label(step.label, exact=True)
        if step.value == TICK:
            field.check()
        else:
            known = self.knows[step.label]() if step.value is None else self.here(step.value)
            field.fill(known)

    def at_test_people(self, selector: str) -> str:
        """What stands on the console's page of test people, in another tab."""
        with self._other_tab() as tab:
            return tab.inner_text(selector).strip()

    def code_in_the_inbox(self) -> str:
        """The code in the one message there, once it has come."""
        with self._other_tab() as tab:
            for _ in range(LOOKS):
                if tab.locator("table").count() == TABLES_WITH_MESSAGES:
                    break
                tab.wait_for_timeout(250)  # the worker needs a moment to send it
                tab.reload()
            text = tab.inner_text("table >> nth=0 >> tbody tr td >> nth=-1")
        found = re.search(r"\b\d{6}\b", text)
        assert found is not None, text
        return found[0]

    @contextmanager
    def _other_tab(self) -> Iterator[Page]:
        tab = self.page.context.new_page()
        tab.goto(f"{self.system.provider}/console/test-people")
        yield tab
        tab.close()


def test_from_an_invitation_to_a_sign_in(
    open_window: OpenWindow, system: RunningSystem, tmp_path: Path
) -> None:
    link = invitation(open_window().page, system)
    reader = Reader(open_window().page, system, link)
    page, addresses = reader.page, {"OIDC_ISSUER": system.provider, "PORTAL_URL": reader.portal}
    with ExitStack() as running:
        for step in steps_of(VIETNAMESE):
            match step:
                case Open(address):
                    page.goto(reader.here(address))
                case Press(name):
                    reader.press(name)
                case Type():
                    reader.type(step)
                case Run(commands):
                    commands = as_installed(commands).replace(
                        "…", page.inner_text("#client-secret")
                    )
                    log = tmp_path / "portal.log"
                    running.enter_context(at_a_shell(commands, addresses, log))
                    answers(reader.portal)
        page.wait_for_selector("#citizen-name")
        assert page.url.startswith(reader.portal)
        assert page.inner_text("#citizen-name") == "Nguyễn Thử Hai"


def as_installed(commands: str) -> str:
    """The same, where everything that it installs is in this Python already."""
    assert INSTALL in commands
    return commands.replace(INSTALL, "").replace(".venv/bin/python", sys.executable)


def answers(portal: str) -> None:
    """Return once it does. The client waits longer before each further try."""
    with httpx.Client(transport=httpx.HTTPTransport(retries=6), timeout=10) as client:
        client.get(f"{portal}/").raise_for_status()
