"""The addresses at which the provider tells of sign-outs; `registration.toml` names them."""

import logging

from flask import Blueprint, Response, jsonify, make_response, request

from clients.kit.errors import AnswerRefused, ProviderUnavailable
from clients.kit.headers import allow_frames_of
from clients.kit.told_sign_out import ToldSignOut

_log = logging.getLogger(__name__)


class ToldSignOutViews:
    def __init__(self, told_sign_out: ToldSignOut, *, issuer: str) -> None:
        self._told_sign_out = told_sign_out
        self._issuer = issuer

    def by_token(self) -> Response:
        """Back channel (Back-Channel Logout §2.5, §2.8): 200 done, 400 refused, 503 come again."""
        tokens = request.form.getlist("logout_token")
        try:
            self._told_sign_out.by_token(tokens[0] if len(tokens) == 1 else "")
        except AnswerRefused as refused:
            _log.warning("logout token refused: %s", refused.check)
            answer = jsonify(error="invalid_request", error_description=refused.check)
            return make_response(answer, 400)
        except ProviderUnavailable as away:
            _log.warning("logout token not verified: %s", away)
            return Response(status=503)
        return Response(status=200)

    def by_frame(self) -> Response:
        """Front channel (Front-Channel Logout §2): an empty page within the provider's."""
        self._told_sign_out.by_frame(request.args.get("iss", ""), request.args.get("sid", ""))
        response = Response(mimetype="text/html")
        allow_frames_of(response, self._issuer)
        return response


def routes(views: ToldSignOutViews) -> Blueprint:
    blueprint = Blueprint("told_sign_out", __name__)
    blueprint.add_url_rule("/backchannel-logout", "by_token", views.by_token, methods=["POST"])
    blueprint.add_url_rule("/frontchannel-logout", "by_frame", views.by_frame)
    return blueprint
