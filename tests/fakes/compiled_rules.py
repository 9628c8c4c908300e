"""Routes that a run of tests compiles once, though each test has an application of its own."""

from collections.abc import Callable
from functools import cache, partial
from typing import Any

from werkzeug.routing import Rule

_compiled: dict[object, dict[str, Any]] = {}


def share_compiled_rules() -> None:
    """
    Let rules that say the same take over what the first of them has compiled.

    Parsing routes and writing the code that makes their addresses is most of what composing an
    application costs; and of that code, what no test asks for is never written.
    """
    compiles, compiles_builder = Rule.compile, Rule._compile_builder

    def compile_once(rule: Rule) -> None:
        said = (
            rule.rule,
            rule.host if rule.map.host_matching else rule.subdomain,
            rule.merge_slashes,
            tuple((rule.defaults or {}).items()),
            tuple(rule.map.converters.items()),
        )
        known = _compiled.get(said)
        if known is None:
            compiles(rule)
            _compiled[said] = {
                "arguments": rule.arguments,
                "_trace": rule._trace,
                "_converters": rule._converters,
                "_parts": rule._parts,
                "_build": rule._build.__func__,  # type: ignore[attr-defined]
                "_build_unknown": rule._build_unknown.__func__,  # type: ignore[attr-defined]
            }
            return
        vars(rule).update(known)
        rule._build = known["_build"].__get__(rule)
        rule._build_unknown = known["_build_unknown"].__get__(rule)

    def compile_builder_late(
        rule: Rule,
        append_unknown: bool = True,  # noqa: FBT001, FBT002 (as in `Rule`)
    ) -> Callable[..., tuple[str, str]]:
        builder = cache(partial(compiles_builder, rule, append_unknown))
        return lambda rule, /, **values: builder()(rule, **values)

    Rule.compile = compile_once  # type: ignore[method-assign]
    Rule._compile_builder = compile_builder_late  # type: ignore[method-assign]
