"""From a sandbox registration to production: two operators, a passed test, and who was faster."""

import io
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from joserfc.jwk import ECKey
from PIL import Image
from sqlalchemy import select

from idp.core.environment import Environment
from idp.onboarding import store
from idp.onboarding.access import MayNot, NotThere
from idp.onboarding.commands import OnboardingDesk
from idp.onboarding.credentials import TooManySecrets
from idp.onboarding.model import (
    ProposalId,
    ProposalStatus,
    RelyingPartyProposal,
    Saved,
    Stale,
)
from idp.onboarding.propose_production import AlreadyProposed, Unchanged, Untested
from idp.onboarding.rules import Ruling
from idp.operators.model import OperatorRole, TeamId, TeamMember
from idp.relying_parties.model import ClientId
from idp.relying_parties.problems import Rule
from idp.relying_parties.registration import InvalidRegistration
from idp.relying_parties.registry import Registry
from tests.fakes.clock import FakeClock
from tests.fakes.database import database_in_memory
from tests.fakes.onboarding import (
    BUOI,
    HUONG,
    KHOAI,
    LAN,
    REASON,
    OnboardingHouse,
    VersionInMemory,
    operator,
    production,
)
from tests.fakes.operators import PASSWORD, code_at, keep_operator
from tests.fakes.people import NOON
from tests.fakes.registrations import registration

PORTAL = ClientId("portal")
LIVE = ClientId("portal-live")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOON)


@pytest.fixture
def house(clock: FakeClock) -> Iterator[OnboardingHouse]:
    database = database_in_memory()
    yield OnboardingHouse(database, VersionInMemory(), clock)
    database.engine.dispose()


def rules_of(error: pytest.ExceptionInfo[InvalidRegistration]) -> list[tuple[str, Rule]]:
    return [(problem.field, problem.rule) for problem in error.value.found]


def test_a_sandbox_is_there_at_once_and_is_the_teams(house: OnboardingHouse) -> None:
    registry = Registry(house.database, house.version)
    made = house.desk.register(registration("portal"), team="binh-dinh", by=BUOI)
    found = registry.find(PORTAL)

    assert found is not None
    assert (found.environment, found.team) == (Environment.SANDBOX, "binh-dinh")
    assert made.secret is not None
    assert house.secret_hasher.matches(made.secret, found.secrets, house.clock.now())
    assert found.secrets[0].expires_at == house.clock.now() + timedelta(days=360)
    [event] = house.events("relying_party_registered")
    assert (event["by"], event["version"]) == ("buoi", 1)


def test_who_proves_himself_by_keys_gets_no_secret(house: OnboardingHouse) -> None:
    key = ECKey.generate_key("P-256").as_dict(private=False)
    made = house.desk.register(
        registration("portal", token_endpoint_auth_method="private_key_jwt", jwks={"keys": [key]}),
        team=None,
        by=LAN,
    )

    assert made.secret is None


def test_nobody_registers_for_another_team(house: OnboardingHouse) -> None:
    with pytest.raises(NotThere):
        house.desk.register(registration("portal"), team="binh-dinh", by=KHOAI)
    reader = operator("doc", OperatorRole.READ_ONLY)
    with pytest.raises(MayNot):
        house.desk.register(registration("portal"), team=None, by=reader)


def test_a_team_that_is_not_there_gets_nothing(house: OnboardingHouse) -> None:
    with pytest.raises(NotThere):
        house.desk.register(registration("portal"), team="nowhere", by=LAN)


