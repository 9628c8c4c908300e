"""A second number for an account: who may have it, and what stays as it is."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from idp.account.identity_numbers.link_by_carrier import LinkByCarrier, Linked
from idp.audit.model import AuditEvent
from idp.carriers.count_question import CountQuestion, QuestionBudgets
from idp.carriers.match_citizen import MatchCitizen
from idp.carriers.model import ClaimedIdentity, MatchOutcome
from idp.carriers.ports import CarrierUnavailable
from idp.citizens import store as citizens
from idp.citizens.blind_indexes import identity_number_index, phone_number_index
from idp.citizens.claims import claim_values
from idp.citizens.close_account import close_account
from idp.citizens.holds import place_hold
from idp.citizens.link_identity_number import KindHeld, NumberTaken, link_identity_number
from idp.citizens.model import CitizenId, EvidenceKind, HoldKind
from idp.citizens.number_store import claim_number, claimed_number, holder_of_identity_number
from idp.citizens.phone_store import release_phone
from idp.citizens.rules import pairwise_subject
from idp.core.birth_date import BirthDate
from idp.core.full_name import FullName
from idp.core.identity_number import IdentityNumber
from idp.core.mac import Mac
from idp.core.phone_number import PhoneNumber
from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.follow_ups.follow_ups import LEFT_AFTER
from idp.messaging.model import NoticeKind
from idp.oidc.vnconnect_claims import vnconnect_claims
from idp.throttling.ports import Budget, BudgetSpent
from tests.fakes.carrier_records import CarrierRecordsInMemory, Subscription
from tests.fakes.clock import FakeClock
from tests.fakes.enrolments import Counts, NoMore
from tests.fakes.follow_ups import follow_ups_of
from tests.fakes.notices import NoticesInMemory
from tests.fakes.people import AN, BINH, DAY, citizen_of

CCCD: Final = IdentityNumber("052075000005")
CMND: Final = IdentityNumber("210000005")
PHONE: Final = PhoneNumber("+84912000001")
NAME: Final = "Võ Văn Xưa"


class Account:
    """One citizen's account, made with the CMND."""

    def __init__(
        self,
        database: Database,
        index: BlindIndex,
        carriers: CarrierRecordsInMemory,
        clock: FakeClock,
    ) -> None:
        self.database, self.index, self.carriers, self.clock = database, index, carriers, clock
        self.notices, self.throttle = NoticesInMemory(), Counts()
        self.follow_ups = follow_ups_of(self.notices, database, clock)
        citizen = citizen_of(
            numbers=[CMND.value],
            phone=PHONE.e164,
            name=NAME,
            birth_date="1975-05-05",
            at=clock.now() - DAY,
        )
        with database.transaction() as transaction:
            citizens.add(transaction, citizen, index)

    def recorded(self, number: IdentityNumber, **record: object) -> None:
        """Let the carrier's record of the phone have *number*."""
        held = {
            "carrier": "vinaphone",
            "identity_number": number,
            "full_name": FullName.parse(NAME),
            "birth_date": BirthDate(1975, 5, 5),
        }
        self.carriers.subscriptions[PHONE] = Subscription(**(held | record))

    def link(self, number: IdentityNumber = CCCD) -> Linked:
        """Ask for *number* to be added."""
        return LinkByCarrier(
            match=MatchCitizen(carriers=self.carriers, lapses_after=DAY),
            count=CountQuestion(
                throttle=self.throttle,
                budgets=QuestionBudgets(Budget("phone", ()), Budget("number", ())),
                database=self.database,
                clock=self.clock,
            ),
            follow_ups=self.follow_ups,
            database=self.database,
            index=self.index,
            clock=self.clock,
        )(AN, number)

    def holder(self, number: IdentityNumber) -> CitizenId | None:
        """Whose account *number* opens."""
        with self.database.reading() as reading:
            found = citizens.sign_in_record(
                reading, identity_number_index(self.index, number.value)
            )
        return None if found is None else found.citizen_id

    def events(self) -> list[str]:
        """What was recorded."""
        with self.database.reading() as reading:
            return list(reading.execute(select(AuditEvent.kind).order_by(AuditEvent.id)).scalars())

    def matches(self) -> int:
        """How many carrier's matches speak for the citizen."""
        with self.database.reading() as reading:
            return len(
                [
                    record
                    for record in citizens.evidence_of(reading, AN)
                    if record.kind is EvidenceKind.CARRIER_MATCH and record.lapsed_at is None
                ]
            )


