"""The page that the link in a notice opens: it ends a recovery its owner knows nothing of."""

from flask import Blueprint, Response

from idp.core.clock import Clock
from idp.core.handles import digest
from idp.db.database import Database
from idp.recovery import store
from idp.recovery.ask_for_other_phone import RecoveryGone
from idp.recovery.cancel import CancelRecovery
from idp.recovery.forms import CancelForm
from idp.recovery.tell_owner import CANCEL_PATH
from idp.web.at_hand import request
from idp.web.pages import Pages
from idp.web.see_other import see_other
from idp.web.views import MethodView


class Cancel(MethodView):
    """`/c?k=…`: the link in a notice, opened on whichever device; the link is the proof."""

    def __init__(
        self, *, pages: Pages, cancel: CancelRecovery, database: Database, clock: Clock
    ) -> None:
        self._pages = pages
        self._cancel = cancel
        self._database = database
        self._clock = clock

    def get(self) -> Response:
        with self._database.reading() as reading:
            number = store.cancellable(reading, digest(_handle()), self._clock.now())
        if number is None:
            return self._gone()
        return self._pages.render(
            "recovery/cancel.html", form=self._pages.form(CancelForm), last_three=number.last_three
        )

    def post(self) -> Response:
        """End the request."""
        form = self._pages.form(CancelForm)
        if not form.validate():
            return self.get()
        try:
            self._cancel(_handle())
        except RecoveryGone:
            return self._gone()
        return see_other(f"{CANCEL_PATH}/done")

    def _gone(self) -> Response:
        return self._pages.render("recovery/cancel_gone.html", status=410)


def _handle() -> str:
    return request.args.get("k", "")


def cancel_routes(
    *, pages: Pages, cancel: CancelRecovery, database: Database, clock: Clock
) -> Blueprint:
    """The blueprint of the link."""
    blueprint = Blueprint("cancel_recovery", __name__)
    view = Cancel.as_view("cancel", pages=pages, cancel=cancel, database=database, clock=clock)
    blueprint.add_url_rule(CANCEL_PATH, view_func=view)
    blueprint.add_url_rule(
        f"{CANCEL_PATH}/done", "cancelled", lambda: pages.render("recovery/cancelled.html")
    )
    return blueprint
