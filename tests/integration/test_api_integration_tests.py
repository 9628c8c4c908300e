"""Runs by the API: begun for a tester, listed by pages, reported."""

from datetime import timedelta

import pytest

from idp.integration_tests import store
from idp.integration_tests.cases import CASES
from idp.integration_tests.model import CaseName, Outcome, Reason, RunId, Screen, Verdict
from idp.relying_parties.model import ClientId, RelyingPartyRecord
from tests.fakes.citizen_site import Site
from tests.fakes.programs import Program, let_in

CLIENT = ClientId("binh-dinh")
RUNS = f"/relying-parties/{CLIENT}/integration-tests"


@pytest.fixture
def program(site: Site) -> Program:
    return let_in(site)


def test_a_run_is_begun_done_and_reported(site: Site, program: Program) -> None:
    begun = program.call("POST", RUNS)
    made = begun.get_json()
    link = made["link"].removeprefix(site.settings.server.issuer)

    assert begun.status_code == 201
    assert begun.headers["Location"].endswith(f"{RUNS}/{made['run']}")
    assert site.browser().open(link).status == 200
    before = program.get(f"{RUNS}/{made['run']}")
    assert (before["passed"], {case["outcome"] for case in before["cases"]}) == (False, {None})
    with site.database.transaction() as transaction:
        store.keep_result(
            transaction,
            RunId(made["run"]),
            CaseName.EXPIRED,
            Verdict(Outcome.FAILED, Reason.TOKEN_USED),
            screen=Screen.TURNED_AWAY,
            observed={"code_uses": 1},
            at=site.clock.now(),
        )
    after = {case["case"]: case for case in program.get(f"{RUNS}/{made['run']}")["cases"]}
    assert list(after) == list(CASES)
    assert (after["expired"]["outcome"], after["expired"]["reason"]) == ("failed", "token_used")
    assert after["expired"]["observed"] == {"code_uses": 1}


def test_runs_come_by_pages_the_newest_first(site: Site, program: Program) -> None:
    begun = []
    for wait in (0, 0, 5):  # two in one moment
        site.clock.advance(timedelta(seconds=wait))
        begun.append(program.call("POST", RUNS).get_json()["run"])
    first = program.get(RUNS, limit="2")
    rest = program.get(RUNS, limit="2", after=first["next"])

    assert first["items"][0]["run"] == begun[2]
    assert {each["run"] for each in (*first["items"], *rest["items"])} == set(begun)
    assert (len(rest["items"]), rest["next"]) == (1, None)


def test_only_what_is_enabled_in_the_sandbox_is_tested(site: Site, program: Program) -> None:
    with site.database.transaction() as transaction:
        transaction.get_one(RelyingPartyRecord, CLIENT).enabled = False
    site.parts.registry_version.bump()
    assert program.call("POST", RUNS).status_code == 409
    with site.database.transaction() as transaction:
        transaction.get_one(RelyingPartyRecord, CLIENT).environment = "production"

    assert program.call("POST", RUNS).status_code == 404
    assert program.call("GET", RUNS).status_code == 404


def test_a_run_is_found_with_its_own_registration_alone(program: Program) -> None:
    run = program.call("POST", RUNS).get_json()["run"]

    assert program.call("GET", f"{RUNS}/{run}").status_code == 200
    assert program.call("GET", f"{RUNS.replace(CLIENT, 'dak-lak')}/{run}").status_code == 404
