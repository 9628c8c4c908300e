"""
Templates that are compiled once per language, with what that language decides inside.

`_("…")` costs a look-up of request, language and catalogue each time it runs, some 25 times a page:
half the time of rendering. What the language decides is constant, so it is put in when a template
is compiled, and so are the names that mean the same on every page; what is left to do at a request
are the values.
"""

import re
from collections.abc import Callable, Mapping, MutableMapping
from types import MappingProxyType
from typing import Any, Final

from flask import Flask
from flask.templating import Environment
from jinja2 import BaseLoader, Template, TemplateAssertionError, nodes
from jinja2 import Environment as AnyEnvironment
from jinja2.runtime import Context, Macro
from jinja2.utils import internalcode
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

Translate = Callable[[str], str]

_PLACE: Final = re.compile(r"%\((\w+)\)s")


def localize(
    app: Flask,
    languages: Mapping[str, Translate],
    templates: BaseLoader,
    constants: Mapping[str, object] = MappingProxyType({}),
) -> None:
    """
    Have *app* render *templates* as `<language>/<name>`; to be called before any is looked for.

    *languages*: what each makes of a text. *constants*: names that no template may give another
    meaning; their attributes, and what they and their methods return for constants, are worked out
    when a template is compiled. `locale` is the template's language.
    """
    app.jinja_environment = LocalizedEnvironment
    environment = app.jinja_env
    if not isinstance(environment, LocalizedEnvironment):
        raise TypeError("templates were looked for already")
    environment.speak(languages, templates, constants)


