"""What is stored durably, on both databases."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import IntegrityError, NoResultFound, StatementError

from idp.audit.events import BudgetExceeded, PhoneDoubted, SignInSucceeded
from idp.audit.log import record
from idp.audit.model import AuditEvent
from idp.citizens import store as citizens
from idp.citizens.blind_indexes import identity_number_index, phone_number_index
from idp.citizens.model import (
    Citizen,
    CitizenId,
    CitizenIdentityNumber,
    CitizenStatus,
    EvidenceKind,
    PasswordCredential,
    Phone,
)
from idp.citizens.number_store import has_identity_number, holder_of_identity_number
from idp.citizens.phone_store import holder_of_phone, phone_number_of, release_phone
from idp.citizens.rules import speaks
from idp.consents import store as consents
from idp.consents.model import Consent, ConsentLedgerEntry
from idp.core.identity_number import IdentityNumberKind
from idp.core.phone_number import PhoneNumber
from idp.core.vietnam import VIETNAM
from idp.db import Base
from idp.db.database import Database
from idp.db.encryption import BlindIndex, UnreadableCiphertext
from idp.grants import store as grants
from idp.grants.model import Grant, GrantId, Redemption
from idp.sessions.model import SessionId
from tests.fakes.grants import add_agreed
from tests.fakes.people import (
    AN,
    BINH,
    BINH_DINH,
    DAK_LAK,
    DAY,
    NOON,
    TWO_FACTORS,
    authorization_of,
    citizen_of,
    evidence_of,
)

NUMBER = PhoneNumber.parse("0912000001")
WITHOUT_ZONE = datetime(2026, 6, 1)  # noqa: DTZ001


def add(database: Database, index: BlindIndex, *new: Citizen) -> None:
    with database.transaction() as transaction:
        for citizen in new:
            citizens.add(transaction, citizen, index)


# --- citizens -------------------------------------------------------------------------------------


def test_a_citizen_is_read_as_it_was_stored(database: Database, index: BlindIndex) -> None:
    add(database, index, citizen_of(numbers=("052090000001", "211000001")))

    with database.reading() as reading:
        found = citizens.citizen(
            reading, AN, "identity_numbers", "phones", "evidence", "credential"
        )

    assert found.full_name.value == "Nguyễn Văn An"
    assert found.birth_date.isoformat() == "1990-01-02"
    assert found.phone_number == NUMBER
    cccd, cmnd = (found.number_of(kind) for kind in IdentityNumberKind)
    assert (cccd and cccd.value, cmnd and cmnd.value) == ("052090000001", "211000001")
    assert found.created_at == NOON
    assert found.created_at.tzinfo is UTC


def test_sign_in_finds_a_citizen_by_either_number(database: Database, index: BlindIndex) -> None:
    add(database, index, citizen_of(numbers=("052090000001", "211000001")))

    with database.reading() as reading:
        records = [
            citizens.sign_in_record(reading, identity_number_index(index, number))
            for number in ("052090000001", "211000001")
        ]
        nobody = citizens.sign_in_record(reading, identity_number_index(index, "0" * 12))

    assert records[0] == records[1]
    assert records[0] == citizens.SignInRecord(AN, CitizenStatus.ACTIVE, "$argon2id$of-a-test")
    assert nobody is None


def test_a_number_given_up_does_not_sign_in(database: Database, index: BlindIndex) -> None:
    former = citizen_of()
    former.identity_numbers[0].active = False
    add(database, index, former)
    number_index = identity_number_index(index, "052090000001")

    with database.reading() as reading:
        assert citizens.sign_in_record(reading, number_index) is None
        assert holder_of_identity_number(reading, number_index) is None
        assert not has_identity_number(reading, AN, number_index)


def test_the_index_of_one_key_finds_nothing_under_another(
    database: Database, index: BlindIndex
) -> None:
    add(database, index, citizen_of())
    other = BlindIndex(b"o" * 32)

    with database.reading() as reading:
        assert holder_of_phone(reading, phone_number_index(index, NUMBER)) == AN
        assert holder_of_phone(reading, phone_number_index(other, NUMBER)) is None


def test_an_identity_number_has_one_active_holder(database: Database, index: BlindIndex) -> None:
    add(database, index, citizen_of())

    with pytest.raises(IntegrityError):
        add(database, index, citizen_of(BINH, phone="0912000002"))


def test_a_phone_number_has_one_active_holder(database: Database, index: BlindIndex) -> None:
    add(database, index, citizen_of())

    with pytest.raises(IntegrityError):
        add(database, index, citizen_of(BINH, numbers=("052090000002",)))


def test_a_citizen_has_one_default_number(database: Database, index: BlindIndex) -> None:
    citizen = citizen_of()
    citizen.phones.append(
        Phone(number="+84912000002", active=True, is_default=True, verified_at=NOON)
    )

    with pytest.raises(IntegrityError):
        add(database, index, citizen)


def test_former_rows_stay_beside_the_present_one(database: Database, index: BlindIndex) -> None:
    for name in (AN, BINH):
        former = citizen_of(name)
        former.identity_numbers[0].active = False
        former.phones[0].active = False
        add(database, index, former)
    present = citizen_of(CitizenId("33333333-3333-4333-8333-333333333333"))
    add(database, index, present)

    with database.reading() as reading:
        assert len(reading.scalars(select(CitizenIdentityNumber)).all()) == 3
        holder = holder_of_phone(reading, phone_number_index(index, NUMBER))
    assert holder == present.id


def test_a_number_that_moves_takes_its_evidence_along(
    database: Database, index: BlindIndex
) -> None:
    add(database, index, citizen_of())
    number_index = phone_number_index(index, NUMBER)
    with database.transaction() as transaction:
        phone_id = transaction.scalars(select(Phone.id)).one()
        transaction.add(evidence_of(phone_id=phone_id))
        transaction.add(evidence_of(EvidenceKind.COUNTER_VISIT))
        transaction.add(evidence_of(phone_id=phone_id, lapsed_at=NOON - DAY))

    with database.transaction() as transaction:
        assert release_phone(transaction, number_index, NOON + DAY) == AN
        citizens.add(transaction, citizen_of(BINH, numbers=("052090000002",)), index)

    with database.reading() as reading:
        evidence = citizens.evidence_of(reading, AN)
        assert phone_number_of(reading, AN) is None
        assert phone_number_of(reading, BINH) == NUMBER
        assert holder_of_phone(reading, number_index) == BINH
        removed = reading.scalars(select(Phone.removed_at).where(Phone.citizen_id == AN)).one()
    assert removed == NOON + DAY
    assert {record.kind for record in evidence if speaks(record, NOON + DAY)} == {
        EvidenceKind.COUNTER_VISIT
    }
    assert sorted(record.lapsed_at for record in evidence if record.lapsed_at) == [
        NOON - DAY,
        NOON + DAY,
    ]


def test_releasing_a_number_that_nobody_has_changes_nothing(
    database: Database, index: BlindIndex
) -> None:
    with database.transaction() as transaction:
        number_index = phone_number_index(index, NUMBER)

        assert release_phone(transaction, number_index, NOON) is None


def test_a_replaced_password_does_not_come_back_by_a_rehash(
    database: Database, index: BlindIndex
) -> None:
    add(database, index, citizen_of())
    with database.transaction() as transaction:
        citizens.replace_password(transaction, AN, "new", NOON + DAY)
        citizens.rehash_password(transaction, AN, former="$argon2id$of-a-test", new="rehashed")
    with database.reading() as reading:
        credential = reading.scalars(select(PasswordCredential)).one()

    assert (credential.hash, credential.changed_at) == ("new", NOON + DAY)


def test_a_rehash_is_no_change_of_password(database: Database, index: BlindIndex) -> None:
    add(database, index, citizen_of())
    with database.transaction() as transaction:
        citizens.rehash_password(transaction, AN, former="$argon2id$of-a-test", new="rehashed")
    with database.reading() as reading:
        credential = reading.scalars(select(PasswordCredential)).one()

    assert (credential.hash, credential.changed_at) == ("rehashed", NOON)


def test_nobody_is_found_under_an_unknown_id(database: Database) -> None:
    with database.reading() as reading, pytest.raises(NoResultFound):
        citizens.citizen(reading, AN)


# --- what is at rest ------------------------------------------------------------------------------

PERSONAL = ("Nguyễn Văn An", "052090000001", "211000001", "0912000001", "84912000001", "1990-01-02")


def test_nothing_personal_can_be_read_in_any_table(database: Database, index: BlindIndex) -> None:
    add(database, index, citizen_of(numbers=("052090000001", "211000001")))

    stored = b""
    with database.engine.connect() as connection:
        for table in inspect(connection).get_table_names():
            for row in connection.execute(text(f'SELECT * FROM "{table}"')):  # noqa: S608
                stored += b"\0".join(
                    bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                    for value in row
                )

    assert len(stored) > 500
    assert [value for value in PERSONAL if value.encode() in stored] == []


def test_nothing_personal_can_be_read_in_the_file(
    sqlite_database: Database, index: BlindIndex, tmp_path: Path
) -> None:
    add(sqlite_database, index, citizen_of(numbers=("052090000001", "211000001")))

    files = list(tmp_path.glob("idp.sqlite3*"))
    stored = b"".join(file.read_bytes() for file in files)

    assert "idp.sqlite3-wal" in {file.name for file in files}
    assert AN.encode() in stored
    assert [value for value in PERSONAL if value.encode() in stored] == []


def test_a_value_moved_to_another_column_is_not_read_there(
    database: Database, index: BlindIndex
) -> None:
    add(database, index, citizen_of())
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE citizen SET full_name = birth_date"))

    with database.reading() as reading, pytest.raises(UnreadableCiphertext):
        citizens.citizen(reading, AN)


@pytest.mark.parametrize("wrong", [{"birth_date": "1990-01-02\ud800"}, {"at": WITHOUT_ZONE}])
def test_errors_of_the_database_quote_nothing_personal(
    database: Database, index: BlindIndex, wrong: dict[str, Any]
) -> None:
    """Tracebacks end in logs."""
    with pytest.raises(StatementError) as caught:
        add(database, index, citizen_of(**wrong))

    assert [value for value in PERSONAL if value in str(caught.value)] == []


def test_a_moment_without_a_zone_is_refused(database: Database, index: BlindIndex) -> None:
    with pytest.raises(StatementError):
        add(database, index, citizen_of(at=WITHOUT_ZONE))


def test_a_moment_of_another_zone_is_kept_as_utc(database: Database, index: BlindIndex) -> None:
    add(database, index, citizen_of(at=NOON.astimezone(VIETNAM)))

    with database.reading() as reading:
        assert citizens.citizen(reading, AN).created_at == NOON


def test_what_fails_half_way_leaves_nothing(database: Database, index: BlindIndex) -> None:
    def fail() -> None:
        with database.transaction() as transaction:
            citizens.add(transaction, citizen_of(), index)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    with database.reading() as reading:
        assert reading.scalars(select(Citizen)).all() == []


def test_a_row_of_nobody_is_refused(database: Database) -> None:
    with pytest.raises(IntegrityError), database.transaction() as transaction:
        transaction.add(evidence_of(citizen_id=BINH))


# --- consents -------------------------------------------------------------------------------------


def test_a_consent_grows_and_the_ledger_keeps_each_answer(
    database: Database, index: BlindIndex
) -> None:
    add(database, index, citizen_of())
    for claims, day in ((("name",), 0), (("phone_number", "name"), 1)):
        with database.transaction() as transaction:
            consents.give(
                transaction,
                citizen_id=AN,
                client_id=BINH_DINH,
                claims=claims,
                text_hash=f"hash-{day}",
                at=NOON + day * DAY,
            )

    with database.reading() as reading:
        assert consents.consented_claims(reading, AN, BINH_DINH) == {"name", "phone_number"}
        assert consents.consented_claims(reading, AN, DAK_LAK) == frozenset()
        assert consents.consented_claims(reading, BINH, BINH_DINH) == frozenset()
        ledger = reading.scalars(select(ConsentLedgerEntry).order_by(ConsentLedgerEntry.id)).all()
    assert [(entry.change, entry.claims, entry.text_hash, entry.at) for entry in ledger] == [
        ("given", ["name"], "hash-0", NOON),
        ("given", ["name", "phone_number"], "hash-1", NOON + DAY),
    ]


# --- grants ---------------------------------------------------------------------------------------


def test_a_grant_is_redeemed_unless_it_was_revoked(database: Database, index: BlindIndex) -> None:
    add(database, index, citizen_of())
    with database.transaction() as transaction:
        add_agreed(transaction, authorization_of("ended"), at=NOON)
        grants.revoke_of_session(transaction, SessionId("session"), NOON)
        add_agreed(transaction, authorization_of("live"), at=NOON)
        add_agreed(transaction, authorization_of("replayed"), at=NOON)
        for name in ("replayed", "ended"):  # a replay changes nothing about what was over
            grants.revoke_replayed(transaction, GrantId(name), NOON + DAY)
            grants.revoke_replayed(transaction, GrantId(name), NOON + 2 * DAY)

    with database.transaction() as transaction:
        redeemed = {
            name: grants.mark_redeemed(transaction, GrantId(name), NOON)
            for name in ("live", "replayed", "ended", "unknown")
        }

    assert redeemed == {
        "live": Redemption.LIVE,
        "replayed": Redemption.REPLAYED,
        "ended": Redemption.ENDED,
        "unknown": Redemption.ENDED,
    }


def test_a_session_s_end_revokes_its_live_grants_once(
    database: Database, index: BlindIndex
) -> None:
    add(database, index, citizen_of())
    with database.transaction() as transaction:
        for name, client_id in (("one", BINH_DINH), ("two", DAK_LAK), ("three", DAK_LAK)):
            add_agreed(transaction, authorization_of(name, client_id=client_id), at=NOON)
        grants.revoke_replayed(transaction, GrantId("three"), NOON)
    session = SessionId("session")

    with database.transaction() as transaction:
        reached = grants.client_ids_of_session(transaction, session)
        first = grants.revoke_of_session(transaction, session, NOON + DAY)
        second = grants.revoke_of_session(transaction, session, NOON + 2 * DAY)
        other = grants.revoke_of_session(transaction, SessionId("another"), NOON)

    assert sorted(reached) == [BINH_DINH, DAK_LAK]
    assert (sorted(first), second, other) == (["one", "two"], [], [])
    with database.reading() as reading:
        revoked = dict(reading.execute(select(Grant.id, Grant.revoked_at)).all())
    assert revoked == {"one": NOON + DAY, "two": NOON + DAY, "three": NOON}


def test_all_grants_of_a_citizen_end_and_nobody_else_s(
    database: Database, index: BlindIndex
) -> None:
    add(database, index, citizen_of(), citizen_of(BINH, numbers=("052090000002",), phone=None))
    with database.transaction() as transaction:
        add_agreed(transaction, authorization_of("an"), at=NOON)
        add_agreed(transaction, authorization_of("binh", citizen_id=BINH), at=NOON)

    with database.transaction() as transaction:
        assert grants.revoke_of_citizen(transaction, AN, NOON) == ["an"]
        binh = grants.mark_redeemed(transaction, GrantId("binh"), NOON)
    assert binh is Redemption.LIVE


# --- the audit log --------------------------------------------------------------------------------


def test_events_are_written_with_their_details(database: Database) -> None:
    with database.transaction() as transaction:
        record(transaction, SignInSucceeded(citizen_id=AN, amr=TWO_FACTORS), NOON)
        record(transaction, BudgetExceeded(client_id=BINH_DINH, budget="otp_system"), NOON)
        record(
            transaction,
            PhoneDoubted(during="recovery", reason="sim_changed", possible_from=NOON),
            NOON,
        )

    with database.reading() as reading:
        events = reading.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
    assert [(event.kind, event.citizen_id, event.client_id, event.details) for event in events] == [
        ("sign_in_succeeded", AN, None, {"amr": list(TWO_FACTORS)}),
        ("budget_exceeded", None, BINH_DINH, {"budget": "otp_system"}),
        (
            "phone_doubted",
            None,
            None,
            {
                "during": "recovery",
                "reason": "sim_changed",
                "possible_from": NOON.isoformat(),
            },
        ),
    ]


def test_an_event_is_undone_with_what_it_tells_of(database: Database) -> None:
    def fail() -> None:
        with database.transaction() as transaction:
            record(transaction, SignInSucceeded(citizen_id=AN, amr=()), NOON)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    with database.reading() as reading:
        assert reading.scalars(select(AuditEvent)).all() == []


def test_every_table_and_constraint_has_a_name_of_our_making(database: Database) -> None:
    """A constraint without a name cannot be changed by a migration."""
    unnamed = [
        (table.name, constraint)
        for table in Base.metadata.tables.values()
        for constraint in table.constraints
        if constraint.name is None
    ]

    assert unnamed == []


def test_keeping_a_shown_text_hides_no_fault_of_what_was_begun_before(database: Database) -> None:
    def begin_and_keep() -> None:
        with database.transaction() as transaction:
            transaction.add(Consent(citizen_id=CitizenId("nobody"), client_id=BINH_DINH, claims=[]))
            consents.keep_text(transaction, "Trang này sẽ nhận:", NOON)

    with pytest.raises(IntegrityError):
        begin_and_keep()


def test_a_shown_text_is_kept_once(database: Database) -> None:
    with database.transaction() as transaction:
        hashes = {consents.keep_text(transaction, "Trang này sẽ nhận:", NOON) for _ in range(2)}
    with database.transaction() as transaction:
        hashes.add(consents.keep_text(transaction, "Trang này sẽ nhận:", NOON))

    with database.reading() as reading:
        found = [consents.shown_text(reading, each) for each in hashes]
    assert [None if each is None else each.text for each in found] == ["Trang này sẽ nhận:"]
