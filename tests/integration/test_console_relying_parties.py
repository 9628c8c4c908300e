"""Relying parties at the console: wizard, changes, secrets; and another team's, which are none."""

import csv
import io
import os
import re
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from authlib.integrations.flask_client import OAuth
from authlib.oauth2.rfc7523 import PrivateKeyJWT, private_key_jwt_sign
from flask import Flask
from joserfc import jwt
from joserfc.jwk import ECKey
from sqlalchemy import select

from idp.audit.model import AuditEvent
from idp.core.environment import Environment
from idp.onboarding import store
from idp.operators.model import OperatorRole
from idp.relying_parties import store as relying_parties
from idp.relying_parties.model import ClientId, RelyingPartyRecord
from idp.relying_parties.registration import parse_registration
from idp.statistics import store as statistics
from idp.statistics.model import HourlyCount, Measure
from idp.statistics.rules import rows_of
from tests.fakes.citizen_site import Browser, Site
from tests.fakes.onboarding import production
from tests.fakes.operators import PASSWORD
from tests.fakes.registering import (
    ADDRESSES,
    CLAIMS,
    NAMES,
    PROTOCOL,
    STEPS,
    Registering,
    keep_passed_test,
)

PORTAL = "/console/relying-parties/binh-dinh-thu"
ID = ClientId("binh-dinh-thu")
PRIVATE_JWK = '{"kty":"EC","crv":"P-256","x":"eA","y":"eQ","d":"c2VjcmV0LW51bWJlcg"}'
PRIVATE_PEM = "-----BEGIN PRIVATE KEY-----\nc2VjcmV0LW51bWJlcg\n-----END PRIVATE KEY-----"


@pytest.fixture
def office(site: Site) -> Registering:
    return Registering(site)


@pytest.fixture
def minh(office: Registering) -> Browser:
    return office.signed_in("minh")


@pytest.fixture
def portal(office: Registering, minh: Browser) -> Browser:
    """Minh, before the page of the portal that he has registered."""
    office.registered(minh)
    return minh.open(PORTAL)


def stored(site: Site) -> RelyingPartyRecord | None:
    with site.database.reading() as reading:
        return store.found(reading, ID)


def document(site: Site) -> dict[str, object]:
    found = stored(site)
    assert found is not None
    return found.registration


def keep_sign_ins(site: Site, number: int) -> None:
    """Have so many people come to the portal a week ago, and more before anybody asks about."""
    with site.database.transaction() as transaction:
        for days, count in ((7, number), (31, 1000)):
            at = site.clock.now() - timedelta(days=days)
            counted = HourlyCount(Measure.SIGNED_IN, ID, "anew 2 ", at, count)
            statistics.add(transaction, rows_of([counted]))


def live_four(site: Site) -> list[str]:
    found = stored(site)
    assert found is not None
    now = site.clock.now()
    return [each.last_four for each in found.secrets if each.expires_at and each.expires_at > now]


def test_the_wizard_ends_with_a_portal_and_its_secret_once(
    site: Site, office: Registering, minh: Browser
) -> None:
    office.registered(minh)

    assert minh.page == f"{PORTAL}/secret"
    secret = re.search(r'id="client-secret">([\w-]{43})<', minh.html)
    assert secret is not None
    found = stored(site)
    assert found is not None
    assert (found.team, found.version) == ("binh-dinh", 1)
    assert live_four(site) == [secret[1][-4:]]
    assert found.registration == {
        "client_id": "binh-dinh-thu",
        "client_name": "Cổng Dịch vụ công tỉnh Bình Định",
        "client_name#en": "Binh Dinh Portal",
        "sms_name": "Cong Binh Dinh",
        "contacts": ["ky-thuat@binh-dinh.example"],
        "security_profile": "oidc",
        "token_endpoint_auth_method": "client_secret_basic",
        "id_token_signed_response_alg": "ES256",
        "require_pkce": True,
        "redirect_uris": ["http://localhost:8412/callback"],
        "post_logout_redirect_uris": ["http://localhost:8412/signed-out"],
        "claims": ["authentication_level", "name", "verification_level"],
        "scope": "openid profile",
        "legal_ground": "Nghị định 61/2018/NĐ-CP, Điều 7",
        "sector": "binh-dinh-thu",
        "grant_types": ["authorization_code"],
        "response_types": ["code"],
    }
    again = minh.open(minh.path)
    assert secret[1] not in again.html
    assert "Mã đã hiện rồi" in again.html


