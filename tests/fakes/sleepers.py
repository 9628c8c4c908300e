"""
The demonstration with programs that do nothing: `python -m tests.fakes.sleepers`.

To start the real ones takes ten seconds of a processor. The supervisor is the real one.
"""

import os
import sys

from idp.processes.demo import supervisor
from idp.processes.demo.ensemble import Ensemble
from idp.processes.demo.program import Program


class Sleepers(Ensemble):
    """As many programs of the same names, each with a process of its own."""

    def redis(self) -> Program:
        return self._sleeper("redis")

    def preparation(self) -> Program:
        return Program("prepare", ["true"], self._inherited(), lambda: True)

    def sandbox(self) -> Program:
        return self._sleeper("sandbox")

    def provider(self) -> Program:
        return self._sleeper("provider")

    def worker(self) -> Program:
        return self._sleeper("worker")

    def portals(self) -> tuple[Program, Program]:
        return self._sleeper("binh-dinh"), self._sleeper("dak-lak")

    def _sleeper(self, name: str) -> Program:
        command = ["/bin/sh", "-c", "sleep 600 & wait", name]
        return Program(name, command, self._inherited(), lambda: True)


if __name__ == "__main__":
    supervisor.Ensemble = Sleepers  # type: ignore[misc]
    sys.exit(supervisor.demonstrate(os.environ))
