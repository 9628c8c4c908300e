"""What is another team's is not there: every address of the console that names something."""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pytest
from sqlalchemy import select

from idp.app.operations import begin_run, onboarding_desk
from idp.console.relying_parties.part_form import Part
from idp.console.relying_parties.wizard import Step
from idp.db import Base
from idp.onboarding import store
from idp.onboarding.model import Stale
from idp.operators.model import OperatorName, OperatorRole, TeamId, VerifiedOperator
from idp.operators.permissions import Permission, may
from idp.relying_parties import store as relying_parties
from idp.relying_parties.model import ClientId
from idp.relying_parties.registration import parse_registration
from idp.web.csrf import BrowserBound
from tests.fakes.citizen_site import Browser, Site
from tests.fakes.onboarding import production
from tests.fakes.registering import NAMES, Registering, keep_passed_test

TRIED, LIVE = ClientId("tuy-phuoc-thu"), ClientId("tuy-phuoc-live")
MINH = VerifiedOperator(
    OperatorName("minh"), "Minh", OperatorRole.PROVINCE_TEAM, frozenset({TeamId("binh-dinh")})
)
PLACE = re.compile(r"<(\w+)>")
TYPED = {
    "reason": "để thử xem sao",
    "outcome": "approve",
    "confirmed": "yes",
    "name": "hoa",
    "team_name": "Đội khác",
    "display_name": "Hoa",
} | NAMES
"""What any of the forms would take."""


@dataclass(frozen=True, slots=True)
class Address:
    """A rule of the console, filled with what is Minh's."""

    rule: str
    path: str
    methods: frozenset[str]
    permission: Permission


@dataclass(frozen=True, slots=True)
class Belongings:
    """What Minh's team has, of whatever a rule names; and the browser he has it in."""

    minh: Browser
    places: Mapping[str, Sequence[str]]


@pytest.fixture
def office(site: Site) -> Registering:
    return Registering(site)


@pytest.fixture
def belongings(site: Site, office: Registering) -> Belongings:
    minh = office.signed_in("minh")
    office.registered(minh, client_id=TRIED)
    keep_passed_test(site.database, TRIED, site.clock.now())
    run = begin_run(site.parts)(TRIED, by=MINH.name)
    with site.database.transaction() as transaction:
        party = store.found(transaction, TRIED)
        assert party is not None
        tested = {name: party.registration[name] for name in ("claims", "scope")}
        live = production(LIVE, TRIED, **tested)
        relying_parties.add(
            transaction, parse_registration(live), site.clock.now(), team="binh-dinh"
        )
    proposal = onboarding_desk(site.parts).propose(
        live | {"client_name": "Cổng Tuy Phước mới"}, base_version=1, by=MINH, reason="đổi tên cổng"
    )
    assert not isinstance(proposal, Stale)
    office.walk(minh, NAMES | {"client_id": "tuy-phuoc-nua"})
    return Belongings(
        minh,
        {
            "client_id": [TRIED, LIVE],
            "secret": [str(party.secrets[0].id)],
            "run": [run.id],
            "proposal": [str(proposal)],
            "draft": [minh.page.split("/")[-2]],
            "part": list(Part),
            "step": list(Step),
            "team": ["binh-dinh"],
            "name": ["minh"],
            # Of no team: only who works for the whole country gets as far as these.
            "citizen_id": ["nobody"],
            "number": ["KN-2026-000001"],
            "announcement_id": ["none"],
        },
    )


def addresses(site: Site, places: Mapping[str, Sequence[str]]) -> Iterator[Address]:
    """Every address of the console that names something; a new kind of thing is a `KeyError`."""
    for rule in site.operators_side.url_map.iter_rules():
        names = PLACE.findall(rule.rule)
        if not rule.rule.startswith("/console") or not names:
            continue
        methods = frozenset(rule.methods or ()) - {"HEAD", "OPTIONS"}
        for values in itertools.product(*(places[name] for name in names)):
            path = rule.rule
            for name, value in zip(names, values, strict=True):
                path = path.replace(f"<{name}>", value)
            view = site.operators_side.view_functions[rule.endpoint]
            yield Address(rule.rule, path, methods, view.view_class.permission)  # type: ignore[attr-defined]


def everything(site: Site) -> dict[str, Sequence[object]]:
    """All that the database holds."""
    with site.database.reading() as reading:
        return {
            table.name: reading.execute(select(table).order_by(*table.primary_key)).all()
            for table in Base.metadata.sorted_tables
        }


def test_it_is_there_for_whoever_it_belongs_to(site: Site, belongings: Belongings) -> None:
    reached: dict[str, set[int]] = {}
    for address in addresses(site, belongings.places):
        if "GET" in address.methods:
            status = belongings.minh.open(address.path).status
            reached.setdefault(address.rule, set()).add(status)

    assert [rule for rule, statuses in reached.items() if not statuses & {200, 403}] == []


def test_it_is_not_for_another_team(
    site: Site, office: Registering, belongings: Belongings, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As if each form had been shown: that none is, must not be all that keeps others out.
    monkeypatch.setattr(BrowserBound, "validate_csrf_token", lambda *_: None)
    hoa, typed = office.signed_in("hoa"), TYPED | office.desk.proof()
    draft = belongings.minh.page
    before = everything(site)

    for address in addresses(site, belongings.places):
        refused = {404}
        if "<draft>" in address.rule:
            refused = {410}  # as one that is not there: what is filled in is kept for a day
        elif not may(MINH.role, address.permission):
            refused = {403}
        for method in address.methods:
            if method == "GET":
                hoa.open(address.path)
            else:
                assert method == "POST"
                hoa.post(address.path, typed)
            assert hoa.status in refused, (method, address.path)

    assert everything(site) == before
    assert belongings.minh.open(draft).status == 200


def test_no_page_names_it_to_another_team(
    site: Site, office: Registering, belongings: Belongings
) -> None:
    hoa = office.signed_in("hoa")
    for rule in site.operators_side.url_map.iter_rules():
        if rule.rule.startswith("/console") and not rule.arguments and "GET" in rule.methods:
            hoa.open(rule.rule)
            for name in (TRIED, LIVE, "Cổng Tuy Phước mới", *belongings.places["draft"]):
                assert name not in hoa.html, rule.rule
