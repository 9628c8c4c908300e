"""`idp config`: whether the settings can be used, and what they are."""

from collections.abc import Callable

import click

from idp.settings import Settings


def config_commands(load: Callable[[], Settings]) -> click.Group:
    """Build the `config` group; *load* raises `ConfigurationError` with every problem."""

    @click.group("config")
    def config() -> None:
        """The configuration: config.toml, then the environment."""

    @config.command("check")
    def check() -> None:
        """Check every setting and secret."""
        load()
        click.echo("The configuration is complete.")

    @config.command("show")
    def show() -> None:
        """Print every setting as JSON; secrets are masked."""
        click.echo(load().model_dump_json(indent=2))

    return config
