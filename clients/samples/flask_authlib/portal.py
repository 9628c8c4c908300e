"""A portal in one file: Flask and Authlib. Copy it, and put your pages in place of these."""

import hmac
import json
import logging
import os
import secrets
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import OAuth, OAuthError
from flask import Flask, Response, redirect, render_template_string, request, send_file, session
from joserfc import jws
from joserfc.errors import JoseError
from requests import ConnectionError as Unreachable
from requests import HTTPError, Timeout
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as Answer

ISSUER = os.environ.get("OIDC_ISSUER", "http://localhost:8400")
CLIENT_ID = os.environ.get("OIDC_CLIENT_ID", "sample-flask")
CLIENT_SECRET = os.environ.get("OIDC_CLIENT_SECRET")
PORTAL = os.environ.get("PORTAL_URL", "http://localhost:8412")

# What the procedures of this portal need; every class above will do.
LEVELS = ["LoA2", "LoA3", "LoA4"]
ACR_DEMAND = json.dumps({"id_token": {"acr": {"essential": True, "values": LEVELS}}})
ALGORITHM = "ES256"  # as registered, whatever a token says of itself

DAY = 24 * 60 * 60  # seconds: somebody may enrol on the way
SESSION = 2 * 60 * 60  # after it the provider's session signs in silently
CAPACITY = 10_000
TIMEOUT = 3
SKEW = 10  # seconds between the provider's clock and ours
SERVER_ERROR = 500


class Refused(Exception):
    """This portal refuses an answer, or a form; the word is for its log."""


@dataclass(frozen=True)
class Citizen:
    """Who signed in. File your records under *subject*: it never changes."""

    subject: str
    name: str
    acr: str
    id_token: str = field(repr=False)  # the hint for signing out
    csrf: str = field(repr=False)
    until: float


# Cookies hold names that nobody guesses, and nothing of a citizen. Several processes need a
# shared store here, and a secret key that they share.
citizens: dict[str, Citizen] = {}

app = Flask(__name__)
app.secret_key = secrets.token_bytes(32)
app.config.update(
    SESSION_COOKIE_NAME="sample_flask",  # cookies of one host are shared by its ports
    SESSION_COOKIE_SAMESITE="Lax",
    SESSION_COOKIE_SECURE=PORTAL.startswith("https://"),
    MAX_CONTENT_LENGTH=16 * 1024,
)
provider = OAuth(app).register(
    "provider",
    client_id=CLIENT_ID,
    client_secret=CLIENT_SECRET,
    server_metadata_url=f"{ISSUER}/.well-known/openid-configuration",
    client_kwargs={
        "scope": "openid profile",
        "code_challenge_method": "S256",
        "token_endpoint_auth_method": "client_secret_basic",
        "default_timeout": TIMEOUT,
    },
)
provider.framework.expires_in = DAY


@app.get("/")
def home() -> str:
    return page("Cổng mẫu", citizen=current())


@app.get("/sign-in")
def sign_in() -> Answer:
    """Ask the provider who this is, and for a class that will do; Authlib adds PKCE."""
    if provider.load_server_metadata()["issuer"] != ISSUER:
        raise Refused("issuer")  # another provider's document
    answer: Answer = provider.authorize_redirect(
        f"{PORTAL}/callback",
        state=secrets.token_urlsafe(32),
        nonce=secrets.token_urlsafe(32),
        claims=ACR_DEMAND,
    )
    return answer


@app.get("/callback")
def callback() -> Answer:
    """Take the provider's answer: once, in the browser that asked, and only if all checks hold."""
    # Somebody else's answer, opened in this browser, would sign this citizen in as that person.
    if not provider.framework.get_state_data(session, request.args.get("state")):
        raise Refused("state")
    if any(len(values) > 1 for values in request.args.listvalues()):
        raise Refused("parameters")
    if (
        request.args.get("iss") != ISSUER
    ):  # RFC 9207: a code meant for one provider, sent by another
        raise Refused("response.iss")
    token = provider.authorize_access_token(
        leeway=SKEW,
        claims_options={
            "iss": {"essential": True, "values": [ISSUER]},
            "aud": {"essential": True, "values": [CLIENT_ID]},
        },
    )
    claims = token.get("userinfo")  # Authlib's name for the claims of the ID token
    if not claims:
        raise Refused("id_token")
    header = jws.extract_compact(token["id_token"].encode()).headers()
    if header["alg"] != ALGORITHM or header.get("typ") != "JWT":  # logout tokens have other types
        raise Refused("id_token.header")
    if claims["aud"] not in (CLIENT_ID, [CLIENT_ID]):
        raise Refused("id_token.aud")
    if claims.get("acr") not in LEVELS:
        raise Refused("acr")
    user = provider.userinfo(token=token)
    if user.get("sub") != claims["sub"]:
        raise Refused("userinfo.sub")
    # From here on the access token is of no use: it is not kept.
    handle = secrets.token_urlsafe(32)
    now = time.time()
    for old in [name for name, one in citizens.items() if one.until < now]:
        del citizens[old]
    if len(citizens) >= CAPACITY:
        del citizens[next(iter(citizens))]
    citizens[handle] = Citizen(
        claims["sub"],
        user.get("name", ""),
        claims["acr"],
        token["id_token"],
        secrets.token_urlsafe(32),
        now + SESSION,
    )
    session.clear()
    session["citizen"] = handle
    return redirect("/", 303)


