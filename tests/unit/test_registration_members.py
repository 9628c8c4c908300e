"""What a relying party's registration may say."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from idp.relying_parties.files import read_registrations, registration_files
from idp.relying_parties.model import ClientAuthentication
from idp.relying_parties.registration import (
    InvalidRegistration,
    Registration,
    parse_registration,
)
from idp.relying_parties.rules import uri_problem
from tests.fakes.registrations import registration

CLIENTS = Path(__file__).parents[2] / "clients"


def parsed(**changes: Any) -> Registration:
    document = registration("portal") | changes
    return parse_registration(
        {name: value for name, value in document.items() if value is not None}
    )


def problems(**changes: Any) -> list[str]:
    """The members that are complained of."""
    with pytest.raises(InvalidRegistration) as invalid:
        parsed(**changes)
    return [problem.partition(":")[0] for problem in invalid.value.problems]


def test_the_portals_here_are_registered_as_they_say() -> None:
    found = read_registrations(registration_files(CLIENTS))

    assert [each.relying_party.client_id for each in found] == ["binh-dinh", "dak-lak"]
    assert [each.relying_party.sector for each in found] == ["binh-dinh", "dak-lak"]


def test_what_is_not_said_is_the_careful_choice() -> None:
    minimal = {
        "client_id": "p",
        "client_name": "Cổng",
        "sms_name": "Cong",
        "sector": "p",
        "redirect_uris": ["https://p.example/cb"],
        "scope": "openid",
    }
    relying_party = parse_registration(minimal).relying_party

    assert relying_party.pkce_required
    assert relying_party.client_authentication is ClientAuthentication.SECRET_BASIC
    assert relying_party.id_token_algorithm == "RS256"
    assert relying_party.claims == frozenset()
    assert relying_party.minimum_acr is None
    assert relying_party.name("en") == "Cổng"


@pytest.mark.parametrize(
    "uri",
    [
        "https://a.example/cb",
        "https://a.example:8443/cb?x=1&y=%2e%2e",
        "https://a.example",
        "http://localhost:8401/callback",
        "http://127.0.0.1/cb",
        "http://[::1]:80/cb",
    ],
)
def test_a_good_redirect_uri(uri: str) -> None:
    assert uri_problem(uri) is None


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "/callback",
        "//a.example/cb",
        "a.example/cb",
        "http://a.example/cb",
        "http://localhost.evil.example/cb",
        "http://127.0.0.1.evil.example/cb",
        "https://",
        "https:///cb",
        "https://*.a.example/cb",
        "https://a.example/*",
        "https://a.example/cb#fragment",
        "https://a.example/cb#",
        "https://user@a.example/cb",
        "https://a.example@evil.example/cb",
        "https://a.example/../cb",
        "https://a.example/x/%2e%2e/cb",
        "https://a.example/ cb",
        "https://a.example/\tcb",
        "https://a.example\\@evil.example/cb",
        "https://a.example/c\u00e9",
        "https://a.example:port/cb",
        "https://[::1/cb",
        "https://203.0.113.7/cb",
        "https://[2001:db8::1]/cb",
        "https://3405803783/cb",
        "https://0x7f.1/cb",
        "https://d\u1ecbchv\u1ee5cong.gov.vn/cb",
        "https://xn--g-ova.gov.vn/cb",
        "https://xn--80ak6aa92e.gov.vn/cb",
        "javascript:alert(1)",
        "data:text/html,x",
        "com.example.app:/cb",
        "https://a.example/" + "x" * 2100,
    ],
)
def test_a_bad_redirect_uri(uri: str) -> None:
    assert uri_problem(uri)
    assert problems(redirect_uris=[uri]) == ["redirect_uris"]


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("client_id", "a b"),
        ("client_id", "../x"),
        ("client_id", ""),
        ("client_id", 7),
        ("client_name", "  "),
        ("client_name", "a\nb"),
        ("redirect_uris", []),
        ("redirect_uris", "https://a.example/cb"),
        ("redirect_uris", [1]),
        ("post_logout_redirect_uris", ["http://a.example"]),
        ("initiate_login_uri", "http://a.example/start"),
        ("sms_name", "Cổng Bình Định"),
        ("sms_name", "x" * 25),
        ("sector", None),
        ("scope", "openid phones"),
        ("scope", "profile"),
        ("claims", ["name", "shoe_size"]),
        ("claims", "name"),
        ("minimum_acr", "LoA5"),
        ("require_pkce", "yes"),
        ("security_profile", "none"),
        ("token_endpoint_auth_method", "none"),
        ("id_token_signed_response_alg", "none"),
        ("id_token_signed_response_alg", "HS256"),
        ("grant_types", ["implicit"]),
        ("grant_types", ["password"]),
        ("response_types", ["code", "token"]),
        ("redirect_uri", "https://a.example"),
    ],
)
def test_each_wrong_member_is_named(member: str, value: object) -> None:
    assert set(problems(**{member: value})) == {member}


def test_all_problems_come_at_once() -> None:
    found = problems(sms_name="é", scope="x", redirect_uris=["http://a"], nope=1)

    assert set(found) == {"sms_name", "scope", "redirect_uris", "nope"}


def test_the_files_at_fault_are_named(tmp_path: Path) -> None:
    broken, wrong = tmp_path / "broken.toml", tmp_path / "wrong.toml"
    broken.write_text("client_id = ")
    wrong.write_text('client_id = "x"')
    with pytest.raises(InvalidRegistration) as invalid:
        read_registrations([broken, wrong, tmp_path / "missing.toml"])

    told = "\n".join(invalid.value.problems)
    assert all(name in told for name in ("broken.toml", "wrong.toml: ", "missing.toml"))


def test_the_documents_are_kept_as_they_were_handed_in() -> None:
    path = registration_files(CLIENTS)[0]

    [found] = read_registrations([path])
    assert found.document == tomllib.loads(path.read_text("utf-8"))


@pytest.mark.parametrize("levels", [3, 30, 900])
def test_keys_are_not_nested_deeper_than_any_key_is(levels: int) -> None:
    """What one thread can store, one with less of its stack left could not read."""
    nested: object = "MIIB"
    for _ in range(levels):
        nested = [nested]
    key: dict[str, object] = {"kty": "EC", "crv": "P-256", "x": "eA", "y": "eQ", "x5c": ["MIIB"]}

    assert parsed(jwks={"keys": [key]}).relying_party.keys.jwks == (key,)
    assert problems(jwks={"keys": [key | {"x5c": nested}]}) == ["jwks"]
    assert problems(jwks={"keys": [key], "more": [nested]}) == ["jwks"]
