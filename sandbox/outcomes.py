"""What a portal's team tries with the sample people, and what its portal then meets."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sandbox.people import SamplePerson

OUTCOMES_FILE = Path(__file__).with_name("outcomes.toml")


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One way a sign-in can go: who goes it, what to do, what the portal sees, in two languages."""

    person: SamplePerson
    name: str
    name_en: str
    do: str
    do_en: str
    sees: str
    sees_en: str


def read_outcomes(
    people: Iterable[SamplePerson], path: Path = OUTCOMES_FILE
) -> tuple[Outcome, ...]:
    """
    Return the outcomes, each with its person out of *people*.

    A mistake in the file is an error at start (KeyError or TypeError).
    """
    by_number = {person.types.phone_number: person for person in people}
    tables = tomllib.loads(path.read_text(encoding="utf-8"))["outcome"]
    return tuple(Outcome(person=by_number[table.pop("phone")], **table) for table in tables)
