"""The demonstration as a newcomer meets it: one command, one Ctrl-C, nothing left behind."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil
import pytest

from idp.processes.demo.home import Home
from idp.processes.demo.secrets_on_disk import SecretsOnDisk

REPOSITORY = Path(__file__).parents[2]
PORTS = ("IDP__SERVER__PORT", "BINH_DINH_PORT", "DAK_LAK_PORT", "SANDBOX_PORT")
LAST_LINE_OF_THE_WELCOME = "Press Ctrl-C"
SECONDS_TO_FAIL = 120  # else it started after all, and would run for ever
SECONDS_FOR_THE_KERNEL = 30  # at most: processes that were told to end are waited for


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short path: it holds a socket."""
    path = Path(tempfile.mkdtemp(prefix="idp-"))
    yield path
    shutil.rmtree(path)


@pytest.fixture
def environment(folder: Path) -> dict[str, str]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in PORTS]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        ports = {name: str(one.getsockname()[1]) for name, one in zip(PORTS, sockets, strict=True)}
    ours = ("IDP_", "OIDC_", "PORTAL_", "SANDBOX_", "MAKE")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**inherited, **ports, "IDP_HOME": str(folder)}


def _command() -> list[str]:
    return [sys.executable, "-m", "idp.cli", "demo"]


@contextmanager
def _running(environment: dict[str, str]) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The demonstration once it has said what it has to say, and that."""
    with subprocess.Popen(
        _command(),
        cwd=REPOSITORY,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    ) as process:
        try:
            said = ""
            assert process.stdout is not None
            for line in process.stdout:
                said += line
                if LAST_LINE_OF_THE_WELCOME in line:
                    break
            assert LAST_LINE_OF_THE_WELCOME in said, said
            yield process, said
        finally:
            process.terminate()
            process.wait()


def _fails(environment: dict[str, str]) -> list[str]:
    """What it says on stderr when it does not start."""
    ended = subprocess.run(
        _command(),
        cwd=REPOSITORY,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=SECONDS_TO_FAIL,
    )
    assert ended.returncode == 1, ended.stdout
    return ended.stderr.splitlines()


def _family(process: subprocess.Popen[str]) -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


def _still_alive(processes: list[psutil.Process]) -> list[psutil.Process]:
    return psutil.wait_procs(processes, timeout=SECONDS_FOR_THE_KERNEL)[1]


def _processes_of(folder: Path) -> list[psutil.Process]:
    """Whatever on this machine was told of *folder*."""
    found = []
    for process in psutil.process_iter():
        try:
            told = [*process.cmdline(), *process.environ().values()]
        except psutil.Error:
            continue
        if process.pid != os.getpid() and any(str(folder) in text for text in told):
            found.append(process)
    return found


def _status(port: str, path: str) -> int:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}") as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_every_address_answers_until_ctrl_c(environment: dict[str, str], folder: Path) -> None:
    with _running(environment) as (process, said):
        provider, binh_dinh, dak_lak, sandbox = (environment[name] for name in PORTS)
        answers = {
            _status(provider, "/readyz"),
            _status(provider, "/"),
            _status(binh_dinh, "/"),
            _status(dak_lak, "/"),
            _status(sandbox, "/"),
        }
        with urllib.request.urlopen(
            f"http://127.0.0.1:{provider}/.well-known/openid-configuration"
        ) as answer:
            metadata = json.load(answer)
        family = _family(process)
        process.send_signal(signal.SIGINT)

        assert answers == {200}
        assert metadata["issuer"] == f"http://localhost:{provider}"
        assert all(environment[name] in said for name in PORTS)
        assert "052090000001" in said
        assert "\x1b" not in said
        assert process.wait() == 0
        assert len(family) >= 6
        assert not _still_alive(family)
    assert not _processes_of(folder)


def test_nothing_outlives_a_killed_supervisor(environment: dict[str, str]) -> None:
    with _running(environment) as (process, _):
        family = _family(process)

        process.kill()

        assert family
        assert not _still_alive(family)


def test_one_death_ends_everything_with_a_line(environment: dict[str, str]) -> None:
    with _running(environment) as (process, _):
        family = _family(process)
        portal = next(one for one in family if "clients.dak_lak" in one.cmdline())

        portal.kill()
        assert process.stdout is not None
        rest = process.stdout.read().splitlines()

        assert process.wait() == 1
        assert [line for line in rest if line.startswith("idp demo: dak-lak ended")]
        assert not _still_alive(family)


def test_secrets_are_for_the_owner_alone_and_stay(
    environment: dict[str, str], folder: Path
) -> None:
    def secrets() -> dict[Path, bytes]:
        return {
            path: path.read_bytes() for path in (folder / "secrets").rglob("*") if path.is_file()
        }

    with _running(environment):
        first = secrets()
    with _running(environment):
        second = secrets()

    assert (folder / "secrets").stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in first} == {0o600}
    assert (folder / "idp.sqlite3").exists()
    assert not [path for path in folder.rglob("*") if path.stat().st_mode & 0o077]
    assert {path.name for path in first} >= {"binh-dinh.client_secret", "dak-lak.client_secret"}
    assert first == second


@pytest.mark.parametrize("name", PORTS)
def test_a_port_in_use_is_one_line(environment: dict[str, str], folder: Path, name: str) -> None:
    with socket.create_server(("127.0.0.1", int(environment[name]))):
        lines = _fails(environment)

    assert len(lines) == 1
    assert environment[name] in lines[0]
    assert name in lines[0]
    assert not _processes_of(folder)


def test_a_folder_that_cannot_be_written_to_is_one_line(
    environment: dict[str, str], folder: Path
) -> None:
    (folder / "file").touch()

    lines = _fails(environment | {"IDP_HOME": str(folder / "file")})

    assert len(lines) == 1
    assert str(folder / "file") in lines[0]
    assert not _processes_of(folder)


def test_a_second_demonstration_on_the_same_folder_is_one_line(
    environment: dict[str, str], folder: Path
) -> None:
    home = Home(folder)
    home.open()

    lines = _fails(environment)
    home.close()

    assert len(lines) == 1
    assert str(os.getpid()) in lines[0]


def test_a_database_whose_secrets_are_gone_is_one_line(
    environment: dict[str, str], folder: Path
) -> None:
    (folder / "idp.sqlite3").touch()

    lines = _fails(environment)

    assert len(lines) == 1
    assert "secrets that are gone" in lines[0]
    assert not (folder / "secrets" / "data_key").exists()


def test_a_broken_database_is_told_and_nothing_is_left(
    environment: dict[str, str], folder: Path
) -> None:
    home = Home(folder)
    home.open()
    SecretsOnDisk(home).create_missing()
    home.close()
    (folder / "idp.sqlite3").write_bytes(b"half of something" * 100)

    lines = _fails(environment)

    assert "could not be prepared" in lines[0]
    assert len(lines) == 2
    assert "Traceback" not in lines[1]
    assert not _processes_of(folder)


def test_a_wrong_setting_is_told_and_nothing_is_left(
    environment: dict[str, str], folder: Path
) -> None:
    lines = _fails(environment | {"IDP__OTP__LIFETIME": "soon", "IDP__SERVER__WORKERS": "0"})

    assert [line for line in lines if "otp.lifetime" in line]
    assert [line for line in lines if "server.workers" in line]
    assert not _processes_of(folder)
