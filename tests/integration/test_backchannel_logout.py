"""Back-channel logout: rows written with a session's end, and what the worker makes of them."""

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from functools import partial
from itertools import count
from threading import Barrier, Event, Thread
from typing import Any
from urllib.parse import urlencode

import dramatiq
import pytest
import redis
from click.testing import CliRunner
from joserfc import jwt
from joserfc.jwk import KeySet
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError

from idp.adapters.deadline import Deadline
from idp.adapters.jobs import Jobs, redis_queue
from idp.adapters.logout_sender import HttpLogoutSender
from idp.audit.model import AuditEvent
from idp.backchannel import store
from idp.backchannel.commands import logouts_command
from idp.backchannel.deliver import DeliverLogout
from idp.backchannel.lanes import Lanes
from idp.backchannel.model import DeliveryId, DeliveryState, LogoutDelivery
from idp.backchannel.ports import LogoutNotSent, LogoutSender
from idp.backchannel.rules import LEASE, TRIED_FOR
from idp.backchannel.sweep import KEPT, forget_old_logouts, wake_due_logouts
from idp.core.handles import Handle
from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.follow_ups.follow_ups import LEFT_AFTER, FollowUps
from idp.oidc.logout_token import SignedLogoutTokens
from idp.relying_parties.model import ClientId
from idp.relying_parties.registration import parse_registration
from idp.sessions.model import Session
from idp.signing.model import RotationPolicy
from idp.signing.signer import Signer
from tests.fakes.clock import FakeClock
from tests.fakes.logout_receiver import PATIENCE, LogoutReceiver, receiving
from tests.fakes.notices import NoticesInMemory
from tests.fakes.protocol_house import ISSUER, Browser, ProtocolHouse
from tests.fakes.redis_server import let_pass
from tests.fakes.registrations import BASIC, POST, registration

EVERYTHING = (
    "name",
    "birthdate",
    "phone_number",
    "phone_number_verified",
    "identity_number",
    "old_identity_number",
    "verification_level",
)


@pytest.fixture
def receivers() -> Iterator[dict[str, LogoutReceiver]]:
    """Two portals that listen, and confirm whatever they hear."""
    with ExitStack() as stack:
        yield {
            client_id: stack.enter_context(receiving(LogoutReceiver()))
            for client_id in (BASIC, POST)
        }


def house_on(
    database: Database,
    redis_client: redis.Redis,
    redis_url: str,
    clock: FakeClock,
    index: BlindIndex,
    receivers: dict[str, LogoutReceiver],
) -> ProtocolHouse:
    methods = {BASIC: "client_secret_basic", POST: "client_secret_post"}
    return ProtocolHouse(
        database,
        redis_client,
        redis_url,
        clock,
        index,
        registrations=tuple(
            registration(
                client_id,
                token_endpoint_auth_method=methods[client_id],
                backchannel_logout_uri=receiver.uri,
                backchannel_logout_session_required=True,
            )
            for client_id, receiver in receivers.items()
        ),
    )


@pytest.fixture
def house(
    sqlite_database: Database,
    redis_client: redis.Redis,
    redis_url: str,
    clock: FakeClock,
    index: BlindIndex,
    receivers: dict[str, LogoutReceiver],
) -> ProtocolHouse:
    return house_on(sqlite_database, redis_client, redis_url, clock, index, receivers)


@pytest.fixture
def browser(house: ProtocolHouse) -> Browser:
    return house.signed_in(house.someone())


def deliver(
    house: ProtocolHouse, *, sender: LogoutSender | None = None, wakes: Any = None
) -> DeliverLogout:
    policy = RotationPolicy(publish_after_retirement=timedelta(days=2))
    signer = Signer(house.key_store, house.clock, policy, on_unreadable=print)
    return DeliverLogout(
        database=house.database,
        relying_parties=house.registry,
        tokens=SignedLogoutTokens(issuer=ISSUER, signer=signer, clock=house.clock),
        sender=sender or HttpLogoutSender(),
        wakes=wakes or house.wakes,
        jitter=lambda: 0.0,
        clock=house.clock,
    )


