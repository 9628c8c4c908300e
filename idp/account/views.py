"""`/`, and signing out from the account."""

from flask import Blueprint, Response

from idp.account.frame import AccountFrame
from idp.interactions.visits import Visits
from idp.logout.forms import SignOutForm
from idp.logout.sign_out import SignOut
from idp.relying_parties.model import RelyingParty
from idp.relying_parties.registry import Registry
from idp.web.pages import Pages
from idp.web.see_other import see_other
from idp.web.views import MethodView


class Home(MethodView):
    """`/`: what this is, and where to go."""

    def __init__(self, pages: Pages, visits: Visits, registry: Registry) -> None:
        self._pages = pages
        self._visits = visits
        self._registry = registry

    def get(self) -> Response:
        return self._pages.render(
            "account/home.html",
            relying_parties=[each for each in self._registry.all() if _is_recommended(each)],
            signed_in=self._visits.session() is not None,
        )


def _is_recommended(party: RelyingParty) -> bool:
    """A link on our own page vouches for whom it leads to: an operator has to have let it in."""
    return party.client_uri is not None and party.enabled and not party.dynamic


class SignOutHere(MethodView):
    """`/account/sign-out`: ends the session everywhere, from our own page."""

    def __init__(self, pages: Pages, sign_out: SignOut) -> None:
        self._pages = pages
        self._sign_out = sign_out

    def post(self) -> Response:
        """Sign out."""
        self._pages.form(SignOutForm)
        return see_other(self._sign_out.last_page(self._sign_out()))


def account_routes(
    *,
    frame: AccountFrame,
    visits: Visits,
    sign_out: SignOut,
    registry: Registry,
) -> Blueprint:
    """The blueprint of the home page."""
    blueprint, pages = Blueprint("account", __name__), frame.pages
    blueprint.add_url_rule("/", view_func=Home.as_view("home", pages, visits, registry))
    blueprint.add_url_rule(
        "/account/sign-out", view_func=SignOutHere.as_view("sign_out", pages, sign_out)
    )
    return blueprint
