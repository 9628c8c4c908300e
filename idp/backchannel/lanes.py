"""Work in lanes: each lane has threads of its own, so a slow one delays no other."""

from collections import OrderedDict
from collections.abc import Callable
from threading import Condition, Thread
from time import monotonic
from typing import TypeAlias

import structlog

log = structlog.get_logger(__name__)

Work: TypeAlias = Callable[[], None]


class Lanes:
    """
    Runs work in at most *width* threads per lane; a thread ends when its lane is empty.

    What waits is kept in memory alone: whoever hands it in has it on record elsewhere.
    """

    def __init__(self, *, width: int) -> None:
        self._width = width
        self._changed = Condition()
        self._waiting: dict[str, OrderedDict[str, Work]] = {}
        self._running: dict[str, int] = {}
        self._closed = False

    def hand_in(self, lane: str, name: str, work: Work) -> None:
        """Have *work* done in *lane*; what waits there under the same name is not doubled."""
        with self._changed:
            if self._closed:
                return
            self._waiting.setdefault(lane, OrderedDict()).setdefault(name, work)
            if self._running.get(lane, 0) >= self._width:
                return
            self._running[lane] = self._running.get(lane, 0) + 1
        # A daemon: a process that has to end does not wait for another's server.
        Thread(target=self._drain, args=(lane,), name=f"lane {lane}", daemon=True).start()

    def close(self, seconds: float) -> None:
        """Begin nothing more, and wait that long for what was begun."""
        end = monotonic() + seconds
        with self._changed:
            self._closed = True
            self._waiting.clear()
            while self._running and (left := end - monotonic()) > 0:
                self._changed.wait(left)

    def _drain(self, lane: str) -> None:
        while (work := self._next(lane)) is not None:
            try:
                work()
            except Exception:
                log.exception("lane.work_failed", lane=lane)

    def _next(self, lane: str) -> Work | None:
        with self._changed:
            waiting = self._waiting.get(lane)
            if waiting:
                return waiting.popitem(last=False)[1]
            # In the same breath as the look: work handed in from here on finds a thread missing.
            self._waiting.pop(lane, None)
            self._running[lane] -= 1
            if not self._running[lane]:
                del self._running[lane]
            self._changed.notify_all()
            return None
