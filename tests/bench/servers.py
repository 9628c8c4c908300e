"""Servers that are measured: a process on a core, and its port."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from idp.processes.demo import readiness
from tests.bench.measure import on_core

ROOT: Final = Path(__file__).parents[2]

_GRANIAN: Final = (
    *(sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"),
    *("--workers", "1", "--blocking-threads", "1", "--log-level", "error"),
)
_SECONDS_TO_START: Final = 30
_SECONDS_TO_END: Final = 15


class NotServing(Exception):
    """A server cannot be started here; the message says why."""


@dataclass(frozen=True, slots=True)
class Server:
    """What is asked: the process whose descendants work, and its port on this machine."""

    process: int
    port: int


@contextmanager
def yardstick(folder: Path, *, core: int) -> Iterator[Server]:
    """Serve a page of bare Flask on *core*, by granian with one thread. Raises `NotServing`."""
    port = free_port()
    command = [*_GRANIAN, "--port", str(port), "tests.bench.bare_flask:app"]
    log = folder / "yardstick.log"
    with served(command, os.environ, log, port=port, ready="/", core=core) as server:
        yield server


@contextmanager
def served(
    command: Sequence[str],
    environment: Mapping[str, str],
    log: Path,
    *,
    port: int,
    ready: str,
    core: int,
) -> Iterator[Server]:
    """
    Run *command* on *core*, from the path *ready* being answered on; it writes to *log*.

    Raises `NotServing`.
    """
    with log.open("wb") as output, on_core(core):
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        deadline = time.monotonic() + _SECONDS_TO_START
        while not readiness.http("127.0.0.1", port, ready):
            if process.poll() is not None or time.monotonic() > deadline:
                raise NotServing(f"it does not serve:\n{log.read_text('utf-8')[-4000:]}")
            time.sleep(0.05)
        yield Server(process.pid, port)
    finally:
        process.terminate()
        try:
            process.wait(_SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    """A port of this machine that nobody has."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port
