"""`/console`: what needs somebody now."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from flask import Response

from idp.backchannel.store import count_unconfirmed
from idp.console.frame import ConsoleFrame, ConsolePage, Section
from idp.core.clock import Clock
from idp.db.database import Database
from idp.disputes.store import count_open
from idp.operators.permissions import Permission, may

_LOGOUTS_SINCE: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Attention:
    """How much there is; a page says which of it asks for somebody."""

    disputes_open: int
    disputes_to_decide: int
    logouts_unconfirmed: int


class ConsoleOverview(ConsolePage):
    """The page; numbers of what the role may look at, for the others a greeting."""

    permission = Permission.USE_CONSOLE
    section = Section.OVERVIEW

    def __init__(self, frame: ConsoleFrame, database: Database, clock: Clock) -> None:
        super().__init__(frame)
        self._database = database
        self._clock = clock

    def show(self, **address: str) -> Response:  # noqa: ARG002 (one address)
        """The page."""
        sees = may(self.operator.role, Permission.SEE_DISPUTES)
        return self.render("console/overview.html", attention=self._attention() if sees else None)

    def _attention(self) -> Attention:
        now = self._clock.now()
        with self._database.reading() as reading:
            return Attention(
                *count_open(reading, now),
                logouts_unconfirmed=count_unconfirmed(reading, now - _LOGOUTS_SINCE),
            )
