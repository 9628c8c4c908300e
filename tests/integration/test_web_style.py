"""The style sheet and the script: contrast, weight, and what they may not contain."""

import gzip
import re
from pathlib import Path

import pytest

from idp.web.static_files import FOLDER
from tests.page_gallery import rendered_pages

CSS = (FOLDER / "app.css").read_text(encoding="utf-8")
SCRIPT = (FOLDER / "app.js").read_text(encoding="utf-8")
TEXT, SHAPE = 4.5, 3.0
PAIRS = [
    ("ink", "bg", TEXT),
    ("ink", "surface", TEXT),
    ("ink", "surface2", TEXT),
    ("ink", "warn-bg", TEXT),
    ("ink", "info-bg", TEXT),
    ("ink", "success-bg", TEXT),
    ("ink2", "bg", TEXT),
    ("ink2", "surface", TEXT),
    ("ink2", "surface2", TEXT),
    ("link", "bg", TEXT),
    ("link", "surface", TEXT),
    ("link", "surface2", TEXT),
    ("link", "info-bg", TEXT),
    ("on-action", "action", TEXT),
    ("on-action", "action-hover", TEXT),
    ("on-brand", "brand", TEXT),
    ("on-brand", "brand-deep", TEXT),
    ("error", "bg", TEXT),
    ("error", "surface", TEXT),
    ("error", "error-bg", TEXT),
    ("success", "bg", TEXT),
    ("success", "success-bg", TEXT),
    ("warn", "warn-bg", TEXT),
    ("info", "info-bg", TEXT),
    ("gold", "brand", SHAPE),
    ("border", "surface", SHAPE),
    ("border", "bg", SHAPE),
    ("focus", "focus-ink", SHAPE),
]


def tokens(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))


def palettes() -> dict[str, dict[str, str]]:
    blocks = re.findall(r":root \{(.*?)\}", CSS, re.DOTALL)
    light = tokens(blocks[0])
    return {"light": light, "dark": light | tokens(blocks[1])}


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("palette", ["light", "dark"])
@pytest.mark.parametrize(("front", "back", "least"), PAIRS)
def test_colours_are_told_apart(palette: str, front: str, back: str, least: float) -> None:
    colours = palettes()[palette]
    light, dark = sorted((luminance(colours[front]), luminance(colours[back])), reverse=True)

    assert (light + 0.05) / (dark + 0.05) >= least


def test_weight() -> None:
    css, script = len(gzip.compress(CSS.encode(), 9)), len(gzip.compress(SCRIPT.encode(), 9))
    heaviest = max(len(gzip.compress(html.encode(), 9)) for html in rendered_pages().values())

    assert css <= 6 * 1024
    assert script <= 3 * 1024
    assert heaviest <= 5 * 1024
    assert css + script + heaviest <= 15 * 1024


def test_nothing_comes_from_elsewhere() -> None:
    for text in (CSS, SCRIPT):
        assert "http" not in text.replace('a[href^="http"]', "")
        assert "data:" not in text
    assert "@import" not in CSS


def test_the_script_builds_no_markup_and_no_code() -> None:
    for word in ("innerHTML", "eval(", "Function(", "document.write", "localStorage"):
        assert word not in SCRIPT


def test_one_rule_a_line() -> None:
    assert max(map(len, CSS.splitlines())) < 190
    assert max(map(len, SCRIPT.splitlines())) <= 105


def test_every_class_of_a_template_has_its_rule() -> None:
    templates = Path(FOLDER.parent / "templates").rglob("*.html")
    used = {
        name
        for path in templates
        for value in re.findall(r'class="([^"]*)"', path.read_text(encoding="utf-8"))
        for name in re.sub(r"\{%.*?%\}|\{\{.*?\}\}", " ", value).split()
    }

    ruled = set(re.findall(r"\.([A-Za-z][\w-]*)", CSS))
    assert used - ruled == set()
