"""A province's portal as data: its registration, its look, and its procedures."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from clients.kit import acr
from clients.kit.registration import Registration


class InvalidSite(ValueError):
    """`portal.toml` lacks a member, or holds one that cannot be."""


class Theme(StrEnum):
    """The looks in `static/portal.css`; each has its mark, `static/mark-<theme>.svg`."""

    SEA = "sea"
    BASALT = "basalt"


@dataclass(frozen=True, slots=True)
class Procedure:
    """An administrative procedure (thủ tục), and the least level it asks for."""

    code: str
    name: str
    name_en: str
    minimum_acr: str | None

    @property
    def path(self) -> str:
        return f"/procedures/{self.code}"


@dataclass(frozen=True, slots=True)
class Site:
    """Everything in which one portal differs from another."""

    registration: Registration
    theme: Theme
    cookie_prefix: str
    hotline: str
    procedures: tuple[Procedure, ...]

    @classmethod
    def load(cls, folder: Path, registration: Path | None = None) -> "Site":
        """
        Read `portal.toml` and `registration.toml`; raise ValueError or OSError.

        *registration* is another registration's file: the same portal at another address.
        """
        document = tomllib.loads((folder / "portal.toml").read_text(encoding="utf-8"))
        try:
            return cls(
                registration=Registration.load(registration or folder / "registration.toml"),
                theme=Theme(document["theme"]),
                cookie_prefix=str(document["cookie_prefix"]),
                hotline=str(document["hotline"]),
                procedures=tuple(map(_procedure, document["procedures"])),
            )
        except KeyError as error:
            raise InvalidSite(f"portal.toml: {error} is missing") from error

    def procedure(self, code: str) -> Procedure | None:
        return next((one for one in self.procedures if one.code == code), None)


def _procedure(document: Mapping[str, object]) -> Procedure:
    minimum = document.get("minimum_acr")
    if minimum is not None and minimum not in acr.CLASSES:
        raise InvalidSite(f"portal.toml: minimum_acr {minimum!r} is no class")
    return Procedure(
        code=str(document["code"]),
        name=str(document["name"]),
        name_en=str(document["name#en"]),
        minimum_acr=None if minimum is None else str(minimum),
    )
