"""The texts: complete in English, and spelt one way."""

import re
from functools import cache
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import idp
from idp.web.translations import FOLDER, catalogue

ROOT = Path(idp.__file__).parent
KEYWORDS: dict[str, None] = {"_": None, "gettext": None, "lazy_gettext": None}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w)\}")
# One spelling of tone marks: on the second vowel of oa, oe, uy.
OTHER_SPELLING = re.compile(r"[óòỏõọ][ae]\b|(?<!q)[úùủũụ]y\b", re.IGNORECASE)


@cache
def texts() -> frozenset[str]:
    found = extract_from_dir(
        str(ROOT),
        method_map=[("web/templates/**.html", "jinja2"), ("**.py", "python")],
        options_map={"web/templates/**.html": {"silent": "false"}},
        keywords=KEYWORDS,  # type: ignore[arg-type]
    )
    return frozenset(str(text) for _file, _line, text, _comments, _context in found)


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
