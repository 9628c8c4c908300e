"""The dated report of a run, and whether a relying party has passed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from idp.db.database import Database
from idp.integration_tests import store
from idp.integration_tests.cases import CASES, Case
from idp.integration_tests.model import CaseName, Outcome, Result, Run
from idp.integration_tests.rules import is_passed
from idp.relying_parties.model import ClientId


@dataclass(frozen=True, slots=True)
class Report:
    """A run with what its cases came to; *failed* and *missing* count cases."""

    run: Run
    results: Mapping[CaseName, Result]

    @property
    def lines(self) -> list[tuple[Case, Result | None]]:
        """Every case in order, with its result."""
        return [(case, self.results.get(name)) for name, case in CASES.items()]

    @property
    def failed(self) -> int:
        return sum(
            result is not None and result.outcome is Outcome.FAILED for _, result in self.lines
        )

    @property
    def missing(self) -> int:
        return sum(result is None for _, result in self.lines)

    @property
    def passed(self) -> bool:
        return not self.failed and not self.missing

    @property
    def last_at(self) -> datetime | None:
        """When the last result was recorded."""
        return max((result.at for result in self.results.values()), default=None)

    def as_document(self) -> dict[str, Any]:
        """The report as JSON: names, numbers and moments."""
        return {
            "client_id": self.run.client_id,
            "run": self.run.id,
            "begun_at": self.run.begun_at.isoformat(),
            "begun_by": self.run.begun_by,
            "last_result_at": None if self.last_at is None else self.last_at.isoformat(),
            "passed": self.passed,
            "cases": [_line(case, result) for case, result in self.lines],
        }


def _line(case: Case, result: Result | None) -> dict[str, Any]:
    line: dict[str, Any] = {"case": case.name, "must": case.must, "clause": case.clause}
    if result is None:
        return line | {"outcome": None}
    return line | {
        "outcome": result.outcome,
        "reason": result.reason,
        "screen": result.screen,
        "observed": result.observed,
        "at": result.at.isoformat(),
    }


class Reports:
    """Reads runs; implements what approvals ask (`IntegrationReports`)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, run: Run) -> Report:
        """The report of a run, as far as it has come."""
        with self._database.reading() as reading:
            return Report(run, store.results_of(reading, run.id))

    def passed(self, client_id: ClientId, since: datetime) -> bool:
        """
        Whether a run for that relying party, begun at *since* or later, has passed every case.

        Every case of today's table: one that is added has to be passed, too.
        """
        with self._database.reading() as reading:
            runs = store.outcomes_of_client(reading, client_id, since=since)
        return any(map(is_passed, runs))
