"""Who signs logout tokens, who carries them, and who wakes the worker."""

from datetime import timedelta
from typing import Protocol

from idp.backchannel.model import DeliveryId
from idp.relying_parties.model import RelyingParty


class LogoutNotSent(Exception):
    """No answer came; *cause* is a word for the row and the log."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


class LogoutTokens(Protocol):
    """Signs logout tokens (Back-Channel Logout §2.4)."""

    def issue(self, relying_party: RelyingParty, *, sub: str, sid: str, jti: str) -> str:
        """The token, signed as the relying party's ID tokens are, and good for minutes."""
        ...


class LogoutSender(Protocol):
    """Carries a logout token to a relying party."""

    def send(self, uri: str, logout_token: str, *, loopback: bool) -> int:
        """
        Post it (§2.5); the status of the answer. *loopback*: the address may be this machine's.

        Takes seconds at the most, whatever the other side does. Raises `LogoutNotSent`.
        """
        ...


class LogoutWakes(Protocol):
    """Has the worker look at a delivery soon."""

    def wake(self, delivery_id: DeliveryId, *, after: timedelta = timedelta()) -> None:
        """Ask for it; never raises, because a lost call costs no more than the sweep's minute."""
        ...
