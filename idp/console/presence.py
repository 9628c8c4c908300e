"""Who is at this browser, beginning and ending that."""

from idp.audit.events import OperatorSignedIn, OperatorSignedOut
from idp.audit.log import record
from idp.console.cookie import ConsoleCookie
from idp.core.clock import Clock
from idp.db.database import Database
from idp.operators import store
from idp.operators.model import OperatorSession, VerifiedOperator
from idp.operators.ports import OperatorSessions
from idp.web.browser import BrowserCookie
from idp.web.ports import ShownPages


class Presence:
    """
    The operator of this browser.

    Pages that answered forms wait in a store of their own (`ShownPages`) and are shown without a
    look at the session: so they are forgotten whenever somebody signs in or out.
    """

    def __init__(
        self,
        *,
        sessions: OperatorSessions,
        cookie: ConsoleCookie,
        browser: BrowserCookie,
        shown: ShownPages,
        database: Database,
        clock: Clock,
    ) -> None:
        self._sessions = sessions
        self._cookie = cookie
        self._browser = browser
        self._shown = shown
        self._database = database
        self._clock = clock

    def operator(self) -> VerifiedOperator | None:
        """Who is signed in, with the role the account has now; a disabled one is nobody."""
        handle = self._cookie.handle()
        session = None if handle is None else self._sessions.find(handle)
        if session is None:
            return None
        with self._database.reading() as reading:
            found = store.find(reading, session.operator)
            return None if found is None else store.verified(reading, found)

    def begin(self, operator: VerifiedOperator) -> None:
        """Sign the operator in, under a handle that nobody could have planted here before."""
        self._end_here()
        now = self._clock.now()
        with self._database.transaction() as transaction:
            record(transaction, OperatorSignedIn(by=operator.name), now)
        self._cookie.set(self._sessions.begin(OperatorSession(operator.name, now)))

    def end(self) -> None:
        """Sign out whoever is here."""
        session = self._end_here()
        self._cookie.clear()
        if session is not None:
            with self._database.transaction() as transaction:
                signed_out = OperatorSignedOut(by=session.operator)
                record(transaction, signed_out, self._clock.now())

    def _end_here(self) -> OperatorSession | None:
        browser = self._browser.handle()
        if browser is not None:
            self._shown.forget(browser)
        handle = self._cookie.handle()
        return None if handle is None else self._sessions.end(handle)
