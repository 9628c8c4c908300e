"""Vietnamese, the source text, and English: a dictionary is enough for a dozen pages."""

from enum import StrEnum

from clients.kit.english import ENGLISH


class Language(StrEnum):
    VIETNAMESE = "vi"
    ENGLISH = "en"


def chosen_language(asked: str | None, remembered: str | None) -> Language:
    """
    Return the language of the `lang` parameter, else of the cookie, else Vietnamese.

    Not Accept-Language: many phones here are set to English and read by people who are not.
    """
    for value in (asked, remembered):
        if value in tuple(Language):
            return Language(value)
    return Language.VIETNAMESE


def translate(language: Language, text: str, **values: object) -> str:
    """Return *text* in *language*, its `{names}` filled in; without a translation, Vietnamese."""
    template = ENGLISH.get(text, text) if language is Language.ENGLISH else text
    return template.format(**values) if values else template
