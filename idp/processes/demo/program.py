"""One process of the demonstration: started, watched, and ended with all that it started itself."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from idp.processes.lifeline import die_with_parent

# What the supervisor waits for (sigwait); its children must not inherit that they are blocked.
WATCHED_SIGNALS = frozenset({signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD})
POLL_SECONDS = 0.02
TAIL_BYTES = 8192


@dataclass(frozen=True, slots=True)
class Program:
    """What to run; *ready* answers whether it serves by now."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(repr=False)
    ready: Callable[[], bool]


class Running:
    """A started `Program`. Its output goes to a file: nobody has to read a pipe."""

    def __init__(self, program: Program, log: Path) -> None:
        self.program = program
        self.log = log
        supervisor = os.getpid()

        def prepare() -> None:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, WATCHED_SIGNALS)
            die_with_parent(supervisor)

        with log.open("wb") as output:
            self._process = subprocess.Popen(  # noqa: S603  # our own programs
                program.command,
                env=dict(program.environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # A group of its own: Ctrl-C reaches the supervisor alone, which ends all in order,
                # and the processes that this one starts can be found again.
                start_new_session=True,
                # The supervisor has one thread, so nothing can be locked in the child.
                preexec_fn=prepare,  # noqa: PLW1509
            )

    @property
    def name(self) -> str:
        return self.program.name

    def ended(self) -> bool:
        """Whether it ended by itself; it stays unreaped, so that its group keeps its number."""
        return (
            self._process.returncode is not None
            or os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            is not None
        )

    def wait(self) -> int:
        """Wait until it ends; return its exit code."""
        os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOWAIT)
        return self.collect()

    def ask_to_end(self) -> None:
        if not self.ended():
            os.kill(self._process.pid, signal.SIGTERM)

    def collect(self) -> int:
        """Kill what is left of its group, reap it, and return its exit code."""
        if self._process.returncode is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        return self._process.wait()

    def last_words(self, lines: int = 12) -> list[str]:
        """The end of its output."""
        with self.log.open("rb") as file:
            file.seek(max(0, self.log.stat().st_size - TAIL_BYTES))
            return file.read().decode(errors="replace").splitlines()[-lines:]


def end(running: Sequence[Running], *, seconds: float) -> None:
    """
    Ask all to end, give them *seconds* together, then kill; nothing of them is left.

    Who presses Ctrl-C again does not want to wait. Not within the first second: the same key may
    reach us twice, from the terminal and from whoever started us.
    """
    begun = time.monotonic()
    for one in running:
        one.ask_to_end()
    while not all(one.ended() for one in running):
        waited = time.monotonic() - begun
        pressed_again = signal.sigtimedwait({signal.SIGINT}, POLL_SECONDS) and waited > 1
        if pressed_again or waited > seconds:
            break
    for one in running:
        one.collect()
