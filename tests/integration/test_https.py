"""The provider speaks https itself: `idp serve` alone, its certificate from a private authority."""

import os
import re
import socket
import ssl
import subprocess
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest
from flask import Flask
from flask.testing import FlaskClient

from idp.app import Adapters, create_app, prepare
from idp.db import db
from idp.settings import load
from tests.conftest import CONFIG, ROOT
from tests.fakes.clock import FakeClock
from tests.fakes.https_server import certificates
from tests.integration.test_certification_mode import PERSON, SAYS

HANDLE = r"[A-Za-z0-9_-]{43}"
SECONDS = 60  # at most: a start on a busy machine


@dataclass(frozen=True)
class Served:
    """A provider that serves, and the authority its certificate is from."""

    issuer: str
    port: int
    ca_file: Path


@contextmanager
def serving(environment: Mapping[str, str], folder: Path) -> Iterator[Served]:
    """Run `idp serve` on a free port, as the only process of ours, until it is no longer wanted."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    ca_file, chain = certificates(folder)
    issuer = f"https://localhost:{port}"
    own = {
        **environment,
        "IDP_CONFIG": str(CONFIG),
        "IDP__SERVER__ISSUER": issuer,
        "IDP__SERVER__PORT": str(port),
        "IDP__TLS__CERTIFICATE": str(chain),
        "IDP__TLS__KEY": str(chain),
        "IDP__CERTIFICATION__ENABLED": "true",
        "IDP__CERTIFICATION__OTP": "000000",
        "IDP__CERTIFICATION__PERSON_FILE": str(PERSON),
    }
    prepare(load(own, config=CONFIG), client_secrets=folder)
    inherited = {name: value for name, value in os.environ.items() if "IDP_" not in name}
    log = folder / "serve.log"
    with (
        log.open("wb") as output,
        subprocess.Popen(
            [sys.executable, "-m", "idp.cli", "serve"],
            cwd=ROOT,
            env=inherited | own,
            stdout=output,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        try:
            wait_for(port, process, log)
            yield Served(issuer, port, ca_file)
        finally:
            process.terminate()
            process.wait()


def wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return when it listens."""
    for _ in range(SECONDS * 20):
        if process.poll() is not None:
            pytest.fail(log.read_text("utf-8"))
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        try:
            process.wait(timeout=0.05)
        except subprocess.TimeoutExpired:
            continue
    pytest.fail(log.read_text("utf-8"))


@pytest.fixture(scope="module")
def served(
    tmp_path_factory: pytest.TempPathFactory, secrets: Mapping[str, str], redis_server: str
) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("https")
    with serving(of_a_process(folder, secrets, redis_server), folder) as running:
        yield running


def of_a_process(folder: Path, secrets: Mapping[str, str], redis_server: str) -> dict[str, str]:
    return {
        **secrets,
        "IDP_HOME": str(folder),
        "IDP__REDIS__URL": redis_server,
        "IDP__SIGNING__FOLDER": str(folder / "keys"),
        "IDP__REGISTRATIONS__FOLDER": str(ROOT / "clients"),
    }


@contextmanager
def browser_at(served: Served) -> Iterator[httpx.Client]:
    """A browser that trusts the private authority and no other."""
    trust = ssl.create_default_context(cafile=served.ca_file)
    with httpx.Client(base_url=served.issuer, verify=trust, trust_env=False) as browser:
        yield browser


def hidden(page: httpx.Response) -> dict[str, str]:
    """The hidden fields of the page's first form."""
    form = page.text.partition("</form>")[0]
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    return {name: unescape(value) for name, value in found}


def to_the_end(browser: httpx.Client) -> list[httpx.Response]:
    """Sign the person in; every answer on the way."""
    query = {
        "client_id": "binh-dinh",
        "redirect_uri": "http://localhost:8401/callback",
        "response_type": "code",
        "scope": "openid",
        "state": "state",
        "code_challenge": "c" * 43,
        "code_challenge_method": "S256",
    }
    answers = [browser.get(f"/authorize?{urlencode(query)}")]

    def follow() -> None:
        while answers[-1].status_code == 303:
            answers.append(browser.get(answers[-1].headers["Location"]))

    follow()
    answers.append(browser.get(answers[-1].url.copy_with(path="/login")))
    for typed in (
        {"username": SAYS["username"], "password": SAYS["password"]},
        {"otp": "000000"},
    ):
        page = answers[-1]
        answers.append(browser.post(page.url, data=hidden(page) | typed))
        follow()
    return answers


