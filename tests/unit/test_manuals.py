"""The manuals can be followed to the letter: examples are accepted, links lead somewhere."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from idp.oidc.authorize import MAX_NONCE, MAX_STATE
from idp.relying_parties.client_metadata import parse_client_metadata
from idp.relying_parties.lint import Looked, lint
from idp.relying_parties.model import ClientId
from idp.relying_parties.registration import parse_registration
from idp.settings import Settings
from tests.fakes.clock import FakeClock

ROOT = Path(__file__).parents[2]
MANUALS = sorted((ROOT / "docs").glob("*.md"))
INTEGRATING = ("integrating.md", "tich-hop.md")


def manual(name: str) -> str:
    return (ROOT / "docs" / name).read_text("utf-8")


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


def test_both_languages_have_the_same_chapters_and_examples() -> None:
    english, vietnamese = map(manual, INTEGRATING)

    for pattern in (r"^## (\d+)\.", r"^```(\w+)", r"^\| (`[^`]+`)"):
        found = [re.findall(pattern, text, re.MULTILINE) for text in (english, vietnamese)]
        assert found[0] == found[1]
    shown = [tomllib.loads(blocks(text, "toml")[0]) for text in (english, vietnamese)]
    assert shown[0] == shown[1]


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
    text = manual("tich-hop.md").lower()

    assert [word for word in ("hủy", "khóa", "hóa", "vui lòng") if word in text] == []
