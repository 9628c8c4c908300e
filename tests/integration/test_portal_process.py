"""A portal as a process: starts, says in one line why it cannot, ends when told."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[2]
SECRETS = {"OIDC_CLIENT_SECRET": "for tests only", "PORTAL_SECRET_KEY": "for tests only"}


@pytest.fixture
def taken() -> Iterator[socket.socket]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener


def start(module: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", module],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("module", ["clients.binh_dinh", "clients.dak_lak"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_portal_serves_until_told_to_stop(module: str, number: signal.Signals) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = start(module, PORTAL_PORT=str(port), **SECRETS)
    transport = httpx.HTTPTransport(retries=8)  # backs off while the process starts
    with httpx.Client(transport=transport, trust_env=False) as client:
        response = client.get(f"http://127.0.0.1:{port}/")
    process.send_signal(number)
    output, errors = process.communicate(timeout=20)

    assert response.status_code == 200
    assert 'id="enrol"' in response.text
    assert response.headers["Server"] == "portal"
    assert (process.returncode, output, errors) == (0, "", "")


def test_a_port_in_use_is_said_in_one_line(taken: socket.socket) -> None:
    port = taken.getsockname()[1]
    process = start("clients.binh_dinh", PORTAL_PORT=str(port), **SECRETS)
    output, errors = process.communicate(timeout=20)

    assert process.returncode == 1
    assert output == ""
    assert errors == f"binh_dinh: cannot listen on 127.0.0.1:{port}: Address already in use\n"


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"OIDC_CLIENT_SECRET": ""}, "OIDC_CLIENT_SECRET is not set"),
        ({"PORTAL_SECRET_KEY": ""}, "PORTAL_SECRET_KEY is not set"),
        (
            {"OIDC_ISSUER": "http://idp.example"},
            "issuer 'http://idp.example': https is needed (http on this machine only)",
        ),
    ],
)
def test_a_wrong_setting_is_said_in_one_line(change: dict[str, str], line: str) -> None:
    process = start("clients.dak_lak", **{**SECRETS, **change})
    output, errors = process.communicate(timeout=20)

    assert (process.returncode, output, errors) == (2, "", f"dak_lak: {line}\n")
