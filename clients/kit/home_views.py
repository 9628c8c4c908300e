"""The pages a citizen reads: home, the sign-in button, procedures, plain text."""

from flask import Blueprint, Response, request, url_for

from clients.kit.admission import Admission, admission
from clients.kit.browser_session import BrowserSession
from clients.kit.pages import Pages
from clients.kit.problems import NOT_FOUND
from clients.kit.received import local_time, received
from clients.kit.see_other import see_other
from clients.kit.site import Procedure, Site


class HomeViews:
    """Reads; changes nothing."""

    def __init__(self, site: Site, pages: Pages, browser_session: BrowserSession) -> None:
        self._site = site
        self._pages = pages
        self._browser_session = browser_session

    def show(self) -> Response:
        if request.args.get("vnconnect") == "1":
            return self._deep_link()
        session = self._browser_session.current()
        if session is None:
            return self._pages.render("home_signed_out.html")
        claims = dict(session.id_token.claims) | dict(session.userinfo)
        return self._pages.render(
            "home_signed_in.html",
            session=session,
            token=session.id_token.claims,
            received=received(claims, self._pages.translated),
            auth_time=session.auth_time,
            auth_time_local=local_time(session.auth_time) if session.auth_time else None,
            sign_out_token=self._browser_session.sign_out_token(),
        )

    def options(self) -> Response:
        return self._pages.render("options.html")

    def procedure(self, code: str) -> Response:
        procedure = self._site.procedure(code)
        if procedure is None:
            return self._pages.problem(NOT_FOUND)
        session = self._browser_session.current()
        match admission(procedure, session):
            case Admission.OPEN:
                return self._pages.render("procedure.html", procedure=procedure, session=session)
            case Admission.TOO_LOW if session and procedure.minimum_acr:
                return self._pages.too_low(
                    needed=procedure.minimum_acr,
                    reached=session.id_token.acr,
                    landing=procedure.path,
                )
        return _sign_in_for(procedure)

    def about(self) -> Response:
        return self._pages.render("about.html")

    def privacy(self) -> Response:
        return self._pages.render("privacy.html")

    def terms(self) -> Response:
        return self._pages.render("terms.html")

    def _deep_link(self) -> Response:
        """
        Land on a procedure, by way of a sign-in that starts at once.

        The links of the existing national portal: `?vnconnect=1&MaTTHCDP=<procedure>&…`; the
        agency and service in them (`MaCoQuanThucHien`, `MaDVC`) follow from the procedure here.
        """
        code = request.args.get("MaTTHCDP", "")
        if not code:
            if self._browser_session.current():
                return see_other(url_for("home.show"))
            return see_other(url_for("sign_in.start"))
        procedure = self._site.procedure(code)
        if procedure is None:
            return self._pages.problem(NOT_FOUND)
        if self._browser_session.current():
            return see_other(procedure.path)
        return _sign_in_for(procedure)


def _sign_in_for(procedure: Procedure) -> Response:
    """A demand and no wish: the provider then shows the citizen the ways to that level."""
    return see_other(
        url_for("sign_in.start", landing=procedure.path, essential_acr=procedure.minimum_acr)
    )


def routes(views: HomeViews) -> Blueprint:
    blueprint = Blueprint("home", __name__)
    blueprint.add_url_rule("/", "show", views.show)
    blueprint.add_url_rule("/sign-in-options", "options", views.options)
    blueprint.add_url_rule("/procedures/<code>", "procedure", views.procedure)
    blueprint.add_url_rule("/national-portal", "about", views.about)
    blueprint.add_url_rule("/privacy", "privacy", views.privacy)
    blueprint.add_url_rule("/terms", "terms", views.terms)
    return blueprint
