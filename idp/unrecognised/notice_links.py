"""Making the link that a notice carries."""

from datetime import datetime, timedelta
from typing import Final

from idp.citizens.model import CitizenId
from idp.core.clock import Clock
from idp.core.handles import digest
from idp.db.database import Database
from idp.messaging.links import Links
from idp.messaging.model import NoticeKind
from idp.unrecognised.model import NoticeLink

PATH: Final = "/n"
"""The page that a link opens; short, for a text message has little room."""


class NoticeLinks:
    """Implements `WaysOut` of messaging: a row for each message, whose link is made of its id."""

    def __init__(self, *, database: Database, links: Links, lasts: timedelta, clock: Clock) -> None:
        self._database = database
        self._links = links
        self._lasts = lasts
        self._clock = clock

    def link(self, citizen_id: CitizenId, kind: NoticeKind, at: datetime, *, reference: str) -> str:
        """The link of the message with that reference; the same one again has the same link."""
        with self._database.transaction() as transaction:
            if transaction.get(NoticeLink, reference) is None:
                transaction.add(
                    NoticeLink(
                        id=reference,
                        citizen_id=citizen_id,
                        kind=kind,
                        handle=digest(self._links.handle(PATH, reference)),
                        at=at,
                        expires_at=self._clock.now() + self._lasts,
                    )
                )
        return self._links.link(PATH, reference)
