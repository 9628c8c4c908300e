"""
The composition root: builds everything, and is the only package that knows concrete classes.

`parts` is what every process shares; `pages` and `protocol` are the two sides of the web
application, `web` puts them together; then the worker, and what an operator does from a shell.
"""

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
