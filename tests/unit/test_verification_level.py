"""The verification level is what the evidence says at the moment."""

import pytest

from idp.citizens.model import Evidence, EvidenceKind
from idp.citizens.rules import VerificationLevel, speaks, verification_level
from idp.settings import Settings
from tests.fakes.people import DAY, NOON, SECOND, evidence_of

TABLE = (
    VerificationLevel(1, frozenset({"self_declared"}), "một", "one"),
    VerificationLevel(2, frozenset({"carrier_match"}), "hai", "two"),
    VerificationLevel(3, frozenset({"counter_visit"}), "ba", "three"),
    VerificationLevel(4, frozenset({"qualified_signature", "vneid_level_2"}), "bốn", "four"),
)
DECLARED = evidence_of(EvidenceKind.SELF_DECLARED)
MATCHED = evidence_of(EvidenceKind.CARRIER_MATCH)
SEEN = evidence_of(EvidenceKind.COUNTER_VISIT)
SIGNED = evidence_of(EvidenceKind.QUALIFIED_SIGNATURE)
VNEID = evidence_of(EvidenceKind.VNEID_LEVEL_2)


def ended(evidence: Evidence) -> Evidence:
    return evidence_of(evidence.kind, lapsed_at=NOON)


@pytest.mark.parametrize(
    ("evidence", "level"),
    [
        ([], 1),
        ([DECLARED], 1),
        ([MATCHED], 2),
        ([DECLARED, MATCHED], 2),
        ([MATCHED, DECLARED], 2),
        ([SEEN], 3),
        ([SIGNED, MATCHED], 4),
        ([VNEID], 4),
        ([ended(MATCHED)], 1),
        ([ended(SIGNED), MATCHED], 2),
        ([ended(MATCHED), MATCHED], 2),
    ],
)
def test_the_highest_evidence_counts(evidence: list[Evidence], level: int) -> None:
    assert verification_level(evidence, TABLE, NOON).level == level
    assert verification_level(evidence, TABLE[::-1], NOON).level == level


def test_evidence_ends_at_its_end_and_not_before() -> None:
    expiring = evidence_of(expires_at=NOON + DAY)

    assert speaks(expiring, NOON + DAY - SECOND)
    assert not speaks(expiring, NOON + DAY)


def test_evidence_that_lapses_later_still_counts_now() -> None:
    lapsing = evidence_of(lapsed_at=NOON + DAY)

    assert speaks(lapsing, NOON)
    assert not speaks(lapsing, NOON + DAY)


def test_the_level_falls_the_moment_its_evidence_does() -> None:
    evidence = [DECLARED, evidence_of(expires_at=NOON + DAY)]

    assert verification_level(evidence, TABLE, NOON + DAY - SECOND).level == 2
    assert verification_level(evidence, TABLE, NOON + DAY).level == 1


def test_a_level_is_told_in_the_reader_s_language() -> None:
    assert [TABLE[1].shown("vi"), TABLE[1].shown("en"), TABLE[1].shown("fr")] == [
        "hai",
        "two",
        "hai",
    ]


def test_every_evidence_in_the_configuration_exists(settings: Settings) -> None:
    named = {kind for level in settings.levels for kind in level.evidence}

    assert named <= set(EvidenceKind)
    assert [level.level for level in settings.levels] == [1, 2, 3, 4]
