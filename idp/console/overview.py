"""`/console`: what needs somebody now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from flask import Response
from sqlalchemy.orm import Session

from idp.announcements.model import Announcement
from idp.announcements.store import listed
from idp.backchannel.store import count_unconfirmed
from idp.console.frame import ConsoleFrame, ConsolePage, Section
from idp.core.clock import Clock
from idp.data_requests.store import count_overdue
from idp.db.database import Database
from idp.disputes.store import count_open
from idp.key_ring.rules import count_urgent
from idp.onboarding.store import count_lapsing, waiting_proposals
from idp.operators.permissions import Permission, may, teams_seen_by
from idp.signing.model import RotationPolicy
from idp.signing.signer import Signer
from idp.web.shown_time import shown_moment

_LOGOUTS_SINCE: Final = timedelta(days=7)
_LAPSES_WITHIN: Final = timedelta(days=30)
_NEWS_SINCE: Final = timedelta(days=30)
_MOST_NEWS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """How much there is; `None` for what the role may not look at, and the page is silent on."""

    disputes_open: int | None = None
    disputes_to_decide: int | None = None
    logouts_unconfirmed: int | None = None
    data_requests_overdue: int | None = None
    keys_urgent: int | None = None
    proposals_waiting: int | None = None
    credentials_lapsing: int | None = None

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

    def show(self, **address: str) -> Response:
        now = self._clock.now()
        with self._database.reading() as reading:
            attention, news = self._attention(reading, now), self._news(reading, now)
        return self.render(
            "console/overview.html",
            attention=attention,
            news=[(each, shown_moment(each.at)) for each in news],
        )

    def _attention(self, reading: Session, now: datetime) -> Attention:
        found = dict[str, int]()
        if self._may(Permission.SEE_DISPUTES):
            disputes = count_open(reading, now)
            found["disputes_open"], found["disputes_to_decide"] = disputes
            found["logouts_unconfirmed"] = count_unconfirmed(reading, now - _LOGOUTS_SINCE)
        if self._may(Permission.SERVE_CITIZENS):
            found["data_requests_overdue"] = count_overdue(reading, now)
        if self._may(Permission.SEE_KEYS):
            found["keys_urgent"] = count_urgent(self._signer.ring(), now, self._policy)
        if self._may(Permission.SEE_RELYING_PARTIES):
            found["proposals_waiting"] = waiting_proposals(reading, seen_by=self.operator)
            found["credentials_lapsing"] = count_lapsing(
                reading, now, _LAPSES_WITHIN, seen_by=self.operator
            )
        return Attention(**found)

    def _news(self, reading: Session, now: datetime) -> Sequence[Announcement]:
        """What portals were told lately, as far as it concerns the operator's."""
        if not self._may(Permission.SEE_ANNOUNCEMENTS):
            return ()
        latest = listed(reading, teams=teams_seen_by(self.operator), limit=_MOST_NEWS)
        since = now - _NEWS_SINCE
        return [each for each in latest if each.at >= since and each.withdrawn_at is None]

    def _may(self, permission: Permission) -> bool:
        return may(self.operator.role, permission)
