"""
Texts for people: Vietnamese in the source, other languages from the catalogue.

flask-babel says the language of a request; its own `gettext` looks request, domain and catalogue up
for each text, twice where a template escapes a lazy one.
"""

from typing import cast

import flask_babel
from flask_babel.speaklater import LazyString

from idp.web.locale import DEFAULT
from idp.web.translations import catalogue


def gettext(text: str, **values: object) -> str:
    """Translate *text* into the language of this request and fill in *values* (``%(name)s``)."""
    locale = flask_babel.get_locale()
    ours = locale is None or locale.language == DEFAULT
    said = text if ours else catalogue(locale.language).gettext(text)
    return said % values if values else said


def lazy_gettext(text: str, **values: object) -> str:
    """
    Translate *text* like `gettext`, but when it is shown: for class bodies and raised errors.

    What comes back stands in for a `str` wherever text is shown; `str()` fixes its language.
    """
    return cast("str", LazyString(gettext, text, **values))
