"""`/account/level`: how surely we know the citizen, by what, and how that is raised."""

from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response
from flask_babel import get_locale

from idp.account.frame import AccountFrame, AccountPage, Section, Visitor
from idp.citizens import store as citizens
from idp.citizens.model import EvidenceKind
from idp.citizens.phone_store import phone_number_of
from idp.citizens.rules import (
    HeldEvidence,
    VerificationLevel,
    bars_changes,
    speaks,
    verification_level,
)
from idp.core.clock import Clock
from idp.db.database import Database
from idp.step_up.rules import next_level, ways_to_level
from idp.web.shown_time import shown_day
from idp.web.texts import gettext as _
from idp.web.texts import lazy_gettext

_KINDS: Final = {
    EvidenceKind.SELF_DECLARED: lazy_gettext("Bạn tự khai"),
    EvidenceKind.CARRIER_MATCH: lazy_gettext("Nhà mạng xác nhận thuê bao đứng tên bạn"),
    EvidenceKind.COUNTER_VISIT: lazy_gettext("Cán bộ tại quầy một cửa đã đối chiếu thẻ"),
    EvidenceKind.QUALIFIED_SIGNATURE: lazy_gettext("Chữ ký số"),
    EvidenceKind.VNEID_LEVEL_2: lazy_gettext("VNeID mức 2"),
}


@dataclass(frozen=True, slots=True)
class EvidenceShown:
    """A record that speaks for the citizen, in words; *until* is `None` where it has no end."""

    words: str
    since: str
    until: str | None


class Level(AccountPage):
    """The page; what it leads to belongs to the step-up, which comes back here."""

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
        """The level, what it rests on, and the ways to the next one."""
        now = self._clock.now()
        with self._database.reading() as reading:
            held = citizens.evidence_of(reading, visitor.citizen_id)
            has_phone = phone_number_of(reading, visitor.citizen_id) is not None
        reached = verification_level(held, self._levels, now)
        above = next_level(reached, self._levels)
        return self.render(
            "account/level.html",
            level=reached.level,
            level_text=_shown(reached),
            evidence=[shown_evidence(record) for record in held if speaks(record, now)],
            next_text=None if above is None else _shown(above),
            ways=()
            if above is None
            else ways_to_level(above.level, self._levels, has_phone=has_phone),
            is_barred=bars_changes(visitor.holds),
        )


def _shown(level: VerificationLevel) -> str:
    shown = level.shown(str(get_locale()))
    return _("Mức %(level)d – %(shown)s", level=level.level, shown=shown)


def shown_evidence(record: HeldEvidence) -> EvidenceShown:
    """The record in words."""
    return EvidenceShown(
        words=str(_KINDS[record.kind]),
        since=shown_day(record.verified_at),
        until=shown_day(record.expires_at),
    )


def level_routes(
    *,
    frame: AccountFrame,
    database: Database,
    levels: tuple[VerificationLevel, ...],
    clock: Clock,
) -> Blueprint:
    """The blueprint of the page."""
    blueprint = Blueprint("level", __name__)
    blueprint.add_url_rule(
        "/account/level", view_func=Level.as_view("level", frame, database, levels, clock)
    )
    return blueprint
