"""Rows as a file for a spreadsheet: the one place where CSV is written."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Final

from flask import Response

_FORMULA: Final = re.compile(r"(?:^|(?<=[;\t\r\n]))(?=[=+\-@\t\r])")
"""Where one would begin; after what parts cells, too: where commas are decimal, as in Vietnam,
spreadsheets part them by semicolons, and heed no quotes within what they take for one."""


def csv_text(columns: Sequence[str], rows: Iterable[Iterable[str]]) -> str:
    """The rows as CSV (RFC 4180); no cell is one that a spreadsheet takes for a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return text.getvalue()


def csv_bytes(columns: Sequence[str], rows: Iterable[Iterable[str]]) -> bytes:
    """The same with the mark by which spreadsheets know UTF-8."""
    return csv_text(columns, rows).encode("utf-8-sig")


def csv_download(name: str, content: bytes) -> Response:
    """A response that a browser saves as a file of that name."""
    return download(name, "text/csv; charset=utf-8", content)


def download(name: str, content_type: str, content: bytes) -> Response:
    """The same for a file of another type."""
    response = Response(content, content_type=content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula (CWE-1236)."""
    return _FORMULA.sub("'", cell)