@pytest.fixture
def account(
    database: Database, index: BlindIndex, carriers: CarrierRecordsInMemory, clock: FakeClock
) -> Account:
    return Account(database, index, carriers, clock)


def add_other(account: Account, *numbers: str) -> None:
    other = citizen_of(BINH, numbers=numbers, phone=None, name=NAME, birth_date="1975-05-05")
    with account.database.transaction() as transaction:
        citizens.add(transaction, other, account.index)


# --- by the carrier -------------------------------------------------------------------------------


def test_the_account_is_told_though_the_queue_was_away(account: Account) -> None:
    account.recorded(CCCD)
    account.notices.are_away = True
    assert account.link() is Linked.ADDED
    assert account.notices.told == []

    account.notices.are_away = False
    account.clock.advance(LEFT_AFTER)
    account.follow_ups.what_is_left()

    assert account.notices.told == [(NoticeKind.IDENTITY_NUMBER_ADDED, AN)]


def test_the_carriers_word_adds_the_number_and_either_opens_the_account(account: Account) -> None:
    account.recorded(CCCD)

    assert account.link() is Linked.ADDED

    assert (account.holder(CCCD), account.holder(CMND)) == (AN, AN)
    assert account.notices.told == [(NoticeKind.IDENTITY_NUMBER_ADDED, AN)]
    assert account.events() == ["identity_number_linked", "carrier_asked"]
    assert account.matches() == 1


def test_a_forgotten_password_is_replaced_by_either_number(account: Account) -> None:
    account.recorded(CCCD)
    account.link()

    phone = phone_number_index(account.index, PHONE)
    with account.database.reading() as reading:
        found = {
            citizens.holder_of_both(
                reading, identity_number_index(account.index, number.value), phone
            )
            for number in (CCCD, CMND)
        }
    assert found == {AN}


def test_portals_know_the_citizen_by_the_same_name_as_before(account: Account) -> None:
    account.recorded(CCCD)
    before = pairwise_subject(Mac(b"k" * 32), "vnconnect", AN)
    account.link()

    with account.database.reading() as reading:
        held = citizens.claim_record(reading, AN)
        (number,) = {account.holder(CCCD), account.holder(CMND)}
    assert number is not None
    subject = pairwise_subject(Mac(b"k" * 32), "vnconnect", number)
    values = claim_values(held, {"identity_number", "old_identity_number"})
    told = vnconnect_claims(subject, values, acr="LoA2")

    assert values == {"identity_number": CCCD.value, "old_identity_number": CMND.value}
    assert (told["TechID"], told["sub"]) == (before, before)
    assert (told["SoDinhDanh"], told["SoCMND"]) == (CCCD.value, CMND.value)


@pytest.mark.parametrize(
    "record",
    [
        {"identity_number": CMND},
        {"full_name": FullName.parse("Võ Văn Xứa")},
        {"birth_date": BirthDate(1975, 5, 6)},
        {"birth_date": None},
        {"birth_date": BirthDate(1975)},
        {"identity_number": None},
    ],
)
def test_without_number_name_and_birth_date_nothing_is_added(
    account: Account, record: dict[str, object]
) -> None:
    account.recorded(CCCD, **record)

    assert account.link() is Linked.NOT_CONFIRMED
    assert account.holder(CCCD) is None
    assert account.events() == ["carrier_asked"]
    assert account.matches() == 0
    assert account.notices.told == []


def test_a_number_with_an_account_stays_there_and_its_owner_can_see_the_attempt(
    account: Account,
) -> None:
    add_other(account, CCCD.value)
    account.recorded(CCCD)

    assert account.link() is Linked.TAKEN

    assert account.holder(CCCD) == BINH
    assert account.events() == ["carrier_asked", "link_found_account"]
    assert account.matches() == 0


def test_before_the_carrier_confirms_it_nobody_learns_that_a_number_has_an_account(
    account: Account,
) -> None:
    add_other(account, CCCD.value)
    account.recorded(CMND)

    assert account.link() is Linked.NOT_CONFIRMED
    assert "link_found_account" not in account.events()


def test_a_held_account_asks_nobody(account: Account) -> None:
    account.recorded(CCCD)
    with account.database.transaction() as transaction:
        place_hold(transaction, AN, HoldKind.DISPUTE, account.clock.now())

    assert account.link() is Linked.BARRED
    assert account.carriers.disclosed == []


