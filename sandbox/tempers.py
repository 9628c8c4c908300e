"""What each carrier is like to deal with, read once from `tempers.toml`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from sandbox import names

TEMPERS_FILE = Path(__file__).with_name("tempers.toml")


class Carrier(StrEnum):
    """A mobile network operator; the value is its place in addresses."""

    VIETTEL = "viettel"
    VINAPHONE = "vinaphone"
    MOBIFONE = "mobifone"
    VIETNAMOBILE = "vietnamobile"
    GMOBILE = "gmobile"


@dataclass(frozen=True, kw_only=True)
class Temper:
    """How one carrier keeps its records and answers about them; `tempers.toml` says each field."""

    name: str
    accented_names: bool
    holds_birth_dates: bool
    refuses_other_documents: bool
    monitored_days: int

    @property
    def monitored_period(self) -> timedelta:
        """How far back this carrier answers about SIM changes."""
        return timedelta(days=self.monitored_days)

    def stored_name(self, full_name: str) -> str:
        """Return the name as this carrier's records hold it."""
        return full_name if self.accented_names else names.ascii_form(full_name)

    def names_match(self, sent: str, stored: str) -> bool:
        """Whether this carrier takes a name it is sent for the one it holds."""
        if self.accented_names:
            return names.matches_accented(sent, stored)
        return names.matches_unaccented(sent, stored)


def read_tempers(path: Path = TEMPERS_FILE) -> Mapping[Carrier, Temper]:
    """Return the temper of every carrier. A carrier left out, or a field, is an error at start."""
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    return {carrier: Temper(**tables[carrier]) for carrier in Carrier}
