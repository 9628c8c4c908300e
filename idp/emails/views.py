"""The page that a link opens, from whichever device; it needs no sign-in: the link is the proof."""

from flask import Blueprint, Response

from idp.citizens.holds import ChangesBarred
from idp.core.clock import Clock
from idp.core.handles import digest
from idp.db.database import Database
from idp.emails import store
from idp.emails.ask_to_verify import PATH
from idp.emails.verify import LinkSpent, VerifyEmail
from idp.web.at_hand import request
from idp.web.forms import Form
from idp.web.pages import Pages
from idp.web.see_other import see_other
from idp.web.views import MethodView


class VerifyForm(Form):
    """One button: opening a link says nothing, since mail scanners open them all."""


class Link(MethodView):
    """`/email?k=…`: the question, and the answer."""

    def __init__(
        self, *, pages: Pages, verify: VerifyEmail, database: Database, clock: Clock
    ) -> None:
        self._pages = pages
        self._verify = verify
        self._database = database
        self._clock = clock

    def get(self) -> Response:
        """The button, and the address as its owner knows it."""
        with self._database.reading() as reading:
            asked = store.find(reading, digest(_handle()), self._clock.now())
        if asked is None:
            return self._spent()
        return self._pages.render(
            "emails/verify.html",
            form=self._pages.form(VerifyForm),
            masked_address=asked.address.masked,
        )

    def post(self) -> Response:
        """Spend the link."""
        form = self._pages.form(VerifyForm)
        if not form.validate():
            return self.get()
        try:
            self._verify(_handle())
        except LinkSpent:
            return self._spent()
        except ChangesBarred:
            return self._pages.render("emails/barred.html", status=409)
        return see_other(f"{PATH}/done")

    def _spent(self) -> Response:
        return self._pages.render("emails/spent.html", status=410)


def email_routes(
    *, pages: Pages, verify: VerifyEmail, database: Database, clock: Clock
) -> Blueprint:
    """The blueprint of the links."""
    blueprint = Blueprint("emails", __name__)
    link = Link.as_view("link", pages=pages, verify=verify, database=database, clock=clock)
    blueprint.add_url_rule(PATH, view_func=link)
    blueprint.add_url_rule(f"{PATH}/done", "done", lambda: pages.render("emails/done.html"))
    return blueprint


def _handle() -> str:
    return request.args.get("k", "")
