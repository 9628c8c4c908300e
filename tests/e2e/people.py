"""People who do not exist, a new one whenever a test wants one."""

from dataclasses import dataclass, replace
from itertools import count

_numbers = count(100_001)
PASSWORD = "Ngọn-đèn 4 BẤC"


@dataclass(frozen=True)
class Person:
    """Somebody as they are, and what they type; *phone* is as people write it."""

    identity_number: str
    full_name: str
    day: str
    month: str
    year: str
    phone: str
    carrier: str = "viettel"
    password: str = PASSWORD

    @property
    def phone_e164(self) -> str:
        return f"+84{self.phone[1:]}"

    @property
    def birth_date(self) -> str:
        """As a carrier holds it."""
        return f"{self.year}-{self.month}-{self.day}" if self.day else self.year

    def but(self, **changes: str) -> "Person":
        """The same person with something else."""
        return replace(self, **changes)

    @property
    def secrets(self) -> frozenset[str]:
        """What may stand in no address, title, cookie or log: they end up in other hands."""
        return frozenset(
            {self.identity_number, self.phone, self.phone[1:], self.full_name, self.password}
        )


def somebody() -> Person:
    """A person whose numbers nobody else has."""
    number = next(_numbers)
    return Person(
        identity_number=f"052190{number}",
        full_name="Nguyễn Thị Bưởi",
        day="27",
        month="03",
        year="1990",
        phone=f"0971{number}",
    )
