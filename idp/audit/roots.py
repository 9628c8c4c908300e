"""The file of the chain's daily roots: one JSON object a line, to be published."""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from idp.audit.rules import Link


class UnreadableRoots(Exception):
    """A line of the file is not one of ours; the message says which."""


@dataclass(frozen=True, slots=True)
class DayRoot:
    """The chain at the end of a day."""

    day: date
    link: Link


class RootsFile:
    """
    Lines of `day`, `position`, `root` and `previous` (the root of the line before), in hex.

    It says nothing about anybody, and whoever keeps a copy can show that we changed nothing since.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> tuple[DayRoot, ...]:
        """Every root, as published; none where there is no file. Raises `UnreadableRoots`."""
        if not self.path.is_file():
            return ()
        lines = self.path.read_text("utf-8").splitlines()
        return tuple(self._parsed(number, line) for number, line in enumerate(lines, 1))

    def append(self, roots: Iterable[DayRoot]) -> int:
        """Add those that are later than the last one, which are in order; how many those were."""
        published = self.read()
        last = published[-1] if published else None
        lines = []
        for root in roots:
            if last is not None and root.day <= last.day:
                continue
            lines.append(_line(root, last))
            last = root
        if lines:
            with self.path.open("a", encoding="utf-8") as file:
                file.write("".join(lines))
                file.flush()
                os.fsync(file.fileno())
        return len(lines)

    def _parsed(self, number: int, line: str) -> DayRoot:
        try:
            read = json.loads(line)
            chain = Link(int(read["position"]), bytes.fromhex(read["root"]))
            return DayRoot(date.fromisoformat(read["day"]), chain)
        except (ValueError, KeyError, TypeError) as error:
            raise UnreadableRoots(f"{self.path}, line {number}: not a root") from error


def _line(root: DayRoot, before: DayRoot | None) -> str:
    written = {
        "day": root.day.isoformat(),
        "position": root.link.position,
        "root": root.link.hash.hex(),
        "previous": None if before is None else before.link.hash.hex(),
    }
    return json.dumps(written) + "\n"
