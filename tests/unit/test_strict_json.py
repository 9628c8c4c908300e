import pytest

from idp.oidc.strict_json import read_json


def test_a_document_is_read() -> None:
    assert read_json(b'{"a": [1, {"a": null}]}') == {"a": [1, {"a": None}]}


@pytest.mark.parametrize(
    "text", ['{"a": 1, "a": 1}', '{"b": {"a": 1, "a": 2}}', "NaN", "[-Infinity]", "{", ""]
)
def test_what_two_readers_could_read_differently_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"twice|no JSON|Expecting"):
        read_json(text)
