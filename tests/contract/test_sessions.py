"""One contract for every store of sessions."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import redis

from idp.adapters.redis.sessions import RedisSessions
from idp.core.handles import Handle, new_handle
from idp.sessions.model import Session, SessionId
from idp.sessions.ports import Sessions
from tests.fakes.clock import FakeClock
from tests.fakes.people import AN, BINH, session_of
from tests.fakes.sessions import SessionsInMemory

IDLE, MAXIMUM = timedelta(minutes=30), timedelta(hours=12)
PassTime = Callable[[timedelta], None]


@pytest.fixture(params=["memory", "redis"])
def sessions(
    request: pytest.FixtureRequest, redis_client: redis.Redis, clock: FakeClock
) -> Sessions:
    if request.param == "redis":
        return RedisSessions(redis_client, idle=IDLE, maximum=MAXIMUM, clock=clock)
    return SessionsInMemory(clock, idle=IDLE, maximum=MAXIMUM)


@pytest.fixture
def session(clock: FakeClock) -> Session:
    return session_of(auth_time=clock.now() - timedelta(microseconds=1))


def test_it_is_found_by_its_handle(sessions: Sessions, session: Session) -> None:
    handle = sessions.begin(session)

    assert sessions.find(handle) == session
    assert sessions.find(new_handle()) is None
    assert sessions.find(Handle("")) is None


def test_each_beginning_has_a_handle_of_its_own(sessions: Sessions, session: Session) -> None:
    first, second = sessions.begin(session), sessions.begin(session)

    assert first != second
    assert sessions.end(first) == session
    assert sessions.find(second) == session


def test_it_ends_when_nobody_asks_for_it(
    sessions: Sessions, session: Session, pass_time: PassTime
) -> None:
    handle = sessions.begin(session)
    pass_time(IDLE)

    assert sessions.find(handle) is None
    assert sessions.end(handle) is None


def test_asking_for_it_keeps_it(sessions: Sessions, session: Session, pass_time: PassTime) -> None:
    handle = sessions.begin(session)
    for _ in range(10):
        pass_time(IDLE - timedelta(minutes=1))
        assert sessions.find(handle) == session


def test_looking_whether_it_is_open_keeps_it_no_longer(
    sessions: Sessions, session: Session, pass_time: PassTime
) -> None:
    handle, ended = sessions.begin(session), sessions.begin(session)
    sessions.end(ended)
    pass_time(IDLE - timedelta(minutes=1))
    looked_at = [sessions.is_open(each) for each in (handle, ended, new_handle(), Handle(""))]
    pass_time(timedelta(minutes=1))

    assert looked_at == [True, False, False, False]
    assert not sessions.is_open(handle)
    assert sessions.find(handle) is None


def test_nothing_keeps_it_beyond_its_last_end(
    sessions: Sessions, session: Session, pass_time: PassTime
) -> None:
    handle = sessions.begin(session)
    for _ in range(25):
        pass_time(MAXIMUM / 25)
        sessions.find(handle)

    assert sessions.find(handle) is None


def test_one_caller_ends_it(sessions: Sessions, session: Session) -> None:
    handle = sessions.begin(session)

    assert [sessions.end(handle) for _ in range(3)] == [session, None, None]
    assert sessions.find(handle) is None


def test_all_of_a_citizen_end_and_nobody_else_s(sessions: Sessions, clock: FakeClock) -> None:
    of_an = [
        sessions.begin(session_of(AN, auth_time=clock.now(), session_id=f"an-{count}"))
        for count in range(3)
    ]
    of_binh = sessions.begin(session_of(BINH, auth_time=clock.now(), session_id="binh"))
    sessions.end(of_an[0])

    assert sorted(sessions.end_all_of(AN)) == ["an-1", "an-2"]
    assert [sessions.find(handle) for handle in of_an] == [None] * 3
    assert sessions.find(of_binh) is not None
    assert sessions.end_all_of(AN) == ()


def test_all_of_a_citizen_end_though_one_has_lasted_long(
    sessions: Sessions, session: Session, pass_time: PassTime
) -> None:
    handle = sessions.begin(session)
    for _ in range(23):
        pass_time(timedelta(minutes=29))
        sessions.find(handle)

    assert sessions.end_all_of(AN) == (session.id,)
    assert sessions.find(handle) is None


def test_a_citizen_sees_the_own_sessions_the_last_seen_first(
    sessions: Sessions, clock: FakeClock, pass_time: PassTime
) -> None:
    begun = clock.now()
    first = sessions.begin(session_of(AN, auth_time=begun, session_id="first"))
    sessions.begin(session_of(AN, auth_time=begun, session_id="second"))
    sessions.begin(session_of(BINH, auth_time=begun, session_id="of-binh"))
    pass_time(timedelta(minutes=10))
    sessions.find(first)

    seen = sessions.of_citizen(AN)

    assert [each.session.id for each in seen] == ["first", "second"]
    assert [each.last_seen_at - begun < timedelta(minutes=1) for each in seen] == [False, True]


def test_looking_at_sessions_keeps_none_alive(
    sessions: Sessions, session: Session, pass_time: PassTime
) -> None:
    handle = sessions.begin(session)
    pass_time(IDLE - timedelta(minutes=1))
    assert len(sessions.of_citizen(AN)) == 1
    pass_time(timedelta(minutes=1))

    assert sessions.of_citizen(AN) == ()
    assert sessions.find(handle) is None


def test_one_of_a_citizen_s_sessions_ends_once(sessions: Sessions, clock: FakeClock) -> None:
    kept = sessions.begin(session_of(AN, auth_time=clock.now(), session_id="kept"))
    ended = sessions.begin(session_of(AN, auth_time=clock.now(), session_id="ended"))
    of_binh = sessions.begin(session_of(BINH, auth_time=clock.now(), session_id="of-binh"))

    outcomes = [sessions.end_one_of(AN, SessionId("ended")) for _ in range(2)]

    assert [outcome is not None for outcome in outcomes] == [True, False]
    assert sessions.end_one_of(AN, SessionId("of-binh")) is None
    assert sessions.find(ended) is None
    assert sessions.find(kept) is not None
    assert sessions.find(of_binh) is not None


def test_redis_holds_no_handle_and_nothing_without_an_end(
    redis_client: redis.Redis, clock: FakeClock, session: Session
) -> None:
    sessions = RedisSessions(redis_client, idle=IDLE, maximum=MAXIMUM, clock=clock)
    handle = sessions.begin(session)
    sessions.find(handle)

    keys = redis_client.keys()
    members = redis_client.smembers(f"sessions_of:{AN}")

    assert len(keys) == 2
    assert all(handle.encode() not in text for text in [*keys, *members])
    assert all(redis_client.pttl(key) > 0 for key in keys)
