"""The whole system as people run it, on free ports, in a folder of its own."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]
SECONDS_TO_END = 60
SERVERS = (
    "IDP__SERVER__PORT",
    "BINH_DINH_PORT",
    "DAK_LAK_PORT",
    "SANDBOX_PORT",
    "SANDBOX_SMTP_PORT",
)

# Waits that a citizen would sit out and a test would not. Everything else is as people get it.
SHORT_WAITS = {
    "IDP__OTP__RESEND_AFTER": "PT2S",
    "IDP__CARRIERS__CALL_TIMEOUT": "PT1S",
    "IDP__CARRIERS__TOTAL_TIMEOUT": "PT4S",
    "SANDBOX_SLOW_SECONDS": "2",
    "SANDBOX_TIMEOUT_SECONDS": "2",
}


@dataclass(frozen=True)
class RunningSystem:
    """
    Where its servers are.

    The provider is called 127.0.0.1 and the portals localhost: to a browser those are two sites,
    as the provider's domain and a province's are.
    """

    provider: str
    binh_dinh: str
    dak_lak: str
    sandbox: str
    home: Path

    def logs(self) -> str:
        """All that the processes have written so far."""
        files = sorted((self.home / "log").glob("*.log"))
        return "\n".join(file.read_text("utf-8", "replace") for file in files)


@contextmanager
def running_system(home: Path) -> Iterator[RunningSystem]:
    """Run everything until the block ends; Ctrl-C ends it, and leaves nothing behind."""
    ports = dict(zip(SERVERS, map(str, free_ports(len(SERVERS))), strict=True))
    provider, binh_dinh, dak_lak, sandbox, _ = ports.values()
    system = RunningSystem(
        provider=f"http://127.0.0.1:{provider}",
        binh_dinh=f"http://localhost:{binh_dinh}",
        dak_lak=f"http://localhost:{dak_lak}",
        sandbox=f"http://localhost:{sandbox}",
        home=home,
    )
    ours = {"IDP_HOME": str(home), "IDP__SERVER__ISSUER": system.provider, **ports, **SHORT_WAITS}
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("IDP_")}
    inherited.pop("MAKELEVEL", None)  # we end it ourselves, whoever started us
    with subprocess.Popen(
        [sys.executable, "-m", "idp.cli", "demo"],
        cwd=ROOT,
        env=inherited | ours,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    ) as process:
        family: list[psutil.Process] = []
        try:
            _await_welcome(process)
            family += psutil.Process(process.pid).children(recursive=True)
            yield system
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=SECONDS_TO_END)
    assert process.returncode == 0
    assert psutil.wait_procs(family, timeout=SECONDS_TO_END)[1] == []


def _await_welcome(process: subprocess.Popen[str]) -> None:
    """Return once everything runs; fail with what the supervisor said if it ends instead."""
    said: list[str] = []
    for line in process.stdout or ():
        said.append(line)
        if line.startswith("Everything runs."):
            return
    raise RuntimeError("the system does not start:\n" + "".join(said))


def free_ports(count: int) -> list[int]:
    """Ports nobody listens on: held together, so that no two are the same, then let go."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
