"""The portals' words and colours."""

import re
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from clients.kit import problems, received
from clients.kit.english import ENGLISH
from clients.kit.language import Language, chosen_language, translate
from clients.kit.problems import Problem

KIT = Path(__file__).parents[2] / "clients" / "kit"
STATIC_TEXTS = {"Mức {number} ({acr})", "Chưa rõ"}  # asked for in pages.py


def texts_of_templates() -> set[str]:
    found = set()
    for template in (KIT / "templates").glob("*.html"):
        tree = Environment(autoescape=True).parse(template.read_text(encoding="utf-8"))
        for call in tree.find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name == "t":
                found |= {text.value for text in call.find_all(nodes.Const) if text.value}
    return {text for text in found if isinstance(text, str)} - {"–"}


def texts_of_problems() -> set[str]:
    source = (KIT / "problems.py").read_text(encoding="utf-8")
    shown = {text for text in ENGLISH if text in source}
    for problem in vars(problems).values():
        if isinstance(problem, Problem):
            shown |= {problem.heading, problem.text, problem.button} - {""}
    for pair in (problems._CANCELLED, problems._SILENT_FAILED, problems._UNMET):
        shown |= set(pair)
    return shown


def texts_of_claims() -> set[str]:
    words = {received.YES, received.NO, *received.GENDERS.values()}
    return words | set(received.LABELS.values())


def all_texts() -> set[str]:
    return texts_of_templates() | texts_of_problems() | texts_of_claims() | STATIC_TEXTS


def test_every_text_has_its_english() -> None:
    assert all_texts() - ENGLISH.keys() == set()


def test_no_english_is_left_over() -> None:
    sources = "".join(path.read_text(encoding="utf-8") for path in KIT.glob("*.py"))
    joined = re.sub(r'"\s*\n\s*"', "", sources.split("ENGLISH = {")[0] + sources)
    unused = {text for text in ENGLISH.keys() - all_texts() if joined.count(text) <= 1}

    assert unused == set()


def test_translations_keep_the_names_in_braces() -> None:
    for vietnamese, english in ENGLISH.items():
        assert set(re.findall(r"{\w+}", vietnamese)) == set(re.findall(r"{\w+}", english))


def test_spelling_is_one() -> None:
    for text in ENGLISH:
        assert not re.search(r"vui lòng|không hợp lệ|hủy|khóa|hóa|hoà\b", text, re.IGNORECASE)


@pytest.mark.parametrize(
    ("asked", "remembered", "chosen"),
    [
        (None, None, Language.VIETNAMESE),
        ("en", None, Language.ENGLISH),
        (None, "en", Language.ENGLISH),
        ("vi", "en", Language.VIETNAMESE),
        ("fr", "en", Language.ENGLISH),
        ("<script>", "", Language.VIETNAMESE),
    ],
)
def test_the_language_is_asked_for_or_remembered(
    asked: str | None, remembered: str | None, chosen: Language
) -> None:
    assert chosen_language(asked, remembered) is chosen


def test_a_person_called_nam_keeps_the_name() -> None:
    shown = received.received(
        {"name": "Nam", "gender": "male"}, lambda text: translate(Language.ENGLISH, text)
    )

    assert shown == [("Full name", "Nam"), ("Gender", "Male")]


def test_a_birth_year_alone_is_shown_as_it_is() -> None:
    assert received.received({"birthdate": "1950"}, str) == [("Ngày sinh", "1950")]


def test_protocol_claims_are_not_told_as_personal_ones() -> None:
    claims = {"iss": "https://idp.example", "sub": "s", "nonce": "n", "exp": 1, "custom": [1]}

    assert received.received(claims, str) == [("custom", "[1]")]


# Foreground, background, least contrast (WCAG 2.2 SC 1.4.3 and 1.4.11).
PAIRS = [
    ("ink", "bg", 4.5),
    ("ink", "surface2", 4.5),
    ("ink", "warn-bg", 4.5),
    ("ink", "info-bg", 4.5),
    ("ink", "success-bg", 4.5),
    ("ink2", "bg", 4.5),
    ("ink2", "surface2", 4.5),
    ("link", "bg", 4.5),
    ("link", "surface2", 4.5),
    ("onaction", "action", 4.5),
    ("onaction", "action-hover", 4.5),
    ("success", "bg", 4.5),
    ("onbrand", "brand", 4.5),
    ("onbrand", "brand-deep", 4.5),
    ("accent", "brand", 3.0),
    ("border", "bg", 3.0),
    ("focus", "focus-ink", 3.0),
]


def tokens(theme: str, *, dark: bool) -> dict[str, str]:
    css = (KIT / "static" / "portal.css").read_text(encoding="utf-8")
    light_block, dark_block = re.findall(r":root \{(.*?)\}", css, re.DOTALL)[:2]
    themed = re.search(rf"\.theme-{theme} \{{(.*?)\}}", css, re.DOTALL)
    assert themed
    blocks = light_block + (dark_block if dark else "") + themed[1]
    return dict(re.findall(r"--([\w-]+): #([0-9a-f]{6})", blocks))


def luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", ["sea", "basalt"])
@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(("front", "back", "least"), PAIRS)
def test_colours_can_be_told_apart(
    theme: str, front: str, back: str, least: float, *, dark: bool
) -> None:
    palette = tokens(theme, dark=dark)
    bright, dim = sorted((luminance(palette[front]), luminance(palette[back])), reverse=True)

    assert (bright + 0.05) / (dim + 0.05) >= least
