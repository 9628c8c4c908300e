"""The audit log at the console: found by what one knows, and taken as a file that does no harm."""

import csv
import io
import json
from datetime import timedelta
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from werkzeug.test import TestResponse

from idp.audit.events import (
    DisputeResolved,
    OperatorLookedUp,
    OperatorRoleChanged,
    RelyingPartyDisabled,
    RelyingPartyRegistered,
    SecurityEvent,
    SigningKeysChanged,
)
from idp.audit.log import record
from idp.audit.model import AuditEvent, AuditSeal
from idp.audit.roots import RootsFile
from idp.audit.seal import LogPolicy, SealLog
from idp.audit.search import LogQuery, search
from idp.core.vietnam import day_of
from idp.db.database import Database
from idp.operators.events_file import as_csv
from idp.operators.log_commands import ReadingDesk, add_log_commands
from idp.operators.model import OperatorRole
from idp.operators.take_events import TakeEvents
from tests.fakes.citizen_site import Browser, Site
from tests.fakes.clock import FakeClock
from tests.fakes.console_desk import Desk
from tests.fakes.operators import PASSWORD

CITIZEN = "33333333-3333-4333-8333-333333333333"
LOOKED = OperatorLookedUp(citizen_id=CITIZEN, by="huong", reason="=cmd|calc")
DAY = timedelta(days=1)


def note(database: Database, clock: FakeClock, *events: SecurityEvent) -> None:
    with database.transaction() as transaction:
        for event in events:
            record(transaction, event, clock.now())


@pytest.fixture
def reader(site: Site) -> Browser:
    return Desk(site).signed_in("xem", OperatorRole.READ_ONLY)


def export(site: Site, reader: Browser, query: str) -> TestResponse:
    client = FlaskClient(site.app)
    client.set_cookie("idp_console", reader.cookie("idp_console"))
    return client.get(f"/console/log/export?{query}")


def test_events_are_found_by_what_one_knows(database: Database, clock: FakeClock) -> None:
    note(database, clock, LOOKED, RelyingPartyDisabled(client_id="portal"))
    start, end = clock.now() - DAY, clock.now() + DAY

    def kinds(**wish: str) -> list[str]:
        with database.reading() as reading:
            return [each.kind for each in search(reading, LogQuery(start, end, **wish), limit=9)]

    assert kinds() == ["relying_party_disabled", "operator_looked_up"]
    assert kinds(by="huong") == kinds(about=CITIZEN) == ["operator_looked_up"]
    assert kinds(about="portal") == kinds(kind="relying_party_disabled")
    assert kinds(by="huong", about="portal") == []
    with database.reading() as reading:
        assert search(reading, LogQuery(start, clock.now()), limit=9) == []


def test_events_are_found_by_whatever_they_name(database: Database, clock: FakeClock) -> None:
    changed = OperatorRoleChanged(
        operator="minh", before="operator", after="administrator", by="huong", reason="minh xin"
    )
    key = SigningKeysChanged(change="announced", kid="es256-2026%", reason="đổi", by="huong")
    note(database, clock, changed, key, DisputeResolved(dispute="KN-2026-000123", outcome="keep"))
    start, end = clock.now() - DAY, clock.now() + DAY

    def kinds(about: str) -> list[str]:
        with database.reading() as reading:
            found = search(reading, LogQuery(start, end, about=about), limit=9)
        return [each.kind for each in found]

    assert kinds("minh") == ["operator_role_changed"]
    assert kinds("es256-2026%") == ["signing_keys_changed"]
    assert kinds("KN-2026-000123") == ["dispute_resolved"]
    assert kinds("đổi") == ["signing_keys_changed"]
    assert kinds("operator") == ["operator_role_changed"]  # the role before, not the detail's name
    assert kinds("min%") == kinds("outcome") == kinds("KN-2026-00012") == kinds('"') == []


def test_a_change_is_read_as_what_it_was_and_what_it_is(site: Site, reader: Browser) -> None:
    changes = (("client_name", "Cổng cũ", "Cổng mới"), ("sms_name", "", "Cong moi"))
    event = RelyingPartyRegistered(
        client_id="portal", changed=("client_name", "sms_name"), changes=changes, by="minh"
    )
    note(site.database, site.clock, event)

    shown = reader.open("/console/log?about=portal").html

    assert "<code>client_name</code>: Cổng cũ → Cổng mới<br>" in shown
    assert "<code>sms_name</code>:  → Cong moi<br>" in shown


def test_today_is_shown_unless_another_time_is_asked_for(site: Site, reader: Browser) -> None:
    assert "operator_signed_in" in reader.open("/console/log").html

    yesterday = (day_of(site.clock.now()) - DAY).isoformat()
    assert (
        "Không có sự kiện nào"
        in reader.open(f"/console/log?since={yesterday}&until={yesterday}").html
    )


@pytest.mark.parametrize(
    "query",
    ["since=x", "since=2026-02-30", "until=9999-12-31", "since=2026-01-01&until=2026-03-01"],
)
def test_a_time_that_cannot_be_searched_is_said(reader: Browser, query: str) -> None:
    reader.open(f"/console/log?{query}")

    assert reader.status == 200
    assert "Có lỗi cần sửa" in reader.html


