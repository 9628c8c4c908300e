"""Whom a relying party may let in: one rule, asked wherever a citizen is taken on. Pure."""

from idp.core.environment import Environment


def admits(registration: Environment, deployment: Environment, *, test_person: bool) -> bool:
    """
    Whether somebody may use a relying party, registered for one environment, in a deployment.

    A sandbox deployment lets everybody in everywhere: nobody there is real. In production a portal
    that is being tried gets no real person's data, and no invented person a real service.
    """
    if deployment is Environment.SANDBOX:
        return True
    return test_person is (registration is Environment.SANDBOX)


def enrols(registration: Environment, deployment: Environment) -> bool:
    """Whether accounts are made on the way to a relying party: they are real people's."""
    return admits(registration, deployment, test_person=False)