def test_what_was_filled_in_is_there_when_one_goes_back(office: Registering, minh: Browser) -> None:
    office.walk(minh, NAMES, PROTOCOL)
    draft = minh.page.rsplit("/", 1)[0]

    minh.open(f"{draft}/names")

    assert 'value="Cong Binh Dinh"' in minh.html
    assert "ky-thuat@binh-dinh.example" in minh.html
    assert 'value="ES256" checked' in minh.open(f"{draft}/protocol").html


def test_nobody_else_opens_what_somebody_fills_in(office: Registering, minh: Browser) -> None:
    office.walk(minh, NAMES)
    colleague = office.signed_in("hoa")

    assert colleague.open(minh.page).status == 410
    assert minh.open(minh.page).status == 200


def test_it_is_kept_for_a_day(site: Site, office: Registering, minh: Browser) -> None:
    office.walk(minh, NAMES)
    page = minh.page
    for key in site.redis.scan_iter("registration_draft:*"):
        assert 0 < site.redis.pttl(key) <= timedelta(hours=24) / timedelta(milliseconds=1)
        site.redis.delete(key)

    assert minh.open(page).status == 410


def test_each_step_says_what_is_wrong_and_what_to_do(office: Registering, minh: Browser) -> None:
    office.walk(minh, NAMES | {"sms_name": "Cổng", "client_id": "có dấu", "contacts": "nobody"})
    assert minh.page == "/console/register"
    for words in ("không dấu", "Chọn tên ngắn", "Nhập ít nhất một địa chỉ thư"):
        assert words in minh.html

    wrong = "https://*.binhdinh.gov.vn/cb\nhttp://binhdinh.gov.vn/cb\nhttps://10.0.0.1/cb"
    office.walk(minh, NAMES, PROTOCOL, {"redirect_uris": wrong})
    assert minh.page.endswith("/addresses")
    for words in ("không được chứa dấu *", "phải bắt đầu bằng https://", "địa chỉ IP"):
        assert words in minh.html
    assert "https://*.binhdinh.gov.vn/cb" in minh.html  # what was typed stays, to be mended


def test_claims_need_a_ground(office: Registering, minh: Browser) -> None:
    office.walk(minh, NAMES, PROTOCOL, ADDRESSES, {"claims": "name", "legal_ground": ""})

    assert minh.page.endswith("/claims")
    assert "Nêu văn bản, điều khoản" in minh.html


def test_keys_are_missing_where_the_portal_proves_itself_by_them(
    office: Registering, minh: Browser
) -> None:
    by_key = PROTOCOL | {"token_endpoint_auth_method": "private_key_jwt"}
    office.walk(minh, NAMES, by_key, ADDRESSES, CLAIMS, {})

    assert minh.page.endswith("/keys")
    assert "Dán khoá công khai" in minh.html


@pytest.mark.parametrize(
    "pasted", [PRIVATE_JWK, PRIVATE_PEM, f'{{"keys": [{PRIVATE_JWK}]}}', f"[{PRIVATE_JWK},]"]
)
@pytest.mark.parametrize("field", ["jwks", "jwks_uri"])
def test_a_private_key_is_refused_and_kept_nowhere(
    site: Site, office: Registering, minh: Browser, pasted: str, field: str
) -> None:
    office.walk(minh, *STEPS[:4], {field: pasted})

    assert minh.page.endswith("/keys")
    assert "chứa khoá riêng" in minh.html
    assert "c2VjcmV0" not in minh.html
    minh.open(minh.page)
    assert "c2VjcmV0" not in minh.html
    with site.database.reading() as reading:
        events = [str(each.details) for each in reading.execute(select(AuditEvent)).scalars()]
    assert "c2VjcmV0" not in "".join(events)


