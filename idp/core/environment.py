"""Where things are tried, and where they are used."""

from enum import StrEnum


class Environment(StrEnum):
    """What a registration is for, and what a deployment is for."""

    SANDBOX = "sandbox"
    PRODUCTION = "production"
