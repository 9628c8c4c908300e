"""The tables of config.toml: what each setting may be."""

from datetime import date, time, timedelta
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    FilePath,
    SecretStr,
    model_validator,
)

from idp.core.email_address import EmailAddress, InvalidEmailAddress
from idp.core.environment import Environment
from idp.settings.keys import Key, KeyList

LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
Network = IPv4Network | IPv6Network


def _counted_network(network: Network) -> Network:
    # Budgets count networks of this size: a smaller one would be exempt in the file alone.
    widest = 24 if network.version == 4 else 56  # noqa: PLR2004
    if network.prefixlen > widest:
        raise ValueError(f"must be /{widest} or wider: clients are counted by such networks")
    return network


Duration = Annotated[timedelta, Field(gt=timedelta(0))]


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
