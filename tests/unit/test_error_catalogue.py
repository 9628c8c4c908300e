"""The manuals' tables of errors say what the code says, and for each error what to change."""

from importlib import import_module
from pathlib import Path

import pytest

from idp.oidc.error_catalogue import brought_up_to_date, catalogue, table

ROOT = Path(__file__).parents[2]
MANUALS = ("integrating.md", "tich-hop.md")


@pytest.fixture(autouse=True, scope="module")
def every_error_is_known() -> None:
    """Errors may be defined beside what raises them."""
    for module in (ROOT / "idp" / "oidc").rglob("*.py"):
        name = ".".join(module.relative_to(ROOT).with_suffix("").parts)
        import_module(name.removesuffix(".__init__"))


@pytest.mark.parametrize("name", MANUALS)
def test_the_manuals_are_up_to_date(name: str) -> None:
    """`python -m idp.oidc.error_catalogue docs/integrating.md docs/tich-hop.md` mends this."""
    text = (ROOT / "docs" / name).read_text("utf-8")

    assert "| `invalid_grant` |" in text
    assert brought_up_to_date(text) == text


def test_every_error_says_what_to_change_in_both_languages() -> None:
    entries = catalogue()

    assert {"invalid_request", "invalid_client", "login_required", "server_error"} <= {
        entry.code for entry in entries
    }
    for entry in entries:
        assert entry.remedy.where, entry
        assert len(entry.remedy.advice.en) > 20, entry
        assert len(entry.remedy.advice.vi) > 20, entry
        assert entry.remedy.advice.en != entry.remedy.advice.vi


def test_an_error_has_a_status_where_it_is_no_redirect() -> None:
    statuses = {entry.code: entry.status for entry in catalogue()}

    assert statuses["invalid_client"] == "401"
    assert statuses["invalid_grant"] == "400"
    assert statuses["login_required"] == ""


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_row_is_one_line_of_five_cells(language: str) -> None:
    for row in table(language).splitlines():
        assert row.count("|") == 6, row


def test_a_manual_without_an_end_mark_is_left_alone() -> None:
    text = brought_up_to_date((ROOT / "docs" / MANUALS[0]).read_text("utf-8"))

    with pytest.raises(ValueError, match="end of errors"):
        brought_up_to_date(text.replace("<!-- end of errors -->", ""))
