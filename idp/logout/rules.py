"""Whether to ask before signing out, and which page follows. Pure."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from urllib.parse import quote, urlsplit

from idp.backchannel.model import DeliveryState
from idp.logout.model import Farewell, LogoutRequest
from idp.relying_parties.model import ClientId

WAITED_FOR: Final = timedelta(seconds=2)
"""How long the last page waits for relying parties to confirm."""
_HOST: Final = re.compile(r"[A-Za-z0-9.:\[\]-]+")


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


class Scene(StrEnum):
    """What the last pages show, one after the other."""

    FRAMES = "frames"
    WAIT = "wait"
    END = "end"


def scene(
    farewell: Farewell,
    states: Collection[DeliveryState],
    *,
    framed: bool,
    now: datetime,
) -> Scene:
    """
    Name what to show now; *framed*: the browser has been shown the frames.

    Nobody who goes on to a relying party waits for others to confirm, and nobody waits long.
    """
    if farewell.frames and not framed:
        return Scene.FRAMES
    if farewell.wish.location is not None or farewell.ended_at is None:
        return Scene.END
    late = now - farewell.ended_at >= WAITED_FOR
    return Scene.WAIT if DeliveryState.PENDING in states and not late else Scene.END


def frame(uri: str, *, issuer: str, sid: str) -> str:
    """The address of a relying party's frame (Front-Channel Logout §2, §3)."""
    joint = "&" if "?" in uri else "?"
    return f"{uri}{joint}iss={quote(issuer, safe='')}&sid={quote(sid, safe='')}"


def origins(frames: Collection[str]) -> tuple[str, ...]:
    """
    Whose pages those are, each once, as `frame-src` names them.

    A host with other characters (`;` and `,` end a directive or a policy) is left out, and not
    framed then.
    """
    parts = [urlsplit(uri) for uri in frames]
    return tuple(
        dict.fromkeys(
            f"{part.scheme}://{part.netloc}" for part in parts if _HOST.fullmatch(part.netloc)
        )
    )


@dataclass(frozen=True, slots=True)
class Confirmations:
    """How many services confirmed, and which ones nobody has heard from."""

    confirmed: int
    unconfirmed: tuple[ClientId, ...]


def confirmations(farewell: Farewell, states: Mapping[ClientId, DeliveryState]) -> Confirmations:
    """
    Sort the relying parties of the session by what they said.

    A frame confirms nothing: a browser that keeps other sites' cookies back makes it do nothing.
    The relying party that showed a token of the session has ended its own, and counts.
    """
    asked = farewell.wish.client_id if farewell.wish.sid is not None else None
    unconfirmed = tuple(
        client_id
        for client_id in farewell.reached
        if client_id != asked and states.get(client_id) is not DeliveryState.DELIVERED
    )
    return Confirmations(len(farewell.reached) - len(unconfirmed), unconfirmed)
