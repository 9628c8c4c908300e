"""Mistakes in the configuration that would otherwise take effect in silence."""

import base64
import os
from pathlib import Path

import pytest

from idp.settings import ConfigurationError, load

CONFIG = Path(__file__).parents[2] / "config.toml"


def problem(environment: dict[str, str]) -> str:
    with pytest.raises(ConfigurationError) as caught:
        load(environment, config=CONFIG)
    return str(caught.value)


def key() -> str:
    return base64.b64encode(os.urandom(32)).decode()


def test_a_table_that_does_not_exist_is_named(environment: dict[str, str]) -> None:
    assert "IDP__OPT__LIFETIME" in problem(environment | {"IDP__OPT__LIFETIME": "PT1M"})


@pytest.mark.parametrize("lifetime", ["PT0S", "-PT3M"])
def test_a_lifetime_has_a_length(environment: dict[str, str], lifetime: str) -> None:
    assert "otp.lifetime" in problem(environment | {"IDP__OTP__LIFETIME": lifetime})


def test_two_keys_of_one_name_are_refused(environment: dict[str, str]) -> None:
    """The second would have replaced the first, and no row of it would have been readable."""
    keys = f"k1:{key()},k1:{key()}"

    assert "DATA_KEY" in problem(environment | {"IDP__SECRETS__DATA_KEY": keys})


@pytest.mark.parametrize("network", ["203.0.113.7", "203.0.113.0/25", "2001:db8::/64"])
def test_an_exempt_network_smaller_than_what_is_counted_is_refused(
    environment: dict[str, str], network: str
) -> None:
    told = problem(environment | {"IDP__THROTTLING__EXEMPT_NETWORKS": f'["{network}"]'})

    assert "throttling.exempt_networks" in told


def test_there_is_at_least_one_level(environment: dict[str, str]) -> None:
    assert "levels" in problem(environment | {"IDP__LEVELS": "[]"})


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_a_plain_postgresql_url_means_the_driver_we_have(
    environment: dict[str, str], scheme: str
) -> None:
    settings = load(environment | {"IDP__DATABASE__URL": f"{scheme}://db/idp"}, config=CONFIG)

    assert settings.database_url == "postgresql+psycopg://db/idp"
