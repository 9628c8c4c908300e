"""The log of security events: what was done to it afterwards shows, at the first row."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier

import pytest
from click.testing import CliRunner
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError

from idp.audit.commands import LogDesk, audit_commands
from idp.audit.events import OperatorLookedUp, SignedOut, SignInSucceeded
from idp.audit.log import record
from idp.audit.model import AuditEvent, AuditRoot, AuditSeal
from idp.audit.roots import RootsFile
from idp.audit.rules import Flaw
from idp.audit.seal import LogPolicy, SealLog
from idp.audit.verify import BrokenLog, VerifyLog, WholeLog
from idp.db.database import Database
from tests.fakes.account_holder import IDENTITY_NUMBER, PASSWORD, account, events, last_code
from tests.fakes.citizen_site import Site
from tests.fakes.clock import FakeClock

KEPT = timedelta(days=1826)
WAITS = timedelta(minutes=1)
MORNING = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)  # 08:00 in Vietnam


class Log:
    """The log with whoever writes, seals, verifies, and tampers with it."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.clock = FakeClock(MORNING)
        self.published = RootsFile(folder / "audit-roots.jsonl")
        self.seal = SealLog(
            database=database,
            published=self.published,
            policy=LogPolicy(waits=WAITS, kept=KEPT),
            clock=self.clock,
        )
        self._verify = VerifyLog(database=database, kept=KEPT, clock=self.clock)

    def write(self, count: int = 1, *, at: datetime | None = None) -> None:
        with self.database.transaction() as transaction:
            for _ in range(count):
                event = SignInSucceeded(citizen_id="citizen-1", amr=("pwd", "sms"))
                record(transaction, event, at or self.clock.now())

    def sealed(self, count: int) -> None:
        """Write so many events, a minute apart, and have them sealed."""
        for _ in range(count):
            self.write()
            self.clock.advance(timedelta(minutes=1))
        self.clock.advance(WAITS)
        self.seal()

    def tamper(self, statement: object) -> None:
        with self.database.transaction() as transaction:
            transaction.execute(statement)  # type: ignore[call-overload]

    def verify(self) -> WholeLog | BrokenLog:
        return self._verify(self.published.read())

    def ids(self) -> list[int]:
        with self.database.reading() as reading:
            return list(reading.scalars(select(AuditEvent.id).order_by(AuditEvent.id)))

    def seals(self) -> int:
        with self.database.reading() as reading:
            return reading.scalar(select(func.count()).select_from(AuditSeal)) or 0

    def run(self, *arguments: str) -> tuple[int, str]:
        desk = LogDesk(verify=self._verify, published=self.published)
        result = CliRunner().invoke(audit_commands(lambda: desk), list(arguments))
        return result.exit_code, result.output


@pytest.fixture
def log(database: Database, tmp_path: Path) -> Log:
    return Log(database, tmp_path)


@pytest.fixture
def sqlite_log(sqlite_database: Database, tmp_path: Path) -> Log:
    return Log(sqlite_database, tmp_path)


def test_what_was_written_is_sealed_once_it_has_waited(log: Log) -> None:
    log.write(3)

    assert log.seal() == 0  # its neighbours may not be committed yet
    assert log.verify() == WholeLog(0, None, None, 3, 0)
    log.clock.advance(WAITS)
    assert [log.seal(), log.seal()] == [3, 0]
    assert log.verify() == WholeLog(3, MORNING, MORNING, 0, 0)


def test_words_from_a_shell_that_are_no_characters_stop_no_seal(log: Log) -> None:
    """Python hands bytes that are not UTF-8 on as lone surrogates (PEP 383)."""
    looked_up = OperatorLookedUp(citizen_id="citizen-1", by="lan", reason="gọi l\udceai")
    with log.database.transaction() as transaction:
        record(transaction, looked_up, log.clock.now())

    log.sealed(1)

    whole = log.verify()
    assert isinstance(whole, WholeLog)
    assert (whole.events, whole.unsealed) == (2, 0)


def test_a_number_that_is_given_out_early_and_committed_late_is_not_missed(
    postgresql_database: Database, tmp_path: Path
) -> None:
    log = Log(postgresql_database, tmp_path)
    with log.database.transaction() as slow:
        record(slow, SignedOut(citizen_id="slow"), log.clock.now())
        log.sealed(2)
    assert log.verify() == WholeLog(2, MORNING, MORNING + timedelta(minutes=1), 1, 0)

    assert log.seal() == 1
    found = log.verify()
    assert isinstance(found, WholeLog)
    assert (found.events, found.unsealed) == (3, 0)


