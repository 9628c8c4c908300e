"""
A visit: one request of one browser to one page of an interaction.

Every step's view works on a `Visit` and ends with `Visits.proceed`; what is common to them (whose
interaction, whose browser, which session, how a sign-in is noted) stands here once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Response

from idp.authenticators.device_cookie import DeviceCookie
from idp.citizens.model import CitizenId
from idp.citizens.store import PasswordReplaced
from idp.core.clock import Clock
from idp.core.handles import digest
from idp.interactions.flow import Flow
from idp.interactions.model import Intent, Interaction, InteractionId, named_in, new_interaction_id
from idp.interactions.ports import AuthorizationResponse, Interactions
from idp.interactions.rules import Refusal, Step, sign_in_needed
from idp.interactions.sign_in import EndedSession, SignIn
from idp.relying_parties.model import ClientId, RelyingParty
from idp.relying_parties.ports import RelyingParties
from idp.sessions.cookie import SessionCookie
from idp.sessions.model import Authentication, Session
from idp.web.at_hand import g, request
from idp.web.browser import BrowserCookie
from idp.web.network import client_network
from idp.web.ports import ShownPages
from idp.web.see_other import see_other


class InteractionExpired(Exception):
    """The interaction named in the query does not exist any more."""


class OtherBrowser(Exception):
    """The interaction belongs to another browser, or this one keeps no cookies."""

    def __init__(self, relying_party: RelyingParty | None) -> None:
        super().__init__()
        self.relying_party = relying_party


class RelyingPartyDisabled(Exception):
    """The relying party that asks may not be used for now: nobody is taken any further."""

    def __init__(self, relying_party: RelyingParty) -> None:
        super().__init__(relying_party.client_id)
        self.relying_party = relying_party


class BegunHere(Exception):
    """An interaction of our own has begun: the page is to be asked for again, with its name."""

    def __init__(self, interaction: Interaction) -> None:
        super().__init__()
        self.interaction = interaction


@dataclass(frozen=True, slots=True)
class Visit:
    """What a step works on."""

    interaction: Interaction
    session: Session | None
    relying_party: RelyingParty | None

    @property
    def page(self) -> dict[str, Any]:
        """What every page of an interaction is rendered with."""
        return {"i": self.interaction.id, "relying_party": self.relying_party}

    @property
    def client_id(self) -> ClientId | None:
        """The relying party that asks, if one does."""
        return None if self.interaction.request is None else self.interaction.request.client_id

    @property
    def browser(self) -> str:
        """The digest of the browser: an interaction that is visited is bound to one."""
        if self.interaction.browser is None:
            raise LookupError("a visit without a browser")
        return self.interaction.browser


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
        device_cookie: DeviceCookie,
        shown: ShownPages,
        clock: Clock,
    ) -> None:
        self._interactions = interactions
        self._relying_parties = relying_parties
        self._flow = flow
        self._sign_in = sign_in
        self._browser = browser
        self._session_cookie = session_cookie
        self._device_cookie = device_cookie
        self._shown = shown
        self._clock = clock

    def current(self) -> Visit:
        """
        The visit of this request.

        Without `?i=` it is one of our own: the citizen came to us directly. Raises
        `InteractionExpired`, `OtherBrowser`, `RelyingPartyDisabled`, and `BegunHere` to give a new
        one its address.
        """
        name = request.args.get("i")
        if name is None:
            raise BegunHere(self._begin())
        found = self._interactions.look_up(InteractionId(name))
        # A portal that another process disabled a moment ago gets no code for a page begun before.
        self._relying_parties.catch_up(found.registry_version)
        interaction = found.interaction
        if interaction is None:
            raise InteractionExpired
        visit = self._visit(interaction)
        handle = self._browser.handle()
        if interaction.browser is None and request.method == "GET":
            return self._bind(visit, digest(self._browser.ensure()))
        if handle is None or digest(handle) != interaction.browser:
            raise OtherBrowser(visit.relying_party)
        if visit.relying_party is not None and not visit.relying_party.enabled:
            raise RelyingPartyDisabled(visit.relying_party)
        return visit

    def named_relying_party(self, interaction_id: str) -> RelyingParty | None:
        """Where the one who asked in an interaction that is gone sends people to begin again."""
        client_id = named_in(interaction_id)
        found = None if client_id is None else self._relying_parties.find(client_id)
        return found if found is not None and found.enabled else None

    def update(self, visit: Visit, change: Callable[[Interaction], Interaction]) -> Visit:
        """Store a change that somebody's step made. *change* has no side effects."""
        return self._changed(visit, lambda current: change(current).with_(attended=True))

    def keep(self, visit: Visit, period: timedelta) -> None:
        """Let the interaction live for *period* from now where it would end sooner."""
        self._interactions.keep(visit.interaction, period)

    def waiting(self, interaction_id: str | None) -> Visit | None:
        """Another interaction of this very browser, where a relying party waits for its answer."""
        if interaction_id is None:
            return None
        found = self._interactions.find(InteractionId(interaction_id))
        if found is None or found.request is None or found.answered:
            return None
        handle = self._browser.handle()
        if handle is None or digest(handle) != found.browser:
            return None
        return self._visit(found)

    def sign_in(
        self,
        visit: Visit,
        authentication: Authentication,
        *,
        password_at: datetime | None = None,
        remember: bool = False,
    ) -> Visit:
        """
        Note that the citizen has proved to be there: a session under a new handle.

        This browser is known as the citizen's from now on; with *remember* it spares the second
        factor for a while. A password that was right at *password_at*, and was replaced since, is
        asked for again.
        """
        device, device_handle = self._device_cookie.seen(remember=remember)
        former = self._session_cookie.handle()
        try:
            handle, session = self._sign_in(authentication, former, device, password_at=password_at)
        except PasswordReplaced:
            return self._begin_anew(visit)
        self._device_cookie.set(device_handle)
        self._session_cookie.set(handle)
        self._forget_answers()
        begun = self._begin_anew(visit)
        return Visit(begun.interaction, session, begun.relying_party)

    def know_device(self, citizen_id: CitizenId) -> None:
        """
        Know this browser as the citizen's, who has proved to be there and signs in next.

        Strangers who try passwords slow browsers that are not: without this a new password would be
        of no use while they go on.
        """
        device, handle = self._device_cookie.seen(remember=False)
        self._sign_in.know(citizen_id, device)
        self._device_cookie.set(handle)

    def sign_out(self, visit: Visit) -> Visit:
        """End this browser's session: somebody else wants to sign in."""
        self.end_session()
        return Visit(visit.interaction, None, visit.relying_party)

    def end_session(self) -> EndedSession | None:
        """End this browser's session, and take its cookie; what ended."""
        handle = self._session_cookie.handle()
        self._forget_answers()
        ended = None if handle is None else self._sign_in.end(handle)
        self._session_cookie.clear()  # not before: who is told to try again must be able to
        return ended

    def answer(
        self, interaction: Interaction, session: Session | None
    ) -> AuthorizationResponse | None:
        """
        The answer to the relying party, as `Flow.answer` says, if the session outlived its making.

        A password reset ends the sessions, and then every grant there is. A grant that is stored
        after that would be overlooked: so the session is looked at once more when the grant can be
        found. The code that was made is in nobody's hands then. A reset whose sessions are yet to
        be ended needs no look: its grants give nothing for their codes (`grants.store`).
        """
        answer = self._flow.answer(interaction, session)
        handle = self._session_cookie.handle()
        if answer is None or session is None or (handle and self._sign_in.is_open(handle)):
            return answer
        return self._flow.answer(self._flow.reopen(interaction), None)

    def proceed(self, visit: Visit) -> Response:
        """Send the browser to the next page: 303, whatever the step was."""
        return see_other(self._flow.proceed(visit.interaction, visit.session))

    def step(self, visit: Visit) -> Step | Refusal:
        """What has to happen next in the visit's interaction."""
        return self._flow.next_step(visit.interaction, visit.session)

    def enrols(self, visit: Visit) -> bool:
        """Whether an account may be made on the way to where the visit leads."""
        return self._flow.enrols(visit.interaction)

    def is_signed_in(self, visit: Visit) -> bool:
        """Whether this browser's session is all the interaction needs of a sign-in."""
        return visit.session is not None and not sign_in_needed(visit.interaction, visit.session)

    def session(self) -> Session | None:
        """The session of this browser."""
        handle = self._session_cookie.handle()
        return None if handle is None else self._sign_in.find(handle)

    def _begin_anew(self, visit: Visit) -> Visit:
        """Forget how far a sign-in had come: it is done, or has to be done again."""
        return self.update(
            visit,
            lambda current: current.with_(
                intent=Intent.SIGN_IN,
                account_chosen=True,
                password_verified=None,
                password_verified_at=None,
                second_factor=None,
                other_factors=(),
                sms_doubt=None,
                challenge_id=None,
            ),
        )

    def _forget_answers(self) -> None:
        """See to it that Back shows nobody what the person before had typed."""
        browser = self._browser.handle()
        if browser is not None:
            self._shown.forget(browser)

    def _bind(self, visit: Visit, browser: str) -> Visit:
        """Bind the interaction to this browser: the first to come has it, and nobody after."""
        bound = self._changed(
            visit, lambda current: current.with_(browser=current.browser or browser)
        )
        if bound.interaction.browser != browser:
            raise OtherBrowser(visit.relying_party)
        return bound

    def _changed(self, visit: Visit, change: Callable[[Interaction], Interaction]) -> Visit:
        changed = self._interactions.update(visit.interaction, change)
        return Visit(changed, visit.session, visit.relying_party)

    def _begin(self) -> Interaction:
        interaction = Interaction(
            id=new_interaction_id(),
            request=None,
            started_at=self._clock.now(),
            browser=digest(self._browser.ensure()),
            account_chosen=True,
        )
        self._interactions.add(interaction, network=client_network())
        return interaction

    def _visit(self, interaction: Interaction) -> Visit:
        authorization_request = interaction.request
        relying_party = None
        if authorization_request is not None:
            g.ui_locales = authorization_request.ui_locales
            relying_party = self._relying_parties.find(authorization_request.client_id)
        return Visit(interaction, self.session(), relying_party)
