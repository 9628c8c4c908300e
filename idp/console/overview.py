"""`/console`: what needs somebody now."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from flask import Response

from idp.backchannel.store import count_unconfirmed
from idp.console.frame import ConsoleFrame, ConsolePage, Section
from idp.core.clock import Clock
from idp.data_requests.store import count_overdue
from idp.db.database import Database
from idp.disputes.store import count_open
from idp.key_ring.rules import count_urgent
from idp.operators.permissions import Permission, may
from idp.signing.model import RotationPolicy
from idp.signing.signer import Signer

_LOGOUTS_SINCE: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """How much there is; `None` for what the role may not look at, and the page is silent on."""

    disputes_open: int | None = None
    disputes_to_decide: int | None = None
    logouts_unconfirmed: int | None = None
    data_requests_overdue: int | None = None
    keys_urgent: int | None = None

    @property
    def is_empty(self) -> bool:
        """Whether the role may look at none of it."""
        return self == Attention()


class ConsoleOverview(ConsolePage):
    """The page: a line, and a query at most, for each thing the role may look at."""

    permission = Permission.USE_CONSOLE
    section = Section.OVERVIEW

    def __init__(
        self,
        frame: ConsoleFrame,
        signer: Signer,
        policy: RotationPolicy,
        database: Database,
        clock: Clock,
    ) -> None:
        super().__init__(frame)
        self._signer = signer
        self._policy = policy
        self._database = database
        self._clock = clock

    def show(self, **address: str) -> Response:  # noqa: ARG002 (one address)
        """The page."""
        return self.render("console/overview.html", attention=self._attention())

    def _attention(self) -> Attention:
        now, found = self._clock.now(), dict[str, int]()
        with self._database.reading() as reading:
            if self._may(Permission.SEE_DISPUTES):
                disputes = count_open(reading, now)
                found["disputes_open"], found["disputes_to_decide"] = disputes
                found["logouts_unconfirmed"] = count_unconfirmed(reading, now - _LOGOUTS_SINCE)
            if self._may(Permission.SERVE_CITIZENS):
                found["data_requests_overdue"] = count_overdue(reading, now)
        if self._may(Permission.SEE_KEYS):
            found["keys_urgent"] = count_urgent(self._signer.ring(), now, self._policy)
        return Attention(**found)

    def _may(self, permission: Permission) -> bool:
        return may(self.operator.role, permission)