def test_a_portal_is_given_to_a_team_with_what_waits_for_it(house: OnboardingHouse) -> None:
    house.tried("portal")
    number = house.propose(production("portal-live", "portal"))
    house.desk.assign(PORTAL, "binh-dinh", by=LAN, reason=REASON)
    assert Registry(house.database, house.version).find(PORTAL).team == "binh-dinh"
    with house.database.reading() as reading:
        assert store.proposal(reading, number).team is None  # of another registration

    house.desk.decide(number, approve=True, by=HUONG, reason=REASON)
    number = house.propose(production("portal-live", "portal", sms_name="Hai"), base_version=1)
    house.desk.assign(LIVE, "binh-dinh", by=LAN, reason=REASON)
    with house.database.reading() as reading:
        assert store.proposal(reading, number).team == "binh-dinh"
    assert house.events("relying_party_assigned")[0] == {
        "before": None,
        "team": "binh-dinh",
        "by": "lan",
        "reason": REASON,
    }


@pytest.mark.parametrize("team", ["dak-lak", None])
def test_no_team_gives_its_own_away(house: OnboardingHouse, team: str | None) -> None:
    house.tried("portal", "binh-dinh")
    for by in (BUOI, KHOAI):
        with pytest.raises(MayNot):
            house.desk.assign(PORTAL, team, by=by, reason=REASON)


def test_a_name_is_given_once(house: OnboardingHouse) -> None:
    house.tried("portal")
    with pytest.raises(InvalidRegistration) as taken:
        house.desk.register(registration("portal"), team="binh-dinh", by=BUOI)

    assert rules_of(taken) == [("client_id", Rule.CLIENT_ID_TAKEN)]


def test_a_team_takes_no_other_teams_sector(house: OnboardingHouse) -> None:
    """Else its portal would know each citizen by the same subject as the other's."""
    house.tried("portal", "binh-dinh", sector="binh-dinh")
    with pytest.raises(InvalidRegistration) as taken:
        house.desk.register(registration("other", sector="binh-dinh"), team="dak-lak", by=KHOAI)
    house.desk.register(registration("second", sector="binh-dinh"), team="binh-dinh", by=BUOI)

    assert rules_of(taken) == [("sector", Rule.SECTOR_TAKEN)]


def test_a_sector_that_a_proposal_names_is_taken(house: OnboardingHouse) -> None:
    """Else two teams could propose the same one, and each be approved."""
    house.tried("portal", "binh-dinh")
    house.tried("other", "dak-lak")
    number = house.propose(production("portal-live", "portal", sector="shared"), by=BUOI)

    for deed in (
        lambda: house.propose(production("other-live", "other", sector="shared"), by=KHOAI),
        lambda: house.desk.register(
            registration("third", sector="shared"), team="dak-lak", by=KHOAI
        ),
    ):
        with pytest.raises(InvalidRegistration) as taken:
            deed()
        assert rules_of(taken) == [("sector", Rule.SECTOR_TAKEN)]
    house.propose(production("second-live", "portal", sector="shared"), by=BUOI)  # its own

    house.desk.withdraw(number, by=BUOI)
    house.desk.decide(number + 1, approve=False, by=HUONG, reason=REASON)
    assert house.propose(production("other-live", "other", sector="shared"), by=KHOAI)


def test_portals_of_the_old_kind_share_their_sector_whosever_they_are(
    house: OnboardingHouse,
) -> None:
    old = {"security_profile": "legacy", "sector": None, "id_token_signed_response_alg": "RS256"}
    for client_id, team, by in (("first", "binh-dinh", BUOI), ("second", "dak-lak", KHOAI)):
        house.desk.register(registration(client_id, **old), team=team, by=by)

    with pytest.raises(InvalidRegistration) as taken:
        house.desk.register(registration("third", sector="vnconnect"), team="dak-lak", by=KHOAI)
    assert rules_of(taken) == [("sector", Rule.SECTOR_TAKEN)]


def test_what_is_the_same_is_no_version(house: OnboardingHouse) -> None:
    house.tried("portal")
    saved = house.desk.change(PORTAL, registration("portal"), base_version=1, by=LAN, reason=REASON)

    assert saved == Saved(1, ())


