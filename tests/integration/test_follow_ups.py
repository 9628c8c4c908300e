"""What must follow a change follows, though Redis fails right after it; and there is no window."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import redis
from sqlalchemy import select

from idp.adapters.jobs import Jobs
from idp.adapters.redis.grants import RedisAccessTokens
from idp.adapters.redis.sessions import RedisSessions
from idp.audit.model import AuditEvent
from idp.citizens import store as citizens
from idp.core.handles import Handle
from idp.core.phone_number import PhoneNumber
from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.follow_ups import store
from idp.follow_ups.follow_ups import LEFT_AFTER, FollowUps
from idp.follow_ups.model import FollowUp, FollowUpId
from idp.grants import store as grants
from idp.grants.model import Authorization, GrantId, Redemption
from idp.interactions.sign_in import SignIn
from idp.messaging.model import NoticeKind
from idp.sessions.model import Session, SessionId
from tests.fakes.asking_portal import AskingPortal
from tests.fakes.at_once import at_once
from tests.fakes.citizen_site import Browser, Site
from tests.fakes.clock import FakeClock
from tests.fakes.grants import add_agreed
from tests.fakes.logouts import nobody_to_tell
from tests.fakes.notices import NoticesInMemory
from tests.fakes.people import AN, BINH_DINH, citizen_of, session_of
from tests.fakes.residents import NEW_PASSWORD, Resident, choose_password

SECOND = timedelta(seconds=1)
OWNER = Resident("052190000001", "Nguyễn Thị Bưởi", PhoneNumber("+84912000001"))


class House:
    """An's account; Redis fails while *broken*."""

    def __init__(
        self, database: Database, index: BlindIndex, redis_client: redis.Redis, clock: FakeClock
    ) -> None:
        self.database, self.clock, self.notices = database, clock, NoticesInMemory()
        self.sessions = RedisSessions(
            redis_client, idle=timedelta(hours=1), maximum=timedelta(hours=12), clock=clock
        )
        self.tokens = RedisAccessTokens(
            redis_client,
            lifetime=timedelta(minutes=5),
            code_lifetime=timedelta(minutes=1),
            clock=clock,
        )
        self.sign_in = SignIn(
            sessions=self.sessions,
            tokens=self.tokens,
            announce=nobody_to_tell(clock),
            database=database,
            clock=clock,
        )
        self.follow_ups = FollowUps(
            end_sessions=self.sign_in, notices=self.notices, database=database, clock=clock
        )
        with database.transaction() as transaction:
            citizens.add(transaction, citizen_of(AN), index)

    def begin(self, name: str) -> Handle:
        """A session of An's that begins now."""
        return self.sessions.begin(session_of(AN, auth_time=self.clock.now(), session_id=name))

    def grant(self, name: str) -> GrantId:
        """What a portal was given in the session of that name, which begins now."""
        now = self.clock.now()
        authorization = Authorization(
            grant_id=GrantId(f"grant-{name}"),
            client_id=BINH_DINH,
            citizen_id=AN,
            session_id=SessionId(name),
            scope=("openid",),
            claims=(),
            acr="LoA1",
            amr=("pwd",),
            auth_time=now,
            verification_level=1,
            authentication_level=1,
        )
        with self.database.transaction() as transaction:
            add_agreed(transaction, authorization, at=now)
        return authorization.grant_id

    def owe(self, *, kept: SessionId | None = None) -> tuple[FollowUpId, FollowUpId]:
        """A change has committed."""
        now = self.clock.now()
        with self.database.transaction() as transaction:
            return (
                self.follow_ups.owe_end(transaction, AN, "password_reset", now, kept=kept),
                self.follow_ups.owe_notice(transaction, NoticeKind.PASSWORD_CHANGED, AN, now),
            )

    def redeems(self, grant_id: GrantId) -> bool:
        with self.database.transaction() as transaction:
            redemption = grants.mark_redeemed(transaction, grant_id, self.clock.now())
        return redemption is Redemption.LIVE

    def left(self) -> int:
        with self.database.reading() as reading:
            return len(reading.execute(select(FollowUp.id)).all())

    def ends(self) -> int:
        kinds = select(AuditEvent.kind).where(AuditEvent.kind == "sessions_ended")
        with self.database.reading() as reading:
            return len(reading.execute(kinds).all())


