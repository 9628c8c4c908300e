"""The sign-in button that every portal copies: its words, its size, its colours."""

import re
from pathlib import Path

import pytest

from clients.kit.english import ENGLISH
from tests.unit.test_portal_texts import luminance

BUTTON = Path(__file__).parents[2] / "clients" / "kit" / "button"
LABEL = "Đăng nhập Cổng DVC Quốc gia"
LEAST_SIDE = 44  # CSS pixels: WCAG 2.2 SC 2.5.5
GREYS = [f"{shade:02x}" * 3 for shade in range(256)]


def read(name: str) -> str:
    return (BUTTON / name).read_text(encoding="utf-8")


def rule(selector: str) -> dict[str, str]:
    """The declarations of *selector*, wherever it stands first."""
    found = re.search(
        rf"^{re.escape(selector)} {{(.*)}}$", read("sign-in-button.css"), re.MULTILINE
    )
    assert found, selector
    pairs = (one.split(":", 1) for one in found[1].split(";") if one.strip())
    return {name.strip(): value.strip() for name, value in pairs}


def contrast(one: str, other: str) -> float:
    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def colours(selector: str) -> tuple[str, str]:
    declared = rule(selector)
    return declared["background"].removeprefix("#"), declared["color"].removeprefix("#")


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


@pytest.mark.parametrize("name", ["sign-in-button.html", "demo.html"])
def test_the_button_says_these_words_and_no_others(name: str) -> None:
    buttons = re.findall(r'<a class="dvcqg-sign-in".*?</a>', read(name), re.DOTALL)

    assert buttons
    assert {words(button) for button in buttons} == {LABEL}


def test_the_rules_give_the_words_in_both_languages() -> None:
    assert f"“{LABEL}”" in read("README.md")
    assert f"“{ENGLISH[LABEL]}”" in read("README.md")


def test_the_demonstration_shows_what_is_copied() -> None:
    assert read("demo.html").count(read("sign-in-button.html")) == len(
        re.findall("<h2>", read("demo.html"))
    )


def test_the_portals_have_the_same_button() -> None:
    """Their template differs from the kit's file in what a template fills in, and in an id."""
    template = (BUTTON.parent / "templates" / "sign_in_button.html").read_text(encoding="utf-8")
    button = next(line.strip() for line in template.splitlines() if "<a " in line)
    copied = (
        button.replace(' id="sign-in"', "")
        .replace("{{ url_for('sign_in.start', landing=landing) }}", "/sign-in")
        .replace('{% include "mark.svg" %}', read("mark.svg").strip())
        .replace(f'{{{{ t("{LABEL}") }}}}', LABEL)
    )

    assert copied == read("sign-in-button.html").splitlines()[0]


@pytest.mark.parametrize("sample", ["flask_authlib", "node", "php"])
def test_the_samples_have_the_same_button(sample: str) -> None:
    """A sample is copied as one folder, so each has the style of its own."""
    folder = BUTTON.parents[1] / "samples" / sample
    portal = next(folder.glob("portal.*")).read_text(encoding="utf-8")
    buttons = re.findall(r'<a class="dvcqg-sign-in".*?</a>', portal, re.DOTALL)

    assert (folder / "sign-in-button.css").read_text(encoding="utf-8") == read("sign-in-button.css")
    assert [words(button) for button in buttons] == [LABEL]


def test_a_finger_finds_it() -> None:
    declared = rule(".dvcqg-sign-in")

    assert int(declared["min-height"].removesuffix("px")) >= LEAST_SIDE
    assert int(declared["min-width"].removesuffix("px")) >= LEAST_SIDE


@pytest.mark.parametrize("selector", [".dvcqg-sign-in", ".dvcqg-sign-in:hover"])
def test_the_words_can_be_read(selector: str) -> None:
    assert contrast(*colours(selector)) >= 7


@pytest.mark.parametrize("selector", [".dvcqg-sign-in", ".dvcqg-sign-in:hover"])
def test_the_button_stands_out_from_every_page(selector: str) -> None:
    """Contrast depends on luminance alone, so greys stand for all colours (SC 1.4.11)."""
    fill, _ = colours(selector)
    border = rule(".dvcqg-sign-in")["border"].split("#")[1]

    assert min(max(contrast(fill, page), contrast(border, page)) for page in GREYS) >= 3


def test_the_focus_can_be_seen_on_light_and_on_dark() -> None:
    declared = rule(".dvcqg-sign-in:focus-visible")
    inner, outer = (declared[name].split("#")[1] for name in ("outline", "box-shadow"))

    assert min(max(contrast(inner, page), contrast(outer, page)) for page in GREYS) >= 3


def test_the_mark_is_a_few_lines_in_the_colour_of_the_text() -> None:
    """No emblem, flag or seal can hide in one path without a colour."""
    mark = read("mark.svg")

    assert re.findall(r"<(\w+)", mark) == ["svg", "path"]
    assert set(re.findall(r'(?:fill|stroke)="([^"]*)"', mark)) == {"none", "currentColor"}
    assert len(mark) < 500


@pytest.mark.parametrize(
    "name", ["sign-in-button.html", "sign-in-button.css", "mark.svg", "demo.html", "demo.css"]
)
def test_it_asks_for_nothing_from_elsewhere(name: str) -> None:
    """No script, no style in the page, no other host: it passes the strictest of policies."""
    text = read(name).replace('xmlns="http://www.w3.org/2000/svg"', "")

    assert not re.search(r"<script|<style|\bstyle=|\bon\w+=|https?://|url\(|@import", text)
