"""The address of the page at hand: its query, as links and redirects to the same page carry it."""

import re
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Final
from urllib.parse import urlencode

from idp.web.at_hand import request

SHOWN: Final = "shown"
"""Names, in the query, a page that answered a form; no other page is at that address."""

_AS_IT_STANDS: Final = re.compile(r"[\w.~-]*", re.ASCII)
"""RFC 3986 §2.3: what is never encoded, and all that our own names and handles consist of."""


def query_of(parameters: Mapping[str, Sequence[str]]) -> str:
    """Write *parameters* as a query, each name with each of its values."""
    pairs = [(name, value) for name, values in parameters.items() for value in values]
    if _AS_IT_STANDS.fullmatch("".join(chain.from_iterable(pairs))):
        return "&".join(map("=".join, pairs))
    return urlencode(pairs)


def may_be_named(name: str) -> bool:
    """
    Whether the query may name *name*: a look at it as it stands, for what most queries do not.

    Our own links encode no name; what others send so is none that we look for.
    """
    return name.encode() in request.query_string


def page_query(**changes: str) -> str:
    """Give the query of this page with *changes*, and without the answer it showed."""
    query = dict(request.args.lists())
    query.pop(SHOWN, None)
    query.update((name, [value]) for name, value in changes.items())
    return query_of(query)


def same_page_url() -> str:
    """Give the address of this page, to be loaded anew."""
    return "?" + page_query()