@pytest.fixture
def house(
    database: Database, index: BlindIndex, redis_client: redis.Redis, clock: FakeClock
) -> House:
    return House(database, index, redis_client, clock)


def fail(*_: object, **__: object) -> Any:
    raise redis.ConnectionError


def test_what_is_owed_is_done_at_once_and_forgotten(house: House) -> None:
    handle = house.begin("before")

    house.follow_ups.do(*house.owe())

    assert house.sessions.find(handle) is None
    assert house.notices.told == [(NoticeKind.PASSWORD_CHANGED, AN)]
    assert house.left() == 0


def test_between_the_commit_and_the_end_nothing_of_before_counts(house: House) -> None:
    handle, grant = house.begin("before"), house.grant("before")
    house.owe()  # and the process ends here

    assert house.sessions.find(handle) is not None
    assert house.sign_in.find(handle) is None
    assert not house.redeems(grant)


def test_where_redis_fails_the_worker_does_it_a_minute_later(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    handle, grant = house.begin("before"), house.grant("before")
    with monkeypatch.context() as broken:
        broken.setattr(house.tokens, "revoke", fail)
        broken.setattr(house.notices, "tell", fail)
        house.follow_ups.do(*house.owe())
    assert (house.left(), house.ends(), house.notices.told) == (2, 0, [])
    assert house.sign_in.find(handle) is None
    assert house.follow_ups.what_is_left() == 0  # whoever owes it may be at it yet
    house.clock.advance(LEFT_AFTER)

    assert house.follow_ups.what_is_left() == 2

    assert house.sessions.find(handle) is None
    assert not house.redeems(grant)
    assert house.notices.told == [(NoticeKind.PASSWORD_CHANGED, AN)]
    assert (house.left(), house.ends()) == (0, 1)


def test_what_began_after_the_change_outlives_it(house: House) -> None:
    house.begin("before")
    house.owe()
    house.clock.advance(LEFT_AFTER)
    after, grant = house.begin("after"), house.grant("after")

    assert house.sign_in.find(after) is not None
    house.follow_ups.what_is_left()

    assert house.sign_in.find(after) is not None
    assert house.redeems(grant)


def test_the_session_at_hand_is_kept_with_what_it_gave(house: House) -> None:
    here, other = house.begin("here"), house.begin("other")
    of_here, of_other = house.grant("here"), house.grant("other")
    owed = house.owe(kept=SessionId("here"))
    assert house.sign_in.find(here) is not None
    assert house.sign_in.find(other) is None

    house.follow_ups.do(*owed)

    assert (house.sessions.find(here) is None, house.sessions.find(other)) == (False, None)
    assert (house.redeems(of_here), house.redeems(of_other)) == (True, False)


def test_nothing_is_owed_of_a_change_that_was_not_made(house: House) -> None:
    handle = house.begin("before")
    with house.database.transaction() as transaction:
        house.follow_ups.owe_end(transaction, AN, "password_reset", house.clock.now())
        transaction.rollback()

    assert house.sign_in.find(handle) is not None
    assert house.left() == 0


def test_the_request_and_the_worker_may_do_it_at_once(house: House) -> None:
    handles = [house.begin(f"before-{number}") for number in range(3)]
    owed = house.owe()
    house.clock.advance(LEFT_AFTER)

    outcomes = at_once(
        4,
        lambda number: house.follow_ups.what_is_left() if number else house.follow_ups.do(*owed),
    )

    assert not [each for each in outcomes if isinstance(each, BaseException)]
    assert [house.sessions.find(handle) for handle in handles] == [None] * 3
    assert house.left() == 0
    assert set(house.notices.told) == {(NoticeKind.PASSWORD_CHANGED, AN)}


def test_a_round_ends_after_three_failures_in_a_row(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A Redis that hangs has the worker wait each time."""
    tried: list[NoticeKind] = []

    def hang(kind: NoticeKind, *_: object) -> None:
        tried.append(kind)
        raise redis.TimeoutError

    owe_notices(house, [NoticeKind.PASSWORD_CHANGED] * 10)
    house.clock.advance(LEFT_AFTER)
    with monkeypatch.context() as broken:
        broken.setattr(house.notices, "tell", hang)
        assert house.follow_ups.what_is_left() == 0
    assert (len(tried), house.left()) == (3, 10)

    assert house.follow_ups.what_is_left() == 7  # at once: these are overdue
    house.clock.advance(LEFT_AFTER)
    assert house.follow_ups.what_is_left() == 3
    assert house.left() == 0


def test_what_always_fails_keeps_nothing_else_back(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell = house.notices.tell

    def fail_for_one_kind(kind: NoticeKind, *rest: Any) -> None:
        if kind is NoticeKind.PHONE_LOST:
            raise redis.ResponseError
        tell(kind, *rest)

    monkeypatch.setattr(house.notices, "tell", fail_for_one_kind)
    owe_notices(house, [NoticeKind.PHONE_LOST] * 4)
    house.clock.advance(SECOND)
    owe_notices(house, [NoticeKind.PASSWORD_CHANGED] * 4)

    for _ in range(3):
        house.clock.advance(LEFT_AFTER)
        house.follow_ups.what_is_left()

    assert house.notices.told == [(NoticeKind.PASSWORD_CHANGED, AN)] * 4
    assert house.left() == 4


def owe_notices(house: House, kinds: list[NoticeKind]) -> None:
    with house.database.transaction() as transaction:
        for kind in kinds:
            house.follow_ups.owe_notice(transaction, kind, AN, house.clock.now())


def test_two_workers_take_it_once(house: House) -> None:
    house.owe()
    now = house.clock.now() + LEFT_AFTER

    def take(_: int) -> list[FollowUpId]:
        with house.database.transaction() as transaction:
            return store.take_due(transaction, now, until=now + LEFT_AFTER, limit=10)

    taken = at_once(3, take)

    assert sorted(len(each) for each in taken if isinstance(each, list)) == [0, 0, 2]


# --- the whole application ------------------------------------------------------------------------


def session_of_browser(site: Site, browser: Browser) -> Session | None:
    return site.sessions.find(Handle(browser.cookie("idp_session")))


def test_a_password_reset_stands_and_is_carried_out_though_redis_failed(
    site: Site,
    client_secrets: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    pass_time: Callable[[timedelta], None],
) -> None:
    OWNER.subscribe(site)
    OWNER.keep_account(site)
    portal, thief = AskingPortal(site, client_secrets["binh-dinh"]), site.browser()
    portal.ask(thief)
    thief.follow("choose-portal-account")
    OWNER.sign_in(site, thief)
    thief.submit(decision="allow")
    _, tokens = portal.exchange(portal.answer(thief)["code"])
    thief.path = ""
    portal.ask(thief)
    code = portal.answer(thief)["code"]
    pass_time(timedelta(minutes=2))

    with monkeypatch.context() as broken:
        broken.setattr(RedisSessions, "end_all_of", fail)
        broken.setattr(Jobs, "tell", fail)
        owner = site.browser().open("/recover")
        owner.submit(username=OWNER.number, phone_number=OWNER.phone.national)
        choose_password(owner.submit(otp=OWNER.code(site)))

    assert owner.page == "/recover/done"
    assert session_of_browser(site, thief) is not None  # the store has it yet
    assert thief.open("/account?").page == "/login"
    assert portal.exchange(code)[0] == 400
    pass_time(LEFT_AFTER)
    owner.open("/login?").submit(username=OWNER.number, password=NEW_PASSWORD)
    owner.submit(otp=OWNER.code(site))

    site.sweep("do what is left")

    assert session_of_browser(site, thief) is None
    assert not portal.is_active(tokens["access_token"])
    assert any(text.startswith("Mat khau") for text in site.sms.to(OWNER.phone))
    assert session_of_browser(site, owner) is not None
