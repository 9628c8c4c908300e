"""The cases: what is wrong in each, and what the portal must then do. Words are the templates'."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from idp.integration_tests.model import CaseName


class Must(StrEnum):
    """What is right for the portal to do."""

    LET_IN = "let_in"
    REFUSE_TOKEN = "refuse_token"  # noqa: S105 (a duty's name)
    """Nobody is signed in, and the access token is not used."""
    REFUSE_LEVEL = "refuse_level"
    """What needs the level stays shut; to be signed in with less is the portal's own affair."""
    REFUSE_ANSWER = "refuse_answer"
    """The code is not even redeemed."""
    SPEND_STATE = "spend_state"
    """The second answer to one question finds nothing: its code is not sent to us again."""
    EXPLAIN = "explain"
    SIGN_OUT = "sign_out"


@dataclass(frozen=True, slots=True)
class Case:
    """
    One thing that we do wrong, or do for once.

    *clause* is where the specification says what the portal must do.
    """

    name: CaseName
    must: Must
    clause: str

    @property
    def is_honest(self) -> bool:
        """Whether its tokens say nothing that is not so, and open userinfo."""
        return self.must is not Must.REFUSE_TOKEN

    @property
    def asks_screen(self) -> bool:
        """Whether the tester has to say what the portal shows; else all of it is seen here."""
        return self.must is not Must.SPEND_STATE


CASES: Final[Mapping[CaseName, Case]] = MappingProxyType(
    {
        case.name: case
        for case in (
            Case(CaseName.GOOD_SIGN_IN, Must.LET_IN, "OpenID Connect Core §3.1.3.7"),
            Case(CaseName.WRONG_ISSUER, Must.REFUSE_TOKEN, "OpenID Connect Core §3.1.3.7, 2"),
            Case(CaseName.WRONG_AUDIENCE, Must.REFUSE_TOKEN, "OpenID Connect Core §3.1.3.7, 3"),
            Case(CaseName.WRONG_NONCE, Must.REFUSE_TOKEN, "OpenID Connect Core §3.1.3.7, 11"),
            Case(CaseName.WRONG_SIGNATURE, Must.REFUSE_TOKEN, "OpenID Connect Core §3.1.3.7, 6"),
            Case(CaseName.ALGORITHM_NONE, Must.REFUSE_TOKEN, "RFC 8725 §3.1, §3.2"),
            Case(CaseName.ALGORITHM_HS256, Must.REFUSE_TOKEN, "RFC 8725 §2.1, §3.1"),
            Case(CaseName.EXPIRED, Must.REFUSE_TOKEN, "OpenID Connect Core §3.1.3.7, 9"),
            Case(CaseName.NOT_YET_VALID, Must.REFUSE_TOKEN, "RFC 7519 §4.1.5, §4.1.6"),
            Case(CaseName.LOWER_LEVEL, Must.REFUSE_LEVEL, "OpenID Connect Core §5.5.1.1"),
            Case(CaseName.WRONG_STATE, Must.REFUSE_ANSWER, "RFC 6749 §10.12"),
            Case(CaseName.REPLAYED_CODE, Must.SPEND_STATE, "RFC 9700 §4.7"),
            Case(CaseName.UNKNOWN_KEY, Must.LET_IN, "OpenID Connect Core §10.1.1"),
            Case(CaseName.ACCESS_DENIED, Must.EXPLAIN, "OpenID Connect Core §3.1.2.6"),
            Case(CaseName.SIGN_OUT, Must.SIGN_OUT, "Back-Channel Logout §2.5, §2.6"),
        )
    }
)
"""In the order in which they are tried."""
