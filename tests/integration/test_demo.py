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
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from idp.processes.demo.home import Home
from idp.processes.demo.secrets_on_disk import SecretsOnDisk

REPOSITORY = Path(__file__).parents[2]
PORTS = (
    "IDP__SERVER__PORT",
    "BINH_DINH_PORT",
    "DAK_LAK_PORT",
    "SANDBOX_PORT",
    "SANDBOX_SMTP_PORT",
)
WITH_PAGES = PORTS[:-1]
PROGRAMS = 6
DEMONSTRATION = "idp.cli"
SLEEPERS = "tests.fakes.sleepers"
LAST_LINE_OF_THE_WELCOME = "Press Ctrl-C"
SECONDS_TO_FAIL = 120  # else it started after all, and would run for ever
SECONDS_FOR_THE_KERNEL = 30  # at most: processes that were told to end are waited for


@dataclass(frozen=True)
class Place:
    """A folder of its own, and free ports."""

    folder: Path
    environment: dict[str, str]

    def secrets(self) -> dict[Path, bytes]:
        """Each secret, by its file."""
        files = (path for path in (self.folder / "secrets").rglob("*") if path.is_file())
        return {path: path.read_bytes() for path in files}


@contextmanager
def _place() -> Iterator[Place]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in PORTS]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        ports = {name: str(one.getsockname()[1]) for name, one in zip(PORTS, sockets, strict=True)}
    ours = ("IDP_", "OIDC_", "PORTAL_", "SANDBOX_", "MAKE")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    # A short path: it holds a socket.
    folder = Path(tempfile.mkdtemp(prefix="idp-"))
    yield Place(folder, {**inherited, **ports, "IDP_HOME": str(folder)})
    shutil.rmtree(folder)


@pytest.fixture
def place() -> Iterator[Place]:
    """Where nothing ran yet."""
    with _place() as place:
        yield place


@pytest.fixture
def folder(place: Place) -> Path:
    return place.folder


@pytest.fixture
def environment(place: Place) -> dict[str, str]:
    return place.environment


def _command(module: str = DEMONSTRATION) -> list[str]:
    return [sys.executable, "-m", module, "demo"]


@contextmanager
def _running(
    environment: dict[str, str], module: str = DEMONSTRATION
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The demonstration once it has said what it has to say, and that."""
    with subprocess.Popen(
        _command(module),
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


@dataclass(frozen=True)
class FirstRun:
    """What one whole run was like: it is started once for all that is asked about it."""

    place: Place
    said: str
    statuses: dict[str, int]
    metadata: dict[str, object]
    family: int
    secrets: dict[Path, bytes]
    secret_modes: set[int]
    open_to_others: list[Path]
    still_alive: list[psutil.Process]
    left_behind: list[psutil.Process]


@pytest.fixture(scope="module")
def first_run() -> Iterator[FirstRun]:
    """A run in a new folder, whose supervisor is killed; the folder stays as it was left."""
    with _place() as place:
        folder, environment = place.folder, place.environment
        with _running(environment) as (process, said):
            provider, *others = (environment[name] for name in WITH_PAGES)
            statuses = {f"{provider}/readyz": _status(provider, "/readyz")}
            statuses |= {port: _status(port, "/") for port in (provider, *others)}
            with urllib.request.urlopen(
                f"http://127.0.0.1:{provider}/.well-known/openid-configuration"
            ) as answer:
                metadata = json.load(answer)
            secrets = place.secrets()
            secret_modes = {path.stat().st_mode & 0o777 for path in secrets}
            open_to_others = [path for path in folder.rglob("*") if path.stat().st_mode & 0o077]
            family = _family(process)
            process.kill()
            process.wait()
            still_alive = _still_alive(family)
        yield FirstRun(
            place=place,
            said=said,
            statuses=statuses,
            metadata=metadata,
            family=len(family),
            secrets=secrets,
            secret_modes=secret_modes,
            open_to_others=open_to_others,
            still_alive=still_alive,
            left_behind=_processes_of(folder),
        )


def test_every_address_answers(first_run: FirstRun) -> None:
    environment = first_run.place.environment

    assert set(first_run.statuses.values()) == {200}
    assert first_run.metadata["issuer"] == f"http://localhost:{environment[PORTS[0]]}"
    assert all(environment[name] in first_run.said for name in WITH_PAGES)
    assert "052090000001" in first_run.said
    assert "\x1b" not in first_run.said


def test_nothing_outlives_a_killed_supervisor(first_run: FirstRun) -> None:
    assert first_run.family >= PROGRAMS
    assert not first_run.still_alive
    assert not first_run.left_behind


def test_secrets_are_for_the_owner_alone(first_run: FirstRun) -> None:
    folder = first_run.place.folder

    assert (folder / "secrets").stat().st_mode & 0o777 == 0o700
    assert first_run.secret_modes == {0o600}
    assert (folder / "idp.sqlite3").exists()
    assert not first_run.open_to_others
    assert {path.name for path in first_run.secrets} >= {
        "binh-dinh.client_secret",
        "dak-lak.client_secret",
    }


@pytest.mark.parametrize(
    "module", [SLEEPERS, pytest.param(DEMONSTRATION, marks=pytest.mark.nightly)]
)
def test_secrets_stay_and_ctrl_c_ends_everything(first_run: FirstRun, module: str) -> None:
    """Every day, the real programs that browsers walk end like that (`tests/e2e`)."""
    with _running(first_run.place.environment, module) as (process, _):
        secrets = first_run.place.secrets()
        family = _family(process)

        process.send_signal(signal.SIGINT)

        assert process.wait() == 0
        assert secrets == first_run.secrets
        assert len(family) >= PROGRAMS
        assert not _still_alive(family)
        assert not _processes_of(first_run.place.folder)


@pytest.mark.parametrize(
    ("module", "called"),
    [
        (SLEEPERS, "dak-lak"),
        pytest.param(DEMONSTRATION, "clients.dak_lak", marks=pytest.mark.nightly),
    ],
)
def test_one_death_ends_everything_with_a_line(
    environment: dict[str, str], module: str, called: str
) -> None:
    with _running(environment, module) as (process, _):
        family = _family(process)
        portal = next(one for one in family if called in one.cmdline())

        portal.kill()
        assert process.stdout is not None
        rest = process.stdout.read().splitlines()

        assert process.wait() == 1
        assert [line for line in rest if line.startswith("idp demo: dak-lak ended")]
        assert len(family) > PROGRAMS
        assert not _still_alive(family)


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