def test_the_second_editor_is_shown_what_the_first_did(house: OnboardingHouse) -> None:
    house.tried("portal", "binh-dinh")
    house.desk.change(
        PORTAL, registration("portal", sms_name="Cua Lan"), base_version=1, by=LAN, reason="first"
    )
    stale = house.desk.change(
        PORTAL,
        registration("portal", client_name="Của Bưởi"),
        base_version=1,
        by=BUOI,
        reason="second",
    )
    with house.database.reading() as reading:
        row = store.found(reading, PORTAL)

    assert isinstance(stale, Stale)
    assert (stale.version, stale.by, stale.reason) == (2, "lan", "first")
    assert [(c.field, c.added) for c in stale.theirs] == [("sms_name", ("Cua Lan",))]
    assert row is not None
    assert row.registration["sms_name"] == "Cua Lan"
    assert row.registration["client_name"] == "Cổng portal"


@pytest.mark.parametrize(
    ("document", "field", "rule"),
    [
        (registration("another", sector="sector-of-portal"), "client_id", Rule.CLIENT_ID_CHANGED),
        (registration("portal", sector="another"), "sector", Rule.SECTOR_CHANGED),
        (production("portal", "portal"), "environment", Rule.ENVIRONMENT_CHANGED),
    ],
)
def test_what_never_changes(
    house: OnboardingHouse, document: dict[str, object], field: str, rule: Rule
) -> None:
    house.tried("portal")
    with pytest.raises(InvalidRegistration) as refused:
        house.desk.change(PORTAL, document, base_version=1, by=LAN, reason=REASON)

    assert (field, rule) in rules_of(refused)


def test_another_teams_registration_is_not_there(house: OnboardingHouse) -> None:
    house.tried("portal", "binh-dinh")
    for deed in (
        lambda: house.desk.change(
            PORTAL, registration("portal"), base_version=1, by=KHOAI, reason=REASON
        ),
        lambda: house.desk.add_secret(PORTAL, by=KHOAI, reason=REASON),
        lambda: house.desk.retire_secret(PORTAL, 1, by=KHOAI, reason=REASON),
    ):
        with pytest.raises(NotThere):
            deed()


# Production


def test_production_needs_two_operators_and_a_test(house: OnboardingHouse) -> None:
    house.tried("portal", "binh-dinh")
    number = house.propose(production("portal-live", "portal"), by=BUOI)
    registry = Registry(house.database, house.version)
    assert registry.find(LIVE) is None

    ruling = house.desk.decide(number, approve=True, by=HUONG, reason="looked at it")
    registry.catch_up_now()
    live = registry.find(LIVE)

    assert ruling is Ruling.APPROVED
    assert live is not None
    assert (live.environment, live.sandbox_client_id, live.team) == (
        Environment.PRODUCTION,
        PORTAL,
        "binh-dinh",
    )
    assert live.secrets == ()  # whoever approves sees none: the team makes the first
    [decided] = house.events("production_decided")
    assert (decided["proposed_by"], decided["by"], decided["approved"]) == ("buoi", "huong", True)


def test_the_logo_in_production_is_the_one_that_was_approved_last(
    house: OnboardingHouse,
) -> None:
    """Fetched when its address changes, and gone with it; a portal that is away loses none."""
    uri, written = "https://portal-live.gov.vn/logo.png", io.BytesIO()
    Image.new("RGB", (8, 8)).save(written, "PNG")
    house.fetcher.serve(uri, written.getvalue(), "image/png")
    house.tried("portal")
    house.put_into_production("portal-live", "portal", logo_uri=uri)
    registry = Registry(house.database, house.version)
    first = registry.find(LIVE).logo
    house.fetcher.documents.clear()

    logos = []
    for changes, base_version in (({"logo_uri": uri, "sms_name": "Hai"}, 1), ({}, 2)):
        number = house.propose(
            production("portal-live", "portal", **changes), base_version=base_version
        )
        assert house.desk.decide(number, approve=True, by=HUONG, reason=REASON) is Ruling.APPROVED
        registry.catch_up_now()
        logos.append(registry.find(LIVE).logo)

    assert first is not None
    assert logos == [first, None]


