"""Routes of which a run of tests compiles what it uses, however many applications it composes."""

from collections.abc import Callable
from functools import cache, partial

from werkzeug.routing import Rule


class LazyRule(Rule):
    """
    A rule whose code for making an address is compiled when the first address is made.

    That is half of what composing an application costs, and most tests make hardly any address.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:  # noqa: FBT001, FBT002 (as in `Rule`)
        builder = cache(partial(super()._compile_builder, append_unknown))
        return lambda rule, /, **values: builder()(rule, **values)
