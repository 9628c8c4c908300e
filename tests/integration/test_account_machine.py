"""
Accounts of two people, what befalls them in any order, and a thief who knows all but the phones.

An account is its owner's: of whoever made it with their own phone in hand, and of whom a carrier
named as the person since. Nobody else ever gets into it. What ends an account's sessions leaves
nothing usable of what its owner was given: each of those things is tried.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from html import unescape
from itertools import count
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, Phase, settings
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
from idp.citizens.blind_indexes import identity_number_index, phone_number_index
from idp.citizens.model import CitizenId, HoldKind
from idp.citizens.number_store import holder_of_identity_number
from idp.citizens.phone_store import phone_number_of
from idp.core.handles import Handle
from idp.core.phone_number import PhoneNumber
from idp.disputes.decide_dispute import Decision
from idp.disputes.model import CaseNumber, Dispute, DisputeOutcome
from idp.operators.model import VerifiedOperator
from idp.relying_parties import store as relying_parties
from tests.fakes.asking_portal import AskingPortal
from tests.fakes.authenticator import SoftwareAuthenticator
from tests.fakes.citizen_site import PORTAL, Browser, Site
from tests.fakes.disputed import HUONG, LAN, STORY
from tests.fakes.redis_server import let_pass
from tests.fakes.residents import Resident, choose_password

PEOPLE: Final = ("an", "binh")
THIEF: Final = "thief"
ACTORS: Final = (*PEOPLE, THIEF)
PASSWORDS: Final = ("Song Hàn-82 chiều", "Đèo Cù Mông 47*", "Núi Nhạn-19 sớm")
LEAKED: Final = PASSWORDS[0]
"""The first password of everybody: the thief knows it."""
HOUR: Final = timedelta(hours=1)
PHONES: Final = "/account/security/phones"
# What its owner is given by an account.
SESSION, CODE, ACCESS, REFRESH = "session", "code", "access token", "refresh token"
DEVICE, PASSKEY, PROGRESS = "remembered device", "passkey", "sign-in in progress"
_FACTORS: Final = frozenset({PASSKEY})
"""What a new password leaves, and a lock."""
_LIMITS: Final = ("budget:", "refused:", "otp_cooldown:", "otp_exhausted:")
_numbers = count(1)


@dataclass
class Given:
    """
    Something that opens an account, or tells of it: *opens* tries it, which may use it up.

    *session* is the handle of the session it hangs on, if it does.
    """

    what: str
    opens: Callable[[], bool]
    session: str = ""


@dataclass
class Account:
    """An account, whose it is, and by what its owner signs in."""

    citizen_id: CitizenId
    owner: str
    resident: Resident
    given: list[Given] = field(default_factory=list)
    over: bool = False


class AccountMachine(RuleBasedStateMachine):
    """The accounts of a site; each example has people of its own."""

    def __init__(self, site: Site, portal: AskingPortal) -> None:
        super().__init__()
        self.site, self.portal = site, portal
        self.accounts: list[Account] = []
        self.people: dict[str, Resident] = {}
        self.browsers: dict[str, list[Browser]] = {actor: [site.browser()] for actor in ACTORS}
        self.authenticators: dict[CitizenId, SoftwareAuthenticator] = {}
        self.reserved: dict[str, tuple[bytes, datetime]] = {}

    @initialize(
        made_by=st.fixed_dictionaries(
            {name: st.sampled_from([name, THIEF, name, THIEF, None]) for name in PEOPLE}
        ),
        equipped=st.sets(st.sampled_from(PEOPLE)),
    )
    def begin(self, made_by: dict[str, str | None], equipped: set[str]) -> None:
        """Nobody, the person, or the thief, with a SIM in the person's name, has an account."""
        self.site.redis.flushdb()
        for name in PEOPLE:
            number = f"052190{next(_numbers):06}"
            person = Resident(number, "Nguyễn Thị Bưởi", self._new_phone(), LEAKED)
            person.subscribe(self.site)
            self.people[name] = person
            maker = made_by[name]
            if maker is not None:
                holder = person
                if maker == THIEF:
                    holder = person.with_phone(self._new_phone("096"), "viettel")
                    holder.subscribe(self.site)
                made = Account(holder.keep_account(self.site), maker, holder)
                self.accounts.append(made)
                self._sign_in(made, remember=True, equip=name in equipped)

    # --- what owners do ---------------------------------------------------------------------------

    @rule(one=st.integers(0, 3), remember=st.booleans(), equip=st.booleans())
    def sign_in(self, one: int, remember: bool, equip: bool) -> None:  # noqa: FBT001
        """Sign in at a portal, and be given what there is to be given."""
        account = self._account(one)
        if account is not None:
            self._sign_in(account, remember=remember, equip=equip)

    @rule(one=st.integers(0, 3))
    def sign_out(self, one: int) -> None:
        """Leave by the button."""
        account = self._account(one)
        if account is not None:
            browser = self.browsers[account.owner][-1].open("/logout?")
            if browser.forms:
                browser.submit()

    @rule(one=st.integers(0, 3))
    def recover(self, one: int) -> None:
        """Choose another password, with the phone in hand."""
        account = self._account(one)
        if account is not None:
            self._begin_to_sign_in(account)
            browser = self._prove(account.owner, account.resident)
            if browser.page == "/recover/password":
                self._choose_another(account, browser)

    @rule(one=st.integers(0, 3))
    def change_password(self, one: int) -> None:
        """The same, signed in; the session at hand goes on."""
        account = self._account(one)
        if account is None:
            return
        self._sign_in(account, remember=False, equip=False)
        browser = self.browsers[account.owner][-1].open("/account/security/password?")
        if browser.page == "/account/security/password" and browser.forms:
            here = browser.cookie("idp_session")
            self._choose_another(account, browser, but=here)

    @rule(one=st.integers(0, 3), hours=st.sampled_from([0, 80, 80]))
    def change_phone(self, one: int, hours: int) -> None:
        """Add another number, have codes sent there, and drop the former one."""
        account = self._account(one)
        if account is None:
            return
        former, phone = account.resident, self._new_phone("096")
        another = former.with_phone(phone, "viettel")
        if hours == 0:
            another.subscribe(self.site)
        self._sign_in(account, remember=False, equip=False)
        browser = self.browsers[account.owner][-1].open(f"{PHONES}/add?")
        if browser.page != f"{PHONES}/add" or not browser.forms:
            return
        browser.submit(phone_number=phone.national)
        if not browser.page.endswith("/confirm"):
            return
        browser.submit(otp=another.code(self.site))
        if hours:
            assert f"{PHONES}/" not in "".join(re.findall(r'href="([^"]*/default)"', browser.html))
            self._let_pass(hours * HOUR)
            self._sign_in(account, remember=False, equip=False)
            browser = self.browsers[account.owner][-1].open(f"{PHONES}?")
        for change in ("default", "remove"):
            found = re.search(rf'href="({PHONES}/\d+/{change})"', browser.open(f"{PHONES}?").html)
            if found is None or not browser.open(f"{found[1]}?").forms:
                return
            browser.submit()
            if change == "default" and "done=default" in browser.path:
                account.resident = another

    @rule(
        one=st.integers(0, 3), path=st.sampled_from(["/account/close", "/account/activity/not-me"])
    )
    def end(self, one: int, path: str) -> None:
        """Close the account, or say that something in it was done by somebody else."""
        account = self._account(one)
        if account is None:
            return
        self._sign_in(account, remember=False, equip=False)
        browser = self.browsers[account.owner][-1].open(f"{path}?")
        if browser.page != path or not browser.forms:
            return
        browser.submit()
        closed = path == "/account/close" and self._holder(account.resident.number) is None
        self._nothing_opens(account, path, but=frozenset() if closed else _FACTORS)
        account.over = closed

    # --- what people do with phones and numbers ---------------------------------------------------

    @rule(name=st.sampled_from(PEOPLE))
    def lose_the_phone(self, name: str) -> None:
        """Get another phone, and the account with the own number, a day later and not sooner."""
        self._forget_limits()
        person = self.people[name] = self.people[name].with_phone(self._new_phone("096"), "viettel")
        person.subscribe(self.site)
        browser = self._new_browser(name).open("/recover/other-phone")
        browser.submit(**person.details)
        if browser.page != "/recover/otp":
            return
        browser.submit(otp=person.code(self.site))
        self._let_pass(23 * HOUR)
        page = self._prove(name, person).page
        assert page != "/recover/password", "a phone that nobody knew of opened an account at once"
        self._let_pass(HOUR)
        browser = self._prove(name, person)
        if browser.page != "/recover/password":
            return
        account = self._account_with(person.number)
        assert account is not None
        account.resident, account.owner = replace(person, password=account.resident.password), name
        self._choose_another(account, browser)

    @precondition(lambda self: self._with_phone_in_hand())
    @rule(one=st.integers(0, 1), taken_by=st.integers(0, 1))
    def hand_the_number_on(self, one: int, taken_by: int) -> None:
        """Somebody else gets a person's number with a SIM of their own, and tries it at once."""
        owners = self._with_phone_in_hand()
        name = owners[one % len(owners)]
        to = [actor for actor in ACTORS if actor != name][taken_by]
        former = self.people[name]
        self.people[name] = former.with_phone(self._new_phone("096"), "viettel")
        self.people[name].subscribe(self.site)
        owner = self.people.get(to, former).with_phone(former.phone, "vinaphone")
        if to in self.people:
            self.people[to] = owner
        owner.subscribe(self.site, recorded_number=owner.number if to in PEOPLE else "052190999999")
        now = self.site.clock.now()
        subscriptions = self.site.carriers.subscriptions
        subscriptions[former.phone] = replace(
            subscriptions[former.phone], sim_changed_at=now, recycled_on=now.date()
        )
        browser = self._prove(to, former)
        assert browser.page != "/recover/password", "a recycled number opened an account"

    @rule(name=st.sampled_from(PEOPLE), impostor=st.booleans())
    def enrol(self, name: str, impostor: bool) -> None:  # noqa: FBT001
        """Make an account; an *impostor* has a phone in the person's name."""
        maker, person = (THIEF, self.people[name]) if impostor else (name, self.people[name])
        if impostor:
            person = person.with_phone(self._new_phone("096"), "viettel")
            person.subscribe(self.site)
        before = self._holder(person.number)
        browser = self._new_browser(maker)
        self.portal.ask(browser, prompt="create")
        person.fill_in_enrolment(browser)
        if browser.page != "/enrol/otp":
            return
        browser.submit(otp=person.code(self.site))
        if browser.page != "/enrol/password":
            return
        choose_password(browser, LEAKED)
        made = self._holder(person.number)
        if made != before:
            assert made is not None
            assert before is None, "an account was taken over by enrolling"
            self._claim(person)
            self.accounts.append(Account(made, maker, replace(person, password=LEAKED)))

    # --- what operators do ------------------------------------------------------------------------

    @rule(one=st.integers(0, 3), locked=st.booleans())
    def lock(self, one: int, locked: bool) -> None:  # noqa: FBT001
        """Lock the account, or open it."""
        account = self._account(one)
        if account is None:
            return
        hold = self.site.parts.hold_account
        if locked:
            self._begin_to_sign_in(account)
            hold.place(account.citizen_id, HoldKind.OPERATOR, by="lan")
            self._nothing_opens(account, "locked", but=_FACTORS | {DEVICE})
        else:
            for kind in (HoldKind.OPERATOR, HoldKind.UNRECOGNISED_ACTIVITY):
                hold.lift(account.citizen_id, kind, by="lan")

    @rule(
        name=st.sampled_from(PEOPLE),
        outcome=st.sampled_from([DisputeOutcome.TRANSFER, *DisputeOutcome]),
    )
    def dispute(self, name: str, outcome: DisputeOutcome) -> None:
        """Say that the account with the own number is somebody else's; two operators decide."""
        person = self.people[name]
        account = self._account_with(person.number)
        if account is not None:
            self._sign_in(account, remember=True, equip=True)
        browser = self.site.browser().open("/dispute")
        browser.submit(**person.details, story=STORY, declared="yes")
        if browser.page == "/dispute/otp":
            browser.submit(otp=person.code(self.site))
        if browser.page == "/dispute/check":
            browser.submit()
        case = None if account is None else self._open_case(account, person)
        if case is None or account is None:
            return
        for operator in (LAN, HUONG):
            self._decide(case, outcome, operator)
        assert self._is_open(case), "decided before the holder's time"
        self._let_pass(72 * HOUR)
        self._sign_in(account, remember=True, equip=False)
        self._begin_to_sign_in(account)
        for operator in (LAN, LAN):
            self._decide(case, outcome, operator)
        assert self._is_open(case), "one operator decided alone"
        self._decide(case, outcome, HUONG)
        assert not self._is_open(case)
        if outcome is DisputeOutcome.KEEP:
            return
        given = list(account.given)
        self._nothing_opens(account, outcome)
        account.over = True
        assert self._holder(person.number) is None
        if outcome is DisputeOutcome.TRANSFER:
            until = self.site.clock.now() + self.site.settings.disputes.reserved_for
            self.reserved[person.number] = (self._claimant_of(case), until)
            # Not even if somebody opens the account again by mistake.
            hold = self.site.parts.hold_account
            hold.lift(account.citizen_id, HoldKind.OPERATOR, by="lan", reference=case)
            account.given = given
            self._nothing_opens(account, outcome)
            self.enrol(name, impostor=True)
            self.enrol(name, impostor=False)

    @rule(hours=st.integers(1, 30))
    def wait(self, hours: int) -> None:
        """Time passes."""
        self._let_pass(hours * HOUR)

    # --- what the thief does ----------------------------------------------------------------------

    @rule(
        name=st.sampled_from(PEOPLE),
        path=st.sampled_from(
            ["/login", "/recover", "/recover/other-phone", "/dispute", "/enrol/method"]
        ),
        own_phone=st.booleans(),
        later=st.sampled_from(
            ["/enrol/password", "/recover/password", "/otp", "/consent", "/account/close"]
        ),
        inside=st.booleans(),
    )
    def attack(self, name: str, path: str, own_phone: bool, later: str, inside: bool) -> None:  # noqa: FBT001
        """
        Type all there is to know about a person, and jump behind the code; *inside*: in a request
        that is the person's own browser's. A code on the thief's *own phone* is read, another one
        is guessed.
        """
        victim = self.people[name]
        account = self._account_with(victim.number)
        if account is not None and account.owner == THIEF:
            return
        typed = victim.with_phone(self._new_phone("097"), "viettel") if own_phone else victim
        if own_phone:
            typed.subscribe(self.site, recorded_number="052190999999")
        browser = self._new_browser(THIEF).open(f"{path}?")
        if path == "/enrol/method":
            typed.fill_in_enrolment(browser)
        else:
            browser.submit(
                **typed.details,
                username=victim.number,
                password=LEAKED,
                story=STORY,
                declared="yes",
            )
        if browser.forms and "otp" in browser.forms[0].values:
            browser.submit(otp=self._read_or_guess(typed.phone, victim.phone))
            assert not browser.page.endswith("/password"), (
                "behind the code of somebody else's phone"
            )
        chosen = {"new_password": PASSWORDS[2], "confirm_password": PASSWORDS[2]}
        theirs = self.browsers[name][-1].interaction
        if inside and theirs:
            assert browser.open(f"/login?i={theirs}").status >= 400, "in another's request"
        browser.open(later)
        if browser.forms:
            browser.post(browser.path, browser.forms[0].hidden | chosen)
        assert browser.page not in {"/recover/done", "/enrol/done"}, "somebody else's account"

    @precondition(lambda self: self._with_phone_in_hand())
    @rule(one=st.integers(0, 1))
    def get_a_sim_in_their_name(self, one: int) -> None:
        """A shop sells the thief one: its owner is told, and ends what the thief began."""
        owners = self._with_phone_in_hand()
        name = owners[one % len(owners)]
        account = self._account_with(self.people[name].number)
        assert account is not None
        thief = self.people[name].with_phone(self._new_phone("096"), "viettel")
        thief.subscribe(self.site)
        told = len(self.site.sms.to(account.resident.phone))
        browser = self._new_browser(THIEF).open("/recover/other-phone")
        browser.submit(**thief.details)
        if browser.page == "/recover/otp":
            browser.submit(otp=thief.code(self.site))
        links = [
            found[1]
            for text in self.site.sms.to(account.resident.phone)[told:]
            if (found := re.search(r"Huy: http://localhost:8400(\S+)", text))
        ]
        for end in links:
            self.site.browser().open(end).submit()
        self._let_pass(24 * HOUR)
        page = self._prove(THIEF, thief).page
        assert page != "/recover/password", "a SIM opened an account, and nobody was asked"

    # --- what holds -------------------------------------------------------------------------------

    @invariant()
    def nobody_is_in_anothers_account(self) -> None:
        """A session is of an account of whoever has the browser; of one that is over, nobody's."""
        owners = {each.citizen_id: each.owner for each in self.accounts if not each.over}
        for actor, browsers in self.browsers.items():
            for browser in browsers:
                session = self._session(browser)
                if session is not None:
                    assert owners.get(session) == actor
            browsers[:-1] = [each for each in browsers[:-1] if self._session(each) is not None]

    @invariant()
    def one_number_has_one_account(self) -> None:
        """And it is one that somebody made."""
        for person in self.people.values():
            holder, account = self._holder(person.number), self._account_with(person.number)
            assert holder == (None if account is None else account.citizen_id)

    # --- how it is told ---------------------------------------------------------------------------

    def _sign_in(self, account: Account, *, remember: bool, equip: bool) -> None:
        """As its owner, at a portal; nothing, where the account cannot be signed in to now."""
        resident, browser = account.resident, self._new_browser(account.owner)
        state = self.portal.ask(
            browser, prompt="login consent", scope="openid profile offline_access"
        )
        if browser.page == "/choose":
            browser.follow("choose-portal-account")
        sent = len(self.site.sms.to(resident.phone))
        browser.submit(username=resident.number, password=resident.password)
        if browser.page == "/login/passkey":
            browser.submit(credential=self.authenticators[account.citizen_id].get(_asked(browser)))
        elif browser.page == "/otp":
            assert len(self.site.sms.to(resident.phone)) > sent, "the code went somewhere else"
            box = {"remember": "yes"} if remember else {}
            browser.submit(otp=resident.code(self.site), **box)
        session = self._session(browser)
        if session is None:
            return
        assert session == account.citizen_id
        self._keep(account, browser, remember=remember)
        self._answer(account, browser, state)
        if equip and account.citizen_id not in self.authenticators:
            self._add_passkey(account, browser)

    def _begin_to_sign_in(self, account: Account) -> None:
        """Type the password, and let the code wait."""
        resident, browser = account.resident, self._new_browser(account.owner).open("/login")
        sent = len(self.site.sms.to(resident.phone))
        browser.submit(username=resident.number, password=resident.password)
        if browser.page != "/otp" or len(self.site.sms.to(resident.phone)) == sent:
            return
        code = resident.code(self.site)
        account.given.append(Given(PROGRESS, lambda: self._finishes(browser, code)))

    def _claim(self, person: Resident) -> None:
        """Who gets a number that was taken from an account is whom it was taken for."""
        phone, until = self.reserved.pop(person.number, (None, self.site.clock.now()))
        mine = phone_number_index(self.site.index, person.phone)
        assert phone in {None, mine} or until <= self.site.clock.now(), "taken before its claimant"

    def _keep(self, account: Account, browser: Browser, *, remember: bool) -> None:
        """Note what the sign-in gave the browser."""
        handle, device = browser.cookie("idp_session"), browser.cookie("idp_device")
        account.given.append(Given(SESSION, lambda: self._shows_account(handle), handle))
        if remember and device:
            account.given.append(Given(DEVICE, lambda: self._is_spared(account, device)))

    def _answer(self, account: Account, browser: Browser, state: str) -> None:
        """Agree, and let the portal redeem every other code."""
        if browser.page != "/consent":
            browser.open(f"/resume?i={browser.interaction}")
        if browser.page == "/consent":
            browser.submit(decision="allow")
        answer, handle = self.portal.answer(browser), browser.cookie("idp_session")
        if "code" not in answer:
            return
        assert answer["state"] == state
        code = answer["code"]
        if len(account.given) % 2:
            account.given.append(Given(CODE, lambda: self.portal.exchange(code)[0] == 200, handle))
            return
        status, tokens = self.portal.exchange(code)
        assert status == 200
        access, refresh = tokens["access_token"], tokens["refresh_token"]
        account.given += [
            Given(ACCESS, lambda: self._tells(access), handle),
            Given(REFRESH, lambda: self.portal.refresh(refresh)[0] == 200, handle),
        ]

    def _add_passkey(self, account: Account, browser: Browser) -> None:
        authenticator = SoftwareAuthenticator(self.site.settings.server.issuer)
        browser.open("/account/security/passkeys/add?")
        if browser.page == "/account/security/passkeys/add" and "data-options" in browser.html:
            browser.submit(name="Máy tính", credential=authenticator.create(_asked(browser)))
            self.authenticators[account.citizen_id] = authenticator
            account.given.append(Given(PASSKEY, lambda: self._signs_in_by(authenticator)))

    def _prove(self, actor: str, resident: Resident) -> Browser:
        """Forget the password, and type the code that came to the phone, if one came."""
        browser = self._new_browser(actor).open("/recover")
        browser.submit(username=resident.number, phone_number=resident.phone.national)
        if browser.page == "/recover/otp":
            browser.submit(otp=resident.code(self.site) if self._has_code(resident) else "000000")
        return browser

    def _choose_another(self, account: Account, browser: Browser, *, but: str = "") -> None:
        """
        Type another password on the page that is open; what was given ends, *but* what is of that
        session.
        """
        former, session = account.resident, self._session(browser)
        place = PASSWORDS.index(former.password) + 1
        password = PASSWORDS[place % len(PASSWORDS)]
        choose_password(browser, password)
        if browser.page not in {"/recover/done", "/account/security"}:
            return
        account.resident = replace(former, password=password)
        assert (session is not None) == bool(but)
        self._nothing_opens(account, "another password", but=_FACTORS, of=but)
        stranger = self.site.browser().open("/login")
        stranger.submit(username=former.number, password=former.password)
        assert stranger.page == "/login", "the old password is right"

    def _nothing_opens(
        self, account: Account, why: str, *, but: Collection[str] = (), of: str = ""
    ) -> None:
        """Try all that the owner was given, *but* what is of those kinds, or of that session."""
        self._forget_limits()
        for given in account.given:
            if given.what not in but and not (of and given.session == of):
                assert not given.opens(), f"{given.what} after: {why}"
        account.given = [
            each for each in account.given if each.what in but or (of and each.session == of)
        ]

    # --- what opens -------------------------------------------------------------------------------

    def _shows_account(self, handle: str) -> bool:
        browser = self.site.browser()
        browser.keep_cookie("idp_session", handle)
        return browser.open("/account?").page == "/account"

    def _is_spared(self, account: Account, device: str) -> bool:
        browser = self.site.browser().open("/login")
        browser.keep_cookie("idp_device", device)
        browser.submit(username=account.resident.number, password=account.resident.password)
        return self._session(browser) is not None

    def _signs_in_by(self, authenticator: SoftwareAuthenticator) -> bool:
        browser = self.site.browser().open("/login/passkey")
        browser.submit(credential=authenticator.get(_asked(browser)))
        return self._session(browser) is not None

    def _finishes(self, browser: Browser, code: str) -> bool:
        if browser.page != "/otp" or not browser.forms:  # the page may say that no code will do
            return False
        browser.submit(otp=code)
        return self._session(browser) is not None

    def _tells(self, access_token: str) -> bool:
        active = self.portal.is_active(access_token)
        return active or self.portal.userinfo(access_token) == 200

    # --- what there is ----------------------------------------------------------------------------

    def _account(self, one: int) -> Account | None:
        """One of those that can be somebody's yet."""
        self._forget_limits()
        live = [each for each in self.accounts if not each.over]
        return live[one % len(live)] if live else None

    def _account_with(self, number: str) -> Account | None:
        found = [each for each in self.accounts if not each.over and each.resident.number == number]
        return found[0] if found else None

    def _session(self, browser: Browser) -> CitizenId | None:
        handle = browser.cookie("idp_session")
        session = self.site.sessions.find(Handle(handle)) if handle else None
        return None if session is None else session.authentication.citizen_id

    def _holder(self, number: str) -> CitizenId | None:
        with self.site.database.reading() as reading:
            index = identity_number_index(self.site.index, number)
            return holder_of_identity_number(reading, index)

    def _open_case(self, account: Account, person: Resident) -> CaseNumber | None:
        """The one about that account which the person began with the phone they have."""
        phone = phone_number_index(self.site.index, person.phone)
        query = select(Dispute.number).where(
            Dispute.citizen_id == account.citizen_id,
            Dispute.phone_number_index == phone,
            Dispute.resolved_at.is_(None),
        )
        with self.site.database.reading() as reading:
            found = reading.execute(query).scalar_one_or_none()
        return None if found is None else CaseNumber(found)

    def _is_open(self, case: CaseNumber) -> bool:
        with self.site.database.reading() as reading:
            return reading.get_one(Dispute, case).is_open

    def _claimant_of(self, case: CaseNumber) -> bytes:
        with self.site.database.reading() as reading:
            return reading.get_one(Dispute, case).phone_number_index

    def _decide(
        self, case: CaseNumber, outcome: DisputeOutcome, operator: VerifiedOperator
    ) -> None:
        dispute_desk(self.site.parts).decide(case, Decision(outcome, "papers", operator))

    def _with_phone_in_hand(self) -> list[str]:
        """The people who own the account with their number, and have the phone its codes go to."""
        with self.site.database.reading() as reading:
            return [
                name
                for name, person in self.people.items()
                if (account := self._account_with(person.number)) is not None
                and account.owner == name
                and phone_number_of(reading, account.citizen_id) == person.phone
            ]

    def _has_code(self, resident: Resident) -> bool:
        return any(text[:6].isdecimal() for text in self.site.sms.to(resident.phone))

    def _read_or_guess(self, own: PhoneNumber, other: PhoneNumber) -> str:
        codes = [text[:6] for text in self.site.sms.to(own) if text[:6].isdecimal()]
        if own != other and codes:
            return codes[-1]
        sent = self.site.sms.to(other)
        return "000000" if not sent or not sent[-1].startswith("000000") else "111111"

    def _new_browser(self, actor: str) -> Browser:
        """One that nobody has used, a moment later; the former ones stay open somewhere."""
        self._forget_limits()
        self.site.clock.advance(timedelta(seconds=1))
        self.browsers[actor].append(self.site.browser())
        return self.browsers[actor][-1]

    def _forget_limits(self) -> None:
        """How often somebody may try is another matter: here, all try on."""
        keys = self.site.redis.keys()
        spent = [key for key in keys if key.decode().startswith(_LIMITS)]
        if spent:
            self.site.redis.delete(*spent)

    def _let_pass(self, period: timedelta) -> None:
        self.site.clock.advance(period)
        let_pass(self.site.redis, period)

    @staticmethod
    def _new_phone(prefix: str = "091") -> PhoneNumber:
        return PhoneNumber(f"+84{prefix[1:]}{next(_numbers):07}")