def test_a_name_is_one_portals(office: Registering, portal: Browser) -> None:
    office.walk(portal, NAMES)

    assert portal.page == "/console/register"
    assert "Chọn tên khác" in portal.html


def test_nobody_registers_for_another_team(site: Site, office: Registering, minh: Browser) -> None:
    office.walk(minh, NAMES | {"team": "dak-lak"})

    assert minh.page == "/console/register"
    assert "Chọn đội phụ trách cổng" in minh.html
    assert "Dak-Lak" not in minh.html
    assert stored(site) is None


def test_whoever_left_the_team_meanwhile_registers_nothing(
    site: Site, office: Registering, minh: Browser
) -> None:
    office.walk(minh)
    assert minh.page.endswith("/check")
    lan = office.desk.signed_in("lan", OperatorRole.ADMINISTRATOR)
    lan.open("/console/teams/binh-dinh/members/minh/remove")
    office.desk.send(lan, reason="chuyển việc", **office.desk.proof())

    office.desk.send(minh)

    assert minh.status == 410
    assert stored(site) is None


PAGES = (
    "",
    "/change/names",
    "/versions",
    "/snippets",
    "/secrets",
    "/secrets/new",
    "/secrets/1/retire",
    "/secret",
    "/propose",
)


def test_another_teams_portal_is_none(site: Site, office: Registering, portal: Browser) -> None:
    assert portal.open(PORTAL).status == 200
    hoa = office.signed_in("hoa")
    assert "binh-dinh-thu" not in hoa.open("/console/relying-parties").html
    assert "binh-dinh-thu" not in hoa.open("/console/relying-parties?team=binh-dinh").html
    blank = hoa.open("/console/relying-parties/nowhere").html

    for page in PAGES:
        assert hoa.open(f"{PORTAL}{page}").status == 404, page
        assert hoa.post(f"{PORTAL}{page}", {}).status in {404, 405}, page
    assert hoa.open(PORTAL).html.replace("binh-dinh-thu", "nowhere") == blank
    assert live_four(site)


def test_the_list_is_a_file_too_of_what_one_may_see(
    site: Site, office: Registering, portal: Browser
) -> None:
    office.registered(office.signed_in("hoa"), client_id="dak-lak-thu", team="dak-lak")
    with site.database.transaction() as transaction:
        found = store.found(transaction, ID)
        assert found is not None
        found.registration = found.registration | {"client_name": '=HYPERLINK("//x","y")'}

    def rows(browser: Browser, query: str = "") -> list[list[str]]:
        browser.open(f"/console/relying-parties.csv{query}")
        return list(csv.reader(io.StringIO(browser.html.removeprefix("\ufeff"))))

    assert 'href="/console/relying-parties.csv?' in portal.open("/console/relying-parties").html
    columns, *own = rows(portal)
    assert columns[:5] == ["client_id", "name", "environment", "enabled", "team"]
    assert [row[:5] for row in own] == [
        [ID, '\'=HYPERLINK("//x","y")', "sandbox", "true", "binh-dinh"]
    ]
    assert rows(portal, "?team=dak-lak") == [columns]
    huong = office.desk.signed_in("huong", OperatorRole.READ_ONLY)
    assert {row[0] for row in rows(huong)[1:]} >= {ID, "dak-lak-thu", "binh-dinh"}
    assert [row[0] for row in rows(huong, "?words=dak-lak-thu")[1:]] == ["dak-lak-thu"]


def test_a_change_is_a_version_with_its_reason(
    site: Site, office: Registering, portal: Browser
) -> None:
    portal.open(f"{PORTAL}/change/names")
    typed = {"client_name": "Cổng mới", "sms_name": "Cong moi", "reason": "đổi tên sở"}
    office.desk.send(portal, **typed)

    assert portal.page == PORTAL
    assert document(site)["client_name"] == "Cổng mới"
    assert "client_name#en" not in document(site)
    assert document(site)["redirect_uris"] == ["http://localhost:8412/callback"]
    portal.open(f"{PORTAL}/versions")
    for words in ("Phiên bản 2", "minh", "đổi tên sở", "<del><code>Cong Binh Dinh</code></del>"):
        assert words in portal.html


