"""What a case's code and access token stand for: values, for the protocol's side to answer with."""

from collections.abc import Mapping
from dataclasses import dataclass

from idp.citizens.model import ClaimValue
from idp.core.handles import Handle
from idp.grants.model import Authorization, AuthorizationCode
from idp.integration_tests.model import CaseName


@dataclass(frozen=True, slots=True)
class RehearsedCode:
    """
    A case's code, sent for the first time, and the access token it gives.

    *code* is what an ordinary one would stand for; none of the ids in it is a row's.
    """

    case: CaseName
    code: AuthorizationCode
    access_token: Handle
    asked_for: Mapping[str, ClaimValue]

    def get_redirect_uri(self) -> str:
        """What Authlib's grant asks for."""
        return self.code.redirect_uri


@dataclass(frozen=True, slots=True)
class RehearsedPerson:
    """What userinfo says for a case's access token."""

    authorization: Authorization
    values: Mapping[str, ClaimValue]
