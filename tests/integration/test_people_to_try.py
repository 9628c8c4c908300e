"""A team's test people: made at the console, and each with the outcome that is named there."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from idp.audit.model import AuditEvent
from idp.carriers.model import ClaimedIdentity, Outcome
from idp.citizens.model import Citizen, CitizenStatus
from idp.core.birth_date import BirthDate
from idp.core.full_name import FullName
from idp.core.identity_number import IdentityNumber
from idp.core.phone_number import PhoneNumber
from idp.operators.model import OperatorRole, Team, TeamId, TeamMember
from idp.test_people import model
from idp.test_people.model import TEST_PEOPLE, Purpose
from idp.test_people.numbers import SetNumber, is_reserved
from tests.fakes.asking_portal import AskingPortal
from tests.fakes.citizen_site import Browser, Site
from tests.fakes.console_desk import Desk
from tests.fakes.residents import Resident

PassTime = Callable[[timedelta], None]
PAGE = "/console/test-people/{}"


@dataclass
class Trial:
    """A team at the console, its people, and the portal they are tried with."""

    site: Site
    portal: AskingPortal
    member: Browser
    team: str

    @property
    def page(self) -> str:
        """What the team reads."""
        return self.member.open(PAGE.format(self.team)).html

    def person(self, purpose: Purpose) -> Resident:
        """Somebody of the set, with the password that the page shows."""
        found = re.search(r"<code>(Thu-[^<]+)</code>", self.page)
        assert found is not None
        with self.site.database.reading() as reading:
            number = reading.execute(
                select(model.PeopleSet.number).where(model.PeopleSet.team == self.team)
            ).scalar_one()
        someone = invented(purpose)
        return Resident(
            someone.identity_number(number).value,
            someone.full_name.value,
            someone.phone_number(number),
            password=found[1],
        )

    def code(self, person: Resident) -> str:
        """The newest code in the inbox for that person."""
        row = rf"<code>{person.phone.national}</code></th><td>(\d{{6}})"
        found = re.search(row, self.page)
        assert found is not None
        return found[1]

    def begin(self, browser: Browser, person: Resident) -> Browser:
        """From the first page of a request to the one after the password."""
        if browser.page == "/choose":
            browser.follow("choose-portal-account")
        return browser.submit(username=person.number, password=person.password)

    def sign_in(self, purpose: Purpose, browser: Browser, **wishes: str) -> dict[str, str]:
        """Sign in for the portal, agree where asked; what the portal is answered."""
        person = self.person(purpose)
        self.portal.ask(browser, **wishes)
        self.begin(browser, person).submit(otp=self.code(person))
        if browser.page == "/consent":
            browser.submit(decision="allow")
        return self.portal.answer(browser)

    def claims(self, purpose: Purpose, **wishes: str) -> dict[str, object]:
        """What the portal learns of somebody who signs in."""
        wanted = {"id_token": {"name": None, "birthdate": None}}
        answer = self.sign_in(purpose, self.site.browser(), claims=json.dumps(wanted), **wishes)
        return self.portal.redeem(answer["code"])


def invented(purpose: Purpose) -> model.InventedPerson:
    return next(person for person in TEST_PEOPLE if person.purpose is purpose)


def team_of(desk: Desk, name: str) -> Browser:
    """A team of that name with one member, who has made its people."""
    now = desk.site.clock.now()
    desk.keep(name, OperatorRole.PROVINCE_TEAM)
    with desk.site.database.transaction() as transaction:
        transaction.add(Team(id=TeamId(name), name=name.title(), created_at=now, created_by="root"))
        transaction.flush()
        transaction.add(TeamMember(team=TeamId(name), operator=name, added_at=now, added_by="root"))
    member = desk.sign_in(name).open(f"{PAGE.format(name)}/renew")
    return desk.send(member)


@pytest.fixture
def trial(site: Site, client_secrets: dict[str, str]) -> Trial:
    portal = AskingPortal(site, client_secrets["binh-dinh"])
    return Trial(site, portal, team_of(Desk(site), "trinh"), "trinh")


def test_numbers_are_of_the_reserved_ranges_and_nobodys_twice() -> None:
    sets = [SetNumber(0), SetNumber(7), SetNumber(999)]
    phones = [person.phone_number(each) for each in sets for person in TEST_PEOPLE]
    numbers = [person.identity_number(each) for each in sets for person in TEST_PEOPLE]
    assert len(set(phones)) == len(set(numbers)) == len(sets) * len(TEST_PEOPLE)
    for phone in phones:
        assert PhoneNumber.parse(phone.national) == phone
        assert is_reserved(phone)
    for number, person in zip(numbers, TEST_PEOPLE * len(sets), strict=True):
        assert IdentityNumber.parse(number.value) == number
        assert number.value.startswith("000")
        assert not number.contradicts(person.birth_date)
        assert FullName.parse(person.full_name.value) == person.full_name
    assert not is_reserved(PhoneNumber("+84912000001"))


def test_level_two(trial: Trial) -> None:
    claims = trial.claims(Purpose.LEVEL_2)
    assert (claims["acr"], claims["verification_level"]) == ("LoA2", 2)


def test_level_one_and_what_is_demanded_above_it(trial: Trial) -> None:
    assert trial.claims(Purpose.LEVEL_1)["verification_level"] == 1

    browser, person = trial.site.browser(), trial.person(Purpose.LEVEL_1)
    trial.portal.demand(browser, "LoA2")
    trial.begin(browser, person)
    if browser.page == "/otp":
        browser.submit(otp=trial.code(person))
    assert browser.page == "/step-up"
    browser.submit(decision="back")
    assert trial.portal.answer(browser)["error"] == "unmet_authentication_requirements"


def test_level_three(trial: Trial) -> None:
    assert trial.claims(Purpose.LEVEL_3)["verification_level"] == 3


def test_an_expired_code_and_the_next_one(trial: Trial, pass_time: PassTime) -> None:
    browser, person = trial.site.browser(), trial.person(Purpose.CODE_EXPIRED)
    state = trial.portal.ask(browser)
    trial.begin(browser, person)
    late = trial.code(person)
    pass_time(timedelta(minutes=10))
    browser.submit(otp=late)
    assert browser.page == "/otp"
    browser.resend()
    assert trial.code(person) != late
    browser.submit(otp=trial.code(person)).submit(decision="allow")
    assert trial.portal.answer(browser)["state"] == state


def test_a_held_account_is_told_so_after_the_right_password_alone(trial: Trial) -> None:
    browser, person = trial.site.browser(), trial.person(Purpose.HELD)
    trial.portal.ask(browser)
    trial.begin(browser, replace(person, password="Sai-mat-khau-1"))
    assert "Tài khoản đang tạm khoá" not in browser.html
    trial.begin(browser, person)
    assert "Tài khoản đang tạm khoá" in browser.html
    assert trial.portal.answer(browser) == {}


def test_the_carrier_does_not_confirm(trial: Trial) -> None:
    browser, person = trial.site.browser(), trial.person(Purpose.CARRIER_MISMATCH)
    trial.portal.ask(browser, prompt="create")
    browser.submit(subject="citizen", method="mobile")
    born = {"birth_day": "8", "birth_month": "7", "birth_year": "1995"}
    browser.submit(**person.details | born)
    browser.submit(otp=trial.code(person))
    assert browser.page == "/enrol/mismatch"
    with trial.site.database.reading() as reading:
        names = reading.execute(select(Citizen)).scalars()
        assert person.name not in {each.full_name.value for each in names}


def test_a_long_name(trial: Trial) -> None:
    name = trial.claims(Purpose.LONG_NAME)["name"]
    assert name == invented(Purpose.LONG_NAME).full_name.value
    assert len(str(name)) == 51


def test_a_year_of_birth_alone(trial: Trial) -> None:
    assert trial.claims(Purpose.BIRTH_YEAR)["birthdate"] == "1948"


def test_consent_that_is_withdrawn(trial: Trial) -> None:
    browser = trial.site.browser()
    assert "code" in trial.sign_in(Purpose.CONSENT_WITHDRAWN, browser)
    trial.portal.ask(browser, prompt="none")
    assert "code" in trial.portal.answer(browser)
    browser.open("/account/connected/binh-dinh/withdraw").submit()
    trial.portal.ask(browser, prompt="none")
    assert trial.portal.answer(browser)["error"] == "consent_required"


def test_not_agreeing(trial: Trial) -> None:
    browser, person = trial.site.browser(), trial.person(Purpose.ACCESS_DENIED)
    trial.portal.ask(browser)
    trial.begin(browser, person).submit(otp=trial.code(person)).submit(decision="deny")
    assert trial.portal.answer(browser)["error"] == "access_denied"


def test_no_message_to_them_leaves_and_no_other_comes_in(trial: Trial) -> None:
    """What is in the inbox never was at the gateway, and the other way round."""
    trial.claims(Purpose.LEVEL_2)
    assert trial.site.sms.sent == []

    real = Resident("052190000001", "Nguyễn Thị Bưởi", PhoneNumber("+84912000001"))
    browser = trial.site.from_portal(trial.site.browser())
    real.fill_in_enrolment(browser)
    assert trial.site.sms.to(real.phone)
    assert real.code(trial.site) not in trial.page
    assert trial.site.parts.test_inbox.of([real.phone]) == {real.phone: []}


def test_a_reserved_number_vouches_for_nobody(trial: Trial) -> None:
    records, phone = trial.site.parts.carriers, invented(Purpose.LEVEL_2).phone_number(SetNumber(0))
    person = ClaimedIdentity(
        IdentityNumber("052190000001"), FullName.parse("Nguyễn Thị Bưởi"), BirthDate(1990, 1, 2)
    )
    assert records.match(phone, person).outcome is Outcome.MISMATCH
    assert records.match(PhoneNumber("+84912000001"), person).outcome is Outcome.MATCH
    assert not records.sim_changed_within(phone, timedelta(hours=72))
    assert not records.recycled_since(phone, date(2020, 1, 1))


def test_every_one_of_them_is_marked(trial: Trial) -> None:
    """By which production portals keep them out, and portals that are tried everybody else."""
    with trial.site.database.reading() as reading:
        marks = reading.execute(select(Citizen.test_person)).scalars().all()
    assert marks == [True] * sum(person.has_account for person in TEST_PEOPLE)


def test_made_anew_the_former_ones_are_gone(trial: Trial) -> None:
    browser = trial.site.browser()
    first = trial.portal.redeem(trial.sign_in(Purpose.LEVEL_2, browser)["code"])
    former = trial.person(Purpose.LEVEL_2)

    Desk(trial.site).send(trial.member.open(f"{PAGE.format(trial.team)}/renew"))

    assert trial.person(Purpose.LEVEL_2).password != former.password
    trial.portal.ask(browser, prompt="none")
    assert trial.portal.answer(browser)["error"] == "login_required"
    assert trial.begin(trial.site.browser().open("/login"), former).page == "/login"
    assert trial.claims(Purpose.LEVEL_2)["sub"] != first["sub"]
    with trial.site.database.reading() as reading:
        statuses = [each.status for each in reading.execute(select(Citizen)).scalars()]
        kinds = [each.kind for each in reading.execute(select(AuditEvent)).scalars()]
    assert statuses.count(CitizenStatus.CLOSED) == sum(each.has_account for each in TEST_PEOPLE)
    assert kinds.count("test_people_renewed") == 2


def test_each_team_has_its_own_and_sees_no_others(trial: Trial, site: Site) -> None:
    other = team_of(Desk(site), "khanh")
    trial.sign_in(Purpose.LEVEL_2, site.browser())
    number = trial.person(Purpose.LEVEL_2).number
    page = other.open(PAGE.format("khanh")).html
    assert number not in page
    assert "Chưa có tin nhắn nào" in page
    client = site.app.test_client()
    client.set_cookie("idp_console", other.cookie("idp_console"))
    for path in (PAGE.format("trinh"), f"{PAGE.format('trinh')}/renew", PAGE.format("none")):
        assert client.get(path).status_code == 404
    assert client.post(f"{PAGE.format('trinh')}/renew").status_code == 404
