"""What is wrong with a registration is told with its reason and the way out, in both languages."""

import re

import pytest

from idp.core.two_languages import EN, VI
from idp.relying_parties.problems import WORDS, Rule, problem
from idp.relying_parties.registration import InvalidRegistration, parse_registration
from idp.relying_parties.rules import decoded_host, is_under, uri_problem
from tests.fakes.registrations import registration


@pytest.mark.parametrize("rule", Rule)
def test_every_rule_has_words_in_both_languages(rule: Rule) -> None:
    words = WORDS[rule]

    assert words.reason.en
    assert words.reason.vi
    assert bool(words.fix.en) is bool(words.fix.vi)
    assert ("{detail}" in words.reason.en + words.fix.en) is (
        "{detail}" in words.reason.vi + words.fix.vi
    )


@pytest.mark.parametrize("rule", Rule)
def test_the_words_are_those_of_the_pages(rule: Rule) -> None:
    said = WORDS[rule].reason.vi + WORDS[rule].fix.vi

    assert "vui lòng" not in said.lower()
    assert "không hợp lệ" not in said.lower()
    assert not re.search(r"(khóa|hóa|hủy|ủy)", said)


@pytest.mark.parametrize(
    ("uri", "rule"),
    [
        ("https://a.gov.vn/cb#x", Rule.URI_FRAGMENT),
        ("https://*.gov.vn/cb", Rule.URI_WILDCARD),
        ("https://user@a.gov.vn/cb", Rule.URI_USER),
        ("https://203.0.113.7/cb", Rule.URI_IP_HOST),
        ("https://[2001:db8::7]/cb", Rule.URI_IP_HOST),
        ("https://3405803783/cb", Rule.URI_IP_HOST),
        ("https://0xcb007107/cb", Rule.URI_IP_HOST),
        ("https://203%2E0%2E113%2E7/cb", Rule.URI_HOST_NO_NAME),  # browsers read 203.0.113.7
        ("https://g%D0%BEv.vn/cb", Rule.URI_HOST_NO_NAME),  # a Cyrillic o, encoded
        ("https://evil.example%2F.gov.vn/cb", Rule.URI_HOST_NO_NAME),
        ("https://a,b.gov.vn/cb", Rule.URI_HOST_NO_NAME),
        ("https://a..gov.vn/cb", Rule.URI_HOST_NO_NAME),
        ("https://a.gov.vn/x/../cb", Rule.URI_DOTS),
        ("http://a.gov.vn/cb", Rule.URI_HTTP),
        ("a.gov.vn/cb", Rule.URI_NOT_ABSOLUTE),
        ("https://a.gov.vn/ cb", Rule.URI_CHARACTERS),
        ("https://xn--80ak6aa92e.com/cb", Rule.URI_HOST_LOOKS_ALIKE),
        ("https://g\u043ev.vn/cb", Rule.URI_HOST_LOOKS_ALIKE),  # a Cyrillic o
        ("https://\u0261ov.vn/cb", Rule.URI_HOST_LOOKS_ALIKE),  # a script g
    ],
)
def test_each_fault_of_an_address_has_its_rule(uri: str, rule: Rule) -> None:
    found = uri_problem(uri)

    assert found is not None
    assert found.rule is rule


def test_a_host_with_accents_is_shown_as_it_has_to_be_written() -> None:
    found = uri_problem("https://tỉnh.vn/cb")

    assert found is not None
    assert found.rule is Rule.URI_HOST_WRITTEN_OUT
    assert found.detail.startswith("xn--")
    assert uri_problem(f"https://{found.detail}/cb") is None
    assert decoded_host(found.detail) == "tỉnh.vn"
    assert found.detail in found.fix(VI)
    assert found.detail in found.fix(EN)


def test_a_look_alike_is_shown_as_it_reads() -> None:
    found = uri_problem("https://xn--80ak6aa92e.com/cb")

    assert found is not None
    assert found.detail == "аррӏе.com"


@pytest.mark.parametrize(
    ("host", "under"),
    [
        ("gov.vn", True),
        ("dichvucong.binhdinh.gov.vn", True),
        ("evilgov.vn", False),
        ("gov.vn.evil.com", False),
        ("gov.vn.", False),
        ("", False),
    ],
)
def test_a_host_is_under_a_domain_at_a_dot_alone(host: str, under: bool) -> None:  # noqa: FBT001
    assert is_under(host, {"gov.vn"}) is under


def test_a_problem_names_the_part_that_is_wrong() -> None:
    with pytest.raises(InvalidRegistration) as refused:
        parse_registration(
            registration("portal", redirect_uris=["https://a.gov.vn/cb", "http://b.gov.vn/cb"])
        )
    [found] = refused.value.found

    assert (found.field, found.value) == ("redirect_uris", "http://b.gov.vn/cb")
    assert str(found).startswith("redirect_uris: http://b.gov.vn/cb must begin with https://")
    assert "https" in found.reason(VI)
    assert found.fix(VI)


def test_what_looks_like_a_private_key_is_not_repeated() -> None:
    pasted = "-----BEGIN EC PRIVATE KEY-----\nMHcCAQ"

    assert problem("jwks_uri", Rule.URI_UNREADABLE, value=pasted).value == ""
    with pytest.raises(InvalidRegistration) as refused:
        parse_registration(registration("portal", jwks_uri=pasted.replace("\n", " ")))
    assert "MHcCAQ" not in str(refused.value)
