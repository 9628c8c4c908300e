"""
The command line: `idp …`.

Commands import what they run when they run: `idp demo` and `idp --help` stay light, and a broken
part breaks only what needs it.
"""

import os
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from flask import Flask

    from idp.settings import Settings


_SHARED = ("idp.app.web", "idp.app.operators_side", "idp.authenticators.webauthn")
"""What several workers need sooner or later; a single one loads each part when it is asked for."""


class CommandLine(click.Group):
    """The processes, which stand here, and the commands that the composition root offers."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *_offered().list_commands(ctx)})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return super().get_command(ctx, cmd_name) or _offered().get_command(ctx, cmd_name)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; what goes wrong is told in words, with `--debug` as it happened."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            if ctx.params["debug"]:
                raise
            for line in _in_words(error):
                click.echo(f"idp: {line}", err=True)
            ctx.exit(1)


@click.group(cls=CommandLine)
@click.option("--debug", is_flag=True, help="Show where an error came from.")
def main(*, debug: bool) -> None:
    """One account for every provincial portal: an OpenID Provider."""
    del debug  # read by CommandLine.invoke


@main.command()
@click.option("--logs", is_flag=True, help="Show what the processes log.")
def demo(*, logs: bool) -> None:
    """Run the whole system on this machine, on embedded parts."""
    from idp.processes.demo.supervisor import demonstrate  # noqa: PLC0415

    sys.exit(demonstrate(os.environ, follow=logs))


@main.command()
def serve() -> None:
    """Run the web server."""
    settings = _begin()
    from idp.processes import serve  # noqa: PLC0415

    def build() -> "Flask":
        _begin_with_texts()
        from idp.app import create_app  # noqa: PLC0415

        return create_app(settings)

    if settings.metrics.port:
        serve.gather_metrics(settings.metrics_folder)
    if settings.server.workers > 1:
        # Loaded before the workers are forked, most of it is shared: 43 MB for each further one
        # instead of 80. A single worker shares with nobody, and would cost more.
        _begin_with_texts()
        for module in _SHARED:
            import_module(module)
        if not settings.database_url.startswith("sqlite"):
            import_module("idp.db.postgresql")
    serve.serve(settings, build)


@main.command()
def worker() -> None:
    """Run queued jobs and the regular sweeps."""
    settings = _begin()
    from idp.app import create_worker  # noqa: PLC0415
    from idp.core.clock import SystemClock  # noqa: PLC0415
    from idp.processes import worker  # noqa: PLC0415

    broker, sweeps = create_worker(settings)
    worker.work(broker, sweeps, redis_url=settings.redis_url, clock=SystemClock())


@main.command()
@click.option(
    "--client-secrets",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Where a new portal's secret is written, as <client_id>.client_secret.",
)
@click.option(
    "--operators",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Add the operators of this file where there are none: for a demonstration.",
)
def prepare(*, client_secrets: Path, operators: Path | None) -> None:
    """Make an installation ready: database, signing keys, relying parties; safe to repeat."""
    settings = _begin()
    from idp.app import prepare  # noqa: PLC0415

    prepare(settings, client_secrets=client_secrets, operators=operators)


def _begin() -> "Settings":
    """The checked settings of a process, with its log set up. Raises ConfigurationError."""
    from idp import logs, settings  # noqa: PLC0415

    loaded = settings.load()
    logs.configure(format=loaded.logs.format, level=loaded.logs.level)
    return loaded


def _begin_with_texts() -> None:
    """
    Read the catalogues before anything else is loaded.

    It takes 3 MB for a moment; whatever is loaded after it gets that memory, and none is added.
    """
    from idp.web.translations import read_catalogues  # noqa: PLC0415

    read_catalogues()


def _offered() -> click.Group:
    from idp.app import command_line  # noqa: PLC0415

    return command_line()


def _in_words(error: Exception) -> list[str]:
    """One line each problem of the configuration; of any other error its first line."""
    from idp.settings import ConfigurationError  # noqa: PLC0415

    lines = str(error).splitlines()
    if isinstance(error, ConfigurationError):
        return lines
    return [": ".join([type(error).__name__, *lines[:1]]) + " (--debug shows where)"]


if __name__ == "__main__":
    main(prog_name="idp")
