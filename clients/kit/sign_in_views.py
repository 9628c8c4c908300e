"""The addresses of a sign-in: its start, the provider's answer, and a start from outside."""

from urllib.parse import urlencode

from flask import Blueprint, Response, request, url_for

from clients.kit.browser_session import BrowserSession
from clients.kit.cookies import Cookies
from clients.kit.errors import SignInFailed
from clients.kit.handles import new_handle
from clients.kit.headers import allow_forms_to
from clients.kit.landing import HOME, ForeignTarget, landing_path
from clients.kit.pages import Pages
from clients.kit.problems import WRONG_LINK
from clients.kit.see_other import see_other
from clients.kit.sign_in import SignIn
from clients.kit.sign_in_options import InvalidOption, SignInOptions


class SignInViews:
    def __init__(
        self,
        sign_in: SignIn,
        pages: Pages,
        browser_session: BrowserSession,
        cookies: Cookies,
        *,
        issuer: str,
        base: str,
    ) -> None:
        self._sign_in = sign_in
        self._pages = pages
        self._browser_session = browser_session
        self._cookies = cookies
        self._issuer = issuer
        self._base = base

    def start(self) -> Response:
        """Send the browser to the provider; `method=post` shows a form that does it instead."""
        try:
            options = SignInOptions.parse(request.args)
            landing = landing_path(request.args.get("landing", HOME), base=self._base)
        except (InvalidOption, ForeignTarget):
            return self._pages.problem(WRONG_LINK)
        # Kept when it is there: sign-ins in several tabs share one browser.
        browser = request.cookies.get(self._cookies.browser) or new_handle()
        try:
            question = self._sign_in.begin(
                options, browser=browser, landing=landing, locale=self._pages.language
            )
        except SignInFailed as failure:
            return self._pages.failure(failure)
        if request.args.get("method") == "post":
            response = self._pages.render("post_request.html", question=question)
            allow_forms_to(response, question.endpoint)
        else:
            separator = "&" if "?" in question.endpoint else "?"
            address = f"{question.endpoint}{separator}{urlencode(question.parameters)}"
            response = see_other(address)
        self._cookies.put(response, self._cookies.browser, browser)
        return response

    def callback(self) -> Response:
        """Take the provider's answer; the address bar is left clean of it by the redirect."""
        browser = request.cookies.get(self._cookies.browser)
        try:
            signed_in = self._sign_in.finish(request.args.to_dict(flat=False), browser=browser)
        except SignInFailed as failure:
            return self._pages.failure(failure)
        response = see_other(signed_in.landing)
        self._browser_session.start(response, signed_in.session)
        return response

    def initiate(self) -> Response:
        """Start a sign-in that the provider proposes (OpenID Connect Core §4)."""
        proposal = request.values
        if proposal.get("iss") != self._issuer:
            return self._pages.problem(WRONG_LINK)
        try:
            landing = landing_path(proposal.get("target_link_uri", HOME), base=self._base)
        except ForeignTarget:
            return self._pages.problem(WRONG_LINK)
        # By way of our own GET: a POST from another site carries no Lax cookies, and a new browser
        # handle set in its answer would break the sign-ins in other tabs.
        return see_other(
            url_for("sign_in.start", landing=landing, login_hint=proposal.get("login_hint"))
        )


def routes(views: SignInViews) -> Blueprint:
    blueprint = Blueprint("sign_in", __name__)
    blueprint.add_url_rule("/sign-in", "start", views.start)
    blueprint.add_url_rule("/callback", "callback", views.callback)
    blueprint.add_url_rule("/initiate-login", "initiate", views.initiate, methods=["GET", "POST"])
    return blueprint
