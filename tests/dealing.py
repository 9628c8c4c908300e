"""What the processes of a run are dealt."""

from functools import cached_property
from typing import Final

from xdist.scheduler import LoadFileScheduling

PROCESSES_TO_A_SYSTEM: Final = 2
_WANTED: Final = "from tests.e2e.running_system import"


class Dealer(LoadFileScheduling):
    """
    Deals out files; of those that want the running system, one process takes all.

    To start it costs as much as a dozen of their tests. Where there are many processes, the others
    would wait in the end: each pair of them has a system then.
    """

    def _split_scope(self, nodeid: str) -> str:
        """The unit of work that a test belongs to: its file, or a system."""
        file = super()._split_scope(nodeid)
        return self._systems.get(file, file)

    @cached_property
    def _systems(self) -> dict[str, str]:
        """The system of each file that wants one, taken in turns."""
        root = self.config.rootpath
        wanting = sorted(
            file.relative_to(root).as_posix()
            for file in root.joinpath("tests", "e2e").glob("test_*.py")
            if _WANTED in file.read_text("utf-8")
        )
        count = max(1, self.numnodes // PROCESSES_TO_A_SYSTEM)
        return {file: f"system {place % count}" for place, file in enumerate(wanting)}
