"""Registering, changing and disabling relying parties, from the command line to every worker."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import redis
from click.testing import CliRunner, Result
from sqlalchemy import select, update

from idp.adapters.redis.registry_version import RedisRegistryVersion
from idp.audit.model import AuditEvent
from idp.core.handles import digest
from idp.db.database import Database
from idp.relying_parties.commands import Registrar, relying_parties_commands
from idp.relying_parties.disable import Disable
from idp.relying_parties.initial_tokens import InitialTokens
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
from idp.relying_parties.rotate_secret import RotateSecret
from idp.relying_parties.secrets import SecretHasher
from tests.fakes.clock import FakeClock
from tests.fakes.fetcher import FetcherInMemory
from tests.fakes.registrations import registration

CLIENTS = Path(__file__).parents[2] / "clients"
HASHER = SecretHasher(b"p" * 32)


@pytest.fixture
def version(redis_client: redis.Redis) -> RedisRegistryVersion:
    return RedisRegistryVersion(redis_client)


@pytest.fixture
def registrar(database: Database, version: RedisRegistryVersion, clock: FakeClock) -> Registrar:
    return Registrar(
        folder=CLIENTS,
        database=database,
        register=Register(database=database, version=version, hasher=HASHER, clock=clock),
        rotate_secret=RotateSecret(
            database=database,
            version=version,
            hasher=HASHER,
            lasts=timedelta(days=360),
            clock=clock,
        ),
        disable=Disable(database=database, version=version, clock=clock),
        initial_tokens=InitialTokens(database=database, clock=clock),
        logos=Logos(fetcher=FetcherInMemory(), database=database, version=version),
        clock=clock,
    )


def run(registrar: Registrar, *arguments: str, typed: str | None = None) -> Result:
    commands = relying_parties_commands(lambda: registrar)
    return CliRunner().invoke(commands, arguments, input=typed)


def apply(registrar: Registrar, **changes: Any) -> None:
    registrar.register.apply([parse_registration(registration("portal", **changes))])


def test_applying_the_files_registers_both_portals_once(registrar: Registrar) -> None:
    first, second = run(registrar, "apply", "--yes"), run(registrar, "apply", "--yes")

    assert first.exit_code == second.exit_code == 0
    assert "+ binh-dinh" in first.output
    assert len(re.findall(r"client_secret: [A-Za-z0-9_-]{43}\n", first.output)) == 2
    assert "Nothing to change." in second.output
    assert "client_secret" not in second.output


def test_nothing_is_done_without_a_yes(registrar: Registrar) -> None:
    assert run(registrar, "apply", typed="n\n").exit_code == 1
    assert "No relying party" in run(registrar, "list").output
    assert run(registrar, "apply", typed="y\n").exit_code == 0
    assert "binh-dinh" in run(registrar, "list").output


def test_a_change_names_the_members_and_keeps_the_secret(
    registrar: Registrar, database: Database
) -> None:
    apply(registrar)
    plan = registrar.register.plan([parse_registration(registration("portal", sms_name="Moi"))])
    apply(registrar, sms_name="Moi")

    assert [change.members for change in plan] == [("sms_name",)]
    with database.reading() as reading:
        assert len(reading.execute(select(RelyingPartySecret)).scalars().all()) == 1
        kinds = reading.execute(select(AuditEvent.kind)).scalars().all()
    assert kinds == ["relying_party_registered"] * 2


def test_a_sector_never_changes(registrar: Registrar) -> None:
    apply(registrar)
    with pytest.raises(InvalidRegistration, match="sector"):
        apply(registrar, sector="another")


def test_one_bad_registration_keeps_all_out(registrar: Registrar) -> None:
    apply(registrar)
    both = [
        parse_registration(registration("new")),
        parse_registration(registration("portal", sector="another")),
    ]
    with pytest.raises(InvalidRegistration):
        registrar.register.apply(both)

    assert "new" not in run(registrar, "list").output


def test_a_secret_is_kept_as_a_hash_alone(registrar: Registrar, database: Database) -> None:
    secrets = registrar.register.apply([parse_registration(registration("portal"))])
    secret = secrets[ClientId("portal")]
    with database.reading() as reading:
        [row] = reading.execute(select(RelyingPartySecret)).scalars()

    assert row.hash == HASHER.hash(secret)
    assert row.last_four == secret[-4:]
    assert SecretHasher(b"q" * 32).hash(secret) != row.hash


def test_every_worker_knows_at_once(
    registrar: Registrar, database: Database, version: RedisRegistryVersion
) -> None:
    worker = Registry(database, version)
    assert worker.find(ClientId("portal")) is None

    apply(registrar)
    worker.catch_up_now()
    assert worker.find(ClientId("portal")).enabled

    assert run(registrar, "disable", "portal").exit_code == 0
    worker.catch_up_now()
    assert not worker.find(ClientId("portal")).enabled

    assert run(registrar, "disable", "--undo", "portal").exit_code == 0
    worker.catch_up_now()
    assert worker.find(ClientId("portal")).enabled


def test_a_volatile_store_that_forgot_its_number_makes_workers_look_again(
    registrar: Registrar,
    database: Database,
    version: RedisRegistryVersion,
    redis_client: redis.Redis,
) -> None:
    apply(registrar)
    worker = Registry(database, version)
    redis_client.flushall()
    with database.transaction() as transaction:
        transaction.execute(update(RelyingPartyRecord).values(enabled=False))

    worker.catch_up_now()

    assert not worker.find(ClientId("portal")).enabled


def test_an_unchanged_version_costs_no_query(
    registrar: Registrar, database: Database, version: RedisRegistryVersion
) -> None:
    apply(registrar)
    worker = Registry(database, version)
    with database.transaction() as transaction:
        transaction.execute(update(RelyingPartyRecord).values(enabled=False))

    worker.catch_up_now()

    assert worker.find(ClientId("portal")).enabled  # it did not look


def test_one_unreadable_registration_leaves_the_others(
    registrar: Registrar, database: Database, version: RedisRegistryVersion
) -> None:
    apply(registrar)
    registrar.register.apply([parse_registration(registration("broken"))])
    with database.transaction() as transaction:
        transaction.execute(
            update(RelyingPartyRecord)
            .where(RelyingPartyRecord.client_id == "broken")
            .values(registration={"client_id": "broken", "redirect_uris": ["http://evil"]})
        )

    found = Registry(database, version).all()

    assert [each.client_id for each in found] == ["portal"]


def test_a_rotated_secret_is_shown_once(
    registrar: Registrar, database: Database, clock: FakeClock
) -> None:
    apply(registrar)
    answer = run(registrar, "rotate-secret", "portal", "--grace-days", "0")
    with database.reading() as reading:
        ends = reading.execute(
            select(RelyingPartySecret.expires_at).order_by(RelyingPartySecret.id)
        ).scalars()

        assert answer.exit_code == 0
        assert "client_secret: " in answer.output
        assert list(ends) == [clock.now(), clock.now() + timedelta(days=360)]


def test_a_second_rotation_leaves_two_secrets(
    registrar: Registrar, database: Database, clock: FakeClock
) -> None:
    apply(registrar)
    registrar.rotate_secret(ClientId("portal"), grace=timedelta(days=1))
    registrar.rotate_secret(ClientId("portal"), grace=timedelta(days=7))
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


def test_show_says_what_was_registered(registrar: Registrar) -> None:
    apply(registrar)
    shown = json.loads(run(registrar, "show", "portal").output)

    assert shown == registration("portal") | {"enabled": True}
    assert json.loads(run(registrar, "list", "--json").output)[0]["client_id"] == "portal"


@pytest.mark.parametrize(
    "arguments", [("show", "nobody"), ("disable", "nobody"), ("rotate-secret", "nobody")]
)
def test_an_unknown_name_is_one_line(registrar: Registrar, arguments: tuple[str, ...]) -> None:
    answer = run(registrar, *arguments)

    assert answer.exit_code == 1
    assert answer.output == "Error: no relying party is called nobody\n"


def test_lint_fails_where_a_rule_is_broken(registrar: Registrar) -> None:
    apply(registrar, require_pkce=False)

    result = run(registrar, "lint", "portal")

    assert result.exit_code == 1
    assert "broken   pkce-not-required" in result.stdout
    assert "RFC 9700 §2.1.1" in result.stdout


def test_lint_passes_with_warnings_alone(registrar: Registrar) -> None:
    apply(registrar)

    result = run(registrar, "lint", "portal")

    assert result.exit_code == 0
    assert "warning  no-contact" in result.stdout


def test_lint_knows_no_stranger(registrar: Registrar) -> None:
    assert run(registrar, "lint", "nobody").exit_code == 1


def test_an_initial_access_token_is_printed_and_not_kept(
    registrar: Registrar, clock: FakeClock
) -> None:
    result = run(registrar, "initial-access-token", "--expires", "3", "--uses", "5")

    token = result.stdout.strip()
    with registrar.database.reading() as reading:
        kept = reading.scalars(select(InitialAccessToken)).one()
    assert kept.hash == digest(token)
    assert (kept.uses_left, kept.expires_at) == (5, clock.now() + timedelta(days=3))
