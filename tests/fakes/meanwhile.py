"""Somebody else's deed between two statements of a transaction, in PostgreSQL."""

from collections.abc import Callable
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import text

from idp.db.database import Database

_STEP = 0.002  # seconds between two looks at what the other one does
_WAITS = text(
    "SELECT EXISTS (SELECT 1 FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock')"
)


class Meanwhile:
    """
    Has *deed* begun in a thread of its own, once, right after a function was called.

    The caller goes on when the deed is done, or waits for what the caller's transaction holds: so
    both meet in the same way each time.
    """

    def __init__(self, database: Database, deed: Callable[[], object]) -> None:
        self._database = database
        self._deed = deed
        self._outcome: object = None
        self._thread: Thread | None = None

    def after(self, monkeypatch: pytest.MonkeyPatch, owner: Any, name: str) -> "Meanwhile":
        """Begin it after the first call of `owner.name`."""
        called = getattr(owner, name)

        def and_then(*args: Any, **options: Any) -> Any:
            found = called(*args, **options)
            self.begin()
            return found

        monkeypatch.setattr(owner, name, and_then)
        return self

    def begin(self) -> None:
        """Begin it, unless it was."""
        if self._thread is not None:
            return
        self._thread = Thread(target=self._do)
        self._thread.start()
        while self._thread.is_alive() and not self._waits():
            self._thread.join(_STEP)

    def outcome(self) -> object:
        """What the deed returned or raised, once it is done."""
        assert self._thread is not None, "it was never begun"
        self._thread.join()
        return self._outcome

    def _do(self) -> None:
        try:
            self._outcome = self._deed()
        except BaseException as error:  # noqa: BLE001 (what it is, is for the test to judge)
            self._outcome = error

    def _waits(self) -> bool:
        with self._database.reading() as reading:
            return bool(reading.scalar(_WAITS))
