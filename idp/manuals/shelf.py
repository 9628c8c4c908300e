"""The manuals as pages, each made when it is first asked for."""

from collections.abc import Callable, Mapping
from functools import partial

from idp.core.once import Once
from idp.manuals.model import BY_FILE, TEXTS, Manual, Text


class Shelf:
    """Gives a manual by its name, in the language."""

    def __init__(self) -> None:
        self._pages: Mapping[Text, Callable[[], Manual]] = {
            text: Once(partial(_made, text)) for text in BY_FILE.values()
        }

    def __call__(self, name: str, language: str) -> Manual:
        """The page. Raises `KeyError` where no manual has that name."""
        return self._pages[TEXTS[name][language]]()


def _made(text: Text) -> Manual:
    from idp.manuals.markdown import manual_of  # noqa: PLC0415 (weighs what few workers need)

    return manual_of(text)
