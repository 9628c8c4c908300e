"""`/account`: who we think you are, how surely, and what stands about the account."""

from datetime import UTC, datetime
from typing import Final

from flask import Blueprint, Response
from flask_babel import get_locale

from idp.account.frame import AccountFrame, AccountPage, Section, Visitor
from idp.account.level import shown_evidence
from idp.citizens import store as citizens
from idp.citizens.model import Evidence
from idp.citizens.rules import VerificationLevel, speaks, verification_level
from idp.core.clock import Clock
from idp.core.identity_number import IdentityNumberKind
from idp.db.database import Database
from idp.disputes.store import open_disputes_of
from idp.logout.forms import SignOutForm
from idp.step_up.rules import next_level
from idp.web.shown_time import shown_day, shown_moment
from idp.web.texts import gettext as _

_NEVER: Final = datetime.max.replace(tzinfo=UTC)


class Overview(AccountPage):
    """The page."""

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

    def show(self, visitor: Visitor, **address: str) -> Response:
        now = self._clock.now()
        with self._database.reading() as reading:
            citizen = citizens.citizen(
                reading, visitor.citizen_id, "identity_numbers", "phones", "evidence"
            )
            disputes = open_disputes_of(reading, visitor.citizen_id)
        level = verification_level(citizen.evidence, self._levels, now)
        behind = [
            record
            for record in citizen.evidence
            if record.kind in level.evidence and speaks(record, now)
        ]
        # The record that holds the level longest: it falls when that one does.
        last = max(behind, key=lambda record: record.expires_at or _NEVER, default=None)
        number = citizen.phone_number
        held = (citizen.number_of(kind) for kind in IdentityNumberKind)
        shown = level.shown(str(get_locale()))
        return self.render(
            "account/overview.html",
            full_name=citizen.full_name.value,
            identity_numbers=[(each.kind, each.last_four) for each in held if each is not None],
            level=level.level,
            level_text=_("Mức %(level)d – %(shown)s", level=level.level, shown=shown),
            level_since=_since(behind),
            reached_by=None if last is None else shown_evidence(last),
            can_rise=next_level(level, self._levels) is not None,
            last_three=number.last_three if number else None,
            disputes=[
                {
                    "number": each.number,
                    "answered": each.answered,
                    "until": shown_moment(each.holder_until),
                }
                for each in disputes
            ],
            form=self._pages.form(SignOutForm),
            sign_out_path="/account/sign-out",
        )


def _since(behind: list[Evidence]) -> str | None:
    since = [record.verified_at for record in behind]
    return shown_day(max(since)) if since else None


def overview_routes(
    *,
    frame: AccountFrame,
    database: Database,
    levels: tuple[VerificationLevel, ...],
    clock: Clock,
) -> Blueprint:
    """The blueprint of the page."""
    blueprint = Blueprint("overview", __name__)
    blueprint.add_url_rule(
        "/account", view_func=Overview.as_view("overview", frame, database, levels, clock)
    )
    return blueprint
