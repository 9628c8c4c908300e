"""JSON that reads the same for everybody."""

import json


def read_json(text: str | bytes) -> object:
    """
    What *text* says. Raises `ValueError`, and `RecursionError` where it is nested too deeply.

    No member may stand there twice, for two readers of one document must not see different members
    (RFC 7519 §4); and NaN and Infinity are no JSON (RFC 8259 §6).
    """
    return json.loads(text, object_pairs_hook=_no_twins, parse_constant=_no_constant)


def _no_twins(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member stands there twice")
    return members


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON")
