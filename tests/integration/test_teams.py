"""Teams: who lets whom in and out, and that nobody does so on a word that counts no more."""

from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select

from idp.audit.model import AuditEvent
from idp.citizens.password_hasher import PasswordHasher
from idp.core.handles import Handle
from idp.db.database import Database
from idp.operators import store
from idp.operators.add_operator import NameTaken, NotAllowed
from idp.operators.change_members import AddMember, LastMember, NotOfAProvince, RemoveMember
from idp.operators.create_team import CreateTeam, RenameTeam, TeamTaken, UnknownTeam
from idp.operators.disable_operator import UnknownOperator
from idp.operators.invite_operator import AcceptInvitation, InvitationSpent, InviteOperator
from idp.operators.model import (
    Operator,
    OperatorName,
    OperatorRole,
    TeamId,
    TeamMember,
    VerifiedOperator,
)
from idp.operators.permissions import may_invite, may_see
from idp.operators.rules import InvalidTeam, parse_team_id, parse_team_name
from tests.fakes.at_once import at_once
from tests.fakes.clock import FakeClock
from tests.fakes.meanwhile import Meanwhile
from tests.fakes.operators import PASSWORD, keep_operator
from tests.fakes.people import NOON

ADMINISTRATOR, PROVINCE = OperatorRole.ADMINISTRATOR, OperatorRole.PROVINCE_TEAM
BINH_DINH, DAK_LAK = TeamId("binh-dinh"), TeamId("dak-lak")
LAN = VerifiedOperator(OperatorName("lan"), "Lan", ADMINISTRATOR)


class Office:
    """Lan, who is an administrator, and the teams of two provinces."""

    def __init__(self, database: Database) -> None:
        self.database, self.clock = database, FakeClock(NOON)
        self.hasher = PasswordHasher(
            memory_kib=8, iterations=1, hashes_at_once=2, queue_deadline=timedelta(seconds=30)
        )
        self.create = CreateTeam(database=database, clock=self.clock)
        self.rename = RenameTeam(database=database, clock=self.clock)
        self.add = AddMember(database=database, clock=self.clock)
        self.remove = RemoveMember(database=database, clock=self.clock)
        self.invite = InviteOperator(database=database, lasts=timedelta(days=7), clock=self.clock)
        self.accept = AcceptInvitation(database=database, hasher=self.hasher, clock=self.clock)
        self.keep("lan", ADMINISTRATOR)
        self.create(BINH_DINH, "Bình Định", by=LAN)
        self.create(DAK_LAK, "Đắk Lắk", by=LAN)

    def keep(self, name: str, role: OperatorRole, *teams: TeamId) -> VerifiedOperator:
        """Have an operator of that name, who belongs to *teams*."""
        keep_operator(self.database, self.hasher, name, role, self.clock.now())
        for team in teams:
            self.add(team, OperatorName(name), by=LAN)
        return self.there(name)

    def there(self, name: str) -> VerifiedOperator:
        """The operator as a request of this moment knows them."""
        with self.database.reading() as reading:
            found = store.find(reading, OperatorName(name))
            assert found is not None
            return store.verified(reading, found)

    def come_in(self, handle: Handle) -> None:
        """Open the link, set up the app, choose a password."""
        secret = self.accept.look(handle).totp_secret
        self.accept(handle, PASSWORD, pyotp.TOTP(secret).at(self.clock.now()))

    def members(self, team: TeamId) -> list[str]:
        with self.database.reading() as reading:
            return [member.name for member in store.members(reading, team)]

    @property
    def events(self) -> list[str]:
        with self.database.reading() as reading:
            return list(reading.execute(select(AuditEvent.kind).order_by(AuditEvent.id)).scalars())


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


