"""The Flask application that carries the pages."""

from collections.abc import Callable
from typing import Any

from flask import Flask


class Application(Flask):
    """Flask, which need not ask of every function at every request whether it is a coroutine."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """None of ours is."""
        return func
