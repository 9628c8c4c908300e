"""Values of claims: what is held, in the specification's form, and never null."""

from dataclasses import replace

from idp.citizens.claims import claim_values
from idp.citizens.model import Phone
from idp.relying_parties.claims import (
    SCOPE_CLAIMS,
    askable_scope,
    narrowed_claims,
    released_claims,
)
from idp.relying_parties.model import (
    LEGACY,
    OIDC,
    ClientAuthentication,
    GrantType,
    RelyingParty,
)
from tests.fakes.people import BINH_DINH, NOON, citizen_of

EVERYTHING = frozenset(claim for claims in SCOPE_CLAIMS.values() for claim in claims)


def relying_party(*claims: str) -> RelyingParty:
    return RelyingParty(
        client_id=BINH_DINH,
        name_vi="Cổng Bình Định",
        name_en="Bình Định portal",
        sms_name="Cong Binh Dinh",
        sector="binh-dinh",
        profile=OIDC,
        client_authentication=ClientAuthentication.SECRET_BASIC,
        id_token_algorithm="ES256",
        pkce_required=True,
        redirect_uris=frozenset(),
        post_logout_redirect_uris=frozenset(),
        scopes=frozenset(),
        claims=frozenset(claims),
        minimum_acr=None,
        initiate_login_uri=None,
        client_uri=None,
        policy_uri=None,
        tos_uri=None,
        enabled=True,
        secrets=(),
    )


def test_values_are_in_the_forms_of_the_specification() -> None:
    citizen = citizen_of(numbers=("052090000001", "211000001"))

    assert claim_values(citizen, EVERYTHING) == {
        "name": "Nguyễn Văn An",
        "birthdate": "1990-01-02",
        "updated_at": int(NOON.timestamp()),
        "phone_number": "+84912000001",
        "phone_number_verified": True,
        "identity_number": "052090000001",
        "old_identity_number": "211000001",
    }


def test_only_what_is_asked_for_is_told() -> None:
    assert claim_values(citizen_of(), {"name"}) == {"name": "Nguyễn Văn An"}
    assert claim_values(citizen_of(), frozenset()) == {}


def test_what_is_not_held_is_left_out() -> None:
    citizen = citizen_of(numbers=("211000001",), phone=None)

    held = claim_values(citizen, EVERYTHING)

    assert held.keys() == {"name", "birthdate", "updated_at", "old_identity_number"}


def test_a_year_alone_stays_a_year() -> None:
    assert claim_values(citizen_of(birth_date="1950"), {"birthdate"}) == {"birthdate": "1950"}


def test_numbers_given_up_are_nobody_s_claim() -> None:
    citizen = citizen_of(numbers=("052090000001",))
    citizen.identity_numbers[0].active = False
    citizen.phones[0].active = False
    citizen.phones.append(
        Phone(number="+84912000002", active=True, is_default=False, verified_at=NOON)
    )

    held = claim_values(citizen, EVERYTHING)

    assert not held.keys() & {"identity_number", "phone_number", "phone_number_verified"}


def test_the_registration_and_the_scope_must_both_agree() -> None:
    portal = relying_party("name", "birthdate", "identity_number")

    assert released_claims(portal, ("openid",)) == {"verification_level"}
    assert released_claims(portal, ("openid", "profile")) == {
        "verification_level",
        "name",
        "birthdate",
    }
    assert released_claims(portal, ("openid", "phone", "unheard_of")) == {"verification_level"}


def test_an_email_address_that_nobody_proved_goes_to_nobody() -> None:
    citizen = citizen_of()
    citizen.email = "an@example.vn"

    assert claim_values(citizen, {"email", "email_verified"}) == {}


def test_some_profiles_leave_it_to_the_registration() -> None:
    portal = replace(relying_party("name", "identity_number"), profile=LEGACY)

    assert released_claims(portal, ("openid",)) == {
        "name",
        "identity_number",
        "verification_level",
    }


def test_offline_access_is_for_those_who_refresh() -> None:
    portal = replace(relying_party(), scopes=frozenset({"openid", "profile", "offline_access"}))
    refreshing = replace(portal, grant_types=frozenset({GrantType.REFRESH_TOKEN}))
    asked = ("profile", "openid", "profile", "offline_access", "phone", "unheard_of")

    assert askable_scope(portal, asked) == ("profile", "openid")
    assert askable_scope(refreshing, asked) == ("profile", "openid", "offline_access")


def test_a_dropped_scope_takes_its_claims_along() -> None:
    claims = ("address", "name", "phone_number", "verification_level")

    assert narrowed_claims(claims, {"profile"}) == (
        "address",
        "phone_number",
        "verification_level",
    )
    assert narrowed_claims(claims, ()) == claims