def test_every_event_of_many_writers_is_sealed_once(log: Log) -> None:
    """Two sealers at once beside them: no place of the chain is taken twice."""
    start = Barrier(6)

    def writes() -> None:
        start.wait()
        for _ in range(20):
            log.write()

    def seals() -> None:
        start.wait()
        for _ in range(10):
            log.seal()

    # What is written now is old enough already: the sealers take it while others write.
    log.seal = SealLog(
        database=log.database,
        published=log.published,
        policy=LogPolicy(waits=timedelta(0), kept=KEPT),
        clock=log.clock,
    )
    with ThreadPoolExecutor(6) as pool:
        for done in [pool.submit(work) for work in (*[writes] * 4, seals, seals)]:
            done.result()
    log.seal()

    found = log.verify()
    assert isinstance(found, WholeLog)
    assert (found.events, found.unsealed) == (80, 0)
    assert log.seals() == 80


def test_a_place_cannot_be_taken_twice(log: Log) -> None:
    log.sealed(1)
    with pytest.raises(IntegrityError), log.database.transaction() as transaction:
        transaction.add(AuditSeal(position=1, event_id=999, hash=bytes(32)))


def _event(number: int, **values: object) -> Callable[[Log], object]:
    return lambda log: update(AuditEvent).where(AuditEvent.id == log.ids()[number]).values(**values)


@pytest.mark.parametrize(
    ("tampering", "found"),
    [
        (_event(3, kind="password_refused"), (Flaw.CHANGED, 3)),
        (_event(3, citizen_id="another"), (Flaw.CHANGED, 3)),
        (_event(3, details={"amr": []}), (Flaw.CHANGED, 3)),
        (_event(3, at=MORNING), (Flaw.CHANGED, 3)),
        (
            lambda log: delete(AuditEvent).where(AuditEvent.id == log.ids()[2]),
            (Flaw.REMOVED, 2),
        ),
        (lambda _: delete(AuditSeal).where(AuditSeal.position == 3), (Flaw.UNSEALED, None)),
        (
            lambda _: update(AuditSeal).where(AuditSeal.position == 5).values(hash=bytes(32)),
            (Flaw.CHANGED, 4),
        ),
        (
            lambda _: (
                update(AuditSeal)
                .where(AuditSeal.position >= 4)
                .values(position=AuditSeal.position + 100)
            ),
            (Flaw.UNSEALED, None),
        ),
    ],
    ids=["kind", "person", "details", "moment", "removed", "unsealed", "seal", "gap"],
)
def test_tampering_shows_at_the_first_row(
    log: Log, tampering: Callable[[Log], object], found: tuple[Flaw, int | None]
) -> None:
    log.sealed(6)
    ids = log.ids()

    log.tamper(tampering(log))

    broken = log.verify()
    assert isinstance(broken, BrokenLog)
    flaw, place = found
    assert broken.flaw is flaw
    assert broken.event_id == (None if place is None else ids[place])


def test_events_that_change_places_show(log: Log) -> None:
    log.sealed(4)
    second, third = log.ids()[1:3]
    for place, number in ((2, 10**6), (3, second), (2, third)):
        log.tamper(update(AuditSeal).where(AuditSeal.position == place).values(event_id=number))

    broken = log.verify()
    assert broken == BrokenLog(Flaw.CHANGED, third, 2)


def test_an_event_of_long_ago_that_is_put_in_shows(log: Log) -> None:
    log.sealed(30)
    log.write(at=MORNING + timedelta(minutes=3))

    log.seal()
    assert log.verify() == BrokenLog(Flaw.INSERTED, log.ids()[-1])
    log.sealed(1)
    assert log.verify() == BrokenLog(Flaw.INSERTED, log.ids()[-2])


def test_a_day_is_closed_and_its_root_published(log: Log) -> None:
    log.sealed(2)
    log.clock.set(datetime(2026, 11, 22, 17, 20, tzinfo=UTC))  # after midnight in Vietnam
    log.seal()
    log.seal()
    log.sealed(1)
    log.clock.advance(timedelta(days=1))
    log.seal()

    first, second = [json.loads(line) for line in log.published.path.read_text().splitlines()]
    assert (first["day"], first["position"], first["previous"]) == ("2026-11-22", 2, None)
    assert (second["day"], second["position"]) == ("2026-11-23", 3)
    assert second["previous"] == first["root"]
    found = log.verify()
    assert isinstance(found, WholeLog)
    assert found.roots == 2


def test_a_day_that_ended_while_nobody_sealed_is_closed_later(log: Log) -> None:
    log.sealed(2)
    log.write(at=log.clock.now())
    log.clock.advance(timedelta(days=3))
    log.seal()
    log.seal()

    [line] = log.published.path.read_text().splitlines()
    told = json.loads(line)
    assert (told["day"], told["position"]) == ("2026-11-22", 3)


@pytest.fixture
def closed(log: Log) -> Log:
    """A log with a root behind its fourth event."""
    log.sealed(4)
    log.clock.set(datetime(2026, 11, 22, 17, 20, tzinfo=UTC))
    log.seal()
    return log


