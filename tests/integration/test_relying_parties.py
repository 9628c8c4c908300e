"""Registering, changing and disabling relying parties, from the command line to every worker."""

import io
import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import redis
from click.testing import Result
from PIL import Image
from sqlalchemy import select, update

from idp.adapters.redis.registry_version import RedisRegistryVersion
from idp.audit.model import AuditEvent
from idp.core.handles import digest
from idp.db.database import Database
from idp.relying_parties.logos import Logos
from idp.relying_parties.model import (
    ClientId,
    InitialAccessToken,
    RelyingPartyRecord,
    RelyingPartySecret,
)
from idp.relying_parties.register import Register
from idp.relying_parties.registration import InvalidRegistration, parse_registration
from idp.relying_parties.registry import Registry
from idp.relying_parties.secrets import SecretHasher
from tests.fakes.clock import FakeClock
from tests.fakes.fetcher import FetcherInMemory
from tests.fakes.onboarding import OnboardingHouse
from tests.fakes.registrations import registration

HASHER = SecretHasher(b"p" * 32)


@pytest.fixture
def version(redis_client: redis.Redis) -> RedisRegistryVersion:
    return RedisRegistryVersion(redis_client)


@pytest.fixture
def house(database: Database, version: RedisRegistryVersion, clock: FakeClock) -> OnboardingHouse:
    return OnboardingHouse(database, version, clock)


@pytest.fixture
def fetcher() -> FetcherInMemory:
    return FetcherInMemory()


@pytest.fixture
def register(
    database: Database, version: RedisRegistryVersion, clock: FakeClock, fetcher: FetcherInMemory
) -> Register:
    logos = Logos(fetcher=fetcher, database=database, version=version)
    return Register(database=database, version=version, hasher=HASHER, logos=logos, clock=clock)


def run(house: OnboardingHouse, *arguments: str, typed: str | None = None) -> Result:
    return house.run(*arguments, typed=typed)


def apply(register: Register, **changes: Any) -> None:
    register.apply([parse_registration(registration("portal", **changes))])


def test_applying_the_files_registers_both_portals_once(house: OnboardingHouse) -> None:
    first, second = run(house, "apply", "--yes"), run(house, "apply", "--yes")

    assert first.exit_code == second.exit_code == 0
    assert "+ binh-dinh" in first.output
    assert len(re.findall(r"client_secret: [A-Za-z0-9_-]{43}\n", first.output)) == 2
    assert "Nothing to change." in second.output
    assert "client_secret" not in second.output


def test_a_folder_that_is_not_there_holds_no_files(house: OnboardingHouse, tmp_path: Path) -> None:
    house.desk = replace(house.desk, folder=tmp_path / "registrations")

    assert run(house, "apply").output == "Nothing to change.\n"


def test_nothing_is_done_without_a_yes(house: OnboardingHouse) -> None:
    assert run(house, "apply", typed="n\n").exit_code == 1
    assert "No relying party" in run(house, "list").output
    assert run(house, "apply", typed="y\n").exit_code == 0
    assert "binh-dinh" in run(house, "list").output


def test_a_change_names_the_members_and_keeps_the_secret(
    register: Register, database: Database
) -> None:
    apply(register)
    plan = register.plan([parse_registration(registration("portal", sms_name="Moi"))])
    apply(register, sms_name="Moi")

    assert [change.members for change in plan] == [("sms_name",)]
    with database.reading() as reading:
        assert len(reading.execute(select(RelyingPartySecret)).scalars().all()) == 1
        kinds = reading.execute(select(AuditEvent.kind)).scalars().all()
    assert kinds == ["relying_party_registered"] * 2


