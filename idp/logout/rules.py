"""Whether to ask before signing out. Pure."""

from enum import StrEnum

from idp.logout.model import LogoutRequest


class Decision(StrEnum):
    """What to do with the request."""

    ASK = "ask"
    END = "end"
    NOTHING_TO_END = "nothing_to_end"


def decide(request: LogoutRequest, *, signed_in: bool, own_sid: str | None) -> Decision:
    """
    Ask, unless the relying party shows a token of this very session.

    Otherwise any page on the web could sign people out (RP-Initiated Logout §2, §6). *own_sid* is
    how this browser's session is called at the relying party's sector.
    """
    if not signed_in:
        return Decision.NOTHING_TO_END
    if request.sid is not None and request.sid == own_sid:
        return Decision.END
    return Decision.ASK


def may_return_unasked(request: LogoutRequest) -> bool:
    """
    Whether the browser may be sent on without the citizen having pressed anything.

    Only for a relying party that showed a token of ours: a mere client_id is public.
    """
    return request.sid is not None and request.location is not None
