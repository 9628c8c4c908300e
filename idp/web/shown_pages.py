"""
POST, 303, GET: a page that answers a form gets an address of its own.

A page that is the answer to a POST cannot be gone back to: Chromium offers to send the form again,
and nothing else. So it is kept as it was rendered, and the browser is sent to look at it. Looking
again does nothing again: no try is counted, no message sent.
"""

from flask import Flask, Response, current_app

from idp.web.address import SHOWN, may_be_named, page_query
from idp.web.at_hand import g, request
from idp.web.browser import BrowserCookie
from idp.web.network import client_network
from idp.web.ports import ShownPage, ShownPages
from idp.web.see_other import see_other

_OF_THE_EXCHANGE = frozenset({"set-cookie", "content-length"})
"""Headers that belong to one exchange, not to the page; a kept cookie would come back to life."""


class AnswersByGet:
    """
    Turns the answer to a form of ours into a 303, and answers the GET that follows.

    Only a form that came with its token: nothing is stored for other sites, nor for a browser that
    has seen no page of ours. What answers those stays direct, and so does a 5xx: it is about the
    moment, and sending the form again is the way on.
    """

    def __init__(self, kept: ShownPages, cookies: BrowserCookie) -> None:
        self._kept = kept
        self._cookies = cookies

    def init_app(self, app: Flask) -> None:
        """
        Look at every request of *app* before its view, and at every answer after it.

        To be called after whatever else adds headers: Flask goes through those from the last.
        """
        app.before_request(self._show)
        app.after_request(self._lead_to)

    @staticmethod
    def form_is_own() -> None:
        """Note that this request is a form of ours, sent from the page it was shown on."""
        g.form_is_own = True

    def _show(self) -> Response | None:
        """The kept page where the address names one, or the way to the page without it."""
        if not may_be_named(SHOWN) or request.method == "POST":
            return None
        handle = request.args.get(SHOWN)
        # A path that is no page's (`//host`) must not become a redirect, and where no form can be
        # posted the parameter is somebody else's.
        rule = request.url_rule
        if handle is None or rule is None or "POST" not in (rule.methods or ()):
            return None
        browser = self._cookies.handle()
        page = browser and self._kept.find(handle, browser=browser, path=request.path)
        if not page:
            query = page_query()
            return see_other(f"{request.path}?{query}" if query else request.path)
        return Response(page.html, page.status, list(page.headers))

    def _lead_to(self, response: Response) -> Response:
        """Keep the page, and answer 303; the exchange's cookies go with that."""
        if not g.get("form_is_own") or not _is_page(response):
            return response
        browser = self._cookies.handle()
        if browser is None:
            return response
        headers = tuple(
            (name, value)
            for name, value in response.headers
            if name.lower() not in _OF_THE_EXCHANGE
        )
        page = ShownPage(response.status_code, headers, response.get_data(as_text=True))
        try:
            handle = self._kept.keep(
                page, browser=browser, path=request.path, network=client_network()
            )
        except Exception as error:  # noqa: BLE001 (whatever it is, the app has a page for it, or raises)
            # Flask asks no error handler about what happens after a view.
            return current_app.make_response(current_app.handle_user_exception(error))
        if handle is None:
            return response  # one that cannot be gone back to is better than none
        led = Response(status=303)
        led.headers["Location"] = f"{request.path}?{page_query(shown=handle)}"
        for cookie in response.headers.getlist("Set-Cookie"):
            led.headers.add("Set-Cookie", cookie)
        return led


def _is_page(response: Response) -> bool:
    is_final = response.status_code < 300 or 400 <= response.status_code < 500  # noqa: PLR2004
    return is_final and response.mimetype == "text/html"
