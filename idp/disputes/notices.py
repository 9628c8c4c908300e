"""What a claimant is told by text message: that something happened, never what about whom."""

from collections.abc import Callable, Mapping
from typing import Final

from idp.db.database import Database
from idp.disputes.model import CaseNumber
from idp.disputes.ports import ClaimantNotice
from idp.disputes.store import phone_of_claimant
from idp.messaging.ports import SmsSender
from idp.messaging.texts import (
    claim_more_needed_text,
    claim_received_text,
    claim_resolved_text,
)

_TEXTS: Final[Mapping[ClaimantNotice, Callable[[str, str, str], str]]] = {
    ClaimantNotice.RECEIVED: claim_received_text,
    ClaimantNotice.MORE_NEEDED: claim_more_needed_text,
    ClaimantNotice.RESOLVED: claim_resolved_text,
}


class ClaimantNoticeDelivery:
    """Sends one notice; *site* is our host, as the claimant types it."""

    def __init__(
        self, *, database: Database, sender: SmsSender, service_name: str, site: str
    ) -> None:
        self._database = database
        self._sender = sender
        self._service_name = service_name
        self._site = site

    def __call__(self, notice: ClaimantNotice, number: CaseNumber, *, reference: str) -> None:
        """Tell the claimant of that case. Raises `SmsNotSent`."""
        with self._database.reading() as reading:
            phone = phone_of_claimant(reading, number)
        if phone is not None:
            text = _TEXTS[notice](number, self._service_name, self._site)
            self._sender.send(phone, text, reference=reference)
