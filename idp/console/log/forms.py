"""What one searches the log by; it stands in the address, for others to be sent there."""

from datetime import date
from typing import Final

from idp.audit.search import LogQuery
from idp.core.clock import Clock
from idp.core.vietnam import day_of, end_of, start_of
from idp.operators.take_events import LONGEST_DAYS
from idp.web.at_hand import request
from idp.web.forms import Form, LineField, plain_line
from idp.web.pages import Pages
from idp.web.texts import lazy_gettext as _

_FIRST, _LAST = date(2000, 1, 1), date(2999, 12, 31)
_LONGEST_TEXT: Final = 128
_NAMES: Final = ("since", "until", "kind", "by", "about")


class LogForm(Form):
    """The fields, as the address filled them."""

    since = LineField(_("Từ ngày"))
    until = LineField(_("Đến hết ngày"))
    kind = LineField(_("Loại sự kiện"))
    by = LineField(_("Người thực hiện"))
    about = LineField(_("Mã tài khoản, cổng, người vận hành, khoá hay vụ việc"))


def asked(pages: Pages, clock: Clock) -> tuple[LogForm, LogQuery | None]:
    """
    The form as the address fills it, and what it asks for; `None`: the form says what is wrong.

    Where nothing is said, the events of today (in Vietnam) are meant.
    """
    today = day_of(clock.now()).isoformat()
    typed = {name: plain_line(request.args.get(name, ""))[:_LONGEST_TEXT] for name in _NAMES}
    typed |= {name: typed[name] or today for name in ("since", "until")}
    form = pages.blank_form(LogForm, **typed)
    since, until = _day(typed["since"]), _day(typed["until"])
    for name, day in (("since", since), ("until", until)):
        if day is None:
            form.fail(name, _("Nhập một ngày có thật"))
    if since is None or until is None:
        return form, None
    if not 0 <= (until - since).days < LONGEST_DAYS:
        form.fail("until", _("Chọn khoảng thời gian từ 1 đến %(n)d ngày", n=LONGEST_DAYS))
        return form, None
    query = LogQuery(
        since=start_of(since),
        until=end_of(until),
        kind=typed["kind"],
        by=typed["by"],
        about=typed["about"],
    )
    return form, query


def _day(typed: str) -> date | None:
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        return None
    return day if _FIRST <= day <= _LAST else None
