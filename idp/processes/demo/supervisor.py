"""Starts the demonstration, watches over it, and ends it: everything, or nothing."""

import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn, TextIO

from idp.processes.demo.addresses import Addresses
from idp.processes.demo.ensemble import Ensemble
from idp.processes.demo.home import Home
from idp.processes.demo.problem import Problem
from idp.processes.demo.program import WATCHED_SIGNALS, Program, Running, end
from idp.processes.demo.secrets_on_disk import SecretsOnDisk
from idp.processes.demo.welcome import sample_operators, sample_people, welcome
from idp.processes.lifeline import die_with_parent

SECONDS_TO_START = 60  # a slow machine's first start; each process that fails is noticed at once
SECONDS_TO_END = 12  # a little more than the provider and the worker give their own work
SECONDS_BETWEEN_LOOKS = 0.1
ENDING_SIGNALS = WATCHED_SIGNALS - {signal.SIGCHLD}

PEOPLE = Path("sandbox/people.toml")


class _Ended(Exception):
    """Somebody asked us to end."""


def demonstrate(environment: Mapping[str, str], *, follow: bool = False) -> int:
    """
    Run the demonstration until it is ended; return the exit status.

    0 after Ctrl-C, SIGTERM or the end of the terminal; 1 after a problem, which stands on stderr,
    one clear line. In either case nothing keeps running. *follow*: print the processes' logs.
    """
    if environment.get("MAKELEVEL"):  # `make` may be killed; nobody would end us then
        die_with_parent(os.getppid())
    os.umask(0o077)  # the database and the logs are nobody else's business on a shared machine
    # Taken one by one with sigtimedwait: no handler interrupts what is half done.
    signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED_SIGNALS)
    home: Home | None = None
    running: list[Running] = []
    try:
        addresses = Addresses.from_environment(environment)
        home = Home(Path(environment.get("IDP_HOME", "var")))
        home.open()
        addresses.check_free()
        _start(running, home, addresses, environment)
        people, operators = sample_people(PEOPLE), sample_operators(SecretsOnDisk(home).operators)
        _say(welcome(addresses, people, operators, home, colours=_colours(sys.stdout)))
        _watch(running, follow=follow)
    except _Ended:
        return 0
    except Problem as problem:
        _say("".join(f"idp demo: {line}\n" for line in str(problem).splitlines()), sys.stderr)
        return 1
    finally:
        _end(running)
        if home is not None:
            home.close()


def _start(
    running: list[Running], home: Home, addresses: Addresses, environment: Mapping[str, str]
) -> None:
    """Start all programs, each when what it needs is there. Raises Problem or _Ended."""
    secrets = SecretsOnDisk(home)
    secrets.create_missing()
    ensemble = Ensemble(addresses, home, secrets, environment)
    ensemble.write_registrations()
    ensemble.write_environment()

    def start(*programs: Program) -> list[Running]:
        started = [Running(one, home.logs / f"{one.name}.log") for one in programs]
        running.extend(started)
        return started

    redis = ensemble.redis()
    if redis is not None:
        _await_ready(start(redis), running)
    start(ensemble.sandbox())
    _prepare(ensemble.preparation(), home, running)
    _say("Starting the provider, the worker, both portals and the sandbox …\n")
    start(ensemble.provider(), ensemble.worker(), *ensemble.portals())
    _await_ready(running, running)


def _prepare(program: Program, home: Home, running: Sequence[Running]) -> None:
    """Run *program* to its end. Raises Problem with what it said when it fails."""
    _say("Preparing the database, the signing keys and the portals' registrations …\n")
    preparation = Running(program, home.logs / f"{program.name}.log")
    try:
        while not preparation.ended():
            _look(running)
        if preparation.collect() != 0:
            raise Problem(
                f"{home.folder} could not be prepared (see {preparation.log}):\n"
                + "\n".join(_told(preparation))
            )
    finally:
        end([preparation], seconds=SECONDS_TO_END)


def _told(preparation: Running) -> list[str]:
    """What the command line says went wrong, a line each; else whatever it said last."""
    words = preparation.last_words()
    told = [line.removeprefix("idp: ") for line in words if line.startswith("idp: ")]
    return told or words[-1:] or ["it ended without a word"]


def _await_ready(waited_for: Sequence[Running], running: Sequence[Running]) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    remaining = list(waited_for)
    while remaining := [one for one in remaining if not one.program.ready()]:
        _look(running)
        if time.monotonic() > deadline:
            _quote(remaining[0])
            raise Problem(
                f"{remaining[0].name} does not answer after {SECONDS_TO_START} seconds "
                f"(see {remaining[0].log})"
            )


def _watch(running: Sequence[Running], *, follow: bool) -> NoReturn:
    """Wait until somebody ends us. Raises Problem when one of the processes ends by itself."""
    logs = [one.log.open(encoding="utf-8", errors="replace") for one in running] if follow else []
    try:
        while True:
            for one, log in zip(running, logs, strict=False):
                _repeat(one.name, log)
            _look(running, seconds=SECONDS_BETWEEN_LOOKS if follow else 3600)
    finally:
        for log in logs:
            log.close()


def _look(running: Sequence[Running], *, seconds: float = SECONDS_BETWEEN_LOOKS) -> None:
    """Wait a moment. Raises _Ended when we are to end, Problem when one of *running* has."""
    received = signal.sigtimedwait(WATCHED_SIGNALS, seconds)
    if received is not None and received.si_signo in ENDING_SIGNALS:
        raise _Ended
    for one in running:
        if one.ended():
            _quote(one)
            raise Problem(f"{one.name} ended unexpectedly (see {one.log}); everything was ended")


def _end(running: Sequence[Running]) -> None:
    """End all in the opposite order: who asks before who answers; the data's keeper last."""
    if running:
        _say("Ending …\n")
    asking = [one for one in reversed(running) if one.name != "redis"]
    end(asking, seconds=SECONDS_TO_END)
    end([one for one in running if one.name == "redis"], seconds=SECONDS_TO_END)


def _quote(one: Running) -> None:
    """Show the last lines of a log: they mostly say why."""
    _say("".join(f"{one.name} | {line}\n" for line in one.last_words()), sys.stderr)


def _repeat(name: str, log: TextIO) -> None:
    dim, plain = ("\x1b[2m", "\x1b[0m") if _colours(sys.stdout) else ("", "")
    while line := log.readline():
        _say(f"{dim}{name:>10} |{plain} {line.rstrip()}\n")


def _say(text: str, stream: TextIO | None = None) -> None:
    """Write to a person; if nobody is there any more, the demonstration still ends in order."""
    with suppress(OSError):
        print(text, end="", file=stream or sys.stdout, flush=True)


def _colours(stream: TextIO) -> bool:
    return stream.isatty() and "NO_COLOR" not in os.environ
