"""What one sign-in asks for beyond the ordinary: read once from our own `/sign-in` link."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from clients.kit import acr

PROMPTS = frozenset({"none", "login", "consent", "select_account", "create"})
LONGEST_HINT = 256
LONGEST_AGE = 7  # digits


class InvalidOption(ValueError):
    """The link asks for something that cannot be asked."""


@dataclass(frozen=True, slots=True)
class SignInOptions:
    """Parameters of the authentication request (OpenID Connect Core §3.1.2.1)."""

    prompt: tuple[str, ...] = ()
    max_age: int | None = None
    acr_values: tuple[str, ...] = ()
    essential_acr: str | None = None
    login_hint: str | None = None

    @classmethod
    def parse(cls, query: Mapping[str, str]) -> "SignInOptions":
        """Take the query of a `/sign-in` link apart; raise InvalidOption."""
        prompt = tuple(query.get("prompt", "").split())
        acr_values = tuple(query.get("acr_values", "").split())
        essential_acr = query.get("essential_acr")
        asked = (*acr_values, *([essential_acr] if essential_acr is not None else ()))
        if not PROMPTS.issuperset(prompt) or not set(asked) <= set(acr.CLASSES):
            raise InvalidOption
        max_age = query.get("max_age")
        if max_age is not None and not (
            max_age.isascii() and max_age.isdigit() and len(max_age) <= LONGEST_AGE
        ):
            raise InvalidOption
        login_hint = query.get("login_hint")
        if login_hint is not None and len(login_hint) > LONGEST_HINT:
            raise InvalidOption
        return cls(
            prompt=prompt,
            max_age=None if max_age is None else int(max_age),
            acr_values=acr_values,
            essential_acr=essential_acr,
            login_hint=login_hint or None,
        )

    def parameters(self) -> dict[str, str]:
        """Return the options as request parameters, those not asked for left out."""
        parameters = {
            "prompt": " ".join(self.prompt),
            "max_age": "" if self.max_age is None else str(self.max_age),
            "acr_values": " ".join(self.acr_values),
            "claims": _essential(self.essential_acr) if self.essential_acr else "",
            "login_hint": self.login_hint or "",
        }
        return {name: value for name, value in parameters.items() if value}


def _essential(wanted: str) -> str:
    """Core §5.5.1.1: `acr_values` is a wish, an essential claim is a condition."""
    good_enough = [one for one in acr.CLASSES if acr.reaches(one, wanted)]
    request = {"id_token": {"acr": {"essential": True, "values": good_enough}}}
    return json.dumps(request, separators=(",", ":"))
