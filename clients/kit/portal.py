"""The composition root of a portal: who is given what."""

from datetime import timedelta

import httpx
from flask import Blueprint, Flask, Response
from werkzeug.exceptions import HTTPException, InternalServerError

from clients.kit import home_views, sign_in_views, sign_out_views, told_sign_out_views
from clients.kit.browser_session import BrowserSession
from clients.kit.clock import Clock, utc_now
from clients.kit.cookies import Cookies
from clients.kit.expiring_store import ExpiringStore
from clients.kit.headers import harden
from clients.kit.id_token import LEEWAY
from clients.kit.logout_token import OLDEST
from clients.kit.pages import Pages
from clients.kit.problems import BROKEN, NOT_FOUND, WRONG_LINK
from clients.kit.provider import Client, Provider
from clients.kit.session import Session
from clients.kit.sign_in import PendingSignIn, SignIn
from clients.kit.sign_out import Leaving, SignOut
from clients.kit.site import Site
from clients.kit.told_sign_out import ToldSignOut

SIGN_IN_LIFETIME = timedelta(days=1)  # somebody may enrol on the way, or visit a counter
SESSION_LIFETIME = timedelta(hours=2)  # after it, the provider's session signs in again silently
LEAVING_LIFETIME = timedelta(minutes=10)
LOGOUT_TOKEN_REMEMBERED = OLDEST + 3 * LEEWAY
CAPACITY = 20_000
LARGEST_BODY = 16 * 1024


def create_portal(
    site: Site,
    *,
    issuer: str,
    client_secret: str,
    secret_key: str,
    clock: Clock = utc_now,
    transport: httpx.BaseTransport | None = None,
) -> Flask:
    """
    Build the portal *site* as a relying party of *issuer*.

    *client_secret* proves the portal to the provider; *secret_key* keys its forms. *transport*
    stands for the network in tests. Asks nothing of the provider yet: it may start later.
    """
    registration = site.registration
    base = registration.redirect_uri
    cookies = Cookies(site.cookie_prefix, secure=base.startswith("https://"))
    client = Client(registration.client_id, registration.token_endpoint_auth_method, client_secret)
    provider = Provider(issuer, client, clock, transport=transport)
    pending: ExpiringStore[PendingSignIn] = ExpiringStore(
        clock, lifetime=SIGN_IN_LIFETIME, capacity=CAPACITY
    )
    sessions: ExpiringStore[Session] = ExpiringStore(
        clock, lifetime=SESSION_LIFETIME, capacity=CAPACITY, names=lambda session: session.names
    )
    seen: ExpiringStore[bool] = ExpiringStore(
        clock, lifetime=LOGOUT_TOKEN_REMEMBERED, capacity=CAPACITY
    )
    leavings: ExpiringStore[Leaving] = ExpiringStore(
        clock, lifetime=LEAVING_LIFETIME, capacity=CAPACITY
    )
    pages = Pages(site, cookies)
    browser_session = BrowserSession(sessions, cookies, secret_key=secret_key.encode())
    sign_in = SignIn(registration, provider, pending, clock)
    sign_out = SignOut(registration, provider, sessions, leavings)

    app = Flask("clients.kit")
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.register_blueprint(
        Blueprint(
            "button",
            "clients.kit",
            static_folder="button",
            static_url_path="/button",
            template_folder="button",
        )
    )
    app.register_blueprint(home_views.routes(home_views.HomeViews(site, pages, browser_session)))
    app.register_blueprint(
        sign_in_views.routes(
            sign_in_views.SignInViews(
                sign_in, pages, browser_session, cookies, issuer=issuer, base=base
            )
        )
    )
    app.register_blueprint(
        sign_out_views.routes(
            sign_out_views.SignOutViews(sign_out, pages, browser_session, cookies)
        )
    )
    app.register_blueprint(
        told_sign_out_views.routes(
            told_sign_out_views.ToldSignOutViews(
                ToldSignOut(registration, provider, sessions, seen, clock), issuer=issuer
            )
        )
    )
    app.extensions["provider"] = provider  # closed by whoever stops the portal
    app.after_request(pages.remember_language)
    app.after_request(harden)

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> Response:
        if isinstance(error, InternalServerError):
            return pages.problem(BROKEN)
        if error.code == NOT_FOUND.status:
            return pages.problem(NOT_FOUND)
        response = pages.problem(WRONG_LINK)
        response.status_code = error.code or WRONG_LINK.status
        for name, value in error.get_headers():
            if name == "Allow":
                response.headers[name] = value
        return response

    return app