@pytest.mark.parametrize("reason", ["", "0912 345 678 gọi tới"])
def test_a_change_needs_a_reason_that_names_nobody(
    site: Site, office: Registering, portal: Browser, reason: str
) -> None:
    portal.open(f"{PORTAL}/change/names")
    office.desk.send(portal, client_name="Cổng mới", sms_name="Cong moi", reason=reason)

    assert "Nêu lý do trong 5 đến 200 ký tự" in portal.html
    assert document(site)["client_name"] == NAMES["client_name"]


def test_of_two_who_change_at_once_the_second_sees_the_difference_and_goes_on(
    site: Site, office: Registering, portal: Browser
) -> None:
    office.desk.keep("huong", OperatorRole.OPERATOR)
    huong = office.desk.sign_in("huong").open(f"{PORTAL}/change/level")
    portal.open(f"{PORTAL}/change/names")
    office.desk.send(portal, client_name="Cổng của Minh", sms_name="Cong moi", reason="đổi tên sở")

    office.desk.send(huong, minimum_acr="LoA2", reason="nâng mức")

    assert huong.page == f"{PORTAL}/change/level"
    for words in ("minh", "đổi tên sở", "Cổng của Minh", 'value="LoA2" checked'):
        assert words in huong.html
    assert "minimum_acr" not in document(site)
    office.desk.send(huong, minimum_acr="LoA2", reason="nâng mức")
    assert huong.page == PORTAL
    assert (document(site)["client_name"], document(site)["minimum_acr"]) == (
        "Cổng của Minh",
        "LoA2",
    )


def test_a_redirect_uri_goes_by_a_tick(site: Site, office: Registering, portal: Browser) -> None:
    keep_sign_ins(site, 12)
    typed = {"redirect_uris": "http://localhost:9000/cb", "reason": "đổi máy chủ"}
    portal.open(f"{PORTAL}/change/redirect")
    office.desk.send(portal, **typed)
    assert "http://localhost:8412/callback" in portal.html
    assert "Đánh dấu để xác nhận" in portal.html
    assert "30 ngày qua có 12 lần đăng nhập" in portal.html
    assert document(site)["redirect_uris"] == ["http://localhost:8412/callback"]

    office.desk.send(portal, **typed, confirmed="yes")

    assert document(site)["redirect_uris"] == ["http://localhost:9000/cb"]


def test_two_secrets_live_and_each_is_shown_once(
    site: Site, office: Registering, portal: Browser
) -> None:
    first = live_four(site)
    portal.open(f"{PORTAL}/secrets/new")
    office.desk.send(portal, reason="đổi định kỳ", **office.desk.proof())
    assert portal.page == f"{PORTAL}/secret"
    secret = re.search(r'id="client-secret">([\w-]{43})<', portal.html)
    assert secret is not None
    assert live_four(site) == [*first, secret[1][-4:]]

    portal.open(f"{PORTAL}/secrets/new")
    office.desk.send(portal, reason="đổi định kỳ", **office.desk.proof())
    assert "Đã có hai mã đang dùng được" in portal.html
    page = portal.open(f"{PORTAL}/secrets").html
    assert secret[1] not in page
    retire = re.search(rf"{PORTAL}/secrets/\d+/retire", page)
    assert retire is not None
    portal.open(retire[0])
    office.desk.send(portal, reason="đổi định kỳ", **office.desk.proof())
    assert live_four(site) == [secret[1][-4:]]


