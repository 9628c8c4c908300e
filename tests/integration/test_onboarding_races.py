"""Registrations on both databases: who is first when two are at once, and what is kept."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, timedelta

import pytest
import redis
from joserfc.jwk import ECKey
from sqlalchemy import select

from idp.adapters.redis.registry_version import RedisRegistryVersion
from idp.db.database import Database
from idp.onboarding import store
from idp.onboarding.credentials import TooManySecrets
from idp.onboarding.model import Saved
from idp.onboarding.propose_production import AlreadyProposed
from idp.onboarding.rules import Ruling
from idp.relying_parties.model import ClientId, RelyingPartyRecord, RelyingPartyVersion
from idp.relying_parties.registration import InvalidRegistration
from idp.relying_parties.registry import Registry
from tests.fakes.clock import FakeClock
from tests.fakes.meanwhile import Meanwhile
from tests.fakes.onboarding import (
    BUOI,
    HUONG,
    KHOAI,
    LAN,
    REASON,
    OnboardingHouse,
    operator,
    production,
)
from tests.fakes.registrations import registration

PORTAL = ClientId("portal")
LIVE = ClientId("portal-live")


@pytest.fixture
def house(database: Database, redis_client: redis.Redis, clock: FakeClock) -> OnboardingHouse:
    return OnboardingHouse(database, RedisRegistryVersion(redis_client), clock)


def at_once(*deeds: Callable[[], object]) -> list[object]:
    def caught(deed: Callable[[], object]) -> object:
        try:
            return deed()
        except Exception as error:  # noqa: BLE001 (what came of each is what is looked at)
            return error

    with ThreadPoolExecutor(len(deeds)) as pool:
        return [running.result() for running in [pool.submit(caught, deed) for deed in deeds]]


def test_of_two_who_want_a_name_one_gets_it(house: OnboardingHouse) -> None:
    document = registration("portal")
    made = at_once(*[lambda: house.desk.register(document, team=None, by=LAN)] * 2)

    assert sorted(type(each).__name__ for each in made) == ["InvalidRegistration", "Registered"]


def test_a_change_is_a_version_with_who_why_and_what(house: OnboardingHouse) -> None:
    house.tried("portal", "binh-dinh")
    house.clock.advance(timedelta(hours=1))
    saved = house.desk.change(
        PORTAL,
        registration("portal", sms_name="Cong moi", contacts=["a@b.example"]),
        base_version=1,
        by=BUOI,
        reason=REASON,
    )
    with house.database.reading() as reading:
        newest, first = store.versions(reading, PORTAL, limit=10)

    assert isinstance(saved, Saved)
    assert saved.version == 2
    assert [(c.field, c.removed, c.added) for c in saved.changes] == [
        ("sms_name", ("Cong thu",), ("Cong moi",)),
        ("contacts", (), ("a@b.example",)),
    ]
    assert (newest.by, newest.reason, newest.at) == ("buoi", REASON, house.clock.now())
    assert first.document["sms_name"] == "Cong thu"
    event = house.events("relying_party_registered")[-1]
    assert event["by"] == "buoi"
    assert ["sms_name", "Cong thu", "Cong moi"] in event["changes"]  # type: ignore[operator]
    assert "a@b.example" not in str(event)


def test_of_two_editors_at_once_nobody_is_overwritten(house: OnboardingHouse) -> None:
    house.tried("portal")
    changes = {name: registration("portal", sms_name=name) for name in ("Mot", "Hai")}
    answers = at_once(
        *[
            lambda document=document: house.desk.change(
                PORTAL, document, base_version=1, by=LAN, reason=REASON
            )
            for document in changes.values()
        ]
    )
    with house.database.reading() as reading:
        numbers = reading.execute(select(RelyingPartyVersion.number)).scalars().all()

    assert sorted(type(answer).__name__ for answer in answers) == ["Saved", "Stale"]
    assert sorted(numbers) == [1, 2]


def test_of_two_deciders_at_once_one_counts(house: OnboardingHouse) -> None:
    house.tried("portal")
    number = house.propose(production("portal-live", "portal"), by=LAN)
    third = operator("third")
    rulings = at_once(
        lambda: house.desk.decide(number, approve=True, by=HUONG, reason=REASON),
        lambda: house.desk.decide(number, approve=False, by=third, reason=REASON),
    )

    assert Ruling.CLOSED in rulings
    assert len({Ruling.APPROVED, Ruling.REFUSED} & set(rulings)) == 1
    assert len(house.events("production_decided")) == 1


def test_of_two_who_propose_at_once_one_does(house: OnboardingHouse) -> None:
    house.tried("portal")
    made = at_once(*[lambda: house.propose(production("portal-live", "portal"))] * 2)

    assert sum(isinstance(each, AlreadyProposed) for each in made) == 1


def test_of_three_who_add_at_once_one_does(house: OnboardingHouse) -> None:
    house.tried("portal")
    made = at_once(*[lambda: house.desk.add_secret(PORTAL, by=LAN, reason=REASON)] * 3)

    assert sum(isinstance(each, TooManySecrets) for each in made) == 2


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)  # SQLite writes one by one
@pytest.mark.parametrize("proposed", [False, True])
def test_two_teams_do_not_get_one_sector(
    house: OnboardingHouse, monkeypatch: pytest.MonkeyPatch, *, proposed: bool
) -> None:
    """They could lay their records of a citizen side by side."""
    house.tried("portal", "binh-dinh")
    other = Meanwhile(
        house.database,
        lambda: house.desk.register(
            registration("third", sector="shared"), team="dak-lak", by=KHOAI
        ),
    ).after(monkeypatch, store, "teams_of_sector")

    if proposed:
        house.propose(production("portal-live", "portal", sector="shared"), by=BUOI)
    else:
        house.desk.register(registration("second", sector="shared"), team="binh-dinh", by=BUOI)

    assert isinstance(other.outcome(), InvalidRegistration)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_registration_is_given_to_a_team_while_a_change_of_it_is_decided(
    house: OnboardingHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both lock the registration before the proposal: neither waits for the other for ever."""
    house.tried("portal", "binh-dinh")
    house.put_into_production("portal-live", "portal")
    number = house.propose(
        production("portal-live", "portal", contacts=["a@b.example"]), base_version=1
    )
    given = Meanwhile(
        house.database, lambda: house.desk.assign(LIVE, "dak-lak", by=HUONG, reason=REASON)
    ).after(monkeypatch, store, "locked_proposal")

    ruling = house.desk.decide(number, approve=True, by=HUONG, reason=REASON)

    assert ruling is Ruling.APPROVED
    assert given.outcome() is None
    with house.database.reading() as reading:
        row = reading.get_one(RelyingPartyRecord, LIVE)
        assert (row.team, row.version) == ("dak-lak", 2)