def test_who_proposed_does_not_decide(house: OnboardingHouse) -> None:
    house.tried("portal")
    number = house.propose(production("portal-live", "portal"), by=LAN)

    for approve in (True, False):
        ruling = house.desk.decide(number, approve=approve, by=LAN, reason=REASON)
        assert ruling is Ruling.OWN
    with house.database.reading() as reading:
        assert store.found(reading, LIVE) is None


def test_a_team_does_not_decide(house: OnboardingHouse) -> None:
    house.tried("portal", "binh-dinh")
    number = house.propose(production("portal-live", "portal"), by=LAN)

    with pytest.raises(MayNot):
        house.desk.decide(number, approve=True, by=BUOI, reason=REASON)


def test_nothing_untested_is_proposed(house: OnboardingHouse) -> None:
    house.desk.register(registration("portal"), team=None, by=LAN)

    with pytest.raises(Untested):
        house.propose(production("portal-live", "portal"))


@pytest.mark.parametrize(
    "changes",
    [
        {"security_profile": "legacy", "id_token_signed_response_alg": "RS256"},
        {"token_endpoint_auth_method": "client_secret_post"},
        {"require_pkce": False},
        {"claims": ["name", "gender"]},
        {"scope": "openid profile"},
        {"minimum_acr": "LoA1"},
    ],
)
def test_nothing_is_proposed_that_the_test_did_not_try(
    house: OnboardingHouse, changes: dict[str, object]
) -> None:
    house.tried("portal")
    with pytest.raises(InvalidRegistration) as refused:
        house.propose(production("portal-live", "portal", **changes))

    assert {(name, Rule.NOT_AS_TESTED) for name in changes} <= {*rules_of(refused)}


def test_a_test_from_before_a_change_says_nothing(house: OnboardingHouse) -> None:
    house.tried("portal")
    house.clock.advance(timedelta(minutes=1))
    house.desk.change(
        PORTAL, registration("portal", sms_name="Moi"), base_version=1, by=LAN, reason=REASON
    )

    with pytest.raises(Untested):
        house.propose(production("portal-live", "portal"))


def test_a_test_is_too_old_after_a_while(house: OnboardingHouse) -> None:
    house.tried("portal")
    house.clock.advance(timedelta(days=91))

    with pytest.raises(Untested):
        house.propose(production("portal-live", "portal"))


def test_a_change_of_the_sandbox_does_not_undo_what_was_tested(house: OnboardingHouse) -> None:
    """A team that goes on trying new things keeps the proposal it has made."""
    house.tried("portal")
    number = house.propose(production("portal-live", "portal"))
    house.clock.advance(timedelta(minutes=1))
    house.desk.change(
        PORTAL, registration("portal", sms_name="Moi"), base_version=1, by=LAN, reason=REASON
    )

    assert house.desk.decide(number, approve=True, by=HUONG, reason=REASON) is Ruling.APPROVED


def test_a_report_that_was_taken_back_lets_nothing_through(house: OnboardingHouse) -> None:
    house.tried("portal")
    number = house.propose(production("portal-live", "portal"))
    house.reports.begun_at.clear()

    assert house.desk.decide(number, approve=True, by=HUONG, reason=REASON) is Ruling.UNTESTED
    assert house.desk.decide(number, approve=False, by=HUONG, reason=REASON) is Ruling.REFUSED


def test_production_is_tried_as_a_sandbox_one_can_see(house: OnboardingHouse) -> None:
    house.tried("portal", "binh-dinh")
    with pytest.raises(InvalidRegistration) as refused:
        house.propose(production("portal-live", "portal"), by=KHOAI)

    assert rules_of(refused) == [("sandbox_client_id", Rule.NO_SANDBOX)]


