"""Both quick starts say the same, in the words of the pages."""

from idp.onboarding.diff import FIELDS
from idp.web.translations import catalogue
from tests.fakes.quick_start import ENGLISH, VIETNAMESE, Open, Press, Run, Step, Type, steps_of

WORDS = {words.vi: words.en for words in FIELDS.values()}


def english(text: str) -> set[str]:
    """What *text* may be in English: the portal's own button stays as it is."""
    return {WORDS.get(text) or catalogue("en").gettext(text), text}


def is_the_same(vietnamese: Step, other: Step) -> bool:
    match vietnamese, other:
        case Press(text), Press(translated):
            return translated in english(text)
        case Type(label, value), Type(translated, other_value):
            return translated in english(label) and value == other_value
    return vietnamese == other


def test_they_lead_the_same_way() -> None:
    ours, theirs = steps_of(VIETNAMESE), steps_of(ENGLISH)

    assert len(ours) == len(theirs) > 40
    different = [pair for pair in zip(ours, theirs, strict=True) if not is_the_same(*pair)]
    assert different == []


def test_they_run_one_portal_at_the_address_they_register() -> None:
    steps = steps_of(VIETNAMESE)
    [commands] = [step.commands for step in steps if isinstance(step, Run)]
    typed = {step.label: step.value for step in steps if isinstance(step, Type)}

    assert f"OIDC_CLIENT_ID={typed['client_id']} " in commands
    assert Open((typed["Redirect URI"] or "").removesuffix("/callback")) in steps
