"""
Two people, what befalls their accounts in any order, and somebody who watches and has no phone.

An account belongs to whoever made it, with their own phone in their hand. Whatever happens, nobody
else ever gets into it; and what ends an account's sessions leaves nothing of them behind.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from idp.app.operations import dispute_desk
from idp.authenticators.model import KnownDevice
from idp.citizens import store as citizens
from idp.citizens.model import Citizen, CitizenId, HoldKind
from idp.citizens.store import identity_number_index
from idp.core.handles import Handle
from idp.core.phone_number import PhoneNumber
from idp.disputes.decide_dispute import Decision
from idp.disputes.model import CaseNumber, Dispute, DisputeOutcome
from tests.fakes.asking_portal import AskingPortal
from tests.fakes.citizen_site import Browser, Site
from tests.fakes.disputed import HUONG, LAN, STORY
from tests.fakes.redis_server import let_pass
from tests.fakes.residents import DAY, Resident, choose_password

NAMES = ("an", "binh")
PEOPLE = st.sampled_from(NAMES)
PASSWORDS = ("Song Hàn-82 chiều", "Đèo Cù Mông 47*", "Núi Nhạn-19 sớm")
LEAKED = PASSWORDS[0]
"""The first password of everybody: the attacker knows it."""
HOUR = timedelta(hours=1)
_numbers = count(1)


@dataclass
class Person:
    """Somebody with a phone in their hand, and what they remember."""

    name: str
    resident: Resident
    browser: Browser
    passwords: int = 0
    browsers: list[Browser] = field(default_factory=list)

    @property
    def password(self) -> str:
        """The password chosen last."""
        return self.resident.password

    def choose(self) -> str:
        """Another password than the last one."""
        self.passwords += 1
        self.resident = replace(self.resident, password=PASSWORDS[self.passwords % len(PASSWORDS)])
        return self.password

    def move_on(self, site: Site) -> Browser:
        """A browser that nobody has used; the former one stays open somewhere."""
        self.browsers.append(self.browser)
        self.browser = site.browser()
        return self.browser


class AccountMachine(RuleBasedStateMachine):
    """The accounts of a site; each example has people of its own."""

    def __init__(self, site: Site, portal: AskingPortal) -> None:
        super().__init__()
        self.site, self.portal = site, portal
        self.owners: dict[CitizenId, str] = {}
        self.subjects: dict[str, str] = {}
        self.ended: list[tuple[Handle, str]] = []
        self.codes: dict[CitizenId, list[str]] = {}
        self.void: list[tuple[str, str]] = []

    @initialize()
    def begin(self) -> None:
        """People whom nobody has seen before."""
        self.site.redis.flushdb()
        self.people: dict[str, Person] = {}
        for name in NAMES:
            resident = Resident(
                f"052190{next(_numbers):06}", "Nguyễn Thị Bưởi", self._new_phone(), LEAKED
            )
            resident.subscribe(self.site)
            self.people[name] = Person(name, resident, self.site.browser())
        self.attacker = self.site.browser()

    # --- what people do ---------------------------------------------------------------------------

    @rule(name=PEOPLE, impostor=st.booleans())
    def enrol(self, name: str, impostor: bool) -> None:  # noqa: FBT001
        """Make an account; an *impostor*'s phone is in the other person's name."""
        person = self.people[name]
        resident = person.resident
        if impostor:
            other = self.people[_other(name)].resident
            resident = replace(other, phone=self._new_phone(), password=resident.password)
            resident.subscribe(self.site)
        before = self._holder(resident.number)
        browser = person.move_on(self.site)
        self.portal.ask(browser, prompt="create")
        resident.fill_in_enrolment(browser)
        if browser.page != "/enrol/otp":
            return
        browser.submit(otp=resident.code(self.site))
        if browser.page != "/enrol/password":
            return
        choose_password(browser, resident.password)
        made = self._holder(resident.number)
        if browser.page == "/enrol/done" and made is not None and made != before:
            assert before is None, "an account was taken over by enrolling"
            self.owners[made] = name

    @rule(name=PEOPLE, remember=st.booleans())
    def sign_in(self, name: str, remember: bool) -> None:  # noqa: FBT001
        """Sign in at a portal, on the browser that was used last."""
        person = self.people[name]
        browser = person.browser
        browser.path = ""
        state = self.portal.ask(browser, prompt="login")
        if browser.page == "/choose":
            browser.submit(method="portal-account")
        browser.submit(username=person.resident.number, password=person.password)
        if browser.page == "/otp" and self._sent(person):
            box = {"remember": "yes"} if remember else {}
            browser.submit(otp=person.resident.code(self.site), **box)
        if browser.page == "/consent":
            browser.submit(decision="allow")
        answer = self.portal.answer(browser)
        if "code" in answer:
            assert answer["state"] == state
            holder = self._holder(person.resident.number)
            assert holder is not None
            self.codes.setdefault(holder, []).append(answer["code"])

    @rule(name=PEOPLE)
    def redeem(self, name: str) -> None:
        """The portal redeems the code it got, and learns whose it is."""
        for citizen_id, codes in self.codes.items():
            if self.owners.get(citizen_id) != name or not codes:
                continue
            claims = self.portal.redeem(codes.pop())
            if claims["status"] == 200:
                assert self.subjects.setdefault(claims["sub"], name) == name

    @rule(name=PEOPLE)
    def sign_out(self, name: str) -> None:
        """Leave by the button."""
        browser = self.people[name].browser.open("/logout?")
        if browser.forms:
            browser.submit()

    @rule(name=PEOPLE)
    def recover(self, name: str) -> None:
        """Choose another password, with the phone in hand."""
        person = self.people[name]
        browser = person.move_on(self.site).open("/recover")
        self._recover_with(person, browser, person.resident)

    @rule(name=PEOPLE)
    def lose_the_phone(self, name: str) -> None:
        """Get another phone, and the account back with it a day later."""
        person = self.people[name]
        lost = person.resident
        person.resident = lost.with_phone(self._new_phone("096"), "viettel")
        person.resident.subscribe(self.site)
        browser = person.move_on(self.site).open("/recover/other-phone")
        browser.submit(**person.resident.details)
        if browser.page != "/recover/otp" or not self._sent(person):
            return
        browser.submit(otp=person.resident.code(self.site))
        self._let_pass(DAY)
        browser = person.move_on(self.site).open("/recover")
        self._recover_with(person, browser, person.resident)

    @rule(name=PEOPLE)
    def hand_the_number_on(self, name: str) -> None:
        """The number of one becomes the other's, who uses it at once."""
        former, owner = self.people[name], self.people[_other(name)]
        number = former.resident.phone
        former.resident = former.resident.with_phone(self._new_phone("096"), "viettel")
        former.resident.subscribe(self.site)
        owner.resident = owner.resident.with_phone(number, "vinaphone")
        owner.resident.subscribe(self.site)
        now = self.site.clock.now()
        self.site.carriers.subscriptions[number] = replace(
            self.site.carriers.subscriptions[number], sim_changed_at=now, recycled_on=now.date()
        )
        browser = owner.move_on(self.site).open("/recover")
        browser.submit(username=former.resident.number, phone_number=number.national)
        if browser.page == "/recover/otp" and self._sent(owner):
            browser.submit(otp=owner.resident.code(self.site))
            assert browser.page != "/recover/password"

    @rule(name=PEOPLE)
    def close(self, name: str) -> None:
        """Close the account, where the sign-in is fresh."""
        person = self.people[name]
        session = self._session(person.browser)
        browser = person.browser.open("/account/close?")
        if browser.page != "/account/close" or not browser.forms or session is None:
            return
        self._note_sessions(session, "closed")
        browser.submit()
        if self._is_closed(session):
            self._all_is_over(session, "closed")

    @rule(name=PEOPLE)
    def report_activity(self, name: str) -> None:
        """Say that something was done by somebody else."""
        person = self.people[name]
        session = self._session(person.browser)
        browser = person.browser.open("/account/activity/not-me?")
        if browser.page != "/account/activity/not-me" or session is None:
            return
        self._note_sessions(session, "reported")
        browser.submit()

    # --- what operators do ------------------------------------------------------------------------

    @rule(name=PEOPLE)
    def lock(self, name: str) -> None:
        citizen_id = self._holder(self.people[name].resident.number)
        if citizen_id is not None:
            self._note_sessions(citizen_id, "locked")
            self.site.parts.hold_account.place(citizen_id, HoldKind.OPERATOR, by="lan")

    @rule(name=PEOPLE)
    def unlock(self, name: str) -> None:
        citizen_id = self._holder(self.people[name].resident.number)
        if citizen_id is not None:
            for kind in (HoldKind.OPERATOR, HoldKind.UNRECOGNISED_ACTIVITY):
                self.site.parts.hold_account.lift(citizen_id, kind, by="lan")

    @rule(name=PEOPLE)
    def complain(self, name: str) -> None:
        """Say that the account with the own number is somebody else's."""
        person = self.people[name]
        browser = self.site.browser().open("/dispute")
        browser.submit(**person.resident.details, story=STORY, declared="yes")
        if browser.page == "/dispute/otp" and self._sent(person):
            browser.submit(otp=person.resident.code(self.site))
        if browser.page == "/dispute/check":
            browser.submit()

    @precondition(lambda self: self._open_cases())
    @rule(outcome=st.sampled_from(DisputeOutcome), data=st.data())
    def decide(self, outcome: DisputeOutcome, data: st.DataObject) -> None:
        """Two operators decide a case, after the holder's time."""
        number, holder = data.draw(st.sampled_from(self._open_cases()))
        self._let_pass(3 * DAY)
        if outcome is not DisputeOutcome.KEEP:
            self._note_sessions(holder, outcome)
        for operator in (LAN, HUONG):
            dispute_desk(self.site.parts).decide(number, Decision(outcome, "papers", operator))
        if outcome is not DisputeOutcome.KEEP:
            self._all_is_over(holder, outcome)

    @rule(hours=st.integers(1, 30))
    def wait(self, hours: int) -> None:
        """Time passes."""
        self._let_pass(hours * HOUR)

    # --- what an attacker does --------------------------------------------------------------------

    @rule(name=PEOPLE, password=st.sampled_from(PASSWORDS))
    def attack_sign_in(self, name: str, password: str) -> None:
        """The number and a password that leaked, and a guess."""
        browser = self.attacker.open("/login?")
        browser.submit(username=self.people[name].resident.number, password=password)
        self._guess(browser, name)

    @rule(name=PEOPLE, path=st.sampled_from(["/recover", "/recover/other-phone", "/dispute"]))
    def attack_by_form(self, name: str, path: str) -> None:
        """Everything known about a person, typed where a code to their phone is asked for."""
        resident = self.people[name].resident
        browser = self.attacker.open(f"{path}?")
        browser.submit(**resident.details, username=resident.number, story=STORY, declared="yes")
        self._guess(browser, name)

    @rule(name=PEOPLE)
    def attack_enrolment(self, name: str) -> None:
        """An account for somebody else's number and phone."""
        browser = self.attacker.open("/enrol/method?")
        if browser.page != "/enrol/method":
            return
        self.people[name].resident.fill_in_enrolment(browser)
        self._guess(browser, name)

    @rule(
        path=st.sampled_from(
            ["/enrol/password", "/recover/password", "/consent", "/account", "/account/close"]
        )
    )
    def attack_a_later_page(self, path: str) -> None:
        """Jump to what lies behind the code."""
        browser = self.attacker
        choose_form = {"new_password": PASSWORDS[2], "confirm_password": PASSWORDS[2]}
        browser.open(path)
        if browser.forms:
            browser.post(browser.path, browser.forms[0].hidden | choose_form)

    # --- what holds -------------------------------------------------------------------------------

    @invariant()
    def nobody_is_in_another_account(self) -> None:
        """A session that opens the account's page is its owner's."""
        if not hasattr(self, "people"):
            return
        assert self._session(self.attacker) is None
        for name, person in self.people.items():
            for browser in (*person.browsers, person.browser):
                citizen_id = self._session(browser)
                if citizen_id is not None:
                    assert self.owners[citizen_id] == name

    @invariant()
    def what_ended_is_of_no_use(self) -> None:
        """No session of before opens anything."""
        for handle, why in self.ended:
            assert self.site.sessions.find(handle) is None, why
        for code, why in self.void:
            assert self.portal.redeem(code)["status"] == 400, why
        self.ended.clear()
        self.void.clear()

    @invariant()
    def one_number_has_one_account(self) -> None:
        """And somebody who made it."""
        if not hasattr(self, "people"):
            return
        for person in self.people.values():
            holder = self._holder(person.resident.number)
            assert holder is None or holder in self.owners

    # --- how it is told ---------------------------------------------------------------------------

    def _recover_with(self, person: Person, browser: Browser, resident: Resident) -> None:
        browser.submit(username=resident.number, phone_number=resident.phone.national)
        if browser.page != "/recover/otp" or not self._sent(person):
            return
        browser.submit(otp=resident.code(self.site))
        if browser.page != "/recover/password":
            return
        holder = self._holder(resident.number)
        assert holder is not None
        assert self.owners[holder] == person.name
        sessions, codes = self._sessions_of(holder), self.codes.get(holder, [])
        former = person.password
        choose_password(browser, person.choose())
        if browser.page != "/recover/done":
            person.resident = replace(person.resident, password=former)
            return
        self.ended += [(handle, "recovered") for handle in sessions]
        self.void += [(code, "recovered") for code in codes]
        self._all_is_over(holder, "recovered")

    def _guess(self, browser: Browser, name: str) -> None:
        """Type a code that is none, on any page that asks for one."""
        if browser.forms and "otp" in browser.forms[0].values:
            sent = self.site.sms.to(self.people[name].resident.phone)
            wrong = "000000" if not sent or not sent[-1].startswith("000000") else "111111"
            browser.submit(otp=wrong)

    def _all_is_over(self, citizen_id: CitizenId, why: str) -> None:
        assert self.site.sessions.of_citizen(citizen_id) == (), why
        self.void += [(code, why) for code in self.codes.pop(citizen_id, [])]
        spares = select(KnownDevice.id).where(
            KnownDevice.citizen_id == citizen_id, KnownDevice.skips_code_until.is_not(None)
        )
        with self.site.database.reading() as reading:
            assert reading.execute(spares).first() is None, why

    def _note_sessions(self, citizen_id: CitizenId, why: str) -> None:
        """What the account's browsers hold now has to be of no use after this step."""
        self.ended += [(handle, why) for handle in self._sessions_of(citizen_id)]

    def _sessions_of(self, citizen_id: CitizenId) -> list[Handle]:
        return [
            Handle(browser.cookie("idp_session"))
            for person in self.people.values()
            for browser in (*person.browsers, person.browser)
            if self._session(browser) == citizen_id
        ]

    def _session(self, browser: Browser) -> CitizenId | None:
        handle = browser.cookie("idp_session")
        session = self.site.sessions.find(Handle(handle)) if handle else None
        return None if session is None else session.authentication.citizen_id

    def _holder(self, number: str) -> CitizenId | None:
        with self.site.database.reading() as reading:
            index = identity_number_index(self.site.index, number)
            return citizens.holder_of_identity_number(reading, index)

    def _is_closed(self, citizen_id: CitizenId) -> bool:
        with self.site.database.reading() as reading:
            return reading.get_one(Citizen, citizen_id).closed_at is not None

    def _open_cases(self) -> list[tuple[CaseNumber, CitizenId]]:
        mine = list(self.owners)
        query = select(Dispute.number, Dispute.citizen_id).where(
            Dispute.citizen_id.in_(mine), Dispute.resolved_at.is_(None)
        )
        with self.site.database.reading() as reading:
            return [(CaseNumber(number), holder) for number, holder in reading.execute(query)]

    def _sent(self, person: Person) -> bool:
        return any(text[:6].isdecimal() for text in self.site.sms.to(person.resident.phone))

    def _let_pass(self, period: timedelta) -> None:
        self.site.clock.advance(period)
        let_pass(self.site.redis, period)

    @staticmethod
    def _new_phone(prefix: str = "091") -> PhoneNumber:
        return PhoneNumber(f"+84{prefix[1:]}{next(_numbers):07}")


def _other(name: str) -> str:
    return NAMES[1 - NAMES.index(name)]


def _examples(number: int, steps: int, *, derandomize: bool) -> Any:
    return settings(
        max_examples=number,
        stateful_step_count=steps,
        deadline=None,
        derandomize=derandomize,
        suppress_health_check=list(HealthCheck),
    )


@pytest.fixture
def machine(site: Site, client_secrets: dict[str, str]) -> Callable[[], AccountMachine]:
    portal = AskingPortal(site, client_secrets["binh-dinh"])
    return lambda: AccountMachine(site, portal)


@pytest.mark.parametrize(
    "examples",
    [
        pytest.param(_examples(40, 25, derandomize=True), id="40"),
        pytest.param(_examples(1000, 50, derandomize=False), id="1000", marks=pytest.mark.nightly),
    ],
)
def test_nobody_gets_into_an_account_without_its_factors(
    machine: Callable[[], AccountMachine], examples: Any
) -> None:
    run_state_machine_as_test(machine, settings=examples)
