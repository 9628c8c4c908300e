"""Nobody reaches above their role: every route of the console, every role and none."""

import pytest
from werkzeug.test import TestResponse

from idp.operators.model import OperatorRole
from tests.fakes.citizen_site import Site
from tests.fakes.console_desk import Desk

ADMINISTRATOR, OPERATOR = OperatorRole.ADMINISTRATOR, OperatorRole.OPERATOR
OFFICER, PROVINCE = OperatorRole.COUNTER_OFFICER, OperatorRole.PROVINCE_TEAM
READ_ONLY = OperatorRole.READ_ONLY
EVERYBODY = frozenset(OperatorRole)
LOOKING = EVERYBODY - {OFFICER}
MANAGING = LOOKING - {READ_ONLY}
OPERATING = MANAGING - {PROVINCE}

# By hand, so that a slip in the table of permissions shows here.
REACH: dict[str, frozenset[OperatorRole]] = {
    "/console": EVERYBODY,
    "/console/password": EVERYBODY,
    "/console/disputes": frozenset({ADMINISTRATOR, OPERATOR, READ_ONLY}),
    "/console/disputes/<number>": frozenset({ADMINISTRATOR, OPERATOR}),
    "/console/disputes/<number>/decide": frozenset({ADMINISTRATOR, OPERATOR}),
    "/console/disputes/<number>/extend": frozenset({ADMINISTRATOR, OPERATOR}),
    "/console/disputes/<number>/ask-more": frozenset({ADMINISTRATOR, OPERATOR}),
    "/console/citizens": frozenset({ADMINISTRATOR, OPERATOR}),
    "/console/citizens/<citizen_id>/lock": frozenset({ADMINISTRATOR, OPERATOR}),
    "/console/citizens/<citizen_id>/unlock": frozenset({ADMINISTRATOR, OPERATOR}),
    "/console/visits": frozenset({ADMINISTRATOR, OPERATOR, OFFICER}),
    "/console/visits/confirm": frozenset({ADMINISTRATOR, OPERATOR, OFFICER}),
    "/console/keys": frozenset({ADMINISTRATOR, OPERATOR, READ_ONLY}),
    "/console/keys/rotate": frozenset({ADMINISTRATOR, OPERATOR}),
    "/console/keys/rotate-now": frozenset({ADMINISTRATOR, OPERATOR}),
    "/console/relying-parties": LOOKING,
    "/console/relying-parties.csv": LOOKING,
    "/console/register": MANAGING,
    "/console/register/<draft>/<step>": MANAGING,
    "/console/register/<draft>/check": MANAGING,
    "/console/relying-parties/<client_id>": LOOKING,
    "/console/relying-parties/<client_id>/change/<part>": MANAGING,
    "/console/relying-parties/<client_id>/versions": LOOKING,
    "/console/relying-parties/<client_id>/snippets": LOOKING,
    "/console/relying-parties/<client_id>/secrets": LOOKING,
    "/console/relying-parties/<client_id>/secrets/new": MANAGING,
    "/console/relying-parties/<client_id>/secrets/<secret>/retire": MANAGING,
    "/console/relying-parties/<client_id>/secret": MANAGING,
    "/console/relying-parties/<client_id>/disable": MANAGING,
    "/console/relying-parties/<client_id>/enable": MANAGING,
    "/console/relying-parties/<client_id>/team": OPERATING,
    "/console/relying-parties/<client_id>/integration-test": LOOKING,
    "/console/relying-parties/<client_id>/integration-test/start": MANAGING,
    "/console/relying-parties/<client_id>/integration-test/<run>": LOOKING,
    "/console/relying-parties/<client_id>/integration-test/<run>/report.json": LOOKING,
    "/console/relying-parties/<client_id>/propose": MANAGING,
    "/console/proposals": LOOKING,
    "/console/proposals/<proposal>": LOOKING,
    "/console/proposals/<proposal>/withdraw": MANAGING,
    "/console/teams": LOOKING,
    "/console/teams/new": frozenset({ADMINISTRATOR}),
    "/console/teams/<team>": LOOKING,
    "/console/teams/<team>/name": frozenset({ADMINISTRATOR}),
    "/console/teams/<team>/add": frozenset({ADMINISTRATOR}),
    "/console/teams/<team>/invite": frozenset({ADMINISTRATOR, PROVINCE}),
    "/console/teams/<team>/members/<name>/remove": frozenset({ADMINISTRATOR, PROVINCE}),
    "/console/test-people": frozenset({ADMINISTRATOR, OPERATOR, PROVINCE}),
    "/console/test-people/<team>": frozenset({ADMINISTRATOR, OPERATOR, PROVINCE}),
    "/console/test-people/<team>/renew": frozenset({ADMINISTRATOR, OPERATOR, PROVINCE}),
    "/console/announcements": frozenset({ADMINISTRATOR, OPERATOR, PROVINCE, READ_ONLY}),
    "/console/announcements/new": frozenset({ADMINISTRATOR, OPERATOR}),
    "/console/announcements/<announcement_id>/withdraw": frozenset({ADMINISTRATOR, OPERATOR}),
    "/console/failures": frozenset({ADMINISTRATOR, OPERATOR, PROVINCE, READ_ONLY}),
    "/console/failures/export": frozenset({ADMINISTRATOR, OPERATOR, PROVINCE, READ_ONLY}),
    "/console/statistics": frozenset({ADMINISTRATOR, OPERATOR, PROVINCE, READ_ONLY}),
    "/console/statistics/export": frozenset({ADMINISTRATOR, OPERATOR, PROVINCE, READ_ONLY}),
    "/console/api-clients": frozenset({ADMINISTRATOR, OPERATOR}),
    "/console/api-clients/new": frozenset({ADMINISTRATOR, OPERATOR}),
    "/console/api-clients/<name>/renew": frozenset({ADMINISTRATOR, OPERATOR}),
    "/console/api-clients/<name>/disable": frozenset({ADMINISTRATOR, OPERATOR}),
    "/console/log": frozenset({ADMINISTRATOR, OPERATOR, READ_ONLY}),
    "/console/log/export": frozenset({ADMINISTRATOR, OPERATOR, READ_ONLY}),
    "/console/people": frozenset({ADMINISTRATOR, OPERATOR, READ_ONLY}),
    "/console/people/invite": frozenset({ADMINISTRATOR}),
    "/console/people/<name>/role": frozenset({ADMINISTRATOR}),
    "/console/people/<name>/disable": frozenset({ADMINISTRATOR}),
}
FOR_STRANGERS = {"/console/sign-in", "/console/sign-out", "/console/invitation"}
ADDRESS = {
    "<proposal>": "1",
    "<draft>": "none",
    "<run>": "none",
    "<secret>": "1",
    "<part>": "names",
    "<step>": "names",
    "<client_id>": "none",
    "<team>": "binh-dinh",
    "<name>": "minh",
    "<number>": "KN-2026-000001",
    "<citizen_id>": "nobody",
    "<announcement_id>": "none",
}


