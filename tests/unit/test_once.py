"""What is made when it is first wanted."""

from collections.abc import Iterator
from threading import Barrier, Thread

import pytest

from idp.core.once import Once


def test_nothing_is_made_before_somebody_asks() -> None:
    made: list[int] = []

    Once(lambda: made.append(1))

    assert made == []


def test_of_many_threads_one_makes_it_and_all_get_the_same() -> None:
    all_there = Barrier(8)
    once: Once[object] = Once(object)
    got: list[object] = []

    def ask() -> None:
        all_there.wait()
        got.append(once())

    threads = [Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(got) == 8
    assert len(set(map(id, got))) == 1


def test_what_could_not_be_made_is_tried_again() -> None:
    def tries() -> Iterator[bool]:
        yield False
        yield True

    outcomes = tries()

    def make() -> str:
        if not next(outcomes):
            raise RuntimeError
        return "made"

    once = Once(make)
    with pytest.raises(RuntimeError):
        once()

    assert once() == "made"
