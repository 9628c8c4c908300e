"""Registrations by the API: registered, changed by one of two, proposed, never decided."""

import json
from typing import Any

import pytest
from sqlalchemy import select

from idp.app.operations import onboarding_desk
from idp.audit.model import AuditEvent
from idp.core.environment import Environment
from idp.integration_tests.reports import Reports
from idp.onboarding.model import ProposalId
from idp.onboarding.rules import Ruling
from idp.operators.model import OperatorName, OperatorRole, VerifiedOperator
from idp.operators.permissions import Permission
from idp.relying_parties.model import ClientId, RelyingPartyRecord
from tests.fakes.citizen_site import Site
from tests.fakes.onboarding import production
from tests.fakes.operators import keep_operator
from tests.fakes.programs import BY, Program, let_in
from tests.fakes.registrations import registration

REASON = "theo yêu cầu của đội"
TEAM = OperatorRole.PROVINCE_TEAM


def once(key: str) -> dict[str, str]:
    return {"Idempotency-Key": key}


@pytest.fixture
def own(site: Site) -> Program:
    return let_in(site, TEAM, name="ci-bd", team="doi-bd")


@pytest.fixture
def other(site: Site) -> Program:
    return let_in(site, TEAM, name="ci-dl", team="doi-dl")


def register(program: Program, name: str, team: str = "doi-bd", **changes: Any) -> Any:
    body = {"document": registration(name, **changes), "team": team, "reason": REASON}
    return program.call("POST", "/relying-parties", body, headers=once(f"register-{name}"))


def change(program: Program, name: str, version: int, **changes: Any) -> Any:
    body = {"document": registration(name, **changes), "reason": REASON}
    return program.call(
        "PUT", f"/relying-parties/{name}", body, headers={"If-Match": f'"{version}"'}
    )


def test_a_team_registers_and_looks(site: Site, own: Program) -> None:
    made = register(own, "thu")

    assert made.status_code == 201
    assert made.headers["Location"] == "/api/v1/relying-parties/thu"
    assert len(made.json["secret"]) == 43
    seen = own.call("GET", "/relying-parties/thu")
    assert seen.headers["ETag"] == '"1"'
    assert seen.json["document"] == registration("thu")
    assert (seen.json["team"], seen.json["environment"]) == ("doi-bd", "sandbox")
    assert made.json["secret"] not in seen.get_data(as_text=True)
    assert [each["client_id"] for each in own.get("/relying-parties")["items"]] == ["thu"]
    found = site.parts.registry.find(ClientId("thu"))
    assert found is not None
    assert site.parts.secret_hasher.matches(made.json["secret"], found.secrets, site.clock.now())


def test_a_retry_registers_nothing_twice(own: Program) -> None:
    assert register(own, "thu").status_code == 201
    again = register(own, "thu")

    assert again.status_code == 409
    assert again.json["type"] == "/api#made-before"
    assert "secret" not in again.json


def test_each_fault_is_told_with_its_fix(own: Program) -> None:
    refused = register(
        own, "thu", redirect_uris=["https://*.example/cb", "http://thu.example/cb"], sms_name="Thử"
    )

    assert refused.status_code == 422
    fields = {each["field"]: each for each in refused.json["errors"]}
    assert set(fields) == {"document.redirect_uris", "document.sms_name"}
    assert all(each["fix"] for each in refused.json["errors"])
    assert register(own, "thu").status_code == 201  # the key was given back


def test_a_private_key_is_refused_and_not_told_again(own: Program) -> None:
    key = {"kty": "EC", "crv": "P-256", "x": "eA", "y": "eQ", "d": "cHJpdmF0ZQ"}
    refused = register(
        own,
        "thu",
        token_endpoint_auth_method="private_key_jwt",
        jwks={"keys": [key]},
    )

    assert refused.status_code == 422
    assert "cHJpdmF0ZQ" not in refused.get_data(as_text=True)


