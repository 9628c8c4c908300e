"""The manuals as pages: what failures name is there, and links lead to what the reader has."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from idp.failures.model import Cause, FailedRequest, Fault
from idp.failures.words import explain
from idp.manuals import markdown
from idp.manuals.markdown import manual_of
from idp.manuals.model import BY_FILE, INTEGRATING, TEXTS, Heading, Manual, Text, section_anchor
from idp.manuals.shelf import Shelf

ROOT = Path(__file__).parents[2]
ALL = list(BY_FILE.values())
SHELF = Shelf()


def page(text: Text) -> Manual:
    return SHELF(text.name, text.language)


def anchors(headings: Iterable[Heading]) -> list[str]:
    return [each for line in headings for each in (line.anchor, *anchors(line.below))]


def made_of(monkeypatch: pytest.MonkeyPatch, source: str) -> Manual:
    monkeypatch.setattr(markdown.Text, "read", lambda _self: source)
    return manual_of(TEXTS[INTEGRATING]["en"])


@pytest.mark.parametrize("language", ["vi", "en"])
def test_each_section_that_a_failure_names_is_there(language: str) -> None:
    headings = {each.anchor: each.text for each in SHELF(INTEGRATING, language).contents}

    for cause in Cause:
        failed = FailedRequest(
            id="id",
            at=datetime(2026, 11, 22, tzinfo=UTC),
            reference="AAAA-0001",
            endpoint="/token",
            error="invalid_grant",
            client_id=None,
            claimed="",
            fault=Fault(cause=cause),
            note="",
        )
        section = explain(failed, language).section

        assert headings[section_anchor(section)].startswith(f"{section}. "), cause


@pytest.mark.parametrize("text", ALL, ids=lambda text: text.file)
def test_the_contents_lead_to_every_heading_once(text: Text) -> None:
    manual = page(text)

    assert anchors(manual.contents) == re.findall(r'<h[23] id="([^"]+)"', manual.html)
    ids = ["main", "contents", *re.findall(r' id="([^"]+)"', manual.html)]
    assert len(ids) == len(set(ids))
    assert "<h1" not in manual.html


@pytest.mark.parametrize("text", ALL, ids=lambda text: text.file)
def test_what_is_wide_scrolls_in_itself_and_has_a_name(text: Text) -> None:
    html = page(text).html

    assert html.count("<table>") == html.count('<div class="table" role="group" aria-label="')
    assert html.count("<pre") == html.count('<pre role="group" aria-label="')
    assert html.count("<table>") + html.count("<pre") == html.count('tabindex="0"')
    assert 'aria-label=""' not in html
    assert '<th scope="col"></th>' not in html


@pytest.mark.parametrize("text", ALL, ids=lambda text: text.file)
def test_what_only_some_readers_have_is_named_and_not_linked_to(text: Text) -> None:
    links = re.findall(r'href="([^"]+)"', page(text).html)

    assert [each for each in links if "localhost" in each or "clients/" in each] == []
    assert "<!--" not in page(text).html
    if text.name == INTEGRATING:
        assert "<code>clients/<wbr>kit/<wbr>README.md</code>" in page(text).html


def test_the_other_language_is_a_link_away() -> None:
    for text in ALL:
        for language in TEXTS[text.name].keys() - {text.language}:
            link = f'<a href="/manual/{text.name}?lang={language}" hreflang="{language}" lang='
            assert link in page(text).html


@pytest.mark.parametrize("text", ALL, ids=lambda text: text.file)
def test_the_package_has_what_stands_in_docs(text: Text) -> None:
    assert text.read() == (ROOT / "docs" / text.file).read_text("utf-8")


def test_a_link_that_would_lead_nowhere_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for link in ("operating.md", "nowhere.md", "http://elsewhere.example/", "/x"):
        with pytest.raises(ValueError, match="which is no page"):
            made_of(monkeypatch, f"# Title\n## Part\n[it]({link})\n")


def test_a_text_begins_with_its_title(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="begin with its title"):
        made_of(monkeypatch, "Words first.\n# Title\n")


def test_what_a_text_shows_is_not_run(monkeypatch: pytest.MonkeyPatch) -> None:
    html = made_of(
        monkeypatch,
        '# Title\n## "A" <b>\n```sh\n<script>x</script>\n```\n'
        "| <i>a | `<b>` |\n| - | - |\n\n[x](javascript:x) `a_b/c&d`\n",
    ).html

    assert "<script" not in html
    assert "href" not in html
    assert "&lt;script&gt;x&lt;/script&gt;" in html
    assert 'aria-label="&quot;A&quot; ' in html
    assert "<code>&lt;b&gt;</code>" in html
    assert "<code>a_<wbr>b/<wbr>c&amp;<wbr>d</code>" in html
