"""The manuals there are, and what a page of one is made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from markupsafe import Markup

MANUAL: Final = "/manual"
INTEGRATING: Final = "integrating"
_TEXTS: Final = Path(__file__).parent / "texts"


@dataclass(frozen=True, slots=True)
class Text:
    """A manual in one language; *file* is its name, which links in other texts call it by."""

    name: str
    language: str
    file: str

    def read(self) -> str:
        """The Markdown."""
        return (_TEXTS / self.file).read_text("utf-8")


_ALL: Final = (
    Text("quick-start", "vi", "bat-dau-nhanh.md"),
    Text("quick-start", "en", "quick-start.md"),
    Text(INTEGRATING, "vi", "tich-hop.md"),
    Text(INTEGRATING, "en", "integrating.md"),
    Text("api", "vi", "giao-dien-lap-trinh.md"),
    Text("api", "en", "api.md"),
)

TEXTS: Final[Mapping[str, Mapping[str, Text]]] = MappingProxyType(
    {
        name: MappingProxyType({each.language: each for each in _ALL if each.name == name})
        for name in dict.fromkeys(each.name for each in _ALL)
    }
)
"""By name, then by language."""

BY_FILE: Final[Mapping[str, Text]] = MappingProxyType({each.file: each for each in _ALL})


@dataclass(frozen=True, slots=True)
class Heading:
    """A line of the table of contents, and the lines below it."""

    anchor: str
    text: str
    below: Sequence["Heading"] = ()


@dataclass(frozen=True, slots=True)
class Manual:
    """A page: its *contents* stand between *title* and *html*."""

    title: str
    contents: Sequence[Heading]
    html: Markup


def section_anchor(number: int) -> str:
    """What a numbered section is reached by, in every language."""
    return f"section-{number}"


def address_of_section(number: int, language: str) -> str:
    """Where the manual about connecting a portal has that section, below the issuer."""
    return f"{MANUAL}/{INTEGRATING}?lang={language}#{section_anchor(number)}"
