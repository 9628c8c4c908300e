"""The pages of the key ring put together."""

from flask import Blueprint

from idp.console.frame import ConsoleFrame
from idp.console.keys.views import KEYS, Keys, Rotate, RotateNow
from idp.core.clock import Clock
from idp.key_ring.rotate_keys import RotateKeys
from idp.signing.model import RotationPolicy
from idp.signing.signer import Signer


def key_routes(
    *,
    frame: ConsoleFrame,
    signer: Signer,
    rotate: RotateKeys,
    policy: RotationPolicy,
    clock: Clock,
) -> Blueprint:
    blueprint = Blueprint("console_keys", __name__)
    for path, view in (
        (KEYS, Keys.as_view("keys", frame, signer, policy, clock)),
        (f"{KEYS}/rotate", Rotate.as_view("rotate", frame, signer, rotate, policy)),
        (f"{KEYS}/rotate-now", RotateNow.as_view("rotate_now", frame, signer, rotate, policy)),
    ):
        blueprint.add_url_rule(path, view_func=view)
    return blueprint
