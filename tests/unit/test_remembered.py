"""Records from Redis that are parsed once."""

import pytest

from idp.adapters.redis import remembered
from idp.adapters.redis.remembered import Remembered


def test_what_was_read_or_written_is_not_parsed_again() -> None:
    parsed: list[bytes | str] = []

    def parse(record: bytes | str) -> int:
        parsed.append(record)
        return int(record)

    numbers = Remembered(parse)
    numbers.note(b"2", 2)

    assert [numbers.read(record) for record in (b"1", b"2", b"1", b"3")] == [1, 2, 1, 3]
    assert parsed == [b"1", b"3"]


def test_no_more_than_a_few_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "_MOST", 2)
    numbers = Remembered(int)

    assert [numbers.read(str(number)) for number in range(5)] == [0, 1, 2, 3, 4]
    assert len(numbers._known) <= 2
