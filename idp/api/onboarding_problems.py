"""What registrations are refused for, as problems."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from idp.api.problems import FieldDifference, FieldProblem, Problem, not_found
from idp.onboarding.access import MayNot, NotThere
from idp.onboarding.credentials import TooManySecrets
from idp.onboarding.diff import FieldChange
from idp.onboarding.model import Stale
from idp.onboarding.propose_production import AlreadyProposed, Unchanged, Untested
from idp.relying_parties.registration import InvalidRegistration
from idp.relying_parties.rotate_secret import UnknownRelyingParty


@contextmanager
def told_as_problems() -> Iterator[None]:
    """Turn what use cases raise into problems."""
    try:
        yield
    except InvalidRegistration as error:
        raise Problem(
            "invalid",
            errors=[
                FieldProblem(
                    field=f"document.{each.field}",
                    reason=" ".join(part for part in (each.value, each.reason()) if part),
                    fix=each.fix(),
                )
                for each in error.found
            ],
        ) from None
    except (NotThere, UnknownRelyingParty):
        raise not_found() from None
    except MayNot:
        raise Problem("not-allowed") from None
    except Untested:
        raise Problem(
            "conflict",
            "The sandbox registration, as it is now, has not passed the integration test lately.",
        ) from None
    except Unchanged:
        raise Problem("conflict", "That is what is registered already.") from None
    except AlreadyProposed:
        raise Problem("conflict", "A proposal for this registration waits already.") from None
    except TooManySecrets:
        raise Problem("conflict", "Two secrets count already: retire one before.") from None


def stale(found: Stale) -> Problem:
    """Somebody else was faster: what they changed, for the program to look at and go on from."""
    return Problem(
        "stale",
        f"Version {found.version} was made by {found.by or 'a file'}: {found.reason}",
        changes=differences(found.theirs),
        version=found.version,
    )


def differences(changes: Sequence[FieldChange]) -> list[FieldDifference]:
    """The members that differ, as they are read."""
    return [
        FieldDifference(field=each.field, before=list(each.before), after=list(each.after))
        for each in changes
    ]
