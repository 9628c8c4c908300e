"""What the sandbox is told from outside: by its process environment, or by a test."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

HIGHEST_PORT = 65535


class InvalidConfig(ValueError):
    """The environment does not say what the sandbox needs; the message is one line for a person."""


@dataclass(frozen=True, kw_only=True)
class SandboxConfig:
    """
    What `create_sandbox` needs.

    `base_url` is how callers reach the sandbox: the audience of client assertions is built on it.
    `carrier_client_jwks` is a JWK set (RFC 7517 §5) with the public keys of the one client that
    has a contract with the carriers. Seconds are those that the faults `slow` and `timeout` last.
    """

    base_url: str = "http://localhost:8403"
    sms_api_key: str = field(repr=False)
    carrier_client_id: str = "dvc-idp"
    carrier_client_jwks: Mapping[str, object]
    slow_seconds: float = 10
    timeout_seconds: float = 60

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "SandboxConfig":
        """
        Read the `SANDBOX_…` variables.

        Raises InvalidConfig naming the variable at fault.
        """
        defaults = {
            "base_url": _base_url(environment.get("SANDBOX_BASE_URL", cls.base_url)),
            "carrier_client_id": environment.get(
                "SANDBOX_CARRIER_CLIENT_ID", cls.carrier_client_id
            ),
        }
        return cls(
            **defaults,
            sms_api_key=_required(environment, "SANDBOX_SMS_API_KEY"),
            carrier_client_jwks=_jwks(_required(environment, "SANDBOX_CARRIER_CLIENT_JWKS")),
            slow_seconds=_seconds(environment, "SANDBOX_SLOW_SECONDS", cls.slow_seconds),
            timeout_seconds=_seconds(environment, "SANDBOX_TIMEOUT_SECONDS", cls.timeout_seconds),
        )


@dataclass(frozen=True)
class ServerAddress:
    """Where the sandbox listens. Loopback by default: its test calls ask for no password."""

    host: str = "127.0.0.1"
    port: int = 8403
    smtp_port: int = 8425

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "ServerAddress":
        """Read `SANDBOX_HOST`, `SANDBOX_PORT` and `SANDBOX_SMTP_PORT`. Raises InvalidConfig."""
        return cls(
            environment.get("SANDBOX_HOST", cls.host),
            _port(environment, "SANDBOX_PORT", cls.port),
            _port(environment, "SANDBOX_SMTP_PORT", cls.smtp_port),
        )


def _port(environment: Mapping[str, str], name: str, default: int) -> int:
    typed = environment.get(name, str(default))
    if not (typed.isascii() and typed.isdigit() and int(typed) <= HIGHEST_PORT):
        raise InvalidConfig(f"{name} is not a port number: {typed!r}")
    return int(typed)


def _required(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name, "")
    if not value:
        raise InvalidConfig(f"{name} is not set")
    return value


def _base_url(text: str) -> str:
    url = urlsplit(text)
    if url.scheme not in {"http", "https"} or not url.netloc or url.query or url.fragment:
        raise InvalidConfig(f"SANDBOX_BASE_URL is not an http address: {text!r}")
    return text.rstrip("/")


def _seconds(environment: Mapping[str, str], name: str, default: float) -> float:
    typed = environment.get(name)
    if typed is None:
        return default
    try:
        seconds = float(typed)
    except ValueError:
        seconds = -1
    if not 0 <= seconds < float("inf"):
        raise InvalidConfig(f"{name} is not a number of seconds: {typed!r}")
    return seconds


def _jwks(path: str) -> Mapping[str, object]:
    try:
        jwks = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidConfig(
            f"SANDBOX_CARRIER_CLIENT_JWKS cannot be read: {path} ({error})"
        ) from error
    if not isinstance(jwks, dict) or not isinstance(jwks.get("keys"), list):
        raise InvalidConfig(f"SANDBOX_CARRIER_CLIENT_JWKS is not a JWK set: {path}")
    return jwks
