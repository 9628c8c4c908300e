"""
Texts that stand in the code in both languages.

For what terminals, the API and mails say: the catalogue of the pages knows what pages say alone.
"""

from dataclasses import dataclass
from typing import Final

VI: Final = "vi"
EN: Final = "en"


@dataclass(frozen=True, slots=True)
class Text:
    """One text in both languages."""

    vi: str
    en: str

    def in_language(self, language: str) -> str:
        """The text as that language has it."""
        return self.en if language == EN else self.vi
