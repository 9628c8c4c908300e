"""Asking for a sign-in of this very moment before something that matters is changed."""

from datetime import timedelta

from flask import Response

from idp.core.clock import Clock
from idp.core.handles import digest
from idp.interactions.flow import Flow
from idp.interactions.model import Interaction, new_interaction_id
from idp.interactions.ports import Interactions
from idp.sessions.model import Session
from idp.sessions.rules import TWO_FACTORS, authentication_level
from idp.web.browser import BrowserCookie
from idp.web.network import client_network
from idp.web.see_other import see_other


class FreshSignIn:
    """
    Sensitive changes want two factors within the last *lasts* (parameters.md: five minutes).

    A session that was left open, or begun on a remembered device, is not enough.
    """

    def __init__(
        self,
        *,
        interactions: Interactions,
        flow: Flow,
        browser: BrowserCookie,
        lasts: timedelta,
        clock: Clock,
    ) -> None:
        self._interactions = interactions
        self._flow = flow
        self._browser = browser
        self._lasts = lasts
        self._clock = clock

    def is_given(self, session: Session) -> bool:
        """Whether the session's last sign-in had two factors, and was a moment ago."""
        authentication = session.authentication
        if authentication_level(authentication.amr) < TWO_FACTORS:
            return False
        return self._clock.now() - authentication.auth_time < self._lasts

    def ask(self, destination: str, *, fresh: bool = True) -> Response:
        """
        Send the browser to sign in, and to *destination*, a path of ours, after that.

        Not *fresh*: any session will do, so somebody who has one goes straight on.
        """
        interaction = Interaction(
            id=new_interaction_id(),
            request=None,
            started_at=self._clock.now(),
            browser=digest(self._browser.ensure()),
            account_chosen=True,
            destination=destination,
            fresh=fresh,
        )
        self._interactions.add(interaction, network=client_network())
        return see_other(self._flow.proceed(interaction, None))
