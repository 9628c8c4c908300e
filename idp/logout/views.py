"""`/logout`, where relying parties send people to sign out, and the page at its end."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

from flask import Blueprint, Response

from idp.backchannel.model import DeliveryState
from idp.backchannel.store import states_of_session
from idp.citizens import store as citizens
from idp.core.clock import Clock
from idp.db.database import Database
from idp.interactions.visits import Visits
from idp.logout.forms import SignOutForm
from idp.logout.model import Farewell, LogoutRequest
from idp.logout.ports import Farewells, LogoutRequests, StoredLogouts, WrongLogoutRequest
from idp.logout.rules import (
    Decision,
    Scene,
    confirmations,
    decide,
    may_return_unasked,
    origins,
    scene,
)
from idp.logout.sign_out import NameOfSession, SignOut
from idp.relying_parties.model import ClientId, RelyingParty
from idp.relying_parties.ports import RelyingParties
from idp.sessions.model import Session
from idp.web.at_hand import g, request
from idp.web.headers import policy
from idp.web.network import client_network
from idp.web.pages import Pages
from idp.web.reference import request_reference
from idp.web.request_log import note
from idp.web.see_other import see_other
from idp.web.views import MethodView

_FRAMES_SHOWN_FOR: Final = 2  # seconds; long enough for pages that only drop a cookie
_LOOKED_AGAIN_AFTER: Final = 1


class Logout(MethodView):
    """`/logout`."""

    def __init__(
        self,
        pages: Pages,
        visits: Visits,
        requests: LogoutRequests,
        stored: StoredLogouts,
        sign_out: SignOut,
        relying_parties: RelyingParties,
        database: Database,
        name_of_session: NameOfSession,
    ) -> None:
        self._pages = pages
        self._visits = visits
        self._requests = requests
        self._stored = stored
        self._sign_out = sign_out
        self._relying_parties = relying_parties
        self._database = database
        self._name_of_session = name_of_session

    def get(self) -> Response:
        """Sign out where the relying party shows a token of this session; else ask."""
        wish = self._wish()
        session = self._visits.session()
        relying_party = self._relying_party(wish)
        decision = decide(
            wish,
            signed_in=session is not None,
            own_sid=self._own_sid(session, relying_party),
        )
        if session is not None and decision is Decision.ASK:
            return self._ask(session, relying_party)
        farewell = self._sign_out(wish) if decision is Decision.END else Farewell(wish)
        if farewell.frames:
            return see_other(self._sign_out.last_page(farewell))
        if wish.location is not None and may_return_unasked(wish):
            return see_other(wish.location)
        if decision is Decision.END:
            return see_other(self._sign_out.last_page(farewell))
        return self._nothing_to_end(wish)

    def post(self) -> Response:
        """
        Our own button, or another site's request.

        The latter comes without cookies (`SameSite=Lax`): it is kept for our own GET, and no
        cookie is set here.
        """
        raw = request.get_data()  # kept: the form is read from it below
        if "csrf_token" not in request.form:
            handle = self._stored.add(self._requests.read(raw), network=client_network())
            return see_other(f"/logout?l={handle}")
        wish = self._wish()
        self._pages.form(SignOutForm)
        # After a POST of ours never straight to the portal: `form-action` would stop it.
        return see_other(self._sign_out.last_page(self._sign_out(wish)))

    def _wish(self) -> LogoutRequest:
        handle = request.args.get("l")
        if handle is None:
            wish = self._requests.read(request.query_string)
        else:
            wish = self._stored.find(handle) or LogoutRequest()
        g.ui_locales = wish.ui_locales
        note(client_id=wish.client_id)
        return wish

    def _relying_party(self, wish: LogoutRequest) -> RelyingParty | None:
        return None if wish.client_id is None else self._relying_parties.find(wish.client_id)

    def _own_sid(self, session: Session | None, relying_party: RelyingParty | None) -> str | None:
        if session is None or relying_party is None:
            return None
        return self._name_of_session(relying_party.sector, session.id)

    def _ask(self, session: Session, relying_party: RelyingParty | None) -> Response:
        with self._database.reading() as reading:
            citizen = citizens.citizen(reading, session.authentication.citizen_id)
        return self._pages.render(
            "logout/confirm.html",
            form=self._pages.blank_form(SignOutForm),
            relying_party=relying_party,
            full_name=citizen.full_name.value,
        )

    def _nothing_to_end(self, wish: LogoutRequest) -> Response:
        return self._pages.render(
            "logout/signed_out.html",
            relying_party=self._relying_party(wish),
            return_url=wish.location,
        )


class SignedOut(MethodView):
    """
    `/signed-out`: the last page, which leads back to the portal where it asked for that.

    Before it, where there is reason to: the frames of the front channel, then a moment for the
    back channel. The browser comes back by itself, so that nothing here waits, holds a connection
    or needs a script.
    """

    def __init__(
        self,
        pages: Pages,
        farewells: Farewells,
        relying_parties: RelyingParties,
        database: Database,
        clock: Clock,
    ) -> None:
        self._pages = pages
        self._farewells = farewells
        self._relying_parties = relying_parties
        self._database = database
        self._clock = clock

    def get(self) -> Response:
        """The page of the moment."""
        handle = request.args.get("l", "")
        farewell = self._farewells.find(handle) or Farewell()
        g.ui_locales = farewell.wish.ui_locales
        states = self._states(farewell)
        now = self._clock.now()
        match scene(farewell, states.values(), framed="framed" in request.args, now=now):
            case Scene.FRAMES:
                page = self._going(farewell, handle, farewell.frames, _FRAMES_SHOWN_FOR)
                page.headers["Content-Security-Policy"] = policy(frame_src=origins(farewell.frames))
                return page
            case Scene.WAIT:
                return self._going(farewell, handle, (), _LOOKED_AGAIN_AFTER)
            case _:
                return self._end(farewell, states)

    def _going(
        self, farewell: Farewell, handle: str, frames: tuple[str, ...], seconds: int
    ) -> Response:
        onwards = farewell.wish.location or f"/signed-out?l={quote(handle)}&framed=1"
        page = self._pages.render("logout/signing_out.html", frames=frames, onwards_url=onwards)
        page.headers["Refresh"] = f"{seconds}; url={onwards}"
        return page

    def _end(self, farewell: Farewell, states: Mapping[ClientId, DeliveryState]) -> Response:
        told = confirmations(farewell, states)
        wish = farewell.wish
        page = self._pages.render(
            "logout/signed_out.html",
            relying_party=self._find(wish.client_id),
            return_url=wish.location,
            confirmed=told.confirmed,
            unconfirmed=[
                relying_party
                for client_id in told.unconfirmed
                if (relying_party := self._find(client_id)) is not None
            ],
        )
        if wish.location is not None:
            page.headers["Refresh"] = f"0; url={wish.location}"
        return page

    def _states(self, farewell: Farewell) -> Mapping[ClientId, DeliveryState]:
        if farewell.session_id is None:
            return {}
        with self._database.reading() as reading:
            return states_of_session(reading, farewell.session_id)

    def _find(self, client_id: ClientId | None) -> RelyingParty | None:
        return None if client_id is None else self._relying_parties.find(client_id)


def logout_routes(
    *,
    pages: Pages,
    visits: Visits,
    requests: LogoutRequests,
    stored: StoredLogouts,
    farewells: Farewells,
    sign_out: SignOut,
    relying_parties: RelyingParties,
    database: Database,
    name_of_session: NameOfSession,
    clock: Clock,
) -> Blueprint:
    """Build the routes of signing out."""
    routes = Blueprint("logout", __name__)
    routes.add_url_rule(
        "/logout",
        view_func=Logout.as_view(
            "logout",
            pages,
            visits,
            requests,
            stored,
            sign_out,
            relying_parties,
            database,
            name_of_session,
        ),
    )
    routes.add_url_rule(
        "/signed-out",
        view_func=SignedOut.as_view(
            "signed_out", pages, farewells, relying_parties, database, clock
        ),
    )

    def wrong_request(error: WrongLogoutRequest) -> Response:
        relying_party = error.relying_party
        note(
            client_id=relying_party.client_id if relying_party else None,
            error="wrong_request",
            detail=error.parameter,
            fault=error.fault,
        )
        return pages.render(
            "logout/wrong_request.html",
            status=400,
            parameter=error.parameter,
            relying_party=relying_party,
            reference=request_reference(),
        )

    routes.register_error_handler(WrongLogoutRequest, wrong_request)
    return routes
