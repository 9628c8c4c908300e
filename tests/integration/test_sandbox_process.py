"""`python -m sandbox`, as the demonstration starts and ends it."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from joserfc import jwk

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "sandbox"]
DEADLINE = 30


@pytest.fixture
def environment(tmp_path: Path) -> Mapping[str, str]:
    key = jwk.ECKey.generate_key("P-256").as_dict(private=False)
    jwks = tmp_path / "client.jwks.json"
    jwks.write_text(json.dumps({"keys": [key]}))
    with (
        closing(socket.create_server(("127.0.0.1", 0))) as free,
        closing(socket.create_server(("127.0.0.1", 0))) as another,
    ):
        port, smtp_port = free.getsockname()[1], another.getsockname()[1]
    return {
        "PATH": os.environ["PATH"],
        "SANDBOX_PORT": str(port),
        "SANDBOX_SMTP_PORT": str(smtp_port),
        "SANDBOX_SMS_API_KEY": "key",
        "SANDBOX_CARRIER_CLIENT_JWKS": str(jwks),
    }


@pytest.fixture
def running(environment: Mapping[str, str]) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        COMMAND, cwd=ROOT, env=environment, stdout=-1, stderr=-1, text=True
    ) as process:
        yield process
        process.kill()


@pytest.fixture
def http(environment: Mapping[str, str]) -> Iterator[httpx.Client]:
    with httpx.Client(
        base_url=f"http://127.0.0.1:{environment['SANDBOX_PORT']}",
        transport=httpx.HTTPTransport(retries=6),  # waits longer each time until it listens
        timeout=DEADLINE,
    ) as client:
        yield client


def refused(environment: Mapping[str, str]) -> str:
    ended = subprocess.run(
        COMMAND,
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )
    assert ended.returncode != 0
    assert ended.stdout == ""
    return ended.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_quietly_until_it_is_told_to_stop(
    running: subprocess.Popen[str], http: httpx.Client, number: signal.Signals
) -> None:
    assert http.get("/healthz").json() == {"status": "ok"}
    assert http.get("/api/messages", params={"to": "+84912000001"}).json() == []

    running.send_signal(number)
    told, logged = running.communicate(timeout=DEADLINE)
    assert (running.returncode, told, logged) == (0, "", "")


def test_it_stops_while_calls_are_held(running: subprocess.Popen[str], http: httpx.Client) -> None:
    assert http.get("/healthz").is_success
    http.post("/api/faults", json={"sms": True, "kind": "timeout"})

    with (
        http.stream("GET", "/events") as events,
        closing(socket.create_connection((http.base_url.host, http.base_url.port))) as held,
    ):
        next(events.iter_raw())
        held.sendall(b"POST /sms/v1/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
        running.send_signal(signal.SIGTERM)
        running.communicate(timeout=DEADLINE)

    assert running.returncode == 0


def test_a_port_in_use_is_one_clear_line(environment: Mapping[str, str]) -> None:
    with closing(socket.create_server(("127.0.0.1", int(environment["SANDBOX_PORT"])))):
        said = refused(environment)

    assert said.startswith("sandbox: cannot listen on 127.0.0.1:")
    assert said.count("\n") == 1


def test_a_missing_setting_is_one_clear_line(environment: Mapping[str, str]) -> None:
    said = refused({**environment, "SANDBOX_SMS_API_KEY": ""})

    assert said == "sandbox: SANDBOX_SMS_API_KEY is not set\n"