def test_secrets_are_made_and_ended_with_proof_alone(
    site: Site, office: Registering, portal: Browser
) -> None:
    before = live_four(site)
    wrong = {"reason": "đổi định kỳ", "password": "not it"}
    portal.open(f"{PORTAL}/secrets/new")
    office.desk.send(portal, **wrong, code=office.desk.code())
    assert "Mật khẩu hoặc mã không đúng" in portal.html
    retire = re.search(rf"{PORTAL}/secrets/\d+/retire", portal.open(f"{PORTAL}/secrets").html)
    assert retire is not None
    portal.open(retire[0])
    office.desk.send(portal, **wrong, code=office.desk.code())

    assert live_four(site) == before


def test_a_portal_is_stopped_and_let_in_again_by_an_operator(
    site: Site, office: Registering, portal: Browser
) -> None:
    huong = office.desk.signed_in("huong", OperatorRole.OPERATOR).open(f"{PORTAL}/disable")
    office.desk.send(huong, reason="mã bị lộ", **office.desk.proof())
    assert "đang ngừng" in huong.html
    found = stored(site)
    assert found is not None
    assert not found.enabled

    huong.open(f"{PORTAL}/enable")
    office.desk.send(huong, reason="đã đổi mã", **office.desk.proof())
    assert "đang ngừng" not in huong.html


@pytest.mark.parametrize("stage", Environment)
def test_a_team_stops_its_portal_and_into_production_an_operator_lets_it(
    site: Site, office: Registering, portal: Browser, stage: Environment
) -> None:
    with site.database.transaction() as transaction:
        transaction.get_one(RelyingPartyRecord, ID).environment = stage
    assert f'href="{PORTAL}/disable"' in portal.open(PORTAL).html
    portal.open(f"{PORTAL}/disable")
    office.desk.send(portal, reason="", **office.desk.proof())
    assert "Nêu lý do" in portal.html
    office.desk.send(portal, reason="mã bị lộ", **office.desk.proof())

    assert portal.page == PORTAL
    assert "đang ngừng" in portal.html
    may = stage is Environment.SANDBOX
    assert (f'href="{PORTAL}/enable"' in portal.html) is may
    assert ("Chỉ người vận hành quốc gia" in portal.html) is not may
    assert portal.open(f"{PORTAL}/enable").status == (200 if may else 403)
    office.desk.send(portal, reason="đã đổi mã", **office.desk.proof())
    assert portal.open(PORTAL).status == 200
    assert ("đang ngừng" not in portal.html) is may
    with site.database.reading() as reading:
        found = select(AuditEvent.details).where(AuditEvent.kind == "relying_party_disabled")
        [details] = reading.execute(found).scalars()
    assert (details["by"], details["reason"]) == ("minh", "mã bị lộ")


def test_production_is_proposed_by_one_and_decided_by_another(
    site: Site, office: Registering, portal: Browser
) -> None:
    assert "chưa qua kiểm tra kết nối" in portal.open(f"{PORTAL}/propose").html
    site.clock.advance(timedelta(minutes=1))
    keep_passed_test(site.database, ID, site.clock.now())
    live = "https://dichvucong.binhdinh.gov.vn"
    typed = {
        "client_id": "binh-dinh-live",
        "contacts": NAMES["contacts"],
        "reason": "chạy chính thức từ tháng 12",
    }
    portal.open(f"{PORTAL}/propose")
    office.desk.send(portal, **typed, redirect_uris="https://portal.example/cb")
    assert "không thuộc gov.vn" in portal.html
    office.desk.send(portal, **typed, redirect_uris=f"{live}/cb")
    proposal = portal.page
    assert proposal.startswith("/console/proposals/"), portal.html
    assert 'id="decide-submit"' not in portal.html

    huong = office.desk.signed_in("huong", OperatorRole.OPERATOR).open(proposal)
    assert "đạt, đúng bản được đề nghị" in huong.html
    assert "minh: 15 bài đạt, 0 không đạt" in huong.html
    assert f"{live}/cb" in huong.html
    decision = {"outcome": "approve", "reason": "đã đọc biên bản"}
    forms = [form for form in huong.forms if "csrf_token" in form.hidden]
    huong.post(proposal, forms[1].hidden | decision | office.desk.proof())

    assert huong.page == proposal, huong.html
    assert "đã duyệt" in huong.html
    with site.database.reading() as reading:
        made = store.found(reading, ClientId("binh-dinh-live"))
    assert made is not None
    assert made.registration["redirect_uris"] == [f"{live}/cb"]
    assert made.registration["claims"] == document(site)["claims"]
    assert (made.team, made.sandbox_client_id, made.secrets) == ("binh-dinh", ID, [])


