"""A Node.js that is new enough for openid-client: this machine's, or the one that npm installed."""

import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Final

OLDEST: Final = 20
"""The release that openid-client asks for."""
MISSING: Final = f"no Node.js {OLDEST} or newer (sh .ci/interop)"
_INSTALLED: Final = Path(__file__).parent / "node" / "runtime" / "node_modules"


@cache
def found_node() -> str | None:
    """Its path, if there is one."""
    # By its own path: Debian's npm links no programs of packages that are optional.
    installed = map(str, _INSTALLED.glob("node-linux-*/bin/node"))
    for found in filter(None, (shutil.which("node"), *installed)):
        said = subprocess.run([found, "--version"], capture_output=True, text=True, check=True)
        if int(re.findall(r"\d+", said.stdout)[0]) >= OLDEST:
            return found
    return None
