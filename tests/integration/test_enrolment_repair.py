"""The old number's question, and taking up what was left: on SQLite and on PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from idp.audit.model import AuditEvent
from idp.carriers.model import ClaimedIdentity, MatchOutcome, Outcome
from idp.carriers.ports import CarrierUnavailable
from idp.citizens import store as citizens
from idp.citizens.blind_indexes import identity_number_index
from idp.citizens.model import Citizen, CitizenIdentityNumber
from idp.citizens.number_store import claimed_number, holder_of_identity_number
from idp.core.identity_number import IdentityNumber
from idp.core.phone_number import PhoneNumber
from idp.enrolment import store as enrolment_store
from idp.enrolment.ask_carrier import NothingToAsk
from idp.enrolment.create_citizen import AlreadyEnrolled, NotReady
from idp.enrolment.model import PendingEnrolment, PendingEnrolmentId
from idp.throttling.ports import BudgetSpent
from tests.fakes.enrolments import PASSWORD, PROVES_FOR, Enrolments, NoMore, subscription

CCCD, CMND, STRANGERS = "052190000001", "212345678", "052190000099"
PHONE, OTHER_PHONE = "+84912000001", "+84912000002"
HERE, THERE = "h" * 43, "t" * 43


def kinds(enrolments: Enrolments) -> list[str]:
    with enrolments.database.reading() as reading:
        return list(reading.execute(select(AuditEvent.kind).order_by(AuditEvent.id)).scalars())


def numbers(enrolments: Enrolments) -> list[tuple[str, str]]:
    with enrolments.database.reading() as reading:
        rows = reading.execute(select(CitizenIdentityNumber)).scalars()
        return sorted((row.kind, row.value) for row in rows if row.active)


# --- the old number -------------------------------------------------------------------------------


def test_a_match_with_the_old_number_is_an_enrolment_with_that_number_alone(
    enrolments: Enrolments,
) -> None:
    pending_id = enrolments.mismatched(CCCD, PHONE, recorded=CMND)

    assert enrolments.ask_with_old_number(pending_id, CMND)
    enrolled = enrolments.create(pending_id, PASSWORD)

    assert numbers(enrolments) == [("cmnd", CMND)]
    with enrolments.database.reading() as reading:
        assert claimed_number(reading, enrolled.citizen_id) == IdentityNumber(CCCD)
        claimed = identity_number_index(enrolments.index, CCCD)
        assert citizens.sign_in_record(reading, claimed) is None
        assert holder_of_identity_number(reading, claimed) is None


def test_a_strangers_number_typed_beside_the_own_old_one_gets_nobody_anything(
    enrolments: Enrolments,
) -> None:
    """The owner of the number enrols as if nobody had ever typed it."""
    pending_id = enrolments.mismatched(STRANGERS, PHONE, recorded=CMND)
    assert enrolments.ask_with_old_number(pending_id, CMND)
    thief = enrolments.create(pending_id, PASSWORD).citizen_id

    owner = enrolments.create(enrolments.ready(STRANGERS, OTHER_PHONE), PASSWORD).citizen_id

    assert owner != thief
    assert numbers(enrolments) == [("cccd", STRANGERS), ("cmnd", CMND)]


def test_the_old_number_is_asked_about_once_for_what_is_typed(enrolments: Enrolments) -> None:
    pending_id = enrolments.mismatched(CCCD, PHONE, recorded=CMND)

    assert not enrolments.ask_with_old_number(pending_id, "299999999")
    with pytest.raises(NothingToAsk):
        enrolments.ask_with_old_number(pending_id, CMND)
    enrolments.ask(pending_id)  # the same details again are no new revision
    with pytest.raises(NothingToAsk):
        enrolments.ask_with_old_number(pending_id, CMND)
    row = enrolments.row(pending_id)
    assert (row.outcome, row.differing) == (Outcome.MISMATCH, ["identity_number"])

    enrolments.typed(CCCD, PHONE, browser=PHONE.ljust(43, "b"), current=pending_id)
    enrolments.ask(pending_id)
    assert enrolments.ask_with_old_number(pending_id, CMND)


def test_of_many_questions_with_old_numbers_one_is_put(enrolments: Enrolments) -> None:
    pending_id = enrolments.mismatched(CCCD, PHONE, recorded=CMND)
    enrolments.throttle.counted = 0
    before = len(enrolments.carriers.disclosed)

    def attempt(serial: int) -> bool:
        try:
            return enrolments.ask_with_old_number(pending_id, f"2999999{serial:02}")
        except NothingToAsk:
            return False

    with ThreadPoolExecutor(max_workers=8) as threads:
        answers = list(threads.map(attempt, range(16)))

    assert answers == [False] * 16
    assert len(enrolments.carriers.disclosed) == before + 1
    assert enrolments.throttle.counted == 2  # by number and by phone


@pytest.mark.parametrize("why", ["silent", "spent"])
def test_a_question_that_nobody_answered_can_be_put_again(enrolments: Enrolments, why: str) -> None:
    pending_id = enrolments.mismatched(CCCD, PHONE, recorded=CMND)
    allows = enrolments.throttle
    if why == "silent":
        enrolments.carriers.silent.add("vinaphone")
        expected: type[Exception] = CarrierUnavailable
    else:
        enrolments.throttle = NoMore()
        expected = BudgetSpent

    with pytest.raises(expected):
        enrolments.ask_with_old_number(pending_id, CMND)
    enrolments.carriers.silent.clear()
    enrolments.throttle = allows

    assert enrolments.row(pending_id).outcome is Outcome.MISMATCH
    assert enrolments.ask_with_old_number(pending_id, CMND)


def test_an_answer_about_the_old_number_of_other_details_is_dropped(
    enrolments: Enrolments, monkeypatch: pytest.MonkeyPatch
) -> None:
    pending_id = enrolments.mismatched(CCCD, PHONE, recorded=CMND)
    honest = enrolments.carriers.match

    def while_others_are_typed(number: PhoneNumber, person: ClaimedIdentity) -> MatchOutcome:
        enrolments.typed(STRANGERS, PHONE, browser=PHONE.ljust(43, "b"), current=pending_id)
        return honest(number, person)

    monkeypatch.setattr(enrolments.carriers, "match", while_others_are_typed)
    assert not enrolments.ask_with_old_number(pending_id, CMND)

    row = enrolments.row(pending_id)
    assert row.outcome is None
    assert row.details.identity.identity_number == IdentityNumber(STRANGERS)


def test_without_a_fresh_proof_no_old_number_goes_to_a_carrier(enrolments: Enrolments) -> None:
    pending_id = enrolments.mismatched(CCCD, PHONE, recorded=CMND)
    before = len(enrolments.carriers.disclosed)
    enrolments.clock.advance(PROVES_FOR)

    with pytest.raises(NothingToAsk):
        enrolments.ask_with_old_number(pending_id, CMND)
    assert len(enrolments.carriers.disclosed) == before


def test_no_other_mismatch_opens_the_old_numbers_question(enrolments: Enrolments) -> None:
    enrolments.carriers.subscriptions[PhoneNumber(PHONE)] = subscription(CCCD, "Trần Văn Khác")
    pending_id = enrolments.typed(CCCD, PHONE)
    enrolments.confirm(pending_id)
    enrolments.ask(pending_id)

    with pytest.raises(NothingToAsk):
        enrolments.ask_with_old_number(pending_id, CMND)


# --- one person has one account -------------------------------------------------------------------


def test_who_enrolled_with_the_cmnd_has_an_account_when_the_record_has_the_cccd(
    enrolments: Enrolments,
) -> None:
    """Else the carrier's shop, by mending the record, would make them a second person."""
    enrolments.create(enrolments.ready(CMND, PHONE), PASSWORD)

    again = enrolments.ready(CCCD, PHONE)

    with pytest.raises(AlreadyEnrolled):
        enrolments.create(again, PASSWORD)
    assert enrolments.count(Citizen) == 1
    assert "phone_moved" not in kinds(enrolments)
    assert "enrolment_found_account" in kinds(enrolments)


