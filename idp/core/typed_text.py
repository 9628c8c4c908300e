"""Text as people type and paste it, before it is looked at."""

import re
import unicodedata

_SEPARATORS = re.compile(r"[\s.\-\u2010-\u2015\u2212()/]+")


def visible(text: str) -> str:
    """
    Return *text* without the characters that nobody sees.

    Zero-width characters, soft hyphens, byte-order marks and direction marks come along when a
    number or a name is pasted from a contact list or a chat; the person cannot know of them.
    """
    if text.isascii():  # none of them is
        return text
    return "".join(char for char in text if unicodedata.category(char) != "Cf")


def plain_digits(text: str) -> str:
    """
    Return *text* as a number is typed, without full-width forms and without grouping.

    Takes away white space (no-break space too), dots, dashes, parentheses and slashes. What else
    is in *text* stays in it, for the caller to refuse.
    """
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", visible(text)))
