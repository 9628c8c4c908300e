"""What is counted while people sign in and enrol, and the reports made of it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import redis
from sqlalchemy import func, select
from structlog.testing import capture_logs

from idp.adapters.redis.tally import RedisTally
from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.statistics.keep_counts import KeepCounts
from idp.statistics.model import Measure, Stage, StatisticRecord, Tick, Way
from idp.statistics.report import CarrierTexts, Period, Report, Statistics
from tests.fakes.account_holder import last_code
from tests.fakes.citizen_site import PORTAL, Site
from tests.fakes.clock import FakeClock
from tests.fakes.protocol_house import ProtocolHouse
from tests.fakes.questions import counted
from tests.fakes.registrations import BASIC

DETAILS = {
    "identity_number": "052190000001",
    "full_name": "Nguyễn Thị Bưởi",
    "birth_day": "2",
    "birth_month": "1",
    "birth_year": "1990",
    "phone_number": "0912 000 001",
}
PASSWORD = "Song Hàn-82 chiều"
NOON = datetime(2026, 11, 22, 5, tzinfo=UTC)  # in Vietnam


@pytest.fixture
def tally(redis_client: redis.Redis) -> RedisTally:
    return RedisTally(redis_client)


def keeper(tally: RedisTally, database: Database, clock: FakeClock, *apart: str) -> KeepCounts:
    return KeepCounts(
        counts=tally,
        apart=lambda _ids: apart,
        database=database,
        kept=timedelta(days=400),
        clock=clock,
    )


@pytest.fixture
def keep(tally: RedisTally, database: Database, clock: FakeClock) -> KeepCounts:
    clock.set(NOON)
    return keeper(tally, database, clock)


@pytest.fixture
def statistics(database: Database, clock: FakeClock) -> Statistics:
    return Statistics(database=database, clock=clock)


def count(
    tally: RedisTally,
    measure: Measure,
    detail: str = "",
    *,
    at: datetime = NOON,
    client_id: str = "a",
    times: int = 1,
) -> None:
    for _ in range(times):
        tally.count(Tick(measure, client_id, detail, at))


def begun(report: Report) -> list[int | None]:
    return [step.begun for step in report.steps]


def test_what_was_counted_is_in_the_reports_once(
    tally: RedisTally, keep: KeepCounts, statistics: Statistics
) -> None:
    count(tally, Measure.BEGUN, times=6)
    count(tally, Measure.BEGUN, client_id="b", times=5)
    assert keep()
    count(tally, Measure.BEGUN, times=2, at=NOON - timedelta(hours=2))
    assert keep()
    assert not keep()

    assert statistics(Period.TODAY).begun == 13
    assert statistics(Period.WEEK, "a").begun == 8
    assert statistics(Period.TODAY, "b").begun == 5
    assert statistics(Period.TODAY, "nobody").is_empty
    assert begun(statistics(Period.TODAY, "a"))[10:13] == [None, 0, None]  # the sum is shown


def test_what_is_tried_is_in_its_own_numbers_alone(
    tally: RedisTally, database: Database, clock: FakeClock, statistics: Statistics
) -> None:
    clock.set(NOON)
    count(tally, Measure.BEGUN, client_id="real", times=6)
    count(tally, Measure.BEGUN, client_id="tried", times=7)
    keeper(tally, database, clock, "tried")()

    assert statistics(Period.TODAY).begun == 6
    assert statistics(Period.TODAY, "tried").begun == 7


def test_a_batch_that_was_kept_before_a_crash_is_not_added_again(
    tally: RedisTally, keep: KeepCounts, statistics: Statistics, redis_client: redis.Redis
) -> None:
    count(tally, Measure.BEGUN, times=6)
    batch = tally.take()
    assert batch is not None
    keep()
    hour = int(NOON.timestamp()) // 3600
    redis_client.hset("counts:taken", mapping={"id": batch.id, f"{hour}\nbegun\na\n": "6"})
    count(tally, Measure.BEGUN, times=7)  # while the one before is still under way

    keep()
    assert statistics(Period.TODAY, "a").begun == 6
    keep()
    assert statistics(Period.TODAY, "a").begun == 13


@pytest.mark.parametrize(
    ("field", "number"),
    [
        (b"begun", b"6"),
        (b"495000\nof-another-version\na\n", b"6"),
        (b"495000\nsigned_in\na\nanew", b"6"),
        (b"soon\nbegun\na\n", b"6"),
        (b"999999999999999999999\nbegun\na\n", b"6"),
        (b"495000\nbegun\n\xff\n", b"6"),
        (b"495000\nbegun\na\n", b"many"),
    ],
)
def test_what_cannot_be_read_keeps_nothing_back_and_is_not_in_the_log(
    tally: RedisTally,
    keep: KeepCounts,
    statistics: Statistics,
    redis_client: redis.Redis,
    field: bytes,
    number: bytes,
) -> None:
    redis_client.hset("counts", field, number)
    count(tally, Measure.BEGUN, times=6)

    with capture_logs() as logged:
        assert keep()
        assert not keep()

    assert statistics(Period.TODAY, "a").begun == 6
    assert logged == [{"event": "statistics.unreadable", "log_level": "error", "entries": 1}]


def test_two_workers_at_one_batch_add_it_once(
    tally: RedisTally, database: Database, clock: FakeClock, statistics: Statistics
) -> None:
    clock.set(NOON)
    for _ in range(5):
        count(tally, Measure.BEGUN, times=3)
        keeping = [keeper(tally, database, clock) for _ in range(4)]
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda keep: keep(), keeping))
    keeper(tally, database, clock)()

    assert statistics(Period.TODAY, "a").begun == 15


def test_a_report_has_every_number(
    tally: RedisTally, keep: KeepCounts, statistics: Statistics
) -> None:
    yesterday = NOON - timedelta(days=1)
    count(tally, Measure.BEGUN, times=10)
    count(tally, Measure.BEGUN, times=10, at=yesterday)
    count(tally, Measure.SIGNED_IN, "anew 2 30", times=9)
    count(tally, Measure.SIGNED_IN, "anew 3 20", times=3, at=yesterday)
    count(tally, Measure.SIGNED_IN, "session 2 ", times=6, at=yesterday)
    count(tally, Measure.SIGNED_IN, "silent 2 ", times=7)
    count(tally, Measure.REFUSED, "access_denied", times=5)
    count(tally, Measure.OTP_SENT, "viettel", times=12)
    count(tally, Measure.OTP_FAILED, "viettel", times=2)
    count(tally, Measure.OTP_CONFIRMED, "viettel", times=11)
    count(tally, Measure.ENROLMENT, Stage.FORM, times=8)
    count(tally, Measure.ENROLMENT, Stage.MISMATCH, times=5)
    keep()

    report = statistics(Period.WEEK, "a")
    assert (report.begun, report.signed_in, report.silent) == (20, 18, 7)
    assert report.success == 0.9
    assert report.median == pytest.approx(20 + 10 * 3 / 9)
    assert report.levels == {2: None, 3: None}  # 25 are known, and 22 would tell 3
    assert report.refused == {"access_denied": 5}
    assert report.texts == [CarrierTexts("viettel", 12, None, 11)]
    assert report.enrolments == {Stage.FORM: 8, Stage.MISMATCH: 5}
    assert len(report.steps) == 7
    assert [(step.begun, step.signed_in) for step in report.steps[-2:]] == [(10, 9), (10, 9)]
    assert statistics(Period.WEEK).signed_in == 18
    assert not report.is_empty


def test_a_report_is_one_question(
    tally: RedisTally, keep: KeepCounts, statistics: Statistics, database: Database
) -> None:
    for days in range(90):
        count(tally, Measure.BEGUN, at=NOON - timedelta(days=days))
    keep()
    for period in Period:
        with counted(database) as questions:
            assert len(statistics(period, "a").steps) == (24 if period == 1 else period)
        asked = [text for text in questions.statements if str(text).startswith("SELECT")]
        assert len(asked) == 1


def test_hours_go_after_two_days_and_days_after_400(
    tally: RedisTally, keep: KeepCounts, database: Database, clock: FakeClock
) -> None:
    count(tally, Measure.BEGUN)
    keep()
    clock.advance(timedelta(days=3))

    assert keep.forget_old() == 2
    clock.advance(timedelta(days=400))
    assert keep.forget_old() == 2
    with database.reading() as reading:
        assert reading.execute(select(func.count()).select_from(StatisticRecord)).scalar() == 0


def test_what_cannot_be_counted_stops_nobody(redis_client: redis.Redis) -> None:
    client = redis.Redis(unix_socket_path="/nonexistent", retry=None)
    count(RedisTally(client), Measure.BEGUN)
    client.close()


# --- who counts -----------------------------------------------------------------------------------


@pytest.fixture
def house(
    sqlite_database: Database,
    redis_client: redis.Redis,
    redis_url: str,
    clock: FakeClock,
    index: BlindIndex,
) -> ProtocolHouse:
    return ProtocolHouse(sqlite_database, redis_client, redis_url, clock, index)


def ticks(redis_client: redis.Redis) -> dict[tuple[str, str, str], int]:
    batch = RedisTally(redis_client).take()
    assert batch is not None
    RedisTally(redis_client).forget(batch)
    return {(each.measure, each.client_id, each.detail): each.count for each in batch.counts}


def test_each_request_and_each_code_is_counted_in_its_way(
    house: ProtocolHouse, redis_client: redis.Redis
) -> None:
    browser = house.signed_in(house.someone())
    house.code(browser)
    house.code(browser, prompt="none")

    assert ticks(redis_client) == {
        ("begun", BASIC, ""): 1,
        ("signed_in", BASIC, "session 2 "): 1,
        ("signed_in", BASIC, "silent 2 "): 1,
    }


def test_a_refusal_is_counted_with_its_error(house: ProtocolHouse) -> None:
    house.authorize(house.browser(), prompt="none")

    [tick] = house.tally.ticks
    assert (tick.measure, tick.client_id, tick.detail) == ("refused", BASIC, "login_required")


def test_an_enrolment_is_counted_from_the_form_to_the_code(site: Site) -> None:
    browser = site.from_portal(site.browser()).submit(subject="citizen", method="mobile")
    browser.submit(**DETAILS)
    browser.submit(otp=last_code(site))
    browser.submit(new_password=PASSWORD, confirm_password=PASSWORD)
    assert browser.page == "/enrol/done"
    browser.open("/resume").submit(decision="allow")
    site.sweep("keep counts")

    report = Statistics(database=site.database, clock=site.clock)(Period.TODAY, PORTAL)
    assert set(report.enrolments) == {Stage.FORM, Stage.MATCH, Stage.ENROLLED}
    assert [text.carrier for text in report.texts] == ["vinaphone"]
    assert (report.begun, report.signed_in) == (None, None)
    with site.database.reading() as reading:
        rows = reading.execute(
            select(StatisticRecord.measure, StatisticRecord.detail, StatisticRecord.count).where(
                StatisticRecord.client_id == PORTAL, StatisticRecord.hour == -1
            )
        ).all()
    assert set(map(tuple, rows)) >= {
        ("begun", "", 1),
        ("signed_in", Way.ANEW, 1),
        ("level", "2", 1),
        ("otp_sent", "vinaphone", 1),
        ("otp_confirmed", "vinaphone", 1),
        ("enrolment", Stage.FORM, 1),
        ("enrolment", Stage.MATCH, 1),
        ("enrolment", Stage.ENROLLED, 1),
    }
