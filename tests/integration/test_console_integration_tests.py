"""A registration's runs at the console: who begins them, who reads them, and whose they are."""

import json

import pytest

from idp.app.operations import begin_run
from idp.integration_tests import store
from idp.integration_tests.cases import CASES
from idp.integration_tests.model import CaseName, Outcome, Reason, Run, Screen, Verdict
from idp.operators.model import OperatorName, OperatorRole, Team, TeamId, TeamMember
from idp.relying_parties.model import ClientId, RelyingPartyRecord
from tests.fakes.citizen_site import Site
from tests.fakes.console_desk import Desk

CLIENT = ClientId("binh-dinh")
RUNS = f"/console/relying-parties/{CLIENT}/integration-test"


@pytest.fixture
def desk(site: Site) -> Desk:
    return Desk(site)


def begin(site: Site) -> Run:
    return begin_run(site.parts)(CLIENT, by=OperatorName("minh"))


def keep(site: Site, run: Run, name: CaseName, verdict: Verdict) -> None:
    with site.database.transaction() as transaction:
        store.keep_result(
            transaction,
            run.id,
            name,
            verdict,
            screen=Screen.TURNED_AWAY,
            observed={"code_uses": 1},
            at=site.clock.now(),
        )


def own(site: Site, team: str) -> None:
    """Have Bình Định's registration belong to that team, and Lan too."""
    now = site.clock.now()
    with site.database.transaction() as transaction:
        transaction.add(Team(id=TeamId(team), name=team, created_at=now, created_by="minh"))
        transaction.flush()
        transaction.get_one(RelyingPartyRecord, CLIENT).team = team


def join(site: Site, team: str) -> None:
    with site.database.transaction() as transaction:
        transaction.add(
            TeamMember(
                team=TeamId(team),
                operator=OperatorName("lan"),
                added_at=site.clock.now(),
                added_by="minh",
            )
        )


def test_a_run_is_begun_and_gone_on_with(site: Site, desk: Desk) -> None:
    browser = desk.signed_in("lan", OperatorRole.OPERATOR).open(RUNS)
    assert "Chưa có lượt kiểm tra nào" in browser.html
    browser.post(f"{RUNS}/start", browser.forms[-1].hidden)
    link = browser.away or ""

    assert link.startswith(f"{site.settings.server.issuer}/integration-test?k=")
    assert site.browser().open(link.removeprefix(site.settings.server.issuer)).status == 200
    assert f'<a href="{link}">Làm tiếp' in browser.open(RUNS).html
    site.clock.advance(begin(site).expires_at - site.clock.now())
    desk.sign_in("lan", browser).open(RUNS)
    assert "Làm tiếp" not in browser.html


def test_a_report_stays_when_the_day_is_over(site: Site, desk: Desk) -> None:
    run = begin(site)
    for name in CASES:
        keep(site, run, name, Verdict(Outcome.PASSED))
    keep(site, run, CaseName.EXPIRED, Verdict(Outcome.FAILED, Reason.TOKEN_USED))
    site.clock.advance(run.expires_at - run.begun_at)
    browser = desk.signed_in("lan", OperatorRole.READ_ONLY)
    page = browser.open(f"{RUNS}/{run.id}").html
    document = json.loads(browser.open(f"{RUNS}/{run.id}/report.json").html)

    assert "Cổng đã dùng access token đi cùng ID token sai" in page
    assert "1 bài không đạt" in page
    assert (document["client_id"], document["passed"]) == (CLIENT, False)
    failed = [line for line in document["cases"] if line["outcome"] == "failed"]
    assert [(line["case"], line["reason"]) for line in failed] == [("expired", "token_used")]
    assert [line["case"] for line in document["cases"]] == list(CASES)


def test_who_only_reads_begins_nothing(site: Site, desk: Desk) -> None:
    run = begin(site)
    browser = desk.signed_in("lan", OperatorRole.READ_ONLY).open(RUNS)

    assert f"{RUNS}/{run.id}" in browser.html
    assert "integration-test-start" not in browser.html
    assert "/integration-test?k=" not in browser.html
    assert browser.post(f"{RUNS}/start", {}).status == 403


def test_a_team_reaches_its_own_and_no_other(site: Site, desk: Desk) -> None:
    own(site, "binh-dinh-team")
    run = begin(site)
    browser = desk.signed_in("lan", OperatorRole.PROVINCE_TEAM)
    pages = [RUNS, f"{RUNS}/start", f"{RUNS}/{run.id}", f"{RUNS}/{run.id}/report.json"]
    assert [browser.open(page).status for page in pages] == [404] * 4
    join(site, "binh-dinh-team")

    assert [browser.open(page).status for page in pages] == [200] * 4
    browser.open(RUNS)
    browser.post(f"{RUNS}/start", browser.forms[-1].hidden)
    assert "/integration-test?k=" in (browser.away or "")


def test_a_run_is_found_with_its_own_registration_alone(site: Site, desk: Desk) -> None:
    run = begin(site)
    browser = desk.signed_in("lan", OperatorRole.OPERATOR)

    assert browser.open(f"{RUNS.replace('binh-dinh', 'dak-lak')}/{run.id}").status == 404
    assert browser.open(f"{RUNS}/{run.id}").status == 200


def test_what_is_in_production_has_no_runs(site: Site, desk: Desk) -> None:
    with site.database.transaction() as transaction:
        record = transaction.get_one(RelyingPartyRecord, CLIENT)
        record.environment = "production"
    browser = desk.signed_in("lan", OperatorRole.OPERATOR)

    assert browser.open(RUNS).status == 404
    assert browser.open(f"{RUNS}/start").status == 404
