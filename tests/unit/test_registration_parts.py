"""The parts of a registration: what a form makes of the document, and what it leaves alone."""

import pytest
from werkzeug.datastructures import MultiDict

from idp.console.relying_parties.checklist import Point, checklist
from idp.console.relying_parties.part_form import Part, PartForm
from idp.console.relying_parties.parts import PARTS, ClaimsPart, ProtocolPart, SignOutPart
from idp.console.relying_parties.wizard import completed
from idp.integration_tests.model import CaseName, Outcome
from idp.relying_parties.registration import parse_registration
from tests.fakes.registrations import registration


def filled(form_class: type[PartForm], **typed: str | list[str]) -> PartForm:
    return form_class(MultiDict(typed), meta={"csrf_context": "t"})


@pytest.mark.parametrize("part", Part)
def test_a_form_sent_as_it_was_shown_changes_nothing(part: Part) -> None:
    document = registration(
        "portal",
        legal_ground="Nghị định 61/2018/NĐ-CP",
        contacts=["a@portal.example"],
        minimum_acr="LoA2",
        require_pkce=True,
        claims=["authentication_level", "birthdate", "name", "verification_level"],
        scope="openid profile",
    )
    values = PARTS[part].values(document)
    posted = {name: list(v) if isinstance(v, tuple) else v or "" for name, v in values.items()}

    form = filled(PARTS[part], **posted)

    assert form.merged(document) == document


def test_claims_that_no_box_has_stay_and_so_do_their_scopes() -> None:
    before = {"claims": ["nickname", "email", "email_verified"], "scope": "openid offline_access"}

    after = filled(ClaimsPart, claims=["name", "phone_number"]).merged(before)

    assert after["claims"] == [
        *("authentication_level", "name", "nickname", "phone_number"),
        *("phone_number_verified", "verification_level"),
    ]
    assert after["scope"] == "openid offline_access profile phone"


def test_pkce_is_forced_where_it_is_known() -> None:
    modern = filled(ProtocolPart, security_profile="oidc").merged({})
    old = filled(ProtocolPart, security_profile="legacy").merged(modern)

    assert modern["require_pkce"] is True
    assert "require_pkce" not in old


def test_logout_tokens_name_the_session() -> None:
    told = filled(SignOutPart, backchannel_logout_uri="https://portal.example/out").merged({})
    untold = filled(SignOutPart, backchannel_logout_uri="").merged(told)

    assert told["backchannel_logout_session_required"] is True
    assert untold == {}


def test_a_portal_of_the_old_kind_shares_the_old_sector() -> None:
    document = registration("portal", security_profile="legacy", sector=None, scope="openid")
    document |= {"id_token_signed_response_alg": "RS256"}

    assert parse_registration(completed(document)).relying_party.sector == "vnconnect"
    assert completed(registration("portal"))["sector"] == "portal"


def test_points_are_done_by_what_a_run_that_counts_came_to() -> None:
    run = {CaseName.GOOD_SIGN_IN: Outcome.PASSED, CaseName.SIGN_OUT: Outcome.NOT_APPLICABLE}
    run |= {CaseName.ACCESS_DENIED: Outcome.FAILED}

    checks = checklist(registration("portal"), has_secret=False, runs=[run], proposed=False)

    assert {check.point for check in checks if check.done} == {
        *(Point.NAMES, Point.REDIRECT, Point.SIGN_IN, Point.SIGN_OUT)
    }
