"""The parts of the supervisor that can be told without starting anything."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from idp.operators.keep_operators import read_operators
from idp.operators.model import OperatorRole
from idp.operators.rules import check_operator_password
from idp.processes.demo import ensemble as ensemble_module
from idp.processes.demo.addresses import Addresses
from idp.processes.demo.ensemble import Ensemble
from idp.processes.demo.home import LONGEST_SOCKET_PATH, Home
from idp.processes.demo.problem import Problem
from idp.processes.demo.program import Program
from idp.processes.demo.secrets_on_disk import SecretsOnDisk
from idp.processes.demo.welcome import sample_operators, sample_people, welcome

REPOSITORY = Path(__file__).parents[2]
HEAVY = ("flask", "sqlalchemy", "pydantic", "cryptography", "redis", "ssl", "idp.settings")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    home.open()
    home.close()
    return home


@pytest.fixture
def secrets(home: Home) -> SecretsOnDisk:
    secrets = SecretsOnDisk(home)
    secrets.create_missing()
    return secrets


def _ensemble(home: Home, secrets: SecretsOnDisk, environment: dict[str, str]) -> Ensemble:
    for client_id in ("binh-dinh", "dak-lak"):
        (home.client_secrets / f"{client_id}.client_secret").write_text(f"secret of {client_id}")
    return Ensemble(Addresses.from_environment(environment), home, secrets, environment)


def test_the_usual_addresses_are_those_of_the_readme() -> None:
    addresses = Addresses.from_environment({})

    assert [one.origin for one in addresses] == [
        f"http://localhost:{port}" for port in (8400, 8401, 8402, 8403)
    ] + ["smtp://localhost:8425"]
    assert addresses.issuer == "http://localhost:8400"
    assert addresses.host == "127.0.0.1"


def test_a_certificate_makes_the_issuer_https() -> None:
    addresses = Addresses.from_environment({"IDP__TLS__CERTIFICATE": "tls.pem"})

    assert addresses.issuer == "https://localhost:8400"
    assert addresses.sandbox.origin == "http://localhost:8403"


@pytest.mark.parametrize("port", ["", "0", "65536", "84OO", "-1", "٨٤٠٠"])
def test_what_is_no_port_is_told(port: str) -> None:
    with pytest.raises(Problem, match="SANDBOX_PORT"):
        Addresses.from_environment({"SANDBOX_PORT": port})


def test_a_path_too_long_for_a_socket_is_told(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="IDP_HOME"):
        Home(tmp_path / ("x" * LONGEST_SOCKET_PATH)).open()


def test_sample_operators_are_told_as_they_are_added(home: Home, secrets: SecretsOnDisk) -> None:
    kept = read_operators(secrets.operators)
    told = sample_operators(secrets.operators)

    text = welcome(Addresses.from_environment({}), (), told, home, colours=False)

    assert [(one.name, one.role) for one in kept] == [
        ("quan-tri", OperatorRole.ADMINISTRATOR),
        ("quay-1", OperatorRole.COUNTER_OFFICER),
    ]
    for one in kept:
        check_operator_password(one.password, one.name)
        assert one.password in text
        assert one.totp_secret in text
    assert len({one.totp_secret for one in kept}) == len(kept)
    assert sample_operators(home.folder / "none") == ()


def test_secrets_are_made_once(home: Home, secrets: SecretsOnDisk) -> None:
    first = {path: path.read_text() for path in home.secrets.iterdir() if path.is_file()}

    SecretsOnDisk(home).create_missing()

    assert first == {path: path.read_text() for path in home.secrets.iterdir() if path.is_file()}
    assert {path.stat().st_mode & 0o777 for path in first} == {0o600}
    assert len(set(first.values())) == len(first)


def test_carriers_get_the_public_half_alone(secrets: SecretsOnDisk) -> None:
    (key,) = json.loads(secrets.carrier_client_jwks.read_text())["keys"]

    assert {"kty", "crv", "x", "y", "kid"} <= key.keys()
    assert "d" not in key


def test_each_process_is_told_only_what_it_needs(
    home: Home, secrets: SecretsOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(REPOSITORY)
    environment = {
        "IDP__DATABASE__URL": "postgresql://user:password@db/idp",
        "IDP__SECRETS__SMS_API_KEY": "of production",
        "PATH": "/usr/bin",
    }
    ensemble = _ensemble(home, secrets, environment)
    redis = ensemble.redis()
    assert redis is not None
    theirs: list[Program] = [redis, ensemble.sandbox(), *ensemble.portals()]

    for program in theirs:
        assert not [name for name in program.environment if name.startswith("IDP_")]
        assert program.environment["PATH"] == "/usr/bin"
    binh_dinh, dak_lak = (dict(one.environment) for one in ensemble.portals())
    assert binh_dinh["OIDC_CLIENT_SECRET"] == "secret of binh-dinh"
    assert "secret of binh-dinh" not in dak_lak.values()
    assert binh_dinh["PORTAL_SECRET_KEY"] != dak_lak["PORTAL_SECRET_KEY"]
    provider = ensemble.provider().environment
    assert provider["IDP__DATABASE__URL"] == environment["IDP__DATABASE__URL"]
    assert "of production" not in provider.values()
    for program in (*theirs, ensemble.provider(), ensemble.worker()):
        assert "secret of" not in repr(program)


def test_a_configured_redis_is_not_started_again(home: Home, secrets: SecretsOnDisk) -> None:
    assert _ensemble(home, secrets, {"IDP__REDIS__URL": "redis://elsewhere"}).redis() is None


def test_a_missing_redis_is_told_with_two_ways_out(
    home: Home, secrets: SecretsOnDisk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(ensemble_module, "find_spec", lambda _name: None)
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(Problem) as told:
        _ensemble(home, secrets, {}).redis()

    assert len(str(told.value).splitlines()) == 1
    assert "apt-get install redis-server" in str(told.value)
    assert "IDP__REDIS__URL" in str(told.value)


def test_registrations_name_the_ports_in_use(
    home: Home, secrets: SecretsOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where ports trade places, which one replacement after another would get wrong."""
    monkeypatch.chdir(REPOSITORY)
    swapped = {"BINH_DINH_PORT": "8402", "DAK_LAK_PORT": "8401"}

    _ensemble(home, secrets, swapped).write_registrations()

    written = {
        portal: (home.registrations / portal / "registration.toml").read_text("utf-8")
        for portal in ("binh_dinh", "dak_lak")
    }
    assert '"http://localhost:8402/callback"' in written["binh_dinh"]
    assert '"http://localhost:8401/callback"' in written["dak_lak"]
    assert "8401" not in written["binh_dinh"]


