"""The command line says what is wrong in words."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from idp import settings
from idp.cli import main

CONFIG = Path(__file__).parents[2] / "config.toml"


@pytest.fixture
def without_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDP_CONFIG", str(CONFIG))
    monkeypatch.delenv("IDP_HOME", raising=False)
    for name in settings.Secrets.model_fields:
        monkeypatch.delenv(f"IDP__SECRETS__{name.upper()}", raising=False)
        monkeypatch.delenv(f"IDP__SECRETS__{name.upper()}_FILE", raising=False)


@pytest.mark.usefixtures("without_secrets")
@pytest.mark.parametrize(
    "command", [["serve"], ["worker"], ["prepare", "--client-secrets", "nowhere"]]
)
def test_each_problem_of_the_configuration_is_a_line(command: list[str]) -> None:
    told = CliRunner().invoke(main, command)

    assert told.exit_code == 1
    needed = [field for field in settings.Secrets.model_fields.values() if field.is_required()]
    assert len(told.stderr.splitlines()) == len(needed)
    assert all(line.startswith("idp: IDP__SECRETS__") for line in told.stderr.splitlines())


@pytest.mark.usefixtures("without_secrets")
def test_debug_shows_where_an_error_came_from() -> None:
    told = CliRunner().invoke(main, ["--debug", "serve"])

    assert isinstance(told.exception, settings.ConfigurationError)


def test_any_other_error_is_its_first_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise RuntimeError("the disk is full\n[parameters: somebody's name]")

    monkeypatch.setattr(settings, "load", fail)

    told = CliRunner().invoke(main, ["serve"])

    assert told.exit_code == 1
    assert told.stderr == "idp: RuntimeError: the disk is full (--debug shows where)\n"


def test_a_wrong_option_keeps_its_usage() -> None:
    told = CliRunner().invoke(main, ["demo", "--loud"])

    assert told.exit_code == 2
    assert "Usage" in told.stderr
