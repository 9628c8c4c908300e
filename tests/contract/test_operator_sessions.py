"""One contract for every store of the console's sessions."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import redis

from idp.adapters.redis.operator_sessions import RedisOperatorSessions
from idp.core.handles import Handle, new_handle
from idp.operators.model import OperatorName, OperatorSession
from idp.operators.ports import OperatorSessions
from tests.fakes.clock import FakeClock
from tests.fakes.operator_sessions import OperatorSessionsInMemory

IDLE, MAXIMUM = timedelta(minutes=15), timedelta(hours=8)
LAN, HUONG = OperatorName("lan"), OperatorName("huong")
PassTime = Callable[[timedelta], None]


@pytest.fixture(params=["memory", "redis"])
def sessions(
    request: pytest.FixtureRequest, redis_client: redis.Redis, clock: FakeClock
) -> OperatorSessions:
    if request.param == "redis":
        return RedisOperatorSessions(redis_client, idle=IDLE, maximum=MAXIMUM, clock=clock)
    return OperatorSessionsInMemory(clock, idle=IDLE, maximum=MAXIMUM)


@pytest.fixture
def session(clock: FakeClock) -> OperatorSession:
    return OperatorSession(LAN, clock.now())


def test_it_is_found_by_its_handle(sessions: OperatorSessions, session: OperatorSession) -> None:
    handle = sessions.begin(session)

    assert sessions.find(handle) == session
    assert sessions.find(new_handle()) is None
    assert sessions.find(Handle("")) is None


def test_each_beginning_has_a_handle_of_its_own(
    sessions: OperatorSessions, session: OperatorSession
) -> None:
    first, second = sessions.begin(session), sessions.begin(session)

    assert first != second
    assert sessions.end(first) == session
    assert sessions.find(second) == session


def test_it_ends_when_nobody_asks_for_it(
    sessions: OperatorSessions, session: OperatorSession, pass_time: PassTime
) -> None:
    handle = sessions.begin(session)
    pass_time(IDLE)

    assert sessions.find(handle) is None
    assert sessions.end(handle) is None


def test_nothing_keeps_it_beyond_its_last_end(
    sessions: OperatorSessions, session: OperatorSession, pass_time: PassTime
) -> None:
    handle = sessions.begin(session)
    for _ in range(39):
        pass_time(MAXIMUM / 40)
        assert sessions.find(handle) == session
    pass_time(MAXIMUM / 40)

    assert sessions.find(handle) is None


def test_one_caller_ends_it(sessions: OperatorSessions, session: OperatorSession) -> None:
    handle = sessions.begin(session)

    assert [sessions.end(handle) for _ in range(3)] == [session, None, None]
    assert sessions.find(handle) is None


def test_all_of_an_operator_end_and_nobody_else_s(
    sessions: OperatorSessions, clock: FakeClock
) -> None:
    of_lan = [sessions.begin(OperatorSession(LAN, clock.now())) for _ in range(3)]
    of_huong = sessions.begin(OperatorSession(HUONG, clock.now()))
    sessions.end(of_lan[0])

    assert sessions.end_all_of(LAN) == 2
    assert [sessions.find(handle) for handle in of_lan] == [None] * 3
    assert sessions.find(of_huong) is not None
    assert sessions.end_all_of(LAN) == 0


def test_redis_holds_no_handle_and_nothing_without_an_end(
    redis_client: redis.Redis, clock: FakeClock, session: OperatorSession
) -> None:
    sessions = RedisOperatorSessions(redis_client, idle=IDLE, maximum=MAXIMUM, clock=clock)
    handle = sessions.begin(session)
    sessions.find(handle)

    keys = redis_client.keys()
    members = redis_client.smembers(f"operator_sessions_of:{LAN}")

    assert len(keys) == 2
    assert all(handle.encode() not in text for text in [*keys, *members])
    assert all(redis_client.pttl(key) > 0 for key in keys)