def test_each_event_says_whether_it_is_as_it_was_written(
    site: Site, reader: Browser, tmp_path: Path
) -> None:
    seal = SealLog(
        database=site.database,
        published=RootsFile(tmp_path / "roots.jsonl"),
        policy=LogPolicy(waits=timedelta(minutes=1), kept=1000 * DAY),
        clock=site.clock,
    )
    note(site.database, site.clock, LOOKED, LOOKED)
    assert "chờ niêm phong" in reader.open(f"/console/log?about={CITIZEN}").html
    site.clock.advance(timedelta(minutes=2))
    seal()
    html = reader.open(f"/console/log?about={CITIZEN}").html
    assert html.count("nguyên vẹn") == 2
    assert "không còn như khi ghi" not in html

    with site.database.transaction() as transaction:
        newest = select(func.max(AuditEvent.id)).where(AuditEvent.citizen_id == CITIZEN)
        changed = update(AuditEvent).where(AuditEvent.id == newest.scalar_subquery())
        transaction.execute(changed.values(kind="operator_looked_away"))
    html = reader.open(f"/console/log?about={CITIZEN}").html

    assert html.count("nguyên vẹn") == html.count("không khớp") == 1
    assert "Có sự kiện không còn như khi ghi" in html


def test_an_event_that_is_put_in_later_is_told(site: Site, reader: Browser) -> None:
    an_hour_ago = site.clock.now() - timedelta(hours=1)
    with site.database.transaction() as transaction:
        record(transaction, LOOKED, an_hour_ago)
        transaction.add(AuditSeal(position=1, event_id=1, hash=b"h" * 32))  # of the sign-in

    period = f"since={day_of(an_hour_ago)}"  # after midnight that was another day
    assert "không khớp" in reader.open(f"/console/log?about={CITIZEN}&{period}").html


def test_what_is_taken_is_an_event_itself(site: Site, reader: Browser) -> None:
    note(site.database, site.clock, LOOKED)

    answer = export(site, reader, f"format=json&about={CITIZEN}")

    assert answer.headers["Content-Disposition"] == 'attachment; filename="events.json"'
    assert [each["details"] for each in json.loads(answer.data)] == [
        {"by": "huong", "reason": "=cmd|calc"}
    ]
    assert "log_exported" in reader.open("/console/log?by=xem").html


def test_a_spreadsheet_runs_nothing(site: Site, reader: Browser) -> None:
    note(site.database, site.clock, RelyingPartyDisabled(client_id="=1+1"))

    answer = export(site, reader, "kind=relying_party_disabled")

    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert rows[0] == ["at", "kind", "citizen_id", "client_id", "details"]
    assert rows[1][3] == "'=1+1"
    assert as_csv([]).startswith(b"\xef\xbb\xbf")


def shell(site: Site, *arguments: str, who: str = "xem") -> Result:
    """`idp audit …`, by somebody with password and code."""
    group = click.Group("audit")
    parts = site.parts
    take = TakeEvents(database=site.database, clock=site.clock)
    desk = ReadingDesk(verify=parts.verify_operator, take=take, clock=site.clock)
    add_log_commands(group, lambda: desk)
    typed = f"{PASSWORD}\n{Desk(site).code()}\n"
    return CliRunner().invoke(group, [*arguments, "--as", who], input=typed)


@pytest.mark.usefixtures("reader")
def test_the_log_is_searched_at_a_shell(site: Site) -> None:
    note(site.database, site.clock, LOOKED, RelyingPartyDisabled(client_id="portal"))
    day = day_of(site.clock.now()).isoformat()

    for query in (["--about", CITIZEN], ["--actor", "huong"], ["--kind", "operator_looked_up"]):
        answer = shell(site, "search", "--since", day, "--until", day, *query)
        assert answer.exit_code == 0, answer.output
        [line] = answer.stdout.splitlines()
        assert CITIZEN in line
        assert '"by": "huong"' in line
    newest = shell(site, "search", "--limit", "1", "--actor", "xem", "--kind", "log_exported")
    assert '"events": 1' in newest.stdout
    assert "more than these 1" in newest.stderr
    assert (
        "No event" in shell(site, "search", "--since", "2026-01-01", "--until", "2026-01-31").stderr
    )


@pytest.mark.usefixtures("reader")
def test_a_shell_exports_what_the_console_does(site: Site) -> None:
    note(site.database, site.clock, RelyingPartyDisabled(client_id="=1+1"))
    about = ("--kind", "relying_party_disabled")

    written = shell(site, "export", "--format", "csv", *about)
    rows = list(csv.reader(io.StringIO(written.stdout_bytes.decode("utf-8-sig"))))
    answer = shell(site, "export", "--format", "json", *about)
    assert answer.exit_code == 0, answer.output
    read = json.loads(answer.stdout)

    assert [row[3] for row in rows[1:]] == ["'=1+1"]
    assert [each["client_id"] for each in read] == ["=1+1"]
    with site.database.reading() as reading:
        kinds = select(AuditEvent.details).where(AuditEvent.kind == "log_exported")
        assert [each["by"] for each in reading.execute(kinds).scalars()] == ["xem", "xem"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--since", "hôm qua"), "is no day"),
        (("--since", "2026-01-01", "--until", "2026-02-01"), "1 to 31 days"),
        (("--since", "2026-02-01", "--until", "2026-01-31"), "1 to 31 days"),
    ],
)
def test_a_time_that_is_none_is_told_in_a_line(
    site: Site, arguments: tuple[str, ...], told: str
) -> None:
    answer = shell(site, "export", "--format", "csv", *arguments)

    assert answer.exit_code == 1
    assert told in answer.stderr


def test_who_may_not_read_the_log_reads_it_at_no_shell(site: Site) -> None:
    Desk(site).keep("minh", OperatorRole.PROVINCE_TEAM)
    note(site.database, site.clock, LOOKED)
    answer = shell(site, "search", who="minh")

    assert answer.exit_code == 1
    assert "may not do this" in answer.stderr
    assert CITIZEN not in answer.output