def test_of_two_who_change_at_once_the_second_sees_the_difference(site: Site, own: Program) -> None:
    register(own, "thu")
    officer = let_in(site, OperatorRole.OPERATOR, name="van-hanh")

    first = change(own, "thu", 1, client_name="Cổng mới")
    second = change(officer, "thu", 1, sms_name="Cong khac")

    assert (first.status_code, first.json["version"]) == (200, 2)
    assert first.headers["ETag"] == '"2"'
    assert [each["field"] for each in first.json["changes"]] == ["client_name"]
    assert second.status_code == 409
    assert second.json["version"] == 2
    assert second.json["changes"] == [
        {"field": "client_name", "before": ["Cổng thu"], "after": ["Cổng mới"]}
    ]
    assert "api:ci-bd" in second.json["detail"]
    assert change(officer, "thu", 2, sms_name="Cong khac").status_code == 200
    versions = own.get("/relying-parties/thu/versions", limit="2")
    assert [each["number"] for each in versions["items"]] == [3, 2]
    assert [
        each["number"]
        for each in own.get("/relying-parties/thu/versions", after=versions["next"])["items"]
    ] == [1]
    assert [each["by"] for each in versions["items"]] == ["api:van-hanh", "api:ci-bd"]


def test_a_change_names_what_it_changes(own: Program) -> None:
    register(own, "thu")
    body = {"document": registration("thu"), "reason": REASON}

    assert own.call("PUT", "/relying-parties/thu", body).status_code == 428
    for wrong in ('"x"', "1", "*", 'W/"1"', '"1234567890"', '"1" '):
        answer = own.call("PUT", "/relying-parties/thu", body, headers={"If-Match": wrong})
        assert answer.status_code == (422 if wrong != '"1" ' else 200), wrong
    assert (
        own.call("GET", "/relying-parties/thu", headers={"If-None-Match": '"1"'}).status_code == 304
    )


def test_another_team_s_is_not_there(site: Site, own: Program, other: Program) -> None:
    register(own, "thu")
    answers = [
        other.call("GET", "/relying-parties/thu"),
        other.call("GET", "/relying-parties/thu/versions"),
        change(other, "thu", 1),
        other.call("POST", "/relying-parties/thu/secrets", {"reason": REASON}, headers=once("a")),
        other.call("POST", "/relying-parties/thu/secrets/1/retire", {"reason": REASON}),
        register(other, "kia", team="doi-bd"),
    ]
    missing = other.call("GET", "/relying-parties/nothing")

    for answer in answers:
        assert answer.status_code == 404
        assert {**answer.json, "reference": ""} == {**missing.json, "reference": ""}
    assert other.get("/relying-parties")["items"] == []
    assert other.get("/relying-parties", team="doi-bd")["items"] == []
    assert [each["id"] for each in other.get("/teams")["items"]] == ["doi-dl"]


def test_secrets_are_made_once_and_two_count(site: Site, own: Program) -> None:
    register(own, "thu")
    path = "/relying-parties/thu/secrets"
    made = own.call("POST", path, {"reason": REASON}, headers=once("a"))
    again = own.call("POST", path, {"reason": REASON}, headers=once("a"))
    third = own.call("POST", path, {"reason": REASON}, headers=once("b"))

    assert (made.status_code, again.status_code, third.status_code) == (201, 409, 409)
    secrets = own.get("/relying-parties/thu")["secrets"]
    assert [each["last_four"] for each in secrets][1] == made.json["secret"][-4:]
    retire = f"{path}/{secrets[0]['id']}/retire"
    assert own.call("POST", retire, {"reason": REASON}).status_code == 204
    assert own.call("POST", retire, {"reason": REASON}).status_code == 404
    assert own.call("POST", f"{path}/x/retire", {"reason": REASON}).status_code == 404


def test_a_portal_is_kept_out_and_let_in(site: Site, own: Program) -> None:
    register(own, "thu")
    officer = let_in(site, OperatorRole.OPERATOR, name="van-hanh")

    for program in (officer, own):
        for word, enabled in (("disable", False), ("enable", True)):
            done = program.call("POST", f"/relying-parties/thu/{word}", {"reason": REASON})
            assert done.status_code == 204
            assert officer.get("/relying-parties/thu")["enabled"] is enabled
            listed = officer.get("/relying-parties", words="thu", enabled=str(enabled).lower())
            assert [each["client_id"] for each in listed["items"]] == ["thu"]


def test_into_production_only_who_approves_lets_a_portal(site: Site, own: Program) -> None:
    register(own, "thu")
    with site.database.transaction() as transaction:
        transaction.get_one(RelyingPartyRecord, "thu").environment = Environment.PRODUCTION
    enable = ("POST", "/relying-parties/thu/enable", {"reason": REASON})
    managing = [Permission.SEE_RELYING_PARTIES, Permission.MANAGE_OWN_RELYING_PARTIES]
    half = let_in(site, OperatorRole.OPERATOR, scopes=managing, name="nua-quyen")

    disable = own.call("POST", "/relying-parties/thu/disable", {"reason": REASON})
    assert disable.status_code == 204
    for program in (own, half):
        refused = program.call(*enable)
        assert refused.status_code == 403
        assert 'scope="approve_production"' in refused.headers["WWW-Authenticate"]
    assert own.get("/relying-parties/thu")["enabled"] is False
    assert let_in(site, OperatorRole.OPERATOR, name="van-hanh").call(*enable).status_code == 204
    assert own.get("/relying-parties/thu")["enabled"] is True


