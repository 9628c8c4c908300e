"""The page that the link in a notice opens, on whichever device; the link is the proof."""

from flask import Blueprint, Response

from idp.core.clock import Clock
from idp.core.handles import digest
from idp.db.database import Database
from idp.unrecognised import store
from idp.unrecognised.notice_links import PATH
from idp.unrecognised.report import LinkSpent, ReportUnrecognised
from idp.web.at_hand import request
from idp.web.forms import Form
from idp.web.pages import Pages
from idp.web.shown_time import shown_moment
from idp.web.views import MethodView


class NotMeForm(Form):
    """One button: opening a link says nothing, since phones and mail scanners open them all."""


class FromNotice(MethodView):
    """`/n?k=…`: the question, and the answer."""

    def __init__(
        self, *, pages: Pages, report: ReportUnrecognised, database: Database, clock: Clock
    ) -> None:
        self._pages = pages
        self._report = report
        self._database = database
        self._clock = clock

    def get(self) -> Response:
        """What the notice was about, and the button."""
        return self._ask(self._pages.form(NotMeForm))

    def post(self) -> Response:
        """Lock the account."""
        form = self._pages.form(NotMeForm)
        if not form.validate():
            return self._ask(form)
        try:
            number = self._report.by_link(_handle())
        except LinkSpent:
            return self._spent()
        return self._pages.render("unrecognised/done.html", number=number)

    def _ask(self, form: NotMeForm) -> Response:
        with self._database.reading() as reading:
            told = store.find(reading, digest(_handle()), self._clock.now())
        if told is None:
            return self._spent()
        return self._pages.render(
            "unrecognised/from_notice.html",
            form=form,
            kind=told.kind,
            at=shown_moment(told.at),
        )

    def _spent(self) -> Response:
        return self._pages.render("unrecognised/spent.html", status=410)


def unrecognised_routes(
    *, pages: Pages, report: ReportUnrecognised, database: Database, clock: Clock
) -> Blueprint:
    """The blueprint of the link."""
    blueprint = Blueprint("unrecognised", __name__)
    view = FromNotice.as_view(
        "from_notice", pages=pages, report=report, database=database, clock=clock
    )
    blueprint.add_url_rule(PATH, view_func=view)
    return blueprint


def _handle() -> str:
    return request.args.get("k", "")