class _Context(Context):
    """What a template knows; its macros are called without asking what sort of function it is."""

    @internalcode
    def call(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        """Call *function* from a template."""
        if type(function) is not Macro:
            return super().call(function, *args, **kwargs)
        kwargs.pop("_block_vars", None)  # what Jinja hands to functions that want the context
        kwargs.pop("_loop_vars", None)
        return function(*args, **kwargs)


class LocalizedEnvironment(Environment):
    """An environment whose templates are named with their language: `en/login/login.html`."""

    context_class = _Context

    _languages: Mapping[str, Translate]
    _constants: Mapping[str, object]
    _found: dict[tuple[str, str | None], Template]

    def speak(
        self,
        languages: Mapping[str, Translate],
        templates: BaseLoader,
        constants: Mapping[str, object],
    ) -> None:
        """Take what each language makes of a text, and what the templates share."""
        self._languages = languages
        self._constants = constants
        self.globals |= constants
        self.loader = _Shared(templates)
        self._found = {}

    def get_template(
        self,
        name: str | Template,
        parent: str | None = None,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002 (Jinja's name)
    ) -> Template:
        """The template, as it was found before: a page asks for five, and files do not change."""
        if isinstance(name, Template) or globals or self.auto_reload:
            return super().get_template(name, parent, globals)
        found = self._found.get((name, parent))
        if found is None:
            found = self._found[name, parent] = super().get_template(name, parent)
        return found

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """
        The globals themselves, where a template has none of its own.

        Jinja chains two mappings, and asks both for each name whenever a macro is imported: a fifth
        of the time of rendering.
        """
        return self.globals if not d else {**self.globals, **d}

    def join_path(self, template: str, parent: str) -> str:
        """What a template extends or imports is in its own language."""
        return f"{parent.partition('/')[0]}/{template}"

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        # Jinja's last stop before code is made: there is no public one with the whole tree.
        tree = super()._parse(source, name, filename)
        language = (name or "").partition("/")[0]
        _Texts(self._languages[language], name, filename).visit(tree)
        _Constants({**self._constants, "locale": language}).visit(tree)
        return tree


class _Shared(BaseLoader):
    """Finds `login/login.html` for `en/login/login.html`."""

    def __init__(self, templates: BaseLoader) -> None:
        self._templates = templates

    def get_source(
        self, environment: AnyEnvironment, template: str
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        return self._templates.get_source(environment, template.partition("/")[2])


class _Texts(NodeTransformer):
    """Puts the text in the place of `_("…")`, and formats it as Jinja's new style gettext does."""

    def __init__(self, translate: Translate, name: str | None, filename: str | None) -> None:
        self._translate = translate
        self._name = name
        self._filename = filename

    def visit_Output(self, node: nodes.Output, *_args: Any, **_kwargs: Any) -> nodes.Node:  # noqa: ANN401, N802
        self.generic_visit(node)
        node.nodes = [part for each in node.nodes for part in _parts(each)]
        return node

    def visit_Call(self, node: nodes.Call, *_args: Any, **_kwargs: Any) -> nodes.Node:  # noqa: ANN401, N802
        self.generic_visit(node)
        if not isinstance(node.node, nodes.Name) or node.node.name != "_":
            return node
        if len(node.args) != 1 or not isinstance(node.args[0], nodes.Const):
            raise TemplateAssertionError(
                "a text is a constant, its values have names",
                node.lineno,
                self._name,
                self._filename,
            )
        # Our own words may hold markup; what is put into them is escaped (Markup.__mod__).
        text = Markup(self._translate(node.args[0].value))  # noqa: S704
        if not node.kwargs:
            return nodes.Const(text % {}, lineno=node.lineno)
        values = [
            nodes.Pair(nodes.Const(value.key), value.value, lineno=node.lineno)
            for value in node.kwargs
        ]
        constant = nodes.Const(text, lineno=node.lineno)
        return nodes.Mod(constant, nodes.Dict(values, lineno=node.lineno), lineno=node.lineno)


def _parts(node: nodes.Expr) -> list[nodes.Expr]:
    """
    What is shown of *node*, piece by piece, where it is a text with values in it.

    Each value is escaped where it stands, as all that is shown is: at a request no text has to be
    searched for the places of its values.
    """
    if not isinstance(node, nodes.Mod) or not isinstance(node.left, nodes.Const):
        return [node]
    if not isinstance(node.left.value, Markup) or not isinstance(node.right, nodes.Dict):
        return [node]
    values = {pair.key.as_const(): pair.value for pair in node.right.items}
    between = _PLACE.split(node.left.value)  # words, name, words, name, words
    words, names = between[::2], between[1::2]
    if any("%" in each for each in words) or not values.keys() >= set(names):
        return [node]  # a percent sign, a number: let it be formatted
    parts: list[nodes.Expr] = []
    for at, each in enumerate(words):
        parts.append(nodes.TemplateData(each, lineno=node.lineno))
        if at < len(names):
            parts.append(values[names[at]])
    return parts


class _Constants(NodeTransformer):
    """Works out `brand.name(locale)`, `static("app.css")` and the like."""

    def __init__(self, known: Mapping[str, object]) -> None:
        self._known = known

    def visit_Name(self, node: nodes.Name, *_args: Any, **_kwargs: Any) -> nodes.Node:  # noqa: ANN401, N802
        return _constant(self._known.get(node.name), node) if node.ctx == "load" else node

    def visit_Getattr(self, node: nodes.Getattr, *_args: Any, **_kwargs: Any) -> nodes.Node:  # noqa: ANN401, N802
        self.generic_visit(node)
        return _constant(self._meant(node), node)

    def visit_Call(self, node: nodes.Call, *_args: Any, **_kwargs: Any) -> nodes.Node:  # noqa: ANN401, N802
        self.generic_visit(node)
        function = self._meant(node.node)
        given = [each.value for each in node.args if isinstance(each, nodes.Const)]
        plain = not (node.kwargs or node.dyn_args or node.dyn_kwargs)
        if not callable(function) or not plain or len(given) != len(node.args):
            return node
        return _constant(function(*given), node)

    def _meant(self, node: nodes.Node) -> object:
        if isinstance(node, nodes.Name):
            return self._known.get(node.name)
        if isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name):
            return getattr(self._known.get(node.node.name), node.attr, None)
        return None


def _constant(value: object, node: nodes.Node) -> nodes.Node:
    return nodes.Const(value, lineno=node.lineno) if isinstance(value, (str, bool)) else node