def test_an_end_that_was_removed_shows_by_the_root(closed: Log) -> None:
    closed.tamper(delete(AuditEvent).where(AuditEvent.id == closed.ids()[-1]))
    closed.tamper(delete(AuditSeal).where(AuditSeal.position == 4))

    assert closed.verify() == BrokenLog(Flaw.CUT_OFF, position=4, day="2026-11-22")


def test_a_chain_that_was_written_anew_shows_by_the_published_root(closed: Log) -> None:
    closed.tamper(_event(1, citizen_id="another")(closed))
    closed.tamper(delete(AuditSeal))
    closed.tamper(delete(AuditRoot))
    copy = closed.published.path.read_text()
    closed.published.path.unlink()
    closed.seal()  # all of it is one whole again, with a root of its own
    assert isinstance(closed.verify(), WholeLog)

    closed.published.path.write_text(copy)
    assert closed.verify() == BrokenLog(Flaw.ROOT_DIFFERS, position=4, day="2026-11-22")
    closed.tamper(delete(AuditRoot))
    assert closed.verify() == BrokenLog(Flaw.ROOT_MISSING, day="2026-11-22")


def test_old_events_are_dropped_and_the_rest_is_verified_from_the_root_on(closed: Log) -> None:
    closed.clock.advance(KEPT - timedelta(days=30))
    closed.sealed(3)
    assert closed.seal.drop_old() == 0
    closed.clock.advance(timedelta(days=33))

    assert [closed.seal.drop_old(), closed.seal.drop_old()] == [4, 0]
    found = closed.verify()
    assert isinstance(found, WholeLog)
    assert (found.events, found.unsealed) == (3, 0)
    closed.tamper(_event(0, kind="signed_out")(closed))
    assert closed.verify() == BrokenLog(Flaw.CHANGED, closed.ids()[0], 5)


def test_a_chain_of_which_all_was_dropped_goes_on(closed: Log) -> None:
    closed.clock.advance(KEPT + timedelta(days=3))
    closed.seal.drop_old()

    closed.sealed(1)

    found = closed.verify()
    assert isinstance(found, WholeLog)
    assert found.events == 1
    with closed.database.reading() as reading:
        assert list(reading.scalars(select(AuditSeal.position))) == [5]


def test_dropping_before_the_time_shows(closed: Log) -> None:
    closed.tamper(update(AuditRoot).values(dropped_at=closed.clock.now()))
    closed.tamper(delete(AuditSeal))
    closed.tamper(delete(AuditEvent))

    assert closed.verify() == BrokenLog(Flaw.DROPPED_EARLY, day="2026-11-22")


def test_the_command_says_what_was_verified(sqlite_log: Log) -> None:
    assert sqlite_log.run("verify") == (0, "No event is sealed, 0 wait for it.\n")
    sqlite_log.sealed(2)
    sqlite_log.write()

    code, output = sqlite_log.run("verify")
    assert code == 0
    assert output == (
        "2 events verified, from 2026-11-22 08:00:00 to 2026-11-22 08:01:00; 1 not sealed yet;"
        " 0 published roots agree.\n"
    )


def test_the_command_names_the_first_broken_row(sqlite_log: Log, tmp_path: Path) -> None:
    sqlite_log.sealed(3)
    sqlite_log.tamper(_event(1, kind="signed_out")(sqlite_log))

    code, output = sqlite_log.run("verify")
    assert code == 1
    number = sqlite_log.ids()[1]
    assert f"broken at event {number}, position 2: the event, or its seal, was changed" in output

    copy = tmp_path / "copy.jsonl"
    copy.write_text("not a root\n")
    code, output = sqlite_log.run("verify", "--roots", str(copy))
    assert code == 1
    assert "line 1: not a root" in output


def test_what_the_application_writes_is_sealed_and_verified(site: Site) -> None:
    """Events of a whole sign-in, by the worker's sweep and the command's own parts."""
    citizen_id = account(site)
    browser = site.from_portal(site.browser(), create=False).follow("choose-portal-account")
    browser.submit(username=IDENTITY_NUMBER, password=PASSWORD).submit(otp=last_code(site))
    assert "sign_in_succeeded" in events(site, citizen_id)

    site.clock.advance(site.settings.audit.sealed_after)
    site.sweep("seal security events")
    site.clock.advance(timedelta(days=1, minutes=30))
    site.sweep("seal security events")
    site.sweep("drop old security events")

    verify = VerifyLog(database=site.database, kept=site.settings.audit.kept, clock=site.clock)
    found = verify(site.parts.audit_roots.read())
    assert isinstance(found, WholeLog)
    assert found.unsealed == 0
    assert found.events >= len(events(site, citizen_id))
    assert found.roots == 1
    assert site.parts.audit_roots.path.parent == site.settings.home
