"""Beginning and ending a session."""

from idp.audit.events import SessionsEnded, SignedOut, SignInSucceeded
from idp.audit.log import record
from idp.citizens.model import CitizenId
from idp.core.clock import Clock
from idp.core.handles import Handle, new_handle
from idp.db.database import Database
from idp.grants import store as grants
from idp.grants.ports import AccessTokens
from idp.sessions.model import Authentication, Session, SessionId
from idp.sessions.ports import Sessions


class SignIn:
    """Notes sign-ins and sign-outs: the session, its grants and tokens, and the audit log."""

    def __init__(
        self, *, sessions: Sessions, tokens: AccessTokens, database: Database, clock: Clock
    ) -> None:
        self._sessions = sessions
        self._tokens = tokens
        self._database = database
        self._clock = clock

    def __call__(
        self, authentication: Authentication, former: Handle | None
    ) -> tuple[Handle, Session]:
        """
        Begin a session, under a new handle: one planted before the sign-in is worth nothing.

        The same citizen keeps the session (and the portals their `sid`); another one's ends.
        """
        kept = None if former is None else self._sessions.find(former)
        if kept is not None and kept.authentication.citizen_id != authentication.citizen_id:
            self.end(former)  # type: ignore[arg-type]
            kept = None
        elif kept is not None:
            self._sessions.end(former)  # type: ignore[arg-type]
        session = (
            kept.signed_in_again(authentication)
            if kept is not None
            else Session(SessionId(new_handle()), authentication, self._clock.now())
        )
        with self._database.transaction() as transaction:
            record(
                transaction,
                SignInSucceeded(citizen_id=authentication.citizen_id, amr=authentication.amr),
                self._clock.now(),
            )
        return self._sessions.begin(session), session

    def find(self, handle: Handle) -> Session | None:
        """The live session of *handle*."""
        return self._sessions.find(handle)

    def end(self, handle: Handle) -> Session | None:
        """End the session of *handle*, its grants and their access tokens."""
        session = self._sessions.end(handle)
        if session is None:
            return None
        now = self._clock.now()
        with self._database.transaction() as transaction:
            ended = grants.revoke_of_session(transaction, session.id, now)
            record(transaction, SignedOut(citizen_id=session.authentication.citizen_id), now)
        self._tokens.revoke(ended)
        return session

    def end_all_of(self, citizen_id: CitizenId, *, reason: str) -> None:
        """End every session of a citizen, with their grants and tokens."""
        self._sessions.end_all_of(citizen_id)
        now = self._clock.now()
        with self._database.transaction() as transaction:
            ended = grants.revoke_of_citizen(transaction, citizen_id, now)
            record(transaction, SessionsEnded(citizen_id=citizen_id, reason=reason), now)
        self._tokens.revoke(ended)