def while_the_carrier_is_asked(
    account: Account, monkeypatch: pytest.MonkeyPatch, deed: Callable[[Session], object]
) -> None:
    """Have somebody do *deed* before the carrier answers."""
    honest = account.carriers.match

    def match(number: PhoneNumber, person: ClaimedIdentity) -> MatchOutcome:
        with account.database.transaction() as transaction:
            deed(transaction)
        return honest(number, person)

    monkeypatch.setattr(account.carriers, "match", match)


def test_a_dispute_that_comes_in_while_the_carrier_is_asked_stands(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.recorded(CCCD)
    now = account.clock.now()
    while_the_carrier_is_asked(
        account, monkeypatch, lambda session: place_hold(session, AN, HoldKind.DISPUTE, now)
    )

    assert account.link() is Linked.BARRED
    assert account.holder(CCCD) is None


def test_a_phone_that_left_while_the_carrier_was_asked_confirms_nothing(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.recorded(CCCD)
    index, now = phone_number_index(account.index, PHONE), account.clock.now()
    while_the_carrier_is_asked(
        account, monkeypatch, lambda session: release_phone(session, index, now)
    )

    assert account.link() is Linked.NOT_CONFIRMED
    assert account.link() is Linked.NO_PHONE
    assert account.holder(CCCD) is None


def test_an_account_that_is_closed_while_the_carrier_is_asked_gets_no_number(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody could make an account with that number any more."""
    account.recorded(CCCD)
    now = account.clock.now()
    while_the_carrier_is_asked(
        account, monkeypatch, lambda session: close_account(session, AN, now)
    )

    assert account.link() is Linked.BARRED
    with account.database.reading() as reading:
        index = identity_number_index(account.index, CCCD.value)
        assert holder_of_identity_number(reading, index) is None


def test_a_silent_carrier_and_a_spent_budget_change_nothing(account: Account) -> None:
    account.recorded(CCCD)
    account.carriers.silent.add("vinaphone")
    with pytest.raises(CarrierUnavailable):
        account.link()
    assert account.events() == ["carrier_unanswered"]
    account.carriers.silent.clear()
    account.throttle = NoMore()
    with pytest.raises(BudgetSpent):
        account.link()

    assert account.holder(CCCD) is None
    assert account.carriers.disclosed == []


# --- by whoever has the evidence ------------------------------------------------------------------


def test_an_operator_adds_a_number_once_and_by_name(account: Account) -> None:
    with account.database.transaction() as transaction:
        claim_number(transaction, AN, CCCD, account.clock.now())

    def link() -> bool:
        with account.database.transaction() as transaction:
            return link_identity_number(
                transaction,
                AN,
                CCCD,
                index=account.index,
                evidence=EvidenceKind.COUNTER_VISIT,
                by="lan",
                at=account.clock.now(),
            )

    assert [link(), link()] == [True, False]
    with account.database.reading() as reading:
        event = reading.execute(select(AuditEvent)).scalar_one()
        assert claimed_number(reading, AN) is None
        assert citizens.citizen(reading, AN).updated_at == account.clock.now()
    assert event.details == {"number_kind": "cccd", "evidence": "counter_visit", "by": "lan"}


def test_one_number_of_a_kind_and_one_account_of_a_number(account: Account) -> None:
    add_other(account, "052075000077")
    for number, refusal in (("210000099", KindHeld), ("052075000077", NumberTaken)):
        with pytest.raises(refusal), account.database.transaction() as transaction:
            link_identity_number(
                transaction,
                AN,
                IdentityNumber(number),
                index=account.index,
                evidence=EvidenceKind.COUNTER_VISIT,
                by="lan",
                at=account.clock.now(),
            )

    assert account.events() == []


def test_of_two_accounts_that_get_a_number_at_once_one_has_it(account: Account) -> None:
    add_other(account, "210000099")

    def attempt(citizen_id: CitizenId) -> bool:
        try:
            with account.database.transaction() as transaction:
                return link_identity_number(
                    transaction,
                    citizen_id,
                    CCCD,
                    index=account.index,
                    evidence=EvidenceKind.COUNTER_VISIT,
                    by="lan",
                    at=account.clock.now(),
                )
        except NumberTaken:
            return False

    with ThreadPoolExecutor(max_workers=2) as threads:
        added = list(threads.map(attempt, [AN, BINH]))

    assert sorted(added) == [False, True]
    assert account.holder(CCCD) in {AN, BINH}
    assert account.events() == ["identity_number_linked"]
