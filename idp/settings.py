"""
Every setting of the provider: `config.toml`, then the environment.

`IDP__OTP__LIFETIME=PT2M` overrides `lifetime` in the table `[otp]`. Secrets come from the
environment alone, as `IDP__SECRETS__DATA_KEY` or, from a file, `IDP__SECRETS__DATA_KEY_FILE`.
All problems are reported in one `ConfigurationError`.
"""

import base64
import binascii
import os
import re
from collections.abc import Mapping
from datetime import date, time, timedelta
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    FilePath,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from idp.core.email_address import EmailAddress, InvalidEmailAddress
from idp.core.environment import Environment

LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
Network = IPv4Network | IPv6Network


class ConfigurationError(Exception):
    """The configuration cannot be used; the message lists every problem, one a line."""


def _key_bytes(secret: SecretStr) -> SecretStr:
    key = decode_key(secret.get_secret_value())
    if len(set(key)) <= len(key) // 4:
        raise ValueError("looks like a sample value; generate 32 random bytes")
    return secret


def _key_list(secret: SecretStr) -> SecretStr:
    ids = set()
    for entry in secret.get_secret_value().split(","):
        key_id, separator, key = entry.strip().partition(":")
        if not separator or not key_id.isalnum() or len(key_id) > 8:  # noqa: PLR2004
            raise ValueError("must be `id:key`, several separated by commas, the newest first")
        if key_id in ids:
            raise ValueError(
                "names two keys alike: a value says by the id which one it was made with"
            )
        ids.add(key_id)
        _key_bytes(SecretStr(key))
    return secret


def decode_key(text: str) -> bytes:
    """The 32 bytes that *text* holds in base64 (either alphabet, padding optional)."""
    padded = text.strip() + "=" * (-len(text.strip()) % 4)
    try:
        key = base64.b64decode(padded.replace("-", "+").replace("_", "/"), validate=True)
    except binascii.Error:
        raise ValueError("is not base64") from None
    if len(key) != 32:  # noqa: PLR2004
        raise ValueError("must be 32 bytes in base64")
    return key


def _counted_network(network: Network) -> Network:
    # Budgets count networks of this size: a smaller one would be exempt in the file alone.
    widest = 24 if network.version == 4 else 56  # noqa: PLR2004
    if network.prefixlen > widest:
        raise ValueError(f"must be /{widest} or wider: clients are counted by such networks")
    return network


Duration = Annotated[timedelta, Field(gt=timedelta(0))]
Key = Annotated[SecretStr, AfterValidator(_key_bytes)]
KeyList = Annotated[SecretStr, AfterValidator(_key_list)]


class Table(BaseModel):
    """One table of config.toml. An unknown name is an error: no mistake in it stays silent."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Server(Table):
    issuer: str
    host: str
    port: int
    workers: int = Field(ge=1)
    threads: int = Field(ge=1)

    @property
    def secure(self) -> bool:
        """Whether the issuer is https: cookies are then `Secure`."""
        return self.issuer.startswith("https://")

    @property
    def strict_transport(self) -> bool:
        """
        Whether browsers are told to come by https alone (RFC 6797).

        Never for a loopback host: every other server of that machine would be cut off with us.
        """
        return self.secure and self.site not in LOOPBACK_HOSTS

    @property
    def site(self) -> str:
        """The issuer's host, named in SMS so that phones fill the code in there only."""
        return urlsplit(self.issuer).hostname or ""

    @model_validator(mode="after")
    def _issuer_is_one(self) -> Self:
        parts = urlsplit(self.issuer)
        if parts.query or parts.fragment or "@" in parts.netloc or not parts.hostname:
            raise ValueError("issuer must be a URL without query, fragment and user information")
        if self.issuer.endswith("/"):
            raise ValueError("issuer must not end with a slash")
        if parts.path:
            raise ValueError("issuer must have no path: the pages stand at the root")
        if parts.scheme != "https" and not (
            parts.scheme == "http" and parts.hostname in LOOPBACK_HOSTS
        ):
            raise ValueError("issuer must be https (http for a loopback host only)")
        return self