def routes(site: Site) -> dict[str, frozenset[str]]:
    return {
        rule.rule: frozenset(rule.methods or ()) - {"HEAD", "OPTIONS"}
        for rule in site.operators_side.url_map.iter_rules()
        if rule.rule.startswith("/console")
    }


def path_of(rule: str) -> str:
    for part, value in ADDRESS.items():
        rule = rule.replace(part, value)
    assert "<" not in rule
    return rule


def ask(site: Site, method: str, path: str, cookie: str = "") -> TestResponse:
    client = site.app.test_client()
    if cookie:
        client.set_cookie("idp_console", cookie)
    return client.open(path, method=method)


def test_every_route_is_in_the_table(site: Site) -> None:
    assert set(routes(site)) == set(REACH) | FOR_STRANGERS


def test_whoever_is_not_signed_in_stands_before_the_door(site: Site) -> None:
    for rule in REACH:
        for method in routes(site)[rule]:
            for cookie in ("", "A" * 43, "x"):
                answer = ask(site, method, path_of(rule), cookie)

                assert answer.status_code == 303, (rule, method)
                assert answer.headers["Location"] == "/console/sign-in"


@pytest.mark.parametrize("role", OperatorRole)
def test_a_role_reaches_what_it_may_and_no_more(site: Site, role: OperatorRole) -> None:
    cookie = Desk(site).signed_in("lan", role).cookie("idp_console")
    reached, refused = set(), set()
    for rule in REACH:
        for method in routes(site)[rule]:
            # Without a token: a form that is refused for that alone was reached.
            status = ask(site, method, path_of(rule), cookie).status_code
            assert status < 500, (rule, method)
            (refused if status == 403 else reached).add(rule)

    assert reached == {rule for rule, roles in REACH.items() if role in roles}
    assert refused == {rule for rule, roles in REACH.items() if role not in roles}


def test_the_navigation_leads_nowhere_else(site: Site) -> None:
    desk = Desk(site)
    for role in OperatorRole:
        browser = desk.signed_in(f"op-{role}".replace("_", "-"), role)
        links = {path for path in REACH if f'<a href="{path}"' in browser.html}

        assert "/console" in links
        assert all(role in REACH[path] for path in links)
