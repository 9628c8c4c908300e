"""Many callers at one moment."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import TypeVar

T = TypeVar("T")


def at_once(callers: int, call: Callable[[int], T]) -> list[T | BaseException]:
    """
    Let *callers* threads call at the same moment, each with its number.

    Returns what each one returned or raised, in the order of the numbers.
    """
    outcomes: list[T | BaseException] = [RuntimeError("did not run")] * callers
    barrier = Barrier(callers)

    def run(number: int) -> None:
        barrier.wait()
        try:
            outcomes[number] = call(number)
        except BaseException as error:  # noqa: BLE001 (what it is, is for the test to judge)
            outcomes[number] = error

    threads = [Thread(target=run, args=(number,)) for number in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes
