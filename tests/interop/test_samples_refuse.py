"""The samples refuse what no portal may believe: driven by a provider that misbehaves."""

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from werkzeug.serving import WSGIRequestHandler, make_server

from clients.kit.clock import utc_now
from tests.fakes.openid_provider import Mischief, OpenIdProvider, SetClock
from tests.interop.conftest import free_ports
from tests.interop.sample_portals import NAMES, Sample, running, sample

pytestmark = pytest.mark.interop

SECRET = "known-to-the-double-and-to-the-portal"
# Libraries differ in these, and each is harmless: the token is signed by a published key, for this
# portal and this very question (its nonce), and has not expired.
HARMLESS = {Mischief.OLD_IAT, Mischief.NO_KID, Mischief.ENCRYPTION_KEY}
# A class that is no text is too low a class.
TOO_LOW = {Mischief.LIST_ACR}


class Now(SetClock):
    """The machine's: the portals read no other."""

    def __call__(self):  # noqa: ANN204
        return utc_now()


class Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


@dataclass
class Stage:
    portal: Sample
    provider: OpenIdProvider

    def browser(self) -> httpx.Client:
        return httpx.Client(timeout=10)

    def answer(self, browser: httpx.Client) -> str:
        """Begin a sign-in; the address with the provider's answer, not opened yet."""
        asked = browser.get(f"{self.portal.base}/sign-in")
        assert asked.is_redirect, asked.text
        return browser.get(asked.headers["Location"]).headers["Location"]

    def sign_in(self, browser: httpx.Client) -> httpx.Response:
        return browser.get(self.answer(browser))

    def knows(self, browser: httpx.Client) -> bool:
        return 'id="citizen-name"' in browser.get(f"{self.portal.base}/").text


@contextmanager
def served(provider: OpenIdProvider, listener: socket.socket) -> Iterator[None]:
    host, port = listener.getsockname()
    server = make_server(
        host, port, provider, threaded=True, request_handler=Quiet, fd=listener.fileno()
    )
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module", params=NAMES)
def running_stage(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    portal = sample(request.param)
    if portal.missing is not None:
        pytest.skip(portal.missing)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        provider = OpenIdProvider(
            Now(),
            portal.client_id,
            SECRET,
            "client_secret_basic",
            f"{portal.base}/callback",
            f"http://localhost:{listener.getsockname()[1]}",
        )
        home = tmp_path_factory.mktemp(portal.name)
        with (
            served(provider, listener),
            running(portal, provider.issuer, SECRET, home),
        ):
            yield Stage(portal, provider)


@pytest.fixture
def stage(running_stage: Stage) -> Iterator[Stage]:
    """The same portal for all; a provider without faults to begin with."""
    provider = running_stage.provider
    provider.mischief = provider.refusal = provider.token_error = None
    provider.acr = "LoA2"
    provider.redemptions.clear()
    return running_stage


def heading(response: httpx.Response) -> str:
    found = re.search(r"<h1>(.*)</h1>", response.text)
    return found[1] if found else response.text


def test_a_good_answer_signs_in_once(stage: Stage) -> None:
    with stage.browser() as browser:
        answer = stage.answer(browser)

        assert browser.get(answer).is_redirect
        assert stage.knows(browser)
        again = browser.get(answer)
        assert (again.status_code, heading(again)) == (
            400,
            "Lần đăng nhập này không còn dùng được",
        )
        assert len(stage.provider.redemptions) == 1


@pytest.mark.parametrize("mischief", [one for one in Mischief if one not in HARMLESS | TOO_LOW])
def test_a_wrong_answer_makes_no_session(stage: Stage, mischief: Mischief) -> None:
    stage.provider.mischief = mischief
    with stage.browser() as browser:
        response = stage.sign_in(browser)

        assert response.status_code == 400
        assert heading(response) == "Chưa đăng nhập được"
        assert not stage.knows(browser)


@pytest.mark.parametrize("acr", ["LoA1", "LoA9", "loa2", "LoA2 LoA4", None])
def test_a_lower_class_than_demanded_makes_no_session(stage: Stage, acr: str | None) -> None:
    stage.provider.acr = acr
    with stage.browser() as browser:
        response = stage.sign_in(browser)

        assert (response.status_code, heading(response)) == (403, "Cần mức xác minh cao hơn")
        assert not stage.knows(browser)


def test_the_class_is_demanded(stage: Stage) -> None:
    with stage.browser() as browser:
        asked = browser.get(f"{stage.portal.base}/sign-in").headers["Location"]

    claims = parse_qs(urlsplit(asked).query)["claims"]
    assert claims[0].replace(" ", "") == (
        '{"id_token":{"acr":{"essential":true,"values":["LoA2","LoA3","LoA4"]}}}'
    )


def test_somebody_elses_answer_signs_nobody_in(stage: Stage) -> None:
    with stage.browser() as attacker, stage.browser() as victim:
        answer = stage.answer(attacker)
        victim.get(f"{stage.portal.base}/sign-in")
        response = victim.get(answer)

        assert heading(response) == "Lần đăng nhập này không còn dùng được"
        assert not stage.knows(victim)
        assert stage.provider.redemptions == []


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        ("access_denied", 403, "Bạn đã huỷ đăng nhập"),
        ("unmet_authentication_requirements", 403, "Cần mức xác minh cao hơn"),
        ("temporarily_unavailable", 503, "Cổng Dịch vụ công Quốc gia chưa trả lời"),
        ("invalid_scope", 400, "Chưa đăng nhập được"),
    ],
)
def test_a_refusal_is_told_in_words(stage: Stage, error: str, status: int, words: str) -> None:
    stage.provider.refusal = (error, "Of no use to a citizen.")
    with stage.browser() as browser:
        response = stage.sign_in(browser)

    assert (response.status_code, heading(response)) == (status, words)
    assert "Of no use" not in response.text


def test_a_code_that_is_refused_is_told_in_words(stage: Stage) -> None:
    stage.provider.token_error = "invalid_grant"
    with stage.browser() as browser:
        response = stage.sign_in(browser)

    assert (response.status_code, heading(response)) == (400, "Chưa đăng nhập được")


def test_a_new_key_of_the_provider_is_learnt(stage: Stage) -> None:
    with stage.browser() as browser:
        stage.sign_in(browser)
    stage.provider.rotate()
    with stage.browser() as browser:
        stage.sign_in(browser)
        if not stage.knows(browser):  # at the latest by the next try
            stage.sign_in(browser)

        assert stage.knows(browser)


def test_nobody_signs_out_by_another_sites_form(stage: Stage) -> None:
    with stage.browser() as browser:
        stage.sign_in(browser)
        for form in ({}, {"csrf": "guessed"}):
            assert browser.post(f"{stage.portal.base}/sign-out", data=form).status_code == 400

        assert stage.knows(browser)


@pytest.mark.parametrize("name", NAMES)
def test_an_outage_is_told_in_words(name: str, tmp_path: Path) -> None:
    portal = sample(name)
    if portal.missing is not None:
        pytest.skip(portal.missing)
    [nobodys] = free_ports(1)
    with running(portal, f"http://localhost:{nobodys}", SECRET, tmp_path):
        response = httpx.get(f"{portal.base}/sign-in", timeout=10)

    assert (response.status_code, heading(response)) == (
        503,
        "Cổng Dịch vụ công Quốc gia chưa trả lời",
    )


def test_an_address_that_is_not_there_is_told_in_words(stage: Stage) -> None:
    with stage.browser() as browser:
        response = browser.get(f"{stage.portal.base}/nowhere")

    assert (response.status_code, heading(response)) == (404, "Không tìm thấy trang")
