"""Lanes: what is slow in one delays nothing in another."""

from collections.abc import Iterator
from threading import Event, Lock

import pytest

from idp.backchannel.lanes import Lanes

PATIENCE = 30.0  # seconds; passed only where something is wrong


@pytest.fixture
def lanes() -> Iterator[Lanes]:
    opened = Lanes(width=2)
    yield opened
    opened.close(PATIENCE)


class Held:
    """Work that begins and then waits to be let go; how much of it went on at once."""

    def __init__(self) -> None:
        self.go = Event()
        self.two_began = Event()
        self.done = 0
        self.most = 0
        self._running = 0
        self._lock = Lock()

    def __call__(self) -> None:
        with self._lock:
            self._running += 1
            self.most = max(self.most, self._running)
            if self._running == 2:
                self.two_began.set()
        self.go.wait(PATIENCE)
        with self._lock:
            self._running -= 1
            self.done += 1


def finish(lanes: Lanes, lane: str) -> None:
    """Have everything that waits in *lane* done: when its last has begun, all others have."""
    last = Event()
    lanes.hand_in(lane, "last", last.set)
    assert last.wait(PATIENCE)
    lanes.close(PATIENCE)


def test_a_slow_lane_holds_up_itself_alone(lanes: Lanes) -> None:
    slow, quick = Held(), Event()
    for number in range(20):
        lanes.hand_in("slow", str(number), slow)
    assert slow.two_began.wait(PATIENCE)

    lanes.hand_in("quick", "1", quick.set)

    assert quick.wait(PATIENCE)
    assert slow.done == 0
    slow.go.set()
    finish(lanes, "slow")
    assert (slow.done, slow.most) == (20, 2)


def test_what_waits_already_is_not_doubled(lanes: Lanes) -> None:
    held, counted = Held(), []
    lanes.hand_in("lane", "a", held)
    lanes.hand_in("lane", "b", held)
    assert held.two_began.wait(PATIENCE)
    for _ in range(5):
        lanes.hand_in("lane", "c", lambda: counted.append(1))
    held.go.set()
    finish(lanes, "lane")

    assert counted == [1]


def test_a_mistake_ends_nothing_but_itself(lanes: Lanes) -> None:
    def fail() -> None:
        raise LookupError

    done = Event()
    lanes.hand_in("lane", "bad", fail)
    lanes.hand_in("lane", "good", done.set)

    assert done.wait(PATIENCE)


def test_a_closed_lane_finishes_and_begins_nothing() -> None:
    lanes, held, late = Lanes(width=1), Held(), Event()
    lanes.hand_in("lane", "begun", held)
    lanes.hand_in("lane", "waiting", late.set)
    lanes.close(0)
    lanes.hand_in("other lane", "late", late.set)
    held.go.set()
    lanes.close(PATIENCE)

    assert held.done == 1
    assert not late.is_set()
