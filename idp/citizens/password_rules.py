"""
What a password has to be: the seed's rule, and NIST SP 800-63B-4 §3.1.1.2's block-list.

Pure, and the list is offline: a password is never sent anywhere to be judged.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable
from enum import StrEnum
from functools import cache
from pathlib import Path

from idp.core.birth_date import BirthDate
from idp.core.full_name import FullName
from idp.core.identity_number import IdentityNumber
from idp.core.phone_number import PhoneNumber

SHORTEST = 8
LONGEST = 256

_LIST = Path(__file__).with_name("common_passwords.txt")
_SHORTEST_PERSONAL = 4
_SUBSTITUTED = str.maketrans("@4310$5!7", "aaeiossit")
_SIMPLE_TAIL = re.compile(r"[\W\d_]+\Z")
_SIMPLE_HEAD = re.compile(r"\A[\W\d_]+")


class PasswordProblem(StrEnum):
    """A rule that a password breaks."""

    LENGTH = "length"
    LOWER = "lower"
    UPPER = "upper"
    DIGIT = "digit"
    SPECIAL = "special"
    TOO_EASY = "too_easy"
    PERSONAL = "personal"
    TOO_LONG = "too_long"


def password_problems(password: str, *, forbidden: Collection[str]) -> tuple[PasswordProblem, ...]:
    """
    Name every rule *password* breaks, in the order they are shown; () for a good one.

    *forbidden* is what others know of the person: identity number, name, phone number, year of
    birth. Letters of every alphabet are letters (Ộ is a capital); whatever is neither letter,
    digit nor white space is special. Length counts characters of the NFC form.
    """
    composed = unicodedata.normalize("NFC", password)
    broken = {
        PasswordProblem.LENGTH: len(composed) < SHORTEST,
        PasswordProblem.LOWER: not any(c.islower() for c in composed),
        PasswordProblem.UPPER: not any(c.isupper() for c in composed),
        PasswordProblem.DIGIT: not any(c.isdecimal() for c in composed),
        PasswordProblem.SPECIAL: not any(_is_special(c) for c in composed),
        PasswordProblem.TOO_LONG: len(composed) > LONGEST,
    }
    if not any(broken.values()):  # one thing at a time: an incomplete password is not judged yet
        broken[PasswordProblem.TOO_EASY] = _is_common(composed)
        broken[PasswordProblem.PERSONAL] = _is_personal(composed, forbidden)
    return tuple(problem for problem, is_broken in broken.items() if is_broken)


def known_of(
    identity_numbers: Iterable[IdentityNumber],
    full_name: FullName,
    birth_date: BirthDate,
    phone_number: PhoneNumber | None,
) -> tuple[str, ...]:
    """What others know of a person, for *forbidden* of `password_problems`."""
    born = [str(birth_date.year)]
    if birth_date.month is not None and birth_date.day is not None:
        day, month = f"{birth_date.day:02}", f"{birth_date.month:02}"
        short_year = f"{birth_date.year % 100:02}"
        born += [day + month + short_year, short_year + month + day]
    return (
        *(number.value for number in identity_numbers),
        full_name.value,
        *full_name.value.split(),
        # Without the leading zero it is found in +84… as well.
        *([phone_number.national.removeprefix("0")] if phone_number else []),
        *born,
    )


def _is_special(char: str) -> bool:
    # A mark that did not compose belongs to the letter before it.
    return not (char.isalnum() or char.isspace() or unicodedata.category(char).startswith("M"))


def _is_common(password: str) -> bool:
    """Whether *password* is on the list, as it stands or under its usual decorations."""
    plain = _without_accents(password)
    core = _SIMPLE_TAIL.sub("", plain)
    candidates = {plain, core, _SIMPLE_HEAD.sub("", core)}
    candidates |= {candidate.translate(_SUBSTITUTED) for candidate in candidates}
    # "P@ssw0rd1": the tail is a digit, what is left is a word in disguise.
    disguised = plain.translate(_SUBSTITUTED)
    candidates |= {disguised, "".join(c for c in disguised if c.isalpha())}
    candidates.add("".join(c for c in plain if c.isalpha()))
    return not _common_passwords().isdisjoint(candidates) or _repeats(plain)


def _repeats(plain: str) -> bool:
    """Whether the whole is one short piece again and again: "Aa1!Aa1!"."""
    return any(
        len(plain) % size == 0 and plain == plain[:size] * (len(plain) // size)
        for size in range(1, len(plain) // 2 + 1)
    )


def _is_personal(password: str, forbidden: Collection[str]) -> bool:
    squeezed = _letters_and_digits(password)
    known = {_letters_and_digits(text) for text in forbidden}
    return any(len(text) >= _SHORTEST_PERSONAL and text in squeezed for text in known)


def _letters_and_digits(text: str) -> str:
    return "".join(c for c in _without_accents(text) if c.isalnum())


def _without_accents(text: str) -> str:
    folded = text.casefold().replace("đ", "d")
    decomposed = unicodedata.normalize("NFD", folded)
    return "".join(c for c in decomposed if not unicodedata.combining(c))


@cache
def _common_passwords() -> frozenset[str]:
    lines = _LIST.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))
