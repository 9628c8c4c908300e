"""The configuration: read from where it belongs, refused as a whole, and silent about secrets."""

import base64
import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from idp import settings
from idp.processes.demo.addresses import Addresses
from idp.processes.demo.ensemble import Ensemble
from idp.processes.demo.home import Home
from idp.processes.demo.secrets_on_disk import SecretsOnDisk

CONFIG = Path(__file__).parents[2] / "config.toml"
PREFIX = "IDP__SECRETS__"


def _key() -> str:
    return base64.b64encode(os.urandom(32)).decode()


@pytest.fixture
def environment() -> dict[str, str]:
    """Every secret, nothing else."""
    keys = ("INDEX_KEY", "OTP_KEY", "SUBJECT_KEY", "SECRET_PEPPER", "REFRESH_KEY", "CSRF_KEY")
    return {
        **{PREFIX + name: _key() for name in keys},
        PREFIX + "DATA_KEY": f"k1:{_key()}",
        PREFIX + "SIGNING_PASSPHRASE": _key(),
        PREFIX + "CARRIER_CLIENT_KEY": "-----BEGIN PRIVATE KEY-----",
        PREFIX + "SMS_API_KEY": "an api key",
    }


def _load(environment: Mapping[str, str]) -> settings.Settings:
    return settings.load(environment, config=CONFIG)


def _problems(environment: Mapping[str, str]) -> str:
    with pytest.raises(settings.ConfigurationError) as caught:
        _load(environment)
    return str(caught.value)


def test_the_shipped_configuration_is_whole(environment: dict[str, str]) -> None:
    loaded = _load(environment)

    assert loaded.server.issuer == "http://localhost:8400"
    assert {carrier.name for carrier in loaded.carriers.directory} == {
        "viettel",
        "vinaphone",
        "mobifone",
        "vietnamobile",
        "gmobile",
    }


def test_the_environment_overrides_one_name_of_a_table(environment: dict[str, str]) -> None:
    loaded = _load(environment | {"IDP__OTP__LIFETIME": "PT2M"})

    assert loaded.otp.lifetime == timedelta(minutes=2)
    assert loaded.otp.attempts == 5


def test_lists_are_json_in_the_environment(environment: dict[str, str]) -> None:
    limits = '[{"count": 7, "period": "PT1S"}]'

    loaded = _load(environment | {"IDP__THROTTLING__OTP_SYSTEM": limits})

    assert [(rate.count, rate.period) for rate in loaded.throttling.otp_system] == [
        (7, timedelta(seconds=1))
    ]


def test_every_missing_secret_is_named_at_once() -> None:
    lines = _problems({}).splitlines()

    fields = settings.Secrets.model_fields.items()
    needed = [name for name, field in fields if field.is_required()]
    assert len(lines) == len(needed)
    for name in needed:
        assert any(line.startswith(f"{PREFIX}{name.upper()}: is missing") for line in lines)


def test_problems_of_every_kind_are_told_together(environment: dict[str, str]) -> None:
    del environment[PREFIX + "OTP_KEY"]

    told = _problems(
        environment
        | {
            "IDP__SERVER__PORT": "eighty",
            "IDP__OTP__LIFETIM": "PT2M",
            "IDP__SERVER__WORKERS": "0",
        }
    )

    for place in ("server.port", "otp.lifetim", "server.workers", PREFIX + "OTP_KEY"):
        assert place in told


@pytest.mark.parametrize("name", ["INDEX_KEY", "DATA_KEY", "CSRF_KEY", "SIGNING_PASSPHRASE"])
def test_a_refused_secret_is_not_repeated(environment: dict[str, str], name: str) -> None:
    told = _problems(environment | {PREFIX + name: "hunter2-hunter"})

    assert PREFIX + name in told
    assert "hunter2" not in told


@pytest.mark.parametrize("sample", ["A" * 43 + "=", base64.b64encode(b"secret!!" * 4).decode()])
def test_a_sample_value_is_no_key(environment: dict[str, str], sample: str) -> None:
    assert "sample value" in _problems(environment | {PREFIX + "INDEX_KEY": sample})


def test_no_secret_is_in_the_repr(environment: dict[str, str]) -> None:
    shown = repr(_load(environment))

    assert not [name for name, value in environment.items() if value in shown]


def test_a_secret_comes_from_a_file(environment: dict[str, str], tmp_path: Path) -> None:
    key = environment.pop(PREFIX + "OTP_KEY")
    (tmp_path / "otp_key").write_text(f"{key}\n")

    loaded = _load(environment | {PREFIX + "OTP_KEY_FILE": str(tmp_path / "otp_key")})

    assert loaded.secrets.otp_key.get_secret_value() == key


def test_a_secret_file_that_is_not_there_is_named(
    environment: dict[str, str], tmp_path: Path
) -> None:
    told = _problems(environment | {PREFIX + "OTP_KEY_FILE": str(tmp_path / "absent")})

    assert PREFIX + "OTP_KEY_FILE" in told
    assert "absent" in told


@pytest.mark.parametrize(
    "issuer",
    [
        "http://dvc.example.vn",
        "https://dvc.example.vn/",
        "https://dvc.example.vn/sso",
        "https://user@dvc.example.vn",
        "https://dvc.example.vn?x=1",
        "ftp://localhost",
    ],
)
def test_an_issuer_that_portals_must_not_trust_is_refused(
    environment: dict[str, str], issuer: str
) -> None:
    assert "issuer" in _problems(environment | {"IDP__SERVER__ISSUER": issuer})


def test_a_configuration_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(settings.ConfigurationError, match="IDP_CONFIG"):
        settings.load({"IDP_CONFIG": str(tmp_path / "absent.toml")})


def test_the_demonstration_gives_the_provider_all_it_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(CONFIG.parent)
    ports = {"IDP__SERVER__PORT": "9400", "SANDBOX_PORT": "9403"}
    home = Home(tmp_path)
    home.open()
    secrets = SecretsOnDisk(home)
    secrets.create_missing()

    told = Ensemble(Addresses.from_environment(ports), home, secrets, ports).provider().environment
    home.close()

    loaded = settings.load(told)
    assert loaded.home == tmp_path
    assert loaded.server.issuer == "http://localhost:9400"
    assert loaded.messaging.gateway_url == "http://localhost:9403"
    assert {carrier.token_url.split("/carriers/")[0] for carrier in loaded.carriers.directory} == {
        "http://localhost:9403"
    }
