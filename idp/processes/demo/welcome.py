"""What a newcomer reads once everything runs: where to go, as whom, and where messages arrive."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from idp.processes.demo.addresses import Addresses
from idp.processes.demo.home import Home

BOLD, DIM, PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[0m"


@dataclass(frozen=True, slots=True)
class SamplePerson:
    """Somebody invented whose mobile subscription the sandbox knows, and what they type."""

    full_name: str
    identity_number: str
    birth_date: str
    phone_number: str
    kind: str

    @classmethod
    def parse(cls, entry: dict[str, Any]) -> "SamplePerson":
        types = entry["types"]
        return cls(
            full_name=types["full_name"],
            identity_number=types["identity_number"],
            birth_date="/".join(reversed(types["birth_date"].split("-"))),
            phone_number=types["phone_number"].replace("+84", "0", 1),
            kind=entry["kind"].replace("_", " "),
        )


def sample_people(file: Path) -> tuple[SamplePerson, ...]:
    """Those of the sandbox; none when its file cannot be read, which the sandbox itself reports."""
    try:
        entries = tomllib.loads(file.read_text("utf-8"))["person"]
        return tuple(map(SamplePerson.parse, entries))
    except (OSError, tomllib.TOMLDecodeError, KeyError):
        return ()


@dataclass(frozen=True, slots=True)
class SampleOperator:
    """Somebody invented who runs the service, and what proves them."""

    name: str
    role: str
    password: str
    totp_secret: str


def sample_operators(file: Path) -> tuple[SampleOperator, ...]:
    """Those that were added at the first run; none when their file cannot be read."""
    try:
        entries = tomllib.loads(file.read_text("utf-8"))["operator"]
        return tuple(
            SampleOperator(one["name"], one["role"], one["password"], one["totp_secret"])
            for one in entries
        )
    except (OSError, tomllib.TOMLDecodeError, KeyError):
        return ()


def welcome(
    addresses: Addresses,
    people: Sequence[SamplePerson],
    operators: Sequence[SampleOperator],
    home: Home,
    *,
    colours: bool,
) -> str:
    """The summary, in English as the rest of the command line; plain without *colours*."""
    bold, dim, plain = (BOLD, DIM, PLAIN) if colours else ("", "", "")
    places = (
        ("Bình Định portal", addresses.binh_dinh.origin, "start here: “Đăng ký”, then “Đăng nhập”"),
        (
            "Đắk Lắk portal",
            addresses.dak_lak.origin,
            "signed in there? then here without a password",
        ),
        (
            "Phone",
            addresses.sandbox.origin,
            "the text messages with the one-time codes arrive here; mail at /mailbox",
        ),
        ("Provider", addresses.issuer, "your account, and OpenID Connect; operators at /console"),
    )
    lines = ["", f"{bold}Everything runs.{plain}", ""]
    lines += [
        f"  {name:<18}{bold}{origin:<24}{plain}{dim}{what}{plain}" for name, origin, what in places
    ]
    if people:
        note = f"{dim}(invented; the phone page tells their stories){plain}"
        lines += ["", f"{bold}People to enrol{plain} {note}", ""]
        lines += [_row(one) for one in people]
    if operators:
        note = f"{dim}(password, and the key of an authenticator app){plain}"
        lines += ["", f"{bold}Operators, for the console and `idp citizens`{plain} {note}", ""]
        lines += [
            f"  {one.name:<14}{one.password:<18}{one.totp_secret:<34}{dim}{one.role}{plain}"
            for one in operators
        ]
    kept = f"Data and logs: {home.folder} (kept for the next run)."
    lines += ["", f"{dim}{kept} Press Ctrl-C to end everything.{plain}", ""]
    return "\n".join(lines)


def _row(one: SamplePerson) -> str:
    typed = f"{one.identity_number:<14}{one.phone_number:<12}{one.birth_date:<12}"
    return f"  {typed}{one.kind:<19}{one.full_name}"
