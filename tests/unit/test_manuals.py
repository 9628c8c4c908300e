"""The manuals can be followed to the letter: examples are accepted, links lead somewhere."""

import json
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

from idp.manuals.model import TEXTS
from idp.oidc.authorize import MAX_NONCE, MAX_STATE
from idp.relying_parties.client_metadata import parse_client_metadata
from idp.relying_parties.lint import Looked, lint
from idp.relying_parties.model import ClientId
from idp.relying_parties.registration import parse_registration
from idp.settings import Settings
from idp.web.locale import LANGUAGES
from tests.fakes.clock import FakeClock

ROOT = Path(__file__).parents[2]
MANUALS = sorted((ROOT / "docs").glob("*.md"))
INTEGRATING = ("integrating.md", "tich-hop.md")

_COMMENT = re.compile(r"(^|[ \t]+)# .*", re.MULTILINE)
_PLACEHOLDER = re.compile(r"<[^>\n]*>")
_EXAMPLE = re.compile(r"^```\w+\n.*?^```", re.DOTALL | re.MULTILINE)
_SHOWN = "(an example)"
_HEADING = re.compile(r"^(#+(?: \d+\.)?) .*", re.MULTILINE)
_NAME = re.compile(r"`[^`]+`")


def manual(name: str) -> str:
    return (ROOT / "docs" / name).read_text("utf-8")


@dataclass(frozen=True)
class Section:
    """What of a section is the same in every language."""

    heading: str
    examples: list[str]
    rows: list[list[str]]
    names: set[str]


def sections(text: str) -> list[Section]:
    """*text* without words; of a heading its level and number are left."""
    text = _PLACEHOLDER.sub("", text)
    examples = iter([_COMMENT.sub("", example) for example in _EXAMPLE.findall(text)])
    parts = _HEADING.split(_EXAMPLE.sub(_SHOWN, text))[1:]
    return [
        Section(
            heading=heading,
            examples=[next(examples) for _ in range(body.count(_SHOWN))],
            rows=[_NAME.findall(row) for row in re.findall(r"^\|.*", body, re.MULTILINE)],
            names={" ".join(name.split()) for name in _NAME.findall(body)},
        )
        for heading, body in zip(parts[::2], parts[1::2], strict=True)
    ]


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


@pytest.mark.parametrize("name", [*INTEGRATING, "certification.md"])
def test_the_registrations_shown_are_accepted(name: str) -> None:
    shown = [tomllib.loads(block) for block in blocks(manual(name), "toml")]

    assert shown
    for document in shown:
        parse_registration(document)


@pytest.mark.parametrize("name", INTEGRATING)
def test_the_registration_shown_leaves_nothing_to_mend(name: str, clock: FakeClock) -> None:
    """Who copies it has the empty list that the manual asks for."""
    [shown] = [tomllib.loads(block) for block in blocks(manual(name), "toml")]
    party = parse_registration(shown).relying_party

    assert lint(Looked(party=party, others=[], secrets=[], now=clock.now())) == ()


@pytest.mark.parametrize("name", INTEGRATING)
def test_the_metadata_shown_register_a_client(name: str) -> None:
    [shown] = [block for block in blocks(manual(name), "http") if "/connect/register" in block]
    body = shown.partition("\n\n")[2]

    parse_client_metadata(json.loads(body), ClientId("made-up"))


@pytest.mark.parametrize("path", MANUALS, ids=lambda path: path.name)
def test_links_lead_to_files(path: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)", path.read_text("utf-8"))

    assert [link for link in links if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("name", TEXTS)
def test_both_languages_have_the_same_sections_examples_and_names(name: str) -> None:
    assert TEXTS[name].keys() == set(LANGUAGES)
    english, vietnamese = (sections(TEXTS[name][language].read()) for language in ("en", "vi"))

    for ours, theirs in zip(english, vietnamese, strict=True):
        assert ours == theirs


@pytest.mark.parametrize("name", [*INTEGRATING, "certification.md"])
def test_the_lengths_named_are_those_in_force(name: str) -> None:
    assert re.search(rf"`state`[^.]*{MAX_STATE}[^.]*`nonce`[^.]*{MAX_NONCE}", manual(name))


@pytest.mark.parametrize("path", MANUALS, ids=lambda path: path.name)
def test_the_settings_named_exist(path: Path) -> None:
    named = set(re.findall(r"IDP__([A-Z]+)__([A-Z_]+)=", path.read_text("utf-8")))

    for table, setting in named:
        fields = Settings.model_fields[table.lower()].annotation.model_fields  # type: ignore[union-attr]
        assert setting.lower() in fields


def test_vietnamese_is_spelt_as_on_the_pages() -> None:
    text = "".join(texts["vi"].read() for texts in TEXTS.values()).lower()

    assert [word for word in ("hủy", "khóa", "hóa", "vui lòng") if word in text] == []
