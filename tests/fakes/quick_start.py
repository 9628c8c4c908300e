"""The quick start, as a list of things to do: what its reader opens, presses, types and runs."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
VIETNAMESE, ENGLISH = DOCS / "bat-dau-nhanh.md", DOCS / "quick-start.md"
TICK = "(x)"

_PIECE = re.compile(
    r"```sh\n(?P<commands>.*?)```"
    r"|^\| (?P<label>[^|]+?) \| (?P<value>[^|]+?) \|$"
    r"|\*\*(?P<press>[^*]+)\*\*"
    r"|<(?P<address>http[^>]+)>",
    re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True)
class Open:
    """Type an address."""

    address: str


@dataclass(frozen=True)
class Press:
    """Press what is called so."""

    name: str


@dataclass(frozen=True)
class Type:
    """Fill in a field; *value* `None`: what only the reader knows."""

    label: str
    value: str | None


@dataclass(frozen=True)
class Run:
    """Type these lines into a shell."""

    commands: str


Step = Open | Press | Type | Run


def steps_of(manual: Path) -> Sequence[Step]:
    """What the numbered sections of *manual* say, in their order."""
    text = manual.read_text("utf-8")
    numbered = re.findall(r"^## \d\. .*?(?=^## )", text, re.DOTALL | re.MULTILINE)
    return [
        step
        for section in numbered
        for found in _PIECE.finditer(section)
        if (step := _step(found.groupdict())) is not None
    ]


def _step(found: dict[str, str | None]) -> Step | None:
    if found["commands"] is not None:
        return Run(found["commands"])
    if found["press"] is not None:
        return Press(" ".join(found["press"].split()))
    if found["address"] is not None:
        return Open(found["address"])
    label, value = found["label"] or "", found["value"] or ""
    if set(value) <= {"-"} or value in {"Nhập", "Type"}:  # the head of a table
        return None
    return Type(label, None if value.startswith("*") else value)
