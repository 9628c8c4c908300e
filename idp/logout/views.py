"""`/logout`, where relying parties send people to sign out, and the page at its end."""

from collections.abc import Callable

from flask import Blueprint, Response, g, redirect, request
from flask.views import MethodView
from werkzeug.wrappers import Response as WerkzeugResponse

from idp.citizens import store as citizens
from idp.db.database import Database
from idp.interactions.visits import Visits
from idp.logout.forms import SignOutForm
from idp.logout.model import LogoutRequest
from idp.logout.ports import LogoutRequests, StoredLogouts, WrongLogoutRequest
from idp.logout.rules import Decision, decide, may_return_unasked
from idp.relying_parties.model import RelyingParty
from idp.relying_parties.ports import RelyingParties
from idp.sessions.model import Session, SessionId
from idp.web.pages import Pages
from idp.web.reference import request_reference
from idp.web.request_log import note

NameOfSession = Callable[[str, SessionId], str]
"""How a session is called at a sector: `sessions.rules.sid` with its key."""


class Logout(MethodView):
    """`/logout`."""

    def __init__(
        self,
        pages: Pages,
        visits: Visits,
        requests: LogoutRequests,
        stored: StoredLogouts,
        relying_parties: RelyingParties,
        database: Database,
        name_of_session: NameOfSession,
    ) -> None:
        self._pages = pages
        self._visits = visits
        self._requests = requests
        self._stored = stored
        self._relying_parties = relying_parties
        self._database = database
        self._name_of_session = name_of_session

    def get(self) -> WerkzeugResponse:
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
        if decision is Decision.END:
            self._visits.end_session()
        if wish.location is not None and may_return_unasked(wish):
            return redirect(wish.location, 303)
        return self._signed_out(wish)

    def post(self) -> WerkzeugResponse:
        """
        Our own button, or another site's request.

        The latter comes without cookies (`SameSite=Lax`): it is kept for our own GET, and no
        cookie is set here.
        """
        raw = request.get_data()  # kept: the form is read from it below
        if "csrf_token" not in request.form:
            return redirect(f"/logout?l={self._stored.add(self._requests.read(raw))}", 303)
        wish = self._wish()
        self._pages.form(SignOutForm)
        self._visits.end_session()
        # After a POST of ours never straight to the portal: `form-action` would stop it.
        return redirect(f"/signed-out?l={self._stored.add(wish)}", 303)

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

    def _signed_out(self, wish: LogoutRequest) -> WerkzeugResponse:
        return self._pages.render(
            "logout/signed_out.html",
            relying_party=self._relying_party(wish),
            return_url=wish.location,
        )


class SignedOut(MethodView):
    """`/signed-out`: the last page, which leads back to the portal where it asked for that."""

    def __init__(
        self, pages: Pages, stored: StoredLogouts, relying_parties: RelyingParties
    ) -> None:
        self._pages = pages
        self._stored = stored
        self._relying_parties = relying_parties

    def get(self) -> Response:
        """The page."""
        wish = self._stored.find(request.args.get("l", "")) or LogoutRequest()
        g.ui_locales = wish.ui_locales
        found = None if wish.client_id is None else self._relying_parties.find(wish.client_id)
        page = self._pages.render(
            "logout/signed_out.html", relying_party=found, return_url=wish.location
        )
        if wish.location is not None:
            page.headers["Refresh"] = f"0; url={wish.location}"
        return page


def logout_routes(
    *,
    pages: Pages,
    visits: Visits,
    requests: LogoutRequests,
    stored: StoredLogouts,
    relying_parties: RelyingParties,
    database: Database,
    name_of_session: NameOfSession,
) -> Blueprint:
    """Build the routes of signing out."""
    routes = Blueprint("logout", __name__)
    routes.add_url_rule(
        "/logout",
        view_func=Logout.as_view(
            "logout", pages, visits, requests, stored, relying_parties, database, name_of_session
        ),
    )
    routes.add_url_rule(
        "/signed-out", view_func=SignedOut.as_view("signed_out", pages, stored, relying_parties)
    )

    def wrong_request(error: WrongLogoutRequest) -> Response:
        relying_party = error.relying_party
        note(
            client_id=relying_party.client_id if relying_party else None,
            error="wrong_request",
            detail=error.parameter,
        )
        return pages.render(
            "errors/wrong_request.html",
            status=400,
            parameter=error.parameter,
            relying_party=relying_party,
            reference=request_reference(),
        )

    routes.register_error_handler(WrongLogoutRequest, wrong_request)
    return routes
