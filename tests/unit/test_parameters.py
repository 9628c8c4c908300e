"""The strict parser of query strings and forms."""

import io
from urllib.parse import quote_from_bytes, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.oidc.http import MAX_PARAMETERS, Parameters, ProtocolRequest

LIMIT = 10_000
texts = st.text(
    st.characters(exclude_categories=("Cs", "Cc")),
    min_size=1,
    max_size=50,
)


def parse(raw: bytes) -> Parameters:
    return Parameters.parse(raw, limit=LIMIT)


@given(st.binary(max_size=400))
def test_no_bytes_make_it_raise(raw: bytes) -> None:
    parameters = parse(raw)

    assert not parameters.values.keys() & parameters.unusable
    assert all(value.isprintable() or not value.isascii() for value in parameters.values.values())


@given(st.dictionaries(texts, texts, max_size=20))
def test_what_was_encoded_comes_back_exactly(sent: dict[str, str]) -> None:
    assert parse(urlencode(sent).encode()) == Parameters(sent)


@given(texts, texts, texts)
def test_a_name_that_comes_twice_has_no_value(name: str, one: str, two: str) -> None:
    parameters = parse(urlencode([(name, one), (name, two)]).encode())

    assert parameters == Parameters({}, frozenset({name}))


@given(st.binary(min_size=1, max_size=20), texts)
def test_a_value_that_is_no_utf8_is_unusable(value: bytes, name: str) -> None:
    broken = b"\xff" + value
    parameters = parse(urlencode({name: "?"}).encode()[:-3] + quote_from_bytes(broken).encode())

    assert parameters.get(name) is None
    assert name in parameters.unusable


@pytest.mark.parametrize(
    "raw", ["a=%", "a=%f", "a=%zz", "a=%C3", "a=%00", "a=x%0d%0aSet-Cookie:y", "a=%09", "a=%C2%85"]
)
def test_half_escapes_and_control_characters_are_unusable(raw: str) -> None:
    assert parse(raw.encode()) == Parameters({}, frozenset({"a"}))


@pytest.mark.parametrize("raw", ["a=", "a", "", "&&", "=x", "a=&b="])
def test_a_parameter_without_a_value_was_not_sent(raw: str) -> None:
    assert parse(raw.encode()).values == {}


def test_an_empty_one_beside_a_full_one_is_still_twice() -> None:
    assert parse(b"state=&state=x").unusable == {"state"}


def test_an_encoded_name_is_the_same_name() -> None:
    assert parse(b"%63lient_id=x").get("client_id") == "x"
    assert "client_id" in parse(b"%63lient_id=x&client_id=y").unusable


def test_plus_is_a_space_and_percent_2b_a_plus() -> None:
    assert parse(b"scope=openid+profile&code=a%2Bb").values == {
        "scope": "openid profile",
        "code": "a+b",
    }


@pytest.mark.parametrize("raw", [b"a=" + b"x" * LIMIT, b"&".join([b"a=x"] * (MAX_PARAMETERS + 1))])
def test_too_much_is_not_read_at_all(raw: bytes) -> None:
    assert parse(raw) == Parameters(oversized=True)


def environ(body: bytes, **changes: str) -> dict[str, object]:
    return {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/token",
        "CONTENT_TYPE": "application/x-www-form-urlencoded; charset=UTF-8",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
    } | changes


@pytest.mark.parametrize(
    ("content_type", "read"),
    [
        ("application/x-www-form-urlencoded", True),
        ("Application/X-WWW-Form-Urlencoded;charset=utf-8", True),
        ("multipart/form-data; boundary=x", False),
        ("application/json", False),
        ("", False),
    ],
)
def test_only_a_form_is_read_as_one(content_type: str, read: bool) -> None:  # noqa: FBT001
    request = ProtocolRequest.of(environ(b"a=b", CONTENT_TYPE=content_type), max_body=100)

    assert (request.form.get("a") == "b") is read


def test_a_body_over_the_limit_is_not_read() -> None:
    body = b"a=" + b"x" * 200

    assert ProtocolRequest.of(environ(body), max_body=100).form.oversized


def test_a_chunked_body_is_limited_too() -> None:
    body = b"a=" + b"x" * 200
    sent = environ(body, CONTENT_LENGTH="") | {"wsgi.input_terminated": True}

    assert ProtocolRequest.of(sent, max_body=100).form.oversized


@pytest.mark.parametrize("length", ["-1", "abc", "１２", "+5"])
def test_a_content_length_that_is_no_number_counts_as_none(length: str) -> None:
    request = ProtocolRequest.of(environ(b"a=b", CONTENT_LENGTH=length), max_body=100)

    assert request.form == Parameters()
