"""Where the console's sessions are kept."""

from typing import Protocol

from idp.core.handles import Handle
from idp.operators.model import OperatorName, OperatorSession


class OperatorSessions(Protocol):
    """Sessions by the handle in the browser's cookie; a store keeps the digest alone."""

    def begin(self, session: OperatorSession) -> Handle:
        """Store *session* under a new handle."""
        ...

    def find(self, handle: Handle) -> OperatorSession | None:
        """The live session of *handle*; reading it postpones its idle end, never its last one."""
        ...

    def end(self, handle: Handle) -> OperatorSession | None:
        """End the session of *handle*; the session, for the one caller that ended it."""
        ...

    def end_all_of(self, operator: OperatorName) -> int:
        """End every session of an operator; how many those were."""
        ...