def test_a_portal_goes_to_another_team_and_out_of_its_former_ones_sight(
    site: Site, own: Program, other: Program
) -> None:
    register(own, "thu")
    officer = let_in(site, OperatorRole.OPERATOR, name="van-hanh")
    path, its = "/relying-parties/thu/team", other.get("/teams")["items"][0]["id"]

    assert own.call("PUT", path, {"team": its, "reason": REASON}).status_code == 403
    assert officer.call("PUT", path, {"team": "nobody", "reason": REASON}).status_code == 404
    assert officer.call("PUT", path, {"reason": REASON}).status_code == 422
    assert officer.call("PUT", path, {"team": its, "reason": REASON}).status_code == 204

    assert other.get("/relying-parties/thu")["team"] == its
    assert own.call("GET", "/relying-parties/thu").status_code == 404
    assert officer.call("PUT", path, {"team": None, "reason": REASON}).status_code == 204
    assert other.call("GET", "/relying-parties/thu").status_code == 404


def test_nothing_of_a_program_reaches_production_by_one_person(
    site: Site, own: Program, other: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(own, "thu")
    officer = let_in(site, OperatorRole.OPERATOR, name="van-hanh")
    body = {"document": production("chinh", "thu"), "reason": REASON}
    untested = own.call("POST", "/proposals", body, headers=once("p"))
    assert untested.status_code == 409
    monkeypatch.setattr(Reports, "passed", lambda *_args: True)

    made = own.call("POST", "/proposals", body, headers=once("p"))
    assert made.status_code == 201
    path = f"/proposals/{made.json['id']}"
    assert own.call("POST", "/proposals", body, headers=once("q")).status_code == 409
    assert own.get("/proposals")["items"][0]["proposed_by"] == "api:ci-bd"
    assert other.get("/proposals")["items"] == []
    assert other.call("GET", path).status_code == 404
    assert other.call("DELETE", path).status_code == 404

    decided = officer.call("POST", f"{path}/decision", {"approve": True, "reason": REASON})
    assert decided.status_code == 403
    assert decided.json["type"] == "/api#person-required"
    assert officer.get(path)["status"] == "open"
    decide = onboarding_desk(site.parts).decide
    number = ProposalId(made.json["id"])
    assert decide(number, approve=True, by=BY, reason=REASON) is Ruling.OWN
    keep_operator(site.database, site.hasher, "lan", OperatorRole.OPERATOR, site.clock.now())
    lan = VerifiedOperator(OperatorName("lan"), "Lan", OperatorRole.OPERATOR)
    assert decide(number, approve=True, by=lan, reason=REASON) is Ruling.APPROVED
    assert own.call("DELETE", path).status_code == 409
    assert own.get("/proposals", status="approved")["items"][0]["closed_by"] == "lan"


def test_a_proposal_is_taken_back(
    site: Site, own: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(own, "thu")
    monkeypatch.setattr(Reports, "passed", lambda *_args: True)
    body = {"document": production("chinh", "thu"), "reason": REASON}
    made = own.call("POST", "/proposals", body, headers=once("p"))

    assert own.call("DELETE", f"/proposals/{made.json['id']}").status_code == 204
    assert own.get("/proposals")["items"] == []
    assert own.call("GET", "/proposals/999999999").status_code == 404
    assert own.call("GET", "/proposals/x").status_code == 404


def test_the_log_names_the_program_and_no_secret(site: Site, own: Program) -> None:
    secret = register(own, "thu").json["secret"]
    more = own.call(
        "POST", "/relying-parties/thu/secrets", {"reason": REASON}, headers=once("a")
    ).json["secret"]

    with site.database.reading() as reading:
        events = (
            reading.execute(select(AuditEvent).where(AuditEvent.client_id == "thu")).scalars().all()
        )
    assert len(events) == 2
    assert {event.details["by"] for event in events} == {"api:ci-bd"}
    told = json.dumps([event.details for event in events])
    assert secret not in told
    assert more not in told
