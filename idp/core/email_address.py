"""An e-mail address, as far as one can tell without writing to it."""

import re
from dataclasses import dataclass
from typing import Final

# Only what every address has (RFC 5321 §4.1.2 allows far more): whether it works shows in use.
# ASCII alone, and no character that could end a header line or a command of SMTP.
_ADDRESS: Final = re.compile(r"[!-;=?A-~]{1,64}@[!-;=?A-~]+")
_DOMAIN: Final = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_LONGEST: Final = 254


class InvalidEmailAddress(ValueError):
    """The text is no address that mail could be sent to."""


@dataclass(frozen=True, slots=True)
class EmailAddress:
    """An address in the spelling of whoever typed it."""

    value: str

    @classmethod
    def parse(cls, typed: str) -> "EmailAddress":
        """Raises `InvalidEmailAddress`."""
        text = typed.strip()
        _, _, domain = text.rpartition("@")
        if len(text) > _LONGEST or not _ADDRESS.fullmatch(text) or not _DOMAIN.fullmatch(domain):
            raise InvalidEmailAddress
        return cls(text)

    @property
    def masked(self) -> str:
        """Enough to know one's own by: the first letter, and the domain."""
        local, _, domain = self.value.rpartition("@")
        return f"{local[0]}…@{domain}"
