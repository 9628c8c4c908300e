"""Dates of birth, of which some are known by the year alone."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Self

from idp.core.typed_text import visible

_FIRST_YEAR = 1900  # the first century that an identity number can express
_YEAR = re.compile(r"[0-9]{4}\Z")
_DAY_OR_MONTH = re.compile(r"[0-9]{1,2}\Z")


class BirthDateProblem(StrEnum):
    """What keeps the typed fields from being a date of birth."""

    MISSING = "missing"
    NOT_A_DATE = "not_a_date"
    IN_FUTURE = "in_future"


class InvalidBirthDate(ValueError):
    """The fields are no date of birth; *reason* says why."""

    def __init__(self, reason: BirthDateProblem) -> None:
        super().__init__(f"no date of birth: {reason}")
        self.reason = reason


@dataclass(frozen=True, slots=True)
class BirthDate:
    """
    A date of birth: year, month and day; or the year alone, then *month* and *day* are None.

    Some citizens' cards and the population register hold only a year.
    """

    year: int
    month: int | None = None
    day: int | None = None

    @classmethod
    def parse(cls, day: str, month: str, year: str, *, today: date) -> Self:
        """
        Return the date that the three fields mean.

        *day* and *month* both blank mean that only the year is known. A full date lies before
        *today*, a lone year is not after the year of *today*. Raises `InvalidBirthDate`.
        """
        day, month, year = _field(day), _field(month), _field(year)
        if not year or bool(day) != bool(month):
            raise InvalidBirthDate(BirthDateProblem.MISSING)
        if not _YEAR.match(year) or int(year) < _FIRST_YEAR:
            raise InvalidBirthDate(BirthDateProblem.NOT_A_DATE)
        if not day:
            if int(year) > today.year:
                raise InvalidBirthDate(BirthDateProblem.IN_FUTURE)
            return cls(int(year))
        if not (_DAY_OR_MONTH.match(day) and _DAY_OR_MONTH.match(month)):
            raise InvalidBirthDate(BirthDateProblem.NOT_A_DATE)
        try:
            born = date(int(year), int(month), int(day))
        except ValueError:
            raise InvalidBirthDate(BirthDateProblem.NOT_A_DATE) from None
        if born >= today:
            raise InvalidBirthDate(BirthDateProblem.IN_FUTURE)
        return cls(born.year, born.month, born.day)

    @classmethod
    def from_iso(cls, text: str) -> Self:
        """Return what `isoformat` wrote; raises `InvalidBirthDate`."""
        if _YEAR.match(text):
            return cls(int(text))
        try:
            born = date.fromisoformat(text)
        except ValueError:
            raise InvalidBirthDate(BirthDateProblem.NOT_A_DATE) from None
        return cls(born.year, born.month, born.day)

    @property
    def is_year_only(self) -> bool:
        """Whether month and day are unknown."""
        return self.month is None or self.day is None

    def isoformat(self) -> str:
        """Return `1990-01-02`, or `1990`: the forms of the `birthdate` claim (OIDC Core §5.1)."""
        if self.month is None or self.day is None:
            return f"{self.year:04}"
        return f"{self.year:04}-{self.month:02}-{self.day:02}"

    @property
    def written(self) -> str:
        """The date as people here write it, day first; the year alone where no more is known."""
        if self.day is None or self.month is None:
            return str(self.year)
        return f"{self.day:02}/{self.month:02}/{self.year}"

    def age_on(self, day: date) -> int:
        """
        Return the completed years of age on *day*.

        With a year alone it is the age at the end of the year of *day*: who could be old enough
        is not turned away for what the register does not know.
        """
        years = day.year - self.year
        if self.month is None or self.day is None:
            return years
        return years - ((day.month, day.day) < (self.month, self.day))

    def __repr__(self) -> str:
        return "BirthDate(<hidden>)"


def _field(text: str) -> str:
    return unicodedata.normalize("NFKC", visible(text)).strip()