def test_a_key_ends_and_its_end_goes_along(house: OnboardingHouse) -> None:
    keys = [ECKey.generate_key("P-256") for _ in range(3)]
    soon = int((house.clock.now() + timedelta(days=10)).timestamp())
    jwks = [key.as_dict(private=False) for key in keys]

    def document(*members: dict[str, object]) -> dict[str, object]:
        return registration(
            "portal",
            token_endpoint_auth_method="private_key_jwt",
            jwks={"keys": list(members)},
        )

    house.desk.register(document(jwks[0], {**jwks[1], "exp": soon}), team=None, by=LAN)
    found = Registry(house.database, house.version).find(PORTAL)
    assert found is not None
    year = house.clock.now().replace(microsecond=0) + timedelta(days=365)
    assert [key["exp"] for key in found.keys.jwks] == [int(year.timestamp()), soon]

    house.desk.change(PORTAL, document(jwks[2]), base_version=1, by=LAN, reason=REASON)
    with house.database.reading() as reading:
        [kept] = reading.get_one(RelyingPartyRecord, PORTAL).keys
        assert kept.thumbprint == keys[2].thumbprint()
        assert kept.created_at.astimezone(UTC) == house.clock.now()


def test_a_key_that_is_taken_out_and_put_in_again_is_as_old_as_it_was(
    house: OnboardingHouse,
) -> None:
    """Else two changes in a minute give it another year, as often as one likes."""
    once, other = (ECKey.generate_key("P-256").as_dict(private=False) for _ in range(2))

    def document(member: dict[str, object]) -> dict[str, object]:
        return registration(
            "portal", token_endpoint_auth_method="private_key_jwt", jwks={"keys": [member]}
        )

    house.desk.register(document(once), team=None, by=LAN)
    ends = int((house.clock.now() + timedelta(days=365)).timestamp())
    house.clock.advance(timedelta(days=350))
    house.desk.change(PORTAL, document(other), base_version=1, by=LAN, reason=REASON)
    with house.database.reading() as reading:
        assert store.lapsing(reading, house.clock.now(), limit=9) == []
    house.desk.change(PORTAL, document(once), base_version=2, by=LAN, reason=REASON)

    found = Registry(house.database, house.version).find(PORTAL)
    assert found is not None
    assert [key["exp"] for key in found.keys.jwks] == [ends]
    with house.database.reading() as reading:
        [lapsing] = store.lapsing(reading, house.clock.now(), limit=9)
        assert int(lapsing.expires_at.timestamp()) == ends


def test_a_team_lists_its_own_page_by_page(house: OnboardingHouse) -> None:
    for name in ("a", "b", "c", "d"):
        house.desk.register(
            registration(name), team="binh-dinh" if name != "c" else "dak-lak", by=LAN
        )
    with house.database.reading() as reading:
        first = store.page(reading, store.Filter(), seen_by=BUOI, limit=2)
        second = store.page(reading, store.Filter(), seen_by=BUOI, after=ClientId("b"), limit=2)
        named = store.page(reading, store.Filter(words="Cổng d"), seen_by=LAN, limit=9)

    assert [each.client_id for each in (*first, *second)] == ["a", "b", "d"]
    assert [each.client_id for each in named] == ["d"]


# The command line