@app.post("/sign-out")
def sign_out() -> Answer:
    """End the session here first, then the provider's. By POST: no image can sign people out."""
    citizen = current()
    if citizen is None:
        return redirect("/", 303)
    if not hmac.compare_digest(request.form.get("csrf", "").encode(), citizen.csrf.encode()):
        raise Refused("csrf")
    citizens.pop(session["citizen"], None)
    session.clear()
    leaving = provider.create_logout_url(f"{PORTAL}/signed-out", citizen.id_token)
    return redirect(leaving["url"], 303)


@app.get("/signed-out")
def signed_out() -> str:
    return page("Bạn đã đăng xuất")


@app.get("/sign-in-button.css")
def style() -> Answer:
    return send_file(Path(__file__).with_name("sign-in-button.css"))


def current() -> Citizen | None:
    citizen = citizens.get(session.get("citizen", ""))
    return citizen if citizen and citizen.until > time.time() else None


AGAIN = "Chọn nút dưới đây để đăng nhập lại."
CANCELLED = (403, "Bạn đã huỷ đăng nhập", "Không có thông tin nào được gửi tới cổng này.")
TOO_LOW = (403, "Cần mức xác minh cao hơn", "Đăng nhập lại để xem cách nâng mức tài khoản.")
STALE = (400, "Lần đăng nhập này không còn dùng được", AGAIN)
REFUSED = (400, "Chưa đăng nhập được", f"Bạn không làm gì sai. {AGAIN}")
AWAY = (503, "Cổng Dịch vụ công Quốc gia chưa trả lời", "Thử lại sau ít phút.")
NOT_FOUND = (404, "Không tìm thấy trang", "Kiểm tra lại địa chỉ, hoặc về trang chính.")
ERRORS = {
    "access_denied": CANCELLED,
    "unmet_authentication_requirements": TOO_LOW,
    "server_error": AWAY,
    "temporarily_unavailable": AWAY,
}
REFUSALS = {"state": STALE, "csrf": STALE, "acr": TOO_LOW}


@app.errorhandler(OAuthError)
@app.errorhandler(AuthlibBaseError)
@app.errorhandler(JoseError)
@app.errorhandler(ValueError)
@app.errorhandler(Refused)
@app.errorhandler(Unreachable)
@app.errorhandler(Timeout)
@app.errorhandler(HTTPError)
@app.errorhandler(NotFound)
def problem(failure: Exception) -> tuple[str, int]:
    """Tell *failure* in words. The log has its name alone: never the code, never a token."""
    name = str(failure) if isinstance(failure, Refused) else getattr(failure, "error", "")
    app.logger.warning("%s %r", type(failure).__name__, name)
    match failure:
        case NotFound():
            status, heading, text = NOT_FOUND
        case Refused():
            status, heading, text = REFUSALS.get(str(failure), REFUSED)
        case OAuthError():
            status, heading, text = ERRORS.get(failure.error, REFUSED)
        case HTTPError(response=answer) if answer is not None and answer.status_code < SERVER_ERROR:
            status, heading, text = REFUSED
        case Unreachable() | Timeout() | HTTPError():
            status, heading, text = AWAY
        case _:
            status, heading, text = REFUSED
    return page(heading, text), status


@app.after_request
def harden(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"  # else the back button shows the last citizen
    # No form-action: browsers apply it to the redirects that follow a sign-out, too.
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


PAGE = """<!doctype html>
<html lang="vi"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{{ heading }}</title><link rel="stylesheet" href="/sign-in-button.css">
<h1>{{ heading }}</h1>
{% if text %}<p>{{ text }}</p>{% endif %}
{% if citizen %}
<p>Xin chào <strong id="citizen-name">{{ citizen.name }}</strong>.
Mức: <span id="acr">{{ citizen.acr }}</span>.</p>
<form method="post" action="/sign-out"><input type="hidden" name="csrf" value="{{ citizen.csrf }}">
<button id="sign-out">Đăng xuất</button></form>
{% else %}
<a class="dvcqg-sign-in" id="sign-in" href="/sign-in">Đăng nhập Cổng DVC Quốc gia</a>
<p>Bạn sẽ được chuyển sang trang của Cổng Dịch vụ công Quốc gia.</p>
{% endif %}
"""


def page(heading: str, text: str = "", citizen: Citizen | None = None) -> str:
    return render_template_string(PAGE, heading=heading, text=text, citizen=citizen)


if __name__ == "__main__":
    if not CLIENT_SECRET:
        sys.exit("OIDC_CLIENT_SECRET is missing: it is shown when the portal is registered.")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # its log of requests has the codes
    app.run("127.0.0.1", urlsplit(PORTAL).port or 8412)
