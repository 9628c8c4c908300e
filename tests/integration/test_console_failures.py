"""Failed requests and statistics at the console: found, explained, counted, and nobody else's."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.test import TestResponse

from idp.console.statistics.charts import chart
from idp.failures import store
from idp.failures.model import Cause, FailedRequest, Fault
from idp.operators.model import OperatorName, OperatorRole, Team, TeamId, TeamMember
from idp.relying_parties.model import ClientId, RelyingPartyRecord
from idp.statistics.model import Measure, Tick
from tests.fakes.citizen_site import Browser, Site
from tests.fakes.console_desk import Desk
from tests.fakes.questions import counted

OWN, OTHER = ClientId("binh-dinh"), ClientId("dak-lak")
NOON = datetime(2026, 11, 22, 5, tzinfo=UTC)  # in Vietnam
MOST_QUERIES = 12


def failed(site: Site, number: int, client_id: ClientId | None = OWN, **changes: Any) -> None:
    request = FailedRequest(
        id=f"id-{number}",
        at=site.clock.now(),
        reference=f"AAAA-{number:04}",
        endpoint="/token",
        error="invalid_grant",
        client_id=client_id,
        claimed="" if client_id else "=cmd|calc",
        fault=changes.pop("fault", Fault(cause=Cause.CODE_REPLAYED)),
        note="",
    )
    with site.database.transaction() as transaction:
        store.add(transaction, [request])


def count(site: Site, client_id: str, times: int, at: datetime | None = None) -> None:
    for _ in range(times):
        site.parts.tally.count(Tick(Measure.BEGUN, client_id, "", at or site.clock.now()))
    site.sweep("keep counts")


@pytest.fixture
def reader(site: Site) -> Browser:
    site.clock.set(NOON)
    return Desk(site).signed_in("xem", OperatorRole.READ_ONLY)


@pytest.fixture
def member(site: Site) -> Browser:
    """Of the team that has one of the two portals."""
    site.clock.set(NOON)
    desk, team = Desk(site), TeamId("binh-dinh")
    desk.keep("minh", OperatorRole.PROVINCE_TEAM)
    with site.database.transaction() as transaction:
        now, by = site.clock.now(), OperatorName("lan")
        transaction.add(Team(id=team, name="Bình Định", created_at=now, created_by=by))
        transaction.flush()
        name = OperatorName("minh")
        transaction.add(TeamMember(team=team, operator=name, added_at=now, added_by=by))
        transaction.execute(
            update(RelyingPartyRecord).where(RelyingPartyRecord.client_id == OWN).values(team=team)
        )
    return desk.sign_in("minh")


def get(site: Site, browser: Browser, path: str) -> TestResponse:
    client = FlaskClient(site.app)
    client.set_cookie("idp_console", browser.cookie("idp_console"))
    return client.get(path)


def rows_of(answer: TestResponse) -> list[list[str]]:
    assert answer.content_type == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


# --- failed requests ------------------------------------------------------------------------------


def test_what_a_citizen_reads_out_finds_what_the_portal_sent(site: Site, reader: Browser) -> None:
    address = "/authorize?client_id=binh-dinh&redirect_uri=http%3A%2F%2Flocalhost%3A8401%2Fcb"
    reference = site.app.test_client().get(address).headers["X-Request-Id"]
    site.sweep("keep failed requests")
    failed(site, 1)

    page = reader.open(f"/console/failures?reference={reference.lower().replace('-', ' ')}")

    assert page.html.count("<article") == 1
    assert reference in page.html
    assert "<code>http://localhost:8401/cb</code>" in page.html
    assert "Khác: đường dẫn" in page.html
    assert "Cách sửa" in page.html
    assert "Xem tài liệu tích hợp, mục 2." in page.html


def test_a_team_sees_its_own_alone_and_the_answer_of_none_for_anothers(
    site: Site, member: Browser
) -> None:
    failed(site, 1, OWN)
    failed(site, 2, OTHER)
    failed(site, 3, None)

    assert "AAAA-0001" in member.open("/console/failures").html
    assert member.html.count("<article") == 1
    for nothing in ("client_id=dak-lak", "client_id=nobody", "reference=AAAA-0002"):
        assert "Không có yêu cầu lỗi nào" in member.open(f"/console/failures?{nothing}").html
    assert len(rows_of(get(site, member, "/console/failures/export"))) == 2


def test_the_pages_follow_one_another(site: Site, reader: Browser) -> None:
    for number in range(53):
        failed(site, number)

    first = reader.open("/console/failures?endpoint=%2Ftoken")
    assert (first.html.count("<article"), "AAAA-0052" in first.html) == (50, True)
    follow = first.html.partition('href="?endpoint=%2Ftoken&amp;before=')[2].partition('"')[0]
    second = reader.open(f"/console/failures?endpoint=%2Ftoken&before={follow}")

    assert (second.html.count("<article"), "AAAA-0000" in second.html) == (3, True)
    for wrong in ("-1", "x", "9" * 40, "%00"):
        assert reader.open(f"/console/failures?before={wrong}").status == 200


def test_what_was_sent_is_shown_and_never_run(site: Site, reader: Browser) -> None:
    fault = Fault(
        cause=Cause.PARAMETER_NOT_SUPPORTED, parameter="prompt", sent="<script>alert(1)</script>"
    )
    failed(site, 1, fault=fault)
    failed(site, 2, None)

    assert "&lt;script&gt;" in reader.open("/console/failures").html
    assert "<script>alert" not in reader.html
    cells = {cell for row in rows_of(get(site, reader, "/console/failures/export")) for cell in row}
    assert "'=cmd|calc" in cells
    assert not any(cell.startswith("=") for cell in cells)


# --- statistics -----------------------------------------------------------------------------------


def test_all_portals_or_one_in_each_period(site: Site, reader: Browser) -> None:
    count(site, OWN, 7)
    count(site, OTHER, 6)
    count(site, OWN, 11, at=site.clock.now() - timedelta(days=40))

    def begun(query: str) -> str:
        html = reader.open(f"/console/statistics?{query}").html
        return html.partition("<dt>Được cổng đưa tới đăng nhập</dt><dd>")[2].partition("<")[0]

    assert begun("days=1") == begun("days=7") == begun("days=30") == "13"
    assert begun("days=90") == "24"
    assert begun("portal=binh-dinh&days=1") == "7"
    assert begun("portal=dak-lak&days=90") == "6"
    assert begun("days=nonsense") == "13"
    assert "<svg" in reader.html
    assert "style=" not in reader.html


def test_few_are_not_told_by_number_bar_or_file(site: Site, reader: Browser) -> None:
    count(site, OWN, 3)

    html = reader.open("/console/statistics?portal=binh-dinh&days=1").html
    rows = rows_of(get(site, reader, "/console/statistics/export?portal=binh-dinh&days=1"))

    assert "<dd>ẩn</dd>" in html
    assert "<rect" not in html
    assert ["2026-11-22", "2026-11-22", "binh-dinh", "begun", "", "hidden"] in rows
    assert "3" not in {row[5] for row in rows}


def test_a_team_sees_numbers_of_its_own_alone(site: Site, member: Browser) -> None:
    count(site, OWN, 7)
    count(site, OTHER, 777)

    for query in ("", "portal=binh-dinh"):
        html = member.open(f"/console/statistics?{query}").html
        assert "<dd>7</dd>" in html
        assert "777" not in html
        assert "dak-lak" not in html
    others = member.open("/console/statistics?portal=dak-lak").html
    nobodys = member.open("/console/statistics?portal=dak-lok").html
    assert others.replace("dak-lak", "dak-lok") == nobodys
    assert "Không có cổng nào mang mã này" in others
    answer = get(site, member, "/console/statistics/export?portal=dak-lak")
    assert (answer.status_code, answer.data.count(b"777")) == (303, 0)


def test_a_team_without_a_portal_is_told_so(site: Site) -> None:
    browser = Desk(site).signed_in("minh", OperatorRole.PROVINCE_TEAM)
    count(site, OWN, 7)

    assert "chưa có cổng nào" in browser.open("/console/statistics").html


def test_among_many_portals_one_types_the_id(site: Site, reader: Browser) -> None:
    now = site.clock.now()
    with site.database.transaction() as transaction:
        for number in range(220):
            transaction.add(
                RelyingPartyRecord(
                    client_id=ClientId(f"portal-{number:03}"),
                    sector="s",
                    registration={"client_name": f"Cổng {number}"},
                    created_at=now,
                    updated_at=now,
                )
            )
    count(site, "portal-219", 9)

    html = reader.open("/console/statistics?portal=portal-219&days=1").html
    assert "<dd>9</dd>" in html
    assert '<input id="portal"' in html
    assert "Không có cổng nào mang mã này" in reader.open("/console/statistics?portal=x").html


@pytest.mark.parametrize(
    "path", ["/console/failures", "/console/statistics?days=90", "/console/statistics?portal=x"]
)
def test_a_page_asks_little_however_much_there_is(site: Site, reader: Browser, path: str) -> None:
    for number in range(60):
        failed(site, number)
    count(site, OWN, 20)

    with counted(site.database) as questions:
        assert reader.open(path).status == 200

    assert len([text for text in questions.statements if "SELECT" in str(text)]) <= MOST_QUERIES


def test_bars_are_as_long_as_their_numbers() -> None:
    drawn = chart([("a", 300, 150), ("b", None, None), ("c", 0, 0)])

    assert drawn.top == 300
    assert [(bar.whole_height, bar.part_height) for bar in drawn.bars] == [
        (120, 60),
        (0, 0),
        (0, 0),
    ]
    assert chart([]).top == 1
    assert sum(bar.is_named for bar in chart([(str(n), n, n) for n in range(90)]).bars) == 6
