"""`idp consents`: the words behind a hash."""

from collections.abc import Callable

import click

from idp.consents.store import shown_text
from idp.core.vietnam import minute
from idp.db.database import Database


def consents_commands(open_database: Callable[[], Database]) -> click.Group:
    """Build the `consents` group; *open_database* is called once per command."""

    @click.group("consents")
    def consents() -> None:
        """What people agreed to."""

    @consents.command("text")
    @click.argument("text_hash", metavar="HASH")
    def text(text_hash: str) -> None:
        """
        Print the words that were shown.

        HASH is the one in the ledger of consents, or in the event of an enrolment.
        """
        with open_database().reading() as reading:
            found = shown_text(reading, text_hash)
        if found is None:
            raise click.ClickException("no text has that hash")
        click.echo(f"First shown {minute(found.first_shown_at)}:\n\n{found.text}")

    return consents