def sign_out(house: ProtocolHouse, browser: Browser, *client_ids: str) -> dict[str, str]:
    """Sign in at those portals and out at the first; the ID tokens they had."""
    hints = {name: house.tokens_for(browser, name)["id_token"] for name in client_ids}
    answer = browser.get(f"/logout?{urlencode({'id_token_hint': hints[client_ids[0]]})}")
    assert answer.status_code == 303
    return hints


def rows(house: ProtocolHouse) -> dict[str, LogoutDelivery]:
    with house.database.reading() as reading:
        found = list(reading.execute(select(LogoutDelivery)).scalars())
    by_client = {row.client_id: row for row in found}
    assert len(by_client) == len(found)
    return {str(client_id): row for client_id, row in by_client.items()}


def claims(house: ProtocolHouse, token: str) -> dict[str, Any]:
    keys = KeySet.import_key_set(json.loads(house.api.get("/jwks").data))
    return dict(jwt.decode(token, keys, algorithms=["ES256", "RS256"]).claims)


# --- the rows


def test_57_each_portal_of_the_session_has_a_row_in_its_own_words(
    house: ProtocolHouse, browser: Browser
) -> None:
    hints = sign_out(house, browser, BASIC, POST)

    found = rows(house)
    assert found.keys() == {BASIC, POST}
    for client_id, row in found.items():
        said = house.claims(hints[client_id])
        assert (row.sid, row.sub) == (said["sid"], said["sub"])
        assert (row.state, row.attempts) == (DeliveryState.PENDING, 0)
    assert found[BASIC].sid != found[POST].sid
    assert sorted(house.wakes.take()) == sorted(row.id for row in found.values())


def test_a_portal_that_the_session_did_not_reach_hears_nothing(
    house: ProtocolHouse, browser: Browser
) -> None:
    house.tokens_for(
        house.signed_in(
            house.citizen("052085000009", old_number=None, consents={POST: EVERYTHING})
        ),
        POST,
    )
    sign_out(house, browser, BASIC)

    assert rows(house).keys() == {BASIC}


def test_a_portal_without_the_address_has_no_row(house: ProtocolHouse, browser: Browser) -> None:
    house.register.apply(
        [parse_registration(registration(POST, token_endpoint_auth_method="client_secret_post"))]
    )

    sign_out(house, browser, BASIC, POST)

    assert rows(house).keys() == {BASIC}


def test_52_an_idle_end_sends_nothing(
    house: ProtocolHouse, browser: Browser, redis_client: redis.Redis
) -> None:
    hint = house.tokens_for(browser)["id_token"]
    house.clock.advance(timedelta(minutes=31))
    let_pass(redis_client, timedelta(minutes=31))

    browser.get(f"/logout?{urlencode({'id_token_hint': hint})}")

    assert rows(house) == {}
    assert house.wakes.take() == []


def fails(*_: object) -> None:
    raise redis.ConnectionError


def end_and_lose_the_answer(house: ProtocolHouse) -> Callable[[Handle], None]:
    end = house.sessions.end

    def ended(handle: Handle) -> None:
        end(handle)
        raise redis.ConnectionError

    return ended


def log_out(house: ProtocolHouse, browser: Browser, hint: str) -> int:
    return browser.get(f"/logout?{urlencode({'id_token_hint': hint})}").status_code


def rest_is_done(house: ProtocolHouse) -> int:
    """What the worker does a minute later."""
    house.clock.advance(LEFT_AFTER)
    return FollowUps(
        end_sessions=house.ending,
        notices=NoticesInMemory(),
        database=house.database,
        clock=house.clock,
    ).what_is_left()


def is_ended(house: ProtocolHouse, access_token: str) -> bool:
    """With all that hangs on it, and told of once."""
    [grant] = house.grants()
    return (
        grant.revoked_at is not None
        and rows(house).keys() == {BASIC}
        and house.wakes.take() == [rows(house)[BASIC].id]
        and house.events().count("signed_out") == 1
        and house.userinfo(access_token).status_code == 401
    )