def test_a_change_of_production_is_proposed_and_shown(house: OnboardingHouse) -> None:
    house.tried("portal")
    house.put_into_production("portal-live", "portal")
    number = house.propose(
        production("portal-live", "portal", sms_name="Cong that"), base_version=1
    )
    [proposed] = house.events("production_proposed")[1:]

    assert proposed["changed"] == ["sms_name"]
    assert house.desk.decide(number, approve=True, by=HUONG, reason=REASON) is Ruling.APPROVED
    with house.database.reading() as reading:
        newest = store.versions(reading, LIVE, limit=1)[0]
    assert (newest.number, newest.by, newest.reason) == (2, "lan", REASON)


def test_production_can_be_tried_as_another_sandbox_from_now_on(house: OnboardingHouse) -> None:
    house.tried("portal")
    house.put_into_production("portal-live", "portal")
    house.tried("second")
    number = house.propose(production("portal-live", "second"), base_version=1)
    house.desk.decide(number, approve=True, by=HUONG, reason=REASON)

    with house.database.reading() as reading:
        assert store.production_of(reading, ClientId("second")) == [LIVE]
        assert store.production_of(reading, PORTAL) == []


def test_of_two_proposals_for_one_registration_one_waits(house: OnboardingHouse) -> None:
    house.tried("portal")
    house.propose(production("portal-live", "portal"))
    with pytest.raises(AlreadyProposed):
        house.propose(production("portal-live", "portal"), by=HUONG)

    with house.database.reading() as reading:
        assert store.waiting_proposals(reading, seen_by=LAN) == 1


def test_a_proposal_against_an_older_version_is_shown_the_newer(house: OnboardingHouse) -> None:
    house.tried("portal")
    house.put_into_production("portal-live", "portal")
    number = house.propose(production("portal-live", "portal", sms_name="Hai"), base_version=1)
    house.desk.decide(number, approve=True, by=HUONG, reason=REASON)

    answer = house.desk.propose(
        production("portal-live", "portal", client_name="Ba"),
        base_version=1,
        by=LAN,
        reason=REASON,
    )

    assert isinstance(answer, Stale)
    assert [(c.field, c.added) for c in answer.theirs] == [("sms_name", ("Hai",))]


def test_what_is_so_is_not_proposed(house: OnboardingHouse) -> None:
    house.tried("portal")
    house.put_into_production("portal-live", "portal")

    with pytest.raises(Unchanged):
        house.propose(production("portal-live", "portal"), base_version=1)


def test_a_team_learns_nothing_of_anothers_production(house: OnboardingHouse) -> None:
    house.tried("portal", "binh-dinh")
    house.put_into_production("portal-live", "portal")
    house.tried("theirs", "dak-lak")
    for base_version in (None, 1):
        with pytest.raises(InvalidRegistration) as refused:
            house.propose(production("portal-live", "theirs"), by=KHOAI, base_version=base_version)
        assert rules_of(refused) == [("client_id", Rule.CLIENT_ID_TAKEN)]


def test_a_proposal_is_taken_back_once(house: OnboardingHouse) -> None:
    house.tried("portal", "binh-dinh")
    number = house.propose(production("portal-live", "portal"), by=BUOI)
    with pytest.raises(NotThere):
        house.desk.withdraw(number, by=KHOAI)

    assert [house.desk.withdraw(number, by=BUOI) for _ in range(2)] == [True, False]
    assert house.desk.decide(number, approve=True, by=HUONG, reason=REASON) is Ruling.CLOSED


