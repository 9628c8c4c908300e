"""The texts: complete in English, and spelt one way."""

import re
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.extract import extract
from babel.messages.pofile import read_po
from jinja2 import Environment

import idp
from idp.web.translations import FOLDER, catalogue

ROOT = Path(idp.__file__).parent
KEYWORDS: dict[str, None] = {"_": None, "gettext": None, "lazy_gettext": None}
SAYS = re.compile(rb"\b(?:_|gettext|lazy_gettext)\(")
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w)\}")
# One spelling of tone marks: on the second vowel of oa, oe, uy.
OTHER_SPELLING = re.compile(r"[óòỏõọ][ae]\b|(?<!q)[úùủũụ]y\b", re.IGNORECASE)


@cache
def texts() -> frozenset[str]:
    """What is said with one of the keywords; most files say nothing, and are not taken apart."""
    found: set[object] = set()
    templates: Any = Environment(extensions=["jinja2.ext.i18n"])  # noqa: S701 (nothing is rendered)
    for path in ROOT.glob("web/templates/**/*.html"):
        if SAYS.search(source := path.read_bytes()):
            for _line, _keyword, said in templates.extract_translations(source.decode()):
                found.add(said[0] if isinstance(said, tuple) else said)
    for path in ROOT.glob("**/*.py"):
        if SAYS.search(source := path.read_bytes()):
            said_there = extract("python", BytesIO(source), KEYWORDS)  # type: ignore[arg-type]
            found.update(text for _line, text, _comments, _context in said_there)
    return frozenset(map(str, found))


@cache
def english() -> dict[str, str]:
    with (FOLDER / "en" / "LC_MESSAGES" / "messages.po").open("rb") as source:
        return {str(m.id): str(m.string) for m in read_po(source, locale="en") if m.id}


def test_every_text_has_its_english() -> None:
    translated = english()

    assert sorted(texts() - set(translated)) == []
    assert [text for text, words in translated.items() if not words] == []


def test_no_translation_outlives_its_text() -> None:
    assert sorted(set(english()) - texts()) == []


def test_a_translation_fills_in_the_same_values() -> None:
    for source, translation in english().items():
        assert sorted(PLACEHOLDER.findall(source)) == sorted(PLACEHOLDER.findall(translation))


def test_markup_survives_translation() -> None:
    for source, translation in english().items():
        assert re.findall("<[^>]*>", source) == re.findall("<[^>]*>", translation), source


def test_tone_marks_are_placed_one_way() -> None:
    assert {text for text in texts() if OTHER_SPELLING.search(text)} == set()


def test_the_catalogue_compiles() -> None:
    assert catalogue("en").gettext("Đăng nhập") == "Sign in"
