"""
How a carrier compares Vietnamese names.

Two names are the same when only their encoding, case, spacing or the place of a tone mark differs;
never because they are similar. A similarity is told apart, as a score, and decides nothing.
"""

import re
import unicodedata
from difflib import SequenceMatcher

TONE_MARKS = frozenset("\u0300\u0301\u0303\u0309\u0323")

# Letters that look like đ on screen and come out of old converters and foreign keyboards.
_LOOK_ALIKES = str.maketrans({"ð": "đ", "Ð": "Đ", "Ɖ": "Đ", "ɖ": "đ"})
_APOSTROPHES = re.compile("['’‘ʼ`´′ʹ]")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_TONE = f"[{''.join(sorted(TONE_MARKS))}]?"
_OPEN_SYLLABLE = re.compile(f"(?:(o)({_TONE})([ae])|(u)({_TONE})(y))({_TONE})$")
HIGHEST_SCORE_OF_A_MISMATCH = 99


def exact_key(name: str) -> str:
    """
    Return what two spellings of one Vietnamese name have in common.

    Folds encoding (NFC, NFD, marks in any order), look-alikes of đ, case, spaces, apostrophes, a
    trailing dot, and where an open oa, oe or uy carries its tone: hoà and hòa are two ways to
    spell one name. Inside a closed syllable (hoàn, Huỳnh) there is one way, and it stays.
    """
    return " ".join(_syllable_key(word) for word in _tidy(name).casefold().split(" "))


def ascii_form(name: str) -> str:
    """Return the name as a carrier without Vietnamese letters stores it: NGUYEN VAN HOA."""
    letters = unicodedata.normalize("NFD", _tidy(name)).replace("đ", "d").replace("Đ", "D")
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).upper()


def matches_accented(sent: str, stored: str) -> bool:
    """Whether a carrier that stores Vietnamese letters takes both for the same name."""
    return exact_key(sent) == exact_key(stored)


def matches_unaccented(sent: str, stored: str) -> bool:
    """
    Whether a carrier that stores plain ASCII takes both for the same name.

    It does not strip marks for its callers: an accented name differs from what it stores.
    """
    tidy = _tidy(sent)
    return tidy.isascii() and tidy.casefold() == _tidy(stored).casefold()


def similarity(sent: str, stored: str) -> int:
    """Return a score from 0 to 99 for two names that are not the same."""
    ratio = SequenceMatcher(None, exact_key(sent), exact_key(stored), autojunk=False).ratio()
    return min(HIGHEST_SCORE_OF_A_MISMATCH, int(100 * ratio))


def _tidy(name: str) -> str:
    without = _APOSTROPHES.sub("", _INVISIBLE.sub("", name)).translate(_LOOK_ALIKES)
    return " ".join(without.split()).rstrip(".").rstrip()


def _syllable_key(word: str) -> str:
    """Take a case-folded word apart into letters and tones, and put it together in one way."""
    letters: list[str] = []
    for character in unicodedata.normalize("NFD", word):
        if letters and unicodedata.combining(character):
            letters[-1] += character
        else:
            letters.append(character)
    spelled = "".join(_tone_last(letter) for letter in letters)
    return _OPEN_SYLLABLE.sub(_tone_at_the_end, spelled)


def _tone_at_the_end(match: re.Match[str]) -> str:
    first, tone, second = match.group(1, 2, 3) if match[1] else match.group(4, 5, 6)
    return f"{first}{second}{tone}{match[7]}"


def _tone_last(letter: str) -> str:
    """Order a letter's marks: e, tilde, circumflex does not compose; e, circumflex, tilde does."""
    base, marks = letter[0], letter[1:]
    shape = "".join(mark for mark in marks if mark not in TONE_MARKS)
    tone = "".join(mark for mark in marks if mark in TONE_MARKS)
    return unicodedata.normalize("NFC", base + shape) + tone