def _asked(browser: Browser) -> str:
    """What the page asks an authenticator for."""
    found = re.search(r'data-options="([^"]*)"', browser.html)
    assert found is not None, browser.page
    return unescape(found[1])


def _examples(number: int, steps: int, *, derandomize: bool, phases: Collection[Phase]) -> Any:
    return settings(
        max_examples=number,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        derandomize=derandomize,
        phases=phases,
        suppress_health_check=list(HealthCheck),
    )


@pytest.fixture
def machine(site: Site, client_secrets: dict[str, str]) -> Callable[[], AccountMachine]:
    """The machine, at a portal that is given refresh tokens."""
    with site.database.transaction() as transaction:
        portal = relying_parties.record_of(transaction, PORTAL)
        assert portal is not None
        portal.registration = portal.registration | {
            "grant_types": ["authorization_code", "refresh_token"],
            "scope": "openid profile offline_access",
        }
    site.parts.registry_version.bump()
    site.parts.registry.catch_up_now()  # before Redis, which is emptied, forgets the number
    asking = AskingPortal(site, client_secrets["binh-dinh"])
    return lambda: AccountMachine(site, asking)


@pytest.mark.parametrize(
    "examples",
    [
        pytest.param(
            _examples(5, 15, derandomize=True, phases=[Phase.generate]),
            id="5",
        ),
        pytest.param(
            _examples(1500, 40, derandomize=False, phases=tuple(Phase)),
            id="1500",
            marks=pytest.mark.nightly,
        ),
    ],
)
def test_nobody_gets_into_an_account_without_its_factors(
    machine: Callable[[], AccountMachine], examples: Any
) -> None:
    run_state_machine_as_test(machine, settings=examples)
