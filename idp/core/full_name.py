"""
A person's name, and when two spellings of it are the same name.

Names are compared by equality of keys, never by a similarity score: Jaro-Winkler gives two
different people, NGUYỄN VĂN AN and NGUYỄN VĂN ANH, 99 of 100, and one person's HÒA and HOÀ 94.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from idp.core.typed_text import visible

_MAX_LENGTH = 100  # the population register's field
_MIN_LETTERS = 2
_MAX_MARKS = 3  # "ơ̆" of Ê Đê and Ba Na with a tone; more is not writing

# What keyboards, fonts and pasted text put in the place of Đ, of the apostrophe and of the hyphen.
_LOOK_ALIKES = str.maketrans(
    {
        "ð": "đ",  # U+00F0 eth
        "Ð": "Đ",  # U+00D0 capital eth
        "Ɖ": "Đ",  # U+0189 African D
        "ɖ": "đ",  # U+0256
        **dict.fromkeys("\u2018\u2019\u201b\u02bc\u02b9\u02bb\u2032\u00b4`", "'"),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"),
    },
)
_PUNCTUATION = frozenset(" '-.")
_LATIN_LETTER = re.compile(r"LATIN (?:SMALL|CAPITAL) LETTER ([A-Z])(?: WITH .+)?\Z")

_TONES = "\u0300\u0301\u0303\u0309\u0323"  # huyền, sắc, ngã, hỏi, nặng
_MARKS = "\u0300-\u036f"
_MARK_RUN = re.compile(f"[{_MARKS}]+")
_TOO_MANY_MARKS = re.compile(f"[{_MARKS}]{{{_MAX_MARKS + 1}}}")
_STRAY_MARK = re.compile(rf"(?:^|[ '\-.])[{_MARKS}]")
# The open rhymes oa, oe and uy, the only ones whose tone is written on either vowel. Anything after
# the second vowel closes the syllable (hoàn, suýt, huỳnh, khuỷu) and leaves one right place.
_OPEN_RHYME = re.compile(
    rf"(?P<onset>(?<![^\W\d_])[qQ])?"
    rf"(?P<first>[oO](?=[{_TONES}]?[aAeE])|[uU](?=[{_TONES}]?[yY]))(?P<on_first>[{_TONES}]?)"
    rf"(?P<second>[aAeEyY])(?P<on_second>[{_TONES}]?)"
    rf"(?![^\W\d_]|[{_MARKS}])",
)


class InvalidFullName(ValueError):
    """The text is no name in Latin letters."""

    def __init__(self) -> None:
        super().__init__("a full name has 2 to 100 characters: letters, spaces, ' - .")


@dataclass(frozen=True, slots=True)
class FullName:
    """
    A full name as its bearer writes it: *value* is NFC, with single spaces.

    Never divided into family and given name: the order is họ, đệm, tên for the Kinh only.
    """

    value: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """
        Return the name that *text* means; raises `InvalidFullName`.

        Letters are all Latin letters with their marks; one word is enough. Mark order, look-alikes
        of Đ, typographic apostrophes, odd white space and a trailing dot are put right.
        """
        letters = unicodedata.normalize("NFD", visible(text).translate(_LOOK_ALIKES))
        value = unicodedata.normalize("NFC", _in_order(" ".join(letters.split())).rstrip(". "))
        if not _is_name(value):
            raise InvalidFullName
        return cls(value)

    @property
    def key(self) -> str:
        """
        The key of exact Vietnamese comparison: two spellings of one name have the same.

        Ignores case, the tone's place in open oa, oe and uy, and apostrophes (H'Hen, HHen); takes
        dots and hyphens for spaces. Keeps every mark: An and Ân differ, and so do Hoa and Hòa.
        """
        text = _placed(self.value, _on_second).replace("'", "").replace("-", " ").replace(".", " ")
        return unicodedata.normalize("NFC", " ".join(text.casefold().split()))

    def tone_variant(self) -> "FullName | None":
        """
        Return the name with the tones of open oa, oe and uy in the other place, if there is one.

        Hòa becomes Hoà, and Hoà becomes Hòa; a name that mixes both becomes all of the second
        kind. Hoàn, Suýt, Huỳnh and Quý have one spelling only.
        """
        for place in (_on_second, _on_first):
            other = _placed(self.value, place)
            if other != self.value:
                return FullName(other)
        return None

    def ascii(self) -> str:
        """Return the name in unaccented capitals, as some carriers keep it: `H'HEN NIE`."""
        return _unaccented(self.value).upper()

    def __repr__(self) -> str:
        return "FullName(<hidden>)"


def _is_name(value: str) -> bool:
    decomposed = unicodedata.normalize("NFD", value)
    if len(value) > _MAX_LENGTH or _STRAY_MARK.search(decomposed):
        return False
    if _TOO_MANY_MARKS.search(decomposed):
        return False
    bases = [char for char in _MARK_RUN.sub("", decomposed) if char not in _PUNCTUATION]
    if len(bases) < _MIN_LETTERS or value[0] in _PUNCTUATION:
        return False
    return all(_LATIN_LETTER.match(unicodedata.name(char, "")) for char in bases)


def _in_order(decomposed: str) -> str:
    # e + tilde + circumflex does not compose to ễ: marks of the vowel come first, then the tone.
    return _MARK_RUN.sub(
        lambda run: "".join(sorted(run[0], key=_TONES.__contains__)),
        decomposed,
    )


def _on_first(rhyme: re.Match[str]) -> str:
    if rhyme["onset"]:  # "qu" is a consonant: quý has one vowel, and "qúy" is a slip
        return _on_second(rhyme)
    return f"{rhyme['first']}{rhyme['on_first']}{rhyme['on_second']}{rhyme['second']}"


def _on_second(rhyme: re.Match[str]) -> str:
    onset = rhyme["onset"] or ""
    return f"{onset}{rhyme['first']}{rhyme['second']}{rhyme['on_first']}{rhyme['on_second']}"


def _placed(value: str, place: Callable[[re.Match[str]], str]) -> str:
    def moved(rhyme: re.Match[str]) -> str:
        # Two tones on one rhyme are not Vietnamese writing: leave them as they are.
        return rhyme[0] if rhyme["on_first"] and rhyme["on_second"] else place(rhyme)

    decomposed = unicodedata.normalize("NFD", value)
    return unicodedata.normalize("NFC", _OPEN_RHYME.sub(moved, decomposed))


def _unaccented(value: str) -> str:
    decomposed = unicodedata.normalize("NFD", value)
    return "".join(_plain(char) for char in _MARK_RUN.sub("", decomposed))


def _plain(char: str) -> str:
    # Đ and Ƀ have no decomposition, but their Unicode names say which letter they are.
    if char.isascii():
        return char
    named = _LATIN_LETTER.match(unicodedata.name(char, ""))
    return char if named is None else named[1] if char.isupper() else named[1].lower()
