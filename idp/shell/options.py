"""Options that commands of several capabilities take."""

import click

from idp.core.reason import parse_reason

with_reason = click.option(
    "--reason",
    required=True,
    type=parse_reason,
    metavar="TEXT",
    help="Why; the audit log keeps it. It names no person and no number of one.",
)
"""Why: parsed before the command runs, so that a slip costs nobody a code."""
