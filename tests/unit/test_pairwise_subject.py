"""One citizen, another name in each sector (OpenID Connect Core §8.1)."""

from uuid import UUID

from idp.citizens.model import CitizenId
from idp.citizens.rules import pairwise_subject
from idp.core.mac import Mac
from tests.fakes.people import AN, BINH

KEY = Mac(b"k" * 32)


def test_a_subject_stays_the_same() -> None:
    """Portals key their records on it: a change of this value would orphan every one of them."""
    assert pairwise_subject(KEY, "binh-dinh", AN) == "b9171a42-7ed5-55bd-b56a-da554b523978"


def test_sector_citizen_and_key_each_change_it() -> None:
    subjects = {
        pairwise_subject(key, sector, citizen)
        for key in (KEY, Mac(b"l" * 32))
        for sector in ("binh-dinh", "dak-lak")
        for citizen in (AN, BINH)
    }

    assert len(subjects) == 8


def test_it_is_a_uuid_that_shows_nothing_of_the_citizen() -> None:
    subject = pairwise_subject(KEY, "binh-dinh", AN)

    assert UUID(subject).version == 5
    assert subject != AN


def test_sector_and_citizen_cannot_run_together() -> None:
    assert pairwise_subject(KEY, "ab", CitizenId("c")) != pairwise_subject(
        KEY, "a", CitizenId("bc")
    )
