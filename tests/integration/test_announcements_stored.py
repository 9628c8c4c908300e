"""Announcements and programs on both databases: pages, races, who stands behind a program."""

from datetime import UTC, datetime, timedelta

import pytest

from idp.announcements import store
from idp.announcements.announce import NoSuchAnnouncement, WithdrawAnnouncement
from idp.announcements.model import Announcement, AnnouncementId, Audience, ClaimedMail
from idp.announcements.rules import LEASE
from idp.api_clients import store as api_clients
from idp.api_clients.manage import AddApiClient, RenewApiClient
from idp.api_clients.model import ApiClientName, NewApiClient
from idp.audit.events import OperatorVerified
from idp.audit.log import record
from idp.audit.search import LogQuery, search
from idp.citizens.password_hasher import PasswordHasher
from idp.core.email_address import EmailAddress
from idp.db.database import Database
from idp.operators.add_operator import NameTaken
from idp.operators.model import OperatorName, OperatorRole, VerifiedOperator
from idp.operators.permissions import Permission
from idp.relying_parties.secrets import SecretHasher
from tests.fakes.at_once import at_once
from tests.fakes.clock import FakeClock
from tests.fakes.meanwhile import Meanwhile
from tests.fakes.operators import keep_operator

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
LAN = VerifiedOperator(OperatorName("lan"), "Lan", OperatorRole.ADMINISTRATOR)
HUONG = VerifiedOperator(OperatorName("huong"), "Huong", OperatorRole.ADMINISTRATOR)
CI = ApiClientName("ci")


def announce(database: Database, name: str, at: datetime = NOW) -> AnnouncementId:
    announcement = AnnouncementId(name)
    with database.transaction() as transaction:
        transaction.add(
            Announcement(
                id=announcement,
                audience=Audience.EVERYBODY,
                title_vi="x",
                title_en="x",
                text_vi="x",
                text_en="x",
                at=at,
                by=LAN.name,
            )
        )
        transaction.flush()
        store.add_mails(transaction, announcement, [EmailAddress("a@example.vn")], at)
    return announcement