def test_the_logo_that_a_file_names_is_kept(
    register: Register, fetcher: FetcherInMemory, version: RedisRegistryVersion, database: Database
) -> None:
    written = io.BytesIO()
    Image.new("RGB", (8, 8), (200, 0, 0)).save(written, "PNG")
    first, second = "https://portal.example/1.png", "https://portal.example/2.png"
    fetcher.serve(first, written.getvalue(), "image/png")
    registry = Registry(database, version)

    def logo() -> str | None:
        registry.catch_up_now()
        found = registry.find(ClientId("portal"))
        assert found is not None
        return found.logo

    apply(register, logo_uri=first)
    kept = logo()
    apply(register, logo_uri=first, sms_name="Moi")
    assert kept is not None
    assert logo() == kept
    assert fetcher.asked == [first]

    apply(register, logo_uri=second)  # nothing is there, and the portal is registered all the same
    assert logo() is None


def test_a_sector_never_changes(register: Register) -> None:
    apply(register)
    with pytest.raises(InvalidRegistration, match="sector"):
        apply(register, sector="another")


def test_one_bad_registration_keeps_all_out(house: OnboardingHouse, register: Register) -> None:
    apply(register)
    both = [
        parse_registration(registration("new")),
        parse_registration(registration("portal", sector="another")),
    ]
    with pytest.raises(InvalidRegistration):
        register.apply(both)

    assert "new" not in run(house, "list").output


def test_a_secret_is_kept_as_a_hash_alone(register: Register, database: Database) -> None:
    secrets = register.apply([parse_registration(registration("portal"))])
    secret = secrets[ClientId("portal")]
    with database.reading() as reading:
        [row] = reading.execute(select(RelyingPartySecret)).scalars()

    assert row.hash == HASHER.hash(secret)
    assert row.last_four == secret[-4:]
    assert SecretHasher(b"q" * 32).hash(secret) != row.hash


def test_every_worker_knows_at_once(
    house: OnboardingHouse, register: Register, database: Database, version: RedisRegistryVersion
) -> None:
    worker = Registry(database, version)
    assert worker.find(ClientId("portal")) is None

    apply(register)
    worker.catch_up_now()
    assert worker.find(ClientId("portal")).enabled

    assert run(house, "disable", "portal").exit_code == 0
    worker.catch_up_now()
    assert not worker.find(ClientId("portal")).enabled

    assert run(house, "enable", "portal", "--reason", "mended").exit_code == 0
    worker.catch_up_now()
    assert worker.find(ClientId("portal")).enabled


def test_a_volatile_store_that_forgot_its_number_makes_workers_look_again(
    register: Register,
    database: Database,
    version: RedisRegistryVersion,
    redis_client: redis.Redis,
) -> None:
    apply(register)
    worker = Registry(database, version)
    redis_client.flushall()
    with database.transaction() as transaction:
        transaction.execute(update(RelyingPartyRecord).values(enabled=False))

    worker.catch_up_now()

    assert not worker.find(ClientId("portal")).enabled


def test_of_many_only_what_was_changed_is_made_anew(
    house: OnboardingHouse, register: Register, database: Database, version: RedisRegistryVersion
) -> None:
    register.apply([parse_registration(registration(name)) for name in ("portal", "other")])
    worker = Registry(database, version)
    before = {each.client_id: each for each in worker.all()}

    apply(register, sms_name="Moi")
    house.desk.rotate_secret(ClientId("other"), grace=timedelta(), reason="it leaked")
    apply(register, sms_name="Moi hon")
    worker.catch_up_now()
    between = {each.client_id: each for each in worker.all()}
    apply(register, sms_name="Moi nhat")
    worker.catch_up_now()
    after = {each.client_id: each for each in worker.all()}

    assert [before["portal"].sms_name, after["portal"].sms_name] == ["Cong thu", "Moi nhat"]
    assert len(between["other"].secrets) == 2
    assert between["other"] is after["other"]


def test_an_unchanged_version_costs_no_query(
    register: Register, database: Database, version: RedisRegistryVersion
) -> None:
    apply(register)
    worker = Registry(database, version)
    with database.transaction() as transaction:
        transaction.execute(update(RelyingPartyRecord).values(enabled=False))

    worker.catch_up_now()

    assert worker.find(ClientId("portal")).enabled  # it did not look


