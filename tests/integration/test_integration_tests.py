"""
"Test my integration", over real HTTP: the provider, a portal and a tester's browser.

Both our portals pass; with any of their checks removed they do not.
"""

import socket
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import redis

from idp.app.operations import begin_run
from idp.db import db
from idp.integration_tests.cases import CASES
from idp.integration_tests.model import CaseName, Outcome, Reason
from idp.integration_tests.reports import Report, Reports
from idp.operators.model import OperatorName
from idp.relying_parties.model import ClientId
from idp.relying_parties.register import Register
from idp.relying_parties.registration import parse_registration
from idp.settings import Settings
from tests.fakes.carrier_records import CarrierRecordsInMemory
from tests.fakes.citizen_site import Site
from tests.fakes.clock import FakeClock
from tests.fakes.faulty_portal import Fault, without
from tests.fakes.mail import MailOutbox
from tests.fakes.sms import SmsOutbox
from tests.fakes.tested_portal import Portal, TestedPortal, Tester, portal_at, serving
from tests.interop.conftest import free_ports
from tests.interop.sample_portals import Sample, running

BY = OperatorName("lan")


@dataclass(frozen=True)
class TestedSample(Sample):
    """A sample, all of which needs a level, and which no other service leads into."""

    __test__ = False
    service: str | None = None
    sign_in: str | None = "/sign-in"


class Grounds:
    """The provider on a port, and portals that are registered and run beside it."""

    def __init__(self, site: Site, issuer: str, secrets: dict[str, str], home: Path) -> None:
        self.site = site
        self.issuer = issuer
        self._secrets = secrets
        self._home = home
        self._running = ExitStack()
        self.reports = Reports(site.database)

    def portal(self, folder: str) -> TestedPortal:
        """The portal, running."""
        listening = self._running.enter_context(socket.create_server(("127.0.0.1", 0)))
        portal = portal_at(folder, listening, self._home)
        self._register(portal.registration)
        secret = self._secrets[portal.client_id]
        self._running.enter_context(portal.running(self.issuer, secret, self.site.clock.now))
        return portal

    def sample(self, name: str) -> "TestedSample":
        """The sample that teams copy, running as its manual says."""
        portal = TestedSample(name, free_ports(1)[0])
        secret = self._register(tomllib.loads(portal.registration))[ClientId(portal.client_id)]
        self._running.enter_context(running(portal, self.issuer, secret, self._home))
        return portal

    def _register(self, registration: dict[str, Any]) -> Mapping[ClientId, str]:
        parts = self.site.parts
        register = Register(
            database=parts.database,
            version=parts.registry_version,
            hasher=parts.secret_hasher,
            logos=parts.logos,
            clock=parts.clock,
        )
        return register.apply([parse_registration(registration)])

    def tester(self, portal: Portal) -> Tester:
        """Somebody who was given the link of a new run."""
        begin = begin_run(self.site.parts)
        self.run = begin(ClientId(portal.client_id), by=BY)
        return self._running.enter_context(Tester(begin.link(self.run), portal))

    def report(self) -> Report:
        return self.reports.of(self.run)

    def close(self) -> None:
        self._running.close()


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    """Where the provider will be."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


@pytest.fixture
def environment(environment: dict[str, str], listening: socket.socket) -> dict[str, str]:
    """With the provider's real address as its issuer."""
    issuer = f"http://localhost:{listening.getsockname()[1]}"
    return environment | {"IDP__SERVER__ISSUER": issuer}


@pytest.fixture
def grounds(
    home: Path,
    settings: Settings,
    client_secrets: dict[str, str],
    redis_client: redis.Redis,
    clock: FakeClock,
    carriers: CarrierRecordsInMemory,
    sms: SmsOutbox,
    mail: MailOutbox,
    listening: socket.socket,
) -> Iterator[Grounds]:
    site = Site(
        settings=settings,
        redis_client=redis_client,
        clock=clock,
        carriers=carriers,
        sms=sms,
        mail=mail,
    )
    grounds = Grounds(site, settings.server.issuer, client_secrets, home)
    with serving(site.app, listening):
        yield grounds
        grounds.close()
    with site.app.app_context():
        db.engine.dispose()


