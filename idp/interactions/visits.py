"""
A visit: one request of one browser to one page of an interaction.

Every step's view works on a `Visit` and ends with `Visits.proceed`; what is common to them (whose
interaction, whose browser, which session, how a sign-in is noted) stands here once.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from flask import Response, g, redirect, request

from idp.core.clock import Clock
from idp.core.handles import digest, new_handle
from idp.interactions.flow import Flow
from idp.interactions.model import Intent, Interaction, InteractionId
from idp.interactions.ports import Interactions
from idp.relying_parties.model import RelyingParty
from idp.relying_parties.ports import RelyingParties
from idp.sessions.cookie import SessionCookie
from idp.sessions.model import Authentication, Session
from idp.interactions.sign_in import SignIn
from idp.web.browser import BrowserCookie


class InteractionExpired(Exception):
    """The interaction named in the query does not exist any more."""


class OtherBrowser(Exception):
    """The interaction belongs to another browser, or this one keeps no cookies."""

    def __init__(self, relying_party: RelyingParty | None) -> None:
        super().__init__()
        self.relying_party = relying_party


@dataclass(frozen=True, slots=True)
class Visit:
    """What a step works on."""

    interaction: Interaction
    session: Session | None
    relying_party: RelyingParty | None

    @property
    def page(self) -> dict[str, object]:
        """What every page of an interaction is rendered with."""
        return {"i": self.interaction.id, "relying_party": self.relying_party}


class Visits:
    """Finds the visit behind a request, and takes the browser on."""

    def __init__(
        self,
        *,
        interactions: Interactions,
        relying_parties: RelyingParties,
        flow: Flow,
        sign_in: SignIn,
        browser: BrowserCookie,
        session_cookie: SessionCookie,
        clock: Clock,
    ) -> None:
        self._interactions = interactions
        self._relying_parties = relying_parties
        self._flow = flow
        self._sign_in = sign_in
        self._browser = browser
        self._session_cookie = session_cookie
        self._clock = clock

    def current(self) -> Visit:
        """
        The visit of this request.

        A GET without `?i=` begins an interaction of our own (the citizen came to us directly); the
        view then answers `at_its_own_address`. Raises `InteractionExpired`, `OtherBrowser`.
        """
        name = request.args.get("i")
        if name is None:
            return self._visit(self._begin())
        interaction = self._interactions.find(InteractionId(name))
        if interaction is None:
            raise InteractionExpired
        visit = self._visit(interaction)
        handle = self._browser.handle()
        if interaction.browser is None and request.method == "GET":
            browser = digest(self._browser.ensure())
            return self.update(visit, lambda current: current.with_(browser=browser))
        if handle is None or digest(handle) != interaction.browser:
            raise OtherBrowser(visit.relying_party)
        return visit

    def update(self, visit: Visit, change: Callable[[Interaction], Interaction]) -> Visit:
        """Store a change of the interaction's facts. *change* has no side effects."""
        return replace(visit, interaction=self._interactions.update(visit.interaction, change))

    def sign_in(self, visit: Visit, authentication: Authentication) -> Visit:
        """Note that the citizen has proved to be there: a session under a new handle."""
        handle, session = self._sign_in(authentication, self._session_cookie.handle())
        self._session_cookie.set(handle)
        updated = self.update(
            visit,
            lambda current: current.with_(
                intent=Intent.SIGN_IN, password_verified=None, challenge_id=None
            ),
        )
        return replace(updated, session=session)

    def sign_out(self, visit: Visit) -> Visit:
        """End this browser's session: somebody else wants to sign in."""
        handle = self._session_cookie.handle()
        if handle is not None:
            self._sign_in.end(handle)
        self._session_cookie.clear()
        return replace(visit, session=None)

    def proceed(self, visit: Visit) -> Response:
        """Send the browser to the next page: 303, whatever the step was."""
        return redirect(self._flow.proceed(visit.interaction, visit.session), 303)  # type: ignore[return-value]

    def session(self) -> Session | None:
        """The session of this browser."""
        handle = self._session_cookie.handle()
        return None if handle is None else self._sign_in.find(handle)

    def _begin(self) -> Interaction:
        interaction = Interaction(
            id=InteractionId(new_handle()),
            request=None,
            started_at=self._clock.now(),
            browser=digest(self._browser.ensure()),
            account_chosen=True,
        )
        self._interactions.add(interaction)
        return interaction

    def _visit(self, interaction: Interaction) -> Visit:
        authorization_request = interaction.request
        relying_party = None
        if authorization_request is not None:
            g.ui_locales = authorization_request.ui_locales
            relying_party = self._relying_parties.find(authorization_request.client_id)
        return Visit(interaction, self.session(), relying_party)