@pytest.mark.parametrize(
    ("changes", "field", "rule"),
    [
        (
            {"redirect_uris": ["https://portal.example.com/callback"]},
            "redirect_uris",
            Rule.URI_HOST_NOT_ALLOWED,
        ),
        (
            {"redirect_uris": ["https://evilgov.vn/callback"]},
            "redirect_uris",
            Rule.URI_HOST_NOT_ALLOWED,
        ),
        (
            {"redirect_uris": ["http://localhost:8401/callback"]},
            "redirect_uris",
            Rule.URI_HTTP_IN_PRODUCTION,
        ),
        (
            {"backchannel_logout_uri": "https://portal.example.com/logout"},
            "backchannel_logout_uri",
            Rule.URI_HOST_NOT_ALLOWED,
        ),
        ({"sandbox_client_id": None}, "sandbox_client_id", Rule.MISSING),
    ],
)
def test_what_production_does_not_take(
    house: OnboardingHouse, changes: dict[str, object], field: str, rule: Rule
) -> None:
    house.tried("portal")
    with pytest.raises(InvalidRegistration) as refused:
        house.propose(production("portal-live", "portal", **changes))

    assert (field, rule) in rules_of(refused)


# Secrets and keys


def test_two_secrets_count_at_most(house: OnboardingHouse) -> None:
    house.tried("portal", "binh-dinh")
    second = house.desk.add_secret(PORTAL, by=BUOI, reason=REASON)
    with pytest.raises(TooManySecrets):
        house.desk.add_secret(PORTAL, by=BUOI, reason=REASON)
    with house.database.reading() as reading:
        row = store.found(reading, PORTAL)
    assert row is not None
    first = min(secret.id for secret in row.secrets)
    house.desk.retire_secret(PORTAL, first, by=BUOI, reason="it leaked")
    third = house.desk.add_secret(PORTAL, by=BUOI, reason=REASON)
    found = Registry(house.database, house.version).find(PORTAL)

    assert found is not None
    now = house.clock.now()
    assert [house.secret_hasher.matches(each, found.secrets, now) for each in (second, third)] == [
        True,
        True,
    ]
    assert [each["by"] for each in house.events("secret_added")] == ["buoi", "buoi"]
    assert [each["secret"] for each in house.events("secret_retired")] == [first]
    assert second not in str(house.events("secret_added"))


def test_a_retired_secret_is_not_retired_again(house: OnboardingHouse) -> None:
    house.tried("portal")
    with house.database.reading() as reading:
        row = store.found(reading, PORTAL)
    assert row is not None
    house.desk.retire_secret(PORTAL, row.secrets[0].id, by=LAN, reason=REASON)

    with pytest.raises(NotThere):
        house.desk.retire_secret(PORTAL, row.secrets[0].id, by=LAN, reason=REASON)


@pytest.mark.parametrize(
    "act",
    [
        lambda desk: desk.register(registration("another"), team=None, by=LAN),
        lambda desk: desk.change(
            PORTAL, registration("portal", sms_name="Hai"), base_version=1, by=LAN, reason=REASON
        ),
        lambda desk: desk.decide(ProposalId(1), approve=True, by=HUONG, reason=REASON),
        lambda desk: desk.add_secret(PORTAL, by=LAN, reason=REASON),
        lambda desk: desk.retire_secret(PORTAL, 1, by=LAN, reason=REASON),
        lambda desk: desk.rotate_secret(PORTAL, grace=timedelta(), reason=REASON),
        lambda desk: desk.disable(PORTAL, by=LAN, reason=REASON),
        lambda desk: desk.assign(PORTAL, "binh-dinh", by=LAN, reason=REASON),
    ],
)
def test_nothing_is_changed_that_no_worker_would_hear_of(
    house: OnboardingHouse, act: Callable[[OnboardingDesk], object]
) -> None:
    """Else a leaked secret would go on counting, and be retired already for whoever tries again."""
    house.tried("portal")
    house.propose(production("portal-live", "portal"))
    before, house.version.is_away = house.version.number, True
    with pytest.raises(ConnectionError):
        act(house.desk)

    house.version.is_away = False
    act(house.desk)
    assert house.version.number > before