@pytest.mark.parametrize("part", ["end", "end_unsaid", "revoke", "second_commit"])
def test_a_sign_out_that_fails_on_its_way_is_done_by_the_worker(
    house: ProtocolHouse, browser: Browser, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    tokens = house.tokens_for(browser)
    handle = browser.http.get_cookie("idp_session")
    assert handle is not None
    with monkeypatch.context() as patch, ExitStack() as stack:
        match part:
            case "end":
                patch.setattr(house.sessions, "end", fails)
            case "end_unsaid":
                patch.setattr(house.sessions, "end", end_and_lose_the_answer(house))
            case "revoke":
                patch.setattr(house.tokens, "revoke", fails)
            case _:
                stack.enter_context(failing_commit(house, 2))
        assert log_out(house, browser, tokens["id_token"]) >= 500

    assert rows(house) == {}
    assert [grant.revoked_at for grant in house.grants()] == [None]
    assert "signed_out" not in house.events()
    assert house.ending.find(Handle(handle.value)) is None  # it counts for nothing at once
    assert rest_is_done(house) == 1
    assert is_ended(house, tokens["access_token"])
    assert not house.sessions.is_open(Handle(handle.value))
    assert rest_is_done(house) == 0


@contextmanager
def failing_commit(house: ProtocolHouse, number: int) -> Iterator[None]:
    """The database goes away with that commit."""
    commits = count(1)

    def commit(_connection: object) -> None:
        if next(commits) == number:
            raise OperationalError("COMMIT", {}, OSError("gone"))

    event.listen(house.database.engine, "commit", commit)
    try:
        yield
    finally:
        event.remove(house.database.engine, "commit", commit)


def test_a_sign_out_that_fails_at_first_has_not_begun(
    house: ProtocolHouse, browser: Browser
) -> None:
    tokens = house.tokens_for(browser)
    with failing_commit(house, 1):
        assert log_out(house, browser, tokens["id_token"]) >= 500
    assert house.userinfo(tokens["access_token"]).status_code == 200

    assert log_out(house, browser, tokens["id_token"]) == 303
    assert is_ended(house, tokens["access_token"])
    assert rest_is_done(house) == 0


def test_a_sign_out_that_another_overtook_writes_nothing(
    house: ProtocolHouse, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The end of every session came between: it tells everybody itself."""
    tokens = house.tokens_for(browser)
    end = house.sessions.end

    def overtaken(handle: Handle) -> Session | None:
        [grant] = house.grants()
        house.end_all_of(grant.citizen_id, reason="password_reset")
        return end(handle)

    monkeypatch.setattr(house.sessions, "end", overtaken)

    log_out(house, browser, tokens["id_token"])

    assert rows(house).keys() == {BASIC}
    assert "signed_out" not in house.events()
    assert rest_is_done(house) == 0


def test_of_two_who_sign_out_at_once_one_does(
    house: ProtocolHouse, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = house.tokens_for(browser)
    [grant] = house.grants()
    end, others = house.sessions.end, []

    def overtaken(handle: Handle) -> Session | None:
        others.append(house.ending.end_one_of(grant.citizen_id, grant.session_id))
        return end(handle)

    monkeypatch.setattr(house.sessions, "end", overtaken)

    assert log_out(house, browser, tokens["id_token"]) == 303
    assert others == [None]
    assert is_ended(house, tokens["access_token"])


def test_while_a_session_ends_its_codes_give_nothing(
    house: ProtocolHouse, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    hint = house.tokens_for(browser)["id_token"]
    code = house.code(browser)
    with monkeypatch.context() as patch:
        patch.setattr(house.sessions, "end", fails)
        assert log_out(house, browser, hint) >= 500

    answer = house.redeem(code)

    assert (answer.status_code, answer.json["error"]) == (400, "invalid_grant")


def test_a_password_reset_tells_every_portal_of_every_session(
    house: ProtocolHouse, redis_client: redis.Redis
) -> None:
    citizen = house.someone()
    idle = house.signed_in(citizen)
    hints = [house.tokens_for(idle, POST)["id_token"]]
    house.clock.advance(timedelta(hours=1))
    let_pass(redis_client, timedelta(hours=1))  # ended by itself; the portal's own may live on
    hints.append(house.tokens_for(house.signed_in(citizen), BASIC)["id_token"])

    house.end_all_of(citizen, reason="password_reset")

    assert {row.sid for row in rows(house).values()} == {
        house.claims(hint)["sid"] for hint in hints
    }
    assert len(house.wakes.take()) == 2


# --- delivery


def test_57_the_token_arrives_and_is_confirmed(
    house: ProtocolHouse, browser: Browser, receivers: dict[str, LogoutReceiver]
) -> None:
    hints = sign_out(house, browser, BASIC, POST)
    for delivery in house.wakes.take():
        deliver(house)(delivery)

    for client_id, receiver in receivers.items():
        (token,) = receiver.tokens
        said, hinted = claims(house, token), house.claims(hints[client_id])
        assert said["aud"] == client_id
        assert (said["iss"], said["sub"], said["sid"]) == (ISSUER, hinted["sub"], hinted["sid"])
        assert "nonce" not in said
        (headers,) = receiver.requests
        assert headers["content-type"] == "application/x-www-form-urlencoded"
        assert "cookie" not in headers
        row = rows(house)[client_id]
        assert (row.state, row.attempts, row.last_error) == (DeliveryState.DELIVERED, 1, None)
        assert row.delivered_at == house.clock.now()
        assert row.next_attempt_at is None
    assert house.events()[-2:] == ["logout_confirmed", "logout_confirmed"]


def test_a_delivered_token_is_not_sent_again(
    house: ProtocolHouse, browser: Browser, receivers: dict[str, LogoutReceiver]
) -> None:
    sign_out(house, browser, BASIC)
    (delivery,) = house.wakes.take()
    for _ in range(3):
        deliver(house)(delivery)
        house.clock.advance(timedelta(hours=1))

    assert len(receivers[BASIC].tokens) == 1
    assert wake_due_logouts(house.database, house.wakes, house.clock) == 0


@pytest.mark.parametrize("status", [500, 503, 404, 302, 201])
def test_what_was_not_confirmed_is_sent_again_as_another_token(
    house: ProtocolHouse,
    browser: Browser,
    receivers: dict[str, LogoutReceiver],
    status: int,
) -> None:
    receivers[BASIC].statuses[:] = [status, 204]
    sign_out(house, browser, BASIC)
    (delivery,) = house.wakes.take()
    deliver(house)(delivery)

    row = rows(house)[BASIC]
    assert (row.state, row.attempts, row.last_error) == (
        DeliveryState.PENDING,
        1,
        f"status_{status}",
    )
    assert row.next_attempt_at == house.clock.now() + timedelta(seconds=4)
    assert house.wakes.asked == [(delivery, timedelta(seconds=4))]

    deliver(house)(delivery)  # too early: nothing is due
    assert len(receivers[BASIC].tokens) == 1
    house.clock.advance(timedelta(seconds=4))
    deliver(house)(delivery)

    row = rows(house)[BASIC]
    assert (row.state, row.attempts, row.last_error) == (DeliveryState.DELIVERED, 2, None)
    first, second = (claims(house, token) for token in receivers[BASIC].tokens)
    assert first["jti"] != second["jti"]
    assert first["sid"] == second["sid"]


def test_a_refusal_is_for_good(
    house: ProtocolHouse, browser: Browser, receivers: dict[str, LogoutReceiver]
) -> None:
    receivers[BASIC].statuses[:] = [400]
    sign_out(house, browser, BASIC)
    deliver(house)(*house.wakes.take())

    row = rows(house)[BASIC]
    assert (row.state, row.last_error) == (DeliveryState.FAILED, "status_400")
    assert row.delivered_at is None
    assert house.events()[-1] == "logout_unconfirmed"
    house.clock.advance(timedelta(hours=2))
    assert wake_due_logouts(house.database, house.wakes, house.clock) == 0


def test_a_dead_portal_is_given_up_after_a_day(house: ProtocolHouse, browser: Browser) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: every connection is refused
        dead = f"http://127.0.0.1:{taken.getsockname()[1]}/x"
        house.register.apply([parse_registration(registration(BASIC, backchannel_logout_uri=dead))])
        sign_out(house, browser, BASIC)
        began, (delivery,) = house.clock.now(), house.wakes.take()
        deliver(house)(delivery)
        assert rows(house)[BASIC].last_error == "connection"
        while (row := rows(house)[BASIC]).next_attempt_at is not None:
            house.clock.advance(row.next_attempt_at - house.clock.now())
            wake_due_logouts(house.database, house.wakes, house.clock)
            deliver(house)(delivery)

    assert (row.state, row.last_error) == (DeliveryState.GAVE_UP, "connection")
    assert TRIED_FOR - timedelta(hours=1) <= house.clock.now() - began <= TRIED_FOR
    with house.database.reading() as reading:
        (event,) = reading.execute(
            select(AuditEvent).where(AuditEvent.kind == "logout_unconfirmed")
        ).scalars()
    assert event.client_id == BASIC
    assert event.citizen_id == row.citizen_id
    assert event.details == {"attempts": row.attempts, "state": "gave_up", "reason": "connection"}


def test_a_portal_that_left_is_not_written_to(
    house: ProtocolHouse, browser: Browser, receivers: dict[str, LogoutReceiver]
) -> None:
    sign_out(house, browser, BASIC)
    house.disable(ClientId(BASIC))
    deliver(house)(*house.wakes.take())

    assert receivers[BASIC].tokens == []
    row = rows(house)[BASIC]
    assert (row.state, row.last_error) == (DeliveryState.FAILED, "not_registered")


def test_a_mistake_of_ours_keeps_the_row(house: ProtocolHouse, browser: Browser) -> None:
    class Broken:
        def send(self, _uri: str, _token: str, *, loopback: bool) -> int:
            raise LookupError

    sign_out(house, browser, BASIC)
    deliver(house, sender=Broken())(*house.wakes.take())

    row = rows(house)[BASIC]
    assert (row.state, row.last_error) == (DeliveryState.PENDING, "internal")


# --- workers


def test_a_worker_that_dies_while_sending_costs_a_minute_and_no_message(
    house: ProtocolHouse, browser: Browser, receivers: dict[str, LogoutReceiver]
) -> None:
    class Killed:
        def send(self, _uri: str, _token: str, *, loopback: bool) -> int:
            raise KeyboardInterrupt

    sign_out(house, browser, BASIC)
    (delivery,) = house.wakes.take()
    with pytest.raises(KeyboardInterrupt):
        deliver(house, sender=Killed())(delivery)

    deliver(house)(delivery)  # the lease is the dead one's
    assert wake_due_logouts(house.database, house.wakes, house.clock) == 0
    house.clock.advance(LEASE)
    assert wake_due_logouts(house.database, house.wakes, house.clock) == 1
    deliver(house)(*house.wakes.take())

    row = rows(house)[BASIC]
    assert (row.state, row.attempts) == (DeliveryState.DELIVERED, 2)
    assert len(receivers[BASIC].tokens) == 1


def test_a_late_confirmation_counts_and_a_late_failure_does_not(
    house: ProtocolHouse, browser: Browser
) -> None:
    """Two workers hold one row, because the first was away for longer than its lease."""
    sign_out(house, browser, BASIC, POST)
    now = house.clock.now()
    for client_id, row in rows(house).items():
        with house.database.transaction() as transaction:
            first = store.claim(transaction, row.id, now, lease=LEASE)
            second = store.claim(transaction, row.id, now + LEASE, lease=LEASE)
            assert first is not None
            assert second is not None
            state = DeliveryState.DELIVERED if client_id == BASIC else DeliveryState.FAILED
            settled = store.settle(transaction, first, store.Outcome(state, "late"), now)
        assert settled is (client_id == BASIC)

    assert rows(house)[BASIC].state is DeliveryState.DELIVERED
    assert rows(house)[POST].state is DeliveryState.PENDING


def test_many_workers_send_once(
    database: Database,
    redis_client: redis.Redis,
    redis_url: str,
    clock: FakeClock,
    index: BlindIndex,
    receivers: dict[str, LogoutReceiver],
) -> None:
    house = house_on(database, redis_client, redis_url, clock, index, receivers)
    sign_out(house, house.signed_in(house.someone()), BASIC)
    (delivery,) = house.wakes.take()
    together, errors = Barrier(6), []

    def work(one: DeliverLogout) -> None:
        together.wait(PATIENCE)
        try:
            one(delivery)
        except Exception as error:  # noqa: BLE001 (the test names it)
            errors.append(error)

    threads = [Thread(target=work, args=(deliver(house),)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)

    assert errors == []
    assert len(receivers[BASIC].tokens) == 1
    row = rows(house)[BASIC]
    assert (row.state, row.attempts) == (DeliveryState.DELIVERED, 1)


def test_a_slow_portal_delays_no_other(
    house: ProtocolHouse, receivers: dict[str, LogoutReceiver]
) -> None:
    receivers[BASIC].held = Event()
    citizen = house.someone()
    for _ in range(5):
        sign_out(house, house.signed_in(citizen), BASIC)
    sign_out(house, house.signed_in(citizen), POST)
    lanes, one = Lanes(width=2), deliver(house)
    for delivery in house.wakes.take():
        client_id = one.client_waiting_for(delivery)
        assert client_id is not None
        lanes.hand_in(client_id, delivery, partial(one, delivery))

    receivers[POST].wait_for(1)
    receivers[BASIC].wait_for(2)
    assert len(receivers[BASIC].tokens) == 2
    receivers[BASIC].held.set()
    last = Event()
    lanes.hand_in(BASIC, "last", last.set)
    assert last.wait(PATIENCE)
    lanes.close(PATIENCE)
    assert len(receivers[BASIC].tokens) == 5
    assert receivers[BASIC].most_at_once <= 2


def test_what_one_portal_leaves_behind_pushes_out_none_of_anothers(
    database: Database,
    redis_client: redis.Redis,
    redis_url: str,
    clock: FakeClock,
    index: BlindIndex,
    receivers: dict[str, LogoutReceiver],
) -> None:
    """A portal that is dead for a day has more due than a round of the sweep takes."""
    house = house_on(database, redis_client, redis_url, clock, index, receivers)
    citizen = house.someone()
    for _ in range(4):
        sign_out(house, house.signed_in(citizen), BASIC)
        clock.advance(timedelta(seconds=1))
    sign_out(house, house.signed_in(citizen), POST)

    with house.database.reading() as reading:
        due = store.due(reading, clock.now(), limit=2)
        names = [store.client_waiting_for(reading, delivery) for delivery in due]
        everything = store.due(reading, clock.now(), limit=100)

    assert names == [BASIC, POST]
    assert len(set(everything)) == 5


@pytest.fixture
def worker(
    house: ProtocolHouse, redis_url: str
) -> Iterator[Callable[[], tuple[Jobs, dramatiq.Worker]]]:
    """Starts a real worker on the queue; each ends with the test, if it has not before."""
    started = []

    def start() -> tuple[Jobs, dramatiq.Worker]:
        jobs = Jobs(redis_queue(redis_url))
        nothing: Any = None
        jobs.consume(
            otp=nothing,
            notice=nothing,
            claimant_notice=nothing,
            mailing=nothing,
            email_link=nothing,
            recovery_text=nothing,
            logout=deliver(house, wakes=jobs),
            use=nothing,
        )
        running = dramatiq.Worker(jobs.broker, worker_threads=2, worker_timeout=50)
        running.start()
        started.append((jobs, running))
        return started[-1]

    yield start
    for jobs, running in started:
        running.stop()
        jobs.broker.close()


def test_messages_survive_a_restart_of_the_worker_and_the_loss_of_the_queue(
    house: ProtocolHouse,
    browser: Browser,
    receivers: dict[str, LogoutReceiver],
    redis_client: redis.Redis,
    redis_url: str,
    worker: Callable[[], tuple[Jobs, dramatiq.Worker]],
) -> None:
    receivers[BASIC].statuses[:] = [500, 200]
    sign_out(house, browser, BASIC, POST)
    first, running = worker()
    first.wake(rows(house)[BASIC].id)
    receivers[BASIC].wait_for(1)
    running.stop()
    assert rows(house)[BASIC].last_error == "status_500"

    redis_client.flushall()  # what was queued, and delayed, is lost
    house.clock.advance(timedelta(minutes=1))
    second, running = worker()
    assert wake_due_logouts(house.database, second, house.clock) == 2
    receivers[BASIC].wait_for(2)
    receivers[POST].wait_for(1)
    running.stop()

    assert {row.state for row in rows(house).values()} == {DeliveryState.DELIVERED}
    assert [len(receiver.tokens) for receiver in receivers.values()] == [2, 1]


def test_a_queue_that_is_away_raises_nothing() -> None:
    jobs = Jobs(redis_queue("unix:///nowhere/redis.sock"))

    jobs.wake(DeliveryId("x"))
    jobs.wake(DeliveryId("x"), after=timedelta(seconds=4))
    jobs.broker.close()


# --- the wire


@pytest.mark.parametrize(
    "uri",
    [
        "https://10.0.0.1/x",
        "https://169.254.169.254/x",
        "https://127.0.0.1/x",
        "http://127.0.0.1:1/x",
        "http://portal.example/x",
        "ftp://portal.example/x",
    ],
)
def test_no_token_goes_where_only_we_can_go(uri: str) -> None:
    with pytest.raises(LogoutNotSent, match="address"):
        HttpLogoutSender().send(uri, "token", loopback=False)


def test_a_name_that_leads_inside_is_refused() -> None:
    sender = HttpLogoutSender(resolver=lambda _host, _port: ["192.168.1.1"])

    with pytest.raises(LogoutNotSent, match="address"):
        sender.send("https://portal.example/x", "token", loopback=False)


def test_nobody_is_waited_for_for_long(receivers: dict[str, LogoutReceiver]) -> None:
    receivers[BASIC].held = Event()
    sender = HttpLogoutSender(deadline=lambda: Deadline(timedelta(milliseconds=100)))

    with pytest.raises(LogoutNotSent, match="timeout"):
        sender.send(receivers[BASIC].uri, "token", loopback=True)


def test_a_server_that_speaks_no_http_is_no_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def babble() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"\x00\xff not HTTP\r\n\r\n")

        thread = Thread(target=babble)
        thread.start()
        with pytest.raises(LogoutNotSent, match="connection"):
            HttpLogoutSender().send(
                f"http://127.0.0.1:{server.getsockname()[1]}/x", "token", loopback=True
            )
        thread.join(PATIENCE)


# --- looking back


def test_an_operator_can_read_every_delivery(
    house: ProtocolHouse, browser: Browser, receivers: dict[str, LogoutReceiver]
) -> None:
    receivers[POST].statuses[:] = [503]
    sign_out(house, browser, BASIC, POST)
    for delivery in house.wakes.take():
        deliver(house)(delivery)
    command = logouts_command(lambda: house.database)

    told = CliRunner().invoke(command, [])
    of_one = CliRunner().invoke(command, [POST, "--json"])
    of_none = CliRunner().invoke(command, ["nobody"])

    assert told.exit_code == of_one.exit_code == of_none.exit_code == 0
    assert {tuple(line.split()[1:4]) for line in told.output.splitlines()[1:]} == {
        (BASIC, "delivered", "1"),
        (POST, "pending", "1"),
    }
    (entry,) = json.loads(of_one.output)
    assert (entry["state"], entry["last_error"]) == ("pending", "status_503")
    row = rows(house)[POST]
    assert row.sub not in told.output + of_one.output
    assert row.sid not in told.output + of_one.output
    assert of_none.output == "No portal was told of a sign-out in the last 30 days.\n"


def test_what_ended_long_ago_is_forgotten(house: ProtocolHouse, browser: Browser) -> None:
    sign_out(house, browser, BASIC, POST)
    with house.database.transaction() as transaction:
        claimed = store.claim(transaction, rows(house)[BASIC].id, house.clock.now(), lease=LEASE)
        assert claimed is not None
        outcome = store.Outcome(DeliveryState.FAILED, "status_400")
        store.settle(transaction, claimed, outcome, house.clock.now())
    house.clock.advance(KEPT)
    forget_old_logouts(house.database, house.clock)
    assert len(rows(house)) == 2

    house.clock.advance(timedelta(seconds=2))
    forget_old_logouts(house.database, house.clock)
    assert rows(house).keys() == {POST}
