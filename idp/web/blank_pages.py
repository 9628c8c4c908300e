"""
Pages on which nothing has been typed yet: the same for everybody but for a few words.

Such a page is rendered once, with marks where those words stand, and filled in from then on. Forms,
macros and escaping, which make most of a page's work, are left to its first time.
"""

import re
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Final

from markupsafe import escape

from idp.core.handles import new_handle

_MOST: Final = 512
"""Pages that are kept, of some 5 kB each; there are a few for each portal and language."""


@dataclass(frozen=True, slots=True)
class _Page:
    """A page as it was rendered, cut where words stand: each is named with what comes after it."""

    beginning: bytes
    rest: tuple[tuple[str, bytes], ...]


class BlankPages:
    """The pages as they were rendered."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, _Page] = {}

    def filled(
        self,
        name: Hashable,
        words: Mapping[str, str],
        render: Callable[[Mapping[str, str]], str],
    ) -> bytes:
        """
        The page called *name*, with *words* (one at least) in their places.

        *render* makes it for the first time, with the words it is given: a mark for each. They are
        shown, or are not; nothing else may depend on them.
        """
        page = self._kept.get(name)
        if page is None:
            page = _cut(words, render)
            if len(self._kept) >= _MOST:
                self._kept.clear()  # to render them anew is less than to note who asks for which
            self._kept[name] = page
        shown = {word: escape(text).encode() for word, text in words.items()}
        parts = [page.beginning]
        for word, after in page.rest:
            parts += (shown[word], after)
        return b"".join(parts)


def _cut(words: Mapping[str, str], render: Callable[[Mapping[str, str]], str]) -> _Page:
    marks = {word: new_handle() for word in words}
    text = render(marks)
    marked: dict[str, str] = {mark: word for word, mark in marks.items()}
    beginning, *rest = re.split(f"({'|'.join(marked)})", text)
    return _Page(
        beginning.encode(),
        tuple(
            (marked[mark], after.encode())
            for mark, after in zip(rest[::2], rest[1::2], strict=True)
        ),
    )