def test_a_shell_gets_the_settings_of_the_provider(
    home: Home, secrets: SecretsOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(REPOSITORY)
    ensemble = _ensemble(home, secrets, {"IDP__BRAND__NAME_VI": "Cổng 'thử' $HOME"})

    ensemble.write_environment()

    shown = subprocess.run(
        ["/bin/sh", "-c", f'. {home.environment}; printf %s "$IDP__BRAND__NAME_VI $IDP_HOME"'],
        capture_output=True,
        check=True,
    ).stdout.decode()
    assert shown == f"Cổng 'thử' $HOME {home.folder}"
    assert home.environment.stat().st_mode & 0o777 == 0o600
    assert secrets.read("INDEX_KEY") not in home.environment.read_text("utf-8")


def test_a_lost_client_secret_says_how_to_get_another(home: Home, secrets: SecretsOnDisk) -> None:
    with pytest.raises(Problem, match="rotate-secret binh-dinh"):
        secrets.client_secret("binh-dinh")


def test_the_welcome_names_addresses_and_people(home: Home) -> None:
    people = sample_people(REPOSITORY / "sandbox" / "people.toml")

    text = welcome(Addresses.from_environment({}), people, (), home, colours=False)

    assert people
    for one in people:
        assert one.full_name in text
        assert one.phone_number in text
    assert "\x1b" not in text


def test_the_welcome_does_without_people(home: Home, tmp_path: Path) -> None:
    assert sample_people(tmp_path / "absent.toml") == ()
    assert "8401" in welcome(Addresses.from_environment({}), (), (), home, colours=False)


def test_the_supervisor_is_small() -> None:
    """It runs beside everything else for as long as the demonstration lasts."""
    code = f"import sys, idp.processes.demo.supervisor; print({HEAVY} & sys.modules.keys())"
    code = code.replace(repr(HEAVY), repr(set(HEAVY)))

    loaded = subprocess.run(
        [sys.executable, "-c", code],
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )

    assert loaded.stdout.strip() == "set()"
