"""The address of the page at hand: its query, as links and redirects to the same page carry it."""

from typing import Final
from urllib.parse import urlencode

from flask import request
from werkzeug.datastructures import MultiDict

SHOWN: Final = "shown"
"""Names, in the query, a page that answered a form; no other page is at that address."""


def page_query(**changes: str) -> str:
    """Give the query of this page with *changes*, and without the answer it showed."""
    query = MultiDict(request.args)
    query.poplist(SHOWN)
    for name, value in changes.items():
        query.setlist(name, [value])
    return urlencode(list(query.items(multi=True)))


def same_page_url() -> str:
    """Give the address of this page, to be loaded anew."""
    return "?" + page_query()
