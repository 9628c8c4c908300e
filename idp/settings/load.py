"""
The tables as one, read from `config.toml` and the environment.

Every problem there is comes in one `ConfigurationError`.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from pydantic import Field, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from idp.settings.tables import (
    LOOPBACK_HOSTS,
    Api,
    Audit,
    Authenticators,
    BrandSettings,
    Carriers,
    Certification,
    ClosedAccounts,
    Console,
    CounterVisits,
    Database,
    DataRequests,
    Deployment,
    Devices,
    Disputes,
    Enrolment,
    Evidence,
    Failures,
    Http,
    Inactivity,
    Interactions,
    Level,
    Logs,
    Mail,
    Messaging,
    Metrics,
    Otp,
    Passwords,
    Phones,
    Recovery,
    Redis,
    Registrations,
    RelyingParties,
    Rematch,
    Secrets,
    Server,
    Sessions,
    Signing,
    Statistics,
    StepUp,
    Throttling,
    Tls,
    Tokens,
)


class ConfigurationError(Exception):
    """The configuration cannot be used; the message lists every problem, one a line."""


class Settings(BaseSettings):
    """The whole configuration, checked."""

    model_config = SettingsConfigDict(
        env_prefix="IDP__",
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
    )

    home: Path
    server: Server
    tls: Tls
    http: Http
    database: Database
    redis: Redis
    secrets: Secrets
    brand: BrandSettings
    logs: Logs
    otp: Otp
    throttling: Throttling
    passwords: Passwords
    sessions: Sessions
    console: Console
    api: Api
    devices: Devices
    authenticators: Authenticators
    interactions: Interactions
    tokens: Tokens
    enrolment: Enrolment
    recovery: Recovery
    phones: Phones
    closed_accounts: ClosedAccounts
    disputes: Disputes
    evidence: Evidence
    step_up: StepUp
    counter_visits: CounterVisits
    rematch: Rematch
    levels: tuple[Level, ...] = Field(min_length=1)
    carriers: Carriers
    messaging: Messaging
    mail: Mail
    audit: Audit
    failures: Failures
    statistics: Statistics
    metrics: Metrics
    data_requests: DataRequests
    inactivity: Inactivity
    signing: Signing
    registrations: Registrations
    deployment: Deployment
    relying_parties: RelyingParties
    certification: Certification = Certification()

    @model_validator(mode="after")
    def _certification_is_for_tests(self) -> Self:
        if not self.certification.enabled:
            return self
        if self.certification.otp is None:
            raise ValueError("certification: IDP__CERTIFICATION__OTP is missing: six digits")
        # A name under .test can never be registered (RFC 6761 §6.2): no citizen gets here by it.
        host = self.server.site
        if host not in LOOPBACK_HOSTS and not host.endswith(".test"):
            raise ValueError(
                "certification: is enabled, and every one-time password would be the same: "
                f"the issuer's host must be a loopback one or end in .test, not {host}"
            )
        return self

    @property
    def database_url(self) -> str:
        """The database's URL: the configured one, or the embedded SQLite file."""
        if self.database.url is not None:
            url = self.database.url.get_secret_value()
            # Everybody's way to write it; bare, SQLAlchemy would look for a driver we do not have.
            return re.sub(r"\Apostgres(ql)?://", "postgresql+psycopg://", url)
        return f"sqlite:///{(self.home / 'idp.sqlite3').resolve()}"

    @property
    def redis_url(self) -> str:
        """The Redis URL: the configured one, or the embedded server's socket."""
        if self.redis.url is not None:
            return self.redis.url.get_secret_value()
        return f"unix://{(self.home / 'redis.sock').resolve()}"

    @property
    def metrics_folder(self) -> Path:
        """Where web processes write what they measure."""
        return self.home / "metrics"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what `load` hands over: no `.env` file, no folder of secrets, nothing implicit."""
        del settings_cls, env_settings, dotenv_settings, file_secret_settings
        return (init_settings,)


def load(environment: Mapping[str, str] | None = None, *, config: Path | None = None) -> Settings:
    """
    The settings of this process.

    *environment* defaults to the process environment, *config* to `IDP_CONFIG` or the
    `config.toml` of the current folder. Raises `ConfigurationError`.
    """
    env = dict(os.environ if environment is None else environment)
    path = config or Path(env.get("IDP_CONFIG", "config.toml"))
    if not path.is_file():
        raise ConfigurationError(f"{path}: no such file (set IDP_CONFIG)")
    try:
        tables = TomlConfigSettingsSource(Settings, toml_file=path)()
    except ValueError as error:
        raise ConfigurationError(f"{path}: {error}") from None
    values = _merge(tables, _from_environment(env))
    values.setdefault("secrets", {})  # so that each missing secret is named, not the table
    values["home"] = Path(env.get("IDP_HOME", values.get("home", "var")))
    try:
        return Settings(**values)
    except ValidationError as error:
        raise ConfigurationError("\n".join(_problems(error))) from None


def _from_environment(env: dict[str, str]) -> dict[str, Any]:
    """Values named `IDP__TABLE__NAME`; `…_FILE` of a secret is replaced by the file's text."""
    prefix = "IDP__SECRETS__"
    for name, value in list(env.items()):
        if name.startswith(prefix) and name.endswith("_FILE"):
            try:
                env[name.removesuffix("_FILE")] = Path(value).read_text("utf-8").strip()
            except OSError as error:
                raise ConfigurationError(f"{name}: {error.strerror}: {value}") from None
            del env[name]

    unknown = [
        name
        for name in env
        if name.startswith("IDP__") and name.split("__")[1].lower() not in Settings.model_fields
    ]
    if unknown:
        raise ConfigurationError("\n".join(f"{name}: there is no such setting" for name in unknown))

    class Source(EnvSettingsSource):
        def _load_env_vars(self) -> Mapping[str, str | None]:
            return {name.lower(): value for name, value in env.items()}

    return Source(Settings)()


def _merge(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    merged = InitSettingsSource(Settings, base)()
    for name, value in over.items():
        if isinstance(value, dict) and isinstance(merged.get(name), dict):
            merged[name] = {**merged[name], **value}
        else:
            merged[name] = value
    return merged


def _problems(error: ValidationError) -> list[str]:
    """One line a problem, in the words of config.toml; never the value: it may be a secret."""
    lines = []
    for problem in error.errors(include_input=False, include_url=False):
        place = [str(part) for part in problem["loc"]]
        if place[:1] == ["secrets"] and len(place) > 1:
            name = "IDP__SECRETS__" + place[1].upper()
            what = "is missing" if problem["type"] == "missing" else problem["msg"]
            lines.append(f"{name}: {what} (or {name}_FILE)")
        else:
            # A rule about several tables has no place: its words name them.
            what = problem["msg"].removeprefix("Value error, ")
            lines.append(f"{'.'.join(place)}: {what}" if place else what)
    return lines
