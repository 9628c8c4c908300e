"""Templates that a run of tests compiles once, though each test has an application of its own."""

import marshal
import os
from hashlib import sha256
from pathlib import Path
from types import CodeType

from jinja2.bccache import Bucket, BytecodeCache


class CompiledTemplates(BytecodeCache):
    """
    Compiled templates by name, file and what is compiled in, while their source is the same.

    In *folder* the processes of a run find what others of them have compiled.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[tuple[str, ...], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """See `BytecodeCache`."""
        key = _key(bucket)
        if key not in self._known:
            try:
                self._known[key] = marshal.loads(self._file(key).read_bytes())  # noqa: S302 (ours)
            except FileNotFoundError:
                return
        bucket.code = self._known[key]

    def dump_bytecode(self, bucket: Bucket) -> None:
        """See `BytecodeCache`."""
        key = _key(bucket)
        if bucket.code is None or key in self._known:
            return
        self._known[key] = bucket.code
        file = self._file(key)
        written = file.with_suffix(f".{os.getpid()}")
        written.write_bytes(marshal.dumps(bucket.code))
        written.replace(file)  # nobody reads half of it

    def _file(self, key: tuple[str, ...]) -> Path:
        return self._folder / sha256("\n".join(key).encode()).hexdigest()


def _key(bucket: Bucket) -> tuple[str, ...]:
    names = bucket.environment.globals
    compiled_in = (repr(names.get("certification")), repr(names.get("brand")))
    return bucket.key, bucket.checksum, *compiled_in