def test_who_has_an_account_by_cccd_makes_none_by_cmnd_with_another_phone(
    enrolments: Enrolments,
) -> None:
    enrolments.create(enrolments.ready(CCCD, PHONE), PASSWORD)
    pending_id = enrolments.mismatched(CCCD, OTHER_PHONE, recorded=CMND)
    assert enrolments.ask_with_old_number(pending_id, CMND)

    with pytest.raises(AlreadyEnrolled):
        enrolments.create(pending_id, PASSWORD)


def test_nobody_learns_of_an_account_by_claiming_its_number(enrolments: Enrolments) -> None:
    """Somebody of another name, who types the number of an account beside the own CMND."""
    enrolments.create(enrolments.ready(STRANGERS, PHONE), PASSWORD)
    enrolments.carriers.subscriptions[PhoneNumber(OTHER_PHONE)] = subscription(CMND, "Lê Văn Cam")
    pending_id = enrolments.typed(STRANGERS, OTHER_PHONE, name="Lê Văn Cam")
    enrolments.confirm(pending_id)
    enrolments.ask(pending_id)

    assert enrolments.ask_with_old_number(pending_id, CMND)
    enrolments.create(pending_id, PASSWORD)

    assert "enrolment_found_account" not in kinds(enrolments)


def test_both_numbers_of_one_person_at_once_make_one_account(enrolments: Enrolments) -> None:
    by_cmnd = enrolments.ready(CMND, PHONE)
    by_cccd = enrolments.ready(CCCD, PHONE)

    def attempt(pending_id: PendingEnrolmentId) -> bool:
        try:
            enrolments.create(pending_id, PASSWORD)
        except (AlreadyEnrolled, NotReady):
            return False
        return True

    with ThreadPoolExecutor(max_workers=2) as threads:
        made = list(threads.map(attempt, [by_cmnd, by_cccd]))

    assert sorted(made) == [False, True]
    assert enrolments.count(Citizen) == 1


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)  # SQLite writes one by one
def test_who_finishes_between_the_others_question_and_insertion_keeps_the_account(
    enrolments: Enrolments, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_cmnd = enrolments.ready(CMND, PHONE)
    by_cccd = enrolments.ready(CCCD, PHONE)
    asked = enrolment_store.account_of
    waiting = [by_cccd]

    def ask(session: Session, row: PendingEnrolment) -> enrolment_store.ExistingAccount | None:
        found = asked(session, row)
        if waiting:
            enrolments.create(waiting.pop(), PASSWORD)
        return found

    monkeypatch.setattr(enrolment_store, "account_of", ask)

    with pytest.raises(AlreadyEnrolled):
        enrolments.create(by_cmnd, PASSWORD)
    assert numbers(enrolments) == [("cccd", CCCD)]
    assert enrolments.count(Citizen) == 1
    assert "phone_moved" not in kinds(enrolments)


# --- taken up -------------------------------------------------------------------------------------


def found(
    enrolments: Enrolments, number: str, phone: str, *, browser: str = THERE
) -> PendingEnrolmentId | None:
    return enrolments.find_kept(number, PhoneNumber(phone), browser=browser)


def test_what_is_kept_is_found_by_both_numbers_alone(enrolments: Enrolments) -> None:
    pending_id = enrolments.typed(CCCD, PHONE, browser=HERE)

    assert found(enrolments, CCCD, PHONE) == pending_id
    assert found(enrolments, STRANGERS, PHONE) is None
    assert found(enrolments, CCCD, OTHER_PHONE) is None
    assert found(enrolments, "khong-phai-so", PHONE) is None
    enrolments.clock.advance(timedelta(days=7))
    assert found(enrolments, CCCD, PHONE) is None


def test_after_the_old_numbers_question_either_number_finds_it(enrolments: Enrolments) -> None:
    pending_id = enrolments.mismatched(CCCD, PHONE, recorded=CMND)
    enrolments.ask_with_old_number(pending_id, CMND)

    assert found(enrolments, CCCD, PHONE) == pending_id
    assert found(enrolments, CMND, PHONE) == pending_id


def test_what_a_stranger_typed_stands_behind_what_the_phones_holder_did(
    enrolments: Enrolments,
) -> None:
    own = enrolments.typed(CCCD, PHONE, browser=HERE)
    enrolments.confirm(own)
    enrolments.clock.advance(timedelta(hours=1))
    enrolments.typed(CCCD, PHONE, browser="s" * 43, name="Người Lạ")

    assert found(enrolments, CCCD, PHONE) == own


def test_another_browser_gets_a_copy_and_the_proof_is_its_own(enrolments: Enrolments) -> None:
    """Else whoever typed it first could set the password once the owner proves the phone."""
    pending_id = enrolments.ready(CCCD, PHONE)
    begun_in = enrolments.row(pending_id).browser
    enrolments.clock.advance(PROVES_FOR)

    taken = enrolments.take_up(pending_id, browser=THERE, interaction_id="i" * 43)

    assert taken is not None
    assert taken.id != pending_id
    assert taken.interaction_id is None
    copy, first = enrolments.row(taken.id), enrolments.row(pending_id)
    assert (copy.browser, first.browser) == (THERE, begun_in)
    assert copy.phone_confirmed_at == enrolments.clock.now()
    assert copy.expires_at == first.expires_at
    assert copy.outcome is None
    with pytest.raises(NotReady):
        enrolments.create(pending_id, PASSWORD)
    enrolments.ask(taken.id)
    enrolments.create(taken.id, PASSWORD)
    assert enrolments.count(Citizen) == 1


def test_an_e_mail_address_stays_where_it_was_typed(enrolments: Enrolments) -> None:
    pending_id = enrolments.typed(CCCD, PHONE, browser=HERE)
    with enrolments.database.transaction() as transaction:
        transaction.get_one(PendingEnrolment, pending_id).email = "somebody@example.com"

    taken = enrolments.take_up(pending_id, browser=THERE, interaction_id="i" * 43)

    assert taken is not None
    assert enrolments.row(taken.id).email is None


def test_in_the_browser_that_began_it_nothing_is_copied(enrolments: Enrolments) -> None:
    pending_id = enrolments.typed(CCCD, PHONE, browser=HERE)

    taken = enrolments.take_up(pending_id, browser=HERE, interaction_id="other".ljust(43, "o"))

    assert taken is not None
    assert (taken.id, taken.interaction_id) == (pending_id, "i" * 43)
    assert enrolments.count(PendingEnrolment) == 1
    assert enrolments.row(pending_id).phone_confirmed_at == enrolments.clock.now()


def test_what_is_gone_is_not_taken_up(enrolments: Enrolments) -> None:
    pending_id = enrolments.typed(CCCD, PHONE, browser=HERE)
    enrolments.clock.advance(timedelta(days=7))

    assert enrolments.take_up(pending_id, browser=THERE, interaction_id="i" * 43) is None
    gone = PendingEnrolmentId("gone")
    assert enrolments.take_up(gone, browser=THERE, interaction_id="i" * 43) is None
    with enrolments.database.reading() as reading:
        rows = reading.execute(select(func.count()).select_from(PendingEnrolment)).scalar_one()
    assert rows == 1
