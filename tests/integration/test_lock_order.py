"""Consents are locked before their account, it before its phones: no two wait for each other."""

from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from idp.account.closing.close_own_account import CloseOwnAccount
from idp.citizens import store as citizens
from idp.citizens.holds import place_hold
from idp.citizens.model import HoldKind, Phone
from idp.citizens.phone_store import lock_phone
from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.follow_ups.follow_ups import FollowUps
from tests.fakes.clock import FakeClock
from tests.fakes.people import AN, NOON, citizen_of
from tests.fakes.questions import counted


@pytest.mark.postgresql
def test_a_phone_waits_for_its_account(postgresql_database: Database, index: BlindIndex) -> None:
    database = postgresql_database
    with database.transaction() as transaction:
        citizens.add(transaction, citizen_of(AN, numbers=("052190000001",)), index)
        phone_id = transaction.execute(select(Phone.id)).scalar_one()

    with database.transaction() as deciding:  # locks the account, as a decided dispute does
        place_hold(deciding, AN, HoldKind.OPERATOR, NOON)
        with database.transaction() as matching:
            matching.execute(text("SET LOCAL lock_timeout = '50ms'"))
            with pytest.raises(OperationalError, match="lock timeout"):
                lock_phone(matching, AN, phone_id)
            matching.rollback()
        deciding.execute(select(Phone).where(Phone.id == phone_id).with_for_update(nowait=True))


@pytest.mark.postgresql
def test_an_account_that_is_closed_waits_for_an_answer_before_it_is_locked(
    postgresql_database: Database, index: BlindIndex, clock: FakeClock
) -> None:
    """An answer holds the consent, and looks at the account after that."""
    database = postgresql_database
    with database.transaction() as transaction:
        citizens.add(transaction, citizen_of(AN, numbers=("052190000001",)), index)
    nobody: Any = None
    follow_ups = FollowUps(end_sessions=nobody, notices=nobody, database=database, clock=clock)
    close = CloseOwnAccount(database=database, follow_ups=follow_ups, clock=clock)

    with counted(database) as questions:
        close(AN, shown="-")

    locks = [str(each) for each in questions.statements if str(each).endswith("UPDATE")]
    assert "FROM consent" in locks[0]
    assert "FROM citizen" in locks[1]