def test_production_that_became_another_teams_is_not_shown_to_who_tried_it(
    site: Site, portal: Browser
) -> None:
    keep_passed_test(site.database, ID, site.clock.now())
    live = parse_registration(production("dak-lak-live", ID))
    with site.database.transaction() as transaction:
        made = relying_parties.add(transaction, live, site.clock.now(), team="binh-dinh")
    assert "https://dak-lak-live.gov.vn/callback" in portal.open(f"{PORTAL}/propose").html
    with site.database.transaction() as transaction:
        transaction.merge(made).team = "dak-lak"

    assert "https://dak-lak-live.gov.vn/callback" not in portal.open(f"{PORTAL}/propose").html


def test_whoever_proposed_decides_nothing(site: Site, office: Registering) -> None:
    huong = office.desk.signed_in("huong", OperatorRole.OPERATOR)
    office.registered(huong)
    site.clock.advance(timedelta(minutes=1))
    keep_passed_test(site.database, ID, site.clock.now())
    huong.open(f"{PORTAL}/propose")
    office.desk.send(
        huong,
        client_id="binh-dinh-live",
        contacts=NAMES["contacts"],
        redirect_uris="https://dichvucong.binhdinh.gov.vn/cb",
        reason="chạy chính thức",
    )
    proposal = huong.page
    assert 'id="decide-submit"' not in huong.html
    stranger = office.signed_in("hoa")
    assert stranger.open(proposal).status == 404
    assert stranger.open(f"{proposal}/withdraw").status == 404

    forms = [form for form in huong.forms if "csrf_token" in form.hidden]
    decision = {"outcome": "approve", "reason": "tự duyệt", "password": PASSWORD}
    huong.post(proposal, forms[-1].hidden | decision | {"code": office.desk.code()})
    with site.database.reading() as reading:
        assert store.found(reading, ClientId("binh-dinh-live")) is None

    huong.open(proposal)
    huong.post(f"{proposal}/withdraw", huong.forms[-1].hidden)
    assert "đã rút" in huong.html


def test_the_checklist_ticks_itself(site: Site, portal: Browser) -> None:
    assert portal.html.count('<li class="done">') == 4
    site.clock.advance(timedelta(minutes=1))
    keep_passed_test(site.database, ID, site.clock.now())

    assert portal.open(PORTAL).html.count('<li class="done">') == 9


def test_the_list_is_narrowed_by_its_address(office: Registering, portal: Browser) -> None:
    for query, there in (
        ("words=bình+thu", True),
        ("words=nowhere", False),
        ("environment=sandbox&state=on&team=binh-dinh", True),
        ("environment=production", False),
        ("state=off", False),
        ("team=%00&environment=x&after=zzz", False),
    ):
        listed = portal.open(f"/console/relying-parties?{query}").html
        assert (f'href="{PORTAL}"' in listed) is there, query

    listed = portal.open("/console/relying-parties?after=%00").html  # which is none, everywhere
    assert 'href="?after="' not in listed


def test_code_with_the_portals_values_never_has_the_secret(site: Site, portal: Browser) -> None:
    html = portal.open(f"{PORTAL}/snippets").html

    assert html.count("binh-dinh-thu") > 5
    assert "http://localhost:8412/callback" in html
    assert 'options.CallbackPath = "/callback";' in html  # not its library's own
    assert live_four(site)[0] not in html


