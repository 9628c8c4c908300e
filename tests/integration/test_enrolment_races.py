"""Many enrolments at once: on SQLite and on PostgreSQL."""

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from idp.audit.model import AuditEvent
from idp.carriers.model import ClaimedIdentity, MatchOutcome, Outcome
from idp.carriers.ports import CarrierUnavailable
from idp.citizens import store as citizens
from idp.citizens.model import Citizen, CitizenIdentityNumber, Evidence, PasswordCredential, Phone
from idp.citizens.phone_store import phone_number_of
from idp.core.identity_number import IdentityNumber
from idp.core.phone_number import PhoneNumber
from idp.enrolment.ask_carrier import NothingToAsk
from idp.enrolment.create_citizen import AlreadyEnrolled, CreateCitizen, NotReady
from idp.enrolment.model import PendingEnrolment, PendingEnrolmentId
from idp.throttling.ports import BudgetSpent
from tests.fakes.enrolments import PASSWORD, PROVES_FOR, Enrolments, NoMore
from tests.fakes.meanwhile import Meanwhile


def at_once(
    create: CreateCitizen, pending: Collection[PendingEnrolmentId]
) -> list[type[Exception] | None]:
    """What comes of making every account at the same time: `None` for the ones that were made."""

    def attempt(pending_id: PendingEnrolmentId) -> type[Exception] | None:
        try:
            create(pending_id, PASSWORD)
        except (AlreadyEnrolled, NotReady) as refusal:
            return type(refusal)
        return None

    with ThreadPoolExecutor(max_workers=16) as threads:
        return list(threads.map(attempt, pending))


def test_fifty_enrolments_of_one_identity_number_make_one_account(enrolments: Enrolments) -> None:
    number = "052190000001"
    pending = [enrolments.ready(number, f"+84912000{serial:03}") for serial in range(50)]

    results = at_once(enrolments.create, pending)

    assert results.count(None) == 1
    assert set(results) == {None, AlreadyEnrolled}
    one_each = (Citizen, CitizenIdentityNumber, Phone, PasswordCredential)
    assert [enrolments.count(model) for model in one_each] == [1, 1, 1, 1]
    assert enrolments.count(Evidence) == 2


def test_three_people_with_one_phone_leave_it_with_one_of_them(enrolments: Enrolments) -> None:
    phone = "+84912000001"
    pending = [enrolments.ready(f"0521900001{serial:02}", phone) for serial in range(3)]

    results = at_once(enrolments.create, pending)

    with enrolments.database.reading() as reading:
        held = reading.execute(
            select(func.count()).select_from(Phone).where(Phone.active.is_(True))
        ).scalar_one()
        moved = reading.execute(
            select(func.count()).select_from(AuditEvent).where(AuditEvent.kind == "phone_moved")
        ).scalar_one()
    assert held == 1
    assert results == [None] * 3
    assert (enrolments.count(Citizen), moved) == (3, 2)


