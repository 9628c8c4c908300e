"""Recording what a case came to."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from idp.audit.events import IntegrationTestFinished
from idp.audit.log import record
from idp.core.clock import Clock
from idp.db.database import Database
from idp.integration_tests import store
from idp.integration_tests.cases import CASES
from idp.integration_tests.model import CaseName, Observed, Outcome, Run, Screen, Verdict
from idp.integration_tests.rules import judge, may_not_apply
from idp.relying_parties.ports import RelyingParties


class RecordResult:
    """Judges attempts."""

    def __init__(
        self, *, relying_parties: RelyingParties, database: Database, clock: Clock
    ) -> None:
        self._relying_parties = relying_parties
        self._database = database
        self._clock = clock

    def __call__(self, run: Run, name: CaseName, screen: Screen) -> Verdict:
        """
        What the case comes to, recorded where it comes to anything.

        The last missing result finishes the run; so does each that is recorded anew after that.
        """
        case, now = CASES[name], self._clock.now()
        relying_party = self._relying_parties.find(run.client_id)
        with self._database.transaction() as transaction:
            store.lock_run(transaction, run.id)
            observed = store.observed_of(store.attempt_at(transaction, run.id, name))
            verdict = judge(
                case,
                observed,
                screen,
                may_not_apply=relying_party is not None
                and may_not_apply(case, relying_party, observed),
            )
            if verdict.outcome is None:
                return verdict
            store.keep_result(
                transaction,
                run.id,
                name,
                verdict,
                screen=screen,
                observed=_plain(observed),
                at=now,
            )
            results = store.results_of(transaction, run.id)
            if results.keys() >= CASES.keys():
                failed = sum(results[each].outcome is Outcome.FAILED for each in CASES)
                finished = IntegrationTestFinished(
                    client_id=run.client_id, run=run.id, failed=failed
                )
                record(transaction, finished, now)
        return verdict


def _plain(observed: Observed) -> dict[str, Any]:
    """As JSON has it, moments in ISO 8601."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in asdict(observed).items()
    }
