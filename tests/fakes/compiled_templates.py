"""Templates that a run of tests compiles once, though each test has an application of its own."""

from jinja2.bccache import Bucket, BytecodeCache


class CompiledTemplates(BytecodeCache):
    """Compiled templates by name, file and what is compiled in, while their source is the same."""

    def __init__(self) -> None:
        self._compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """See `BytecodeCache`."""
        compiled = self._compiled.get(_key(bucket))
        if compiled is not None:
            bucket.bytecode_from_string(compiled)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """See `BytecodeCache`."""
        self._compiled[_key(bucket)] = bucket.bytecode_to_string()


def _key(bucket: Bucket) -> str:
    names = bucket.environment.globals
    return f"{bucket.key} {names.get('certification')!r} {names.get('brand')!r}"
