"""
Pages on which nothing has been typed yet: the same for everybody but for a few words.

Such a page is rendered once, with marks where those words stand, and filled in from then on. Forms,
macros and escaping, which make most of a page's work, are left to its first time.
"""

from collections.abc import Callable, Hashable, Mapping
from typing import Final

from markupsafe import escape

from idp.core.handles import new_handle

_MOST: Final = 512
"""Pages that are kept, of some 5 kB each; there are a few for each portal and language."""


class BlankPages:
    """The pages as they were rendered, each a text to be formatted."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, str] = {}

    def filled(
        self,
        page: Hashable,
        words: Mapping[str, str],
        render: Callable[[Mapping[str, str]], str],
    ) -> str:
        """
        The page named *page*, with *words* in their places.

        *render* makes it for the first time, with the words it is given: a mark for each. They are
        shown, or are not; nothing else may depend on them.
        """
        text = self._kept.get(page)
        if text is None:
            text = _text(words, render)
            if len(self._kept) >= _MOST:
                self._kept.clear()  # to render them anew is less than to note who asks for which
            self._kept[page] = text
        return text % {name: escape(word) for name, word in words.items()}


def _text(words: Mapping[str, str], render: Callable[[Mapping[str, str]], str]) -> str:
    marks = {name: new_handle() for name in words}
    text = render(marks).replace("%", "%%")
    for name, mark in marks.items():
        text = text.replace(mark, f"%({name})s")
    return text