def test_a_province_sees_its_own_and_the_others_see_all(office: Office) -> None:
    minh = office.keep("minh", PROVINCE, BINH_DINH)
    both = office.keep("hoa", PROVINCE, BINH_DINH, DAK_LAK)
    nobodys = office.keep("tam", PROVINCE)
    reader = office.keep("xem", OperatorRole.READ_ONLY)
    counter = office.keep("quay", OperatorRole.COUNTER_OFFICER)

    assert [may_see(minh, team) for team in (BINH_DINH, DAK_LAK, None)] == [True, False, False]
    assert [may_see(both, team) for team in (BINH_DINH, DAK_LAK, None)] == [True, True, False]
    assert [may_see(nobodys, team) for team in (BINH_DINH, None)] == [False, False]
    assert [may_see(who, None) for who in (LAN, reader, counter)] == [True, True, False]


def test_an_id_and_a_name_are_one_teams(office: Office) -> None:
    with pytest.raises(TeamTaken):
        office.create(BINH_DINH, "Another", by=LAN)
    with pytest.raises(TeamTaken):
        office.create(TeamId("another"), "Bình Định", by=LAN)
    with pytest.raises(TeamTaken):
        office.rename(DAK_LAK, "Bình Định", by=LAN)
    with pytest.raises(UnknownTeam):
        office.rename(TeamId("nowhere"), "Nowhere", by=LAN)

    assert office.rename(DAK_LAK, "Sở TT&TT Đắk Lắk", by=LAN)
    assert not office.rename(DAK_LAK, "Sở TT&TT Đắk Lắk", by=LAN)
    assert office.events.count("team_renamed") == 1


def test_teams_are_made_and_named_by_administrators(office: Office) -> None:
    for by in (office.keep("huong", OperatorRole.OPERATOR), office.keep("m", PROVINCE, BINH_DINH)):
        with pytest.raises(NotAllowed):
            office.create(TeamId("own"), "Own", by=by)
        with pytest.raises(NotAllowed):
            office.rename(BINH_DINH, "Own", by=by)
        with pytest.raises(NotAllowed):
            office.add(DAK_LAK, by.name, by=by)


def test_a_member_lets_a_colleague_into_the_own_team_alone(office: Office) -> None:
    minh = office.keep("minh", PROVINCE, BINH_DINH)

    office.come_in(office.invite(OperatorName("hoa"), "Hoà", PROVINCE, team=BINH_DINH, by=minh))

    assert office.members(BINH_DINH) == ["hoa", "minh"]
    assert office.there("hoa").teams == {BINH_DINH}
    assert office.events[-2:] == ["operator_added", "team_member_added"]
    for role, team in ((PROVINCE, DAK_LAK), (PROVINCE, None), (ADMINISTRATOR, BINH_DINH)):
        with pytest.raises(NotAllowed):
            office.invite(OperatorName("x-y-z"), "X", role, team=team, by=minh)


def test_only_a_provinces_people_join_a_team(office: Office) -> None:
    assert not may_invite(LAN, OperatorRole.OPERATOR, BINH_DINH)
    office.keep("huong", OperatorRole.OPERATOR)
    with pytest.raises(NotOfAProvince):
        office.add(BINH_DINH, OperatorName("huong"), by=LAN)
    with pytest.raises(UnknownOperator):
        office.add(BINH_DINH, OperatorName("nobody"), by=LAN)
    with pytest.raises(UnknownTeam):
        office.invite(OperatorName("hoa"), "Hoà", PROVINCE, team=TeamId("nowhere"), by=LAN)


def test_a_member_cannot_end_an_administrators_invitation(office: Office) -> None:
    minh = office.keep("minh", PROVINCE, BINH_DINH)
    handle = office.invite(OperatorName("hoa"), "Hoà", OperatorRole.OPERATOR, by=LAN)

    with pytest.raises(NameTaken):
        office.invite(OperatorName("hoa"), "Hoà", PROVINCE, team=BINH_DINH, by=minh)

    office.come_in(handle)
    assert office.there("hoa").role is OperatorRole.OPERATOR