def test_of_many_workers_one_sends_a_mail(database: Database) -> None:
    announce(database, "a")
    with database.reading() as reading:
        (due,) = store.due_mails(reading, NOW, limit=10)

    def claim(_number: int) -> ClaimedMail | None:
        with database.transaction() as transaction:
            return store.claim_mail(transaction, due, NOW, lease=LEASE)

    found = at_once(4, claim)

    claimed = [each for each in found if isinstance(each, ClaimedMail)]
    assert [(each.address.value, each.attempts) for each in claimed] == [("a@example.vn", 1)]
    assert found.count(None) == 3
    with database.reading() as reading:
        assert store.due_mails(reading, NOW, limit=10) == []
        assert store.due_mails(reading, NOW + LEASE, limit=10) == [due]


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)  # SQLite writes one by one
def test_an_announcement_is_withdrawn_while_a_mail_of_it_was_sent(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither waits for the other for ever."""
    announcement = announce(database, "a")
    with database.reading() as reading:
        (mail,) = store.due_mails(reading, NOW, limit=10)

    def withdraw() -> bool:
        with database.transaction() as transaction:
            return store.withdraw(transaction, announcement, NOW)

    withdrawn = Meanwhile(database, withdraw).after(monkeypatch, store, "_leave_outbox")

    with database.transaction() as transaction:
        store.mail_sent(transaction, mail)

    assert withdrawn.outcome() is True
    with database.reading() as reading:
        told = reading.get_one(Announcement, announcement)
        assert (told.mails_sent, told.withdrawn_at) == (1, NOW)


def test_a_mail_that_two_have_sent_counts_once(database: Database) -> None:
    announcement = announce(database, "a")
    with database.reading() as reading:
        (mail,) = store.due_mails(reading, NOW, limit=10)

    def sent(_number: int) -> None:
        with database.transaction() as transaction:
            store.mail_sent(transaction, mail)
            store.mail_given_up(transaction, mail)

    assert at_once(4, sent) == [None] * 4

    with database.reading() as reading:
        told = reading.get_one(Announcement, announcement)
        assert (told.mails, told.mails_sent, told.mails_given_up) == (1, 1, 0)
        assert store.due_mails(reading, NOW + LEASE, limit=10) == []


def test_of_two_who_take_one_back_one_does(database: Database, clock: FakeClock) -> None:
    announcement = announce(database, "a")
    withdraw = WithdrawAnnouncement(database=database, clock=clock)

    found = at_once(2, lambda _number: withdraw(announcement, by=LAN))

    assert [type(each) for each in found if each is not None] == [NoSuchAnnouncement]
    with database.reading() as reading:
        assert store.due_mails(reading, NOW, limit=10) == []


def test_pages_lose_nothing_among_equal_moments(database: Database) -> None:
    for number in range(6):
        announce(database, f"a{number}", NOW + timedelta(seconds=number // 3))

    seen: list[str] = []
    before = None
    while True:
        with database.reading() as reading:
            found = store.listed(reading, teams=None, limit=2, before=before)
        if not found:
            break
        seen += [each.id for each in found]
        before = (found[-1].at, found[-1].id)

    assert seen == ["a5", "a4", "a3", "a2", "a1", "a0"]


def test_pages_of_the_log_lose_nothing_either(database: Database) -> None:
    with database.transaction() as transaction:
        for number in range(6):
            at = NOW + timedelta(seconds=number // 3)
            record(transaction, OperatorVerified(by=f"op-{number}"), at)
    query = LogQuery(since=NOW, until=NOW + timedelta(hours=1))

    seen: list[object] = []
    before = None
    while True:
        with database.reading() as reading:
            found = search(reading, query, limit=2, before=before)
        if not found:
            break
        seen += [each.details["by"] for each in found]
        before = (found[-1].at, found[-1].id)

    assert seen == [f"op-{number}" for number in (5, 4, 3, 2, 1, 0)]


@pytest.fixture
def people(database: Database, clock: FakeClock) -> None:
    hasher = PasswordHasher(
        memory_kib=64, iterations=1, hashes_at_once=2, queue_deadline=timedelta(seconds=5)
    )
    for each in (LAN, HUONG):
        keep_operator(database, hasher, each.name, each.role, clock.now())


def test_of_two_who_take_a_name_one_gets_it(
    database: Database, clock: FakeClock, people: None
) -> None:
    add = AddApiClient(
        database=database,
        hasher=SecretHasher(bytes(32)),
        lasts=timedelta(days=1),
        clock=clock,
    )
    new = NewApiClient(
        name=CI,
        purpose="thử",
        role=OperatorRole.OPERATOR,
        team=None,
        scopes=frozenset({Permission.SEE_KEYS}),
    )

    found = at_once(3, lambda number: add(new, by=(LAN, HUONG)[number % 2]))

    assert sorted(type(each).__name__ for each in found) == ["NameTaken", "NameTaken", "str"]
    assert NameTaken in {type(each) for each in found}


def test_whoever_answered_once_stands_behind_it_for_good(
    database: Database, clock: FakeClock, people: None
) -> None:
    hasher, lasts = SecretHasher(bytes(32)), timedelta(days=1)
    new = NewApiClient(
        name=CI, purpose="thử", role=OperatorRole.OPERATOR, team=None, scopes=frozenset()
    )
    AddApiClient(database=database, hasher=hasher, lasts=lasts, clock=clock)(new, by=LAN)
    renew = RenewApiClient(database=database, hasher=hasher, lasts=lasts, clock=clock)
    renew(CI, by=HUONG, reason="đổi người")
    renew(CI, by=HUONG, reason="đổi người")

    with database.reading() as reading:
        assert api_clients.people_behind(reading, "api:ci") == {"lan", "huong"}
        assert api_clients.people_behind(reading, "lan") == {"lan"}
        assert api_clients.people_behind(reading, "api:nobody") == set()
        assert api_clients.people_behind(reading, "") == {""}
