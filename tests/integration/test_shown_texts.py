"""A hash in the ledger turns back into the words that a person was shown."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from click.testing import CliRunner
from sqlalchemy import func, select

from idp.citizens import store as citizens
from idp.consent.decide import DecideConsent
from idp.consents.commands import consents_commands
from idp.consents.model import ConsentLedgerEntry, ShownText
from idp.consents.store import keep_text
from idp.core.handles import digest
from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.relying_parties.model import ClientId
from tests.fakes.clock import FakeClock
from tests.fakes.people import AN, citizen_of

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
SHOWN = "binh-dinh\nHọ và tên\nSố CCCD"


def printed(database: Database, text_hash: str) -> str:
    return CliRunner().invoke(consents_commands(lambda: database), ["text", text_hash]).output


def test_the_words_of_a_consent_are_found_by_the_ledger(
    database: Database, index: BlindIndex, clock: FakeClock
) -> None:
    with database.transaction() as transaction:
        citizens.add(transaction, citizen_of(), index)
    decide = DecideConsent(database=database, clock=clock)
    for _ in range(2):
        decide.allow(AN, ClientId("binh-dinh"), frozenset({"name"}), shown=SHOWN)

    with database.reading() as reading:
        hashes = set(reading.scalars(select(ConsentLedgerEntry.text_hash)))
    assert hashes == {digest(SHOWN)}
    assert SHOWN in printed(database, hashes.pop())
    assert "no text has that hash" in printed(database, "x")


def test_a_text_is_kept_once_however_many_see_it(database: Database) -> None:
    def keep(minute: int) -> str:
        with database.transaction() as transaction:
            return keep_text(transaction, SHOWN, NOW + timedelta(minutes=minute))

    with ThreadPoolExecutor(4) as pool:
        hashes = {done.result() for done in [pool.submit(keep, each) for each in range(8)]}

    assert hashes == {digest(SHOWN)}
    with database.reading() as reading:
        assert reading.scalar(select(func.count()).select_from(ShownText)) == 1
