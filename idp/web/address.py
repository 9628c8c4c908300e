"""The address of the page at hand: its query, as links and redirects to the same page carry it."""

from typing import Final
from urllib.parse import urlencode

from flask import request

SHOWN: Final = "shown"
"""Names, in the query, a page that answered a form; no other page is at that address."""


def page_query(**changes: str) -> str:
    """Give the query of this page with *changes*, and without the answer it showed."""
    kept = {name: values for name, values in request.args.lists() if name != SHOWN}
    changed = {name: [value] for name, value in changes.items()}
    return urlencode(kept | changed, doseq=True)


def same_page_url() -> str:
    """Give the address of this page, to be loaded anew."""
    return "?" + page_query()
