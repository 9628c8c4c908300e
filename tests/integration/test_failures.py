"""Requests of relying parties that failed: what is noted of them, kept, found and forgotten."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import redis
from sqlalchemy import func, select
from structlog.testing import capture_logs

from idp.adapters.redis.throttle import RedisThrottle
from idp.adapters.redis.waiting_failures import RedisWaitingFailures
from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.failures import store
from idp.failures.keep_failures import KeepFailures
from idp.failures.model import Cause, FailedRequest, FailedRequestRecord, Fault, Part
from idp.failures.note_failure import Answered, NoteFailure
from idp.failures.store import FailureQuery
from idp.relying_parties.model import ClientId, RelyingPartyRecord
from idp.throttling.ports import Budget
from tests.fakes.citizen_site import Site
from tests.fakes.client_keys import OTHER_KEY, RSA_KEY, public_jwks, signed
from tests.fakes.clock import FakeClock
from tests.fakes.failures import FailuresInMemory
from tests.fakes.protocol_house import ISSUER, ProtocolHouse, Rate
from tests.fakes.registrations import BASIC, POST, registration

KEYED = "portal-key"
LONG = "portal." * 14 + "vn"
HOUR = timedelta(hours=1)
REGISTRATIONS: tuple[dict[str, Any], ...] = (
    registration(BASIC),
    registration(POST, token_endpoint_auth_method="client_secret_post"),
    registration(LONG),
    registration(
        KEYED,
        token_endpoint_auth_method="private_key_jwt",
        jwks=public_jwks(),
        grant_types=["authorization_code", "client_credentials"],
        resources=["https://api.example/records"],
    ),
)


@pytest.fixture
def house(
    sqlite_database: Database,
    redis_client: redis.Redis,
    redis_url: str,
    clock: FakeClock,
    index: BlindIndex,
) -> ProtocolHouse:
    return ProtocolHouse(
        sqlite_database, redis_client, redis_url, clock, index, registrations=REGISTRATIONS
    )


def noted(house: ProtocolHouse) -> FailedRequest:
    [failed] = house.failures.waiting
    return failed


def failed_request(number: int = 1, **changes: Any) -> FailedRequest:
    return replace(
        FailedRequest(
            id=f"id-{number}",
            at=FakeClock.now(changes.pop("clock")),
            reference=f"REF{number}",
            endpoint="/token",
            error="invalid_grant",
            client_id=ClientId(BASIC),
            claimed="",
            fault=Fault(cause=Cause.CODE_REPLAYED),
            note="replayed",
        ),
        **changes,
    )


# --- what is noted --------------------------------------------------------------------------------


def test_the_page_a_citizen_sees_has_the_reference_of_what_is_noted(house: ProtocolHouse) -> None:
    page = house.authorize(house.browser(), redirect_uri="http://portal-basic.example/callback")

    failed = noted(house)
    assert page.status_code == 400
    assert failed.reference in page.text
    assert failed.reference == page.headers["X-Request-Id"]
    assert (failed.client_id, failed.endpoint, failed.error) == (
        BASIC,
        "/authorize",
        "wrong_request",
    )
    assert failed.fault == Fault(
        cause=Cause.URI_DIFFERS,
        parameter="redirect_uri",
        sent="http://portal-basic.example/callback",
        registered="https://portal-basic.example/callback",
        differs=(Part.SCHEME,),
    )


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"redirect_uri": None}, Cause.PARAMETER_MISSING),
        ({"code_challenge": None, "code_challenge_method": None}, Cause.PKCE_MISSING),
        ({"code_challenge_method": "plain"}, Cause.PKCE_NOT_S256),
        ({"scope": "profile"}, Cause.SCOPE_WITHOUT_OPENID),
        ({"response_type": "token"}, Cause.PARAMETER_NOT_SUPPORTED),
        ({"response_type": None}, Cause.PARAMETER_MISSING),
        ({"prompt": "sometimes"}, Cause.PARAMETER_NOT_SUPPORTED),
        ({"max_age": "soon"}, Cause.PARAMETER_NOT_SUPPORTED),
        ({"nonce": "n" * 600}, Cause.PARAMETER_TOO_LONG),
        ({"state": "s" * 3000}, Cause.PARAMETER_TOO_LONG),
        ({"request": "a.b.c"}, Cause.OBJECT_NOT_REGISTERED),
    ],
)
def test_what_is_wrong_with_an_authorization_request_has_a_name(
    house: ProtocolHouse, changes: dict[str, str | None], cause: Cause
) -> None:
    house.authorize(house.browser(), **changes)

    assert noted(house).fault.cause is cause
    assert noted(house).client_id == BASIC


def test_an_unknown_client_is_nobodys_and_its_id_is_cut(house: ProtocolHouse) -> None:
    house.authorize(house.browser(), client_id="x" * 200 + "\x01")
    house.authorize(house.browser(), client_id="<b>" + "x" * 200)

    assert [failed.client_id for failed in house.failures.waiting] == [None, None]
    assert house.failures.waiting[0].fault.cause is Cause.PARAMETER_MISSING  # unreadable: not sent
    assert house.failures.waiting[1].claimed == "<b>" + "x" * 60 + "…"


def test_what_became_of_a_code_is_told_apart(house: ProtocolHouse, pass_time: Any) -> None:
    browser = house.signed_in(house.someone())
    replayed, foreign, late = (house.code(browser) for _ in range(3))
    house.redeem(replayed)
    house.redeem(replayed)
    house.redeem(foreign, POST)
    pass_time(timedelta(seconds=61))
    house.redeem(late)
    house.redeem("made-up")

    assert [failed.fault.cause for failed in house.failures.waiting] == [
        Cause.CODE_REPLAYED,
        Cause.CODE_OF_ANOTHER,
        Cause.CODE_EXPIRED,
        Cause.CODE_UNKNOWN,
    ]
    everything = str(house.failures.waiting)
    assert all(code not in everything for code in (replayed, foreign, late, "made-up"))


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"code_verifier": None}, Cause.VERIFIER_MISSING),
        ({"code_verifier": "short"}, Cause.VERIFIER_MALFORMED),
        ({"code_verifier": "b" * 43}, Cause.VERIFIER_WRONG),
        ({"redirect_uri": "https://portal-basic.example/other"}, Cause.CODE_WITH_OTHER_URI),
        ({"grant_type": None}, Cause.PARAMETER_MISSING),
        ({"grant_type": "refresh_token"}, Cause.GRANT_TYPE_NOT_REGISTERED),
    ],
)
def test_what_is_wrong_with_a_redemption_has_a_name(
    house: ProtocolHouse, changes: dict[str, str | None], cause: Cause
) -> None:
    code = house.code(house.signed_in(house.someone()))
    answer = house.redeem(code, **changes)

    assert answer.status_code == 400
    assert (noted(house).fault.cause, noted(house).client_id) == (cause, BASIC)
    assert "b" * 43 not in str(noted(house))


def test_a_code_that_was_left_out_is_missed(house: ProtocolHouse) -> None:
    house.redeem("")

    assert noted(house).fault == Fault(cause=Cause.PARAMETER_MISSING, parameter="code")


def test_wrong_client_authentication_is_its_relying_partys_and_names_no_secret(
    house: ProtocolHouse,
) -> None:
    house.redeem("x", secret="a-secret-of-somebody")
    house.redeem("x", POST, headers={"Authorization": "Basic !"}, client_secret=None)
    house.redeem("x", BASIC, headers={"Authorization": "Bearer x"})
    house.post_form("/token", f"client_id={BASIC}&client_secret={house.secrets[BASIC]}")

    assert [(failed.client_id, failed.fault.cause) for failed in house.failures.waiting] == [
        (BASIC, Cause.SECRET_WRONG),
        (None, Cause.AUTHENTICATION_MALFORMED),
        (None, Cause.AUTHENTICATION_MALFORMED),
        (BASIC, Cause.METHOD_DIFFERS),
    ]
    method = house.failures.waiting[3].fault
    assert (method.sent, method.registered) == ("client_secret_post", "client_secret_basic")
    assert "a-secret-of-somebody" not in str(house.failures.waiting)
    assert house.secrets[BASIC] not in str(house.failures.waiting)


def test_a_long_name_is_no_less_its_relying_partys(house: ProtocolHouse) -> None:
    house.redeem("x", LONG, secret="a-secret-of-somebody")

    assert noted(house).client_id == LONG


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"exp": -75}, Fault(cause=Cause.JWT_EXPIRED, parameter="exp", seconds=75)),
        ({"exp": 6000}, Fault(cause=Cause.JWT_LASTS_TOO_LONG, parameter="exp", seconds=6000)),
        ({"iat": 300}, Fault(cause=Cause.JWT_AHEAD, parameter="iat", seconds=300)),
        ({"exp": None}, Fault(cause=Cause.JWT_LACKS, parameter="exp")),
        ({"jti": None}, Fault(cause=Cause.JWT_LACKS, parameter="jti")),
        ({"iss": "somebody"}, Fault(cause=Cause.JWT_ISSUER, parameter="iss")),
        (
            {"aud": "https://other.example"},
            Fault(cause=Cause.JWT_AUDIENCE, sent="https://other.example", registered=ISSUER),
        ),
    ],
)
def test_what_is_wrong_with_an_assertion_is_told_with_its_seconds(
    house: ProtocolHouse, clock: FakeClock, changes: dict[str, Any], fault: Fault
) -> None:
    now = int(clock.now().timestamp())
    claims = {"iss": KEYED, "sub": KEYED, "aud": ISSUER, "exp": 60, "iat": 0, "jti": "j"} | changes
    claims |= {name: now + claims[name] for name in ("exp", "iat") if claims[name] is not None}
    assert_refused(house, signed({k: v for k, v in claims.items() if v is not None}))

    assert noted(house).fault == replace(fault, claimed=KEYED)
    assert noted(house).client_id == KEYED


def test_keys_are_told_apart(house: ProtocolHouse, clock: FakeClock) -> None:
    now = int(clock.now().timestamp())
    claims = {"iss": KEYED, "sub": KEYED, "aud": ISSUER, "exp": now + 60, "jti": "j"}
    assert_refused(house, signed(claims, key=OTHER_KEY))
    assert_refused(house, signed(claims, kid="new-key"))
    assert_refused(house, signed(claims, algorithm="RS512", key=RSA_KEY))
    assert_refused(house, "a.b.c")

    assert [failed.fault.cause for failed in house.failures.waiting] == [
        Cause.SIGNATURE_WRONG,
        Cause.KEY_UNKNOWN,
        Cause.ALGORITHM_DIFFERS,
        Cause.JWT_UNREADABLE,
    ]
    assert house.failures.waiting[1].fault.sent == "new-key"


def assert_refused(house: ProtocolHouse, assertion: str) -> None:
    kind = "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer"
    body = f"grant_type=client_credentials&client_assertion_type={kind}"
    answer = house.post_form("/token", f"{body}&client_assertion={assertion}")
    assert answer.status_code == 401


def test_what_a_citizen_decides_is_no_failure(house: ProtocolHouse) -> None:
    house.authorize(house.browser(), prompt="none")

    assert house.failures.waiting == []


def test_a_sign_out_that_leads_nowhere_registered_is_noted(house: ProtocolHouse) -> None:
    address = f"client_id={BASIC}&post_logout_redirect_uri=https%3A%2F%2Fx.example%2F"
    page = house.browser().get(f"/logout?{address}")

    assert page.status_code == 400
    assert noted(house).fault.parameter == "post_logout_redirect_uri"
    assert noted(house).fault.cause is Cause.URI_DIFFERS


def test_no_request_fails_for_want_of_a_note(house: ProtocolHouse) -> None:
    class Away(FailuresInMemory):
        def add(self, failed: FailedRequest, *, network: str) -> None:
            raise redis.ConnectionError

    note = NoteFailure(
        waiting=Away(),
        relying_parties=house.registry,
        outages=(redis.RedisError,),
        clock=house.clock,
    )

    note(Answered(status=400, endpoint="/token", reference="R", network="n", error="invalid_grant"))


# --- how many -------------------------------------------------------------------------------------


@pytest.fixture
def waiting(redis_client: redis.Redis) -> RedisWaitingFailures:
    return RedisWaitingFailures(
        redis_client,
        throttle=RedisThrottle(redis_client, exempt_networks=()),
        per_network=Budget("failures_per_network", (Rate(3, HOUR),), by_network=True),
        per_relying_party=Budget("failures_per_relying_party", (Rate(5, HOUR),)),
    )


def test_a_stranger_hides_no_failures_of_a_portal(
    waiting: RedisWaitingFailures, clock: FakeClock
) -> None:
    for number in range(10):
        waiting.add(failed_request(number, clock=clock), network="203.0.113.0/24")
    waiting.add(failed_request(77, clock=clock), network="198.51.100.0/24")

    assert [failed.id for failed in waiting.first(100)] == ["id-0", "id-1", "id-2", "id-77"]


def test_a_portal_has_so_many_in_an_hour_and_others_theirs(
    waiting: RedisWaitingFailures, clock: FakeClock
) -> None:
    for number in range(10):
        waiting.add(failed_request(number, clock=clock), network=f"203.0.{number}.0/24")
    waiting.add(failed_request(77, client_id=None, clock=clock), network="203.0.113.0/24")

    assert len(waiting.first(100)) == 6


# --- kept -----------------------------------------------------------------------------------------


@pytest.fixture
def keep(waiting: RedisWaitingFailures, database: Database, clock: FakeClock) -> KeepFailures:
    return KeepFailures(waiting=waiting, database=database, kept=timedelta(days=30), clock=clock)


def found(database: Database, **query: Any) -> list[str]:
    with database.reading() as reading:
        return [each.failed.id for each in store.search(reading, FailureQuery(**query), limit=100)]


def test_what_waits_is_kept_once(
    keep: KeepFailures, waiting: RedisWaitingFailures, database: Database, clock: FakeClock
) -> None:
    fault = Fault(
        cause=Cause.URI_DIFFERS,
        parameter="redirect_uri",
        sent="http://a",
        registered="https://a",
        differs=(Part.SCHEME, Part.PATH),
        seconds=-3,
    )
    first = failed_request(1, fault=fault, clock=clock)
    waiting.add(first, network="203.0.113.0/24")
    with database.transaction() as transaction:  # by a worker that was cut off before it forgot
        store.add(transaction, [first])

    assert keep() == 1
    assert keep() == 0
    with database.reading() as reading:
        [kept] = store.search(reading, FailureQuery(reference="REF1"), limit=10)
        assert reading.execute(select(func.count(FailedRequestRecord.id))).scalar_one() == 1
    assert kept.failed == first


def test_what_cannot_be_read_keeps_nothing_back_and_is_not_in_the_log(
    keep: KeepFailures,
    waiting: RedisWaitingFailures,
    database: Database,
    clock: FakeClock,
    redis_client: redis.Redis,
) -> None:
    of_another_version = '{"id": "id-0", "cause": "0912000001"}'
    for raw in ("0912000001", of_another_version, of_another_version):
        redis_client.rpush("failed_requests", raw)
    waiting.add(failed_request(1, clock=clock), network="203.0.113.0/24")
    redis_client.rpush("failed_requests", "{")
    waiting.add(failed_request(2, clock=clock), network="203.0.113.0/24")

    with capture_logs() as logged:
        assert keep() == 2

    assert sorted(found(database)) == ["id-1", "id-2"]
    assert redis_client.llen("failed_requests") == 0
    assert logged == [{"event": "failures.unreadable", "log_level": "error", "entries": 4}]


def test_of_two_workers_with_one_batch_none_takes_out_what_came_after_it(
    waiting: RedisWaitingFailures, clock: FakeClock
) -> None:
    first, second, third = (failed_request(number, clock=clock) for number in (1, 2, 3))
    for failed in (first, second, third):
        waiting.add(failed, network="203.0.113.0/24")
    batch = waiting.first(2)

    waiting.forget(batch)
    waiting.forget(batch)

    assert waiting.first(10) == [third]


def test_it_is_forgotten_after_thirty_days(
    keep: KeepFailures, database: Database, clock: FakeClock
) -> None:
    with database.transaction() as transaction:
        store.add(transaction, [failed_request(1, clock=clock)])
    clock.advance(timedelta(days=29))
    with database.transaction() as transaction:
        store.add(transaction, [failed_request(2, clock=clock)])
    clock.advance(timedelta(days=2))

    assert keep.forget_old() == 1
    assert found(database) == ["id-2"]


def test_a_team_finds_its_own_alone(database: Database, clock: FakeClock) -> None:
    now = clock.now()
    with database.transaction() as transaction:
        for client_id, team in (("one", "binh-dinh"), ("two", "dak-lak"), ("three", None)):
            transaction.add(
                RelyingPartyRecord(
                    client_id=ClientId(client_id),
                    sector="s",
                    registration={},
                    created_at=now,
                    updated_at=now,
                    team=team,
                )
            )
        names = ("one", "two", "three", None)
        store.add(
            transaction,
            [
                failed_request(
                    number,
                    client_id=None if name is None else ClientId(name),
                    claimed="one" if name is None else "",
                    clock=clock,
                )
                for number, name in enumerate(names)
            ],
        )

    own = frozenset({"binh-dinh"})
    assert found(database) == ["id-3", "id-2", "id-1", "id-0"]
    assert found(database, client_id="one") == ["id-3", "id-0"]
    assert found(database, teams=own) == ["id-0"]
    assert found(database, teams=own, client_id="one") == ["id-0"]
    assert found(database, teams=own, client_id="two") == []
    assert found(database, teams=own, reference="REF1") == []
    assert found(database, teams=frozenset()) == []


def test_pages_follow_one_another_by_number(database: Database, clock: FakeClock) -> None:
    for number in range(5):  # one by one: the numbers are given in this order
        with database.transaction() as transaction:
            store.add(transaction, [failed_request(number, clock=clock)])
    with database.reading() as reading:
        first = store.search(reading, FailureQuery(), limit=2)
        then = store.search(reading, FailureQuery(before=first[-1].number), limit=10)

    assert [each.failed.id for each in first] == ["id-4", "id-3"]
    assert [each.failed.id for each in then] == ["id-2", "id-1", "id-0"]


def test_the_worker_keeps_what_a_composed_provider_noted(site: Site) -> None:
    page = site.app.test_client().get("/authorize?client_id=binh-dinh&redirect_uri=http://x/")
    site.sweep("keep failed requests")

    reference = page.headers["X-Request-Id"]
    with site.database.reading() as reading:
        [kept] = store.search(reading, FailureQuery(reference=reference), limit=10)
    assert (kept.failed.client_id, kept.failed.endpoint) == ("binh-dinh", "/authorize")