def test_a_portal_with_a_key_is_shown_no_secret(
    site: Site, portal: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "OIDC_CLIENT_SECRET" in portal.open(f"{PORTAL}/snippets").html
    assert "socialiteproviders/openidconnect" in portal.html
    with site.database.transaction() as transaction:
        found = store.found(transaction, ID)
        assert found is not None
        method = {"token_endpoint_auth_method": "private_key_jwt"}
        found.registration = found.registration | method
    html = portal.open(f"{PORTAL}/snippets").html

    assert "SECRET" not in html.upper().replace("SECRETS", "")
    assert "chỉ dùng được với mã bí mật" in html
    for words in ("PrivateKeyJwt(", "client-authentication-method: private_key_jwt"):
        assert words in html
    own = ECKey.generate_key("P-256")
    file = tmp_path / "key.pem"
    file.write_bytes(own.as_pem(private=True))
    monkeypatch.setenv("OIDC_PRIVATE_KEY_FILE", str(file))
    monkeypatch.setenv("OIDC_KEY_ID", "k1")
    snippet = re.search(r'id="snippet-flask">(.*?)</code>', html, re.DOTALL)
    assert snippet is not None
    names = {"ECKey": ECKey, "Path": Path, "os": os, "OAuth": OAuth, "app": Flask("portal")}
    names |= {"PrivateKeyJWT": PrivateKeyJWT, "private_key_jwt_sign": private_key_jwt_sign}
    exec(unescape(snippet[1]), names)  # noqa: S102 (our own page: what a team copies has to run)
    signed = names["OwnKey"]().sign(names["provider"], "https://idp.example/token")  # type: ignore[operator]
    token = jwt.decode(signed, own, algorithms=["ES256"])
    assert (token.header["kid"], token.claims["iss"], token.claims["sub"]) == ("k1", ID, ID)
    assert token.claims["exp"] - token.claims["iat"] == 60  # the provider takes ten minutes


def test_what_manages_itself_is_not_changed_here(
    site: Site, office: Registering, portal: Browser
) -> None:
    with site.database.transaction() as transaction:
        found = transaction.get(RelyingPartyRecord, ID)
        assert found is not None
        found.client_metadata = {"client_id": ID}

    assert "tự quản lý" in portal.open(PORTAL).html
    for page in ("/change/names", "/secrets/new", "/propose"):
        assert portal.open(f"{PORTAL}{page}").status == 404


def test_a_portal_with_keys_has_no_secret_and_its_address_is_looked_at(
    site: Site, office: Registering, minh: Browser
) -> None:
    by_key = PROTOCOL | {"token_endpoint_auth_method": "private_key_jwt"}
    keys = {"jwks_uri": "https://portal.invalid/jwks"}
    office.walk(minh, NAMES, by_key, ADDRESSES, CLAIMS, keys)
    office.desk.send(minh)
    assert minh.page == PORTAL
    assert live_four(site) == []

    minh.open(f"{PORTAL}/secrets")
    office.desk.send(minh)

    assert "Không tải được bộ khoá" in minh.html


def test_pasted_keys_are_shown_by_their_thumbprints(
    site: Site, office: Registering, portal: Browser
) -> None:
    key = ECKey.generate_key("P-256")
    portal.open(f"{PORTAL}/change/keys")
    pem = key.as_pem(private=False).decode()
    office.desk.send(portal, jwks=pem, jwks_uri="", reason="khoá đầu tiên")
    assert portal.page == PORTAL, portal.html

    assert key.thumbprint() in portal.open(f"{PORTAL}/secrets").html
    assert key.thumbprint() in str(document(site)["jwks"])


def test_a_portal_goes_to_another_team_with_all_it_has(
    site: Site, office: Registering, portal: Browser
) -> None:
    huong = office.desk.signed_in("huong", OperatorRole.OPERATOR).open(f"{PORTAL}/team")
    office.desk.send(huong, team="nowhere", reason="chuyển địa bàn", **office.desk.proof())
    assert "Chọn đội phụ trách cổng" in huong.html

    office.desk.send(huong, team="dak-lak", reason="chuyển địa bàn", **office.desk.proof())

    assert huong.page == PORTAL
    assert portal.open(PORTAL).status == 404
    hoa = office.signed_in("hoa")
    assert hoa.open(f"{PORTAL}/secrets").status == 200
    assert live_four(site)[0] in hoa.html
