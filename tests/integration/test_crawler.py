"""
Somebody presses everything, wherever they may be: no dead end, no failure, no page without a name.

Each situation is made once, with people whom nobody has seen before, and brought back as often as
the crawler wants to come back to it.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import count

import pytest
from sqlalchemy import update

from idp.app.operations import begin_run, dispute_desk
from idp.authenticators import store as authenticators
from idp.authenticators.model import AuthenticatorApp, KnownDevice, Passkey
from idp.citizens.blind_indexes import phone_number_index
from idp.citizens.holds import place_hold
from idp.citizens.model import Citizen, CitizenId, HoldKind, Phone
from idp.citizens.phone_store import release_phone
from idp.consents import store as consents
from idp.core.birth_date import BirthDate
from idp.core.handles import new_handle, new_uuid
from idp.core.phone_number import PhoneNumber
from idp.disputes.decide_dispute import Decision
from idp.disputes.model import CaseNumber, DisputeOutcome
from idp.operators.model import OperatorName
from idp.sessions.model import Authentication, Session, SessionId
from idp.sessions.rules import PASSWORD_ALONE, PASSWORD_AND_SMS
from tests.fakes.asking_portal import AskingPortal
from tests.fakes.citizen_site import PORTAL, Browser, Site
from tests.fakes.crawler import Crawler, Walker
from tests.fakes.disputed import HUONG, LAN, STORY
from tests.fakes.redis_server import let_pass
from tests.fakes.remembered import remembered
from tests.fakes.residents import DAY, NEW_PASSWORD, Resident, choose_password

MINUTE = timedelta(minutes=1)
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
_numbers = count(1)


class World:
    """A site, a portal, a browser, and one person with a phone, who may have an account."""

    def __init__(self, site: Site, portal: AskingPortal) -> None:
        self.site, self.portal = site, portal
        site.redis.flushdb()  # what was counted of the people before
        site.carriers.silent.clear()
        number = next(_numbers)
        self.person = Resident(
            f"052190{number:06}", "Nguyễn Thị Bưởi", PhoneNumber(f"+8491{number:07}")
        )
        self.next_phone = self.person.with_phone(PhoneNumber(f"+8496{number:07}"), "viettel")
        self.person.subscribe(site)
        self.next_phone.subscribe(site)
        self.browser = site.browser()
        self.citizen_id: CitizenId | None = None

    def account(self, **changes: object) -> CitizenId:
        self.citizen_id = self.person.keep_account(self.site)
        if changes:
            with self.site.database.transaction() as transaction:
                transaction.execute(
                    update(Citizen).where(Citizen.id == self.citizen_id).values(**changes)
                )
        return self.citizen_id

    def signed_in(
        self, *, ago: timedelta = timedelta(), amr: tuple[str, ...] = PASSWORD_AND_SMS
    ) -> Browser:
        at = self.site.clock.now() - ago
        citizen_id = self.citizen_id or self.account()
        session = Session(SessionId(new_handle()), Authentication(citizen_id, at, amr), at)
        self.browser._client.set_cookie("idp_session", self.site.sessions.begin(session))
        return self.browser

    def hold(self, kind: HoldKind, reference: str = "") -> None:
        with self.site.database.transaction() as transaction:
            place_hold(
                transaction,
                self.citizen_id or self.account(),
                kind,
                self.site.clock.now(),
                reference=reference,
            )

    def add(self, *rows: object) -> None:
        with self.site.database.transaction() as transaction:
            transaction.add_all(rows)

    def app(self) -> None:
        now = self.site.clock.now()
        self.add(
            AuthenticatorApp(
                id=new_uuid(),
                citizen_id=self.citizen_id or self.account(),
                name="Điện thoại",
                secret=TOTP_SECRET,
                step_used=0,
                created_at=now,
                confirmed_at=now,
            )
        )

    def walker(self) -> Walker:
        """Whoever presses everything from here on."""
        answers = {name: self._answer(name) for name in _RIGHT}
        return Walker(self.browser, answers, partial(remembered, self.site, self.browser))

    def _answer(self, name: str) -> Callable[[str], str]:
        def answer(filled: str) -> str:
            if filled == "wrong":
                return _WRONG.get(name, "không đúng")
            if name == "otp":
                return self._last_code()
            if name in {"identity_number", "username"}:
                return self.person.number
            if name == "number":
                return self._last_case()
            if name == "phone_number" and "other-phone" in self.browser.path:
                return self.next_phone.phone.national
            if name == "phone_number" and "/account/" in self.browser.path:
                return self.next_phone.phone.national
            if name == "phone_number":
                return self.person.phone.national
            if name == "password":
                return self.person.password
            return _RIGHT[name]

        return answer

    def _last_code(self) -> str:
        sent = [found for each in self.site.sms.sent if (found := re.match(r"\d{6}", each.text))]
        return sent[-1].group() if sent else "000000"

    def _last_case(self) -> str:
        for each in reversed(self.site.sms.sent):
            if found := re.search(r"KN-\d{4}-\d{6}", each.text):
                return found.group()
        return "KN-2026-000001"


_RIGHT = {
    "otp": "",
    "identity_number": "",
    "username": "",
    "number": "",
    "phone_number": "",
    "password": "",
    "full_name": "Nguyễn Thị Bưởi",
    "birth_day": "2",
    "birth_month": "1",
    "birth_year": "1990",
    "email": "buoi@example.vn",
    "new_password": NEW_PASSWORD,
    "confirm_password": NEW_PASSWORD,
    "current_password": "Song Hàn-82 chiều",
    "old_identity_number": "212345678",
    "story": STORY,
    "words": "Đây là số của tôi từ nhỏ.",
    "name": "Máy ở nhà",
}
_WRONG = {"otp": "000000", "password": "Sai mật khẩu 1!", "phone_number": "0912345678"}
Situation = Callable[[World], object]


# --- situations -----------------------------------------------------------------------------------


def at(path: str) -> Situation:
    return lambda world: world.browser.open(path)


def asked(**wishes: str) -> Situation:
    return lambda world: world.portal.ask(world.browser, **wishes)


def to_enrolment_answer(world: World) -> None:
    world.portal.ask(world.browser, prompt="create")
    world.person.fill_in_enrolment(world.browser)
    world.browser.submit(otp=world.person.code(world.site))


def mismatch(**changes: object) -> Situation:
    def situation(world: World) -> None:
        held = world.site.carriers.subscriptions[world.person.phone]
        world.site.carriers.subscriptions[world.person.phone] = replace(held, **changes)  # type: ignore[arg-type]
        to_enrolment_answer(world)

    return situation


def silent_carrier(world: World) -> None:
    world.site.carriers.silent.add("vinaphone")
    to_enrolment_answer(world)


def no_subscriber(world: World) -> None:
    del world.site.carriers.subscriptions[world.person.phone]
    to_enrolment_answer(world)


def account_exists(world: World) -> None:
    world.account()
    to_enrolment_answer(world)


def enrolled(world: World) -> None:
    to_enrolment_answer(world)
    choose_password(world.browser)


def kept_enrolment(world: World) -> None:
    silent_carrier(world)
    world.site.carriers.silent.clear()
    world.browser = world.site.browser().open("/enrol/take-up")


def sign_in(world: World) -> None:
    world.account()
    world.portal.ask(world.browser)


def after_password(world: World) -> None:
    sign_in(world)
    world.browser.follow("choose-portal-account")
    world.browser.submit(username=world.person.number, password=world.person.password)


def sign_in_with_app(world: World) -> None:
    world.account()
    world.app()
    code_hash = authenticators.recovery_code_hash(
        world.site.index, world.citizen_id or CitizenId(""), "7K3QXM2N9P"
    )
    with world.site.database.transaction() as transaction:
        authenticators.replace_recovery_codes(
            transaction, world.citizen_id or CitizenId(""), [code_hash], world.site.clock.now()
        )
    after_password_of(world)


def after_password_of(world: World) -> None:
    world.browser.open("/login")
    world.browser.submit(username=world.person.number, password=world.person.password)


def sign_in_after_sim_change(world: World) -> None:
    world.account()
    held = world.site.carriers.subscriptions[world.person.phone]
    world.site.carriers.subscriptions[world.person.phone] = replace(
        held, sim_changed_at=world.site.clock.now() - timedelta(hours=1)
    )
    world.portal.ask(world.browser)
    world.browser.follow("choose-portal-account")
    world.browser.submit(username=world.person.number, password=world.person.password)


def sign_in_to_held(kind: HoldKind) -> Situation:
    def situation(world: World) -> None:
        world.account()
        world.hold(kind)
        world.portal.ask(world.browser)

    return situation


def sign_in_without_phone(world: World) -> None:
    world.account()
    release_phones(world)
    world.portal.ask(world.browser)


def release_phones(world: World) -> None:
    with world.site.database.transaction() as transaction:
        index = phone_number_index(world.site.index, world.person.phone)
        release_phone(transaction, index, world.site.clock.now())


def recovery(world: World) -> None:
    world.account()
    world.portal.ask(world.browser)
    world.browser.open("/recover")


def to_recovery_answer(world: World) -> None:
    recovery(world)
    world.browser.submit(
        username=world.person.number, phone_number=world.person.phone.national
    ).submit(otp=world.person.code(world.site))


def recovery_refused(**changes: object) -> Situation:
    def situation(world: World) -> None:
        held = world.site.carriers.subscriptions[world.person.phone]
        now = world.site.clock.now()
        given = {name: now if name == "sim_changed_at" else now.date() for name in changes if name}
        world.site.carriers.subscriptions[world.person.phone] = replace(held, **given)  # type: ignore[arg-type]
        to_recovery_answer(world)

    return situation


def recovery_with_silent_carrier(world: World) -> None:
    world.site.carriers.silent.add("vinaphone")
    to_recovery_answer(world)


def recovery_while(kind: HoldKind) -> Situation:
    def situation(world: World) -> None:
        world.account()
        world.hold(kind, "KN-2026-000001")
        world.browser.open("/recover").submit(
            username=world.person.number, phone_number=world.person.phone.national
        )
        world.browser.submit(otp=world.person.code(world.site))

    return situation


def phone_lost(world: World) -> None:
    recovery(world)
    world.browser.open("/recover/other-phone")


def phone_lost_and_waiting(world: World) -> None:
    phone_lost(world)
    world.browser.submit(**world.next_phone.details)
    world.browser.submit(otp=world.next_phone.code(world.site))


def the_link_that_cancels(world: World) -> None:
    phone_lost_and_waiting(world)
    text = next(text for text in world.site.sms.to(world.person.phone) if "Huy: " in text)
    world.browser = world.site.browser().open(text.partition("http://localhost:8400")[2])


def dispute(world: World) -> None:
    person, world.person = world.person, world.next_phone
    world.account()
    world.person, world.citizen_id = person, None
    world.portal.ask(world.browser)
    world.browser.open("/dispute")


def dispute_of_nothing(world: World) -> None:
    world.portal.ask(world.browser)
    world.browser.open("/dispute")


def to_dispute_answer(world: World) -> None:
    world.browser.submit(**world.person.details, story=STORY, declared="yes")
    world.browser.submit(otp=world.person.code(world.site))


def dispute_filed(world: World) -> None:
    dispute(world)
    to_dispute_answer(world)
    world.browser.submit()


def dispute_mismatch(world: World) -> None:
    held = world.site.carriers.subscriptions[world.person.phone]
    world.site.carriers.subscriptions[world.person.phone] = replace(
        held, birth_date=BirthDate(1980, 1, 1)
    )
    dispute(world)
    to_dispute_answer(world)


def dispute_with_silent_carrier(world: World) -> None:
    world.site.carriers.silent.add("vinaphone")
    dispute(world)
    to_dispute_answer(world)


def dispute_followed(world: World) -> None:
    dispute_filed(world)
    world.browser = world.site.browser().open("/dispute/follow")


def dispute_followed_to_the_code(world: World) -> None:
    dispute_followed(world)
    case = re.search(r"KN-\d{4}-\d{6}", world.site.sms.to(world.person.phone)[-1])
    assert case is not None
    world.browser.submit(number=case.group(), phone_number=world.person.phone.national)


def dispute_decided(world: World, outcome: DisputeOutcome) -> CaseNumber:
    dispute_filed(world)
    case = re.search(r"KN-\d{4}-\d{6}", world.site.sms.to(world.person.phone)[-1])
    assert case is not None
    number = CaseNumber(case.group())
    world.site.clock.advance(3 * DAY)
    let_pass(world.site.redis, 3 * DAY)
    for operator in (LAN, HUONG):
        decision = Decision(outcome, "as the papers say", operator)
        dispute_desk(world.site.parts).decide(number, decision)
    return number


def dispute_won(world: World) -> None:
    number = dispute_decided(world, DisputeOutcome.TRANSFER)
    world.browser = world.site.browser().open("/dispute/follow")
    world.browser.submit(number=number, phone_number=world.person.phone.national)
    world.browser.submit(otp=world.person.code(world.site))


def dispute_again(world: World) -> None:
    dispute_decided(world, DisputeOutcome.KEEP)
    world.browser = world.site.browser()
    dispute_of_nothing(world)
    to_dispute_answer(world)


def dispute_without_subscriber(world: World) -> None:
    dispute(world)
    del world.site.carriers.subscriptions[world.person.phone]
    to_dispute_answer(world)


def dispute_about_what_no_carrier_holds(world: World) -> None:
    held = world.site.carriers.subscriptions[world.person.phone]
    world.site.carriers.subscriptions[world.person.phone] = replace(held, full_name=None)
    dispute(world)
    to_dispute_answer(world)


def no_account_to_dispute(world: World) -> None:
    dispute_of_nothing(world)
    to_dispute_answer(world)


def enrolment_password(world: World) -> None:
    to_enrolment_answer(world)
    assert world.browser.page == "/enrol/password"


def recovery_too_late(world: World) -> None:
    to_recovery_answer(world)
    world.site.clock.advance(timedelta(minutes=20))
    let_pass(world.site.redis, timedelta(minutes=20))
    world.browser.open(world.browser.path)


def step_up_code(world: World) -> None:
    world.citizen_id = world.person.keep_account(world.site, expires_after=-DAY)
    world.signed_in(ago=20 * MINUTE)
    world.portal.demand(world.browser, "LoA2")
    world.browser.open("/step-up/carrier").submit()


def locked_for_want_of_use(world: World) -> None:
    sign_in_to_held(HoldKind.INACTIVE)(world)
    world.browser.follow("choose-portal-account")
    world.browser.submit(username=world.person.number, password=world.person.password)


def reactivation_code(world: World) -> None:
    locked_for_want_of_use(world)
    world.browser.submit()


def an_address_to_verify(world: World) -> None:
    world.account()
    world.signed_in()
    world.browser.open("/account/security/email").submit(email="buoi@example.vn")
    link = re.search(r"http://localhost:8400(/email\S+)", world.site.mail.sent[-1].text)
    assert link is not None
    world.browser.open(link[1])


def the_holder_of_a_dispute(world: World) -> None:
    claimant, world.person = world.person, world.next_phone
    world.account()
    holder = world.citizen_id
    world.person = claimant
    world.browser.open("/dispute")
    to_dispute_answer(world)
    world.browser.submit()
    world.person, world.citizen_id, world.browser = world.next_phone, holder, world.site.browser()
    world.signed_in().open("/account?")


def everything(world: World) -> None:
    """An account with a bit of all there is."""
    now = world.site.clock.now()
    citizen_id = world.account(email="buoi@example.vn", email_verified_at=now)
    world.app()
    world.add(
        Passkey(
            id=new_uuid(),
            citizen_id=citizen_id,
            name="Máy tính",
            credential_id=new_handle().encode(),
            public_key=b"key",
            sign_count=0,
            copyable=False,
            created_at=now,
        ),
        KnownDevice(
            id=new_uuid(),
            citizen_id=citizen_id,
            handle_digest=new_handle(),
            browser="Firefox",
            system="Linux",
            created_at=now,
            last_used_at=now,
            skips_code_until=now + 30 * DAY,
        ),
        Phone(
            citizen_id=citizen_id,
            number=world.next_phone.phone.e164,
            number_index=phone_number_index(world.site.index, world.next_phone.phone),
            is_default=False,
            verified_at=now - 10 * DAY,
        ),
    )
    with world.site.database.transaction() as transaction:
        consents.give(
            transaction,
            citizen_id=citizen_id,
            client_id=PORTAL,
            claims=("name", "verification_level"),
            text_hash="-",
            at=now,
        )
    world.signed_in()


def with_everything(path: str) -> Situation:
    def situation(world: World) -> None:
        everything(world)
        world.browser.open(f"{path}?")

    return situation


def account_with_nothing(world: World) -> None:
    world.account()
    release_phones(world)
    world.signed_in().open("/account?")


def account_signed_in_long_ago(world: World) -> None:
    everything(world)
    world.signed_in(ago=20 * MINUTE).open("/account?")


def account_by_password_alone(world: World) -> None:
    everything(world)
    world.signed_in(amr=PASSWORD_ALONE).open("/account?")


def held_meanwhile(world: World) -> None:
    everything(world)
    world.hold(HoldKind.DISPUTE, "KN-2026-000001")
    world.browser.open("/account?")


def step_up(acr: str, **session: object) -> Situation:
    def situation(world: World) -> None:
        world.account()
        world.signed_in(**session)  # type: ignore[arg-type]
        world.portal.demand(world.browser, acr)

    return situation


def step_up_without_evidence(world: World) -> None:
    world.citizen_id = world.person.keep_account(world.site, expires_after=-DAY)
    world.signed_in()
    world.portal.demand(world.browser, "LoA2")


def while_signed_in(**wishes: str) -> Situation:
    def situation(world: World) -> None:
        world.account()
        world.signed_in(ago=MINUTE)
        world.portal.ask(world.browser, **wishes)

    return situation


def expired(world: World) -> None:
    world.portal.ask(world.browser)
    address = world.browser.path
    world.site.redis.flushdb()
    world.browser.open(address)


def in_another_browser(world: World) -> None:
    world.portal.ask(world.browser)
    world.browser = world.site.browser().open(world.browser.path)


def answered(world: World) -> None:
    world.account()
    world.signed_in()
    world.portal.ask(world.browser)
    address = world.browser.path
    world.browser.submit(decision="allow")
    world.browser.open(address)


def a_notice(world: World) -> None:
    """The notice of a new password, with its way out."""
    to_recovery_answer(world)
    choose_password(world.browser)
    links = re.findall(r"http://localhost:8400(/n\S+)", world.site.sms.sent[-1].text)
    world.browser = world.site.browser().open(links[-1] if links else "/")


def tries_an_integration(world: World) -> None:
    begin = begin_run(world.site.parts)
    link = begin.link(begin(PORTAL, by=OperatorName("lan")))
    world.browser.open(link.removeprefix(world.site.settings.server.issuer))


# What lies deep first: a way that was walked from its nearest start is the shortest.
SITUATIONS: dict[str, Situation] = {
    "security": with_everything("/account/security"),
    "account with nothing": account_with_nothing,
    "account": with_everything("/account"),
    "ways to sign in": with_everything("/account/security/authenticators"),
    "phones": with_everything("/account/security/phones"),
    "connected portals": with_everything("/account/connected"),
    "activity": with_everything("/account/activity"),
    "data": with_everything("/account/data"),
    "closing": with_everything("/account/close"),
    "is complained about": the_holder_of_a_dispute,
    "follows a dispute": dispute_followed,
    "follows a dispute, at the code": dispute_followed_to_the_code,
    "has won a dispute": dispute_won,
    "has lost a dispute": dispute_again,
    "disputes, no subscriber": dispute_without_subscriber,
    "disputes, record without a name": dispute_about_what_no_carrier_holds,
    "disputes, no account": no_account_to_dispute,
    "enrols, at the password": enrolment_password,
    "recovers, too late": recovery_too_late,
    "locked for want of use": locked_for_want_of_use,
    "opens the account, at the code": reactivation_code,
    "verifies an address": an_address_to_verify,
    "disputes, carrier silent": dispute_with_silent_carrier,
    "disputes, mismatch": dispute_mismatch,
    "disputes, filed": dispute_filed,
    "disputes what is not there": dispute_of_nothing,
    "disputes": dispute,
    "cancels": the_link_that_cancels,
    "phone lost, waiting": phone_lost_and_waiting,
    "phone lost": phone_lost,
    "recovers, locked": recovery_while(HoldKind.OPERATOR),
    "recovers, disputed": recovery_while(HoldKind.DISPUTE),
    "recovers, carrier silent": recovery_with_silent_carrier,
    "recovers with a recycled number": recovery_refused(recycled_on=True),
    "recovers after a SIM change": recovery_refused(sim_changed_at=True),
    "recovers, code is right": to_recovery_answer,
    "recovers": recovery,
    "signs in without a phone": sign_in_without_phone,
    "signs in to a disputed account": sign_in_to_held(HoldKind.DISPUTE),
    "signs in to a locked account": sign_in_to_held(HoldKind.OPERATOR),
    "signs in after a SIM change": sign_in_after_sim_change,
    "signs in with an app": sign_in_with_app,
    "after the password": after_password,
    "signs in": sign_in,
    "kept enrolment": kept_enrolment,
    "account exists": account_exists,
    "no subscriber": no_subscriber,
    "silent carrier": silent_carrier,
    "record has no name": mismatch(full_name=None),
    "record has another birth date": mismatch(birth_date=BirthDate(1980, 1, 1)),
    "record has another number": mismatch(identity_number=None),
    "enrolled": enrolled,
    "answered": answered,
    "in another browser": in_another_browser,
    "signed in as somebody else": while_signed_in(login_hint="052190999999"),
    "signed in, asked to sign in again": while_signed_in(prompt="login"),
    "signed in, asked to choose": while_signed_in(prompt="select_account"),
    "signed in, asked to enrol": while_signed_in(prompt="create"),
    "asked to enrol": asked(prompt="create"),
    "asked to sign in": asked(),
    "nowhere": at("/recover/other-phone"),
    "at home": at("/"),
    "at sign-in by hand": at("/login"),
    "at enrolment by hand": at("/enrol/method"),
    "at recovery by hand": at("/recover"),
    "at a dispute by hand": at("/dispute"),
    "at signing out": at("/logout"),
    "at help": at("/help"),
    "at privacy": at("/privacy"),
    "at accessibility": at("/accessibility"),
    "notice": a_notice,
    "consent": while_signed_in(),
    "level by password alone": step_up("LoA2", amr=PASSWORD_ALONE),
    "level 4": step_up("LoA4"),
    "level 3": step_up("LoA3"),
    "level 2 without evidence": step_up_without_evidence,
    "account, disputed meanwhile": held_meanwhile,
    "account, by password alone": account_by_password_alone,
    "account, signed in long ago": account_signed_in_long_ago,
    "level 2, at the code": step_up_code,
    "expired": expired,
    "tries an integration": tries_an_integration,
    "at a run that is not there": at("/integration-test?k=x"),
}


NO_PAGES = (
    "/static/",
    "/logos/",
    "/authorize",
    "/resume",
    "/login/way",
    "/account/data/download",
    "/account/disputes/*/phone",
    "/account/security/sessions/",
    "/dispute/leave",
    "/integration-test/report.json",
    "/integration-test/send-again",
    "/console",
    "/api",
    "/manual",
    "/not-admitted",
)
"""
What answers with something else, or leads on at once; what is the operators', or their
programs'; and what production alone has, which `test_environments` walks.
"""


@pytest.fixture
def portal(site: Site, client_secrets: dict[str, str]) -> AskingPortal:
    return AskingPortal(site, client_secrets["binh-dinh"])


def test_whoever_presses_everything_finds_a_way_on(site: Site, portal: AskingPortal) -> None:
    crawler = Crawler(alike=frozenset({"/integration-test/case"}))

    for name, situation in SITUATIONS.items():
        world = World(site, portal)
        situation(world)
        crawler.explore(name, world.walker())

    assert crawler.findings == []
    pages = {
        re.sub(r"<[^>]+>", "*", rule.rule)
        for rule in site.app.url_map.iter_rules()
        if "GET" in (rule.methods or ())
    }
    crawled = {path.replace(PORTAL, "*") for path in crawler.paths}
    assert {page for page in pages - crawled if not page.startswith(NO_PAGES)} == set()
