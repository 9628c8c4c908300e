"""When a secret or a key was used last: once an hour, and never backwards."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from idp.db.database import Database
from idp.onboarding import store
from idp.relying_parties.model import ClientId
from idp.relying_parties.uses import NotedUses, WriteUse
from tests.fakes.clock import FakeClock
from tests.fakes.database import database_in_memory
from tests.fakes.onboarding import OnboardingHouse, VersionInMemory
from tests.fakes.people import NOON

PORTAL = ClientId("portal")
HOUR = timedelta(hours=1)


class Written:
    """Implements `UseWriter`."""

    def __init__(self) -> None:
        self.uses: list[tuple[str, str, datetime]] = []

    def write_use(self, client_id: ClientId, credential: str, at: datetime) -> None:
        """See `UseWriter`."""
        self.uses.append((client_id, credential, at))


@pytest.fixture
def database() -> Iterator[Database]:
    database = database_in_memory()
    yield database
    database.engine.dispose()


def test_an_hours_uses_are_written_once() -> None:
    clock, written = FakeClock(NOON), Written()
    uses = NotedUses(written, clock)
    for minutes in (0, 1, 58, 1, 59):
        clock.advance(timedelta(minutes=minutes))
        uses.secret(PORTAL, 7)
    uses.secret(PORTAL, 8)
    uses.key(ClientId("other"), "print")

    assert written.uses == [
        (PORTAL, "7", NOON),
        (PORTAL, "7", NOON + HOUR),
        (PORTAL, "8", clock.now()),
        ("other", "print", clock.now()),
    ]


def test_the_latest_use_stands(database: Database) -> None:
    house = OnboardingHouse(database, VersionInMemory(), FakeClock(NOON))
    house.tried("portal")
    write = WriteUse(database)
    for at in (NOON + HOUR, NOON, NOON + HOUR / 2):
        write(PORTAL, "1", at)
    write(ClientId("another"), "1", NOON + 2 * HOUR)

    with database.reading() as reading:
        row = store.found(reading, PORTAL)
        assert row is not None
        assert row.secrets[0].last_used_at == NOON + HOUR
