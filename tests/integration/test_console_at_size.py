"""However much there is: a page of the console asks the database a few times, and shows."""

from collections.abc import Iterator

import pytest
import redis
from sqlalchemy import event

from idp.db.database import Database
from idp.db.postgresql import PostgresqlRows
from idp.db.rows import CursorRows
from idp.settings import load
from tests.conftest import CONFIG
from tests.fakes.carrier_records import CarrierRecordsInMemory
from tests.fakes.citizen_site import Site
from tests.fakes.clock import FakeClock
from tests.fakes.console_at_size import ConsoleAtSize, Size
from tests.fakes.mail import MailOutbox
from tests.fakes.sms import SmsOutbox

pytestmark = [pytest.mark.postgresql, pytest.mark.usefixtures("home")]

MOST_QUERIES = 12
LEAD_ELSEWHERE = {"/console/invitation"}
"""A link that somebody follows who is to become an operator."""


@pytest.fixture
def postgresql_site(
    environment: dict[str, str],
    postgresql_database: Database,
    redis_client: redis.Redis,
    clock: FakeClock,
    carriers: CarrierRecordsInMemory,
    sms: SmsOutbox,
    mail: MailOutbox,
) -> Iterator[Site]:
    url = postgresql_database.engine.url.render_as_string(hide_password=False)
    site = Site(
        settings=load(environment | {"IDP__DATABASE__URL": url}, config=CONFIG),
        redis_client=redis_client,
        clock=clock,
        carriers=carriers,
        sms=sms,
        mail=mail,
    )
    yield site
    site.database.engine.dispose()


@pytest.fixture
def asked(postgresql_site: Site, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every statement from now on, whichever way it goes to the database."""
    statements: list[str] = []
    event.listen(
        postgresql_site.database.engine,
        "before_cursor_execute",
        lambda _connection, _cursor, statement, *_: statements.append(statement),
    )
    for kind in (CursorRows, PostgresqlRows):
        run = kind._run

        def counted(rows: object, text: str, *values: object, run: object = run) -> object:
            statements.append(text)
            return run(rows, text, *values)  # type: ignore[operator]

        monkeypatch.setattr(kind, "_run", counted)
    return statements


@pytest.mark.parametrize(
    "size",
    [
        pytest.param(Size(relying_parties=1000, events=100_000), id="100000"),
        pytest.param(
            Size(relying_parties=10_000, events=5_000_000), id="5000000", marks=pytest.mark.nightly
        ),
    ],
)
def test_no_page_asks_more_than_a_dozen_times(
    postgresql_site: Site, asked: list[str], size: Size
) -> None:
    console = ConsoleAtSize(postgresql_site, size)
    statuses, queries = {}, {}

    for rule, address in console.addresses().items():
        asked.clear()
        statuses[rule] = console.browser.open(f"{address}?").status
        queries[rule] = list(asked)

    assert {rule for rule, status in statuses.items() if status != 200} == LEAD_ELSEWHERE
    assert {rule: found for rule, found in queries.items() if len(found) > MOST_QUERIES} == {}
    assert any(queries.values())
