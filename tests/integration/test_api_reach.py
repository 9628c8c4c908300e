"""Nobody reaches above their role: every call of the API, every role and none, others' objects."""

import re
from typing import Any

import pytest
from werkzeug.test import TestResponse

from idp.api_clients.rules import ROLES, SCOPES
from idp.app.api_description import api_description
from idp.operators.model import OperatorRole
from tests.fakes.citizen_site import Site
from tests.fakes.programs import Program, keep_team, let_in
from tests.fakes.registrations import registration

ADMINISTRATOR, OPERATOR = OperatorRole.ADMINISTRATOR, OperatorRole.OPERATOR
PROVINCE, READ_ONLY = OperatorRole.PROVINCE_TEAM, OperatorRole.READ_ONLY
EVERYBODY = frozenset(ROLES)
OPERATORS = frozenset({ADMINISTRATOR, OPERATOR})
LOOKING = frozenset({ADMINISTRATOR, OPERATOR, READ_ONLY})
MANAGING = frozenset({ADMINISTRATOR, OPERATOR, PROVINCE})

# By hand, so that a slip in the table of permissions shows here.
REACH: dict[str, frozenset[OperatorRole]] = {
    "GET /relying-parties": EVERYBODY,
    "POST /relying-parties": MANAGING,
    "GET /relying-parties/{client_id}": EVERYBODY,
    "PUT /relying-parties/{client_id}": MANAGING,
    "GET /relying-parties/{client_id}/versions": EVERYBODY,
    "POST /relying-parties/{client_id}/disable": MANAGING,
    "POST /relying-parties/{client_id}/enable": MANAGING,
    "PUT /relying-parties/{client_id}/team": OPERATORS,
    "POST /relying-parties/{client_id}/secrets": MANAGING,
    "POST /relying-parties/{client_id}/secrets/{secret}/retire": MANAGING,
    "GET /relying-parties/{client_id}/integration-tests": EVERYBODY,
    "POST /relying-parties/{client_id}/integration-tests": MANAGING,
    "GET /relying-parties/{client_id}/integration-tests/{run}": EVERYBODY,
    "GET /proposals": EVERYBODY,
    "POST /proposals": MANAGING,
    "GET /proposals/{proposal}": EVERYBODY,
    "DELETE /proposals/{proposal}": MANAGING,
    "POST /proposals/{proposal}/decision": OPERATORS,
    "GET /failures": EVERYBODY,
    "GET /statistics": EVERYBODY,
    "GET /keys": LOOKING,
    "POST /keys/rotations": OPERATORS,
    "GET /announcements": EVERYBODY,
    "POST /announcements": OPERATORS,
    "DELETE /announcements/{announcement_id}": OPERATORS,
    "GET /disputes": LOOKING,
    "GET /operators": LOOKING,
    "GET /teams": EVERYBODY,
    "GET /log": LOOKING,
}
OTHERS = "cua-doi-khac"
PLACES = {
    "client_id": OTHERS,
    "run": "none",
    "secret": "1",
    "proposal": "1",
    "announcement_id": "none",
}


def operations(site: Site) -> list[Any]:
    return [each for one in api_description(site.parts).resources for each in one.operations]


def ask(program: Program, call: str, body: object = None) -> TestResponse:
    method, _, path = call.partition(" ")
    if body is None and method in {"POST", "PUT"}:
        body = {"reason": "xem có vào được không", "approve": True, "document": {}}
    return program.call(
        method,
        re.sub(r"\{(\w+)\}", lambda place: PLACES[place[1]], path),
        body,
        headers={"Idempotency-Key": call.replace(" ", ""), "If-Match": '"1"'},
    )


def test_every_call_is_in_the_table(site: Site) -> None:
    found = [f"{each.method} {each.path}" for each in operations(site)]
    assert sorted(found) == sorted(REACH)


def test_every_scope_has_a_call_and_every_call_a_scope(site: Site) -> None:
    assert {each.permission for each in operations(site)} == set(SCOPES)


def test_whoever_has_no_token_gets_nothing(site: Site) -> None:
    stranger = Program(site, "ci", "x")
    for call in REACH:
        for token in ("", "A" * 43, "x"):
            stranger.token = token
            assert ask(stranger, call).status_code == 401, call


@pytest.mark.parametrize("role", ROLES)
def test_a_role_reaches_what_it_may_and_no_more(site: Site, role: OperatorRole) -> None:
    program = let_in(site, role, team="doi" if role is PROVINCE else None)
    reached = set()
    for call in REACH:
        answer = ask(program, call)
        assert answer.status_code < 500, call
        kind = (answer.json or {}).get("type")
        if answer.status_code != 403 or kind == "/api#person-required":
            reached.add(call)

    assert reached == {call for call, roles in REACH.items() if role in roles}


def test_a_scope_opens_its_own_calls_alone(site: Site) -> None:
    by_call = {f"{each.method} {each.path}": each.permission for each in operations(site)}
    for scope in SCOPES:
        program = let_in(site, scopes=[scope], name=scope.replace("_", "-"))
        for call in REACH:
            answer = ask(program, call)
            challenge = answer.headers.get("WWW-Authenticate", "")
            refused = answer.status_code == 403 and "insufficient_scope" in challenge
            assert refused is (by_call[call] is not scope), (scope, call)


def test_what_is_another_team_s_is_not_there(site: Site) -> None:
    keep_team(site, "doi-khac")
    owner = let_in(site, PROVINCE, name="chu-cong", team="doi-khac")
    body = {"document": registration(OTHERS), "team": "doi-khac", "reason": "để thử xem sao"}
    made = owner.call("POST", "/relying-parties", body, headers={"Idempotency-Key": "a"})
    assert made.status_code == 201
    program = let_in(site, PROVINCE, team="doi")
    reason = {"reason": "để thử xem sao"}
    for call, roles in REACH.items():
        if "{client_id}" in call and PROVINCE in roles:
            body = {"PUT": reason | {"document": registration(OTHERS)}, "POST": reason}
            assert ask(program, call, body.get(call.split()[0])).status_code == 404, call
        elif call.startswith("GET") and PROVINCE in roles:
            assert OTHERS not in ask(program, call).get_data(as_text=True), call
    assert owner.get(f"/relying-parties/{OTHERS}")["version"] == 1
    assert len(owner.get(f"/relying-parties/{OTHERS}")["secrets"]) == 1