def cookies_of(answers: list[httpx.Response]) -> dict[str, str]:
    """What was set, by name: the last one's text."""
    lines = [line for answer in answers for line in answer.headers.get_list("Set-Cookie")]
    return {line.partition("=")[0]: line for line in lines}


def test_discovery_names_https_addresses_alone(served: Served) -> None:
    with browser_at(served) as browser:
        document = browser.get("/.well-known/openid-configuration").json()

    addresses = {
        name: value
        for name, value in document.items()
        if name.endswith(("_endpoint", "_uri")) and isinstance(value, str)
    }
    assert document["issuer"] == served.issuer
    assert len(addresses) >= 5
    assert [value for value in addresses.values() if not value.startswith(served.issuer)] == []


def test_89_cookies_are_secure_and_bound_to_the_host(served: Served) -> None:
    with browser_at(served) as browser:
        answers = to_the_end(browser)

    cookies = cookies_of(answers)
    assert answers[-1].url.path in {"/consent", "/continue"}
    assert {"__Host-idp_browser", "__Host-idp_session"} <= cookies.keys()
    for name in ("__Host-idp_browser", "__Host-idp_session"):
        value, *attributes = cookies[name].split("; ")
        assert re.fullmatch(rf"{name}={HANDLE}", value)
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(attributes)
        assert not [attribute for attribute in attributes if attribute.startswith("Domain")]


def test_89_a_loopback_host_is_never_told_to_insist_on_https(served: Served) -> None:
    with browser_at(served) as browser:
        answers = [browser.get("/jwks"), browser.get("/account", follow_redirects=True)]

    assert [answer for answer in answers if "Strict-Transport-Security" in answer.headers] == []


@pytest.fixture
def named_app(home: Path, environment: dict[str, str], clock: FakeClock) -> Iterator[Flask]:
    settings = load(
        environment | {"IDP__SERVER__ISSUER": "https://dangnhap.example"}, config=CONFIG
    )
    app = create_app(settings, Adapters(clock=clock))
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.mark.parametrize("path", ["/", "/jwks", "/nowhere", "/.well-known/openid-configuration"])
def test_89_browsers_are_told_to_come_by_https_alone(named_app: Flask, path: str) -> None:
    client: FlaskClient = named_app.test_client()
    answer = client.get(path, base_url="https://dangnhap.example")

    assert answer.headers.getlist("Strict-Transport-Security") == ["max-age=63072000"]


def test_a_certificate_of_nobody_we_know_is_refused(served: Served) -> None:
    """The check of these tests themselves: the private authority is what makes them pass."""
    with (
        httpx.Client(base_url=served.issuer, trust_env=False) as stranger,
        pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"),
    ):
        stranger.get("/jwks")


@pytest.mark.parametrize("version", ["TLSv1", "TLSv1_1"])
def test_old_versions_of_tls_are_refused(served: Served, version: str) -> None:
    alerts_of_the_server = {"TLSV1_ALERT_PROTOCOL_VERSION", "SSLV3_ALERT_HANDSHAKE_FAILURE"}

    assert handshake(served, version) in alerts_of_the_server


@pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
def test_versions_of_tls_in_use_are_spoken(served: Served, version: str) -> None:
    assert handshake(served, version) == version.replace("_", ".")


def handshake(served: Served, version: str) -> str | None:
    """The version agreed on where *version* alone is offered, else why there is none."""
    context = ssl.create_default_context(cafile=served.ca_file)
    context.set_ciphers("ALL:@SECLEVEL=0")  # or our own side would refuse, and prove nothing
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion[version]
        context.maximum_version = ssl.TLSVersion[version]
    try:
        with (
            socket.create_connection(("127.0.0.1", served.port)) as plain,
            context.wrap_socket(plain, server_hostname="localhost") as secured,
        ):
            return secured.version()
    except ssl.SSLError as error:
        return error.reason


@pytest.mark.postgresql
def test_the_server_runs_on_databases_of_other_machines(
    tmp_path: Path, secrets: Mapping[str, str], redis_url: str, postgresql_url: str
) -> None:
    """`idp serve` alone: no embedded part, no worker, nothing of `make run`."""
    environment = of_a_process(tmp_path, secrets, redis_url) | {
        "IDP__DATABASE__URL": postgresql_url,
    }
    with serving(environment, tmp_path) as running, browser_at(running) as browser:
        ready = browser.get("/readyz")
        answers = to_the_end(browser)

    assert ready.status_code == 200
    assert answers[-1].url.path in {"/consent", "/continue"}
    assert not (tmp_path / "idp.sqlite3").exists()
