"""Where pages wait for the GET that shows them."""

from dataclasses import dataclass
from typing import Protocol

from idp.core.handles import Handle


@dataclass(frozen=True, slots=True)
class ShownPage:
    """A page as it was rendered: its status, its headers without cookies, and its text."""

    status: int
    headers: tuple[tuple[str, str], ...]
    html: str


class ShownPages(Protocol):
    """
    Pages that answered a form, for a quarter of an hour.

    A page holds what was typed and whose it is. So it is kept unreadable, found only with all three
    of its handle, its browser and its path, and gone as soon as somebody signs in or out there. Of
    each browser the last few are kept, and of a network so many: a stranger can be as many browsers
    as it likes.
    """

    def keep(self, page: ShownPage, *, browser: Handle, path: str, network: str) -> Handle | None:
        """
        Keep *page*; the handle under which that browser finds it at that path.

        `None` where *network* had so many kept that it could fill the store.
        """
        ...

    def find(self, handle: str, *, browser: Handle, path: str) -> ShownPage | None:
        """The page, as often as it is asked for, while it is kept."""
        ...

    def forget(self, browser: Handle) -> None:
        """Forget every page of that browser."""
        ...