def test_the_word_of_a_former_member_lets_nobody_in(office: Office) -> None:
    minh = office.keep("minh", PROVINCE, BINH_DINH)
    handle = office.invite(OperatorName("hoa"), "Hoà", PROVINCE, team=BINH_DINH, by=minh)
    office.remove(BINH_DINH, minh.name, by=LAN, reason="chuyển việc")

    with pytest.raises(InvitationSpent):
        office.come_in(handle)

    assert office.members(BINH_DINH) == []


def test_members_take_each_other_out_but_never_the_last(office: Office) -> None:
    minh = office.keep("minh", PROVINCE, BINH_DINH)
    office.keep("hoa", PROVINCE, BINH_DINH)
    stranger = office.keep("tam", PROVINCE, DAK_LAK)
    with pytest.raises(NotAllowed):
        office.remove(BINH_DINH, minh.name, by=stranger, reason="ghen tị")

    office.remove(BINH_DINH, OperatorName("hoa"), by=minh, reason="nghỉ việc")

    with pytest.raises(LastMember):
        office.remove(BINH_DINH, minh.name, by=minh, reason="nghỉ việc")
    office.remove(BINH_DINH, minh.name, by=LAN, reason="nghỉ việc")
    assert office.members(BINH_DINH) == []
    with pytest.raises(UnknownOperator):
        office.remove(BINH_DINH, minh.name, by=LAN, reason="nghỉ việc")


def test_of_two_who_take_each_other_out_one_stays(office: Office) -> None:
    pair = [office.keep(name, PROVINCE, BINH_DINH) for name in ("hoa", "minh")]

    def remove(number: int) -> None:
        by, other = pair[number], pair[1 - number]
        office.remove(BINH_DINH, other.name, by=by, reason="tranh chấp")

    outcomes = at_once(2, remove)

    assert len(office.members(BINH_DINH)) == 1
    assert sum(outcome is None for outcome in outcomes) == 1
    assert office.events.count("team_member_removed") == 1


def test_who_belongs_to_it_already_is_not_added_again(office: Office) -> None:
    minh = office.keep("minh", PROVINCE, BINH_DINH)

    assert not office.add(BINH_DINH, minh.name, by=LAN)
    assert office.events.count("team_member_added") == 1


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)  # SQLite writes one by one
def test_who_joins_at_this_moment_is_not_added_again(office: Office) -> None:
    office.keep("khoai", PROVINCE)
    name = OperatorName("khoai")
    again = Meanwhile(office.database, lambda: office.add(BINH_DINH, name, by=LAN))
    with office.database.transaction() as transaction:
        joined = TeamMember(team=BINH_DINH, operator=name, added_at=NOON, added_by=LAN.name)
        assert store.add_member(transaction, joined)
        again.begin()

    assert again.outcome() is False
    assert office.members(BINH_DINH) == ["khoai"]


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_an_invitation_is_spent_where_somebody_gets_its_name_at_this_moment(
    office: Office,
) -> None:
    handle = office.invite(OperatorName("moi"), "Mới", PROVINCE, team=BINH_DINH, by=LAN)
    coming = Meanwhile(office.database, lambda: office.come_in(handle))
    with office.database.transaction() as transaction:
        transaction.add(
            Operator(
                name=OperatorName("moi"),
                display_name="Mới",
                role=PROVINCE,
                password_hash="-",
                totp_secret="-",
                created_at=NOON,
                created_by=LAN.name,
            )
        )
        transaction.flush()
        coming.begin()

    assert isinstance(coming.outcome(), InvitationSpent)
    assert office.members(BINH_DINH) == []


@pytest.mark.parametrize("typed", ["", "ab", "1st", "đắk-lắk", "a.b.c", "a" * 33, "a/b"])
def test_what_cannot_be_an_id(typed: str) -> None:
    with pytest.raises(InvalidTeam):
        parse_team_id(typed)


@pytest.mark.parametrize("typed", ["", "ab", "a" * 121, "tên\x00xấu"])
def test_what_cannot_be_a_name(typed: str) -> None:
    with pytest.raises(InvalidTeam):
        parse_team_name(typed)