@pytest.mark.parametrize("folder", ["binh_dinh", "dak_lak"])
def test_our_portals_pass_every_case(grounds: Grounds, folder: str) -> None:
    portal = grounds.portal(folder)
    tester = grounds.tester(portal)
    before = grounds.site.clock.now()

    for name in CASES:
        assert f'id="case-{name}"' in tester.open_list().text
        tester.go_through(name)
    report = grounds.report()

    outcomes = {name: (each.outcome, each.reason) for name, each in report.results.items()}
    assert outcomes == dict.fromkeys(CASES, (Outcome.PASSED, None))
    assert report.passed
    assert grounds.reports.passed(ClientId(portal.client_id), before)


def test_the_sample_that_teams_begin_with_passes(grounds: Grounds) -> None:
    portal = grounds.sample("flask_authlib")
    tester = grounds.tester(portal)

    for name in CASES:
        tester.go_through(name)
    outcomes = {name: each.outcome for name, each in grounds.report().results.items()}

    assert outcomes == dict.fromkeys(CASES, Outcome.PASSED) | {
        CaseName.SIGN_OUT: Outcome.NOT_APPLICABLE  # it registers no address for it
    }


CAUGHT_BY: dict[Fault, dict[CaseName, Reason]] = {
    Fault.ISSUER: {CaseName.WRONG_ISSUER: Reason.TOKEN_USED},
    Fault.AUDIENCE: {CaseName.WRONG_AUDIENCE: Reason.TOKEN_USED},
    Fault.NONCE: {CaseName.WRONG_NONCE: Reason.TOKEN_USED},
    Fault.SIGNATURE: {CaseName.WRONG_SIGNATURE: Reason.TOKEN_USED},
    Fault.ALGORITHM: {
        CaseName.ALGORITHM_NONE: Reason.TOKEN_USED,
        CaseName.ALGORITHM_HS256: Reason.TOKEN_USED,
    },
    Fault.EXPIRY: {CaseName.EXPIRED: Reason.TOKEN_USED},
    Fault.FUTURE: {CaseName.NOT_YET_VALID: Reason.TOKEN_USED},
    Fault.LEVEL: {CaseName.LOWER_LEVEL: Reason.LET_IN},
    Fault.STATE: {CaseName.WRONG_STATE: Reason.CODE_REDEEMED},
    Fault.REPLAY: {CaseName.REPLAYED_CODE: Reason.CODE_SENT_TWICE},
    Fault.NEW_KEYS: {CaseName.UNKNOWN_KEY: Reason.NOT_LET_IN},
    Fault.SIGN_OUT: {CaseName.SIGN_OUT: Reason.STILL_SIGNED_IN},
    Fault.FORGED_SIGN_OUT: {CaseName.SIGN_OUT: Reason.FORGED_TOKEN_TAKEN},
    Fault.ACCESS_DENIED: {CaseName.ACCESS_DENIED: Reason.NOT_EXPLAINED},
}


def test_a_portal_is_caught_in_each_of_its_faults(grounds: Grounds) -> None:
    portal = grounds.portal("binh_dinh")
    caught = {}

    for fault in Fault:
        tester = grounds.tester(portal)
        with without(fault):
            tester.go_through(CaseName.GOOD_SIGN_IN)
            for name in CAUGHT_BY[fault]:
                tester.go_through(name)
        report = grounds.report()
        good = report.results[CaseName.GOOD_SIGN_IN]
        assert good.outcome is Outcome.PASSED, fault
        caught[fault] = {
            name: each.reason
            for name, each in report.results.items()
            if each.outcome is Outcome.FAILED
        }

    assert caught == CAUGHT_BY
