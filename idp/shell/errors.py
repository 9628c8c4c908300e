"""How a command that cannot be done says so."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import click


@contextmanager
def one_line_errors(words: Mapping[type[Exception], str]) -> Iterator[None]:
    """
    End the command in one line where one of the exceptions is raised, without a traceback.

    The *words* of the first that fits are told, with what the exception says as `{error}`.
    """
    try:
        yield
    except tuple(words) as error:
        told = next(text for kind, text in words.items() if isinstance(error, kind))
        raise click.ClickException(told.format(error=error)) from error
