"""
The composition root: builds everything, and is the only package that knows concrete classes.

`parts` is what every process shares; `pages` (what a citizen looks at, in three parts over one
`citizens_side`) and `protocol` are the two sides of the web application, `web` puts them together;
then the worker, and what an operator does from a shell.
Each is loaded when it is asked for: a process carries nothing of the others.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from idp.app.operations import MIGRATIONS, command_line, prepare
    from idp.app.parts import Adapters, Parts
    from idp.app.web import create_app
    from idp.app.worker import create_worker

__all__ = [
    "MIGRATIONS",
    "Adapters",
    "Parts",
    "command_line",
    "create_app",
    "create_worker",
    "prepare",
]

_PLACES: Final = {
    "MIGRATIONS": "operations",
    "Adapters": "parts",
    "Parts": "parts",
    "command_line": "operations",
    "create_app": "web",
    "create_worker": "worker",
    "prepare": "operations",
}


def __getattr__(name: str) -> object:
    """What stands in one of our modules; called by the interpreter (PEP 562)."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
