"""What a portal written for the existing national sign-on registers, and what that means."""

from idp.relying_parties.model import LEGACY, OIDC
from idp.relying_parties.registration import parse_registration
from tests.fakes.registrations import registration


def test_it_shares_its_sector_with_all_of_its_kind() -> None:
    old = {"security_profile": "legacy", "id_token_signed_response_alg": None, "scope": "openid"}
    first = parse_registration(registration("first", sector=None, **old)).relying_party
    second = parse_registration(registration("second", sector=None, **old)).relying_party
    own = parse_registration(registration("own", sector="own", **old)).relying_party

    assert (first.sector, second.sector, own.sector) == ("vnconnect", "vnconnect", "own")
    assert first.profile is LEGACY
    assert not first.pkce_required


def test_the_profiles_differ_where_they_contradict_each_other() -> None:
    assert (LEGACY.request_objects, OIDC.request_objects) == (False, True)
    assert (LEGACY.pkce_required, OIDC.pkce_required) == (False, True)
    assert (LEGACY.released_by_registration, OIDC.released_by_registration) == (True, False)
