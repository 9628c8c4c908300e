import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from sandbox import SandboxConfig, create_sandbox
from sandbox.config import InvalidConfig, ServerAddress


@pytest.fixture
def environment(tmp_path: Path) -> Mapping[str, str]:
    jwks = tmp_path / "client.jwks.json"
    jwks.write_text(json.dumps({"keys": []}))
    return {"SANDBOX_SMS_API_KEY": "key", "SANDBOX_CARRIER_CLIENT_JWKS": str(jwks)}


def test_what_is_not_said_has_a_default(environment: Mapping[str, str]) -> None:
    config = SandboxConfig.from_environment(environment)

    assert config.base_url == "http://localhost:8403"
    assert config.carrier_client_id == "dvc-idp"
    assert (config.slow_seconds, config.timeout_seconds) == (10, 60)
    assert ServerAddress.from_environment({}) == ServerAddress("127.0.0.1", 8403, 8425)


def test_what_is_said_is_heard(environment: Mapping[str, str]) -> None:
    config = SandboxConfig.from_environment(
        {
            **environment,
            "SANDBOX_BASE_URL": "http://carriers.test:9000/",
            "SANDBOX_CARRIER_CLIENT_ID": "another",
            "SANDBOX_SLOW_SECONDS": "0.5",
            "SANDBOX_TIMEOUT_SECONDS": "2",
        }
    )

    assert config.base_url == "http://carriers.test:9000"
    assert config.carrier_client_id == "another"
    assert (config.slow_seconds, config.timeout_seconds) == (0.5, 2)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SANDBOX_SMS_API_KEY", ""),
        ("SANDBOX_CARRIER_CLIENT_JWKS", ""),
        ("SANDBOX_CARRIER_CLIENT_JWKS", "/nowhere/client.jwks.json"),
        ("SANDBOX_CARRIER_CLIENT_JWKS", __file__),
        ("SANDBOX_BASE_URL", "localhost:8403"),
        ("SANDBOX_SLOW_SECONDS", "soon"),
        ("SANDBOX_TIMEOUT_SECONDS", "-1"),
        ("SANDBOX_TIMEOUT_SECONDS", "nan"),
    ],
)
def test_a_mistake_is_named(environment: Mapping[str, str], name: str, value: str) -> None:
    with pytest.raises(InvalidConfig, match=name):
        SandboxConfig.from_environment({**environment, name: value})


@pytest.mark.parametrize("port", ["", "http", "65536", "-1", "²"])
def test_a_port_is_a_number(port: str) -> None:
    with pytest.raises(InvalidConfig, match="SANDBOX_PORT"):
        ServerAddress.from_environment({"SANDBOX_PORT": port})


@pytest.mark.parametrize("keys", [[], [{"kty": "EC"}], [{"kty": "EC", "crv": "P-256", "x": "A"}]])
def test_a_client_without_a_key_of_use_is_refused_at_start(keys: list[object]) -> None:
    config = SandboxConfig(sms_api_key="key", carrier_client_jwks={"keys": keys})

    with pytest.raises(ValueError, match="JWK set"):
        create_sandbox(config)


def test_the_api_key_is_not_shown() -> None:
    config = SandboxConfig(sms_api_key="very-secret", carrier_client_jwks={})

    assert "very-secret" not in repr(config)
