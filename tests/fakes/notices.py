"""Notices that stay here: an honest double of the port `Notices`."""

from dataclasses import dataclass, field
from datetime import datetime

from idp.citizens.model import CitizenId
from idp.messaging.model import NoticeKind


@dataclass
class NoticesInMemory:
    """Keeps who was told what, oldest first; implements `Notices`."""

    told: list[tuple[NoticeKind, CitizenId]] = field(default_factory=list)

    def tell(self, kind: NoticeKind, citizen_id: CitizenId, at: datetime) -> None:
        """See the port."""
        assert at.tzinfo is not None
        self.told.append((kind, citizen_id))
