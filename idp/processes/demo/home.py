"""The folder that everything of the demonstration is written to, held by one run at a time."""

import fcntl
import os
import tempfile
from pathlib import Path

from idp.processes.demo.problem import Problem

LONGEST_SOCKET_PATH = 107  # bytes: sockaddr_un.sun_path, unix(7)


class Home:
    """`var/`, or what `IDP_HOME` names: the database, keys, secrets, logs, sockets."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.secrets = self.folder / "secrets"
        self.client_secrets = self.secrets / "clients"
        self.keys = self.folder / "keys"
        self.logs = self.folder / "log"
        self.registrations = self.folder / "registrations"
        self.redis_socket = self.folder / "redis.sock"
        self.environment = self.folder / "environment"
        self.database = self.folder / "idp.sqlite3"
        self._lock: int | None = None

    def open(self) -> None:
        """Make the folders and keep other runs out until `close`. Raises Problem."""
        if len(os.fsencode(self.redis_socket)) > LONGEST_SOCKET_PATH:
            raise Problem(
                f"{self.folder} is too long a path for a socket: choose a shorter one with IDP_HOME"
            )
        try:
            for folder in (self.folder, self.logs):
                folder.mkdir(parents=True, exist_ok=True)
            for folder in (self.secrets, self.client_secrets):
                folder.mkdir(mode=0o700, exist_ok=True)
                folder.chmod(0o700)
            with tempfile.TemporaryFile(dir=self.folder):
                pass
            self._lock = os.open(self.folder / "demo.lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise Problem(
                f"{self.folder} cannot be written to ({error.strerror}): "
                "mend that, or choose another folder with IDP_HOME"
            ) from None
        self._hold(self._lock)

    def close(self) -> None:
        """Let another run have the folder."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    @staticmethod
    def write_private(path: Path, text: str) -> None:
        """Write whole or not at all, readable by the owner alone from the first moment."""
        unfinished = path.with_name(f"{path.name}.unfinished")
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        unfinished.rename(path)

    def _hold(self, lock: int) -> None:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(lock, 20).decode(errors="replace").strip()
            self.close()
            raise Problem(
                f"another demonstration runs on {self.folder} (process {holder}): "
                "stop it, or choose another folder with IDP_HOME"
            ) from None
        os.ftruncate(lock, 0)
        os.write(lock, f"{os.getpid()}\n".encode())