class Tls(Table):
    certificate: Path | None = None
    key: Path | None = None


class Http(Table):
    trusted_proxies: tuple[Network, ...]
    max_body: int
    ca_file: FilePath | None = None
    fetch_loopback: bool = False


class Database(Table):
    url: SecretStr | None = None
    pool_size: int = Field(ge=1)


class Redis(Table):
    url: SecretStr | None = None


class Secrets(Table):
    data_key: KeyList
    index_key: Key
    otp_key: Key
    subject_key: Key
    secret_pepper: Key
    refresh_key: Key
    csrf_key: Key
    signing_passphrase: SecretStr = Field(min_length=16)
    carrier_client_key: SecretStr
    sms_api_key: SecretStr
    smtp_password: SecretStr | None = None


class BrandSettings(Table):
    name_vi: str
    name_en: str
    sub_vi: str
    sub_en: str
    sms_name: str
    hotline: str
    trial_band: bool


class Logs(Table):
    format: Literal["json", "readable"]
    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"]


class Otp(Table):
    lifetime: Duration
    attempts: int = Field(ge=1)
    resend_after: Duration
    live_codes: int = Field(ge=1)
    challenges_before_pause: int = Field(ge=1)
    pause: Duration


class Rate(Table):
    """At most *count* in *period*."""

    count: int = Field(ge=1)
    period: Duration


class Throttling(Table):
    otp_per_number: tuple[Rate, ...]
    otp_sign_in_per_number: tuple[Rate, ...]
    otp_anonymous_per_network: tuple[Rate, ...]
    otp_per_carrier: tuple[Rate, ...]
    otp_system: tuple[Rate, ...]
    password_per_number_and_network: tuple[Rate, ...]
    password_per_number: tuple[Rate, ...]
    password_per_device: tuple[Rate, ...]
    password_failures_per_network: tuple[Rate, ...]
    password_failures_system: tuple[Rate, ...]
    app_code_per_citizen: tuple[Rate, ...]
    recovery_code_per_citizen: tuple[Rate, ...]
    interactions_per_network: tuple[Rate, ...]
    failures_per_network: tuple[Rate, ...]
    failures_per_relying_party: tuple[Rate, ...]
    enrolment_per_phone: tuple[Rate, ...]
    enrolment_per_identity_number: tuple[Rate, ...]
    enrolment_forms_per_network: tuple[Rate, ...]
    recovery_forms_per_network: tuple[Rate, ...]
    email_links_per_citizen: tuple[Rate, ...]
    counter_visit_codes_per_officer: tuple[Rate, ...]
    client_authentication_failures: tuple[Rate, ...]
    registrations_per_network: tuple[Rate, ...]
    operator_credentials: tuple[Rate, ...]
    operator_credentials_per_network: tuple[Rate, ...]
    api_client_failures: tuple[Rate, ...]
    api_requests_per_client: tuple[Rate, ...]
    exempt_networks: tuple[Annotated[Network, AfterValidator(_counted_network)], ...]


class Passwords(Table):
    minimum_length: int = Field(ge=8)
    memory_kib: int
    iterations: int
    hashes_at_once: int = Field(ge=0)
    queue_deadline: Duration


class Sessions(Table):
    idle: Duration
    maximum: Duration
    enrolment_counts_as_sign_in: Duration
    fresh_for: Duration


class Console(Table):
    idle: Duration
    maximum: Duration
    invitation_lasts: Duration
    manual_vi: str | None = Field(default=None, pattern=r"https://\S+")
    manual_en: str | None = Field(default=None, pattern=r"https://\S+")

    def manual(self, language: str) -> str | None:
        """Where portals' teams read the manual in that language, if not on pages of ours."""
        return self.manual_en if language == "en" else self.manual_vi