def test_a_private_key_is_refused_and_nowhere_kept(house: OnboardingHouse) -> None:
    private = ECKey.generate_key("P-256").as_dict(private=True)
    with pytest.raises(InvalidRegistration) as refused:
        house.desk.register(registration("portal", jwks={"keys": [private]}), team=None, by=LAN)

    assert rules_of(refused) == [("jwks", Rule.KEY_PRIVATE)]
    assert str(private["d"]) not in str(refused.value)
    with house.database.reading() as reading:
        assert store.found(reading, PORTAL) is None


@pytest.fixture
def typed(house: OnboardingHouse, clock: FakeClock) -> Callable[[], str]:
    for name in ("lan", "huong"):
        keep_operator(house.database, house.hasher, name, OperatorRole.OPERATOR, clock.now())

    def lines() -> str:
        clock.advance(timedelta(seconds=30))
        return f"{PASSWORD}\n{code_at(clock.now())}\n"

    return lines


def toml(document: dict[str, object]) -> str:
    """A registration file; its values are texts and lists of texts."""
    lines = []
    for name, value in document.items():
        written = f'"{value}"' if isinstance(value, str) else str(list(value))  # type: ignore[call-overload]
        lines.append(f'"{name}" = {written}'.replace("'", '"'))
    return "\n".join(lines)


def test_a_file_for_production_becomes_a_proposal(
    house: OnboardingHouse, typed: Callable[[], str], tmp_path: object
) -> None:
    folder = tmp_path / "live"  # type: ignore[operator]
    folder.mkdir()
    (folder / "registration.toml").write_text(toml(production("portal-live", "portal")), "utf-8")
    house.tried("portal")
    apply = ("apply", str(tmp_path), "--yes")

    unnamed = house.run(*apply)
    named = house.run(*apply, "--as", "lan", typed=typed())
    again = house.run(*apply)
    own = house.run("approve", "1", "--reason", REASON, "--as", "lan", typed=typed())
    other = house.run("approve", "1", "--reason", REASON, "--as", "huong", typed=typed())

    assert "name the operator with --as" in unnamed.output
    assert "? portal-live  to be proposed" in named.output
    assert "proposed as number 1" in named.output
    assert "Nothing to change." in again.output
    assert own.exit_code == 1
    assert "a different operator" in own.output
    assert other.exit_code == 0, other.output
    assert "approved" in other.output
    with house.database.reading() as reading:
        [proposal] = reading.execute(select(RelyingPartyProposal)).scalars()
        assert (proposal.status, proposal.proposed_by, proposal.closed_by) == (
            ProposalStatus.APPROVED,
            "lan",
            "huong",
        )
        assert store.found(reading, LIVE) is not None


def test_no_team_rotates_another_teams_secret(
    house: OnboardingHouse, typed: Callable[[], str], clock: FakeClock
) -> None:
    keep_operator(house.database, house.hasher, "khoai", OperatorRole.PROVINCE_TEAM, clock.now())
    house.tried("portal", "binh-dinh")
    rotate = ("rotate-secret", "portal", "--as", "khoai", "--reason")
    assert "a reason has" in house.run(*rotate, "so", typed=typed()).output
    answer = house.run(*rotate, REASON, typed=typed())

    assert answer.exit_code == 1
    assert "there is no portal" in answer.output
    assert house.events("secret_rotated") == []


def test_a_wrong_password_decides_nothing(house: OnboardingHouse, typed: Callable[[], str]) -> None:
    house.tried("portal")
    house.propose(production("portal-live", "portal"))
    lines = typed().replace(PASSWORD, "wrong")
    answer = house.run("approve", "1", "--reason", REASON, "--as", "huong", typed=lines)

    assert answer.exit_code == 1
    assert "wrong, or used" in answer.output
    assert "portal-live  first" in house.run("proposals").output


