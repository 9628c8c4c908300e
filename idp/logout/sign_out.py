"""Signing out: ending the session, and keeping what the last pages show of it."""

from collections.abc import Callable

from idp.core.clock import Clock
from idp.interactions.visits import Visits
from idp.logout.model import Farewell, LogoutRequest
from idp.logout.ports import Farewells
from idp.logout.rules import frame
from idp.relying_parties.ports import RelyingParties
from idp.sessions.model import SessionId
from idp.web.network import client_network

NameOfSession = Callable[[str, SessionId], str]
"""How a session is called at a sector: `sessions.rules.sid` with its key."""


class SignOut:
    """Ends this browser's session, for whoever asks."""

    def __init__(
        self,
        *,
        visits: Visits,
        farewells: Farewells,
        relying_parties: RelyingParties,
        name_of_session: NameOfSession,
        issuer: str,
        clock: Clock,
    ) -> None:
        self._visits = visits
        self._farewells = farewells
        self._relying_parties = relying_parties
        self._name_of_session = name_of_session
        self._issuer = issuer
        self._clock = clock

    def __call__(self, wish: LogoutRequest | None = None) -> Farewell:
        """End it, and tell its relying parties; what is left to show."""
        wish = wish or LogoutRequest()
        ended = self._visits.end_session()
        if ended is None:
            return Farewell(wish)
        session_id = ended.session_id
        frames = []
        for client_id in ended.reached:
            relying_party = self._relying_parties.find(client_id)
            if relying_party is None or not relying_party.enabled:
                continue
            uri = relying_party.logout.frontchannel_uri
            if uri is not None:
                sid = self._name_of_session(relying_party.sector, session_id)
                frames.append(frame(uri, issuer=self._issuer, sid=sid))
        return Farewell(wish, session_id, ended.reached, tuple(frames), self._clock.now())

    def last_page(self, farewell: Farewell) -> str:
        """The path of the page that shows it."""
        # Whoever had a session is never refused; there is no end of those who had none.
        network = client_network() if farewell.session_id is None else None
        return f"/signed-out?l={self._farewells.add(farewell, network=network)}"
