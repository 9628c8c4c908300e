"""`/authorize`, where a browser comes with what a relying party asks."""

from flask import Blueprint, Response

from idp.core.clock import Clock
from idp.core.handles import digest
from idp.interactions.answers import Answers
from idp.interactions.flow import Flow
from idp.interactions.model import (
    AuthorizationRequest,
    Intent,
    Interaction,
    Prompt,
    new_interaction_id,
)
from idp.interactions.ports import AuthorizationResponse, Interactions, Rehearsed
from idp.interactions.visits import Visits
from idp.oidc.authorize import AuthorizationRequests
from idp.oidc.errors import RefusedRequest, WrongRequest
from idp.oidc.http import ProtocolRequest
from idp.relying_parties.model import RelyingParty
from idp.relying_parties.registry import Registry
from idp.web.at_hand import g, request
from idp.web.browser import BrowserCookie
from idp.web.network import client_network
from idp.web.pages import Pages
from idp.web.reference import request_reference
from idp.web.request_log import note
from idp.web.see_other import see_other


def authorization_routes(
    *,
    requests: AuthorizationRequests,
    rehearsed: Rehearsed,
    registry: Registry,
    interactions: Interactions,
    flow: Flow,
    visits: Visits,
    browser: BrowserCookie,
    pages: Pages,
    max_body: int,
    clock: Clock,
) -> Blueprint:
    """Build the routes of the authorization endpoint."""
    routes = Blueprint("authorization", __name__)

    answers = Answers(pages)

    def authorize() -> Response:
        """Both methods mean the same (OpenID Connect Core §3.1.2.1); cookies differ."""
        registry.catch_up_now()  # a portal that was disabled a moment ago
        sent = ProtocolRequest.of(request.environ, max_body=max_body)
        wanted = requests.read(sent.form if sent.method == "POST" else sent.query)
        note(client_id=wanted.client_id)
        return _store(wanted) if sent.method == "POST" else _begin(wanted)

    def _begin(wanted: AuthorizationRequest) -> Response:
        wrong_on_purpose = rehearsed(wanted)
        if wrong_on_purpose is not None:
            return _back(wrong_on_purpose, registry.find(wanted.client_id), wanted.ui_locales)
        interaction = _interaction(wanted, browser_digest=digest(browser.ensure()))
        interactions.add(interaction, network=client_network())
        session = visits.session()
        answer = visits.answer(interaction, session)
        if answer is None:
            return see_other(flow.proceed(interaction, session))
        # A silent answer may go straight back: no POST stands before it.
        return _back(answer, registry.find(wanted.client_id), wanted.ui_locales)

    def _store(wanted: AuthorizationRequest) -> Response:
        """
        Keep the request for our own GET, which reads the cookies and binds it to the browser.

        `SameSite=Lax` holds them back from another site's POST, and setting one here would cut
        the browser off from the session it has.
        """
        interaction = _interaction(wanted, browser_digest=None)
        interactions.add(interaction, network=client_network())
        return see_other(f"/resume?i={interaction.id}")

    def _interaction(wanted: AuthorizationRequest, *, browser_digest: str | None) -> Interaction:
        return Interaction(
            id=new_interaction_id(wanted.client_id),
            request=wanted,
            started_at=clock.now(),
            browser=browser_digest,
            intent=Intent.ENROL if Prompt.CREATE in wanted.prompt else Intent.SIGN_IN,
        )

    def wrong_request(error: WrongRequest) -> Response:
        relying_party = error.relying_party
        note(
            client_id=relying_party.client_id if relying_party else None,
            error="wrong_request",
            detail=error.parameter,
            fault=error.fault,
        )
        if relying_party is not None and not relying_party.enabled:
            return pages.render(
                "errors/portal_disabled.html",
                status=403,
                relying_party=relying_party,
                reference=request_reference(),
            )
        return pages.render(
            "errors/wrong_request.html",
            status=400,
            parameter=error.parameter,
            relying_party=relying_party,
            reference=request_reference(),
        )

    def refused_request(error: RefusedRequest) -> Response:
        relying_party = error.relying_party
        note(
            client_id=relying_party.client_id,
            error=error.error.error,
            detail=error.error.detail,
            fault=error.error.fault,
        )
        return _back(error.response, relying_party)

    def _back(
        answer: AuthorizationResponse,
        relying_party: RelyingParty | None,
        ui_locales: tuple[str, ...] = (),
    ) -> Response:
        g.ui_locales = ui_locales
        return answers.at_once(answer, relying_party=relying_party)

    routes.add_url_rule("/authorize", "authorize", authorize, methods=["GET", "POST"])
    routes.register_error_handler(WrongRequest, wrong_request)
    routes.register_error_handler(RefusedRequest, refused_request)
    return routes
