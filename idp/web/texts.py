"""
Texts for people: Vietnamese in the source, other languages from the catalogue.

The one importer of flask-babel's functions, which carry no types of their own.
"""

from typing import cast

import flask_babel  # type: ignore[import-untyped]


def gettext(text: str, **values: object) -> str:
    """Translate *text* into the language of this request and fill in *values* (``%(name)s``)."""
    return cast("str", flask_babel.gettext(text, **values))


def lazy_gettext(text: str, **values: object) -> str:
    """
    Translate *text* like `gettext`, but when it is shown: for class bodies and raised errors.

    What comes back stands in for a `str` wherever text is shown; `str()` fixes its language.
    """
    return cast("str", flask_babel.lazy_gettext(text, **values))
