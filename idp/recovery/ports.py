"""Having somebody told about a request to recover an account by another phone."""

from typing import Protocol

from idp.recovery.model import PhoneRecoveryId, RecoveryText


class RecoveryTexts(Protocol):
    """The queue of what is sent about requests; a job carries the id and the name of the text."""

    def send_recovery_text(self, what: RecoveryText, recovery_id: PhoneRecoveryId) -> None:
        """Have the worker send it."""
        ...
