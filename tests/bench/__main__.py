"""
Measure the provider's speed and size, and print a table: `python -m tests.bench` or `make bench`.

One worker on one core; the stores and the load on another. The figure to trust is processor time
per operation: operations per second move with whatever else the machine does.
"""

import argparse
import platform
import sys
import tempfile
from pathlib import Path
from typing import Final

import click

from idp.adapters.redis.connection import connect
from tests.bench.console import FULL as AT_SIZE
from tests.bench.console import QUICK as AT_SIZE_QUICK
from tests.bench.console import PageTime, page_times
from tests.bench.indistinct import compare
from tests.bench.measure import machine, on_core
from tests.bench.scenarios import FULL, QUICK, Scenarios
from tests.bench.servers import NotServing, yardstick
from tests.bench.surroundings import apart_from_argon2id, provider, stores
from tests.bench.table import Table
from tests.bench.wire import NotAsExpected

_PAGES: Final = 100  # times that each page of the console is opened
_NUMBERS: Final = 250  # known ones and unknown ones that are compared, over and over


def main() -> int:
    """Run it; 0 unless something failed. A missed target is no failure: machines differ."""
    options = _options()
    size = QUICK if options.quick else FULL
    try:
        provider_core, core = machine()
    except ValueError:
        click.echo("Two cores are needed: one for the provider, one for the load.", err=True)
        return 1
    people = size.rounds * size.sign_ins + 1  # somebody signs in before the rounds
    table = Table()
    try:
        # Not below the repository: a socket's name has to be short.
        with (
            tempfile.TemporaryDirectory(prefix="idp-bench-") as folder,
            stores(Path(folder), core=core, wanted=options.database) as used,
            provider(Path(folder), used, core=provider_core, people=people) as around,
            apart_from_argon2id(around, core=provider_core, people=people) as apart,
            yardstick(Path(folder), core=provider_core) as bare,
            on_core(core),
        ):
            scenarios = Scenarios(
                around, apart, bare, size, stores=used.processes, provider_core=provider_core
            )
            for measured in scenarios.rounds():
                table.add(measured)
            table.weigh(around.server.process)
            numbers = apart.known_and_unknown(min(size.answers, _NUMBERS))
            compared = list(compare(apart.settings, *numbers, samples=size.answers))
            console: list[PageTime] = []
            if used.database_url is not None:
                with connect(used.redis_url) as client:
                    shown = AT_SIZE_QUICK if options.quick else AT_SIZE
                    console += page_times(
                        around.settings, client, shown, samples=2 if options.quick else _PAGES
                    )
                    client.connection_pool.disconnect()
    except (NotServing, NotAsExpected) as error:
        click.echo(f"The measurement was broken off: {error}", err=True)
        return 1
    click.echo(
        f"Python {platform.python_version()}, Redis and {used.named}, {size.rounds} runs of each"
    )
    click.echo(table)
    click.echo(f"\nTime to an answer, {size.answers} of each, in this process:")
    for comparison in compared:
        click.echo(comparison)
    if console:
        click.echo(
            f"\nPages of the console, {shown.relying_parties:,} relying parties and"
            f" {shown.events:,} events in the log, in this process:"
        )
    for page in console:
        click.echo(page)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.bench", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="a few operations of each: does it run at all?"
    )
    parser.add_argument(
        "--database", choices=("postgresql", "sqlite"), default="postgresql", help="where rows are"
    )
    return parser.parse_args()


sys.exit(main())
