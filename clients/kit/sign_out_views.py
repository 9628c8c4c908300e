"""The addresses of a sign-out."""

from flask import Blueprint, Response, request, url_for

from clients.kit.browser_session import BrowserSession
from clients.kit.cookies import Cookies
from clients.kit.errors import ProviderUnavailable
from clients.kit.pages import Pages
from clients.kit.problems import PAGE_TOO_OLD
from clients.kit.see_other import see_other
from clients.kit.sign_out import SignOut


class SignOutViews:
    def __init__(
        self, sign_out: SignOut, pages: Pages, browser_session: BrowserSession, cookies: Cookies
    ) -> None:
        self._sign_out = sign_out
        self._pages = pages
        self._browser_session = browser_session
        self._cookies = cookies

    def begin(self) -> Response:
        if not self._browser_session.is_sign_out_token(request.form.get("token", "")):
            return self._pages.problem(PAGE_TOO_OLD)
        leaving = self._sign_out.begin(self._browser_session.handle)
        if leaving is None:
            return see_other(url_for("sign_out.end"))
        response = see_other(url_for("sign_out.leave"))
        self._cookies.drop(response, self._cookies.session)
        self._cookies.put(response, self._cookies.leaving, leaving)
        return response

    def leave(self) -> Response:
        """
        Go on to the provider from a page of our own.

        A redirect in answer to the POST would be stopped: Chromium applies `form-action 'self'`
        to the whole chain of redirects after it.
        """
        try:
            address = self._sign_out.address(self._leaving, locale=self._pages.language)
        except ProviderUnavailable:
            return self._pages.render("signed_out.html", status=503, everywhere=False)
        if address is None:
            return see_other(url_for("sign_out.end"))
        response = self._pages.render("leaving.html", address=address)
        response.headers["Refresh"] = f"0; url={address}"
        return response

    def end(self) -> Response:
        everywhere = self._sign_out.finish(self._leaving, request.args.get("state", ""))
        response = self._pages.render("signed_out.html", everywhere=everywhere)
        self._cookies.drop(response, self._cookies.leaving)
        return response

    @property
    def _leaving(self) -> str:
        return request.cookies.get(self._cookies.leaving, "")


def routes(views: SignOutViews) -> Blueprint:
    blueprint = Blueprint("sign_out", __name__)
    blueprint.add_url_rule("/sign-out", "begin", views.begin, methods=["POST"])
    blueprint.add_url_rule("/leaving", "leave", views.leave)
    blueprint.add_url_rule("/signed-out", "end", views.end)
    return blueprint