class Api(Table):
    token_lasts: Duration
    secret_lasts: Duration
    requests_remembered: Duration


class Devices(Table):
    known_for: Duration
    remembered_for: Duration
    new_device_sim_window: Duration


class Authenticators(Table):
    at_most: int = Field(ge=1)


class Interactions(Table):
    lifetime: Duration
    unattended: Duration


class Tokens(Table):
    code: Duration
    access_token: Duration
    id_token: Duration
    refresh_idle: Duration
    refresh_maximum: Duration
    refresh_grace: Duration


class Enrolment(Table):
    kept: Duration
    minimum_age: int
    otp_proves_for: Duration


class Recovery(Table):
    sim_change_window: Duration
    otp_proves_for: Duration
    other_phone_wait: Duration
    other_phone_kept: Duration
    other_phone_form_kept: Duration


class ClosedAccounts(Table):
    pseudonymised_after: Duration
    kept: Duration


class Phones(Table):
    at_most: int = Field(ge=1)
    cooling_off: Duration
    sim_change_window: Duration
    form_kept: Duration


class Disputes(Table):
    holder_answers_within: Duration
    otp_proves_for: Duration
    kept: Duration
    reserved_for: Duration
    decision_stands: Duration
    resolved_kept: Duration


class Level(Table):
    level: int = Field(ge=1, le=4)
    evidence: tuple[str, ...]
    shown_vi: str
    shown_en: str


class Evidence(Table):
    carrier_match_lapses_after: Duration
    counter_visit_lapses_after: Duration


class StepUp(Table):
    otp_proves_for: Duration


class CounterVisits(Table):
    code_lasts: Duration


class Rematch(Table):
    after: Duration
    begins: time
    ends: time


class CarrierSettings(Table):
    name: str
    shown: str
    base_url: str
    token_url: str
    unaccented: bool
    prefixes: tuple[str, ...]
    check_keyword: str
    rematches_per_minute: int = Field(ge=1)
    rematches_per_night: int = Field(ge=1)


class Carriers(Table):
    client_id: str
    call_timeout: Duration
    total_timeout: Duration
    calls_at_once: int = Field(ge=1)
    directory: tuple[CarrierSettings, ...]


class Messaging(Table):
    gateway_url: str
    timeout: Duration
    not_me_link_lasts: Duration


class Mail(Table):
    host: str
    port: int = Field(ge=1, le=65535)
    starttls: bool
    sender: str
    timeout: Duration
    link_lasts: Duration
    user: str | None = None
    ca_file: FilePath | None = None

    @model_validator(mode="after")
    def _sender_is_an_address(self) -> Self:
        try:
            EmailAddress.parse(self.sender)
        except InvalidEmailAddress:
            raise ValueError("sender must be an e-mail address") from None
        return self


class Audit(Table):
    sealed_after: Duration
    kept: Duration


class Failures(Table):
    kept: Duration


class Statistics(Table):
    kept: Duration


class Metrics(Table):
    host: str
    port: int = Field(ge=0, le=65535)


class DataRequests(Table):
    answered_in_working_days: int = Field(ge=1)
    done_in: Duration
    holidays: frozenset[date]


class Inactivity(Table):
    after: Duration
    notice_every: Duration
    begins: time
    ends: time
    otp_proves_for: Duration


class Signing(Table):
    folder: Path
    announce: Duration
    active: Duration
    publish_after_retirement: Duration


class Deployment(Table):
    environment: Environment


class RelyingParties(Table):
    production_hosts: tuple[str, ...] = Field(min_length=1)
    test_counts_for: Duration
    secret_lasts: Duration
    key_lasts: Duration


class Registrations(Table):
    folder: Path
    open: bool


class Certification(Table):
    """A mode for conformance suites: it makes signing in worthless, so it is for tests alone."""

    enabled: bool = False
    otp: str | None = Field(default=None, pattern="^[0-9]{6}$")
    person_file: FilePath | None = None


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
