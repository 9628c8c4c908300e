"""Teams at the console: what a province's member sees and does, and what is not there for them."""

import re

import pytest

from idp.operators import store
from idp.operators.model import OperatorName, OperatorRole, TeamId
from tests.fakes.citizen_site import Browser, Site
from tests.fakes.console_desk import Desk
from tests.integration.test_console_operators import accept

BINH_DINH, DAK_LAK = "binh-dinh", "dak-lak"


@pytest.fixture
def desk(site: Site) -> Desk:
    return Desk(site)


@pytest.fixture
def lan(desk: Desk) -> Browser:
    lan = desk.signed_in("lan", OperatorRole.ADMINISTRATOR)
    for team, name in ((BINH_DINH, "Bình Định"), (DAK_LAK, "Đắk Lắk")):
        lan.open("/console/teams/new")
        desk.send(lan, team_id=team, team_name=name, **desk.proof())
        assert lan.page == f"/console/teams/{team}", lan.html
    return lan


@pytest.fixture
def minh(desk: Desk, lan: Browser) -> Browser:
    desk.keep("minh", OperatorRole.PROVINCE_TEAM)
    lan.open(f"/console/teams/{BINH_DINH}/add")
    desk.send(lan, name="minh", **desk.proof())
    assert lan.page == f"/console/teams/{BINH_DINH}", lan.html
    return desk.sign_in("minh")


def members(site: Site, team: str) -> list[str]:
    with site.database.reading() as reading:
        return [each.name for each in store.members(reading, TeamId(team))]


def test_a_member_sees_the_own_team_alone(minh: Browser) -> None:
    minh.open("/console/teams")
    assert "Bình Định" in minh.html
    assert "Đắk Lắk" not in minh.html
    missing = minh.open("/console/teams/nowhere").html

    for page in ("", "/invite", "/members/minh/remove"):
        assert minh.open(f"/console/teams/{DAK_LAK}{page}").status == 404
        assert minh.html.replace(DAK_LAK, "nowhere").count("404") == missing.count("404")


def test_a_colleague_comes_in_by_a_members_link(site: Site, desk: Desk, minh: Browser) -> None:
    minh.open(f"/console/teams/{BINH_DINH}/invite")
    desk.send(minh, name="hoa", display_name="Lê Thị Hoà", **desk.proof())
    link = re.search(r"/console/invitation\?k=[\w-]{43}", minh.html)
    assert link is not None
    assert "Lê Thị Hoà" in minh.open(f"/console/teams/{BINH_DINH}").html

    assert accept(site, link[0]).page == "/console/sign-in"

    assert members(site, BINH_DINH) == ["hoa", "minh"]
    with site.database.reading() as reading:
        hoa = store.find(reading, OperatorName("hoa"))
        assert hoa is not None
        assert hoa.role is OperatorRole.PROVINCE_TEAM


def test_whoever_is_taken_out_sees_nothing_at_the_next_request(
    site: Site, desk: Desk, lan: Browser, minh: Browser
) -> None:
    lan.open(f"/console/teams/{BINH_DINH}/members/minh/remove")
    desk.send(lan, reason="chuyển công tác", **desk.proof())

    assert members(site, BINH_DINH) == []
    assert minh.open(f"/console/teams/{BINH_DINH}").status == 404
    assert "Bạn chưa thuộc đội nào" in minh.open("/console/teams").html


def test_the_last_member_stays(site: Site, desk: Desk, minh: Browser) -> None:
    minh.open(f"/console/teams/{BINH_DINH}/members/minh/remove")
    desk.send(minh, reason="chuyển công tác", **desk.proof())

    assert "người cuối cùng của đội" in minh.html
    assert members(site, BINH_DINH) == ["minh"]


def test_nothing_is_done_without_proof(site: Site, desk: Desk, lan: Browser, minh: Browser) -> None:
    minh.open(f"/console/teams/{BINH_DINH}/invite")
    desk.send(minh, name="hoa", display_name="Hoà", password="not it", code=desk.code())
    assert "Mật khẩu hoặc mã không đúng" in minh.html
    lan.open(f"/console/teams/{BINH_DINH}/members/minh/remove")
    desk.send(lan, reason="chuyển công tác", password="not it", code=desk.code())

    assert members(site, BINH_DINH) == ["minh"]
    with site.database.reading() as reading:
        assert store.invitations(reading, site.clock.now()) == []


def test_a_name_and_an_id_are_one_teams(desk: Desk, lan: Browser) -> None:
    lan.open("/console/teams/new")
    desk.send(lan, team_id=BINH_DINH, team_name="Khác", **desk.proof())
    assert "Đã có đội mang tên hoặc mã này" in lan.html
    lan.open(f"/console/teams/{DAK_LAK}/name")
    desk.send(lan, team_name="Bình Định", **desk.proof())
    assert "Đã có đội mang tên hoặc mã này" in lan.html
    lan.open(f"/console/teams/{DAK_LAK}/name")
    desk.send(lan, team_name="Đắk Lắk mới", **desk.proof())
    assert "Đắk Lắk mới" in lan.html


def test_only_who_is_of_a_province_is_added(desk: Desk, lan: Browser) -> None:
    desk.keep("huong", OperatorRole.OPERATOR)
    for name in ("huong", "nobody"):
        lan.open(f"/console/teams/{BINH_DINH}/add")
        desk.send(lan, name=name, **desk.proof())
        assert "Không có ai thuộc vai trò đội tỉnh" in lan.html
