"""Notices that stay here: an honest double of the port `FollowUpNotices`."""

from dataclasses import dataclass, field
from datetime import datetime

import redis

from idp.citizens.model import CitizenId
from idp.messaging.model import NoticeKind


@dataclass
class NoticesInMemory:
    """Keeps who was told what, oldest first; implements `FollowUpNotices`."""

    told: list[tuple[NoticeKind, CitizenId]] = field(default_factory=list)
    former_phones: list[str] = field(default_factory=list)
    """The recoveries whose former phones were told."""
    are_away: bool = False
    """Whether the queue does not answer."""

    def tell(self, kind: NoticeKind, citizen_id: CitizenId, at: datetime) -> None:
        """See the port."""
        assert at.tzinfo is not None
        self._ensure_there()
        self.told.append((kind, citizen_id))

    def tell_former_phone(self, recovery_id: str) -> None:
        """See the port."""
        self._ensure_there()
        self.former_phones.append(recovery_id)

    def _ensure_there(self) -> None:
        if self.are_away:
            raise redis.ConnectionError
