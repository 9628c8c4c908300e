"""Files for spreadsheets: none of their cells is a formula, wherever they are opened."""

import csv
import io

import pytest

from idp.web.csv_file import csv_bytes, csv_text


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+84912000001", "'+84912000001"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t'=1"),
        ("\r=1", "'\r'=1"),
        # Where a comma is decimal, as in Vietnam, a semicolon ends the cell.
        ("https://host/;=cmd|calc", "https://host/;'=cmd|calc"),
        ("a\n=1", "a\n'=1"),
        ("https://host/cb?a=b;c-d", "https://host/cb?a=b;c-d"),
        ("2026-11-22", "2026-11-22"),
        ("", ""),
    ],
)
def test_no_cell_is_a_formula(cell: str, written: str) -> None:
    [_, [read]] = csv.reader(io.StringIO(csv_text(("cell",), [[cell]]), newline=""))

    assert read == written


def test_spreadsheets_know_it_for_utf_8() -> None:
    assert csv_bytes(("Cổng",), []) == b"\xef\xbb\xbfC\xe1\xbb\x95ng\r\n"
