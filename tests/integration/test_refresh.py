"""Refresh tokens, by the numbers of the protocol's requirements."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import redis
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from idp.citizens.model import Citizen, CitizenId, CitizenStatus, Evidence
from idp.consents.store import give, withdraw
from idp.core.environment import Environment
from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.follow_ups.follow_ups import owe_end_of
from idp.grants.model import RefreshFamily, RefreshToken
from idp.grants.refresh_families import revoke_of_consent
from idp.grants.sweep import forget_ended_families
from idp.interactions.model import InteractionId
from idp.relying_parties.model import ClientId
from idp.relying_parties.registration import parse_registration
from idp.sessions.model import Authentication, Session
from tests.fakes.clock import FakeClock
from tests.fakes.protocol_house import REFRESH_POLICY, ProtocolHouse, basic
from tests.fakes.questions import counted
from tests.fakes.registrations import BASIC, POST, registration

SCOPE = "openid profile phone offline_access"
AGREED = (
    "name",
    "birthdate",
    "phone_number",
    "phone_number_verified",
    "verification_level",
    "offline_access",
)
REFRESHING = {
    "grant_types": ["authorization_code", "refresh_token"],
    "scope": "openid profile phone email identity_number offline_access",
}
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


def house_of(*parts: Any) -> ProtocolHouse:
    registrations = (
        registration(BASIC, **REFRESHING),
        registration(POST, token_endpoint_auth_method="client_secret_post", **REFRESHING),
        registration("plain"),
    )
    return ProtocolHouse(*parts, registrations=registrations)


@pytest.fixture
def house(
    sqlite_database: Database,
    redis_client: redis.Redis,
    redis_url: str,
    clock: FakeClock,
    index: BlindIndex,
) -> ProtocolHouse:
    return house_of(sqlite_database, redis_client, redis_url, clock, index)


def somebody(house: ProtocolHouse) -> CitizenId:
    """Somebody who agreed that portals may ask while they are away."""
    return house.citizen(consents={BASIC: AGREED, POST: AGREED})


def tokens(house: ProtocolHouse, citizen: CitizenId | None = None) -> dict[str, Any]:
    browser = house.signed_in(citizen or somebody(house))
    return house.tokens_for(browser, scope=SCOPE)


def refresh(house: ProtocolHouse, token: str, client_id: str = BASIC, **more: str) -> TestResponse:
    form = {"grant_type": "refresh_token", "refresh_token": token, **more}
    headers: Mapping[str, str] = {}
    if client_id == POST:
        form |= {"client_id": POST, "client_secret": house.secrets[POST]}
    else:
        headers = {"Authorization": basic(client_id, house.secrets[client_id])}
    return house.post_form("/token", urlencode(form), headers)


def error_of(response: TestResponse) -> tuple[int, str]:
    return response.status_code, (response.json or {})["error"]


def families(house: ProtocolHouse) -> list[RefreshFamily]:
    with house.database.reading() as reading:
        return list(reading.execute(select(RefreshFamily)).scalars())


# --- who gets one ---------------------------------------------------------------------------------


def test_39_offline_access_yields_one_of_which_the_digest_is_kept(house: ProtocolHouse) -> None:
    answer = tokens(house)

    assert len(answer["refresh_token"]) == 43
    assert answer["refresh_token"].isascii()
    assert answer["scope"].split() == SCOPE.split()
    with house.database.reading() as reading:
        [kept] = reading.execute(select(RefreshToken)).scalars()
    assert answer["refresh_token"] not in (kept.hash, kept.family_id)


@pytest.mark.parametrize("agreed", [True, False])
@pytest.mark.parametrize("prompt", [None, "none"])
def test_39_without_prompt_consent_it_is_as_was_agreed_before(
    house: ProtocolHouse, prompt: str | None, *, agreed: bool
) -> None:
    claims = AGREED if agreed else AGREED[:-1]
    browser = house.signed_in(house.citizen(consents={BASIC: claims}))

    answer = house.tokens_for(browser, scope=SCOPE, prompt=prompt)

    assert ("refresh_token" in answer) is agreed
    assert ("offline_access" in answer["scope"].split()) is agreed


def test_39_prompt_consent_asks_for_it(house: ProtocolHouse) -> None:
    citizen = house.citizen(consents={BASIC: AGREED[:-1]})
    browser = house.signed_in(citizen)
    asked = house.authorize(browser, scope=SCOPE, prompt="consent").location
    assert asked.startswith("/consent?i=")
    interaction = house.interactions.find(InteractionId(asked.partition("=")[2]))
    assert interaction is not None
    with house.database.transaction() as transaction:
        give(
            transaction,
            citizen_id=citizen,
            client_id=ClientId(BASIC),
            claims=AGREED,
            text_hash="-",
            at=house.clock.now(),
        )
    house.interactions.update(interaction, lambda now: now.with_(consented_by=citizen))

    back = browser.get(f"/continue?i={interaction.id}").headers["Refresh"].partition("url=")[2]
    code = parse_qs(urlsplit(back).query)["code"][0]

    assert "refresh_token" in (house.redeem(code).json or {})


def test_39_only_who_registered_for_it_gets_one(house: ProtocolHouse) -> None:
    browser = house.signed_in(house.citizen(consents={"plain": AGREED}))

    answer = house.tokens_for(browser, "plain", scope=SCOPE)

    assert "refresh_token" not in answer
    assert answer["scope"] == "openid profile phone"
    assert error_of(refresh(house, "x", "plain")) == (400, "unauthorized_client")


def test_39_only_with_the_scope(house: ProtocolHouse) -> None:
    browser = house.signed_in(somebody(house))

    assert "refresh_token" not in house.tokens_for(browser, scope="openid profile phone")


# --- what it gives --------------------------------------------------------------------------------


def test_38_what_a_refresh_gives(house: ProtocolHouse, clock: FakeClock) -> None:
    first = tokens(house)
    clock.advance(timedelta(hours=1))

    answer = refresh(house, first["refresh_token"])

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    said = answer.json or {}
    assert said.keys() == first.keys()
    assert len({first["refresh_token"], said["refresh_token"]}) == 2
    before, after = house.claims(first["id_token"]), house.claims(said["id_token"])
    same = ("iss", "sub", "aud", "auth_time", "acr", "amr", "sid", "verification_level")
    assert {name: before[name] for name in same} == {name: after[name] for name in same}
    assert after["iat"] == int(clock.now().timestamp()) > before["iat"]
    assert "nonce" not in after
    assert house.userinfo(said["access_token"]).json["name"] == "Nguyễn Thị Bưởi"


def test_38_a_narrower_scope_narrows_this_token_alone(house: ProtocolHouse) -> None:
    first = tokens(house)

    narrow = refresh(house, first["refresh_token"], scope="openid phone").json or {}
    wide = refresh(house, narrow["refresh_token"]).json or {}

    assert narrow["scope"] == "openid phone"
    told = house.userinfo(narrow["access_token"]).json
    assert "name" not in told
    assert told["phone_number"] == "+84915000001"
    assert "name" in house.userinfo(wide["access_token"]).json


def test_38_without_openid_there_is_no_id_token_and_no_userinfo(house: ProtocolHouse) -> None:
    answer = refresh(house, tokens(house)["refresh_token"], scope="phone").json or {}
    refused = house.userinfo(answer["access_token"])

    assert "id_token" not in answer
    assert error_of(refused) == (403, "insufficient_scope")
    assert 'error="insufficient_scope"' in refused.headers["WWW-Authenticate"]


@pytest.mark.parametrize("scope", ["openid email", "nonsense", "openid identity_number"])
def test_38_a_wider_scope_is_refused_and_spends_nothing(house: ProtocolHouse, scope: str) -> None:
    token = tokens(house)["refresh_token"]

    assert error_of(refresh(house, token, scope=scope)) == (400, "invalid_scope")
    assert refresh(house, token).status_code == 200
    assert len(families(house)) == 1


def test_a_level_that_lapsed_is_named_no_more(house: ProtocolHouse, clock: FakeClock) -> None:
    first = tokens(house)
    with house.database.transaction() as transaction:
        transaction.execute(update(Evidence).values(lapsed_at=clock.now()))

    claims = house.claims((refresh(house, first["refresh_token"]).json or {})["id_token"])

    assert (claims["verification_level"], claims["acr"]) == (1, "LoA1")


def test_a_claim_the_registration_lost_is_told_no_more(house: ProtocolHouse) -> None:
    first = tokens(house)
    house.register.apply([parse_registration(registration(BASIC, **REFRESHING, claims=["name"]))])

    answer = refresh(house, first["refresh_token"]).json or {}

    told = house.userinfo(answer["access_token"]).json
    assert "name" in told
    assert "phone_number" not in told


# --- who may use it -------------------------------------------------------------------------------


def test_38_it_is_bound_to_its_client(house: ProtocolHouse) -> None:
    token = tokens(house)["refresh_token"]

    assert error_of(refresh(house, token, POST)) == (400, "invalid_grant")
    assert refresh(house, token).status_code == 200  # a stranger spends and ends nothing


def test_38_a_client_must_prove_itself(house: ProtocolHouse) -> None:
    token = tokens(house)["refresh_token"]
    body = urlencode({"grant_type": "refresh_token", "refresh_token": token})

    assert error_of(house.post_form("/token", body)) == (401, "invalid_client")
    wrong = {"Authorization": basic(BASIC, "wrong")}
    assert error_of(house.post_form("/token", body, wrong)) == (401, "invalid_client")


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ("grant_type=refresh_token", "invalid_request"),
        ("grant_type=refresh_token&refresh_token=", "invalid_request"),
        ("grant_type=refresh_token&refresh_token=a&refresh_token=b", "invalid_request"),
        ("grant_type=refresh_token&refresh_token=%FF", "invalid_request"),
        ("grant_type=refresh_token&refresh_token=unknown", "invalid_grant"),
        ("grant_type=refresh_token&refresh_token=%C3%A9%22", "invalid_grant"),
        ("grant_type=refresh_token&refresh_token=" + "x" * 9000, "invalid_grant"),
    ],
)
def test_33_what_is_no_refresh_token(house: ProtocolHouse, form: str, error: str) -> None:
    header = {"Authorization": basic(BASIC, house.secrets[BASIC])}

    assert error_of(house.post_form("/token", form, header)) == (400, error)


def test_other_tokens_are_no_refresh_tokens(house: ProtocolHouse) -> None:
    answer = tokens(house)
    browser = house.signed_in(
        house.citizen("052085000002", old_number=None, consents={BASIC: AGREED})
    )

    for other in (answer["access_token"], answer["id_token"], house.code(browser, scope=SCOPE)):
        assert error_of(refresh(house, other)) == (400, "invalid_grant")
    assert house.userinfo(answer["refresh_token"]).status_code == 401


def test_a_disabled_portal_is_out_at_once(house: ProtocolHouse) -> None:
    token = tokens(house)["refresh_token"]
    house.disable(ClientId(BASIC))

    assert error_of(refresh(house, token)) == (401, "invalid_client")


def test_a_held_account_gets_nothing_until_it_is_free(house: ProtocolHouse) -> None:
    token = tokens(house)["refresh_token"]

    def hold(status: CitizenStatus) -> None:
        with house.database.transaction() as transaction:
            transaction.execute(update(Citizen).values(status=status))

    hold(CitizenStatus.HELD)
    assert error_of(refresh(house, token)) == (400, "invalid_grant")
    hold(CitizenStatus.ACTIVE)
    assert refresh(house, token).status_code == 200


# --- rotation and reuse ---------------------------------------------------------------------------


def test_a_family_ends_with_the_consent_that_it_rests_on(house: ProtocolHouse) -> None:
    """Whatever begins it: what was withdrawn gives nothing, in all the months it could live on."""
    citizen_id = somebody(house)
    token = tokens(house, citizen_id)["refresh_token"]
    with house.database.transaction() as transaction:
        shared = withdraw(
            transaction,
            citizen_id=citizen_id,
            client_id=ClientId(BASIC),
            text_hash="-",
            at=house.clock.now(),
        )
        assert "offline_access" in shared

    assert error_of(refresh(house, token)) == (400, "invalid_grant")


def test_a_family_outlives_a_sign_out_at_every_moment_of_it(house: ProtocolHouse) -> None:
    token = tokens(house)["refresh_token"]
    [grant] = house.grants()
    signed_in = Authentication(grant.citizen_id, grant.auth_time, ("pwd",))
    with house.database.transaction() as transaction:
        owe_end_of(
            transaction, Session(grant.session_id, signed_in, grant.auth_time), house.clock.now()
        )

    assert refresh(house, token).status_code == 200


def test_within_the_grace_the_same_successor_is_given_again(
    house: ProtocolHouse, clock: FakeClock
) -> None:
    token = tokens(house)["refresh_token"]
    first = refresh(house, token).json or {}
    clock.advance(REFRESH_POLICY.grace)

    again = refresh(house, token).json or {}

    assert again["refresh_token"] == first["refresh_token"]
    assert again["access_token"] != first["access_token"]
    assert refresh(house, again["refresh_token"]).status_code == 200


def test_after_the_grace_a_reuse_ends_the_family_and_its_tokens(
    house: ProtocolHouse, clock: FakeClock
) -> None:
    first = tokens(house)
    second = refresh(house, first["refresh_token"]).json or {}
    clock.advance(REFRESH_POLICY.grace + SECOND)

    assert error_of(refresh(house, first["refresh_token"])) == (400, "invalid_grant")

    assert error_of(refresh(house, second["refresh_token"])) == (400, "invalid_grant")
    for answer in (first, second):
        assert house.userinfo(answer["access_token"]).status_code == 401
    assert house.events().count("refresh_token_reused") == 1


@pytest.mark.parametrize("later", [timedelta(0), DAY])
def test_a_replayed_code_ends_the_family_it_began(
    house: ProtocolHouse, pass_time: Callable[[timedelta], None], later: timedelta
) -> None:
    code = house.code(house.signed_in(somebody(house)), scope=SCOPE)
    first = house.redeem(code).json or {}
    pass_time(later)
    second = refresh(house, first["refresh_token"]).json or {}

    assert error_of(house.redeem(code)) == (400, "invalid_grant")

    assert error_of(refresh(house, second["refresh_token"])) == (400, "invalid_grant")
    assert house.userinfo(second["access_token"]).status_code == 401


@pytest.mark.parametrize("at_once", [2, 6])
def test_many_at_once_get_one_successor(
    database: Database,
    redis_client: redis.Redis,
    redis_url: str,
    clock: FakeClock,
    index: BlindIndex,
    at_once: int,
) -> None:
    """On each database: a double submit must not log anybody out."""
    house = house_of(database, redis_client, redis_url, clock, index)
    token = tokens(house)["refresh_token"]

    with ThreadPoolExecutor(at_once) as pool:
        answers = list(pool.map(lambda _: refresh(house, token), range(at_once)))

    assert [answer.status_code for answer in answers] == [200] * at_once
    assert len({(answer.json or {})["refresh_token"] for answer in answers}) == 1
    with house.database.reading() as reading:
        kept = list(reading.execute(select(RefreshToken.generation)).scalars())
    assert sorted(kept) == [0, 1]


def test_a_reuse_and_a_use_at_once_leave_nothing_alive(
    database: Database,
    redis_client: redis.Redis,
    redis_url: str,
    clock: FakeClock,
    index: BlindIndex,
) -> None:
    house = house_of(database, redis_client, redis_url, clock, index)
    first = tokens(house)["refresh_token"]
    second = (refresh(house, first).json or {})["refresh_token"]
    clock.advance(REFRESH_POLICY.grace + SECOND)

    with ThreadPoolExecutor(2) as pool:
        stolen, used = pool.map(lambda token: refresh(house, token), (first, second))

    assert error_of(stolen) == (400, "invalid_grant")
    [family] = families(house)
    assert family.revoked_at is not None
    if used.status_code == 200:
        third = used.json or {}
        assert error_of(refresh(house, third["refresh_token"])) == (400, "invalid_grant")
        assert house.userinfo(third["access_token"]).status_code == 401


# --- how long -------------------------------------------------------------------------------------


def test_an_unused_one_ends_after_thirty_days(house: ProtocolHouse, clock: FakeClock) -> None:
    token = tokens(house)["refresh_token"]
    clock.advance(30 * DAY)

    assert error_of(refresh(house, token)) == (400, "invalid_grant")


def test_use_carries_it_on_for_half_a_year_at_most(house: ProtocolHouse, clock: FakeClock) -> None:
    token = tokens(house)["refresh_token"]
    for _ in range(6):
        clock.advance(29 * DAY)
        token = (refresh(house, token).json or {})["refresh_token"]
    clock.advance(6 * DAY)

    assert error_of(refresh(house, token)) == (400, "invalid_grant")


def test_what_has_ended_is_forgotten_by_the_sweep(house: ProtocolHouse, clock: FakeClock) -> None:
    refresh(house, tokens(house)["refresh_token"])

    def sweep() -> int:
        return forget_ended_families(house.database, REFRESH_POLICY, clock)

    assert sweep() == 0
    clock.advance(30 * DAY)
    assert sweep() == 1
    with house.database.reading() as reading:
        assert not reading.execute(select(RefreshToken)).first()


# --- what ends it ---------------------------------------------------------------------------------


def test_52_a_sign_out_leaves_it_alone(house: ProtocolHouse) -> None:
    browser = house.signed_in(somebody(house))
    first = house.tokens_for(browser, scope=SCOPE)
    browser.get(f"/logout?id_token_hint={first['id_token']}")

    answer = refresh(house, first["refresh_token"])

    assert house.userinfo(first["access_token"]).status_code == 401
    assert answer.status_code == 200
    assert house.userinfo((answer.json or {})["access_token"]).status_code == 200


def ends_all(house: ProtocolHouse, citizen: CitizenId) -> None:
    house.end_all_of(citizen, reason="password_reset")


def withdraws(house: ProtocolHouse, citizen: CitizenId) -> None:
    with house.database.transaction() as transaction:
        ended = revoke_of_consent(transaction, citizen, ClientId(BASIC), house.clock.now())
    house.tokens.revoke(ended)


@pytest.mark.parametrize("ending", [ends_all, withdraws])
def test_52_a_password_reset_or_a_withdrawn_consent_ends_it(
    house: ProtocolHouse, ending: Callable[[ProtocolHouse, CitizenId], None]
) -> None:
    citizen = somebody(house)
    second = refresh(house, tokens(house, citizen)["refresh_token"]).json or {}

    ending(house, citizen)

    assert error_of(refresh(house, second["refresh_token"])) == (400, "invalid_grant")
    assert house.userinfo(second["access_token"]).status_code == 401


# --- what it costs --------------------------------------------------------------------------------


def test_it_costs_two_questions_to_redis_and_one_transaction(house: ProtocolHouse) -> None:
    token = (refresh(house, tokens(house)["refresh_token"]).json or {})["refresh_token"]
    with counted(house.database) as questions:
        assert refresh(house, token).status_code == 200

    assert questions.commands == ["GET", "EVALSHA"]
    assert questions.commits == 1


# --- environments ---------------------------------------------------------------------------------


def test_a_family_from_before_a_deployment_served_refreshes_no_more(house: ProtocolHouse) -> None:
    """Both portals are being tried, and the citizen is no test person."""
    token = tokens(house)["refresh_token"]
    serving = replace(house, deployment=Environment.PRODUCTION)

    assert error_of(refresh(serving, token)) == (400, "invalid_grant")
    assert refresh(house, token).status_code == 200  # nothing was spent
