"""What pages call a member of a registration, and how they say what is wrong with one."""

from typing import cast

from flask_babel import get_locale
from flask_babel.speaklater import LazyString

from idp.onboarding.diff import FIELDS
from idp.relying_parties.problems import Problem
from idp.web.texts import gettext as _


def language() -> str:
    """The language of this request."""
    return str(get_locale())


def label(member: str) -> str:
    """What people call *member*, in the language of whichever request shows it."""
    return cast("str", LazyString(_named, member))


def _named(member: str) -> str:
    return FIELDS[member].in_language(language()) if member in FIELDS else member


def told(problem: Problem) -> str:
    """What is wrong, why, and what to do: one line beside the field."""
    spoken = language()
    what = problem.value or _("Mục này")
    told_so = f"{what} {problem.reason(spoken)}"
    fix = problem.fix(spoken)
    return f"{told_so}. {fix}".rstrip(".") if fix else told_so
