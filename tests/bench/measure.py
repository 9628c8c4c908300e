"""What is measured: processor time of a process and its children, elapsed time, memory."""

import ctypes
import os
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.journeys import Journey
from tests.bench.wire import Connection

_PROC = Path("/proc")
_MILLISECONDS = 1000


@dataclass(frozen=True, slots=True)
class Run:
    """
    One run.

    *cpu* and *stores*: milliseconds of processor time that an operation took of the provider and
    of its stores; *per_second*: operations.
    """

    cpu: float
    stores: float
    per_second: float


@dataclass(frozen=True, slots=True)
class Spread:
    """A median and the ends of what was seen."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """Of at least one value."""
        return cls(statistics.median(values), min(values), max(values))


def processor_time(processes: Iterable[int]) -> float:
    """
    Seconds of user and system time that *processes* and their live descendants have taken.

    By their CPU clocks (clock_getcpuclockid(3)), which count nanoseconds where /proc/<pid>/stat
    counts ticks of ten milliseconds; both say the same.
    """
    return sum(
        time.clock_gettime(_clock_of(one)) for process in processes for one in family(process)
    )


def family(process: int) -> list[int]:
    """*process* and its live descendants."""
    children: dict[int, list[int]] = {}
    for entry in _PROC.glob("[0-9]*/stat"):
        try:
            after_name = entry.read_text().rpartition(") ")[2].split()
        except OSError:  # it has ended since
            continue
        children.setdefault(int(after_name[1]), []).append(int(entry.parent.name))
    found = [process]
    for one in found:
        found += children.get(one, [])
    return found


def _clock_of(process: int) -> int:
    clock = ctypes.c_int()
    if ctypes.CDLL(None).clock_getcpuclockid(process, ctypes.byref(clock)):
        raise ProcessLookupError(process)
    return clock.value


def memory(process: int) -> tuple[int, int]:
    """Proportional and resident set size of one process, in bytes (proc(5), smaps_rollup)."""
    lines = (_PROC / str(process) / "smaps_rollup").read_text().splitlines()
    sizes = {line.split(":")[0]: int(line.split()[1]) * 1024 for line in lines[1:]}
    return sizes["Pss"], sizes["Rss"]


def machine() -> tuple[int, int]:
    """The core of the provider and that of everything else. Raises ValueError with one core."""
    provider, generator, *_ = sorted(os.sched_getaffinity(0))
    return provider, generator


@contextmanager
def on_core(core: int) -> Iterator[None]:
    """Run on *core* meanwhile; processes that are started meanwhile stay there."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def drive(journeys: Sequence[Journey], connections: Sequence[Connection]) -> None:
    """
    Walk through all *journeys*, as many at a time as there are connections.

    While one answer is read the server has the other requests to work on.
    """
    waiting = iter(journeys)
    under_way: list[tuple[Connection, Journey]] = []
    for connection, journey in zip(connections, waiting, strict=False):
        connection.send(next(journey))
        under_way.append((connection, journey))
    while under_way:
        connection, journey = under_way.pop(0)
        try:
            request = journey.send(connection.receive())
        except StopIteration:
            following = next(waiting, None)
            if following is None:
                continue
            journey, request = following, next(following)
        connection.send(request)
        under_way.append((connection, journey))


def run(
    server: int,
    stores: Sequence[int],
    journeys: Sequence[Journey],
    connections: Sequence[Connection],
) -> Run:
    """Drive *journeys*; what each took of the process *server*, of the *stores* and of time."""
    before = processor_time([server]), processor_time(stores), time.perf_counter()
    drive(journeys, connections)
    after = processor_time([server]), processor_time(stores), time.perf_counter()
    return _run(before, after, len(journeys))


def work(operation: Callable[[], object], times: int) -> Run:
    """Do *operation* in this process, *times* times."""
    before = time.process_time(), 0.0, time.perf_counter()
    for _ in range(times):
        operation()
    after = time.process_time(), 0.0, time.perf_counter()
    return _run(before, after, times)


def _run(before: tuple[float, float, float], after: tuple[float, float, float], times: int) -> Run:
    cpu, stores, elapsed = (end - begin for begin, end in zip(before, after, strict=True))
    return Run(cpu / times * _MILLISECONDS, stores / times * _MILLISECONDS, times / elapsed)
