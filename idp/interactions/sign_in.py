"""Beginning and ending a session."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.exc import IntegrityError

from idp.audit.events import DeviceRemembered, SessionsEnded, SignedOut, SignInSucceeded
from idp.audit.log import record
from idp.authenticators.model import SeenDevice
from idp.authenticators.store import note_device
from idp.backchannel.announce import AnnounceLogout
from idp.backchannel.model import Reached
from idp.backchannel.rules import PORTAL_SESSION
from idp.citizens.holds import holds_of
from idp.citizens.model import CitizenId
from idp.citizens.rules import is_only_inactive
from idp.citizens.store import PasswordReplaced, may_sign_in
from idp.core.clock import Clock
from idp.core.handles import Handle, new_handle
from idp.db.database import Database
from idp.db.rows import Source
from idp.follow_ups import store as follow_ups
from idp.follow_ups.follow_ups import owe_end_of
from idp.follow_ups.model import EndOfSessions, FollowUpId
from idp.follow_ups.store import is_over
from idp.grants import store as grants
from idp.grants.ports import AccessTokens
from idp.grants.refresh_families import revoke_of_citizen
from idp.relying_parties.model import ClientId
from idp.sessions.model import Authentication, OpenSession, Session, SessionId
from idp.sessions.ports import Sessions


class SignInBarred(Exception):
    """
    The account cannot be signed in to.

    Raised after the right password, and once more when a session would begin: whatever the second
    step was, and however long it took, a hold that was placed meanwhile stands.
    """


class AccountInactive(SignInBarred):
    """
    Want of use alone locks the account: whoever has just proved to be the citizen can open it.

    *amr* is how they sign in once it is open, *password_at* when a password was right, if one was.
    """

    def __init__(
        self, citizen_id: CitizenId, *, amr: tuple[str, ...], password_at: datetime | None
    ) -> None:
        super().__init__()
        self.citizen_id = citizen_id
        self.amr = amr
        self.password_at = password_at


@dataclass(frozen=True, slots=True)
class EndedSession:
    """A session that is over, and the relying parties it reached."""

    session_id: SessionId
    reached: tuple[ClientId, ...]


class SignIn:
    """Notes sign-ins and sign-outs: the session, its grants and tokens, and the audit log."""

    def __init__(
        self,
        *,
        sessions: Sessions,
        tokens: AccessTokens,
        announce: AnnounceLogout,
        database: Database,
        clock: Clock,
    ) -> None:
        self._sessions = sessions
        self._tokens = tokens
        self._announce = announce
        self._database = database
        self._clock = clock

    def __call__(
        self,
        authentication: Authentication,
        former: Handle | None,
        device: SeenDevice | None = None,
        *,
        password_at: datetime | None = None,
    ) -> tuple[Handle, Session]:
        """
        Begin a session, under a new handle: one planted before the sign-in is worth nothing.

        The same citizen keeps the session (and the portals their `sid`); another one's ends.
        *device* is known as the citizen's from now on, *password_at* is when the password was
        right, where one was typed.
        Raises `SignInBarred` or `AccountInactive`, `PasswordReplaced`; the former session is as it
        was then.
        """
        kept = None if former is None else self.find(former)
        same = kept is not None and kept.authentication.citizen_id == authentication.citizen_id
        session = (
            kept.signed_in_again(authentication)
            if kept is not None and same
            else Session(SessionId(new_handle()), authentication, self._clock.now())
        )
        if device is not None:
            session = replace(session, browser=device.browser, system=device.system)
        handle = self._sessions.begin(session)
        # Only now: a hold, or another password, that comes after this look finds the session, and
        # ends it.
        try:
            self._note(authentication, device, password_at)
        except PasswordReplaced:
            self._sessions.end(handle)
            raise
        except SignInBarred as barred:
            self._sessions.end(handle)
            raise self._why(barred, authentication, password_at) from None
        if kept is not None and former is not None:
            if same:
                self._sessions.end(former)
            else:
                self.end(former)
        return handle, session

    def _note(
        self,
        authentication: Authentication,
        device: SeenDevice | None,
        password_at: datetime | None,
    ) -> None:
        """Record the sign-in. Raises `SignInBarred`, `PasswordReplaced`; nothing is noted then."""
        citizen_id, now = authentication.citizen_id, self._clock.now()
        with self._database.writing_rows() as transaction:
            if not may_sign_in(transaction, citizen_id, now, password_at=password_at):
                raise SignInBarred
            event = SignInSucceeded(citizen_id=citizen_id, amr=authentication.amr)
            record(transaction, event, now)
            if device is not None:
                note_device(transaction, citizen_id, device, now)
                if device.remembered_until is not None:
                    until = device.remembered_until
                    record(transaction, DeviceRemembered(citizen_id=citizen_id, until=until), now)

    def _why(
        self, barred: SignInBarred, authentication: Authentication, password_at: datetime | None
    ) -> SignInBarred:
        citizen_id, amr = authentication.citizen_id, authentication.amr
        with self._database.reading() as reading:
            if not is_only_inactive(holds_of(reading, citizen_id)):
                return barred
        return AccountInactive(citizen_id, amr=amr, password_at=password_at)

    def know(self, citizen_id: CitizenId, device: SeenDevice) -> None:
        """Know *device* as the citizen's from now on, though nobody has signed in on it yet."""
        with self._database.writing_rows() as transaction:
            note_device(transaction, citizen_id, device, self._clock.now())

    def find(self, handle: Handle) -> Session | None:
        """The live session of *handle*; one that is to end is none, wherever it is yet."""
        session = self._sessions.find(handle)
        if session is None:
            return None
        with self._database.reading_rows() as reading:
            return None if is_over(reading, session) else session

    def is_live(self, source: Source, session: Session) -> bool:
        """
        Whether nobody has ended *session*, by what *source* sees and by the store.

        In this order: whatever ends it stands in the database until the store has it no more.
        """
        citizen_id = session.authentication.citizen_id
        return not is_over(source, session) and any(
            each.session.id == session.id for each in self.sessions_of(citizen_id)
        )

    def is_open(self, handle: Handle) -> bool:
        """Whether nobody has ended the session of *handle* since it was found."""
        return self._sessions.is_open(handle)

    def end(self, handle: Handle) -> EndedSession | None:
        """
        End the session of *handle*, its grants and their access tokens; tell its relying parties.

        `None` where there is none, or another request was faster.
        """
        session = self._sessions.find(handle)
        return None if session is None else self._end(session, lambda: self._sessions.end(handle))

    def sessions_of(self, citizen_id: CitizenId) -> tuple[OpenSession, ...]:
        """The live sessions of a citizen, the last seen first."""
        return self._sessions.of_citizen(citizen_id)

    def end_one_of(self, citizen_id: CitizenId, session_id: SessionId) -> EndedSession | None:
        """End one session of a citizen from another one, as `end` does."""
        for each in self._sessions.of_citizen(citizen_id):
            if each.session.id == session_id:
                return self._end(
                    each.session, lambda: self._sessions.end_one_of(citizen_id, session_id)
                )
        return None

    def end_others_of(self, citizen_id: CitizenId, kept: SessionId) -> int:
        """End every session of a citizen but that one; how many those were."""
        others = [
            each.session.id
            for each in self._sessions.of_citizen(citizen_id)
            if each.session.id != kept
        ]
        return sum(self.end_one_of(citizen_id, other) is not None for other in others)

    def _end(self, session: Session, end: Callable[[], object]) -> EndedSession | None:
        """
        End *session* by *end*, which takes it out of the store; `None` where another is at it.

        What ends stands in two stores, and either can fail at any step, or do it and not say so.
        The first commit says that the session is to end: from then on it counts for nothing,
        wherever it is, and no code of its grants is redeemed. All that follows can be done again,
        by the worker if need be, and is done once: the row goes with the commit that revokes, tells
        and records. Before the first commit nothing has happened, and the citizen can try again.
        """
        self._announce.prepare()
        try:
            with self._database.transaction() as transaction:
                owed = owe_end_of(transaction, session, self._clock.now())
        except IntegrityError:
            return None
        overtaken = end() is None
        reached = self._finish(
            session.authentication.citizen_id, session.id, owed, overtaken=overtaken
        )
        return None if reached is None else EndedSession(session.id, reached)

    def _finish(
        self,
        citizen_id: CitizenId,
        session_id: SessionId,
        owed: FollowUpId,
        *,
        overtaken: bool = False,
    ) -> tuple[ClientId, ...] | None:
        """
        Do what follows once no store has the session; whom it reached, `None` where it was done.

        *overtaken*: something else took it out of the store, which does that with all the rest
        (the end of every session), or did it for us and could not say so: the grants tell.

        No grant comes after this: an answer that was under way looks at the session again when its
        grant is stored. Access tokens end before the commit: where Redis fails, all of it can be
        done again.
        """
        now = self._clock.now()
        with self._database.transaction() as transaction:
            if not follow_ups.settle(transaction, owed):
                return None
            reached = grants.client_ids_of_session(transaction, session_id)
            ended = grants.revoke_of_session(transaction, session_id, now)
            if overtaken and not ended:
                return None
            told = self._announce.write(
                transaction, citizen_id, [Reached(client_id, session_id) for client_id in reached]
            )
            record(transaction, SignedOut(citizen_id=citizen_id), now)
            self._tokens.revoke(ended)
        self._announce.wake(told)
        return tuple(reached)

    def end_all_of(self, citizen_id: CitizenId, *, reason: str) -> None:
        """
        End every session of a citizen, with their grants, tokens and refresh families; tell the
        relying parties.

        Also those that a session of the last day reached which had ended by being idle: their own
        sessions may live on, and whoever had the old password must be out everywhere.
        """
        self._end_all(citizen_id, reason)

    def carry_out(self, end: EndOfSessions) -> None:
        """
        The same, but what was kept and what was signed in to later.

        Implements `EndsSessions` of `idp.follow_ups`.
        """
        self._end_all(end.citizen_id, end.reason, until=end.until, kept=end.kept)

    def finish(self, citizen_id: CitizenId, session_id: SessionId, *, until: datetime) -> None:
        """Do the rest of a sign-out that failed on its way; implements `EndsSessions` too."""
        self._announce.prepare()
        for each in self._sessions.of_citizen(citizen_id):
            session = each.session
            if session.id == session_id and session.authentication.auth_time <= until:
                self._sessions.end_one_of(citizen_id, session_id)
        self._finish(citizen_id, session_id, FollowUpId(session_id))

    def _end_all(
        self,
        citizen_id: CitizenId,
        reason: str,
        *,
        until: datetime | None = None,
        kept: SessionId | None = None,
    ) -> None:
        """
        Access tokens end before the commit: where Redis fails, all of it can be done again.

        A code that is redeemed meanwhile waits for the row of its grant.
        """
        now = self._clock.now()
        self._announce.prepare()
        with self._database.transaction() as transaction:
            sessions = self._sessions.end_all_of(citizen_id, until=until, kept=kept)
            reached = grants.reached_by_citizen(
                transaction,
                citizen_id,
                sessions=sessions,
                since=now - PORTAL_SESSION,
                until=until,
                kept=kept,
            )
            # The grants first: a code that is redeemed at this moment begins its family before
            # that, or not at all.
            ended = grants.revoke_of_citizen(transaction, citizen_id, now, until=until, kept=kept)
            families = revoke_of_citizen(transaction, citizen_id, now, until=until, kept=kept)
            told = self._announce.write(
                transaction, citizen_id, [Reached(*each) for each in reached]
            )
            record(transaction, SessionsEnded(citizen_id=citizen_id, reason=reason), now)
            self._tokens.revoke([*ended, *families])
        self._announce.wake(told)
