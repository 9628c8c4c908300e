"""Beginning a run, and the way into it."""

from typing import Final

from idp.audit.events import IntegrationTestBegun
from idp.audit.log import record
from idp.core.clock import Clock
from idp.core.handles import digest, new_handle
from idp.db.database import Database
from idp.integration_tests import store
from idp.integration_tests.model import Run, RunId
from idp.integration_tests.rules import RUN_LASTS, can_be_tested
from idp.messaging.links import Links
from idp.operators.model import OperatorName
from idp.relying_parties.model import ClientId
from idp.relying_parties.ports import CurrentRelyingParties

PATH: Final = "/integration-test"


class NotForTests(Exception):
    """No enabled registration in the sandbox is called that."""


class BeginRun:
    """
    Begins runs.

    A run's link is made from its id: whoever may see the run can be shown the way into it, and no
    row holds it.
    """

    def __init__(
        self,
        *,
        relying_parties: CurrentRelyingParties,
        links: Links,
        database: Database,
        clock: Clock,
    ) -> None:
        self._relying_parties = relying_parties
        self._links = links
        self._database = database
        self._clock = clock

    def __call__(self, client_id: ClientId, *, by: OperatorName) -> Run:
        """The new run. Raises `NotForTests`."""
        self._relying_parties.catch_up_now()
        if not can_be_tested(self._relying_parties.find(client_id)):
            raise NotForTests(client_id)
        now = self._clock.now()
        run = Run(RunId(new_handle()), client_id, now, by, now + RUN_LASTS)
        handle = digest(self._links.handle(PATH, run.id))
        with self._database.transaction() as transaction:
            store.add_run(transaction, run, handle=handle)
            begun = IntegrationTestBegun(client_id=client_id, run=run.id, by=by)
            record(transaction, begun, now)
        return run

    def link(self, run: Run) -> str:
        """The address of the run's pages, for as long as it lasts."""
        return self._links.link(PATH, run.id)
