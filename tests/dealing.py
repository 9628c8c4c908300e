"""What the processes of a run are dealt."""

from functools import cached_property
from typing import Final

from xdist.scheduler import LoadFileScheduling

PROCESSES_TO_A_SYSTEM: Final = 2
_WANTED: Final = "from tests.e2e.running_system import"
_RENDERED: Final = "rendered_pages"


class Dealer(LoadFileScheduling):
    """
    Deals out files; of those that want the running system, one process takes all.

    To start it costs as much as a dozen of their tests. Where there are many processes, the others
    would wait in the end: each pair of them has a system then. So does one process take all that
    look at every page there is, and renders them once.
    """

    def _split_scope(self, nodeid: str) -> str:
        """The unit of work that a test belongs to: its file, or what it shares with others."""
        file = super()._split_scope(nodeid)
        return self._shared.get(file, file)

    @cached_property
    def _shared(self) -> dict[str, str]:
        """What the files that share something share; the systems are taken in turns."""
        count = max(1, self.numnodes // PROCESSES_TO_A_SYSTEM)
        wanting = self._files_with(_WANTED, "e2e")
        return dict.fromkeys(self._files_with(_RENDERED), "every page") | {
            file: f"system {place % count}" for place, file in enumerate(wanting)
        }

    def _files_with(self, words: str, folder: str = "") -> list[str]:
        root = self.config.rootpath
        return sorted(
            file.relative_to(root).as_posix()
            for file in root.joinpath("tests", folder).rglob("test_*.py")
            if words in file.read_text("utf-8")
        )
