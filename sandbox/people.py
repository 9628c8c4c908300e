"""The sample people: what each would type, and what a carrier holds about them."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from sandbox.subscriptions import Subscription
from sandbox.tempers import Carrier, Temper

PEOPLE_FILE = Path(__file__).with_name("people.toml")


class Kind(StrEnum):
    """What a sample person is a sample of."""

    PLAIN_MATCH = "plain_match"
    NAME_DIFFERS = "name_differs"
    ID_DIFFERS = "id_differs"
    BIRTH_DATE_DIFFERS = "birth_date_differs"
    NO_DOCUMENT = "no_document"
    UNACCENTED_RECORD = "unaccented_record"
    OLD_CMND = "old_cmnd"
    CMND_ON_RECORD = "cmnd_on_record"
    PORTED = "ported"
    RECYCLED = "recycled"
    SIM_CHANGED = "sim_changed"
    LONG_NAME = "long_name"
    BIRTH_YEAR_ONLY = "birth_year_only"


@dataclass(frozen=True, kw_only=True)
class TypedDetails:
    """What a person types at enrolment, as the names of the form's fields have it."""

    identity_number: str
    full_name: str
    birth_date: str
    phone_number: str


@dataclass(frozen=True, kw_only=True)
class SamplePerson:
    """An invented person: a story in two languages, what they type, what their carrier holds."""

    kind: Kind
    story: str
    story_en: str
    types: TypedDetails
    subscription: Subscription


def read_people(
    tempers: Mapping[Carrier, Temper], started_at: datetime, path: Path = PEOPLE_FILE
) -> tuple[SamplePerson, ...]:
    """
    Return the sample people, times counted back from *started_at*.

    A mistake in the file is an error at start (KeyError, TypeError or ValueError).
    """
    tables = tomllib.loads(path.read_text(encoding="utf-8"))["person"]
    return tuple(_person(table, tempers, started_at) for table in tables)


def _person(
    table: dict[str, Any], tempers: Mapping[Carrier, Temper], started_at: datetime
) -> SamplePerson:
    types = TypedDetails(**table["types"])
    return SamplePerson(
        kind=Kind(table["kind"]),
        story=table["story"],
        story_en=table["story_en"],
        types=types,
        subscription=_subscription(table["record"], types.phone_number, tempers, started_at),
    )


def _subscription(
    record: dict[str, Any],
    phone_number: str,
    tempers: Mapping[Carrier, Temper],
    started_at: datetime,
) -> Subscription:
    carrier = Carrier(record["carrier"])
    hours = record.get("sim_changed_hours_ago")
    days = record.get("recycled_days_ago")
    return Subscription(
        phone_number=phone_number,
        carrier=carrier,
        id_document=record.get("id_document"),
        full_name=tempers[carrier].stored_name(record["full_name"]),
        birth_date=record["birth_date"],
        sim_changed_at=None if hours is None else started_at - timedelta(hours=hours),
        recycled_at=None if days is None else started_at - timedelta(days=days),
    )
