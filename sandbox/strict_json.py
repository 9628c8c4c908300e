"""Reads a JSON body the way a strict partner does: one object, no member twice, no NaN."""

import json
from typing import Never

from flask import Request

LARGEST_BODY = 16 * 1024


class InvalidBody(ValueError):
    """The body is not one JSON object; the message says why, and repeats nothing of it."""


def read_object(request: Request) -> dict[str, object]:
    """
    Return the members of the request's JSON object.

    Raises InvalidBody. A body over LARGEST_BODY bytes is not read.
    """
    if request.mimetype != "application/json":
        raise InvalidBody("the body has to be application/json")
    if request.content_length is None or request.content_length > LARGEST_BODY:
        raise InvalidBody(f"the body needs a length of at most {LARGEST_BODY} bytes")
    try:
        value = json.loads(
            request.get_data(cache=False).decode("utf-8"),
            object_pairs_hook=_without_repetition,
            parse_constant=_refuse_constant,
        )
    except (ValueError, RecursionError) as error:
        raise InvalidBody("the body is not JSON, or names a member twice") from error
    if not isinstance(value, dict):
        raise InvalidBody("the body is not a JSON object")
    return value


def _without_repetition(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise InvalidBody("a member is named twice")
    return members


def _refuse_constant(name: str) -> Never:
    raise InvalidBody(f"{name} is not JSON")
