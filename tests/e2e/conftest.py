"""One system and one browser for all tests here, a new browser profile for each."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser

from tests.e2e.inspection import Inspector, told
from tests.e2e.people import Person, somebody
from tests.e2e.profiles import Profiles
from tests.e2e.running_system import RunningSystem, running_system
from tests.e2e.sandbox_client import SandboxClient
from tests.e2e.walk import Walk

OpenWindow = Callable[..., Walk]


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSystem]:
    """The running system; one for each process of pytest that has files of this folder."""
    with running_system(tmp_path_factory.mktemp("home")) as system:
        yield system


@pytest.fixture(scope="session")
def inspector(undrawn: Browser, system: RunningSystem) -> Inspector:
    """Inspects each page state; `SCREENSHOTS=<folder>` keeps pictures."""
    folder = os.environ.get("SCREENSHOTS")
    return Inspector(undrawn, system.provider, Path(folder) if folder else None)


@pytest.fixture(scope="session")
def sandbox_http(system: RunningSystem) -> Iterator[httpx.Client]:
    """One for all tests: each reads the certificates of the whole world when it is made."""
    with httpx.Client(base_url=system.sandbox) as http:
        yield http


@pytest.fixture
def sandbox(sandbox_http: httpx.Client) -> Iterator[SandboxClient]:
    """Carriers and phones, in order before and after."""
    client = SandboxClient(sandbox_http)
    yield client
    client.repair()


@pytest.fixture
def citizen(sandbox: SandboxClient) -> Person:
    """Somebody new, whose carrier knows them as they are."""
    return sandbox.subscribe(somebody())


@pytest.fixture(scope="session")
def profiles(chromium: Browser) -> Profiles:
    """The browser's profiles."""
    return Profiles(chromium)


@pytest.fixture
def open_window(
    profiles: Profiles, system: RunningSystem, sandbox: SandboxClient, inspector: Inspector
) -> Iterator[OpenWindow]:
    """
    Open browser profiles, each with one window.

    At the end nothing may have been wrong with any page, no console may have complained, and
    nothing personal may stand in any address, title or cookie.
    """
    walks: list[Walk] = []

    def open_(*, width: str = "wide", scripts: bool = True, language: str = "vi") -> Walk:
        (page,) = profiles.take(width=width, scripts=scripts).pages
        walk = Walk(page, system, sandbox, inspector, language, width, scripts)
        walks.append(walk)
        return walk

    yield open_
    faults = [fault for walk in walks for fault in walk.record.faults]
    secrets = {secret for person in sandbox.met for secret in person.secrets}
    gossip = [place for walk in walks for place in told(walk.record, secrets)]
    for walk in walks:
        walk.record.end()
        profiles.give_back(walk.page.context, width=walk.width, scripts=walk.scripts)
    assert not faults, "\n".join(faults)
    assert gossip == []


@pytest.fixture(params=["wide", "narrow"])
def walk(request: pytest.FixtureRequest, open_window: OpenWindow) -> Walk:
    """
    In Vietnamese: a desk with scripts, and the smallest phone without.

    The guides are walked in both every day; of all else `at_a_desk` and `on_a_phone` say in which.
    """
    return open_window(width=request.param, scripts=request.param == "wide")


@pytest.fixture
def desk(open_window: OpenWindow) -> Walk:
    """In Vietnamese, at a desk, with scripts: where neither width nor scripts matter."""
    return open_window()


@pytest.fixture
def english(open_window: OpenWindow) -> Walk:
    """In English, at a desk."""
    return open_window(language="en")
