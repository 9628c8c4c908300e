"""What onboarding needs of others."""

from datetime import datetime
from typing import Protocol

from idp.relying_parties.model import ClientId


class IntegrationReports(Protocol):
    """What came of "Test my integration"."""

    def passed(self, client_id: ClientId, since: datetime) -> bool:
        """Whether a run of that sandbox registration, begun at *since* or later, passed whole."""
        ...