def test_one_unreadable_registration_leaves_the_others(
    register: Register, database: Database, version: RedisRegistryVersion
) -> None:
    apply(register)
    register.apply([parse_registration(registration("broken"))])
    with database.transaction() as transaction:
        transaction.execute(
            update(RelyingPartyRecord)
            .where(RelyingPartyRecord.client_id == "broken")
            .values(registration={"client_id": "broken", "redirect_uris": ["http://evil"]})
        )

    found = Registry(database, version).all()

    assert [each.client_id for each in found] == ["portal"]


def test_a_rotated_secret_is_shown_once(
    house: OnboardingHouse, register: Register, database: Database, clock: FakeClock
) -> None:
    apply(register)
    answer = run(house, "rotate-secret", "portal", "--grace-days", "0", "--reason", "it leaked")
    with database.reading() as reading:
        ends = reading.execute(
            select(RelyingPartySecret.expires_at).order_by(RelyingPartySecret.id)
        ).scalars()

        assert answer.exit_code == 0
        assert "client_secret: " in answer.output
        assert [each["reason"] for each in house.events("secret_rotated")] == ["it leaked"]
        assert list(ends) == [clock.now(), clock.now() + timedelta(days=360)]


def test_a_second_rotation_leaves_two_secrets(
    house: OnboardingHouse, register: Register, database: Database, clock: FakeClock
) -> None:
    apply(register)
    house.desk.rotate_secret(ClientId("portal"), grace=timedelta(days=1), reason="it leaked")
    house.desk.rotate_secret(ClientId("portal"), grace=timedelta(days=7), reason="it leaked")
    with database.reading() as reading:
        ends = list(
            reading.execute(
                select(RelyingPartySecret.expires_at).order_by(RelyingPartySecret.id)
            ).scalars()
        )

    assert ends == [
        clock.now(),
        clock.now() + timedelta(days=7),
        clock.now() + timedelta(days=360),
    ]


def test_show_says_what_was_registered(house: OnboardingHouse, register: Register) -> None:
    apply(register)
    shown = json.loads(run(house, "show", "portal").output)

    assert shown.items() >= registration("portal").items()
    assert shown["enabled"] is True
    assert [len(secret["ends_with"]) for secret in shown["secrets"]] == [4]
    assert "hash" not in json.dumps(shown)
    assert json.loads(run(house, "list", "--json").output)[0]["client_id"] == "portal"


@pytest.mark.parametrize(
    "arguments",
    [
        ("show", "nobody"),
        ("disable", "nobody", "--reason", "leaked codes"),
        ("rotate-secret", "nobody", "--reason", "it leaked"),
    ],
)
def test_an_unknown_name_is_one_line(house: OnboardingHouse, arguments: tuple[str, ...]) -> None:
    answer = run(house, *arguments)

    assert answer.exit_code == 1
    assert answer.output == "Error: no relying party is called nobody\n"


def test_lint_fails_where_a_rule_is_broken(house: OnboardingHouse, register: Register) -> None:
    apply(register, require_pkce=False)

    result = run(house, "lint", "portal")

    assert result.exit_code == 1
    assert "broken   pkce-not-required" in result.stdout
    assert "RFC 9700 §2.1.1" in result.stdout


def test_lint_passes_with_warnings_alone(house: OnboardingHouse, register: Register) -> None:
    apply(register)

    result = run(house, "lint", "portal")

    assert result.exit_code == 0
    assert "warning  no-contact" in result.stdout


def test_lint_knows_no_stranger(house: OnboardingHouse) -> None:
    assert run(house, "lint", "nobody").exit_code == 1


def test_an_initial_access_token_is_printed_and_not_kept(
    house: OnboardingHouse, clock: FakeClock
) -> None:
    result = run(house, "initial-access-token", "--expires", "3", "--uses", "5")

    token = result.stdout.strip()
    with house.database.reading() as reading:
        kept = reading.scalars(select(InitialAccessToken)).one()
    assert kept.hash == digest(token)
    assert (kept.uses_left, kept.expires_at) == (5, clock.now() + timedelta(days=3))