def test_one_enrolment_sent_many_times_makes_one_account(enrolments: Enrolments) -> None:
    pending = enrolments.ready("052190000001", "+84912000001")

    results = at_once(enrolments.create, [pending] * 16)

    assert results.count(None) == 1
    assert set(results) == {None, NotReady}
    assert enrolments.count(PendingEnrolment) == 0


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)  # SQLite writes one by one
def test_two_tabs_that_finish_for_one_person_do_not_wait_for_each_other(
    enrolments: Enrolments, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each would forget what the other one is at."""
    one, two = (
        enrolments.ready("052190000001", f"+8491200000{each}", browser="b" * 43) for each in (1, 2)
    )
    other = Meanwhile(enrolments.database, lambda: enrolments.create(two, PASSWORD))
    other.after(monkeypatch, citizens, "add")

    enrolments.create(one, PASSWORD)

    assert isinstance(other.outcome(), AlreadyEnrolled)
    assert enrolments.count(Citizen) == 1


def test_an_answer_about_other_details_is_not_stored(
    enrolments: Enrolments, monkeypatch: pytest.MonkeyPatch
) -> None:
    pending_id = enrolments.ready("052190000001", "+84912000001")
    honest = enrolments.carriers.match

    def while_other_details_are_typed(number: PhoneNumber, person: ClaimedIdentity) -> MatchOutcome:
        enrolments.typed("052190000077", "+84912000001", current=pending_id)
        return honest(number, person)

    monkeypatch.setattr(enrolments.carriers, "match", while_other_details_are_typed)
    enrolments.ask(pending_id)

    row = enrolments.row(pending_id)
    assert row.outcome is None
    assert row.details.identity.identity_number == IdentityNumber("052190000077")


def test_a_question_without_an_answer_is_not_counted_again(enrolments: Enrolments) -> None:
    pending_id = enrolments.ready("052190000001", "+84912000001")
    enrolments.throttle.counted = 0
    enrolments.carriers.silent.add("vinaphone")
    for _ in range(3):
        with pytest.raises(CarrierUnavailable):
            enrolments.ask(pending_id)
    enrolments.carriers.silent.clear()
    enrolments.ask(pending_id)

    assert enrolments.throttle.counted == 2  # by number and by phone, once
    enrolments.ask(pending_id)
    assert enrolments.throttle.counted == 4


def test_other_details_are_a_question_of_their_own(enrolments: Enrolments) -> None:
    pending_id = enrolments.ready("052190000001", "+84912000001")
    enrolments.carriers.silent.add("vinaphone")
    with pytest.raises(CarrierUnavailable):
        enrolments.ask(pending_id)
    enrolments.typed("052190000077", "+84912000001", current=pending_id)
    enrolments.throttle.counted = 0

    with pytest.raises(CarrierUnavailable):
        enrolments.ask(pending_id)

    assert enrolments.throttle.counted == 2


def test_without_a_fresh_proof_nobody_is_asked(enrolments: Enrolments) -> None:
    pending_id = enrolments.typed("052190000001", "+84912000001")
    with pytest.raises(NothingToAsk):
        enrolments.ask(pending_id)
    enrolments.confirm(pending_id)
    enrolments.clock.advance(PROVES_FOR)
    with pytest.raises(NothingToAsk):
        enrolments.ask(pending_id)

    assert enrolments.carriers.disclosed == []


def test_a_spent_budget_keeps_the_details_from_the_carrier(enrolments: Enrolments) -> None:
    pending_id = enrolments.typed("052190000001", "+84912000001")
    enrolments.confirm(pending_id)
    enrolments.throttle = NoMore()

    with pytest.raises(BudgetSpent):
        enrolments.ask(pending_id)

    assert enrolments.carriers.disclosed == []
    assert enrolments.row(pending_id).outcome is None


def test_an_account_needs_a_match_and_a_fresh_proof(enrolments: Enrolments) -> None:
    never_asked = enrolments.typed("052190000001", "+84912000001")
    enrolments.confirm(never_asked)
    too_late = enrolments.ready("052190000002", "+84912000002")
    assert enrolments.row(too_late).outcome is Outcome.MATCH
    enrolments.clock.advance(PROVES_FOR)

    assert at_once(enrolments.create, [never_asked, too_late]) == [NotReady, NotReady]
    assert enrolments.count(Citizen) == 0


def test_another_number_is_another_pending_enrolment(enrolments: Enrolments) -> None:
    first = enrolments.ready("052190000001", "+84912000001")

    second = enrolments.typed("052190000001", "+84912000002", current=first)

    assert second != first
    assert enrolments.row(second).phone_confirmed_at is None
    assert enrolments.count(PendingEnrolment) == 1
    enrolments.confirm(first)  # too late: there is nothing any more that it could speak for
    assert enrolments.row(second).phone_confirmed_at is None


def test_finishing_forgets_what_the_same_person_left_in_the_same_browser(
    enrolments: Enrolments,
) -> None:
    browser = "+84912000001".ljust(43, "b")
    enrolments.typed("052190000001", "+84912000009", browser=browser)
    relative = enrolments.typed("052190000005", "+84912000005", browser=browser)
    pending_id = enrolments.ready("052190000001", "+84912000001")

    enrolments.create(pending_id, PASSWORD)

    assert enrolments.count(PendingEnrolment) == 1
    assert enrolments.row(relative).id == relative


def test_a_former_holder_keeps_the_account_without_the_number(enrolments: Enrolments) -> None:
    phone = "+84912000001"
    former = enrolments.create(enrolments.ready("052190000001", phone), PASSWORD).citizen_id
    new = enrolments.create(enrolments.ready("052190000002", phone), PASSWORD).citizen_id

    with enrolments.database.reading() as reading:
        assert phone_number_of(reading, former) is None
        assert phone_number_of(reading, new) == PhoneNumber(phone)
        assert all(
            (record.lapsed_at is not None) == (record.phone_id is not None)
            for record in citizens.evidence_of(reading, former)
        )
