"""How the carriers are asked, and how their answers are read. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from idp.carriers.model import (
    Attribute,
    DoubtReason,
    Guarded,
    MatchOutcome,
    Outcome,
    PhoneDoubt,
    RecordAnswer,
    Spelling,
    Verdict,
)
from idp.core.full_name import FullName
from idp.core.phone_number import PhoneNumber

_PREFIX_LENGTH = 3


def hinted_carrier(number: PhoneNumber, prefixes: Mapping[str, str]) -> str | None:
    """
    Return the carrier to which the prefix of *number* was allotted, if one of ours was.

    *prefixes* maps the first three digits of the national form to a carrier. Only a hint: numbers
    are portable since 2018.
    """
    return prefixes.get(number.national[:_PREFIX_LENGTH])


def asking_order(
    number: PhoneNumber,
    carriers: tuple[str, ...],
    prefixes: Mapping[str, str],
) -> tuple[str, ...]:
    """
    Return *carriers* with the one first that `hinted_carrier` names.

    The number may be another's by now, so everybody else follows in the given order.
    """
    hinted = hinted_carrier(number, prefixes)
    return tuple(sorted(carriers, key=lambda carrier: carrier != hinted))


@dataclass(frozen=True, slots=True)
class NameAttempt:
    """One spelling of a name, ready to be put to a carrier."""

    spelling: Spelling
    name: str


def first_attempt(name: FullName) -> NameAttempt:
    """Return the name as its bearer types it: always the first that is asked."""
    return NameAttempt(Spelling.AS_TYPED, name.value)


def next_attempt(
    name: FullName,
    tried: Spelling,
    answer: RecordAnswer,
    *,
    unaccented: bool,
) -> NameAttempt | None:
    """
    Return what to ask after *tried* got *answer*, or None when the answer stands.

    At most three spellings: as typed, the other tone placement, unaccented capitals. The last goes
    only to a carrier whose records are *unaccented*, and only once it confirmed the identity number
    and the whole date of birth: without marks Đặng and Đăng are one name, so the rest must carry
    the proof.
    """
    if answer.identity_number is not Verdict.TRUE or answer.full_name is not Verdict.FALSE:
        return None
    if tried is Spelling.AS_TYPED and (variant := name.tone_variant()) is not None:
        return NameAttempt(Spelling.TONE_VARIANT, variant.value)
    if tried is Spelling.ASCII or not unaccented or answer.birth_date is not Verdict.TRUE:
        return None
    plain = name.ascii()
    if plain == name.value.upper():  # already asked
        return None
    return NameAttempt(Spelling.ASCII, plain)


def outcome_of(answer: RecordAnswer) -> Outcome:
    """
    Return what the last *answer* of the holder's carrier comes to.

    A match needs the identity number and the name confirmed, and a date of birth that the carrier
    confirms or does not keep. Without a number or a name to compare with there is neither a match
    nor a mismatch.
    """
    if answer.identity_number is Verdict.FALSE:
        return Outcome.MISMATCH
    if Verdict.NOT_AVAILABLE in (answer.identity_number, answer.full_name):
        return Outcome.NOT_AVAILABLE
    if Verdict.FALSE in (answer.full_name, answer.birth_date):
        return Outcome.MISMATCH
    return Outcome.MATCH


def differing(answer: RecordAnswer, *, unaccented: bool) -> frozenset[Attribute]:
    """
    Return what a mismatching *answer* proves to differ, so that the person mends the right field.

    A name counts only when all its spellings were open to be asked. With a wrong identity number
    none but the first is; and a carrier with *unaccented* records denies every name with marks
    until the date of birth is right.
    """
    if outcome_of(answer) is not Outcome.MISMATCH:
        return frozenset()
    found = set()
    if answer.birth_date is Verdict.FALSE:
        found.add(Attribute.BIRTH_DATE)
    if answer.identity_number is Verdict.FALSE:
        found.add(Attribute.IDENTITY_NUMBER)
    elif answer.full_name is Verdict.FALSE and not (unaccented and found):
        found.add(Attribute.FULL_NAME)
    return frozenset(found)


def confirmed(answer: RecordAnswer) -> frozenset[Attribute]:
    """Return what *answer* confirms."""
    verdicts = {
        Attribute.IDENTITY_NUMBER: answer.identity_number,
        Attribute.FULL_NAME: answer.full_name,
        Attribute.BIRTH_DATE: answer.birth_date,
    }
    return frozenset(part for part, verdict in verdicts.items() if verdict is Verdict.TRUE)


def ties_number_to_person(found: MatchOutcome) -> bool:
    """
    Whether a carrier confirmed a number that is new to an account for the person of that account.

    The birth date counts here, which a match may do without: name and birth are all that says that
    the bearer of the new number is the citizen of the old one.
    """
    return found.outcome is Outcome.MATCH and Attribute.BIRTH_DATE in found.attributes


def conclusion(
    answer: RecordAnswer,
    spelling: Spelling,
    *,
    unaccented: bool,
    carrier: str,
    reference: str,
    checked_at: datetime,
    asked: tuple[str, ...],
) -> MatchOutcome:
    """Return what the last *answer* of *carrier*, to a name in *spelling*, ends the question in."""
    return MatchOutcome(
        outcome=outcome_of(answer),
        carrier=carrier,
        differing=differing(answer, unaccented=unaccented),
        spelling=spelling if answer.full_name is Verdict.TRUE else None,
        attributes=confirmed(answer),
        reference=reference,
        checked_at=checked_at,
        asked=asked,
    )


def nobodys_number(*, reference: str, checked_at: datetime, asked: tuple[str, ...]) -> MatchOutcome:
    """Return the end of a question about a number that every carrier denied."""
    return MatchOutcome(
        outcome=Outcome.NOT_SUBSCRIBER,
        carrier=None,
        differing=frozenset(),
        spelling=None,
        attributes=frozenset(),
        reference=reference,
        checked_at=checked_at,
        asked=asked,
    )


def sim_changed(
    latest_change: datetime | None,
    monitored: timedelta | None,
    *,
    now: datetime,
    window: timedelta,
) -> bool | None:
    """
    Whether the SIM changed in the last *window*; None when the carrier cannot know.

    *latest_change* None means no change within the *monitored* period (CAMARA sim-swap,
    `retrieve-date`), which says nothing of the time before it.
    """
    if latest_change is not None:
        return now - latest_change <= window
    if monitored is not None and monitored >= window:
        return False
    return None


def doubt_about(
    *, recycled: bool, sim_changed: bool, now: datetime, window: timedelta
) -> PhoneDoubt | None:
    """What speaks against trusting a code to a number; *sim_changed*: in the last *window*."""
    if recycled:
        return PhoneDoubt(DoubtReason.NUMBER_RECYCLED)
    if sim_changed:
        # The carrier says that, not when: the window from now is the latest it can be.
        return PhoneDoubt(DoubtReason.SIM_CHANGED, now + window)
    return None


def doubt_of_silence(during: Guarded) -> PhoneDoubt | None:
    """
    What a carrier that does not answer comes to.

    Nothing at an ordinary sign-in, which had the right password before the code: an outage must
    not shut a nation out. Nor where somebody adds what is safer than a SIM. Elsewhere the code is
    all there is, or nearly.
    """
    if during in {Guarded.NEW_DEVICE, Guarded.NEW_AUTHENTICATOR}:
        return None
    return PhoneDoubt(DoubtReason.CARRIER_SILENT)
