from datetime import UTC, datetime, timedelta

import pytest

from sandbox.people import Kind, SamplePerson, read_people
from sandbox.subscriptions import InvalidSubscription, Subscription, is_vietnamese_mobile
from sandbox.tempers import Carrier, read_tempers

STARTED_AT = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
PEOPLE = read_people(read_tempers(), STARTED_AT)


def of_kind(kind: Kind) -> SamplePerson:
    return next(person for person in PEOPLE if person.kind is kind)


def test_every_kind_of_story_is_told() -> None:
    assert {person.kind for person in PEOPLE} == set(Kind)


def test_every_carrier_has_somebody() -> None:
    assert {person.subscription.carrier for person in PEOPLE} == set(Carrier)


def test_nobody_shares_a_number() -> None:
    assert len({person.types.phone_number for person in PEOPLE}) == len(PEOPLE)
    assert len({person.types.identity_number for person in PEOPLE}) == len(PEOPLE)


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.types.phone_number)
def test_what_a_person_types_could_be_typed(person: SamplePerson) -> None:
    typed = person.types
    assert is_vietnamese_mobile(typed.phone_number)
    assert "\n" not in person.story
    assert "\n" not in person.story_en
    if len(typed.identity_number) == 12:
        born = int(typed.birth_date[:4])
        assert int(typed.identity_number[4:6]) == born % 100
        assert typed.identity_number[3] in "01"
        assert typed.identity_number[6:9] == "000", "obviously nobody's number"


def test_times_are_counted_back_from_the_start() -> None:
    changed = of_kind(Kind.SIM_CHANGED).subscription.latest_sim_change
    recycled = of_kind(Kind.RECYCLED).subscription

    assert changed == STARTED_AT - timedelta(hours=20)
    assert recycled.changed_hands_after((STARTED_AT - timedelta(days=60)).date())
    assert not recycled.changed_hands_after(STARTED_AT.date())


def test_the_day_a_number_changes_hands_is_the_new_holders() -> None:
    recycled_at = datetime(2026, 11, 1, 20, 0, tzinfo=UTC)  # 2 November in Vietnam
    subscription = Subscription(
        phone_number="+84912000099",
        carrier=Carrier.VINAPHONE,
        id_document="052090000099",
        full_name="Nguyễn Văn Mẫu",
        birth_date="1990",
        recycled_at=recycled_at,
    )
    assert subscription.changed_hands_after(datetime(2026, 11, 1, tzinfo=UTC).date())
    assert not subscription.changed_hands_after(datetime(2026, 11, 2, tzinfo=UTC).date())


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("phone_number", "0912000001"),
        ("phone_number", "+842838000001"),
        ("id_document", "05209000000"),
        ("id_document", "05209000000A"),
        ("full_name", " "),
        ("full_name", "A" * 101),
        ("birth_date", "1990-02-30"),
        ("birth_date", "02/01/1990"),
        ("birth_date", "0000"),
    ],
)
def test_a_record_no_carrier_could_hold_is_refused(member: str, value: str) -> None:
    record = {
        "phone_number": "+84912000001",
        "id_document": "052090000001",
        "full_name": "Nguyễn Văn Mẫu",
        "birth_date": "1990-01-02",
    }
    with pytest.raises(InvalidSubscription, match=member):
        Subscription(carrier=Carrier.VIETTEL, **(record | {member: value}))


def test_a_record_tells_no_log_who_it_is_about() -> None:
    shown = repr(of_kind(Kind.PLAIN_MATCH).subscription)

    assert "052090000001" not in shown
    assert "NGUYỄN" not in shown
    assert "1990" not in shown