def test_the_plan_shows_what_would_change_and_the_secrets_nothing(
    house: OnboardingHouse, tmp_path: object
) -> None:
    file = tmp_path / "registration.toml"  # type: ignore[operator]
    file.write_text(toml(registration("portal", sms_name="Cong moi")), "utf-8")
    house.tried("portal")

    asked = house.run("apply", str(file), typed="n\n")
    done = house.run("apply", str(file), "--yes")

    assert asked.exit_code == 1
    assert "~ portal  changed\n    Name in text messages (sms_name)\n" in asked.output
    assert "      - Cong thu\n      + Cong moi\n" in asked.output
    assert done.exit_code == 0
    assert "client_secret" not in done.output
    shown = house.run("diff", "portal").output
    assert "+ Cong moi" in shown
    assert "   2  " in house.run("versions", "portal").output


def test_what_fails_takes_no_secret_along(
    house: OnboardingHouse, typed: Callable[[], str], tmp_path: Path
) -> None:
    documents = {"a": registration("fresh"), "b": production("portal-live", "untested")}
    for name, document in documents.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "registration.toml").write_text(toml(document), "utf-8")

    answer = house.run("apply", str(tmp_path), "--yes", "--as", "lan", typed=typed())

    assert answer.exit_code == 1
    assert "has not passed the integration test" in answer.output
    assert "fresh  client_secret: " in answer.output  # shown now, or never


def test_a_team_keeps_its_portal_out_of_production_and_does_not_let_it_in(
    house: OnboardingHouse,
) -> None:
    house.tried("portal", "binh-dinh")
    house.put_into_production("portal-live", "portal")
    for client_id in (PORTAL, LIVE):
        with pytest.raises(NotThere):
            house.desk.disable(client_id, by=KHOAI, reason=REASON)
        house.desk.disable(client_id, by=BUOI, reason=REASON)
    with pytest.raises(MayNot):
        house.desk.disable.undo(LIVE, by=BUOI, reason=REASON)
    house.desk.disable.undo(PORTAL, by=BUOI, reason=REASON)
    assert enabled(house, PORTAL)
    assert not enabled(house, LIVE)

    house.desk.disable.undo(LIVE, by=LAN, reason=REASON)
    assert enabled(house, LIVE)
    assert [each["by"] for each in house.events("relying_party_enabled")] == ["buoi", "lan"]


def test_a_team_does_the_same_at_a_shell(
    house: OnboardingHouse, typed: Callable[[], str], clock: FakeClock
) -> None:
    keep_operator(house.database, house.hasher, "khoai", OperatorRole.PROVINCE_TEAM, clock.now())
    with house.database.transaction() as transaction:
        joined = {"added_at": clock.now(), "added_by": LAN.name}
        transaction.add(TeamMember(team=TeamId("dak-lak"), operator=KHOAI.name, **joined))
    house.tried("portal", "dak-lak")
    house.put_into_production("portal-live", "portal")
    khoai = ("--as", "khoai")

    assert "say why with --reason" in house.run("disable", "portal", *khoai, typed=typed()).output
    for portal in ("portal", "portal-live"):
        assert (
            house.run("disable", portal, *khoai, "--reason", REASON, typed=typed()).exit_code == 0
        )
    assert house.run("enable", "portal", *khoai, "--reason", REASON, typed=typed()).exit_code == 0
    answer = house.run("enable", "portal-live", *khoai, "--reason", REASON, typed=typed())
    assert answer.exit_code == 1
    assert not enabled(house, LIVE)


def enabled(house: OnboardingHouse, client_id: ClientId) -> bool:
    with house.database.reading() as reading:
        row = store.found(reading, client_id)
    assert row is not None
    return row.enabled


def test_production_is_not_disabled_by_nobody(
    house: OnboardingHouse, typed: Callable[[], str]
) -> None:
    house.tried("portal")
    house.put_into_production("portal-live", "portal")
    disable = ("disable", "portal-live", "--reason", "its server was broken into")

    assert "--as" in house.run(*disable).output
    assert house.run(*disable, "--as", "huong", typed=typed()).exit_code == 0
    assert house.events("relying_party_disabled")[0]["by"] == "huong"
