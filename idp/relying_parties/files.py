"""Registrations in files: one folder per portal, with its `registration.toml`."""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from idp.relying_parties.problems import Problem, said
from idp.relying_parties.registration import (
    InvalidRegistration,
    Registration,
    parse_registration,
)

FILE_NAME: Final = "registration.toml"


def read_registrations(paths: Sequence[Path]) -> tuple[Registration, ...]:
    """
    The registrations in TOML files.

    Raises `InvalidRegistration` with the problems of all files, each after its path.
    """
    registrations: list[Registration] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            registrations.append(parse_registration(read_document(path)))
        except InvalidRegistration as error:
            problems += [said(str(path), text) for text in error.problems]
    if problems:
        raise InvalidRegistration(problems)
    return tuple(registrations)


def read_document(path: Path) -> Mapping[str, Any]:
    """What a TOML file says. Raises `InvalidRegistration` where it cannot be read."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidRegistration([said(str(path), str(error))]) from error


def registration_files(folder: Path) -> tuple[Path, ...]:
    """The registration files in the folders of *folder*, if it is there, by their names."""
    return tuple(sorted(folder.glob(f"*/{FILE_NAME}")))
