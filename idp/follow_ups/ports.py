"""Who ends sessions."""

from typing import Protocol

from idp.follow_ups.model import EndOfSessions


class EndsSessions(Protocol):
    """Ends sessions with all that hangs on them, and tells the relying parties."""

    def carry_out(self, end: EndOfSessions) -> None:
        """Do so; again does no harm, and what began after *end* stays."""
        ...
