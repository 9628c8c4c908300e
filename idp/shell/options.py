"""
Options that commands of several capabilities take, and their types.

A type is a function that parses what was typed, or raises `ValueError` with what is wrong. It runs
before the command does: a slip costs nobody a password and a code.
"""

from collections.abc import Callable

import click

from idp.core.reason import parse_reason

with_reason = click.option(
    "--reason",
    required=True,
    type=parse_reason,
    metavar="TEXT",
    help="Why; the audit log keeps it. It names no person and no number of one.",
)


def text_of(least: int, most: int) -> Callable[[str], str]:
    """The type of a text of *least* to *most* characters, space at its ends not counted."""

    def text(typed: str) -> str:
        clean = typed.strip()
        if not least <= len(clean) <= most:
            raise ValueError(f"{least} to {most} characters are needed")
        return clean

    return text
