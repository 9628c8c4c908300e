"""An account is locked before its phones, whoever changes both: no two wait for each other."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from idp.citizens import store as citizens
from idp.citizens.holds import place_hold
from idp.citizens.model import HoldKind, Phone
from idp.citizens.phone_store import lock_phone
from idp.db.database import Database
from idp.db.encryption import BlindIndex
from tests.fakes.people import AN, NOON, citizen_of


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
