"""The parser of the `claims` parameter (OpenID Connect Core §5.5)."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.oidc.claims_parameter import MAX_CLAIMS, ClaimsRequest, RequestedClaim
from idp.oidc.errors import InvalidRequest


def read(document: Any) -> ClaimsRequest:
    return ClaimsRequest.parse(json.dumps(document))


def test_nothing_asks_for_nothing() -> None:
    assert ClaimsRequest.parse(None) == ClaimsRequest()
    assert read({}) == ClaimsRequest()
    assert read({"userinfo": None, "id_token": {}}) == ClaimsRequest()


def test_each_claim_is_asked_for_at_its_place() -> None:
    request = read(
        {
            "userinfo": {"name": None, "birthdate": {"essential": True}},
            "id_token": {"phone_number": {}, "name": {"essential": False}},
        }
    )

    assert request.userinfo == {"name": RequestedClaim(), "birthdate": RequestedClaim(True)}
    assert request.id_token == {"phone_number": RequestedClaim(), "name": RequestedClaim()}


@pytest.mark.parametrize(
    ("wish", "values"),
    [
        ({"value": "LoA2"}, ("LoA2",)),
        ({"values": ["LoA3", "LoA2"]}, ("LoA3", "LoA2")),
        ({"value": "LoA3", "values": ["LoA2"]}, ("LoA3", "LoA2")),
        ({"values": []}, ()),
        ({"value": 2}, ("2",)),
        ({"value": None}, ("null",)),
    ],
)
def test_values_in_order_of_preference(wish: dict[str, Any], values: tuple[str, ...]) -> None:
    assert read({"id_token": {"acr": wish | {"essential": True}}}).acr == RequestedClaim(
        True, values
    )


def test_a_subject_counts_essential_or_not() -> None:
    assert read({"id_token": {"sub": {"value": "x"}}}).subjects == {"x"}
    assert read({"userinfo": {"sub": {"value": "x"}}}).subjects == frozenset()


@pytest.mark.parametrize(
    "document",
    [
        {"id_token": {"verified_claims": {"verification": {}, "claims": {}}}},
        {"userinfo": {"favourite_colour": "red", "größe": {"essential": 1}}},
        {"transaction": [1], "purpose": "x"},
    ],
)
def test_what_we_do_not_understand_is_left_out(document: Any) -> None:
    assert read(document) == ClaimsRequest()


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '"name"',
        "null",
        "x",
        "{'id_token': {}}",
        '{"id_token": []}',
        '{"userinfo": "name"}',
        '{"userinfo": {"name": true}}',
        '{"userinfo": {"name": []}}',
        '{"userinfo": {"name": {"essential": "yes"}}}',
        '{"userinfo": {"name": {"values": "An"}}}',
        '{"userinfo": {"name": NaN}}',
        '{"userinfo": {"name": null, "name": {"essential": true}}}',
        '{"id_token": {}, "id_token": {"name": null}}',
        '{"id_token": {"sub": {"value": "\\ud800"}}}',
        '{"id_token": {"sub": {"value": "\\u0000"}}}',
        '{"max": ' + "9" * 5000 + "}",
        "[" * MAX_CLAIMS,
        '{"x":' * 1600,
        " " * (MAX_CLAIMS + 1),
    ],
)
def test_anything_else_is_told_to_the_portal(text: str) -> None:
    with pytest.raises(InvalidRequest):
        ClaimsRequest.parse(text)


_NAMES = st.sampled_from(
    ["userinfo", "id_token", "name", "sub", "acr", "essential", "value", "values", "x"]
)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=3),
    max_leaves=12,
)


_WISH = st.fixed_dictionaries(
    {"value": st.text(max_size=4)},
    optional={"values": st.lists(st.text(max_size=4) | st.integers(), max_size=2)},
)
_WISHES = st.fixed_dictionaries({"id_token": st.fixed_dictionaries({"sub": _WISH, "acr": _WISH})})


@given(document=_JSON | _WISHES)
def test_whatever_comes_is_understood_or_refused(document: Any) -> None:
    try:
        request = read(document)
    except InvalidRequest:
        return
    assert all(text.isprintable() for text in (*request.subjects, *request.acr.values))


@given(text=st.text(max_size=200) | _JSON.map(json.dumps))
def test_whatever_is_no_json_is_refused(text: str) -> None:
    try:
        ClaimsRequest.parse(text)
    except InvalidRequest:
        return
    assert isinstance(json.loads(text), dict)
