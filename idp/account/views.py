"""`/`, `/account` and signing out from there."""

from flask import Blueprint, Response, redirect
from flask.views import MethodView
from flask_babel import format_date, get_locale  # type: ignore[import-untyped]
from flask_babel import gettext as _

from idp.account.frame import AccountFrame, AccountPage, Section, Visitor
from idp.citizens import store as citizens
from idp.citizens.rules import VerificationLevel, speaks, verification_level
from idp.core.clock import Clock
from idp.db.database import Database
from idp.interactions.visits import Visits
from idp.logout.forms import SignOutForm
from idp.logout.sign_out import SignOut
from idp.relying_parties.model import RelyingParty
from idp.relying_parties.registry import Registry
from idp.web.pages import Pages


class Home(MethodView):
    """`/`: what this is, and where to go."""

    def __init__(self, pages: Pages, visits: Visits, registry: Registry) -> None:
        self._pages = pages
        self._visits = visits
        self._registry = registry

    def get(self) -> Response:
        """The page."""
        return self._pages.render(
            "account/home.html",
            portals=[portal for portal in self._registry.all() if _is_recommended(portal)],
            signed_in=self._visits.session() is not None,
        )


def _is_recommended(portal: RelyingParty) -> bool:
    """A link on our own page vouches for whom it leads to: an operator has to have let it in."""
    return portal.client_uri is not None and portal.enabled and not portal.dynamic


class Account(AccountPage):
    """`/account`: who we think you are, and how surely."""

    section = Section.OVERVIEW

    def __init__(
        self,
        frame: AccountFrame,
        database: Database,
        levels: tuple[VerificationLevel, ...],
        clock: Clock,
    ) -> None:
        super().__init__(frame)
        self._database = database
        self._levels = levels
        self._clock = clock

    def show(self, visitor: Visitor, **address: str) -> Response:  # noqa: ARG002 (one address)
        """The page."""
        with self._database.reading() as reading:
            citizen = citizens.citizen(reading, visitor.citizen_id, "phones", "evidence")
        now = self._clock.now()
        level = verification_level(citizen.evidence, self._levels, now)
        since = [
            record.verified_at
            for record in citizen.evidence
            if record.kind in level.evidence and speaks(record, now)
        ]
        number = citizen.phone_number
        shown = level.shown(str(get_locale()))
        return self.render(
            "account/overview.html",
            full_name=citizen.full_name.value,
            level=level.level,
            level_text=_("Mức %(level)d – %(shown)s", level=level.level, shown=shown),
            level_since=format_date(max(since), "dd/MM/yyyy") if since else None,
            last_three=number.last_three if number else None,
            form=self._pages.form(SignOutForm),
            sign_out_path="/account/sign-out",
        )


class SignOutHere(MethodView):
    """`/account/sign-out`: ends the session everywhere, from our own page."""

    def __init__(self, pages: Pages, sign_out: SignOut) -> None:
        self._pages = pages
        self._sign_out = sign_out

    def post(self) -> Response:
        """Sign out."""
        self._pages.form(SignOutForm)
        return redirect(self._sign_out.last_page(self._sign_out()), 303)  # type: ignore[return-value]


def account_routes(
    *,
    frame: AccountFrame,
    visits: Visits,
    sign_out: SignOut,
    registry: Registry,
    database: Database,
    levels: tuple[VerificationLevel, ...],
    clock: Clock,
) -> Blueprint:
    """The blueprint of the citizen's own pages."""
    blueprint, pages = Blueprint("account", __name__), frame.pages
    blueprint.add_url_rule("/", view_func=Home.as_view("home", pages, visits, registry))
    blueprint.add_url_rule(
        "/account", view_func=Account.as_view("account", frame, database, levels, clock)
    )
    blueprint.add_url_rule(
        "/account/sign-out", view_func=SignOutHere.as_view("sign_out", pages, sign_out)
    )
    return blueprint
