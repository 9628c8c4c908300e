"""What may stand in a registration: URIs and names, each rule with the attack it stops. Pure."""

import re
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Final
from urllib.parse import unquote, urlsplit

from idp.relying_parties.claims import SCOPE_CLAIMS, SCOPES

MAX_URI: Final = 2048  # characters; longer ones do not pass every proxy
MAX_SMS_NAME: Final = 24  # characters; the text message has 160 for everything

KNOWN_SCOPES: Final = frozenset(SCOPES)
KNOWN_CLAIMS: Final = frozenset(
    {claim for claims in SCOPE_CLAIMS.values() for claim in claims} | {"authentication_level"}
)

_PRIVATE_MEMBERS: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_CLIENT_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_URI_CHARACTERS: Final = re.compile(
    r"[A-Za-z0-9._~:/?\[\]@!$&'()+,;=%-]+"
)  # RFC 3986, less * and #
_SMS_NAME: Final = re.compile(rf"[A-Za-z0-9][A-Za-z0-9 .-]{{0,{MAX_SMS_NAME - 1}}}")


def uri_problem(uri: str) -> str | None:
    """
    Why *uri* cannot be an address of a relying party's, or `None`.

    Said so that an operator can mend it; RFC 9700 §2.1 and §4.1 say why each matters.
    """
    if len(uri) > MAX_URI:
        return f"is longer than {MAX_URI} characters"
    if "#" in uri:
        return "has a fragment (#): codes would end up where scripts read them"
    if "*" in uri:
        return "has a wildcard (*): only exact addresses are compared"
    if not _URI_CHARACTERS.fullmatch(uri):
        return "has characters that must be percent-encoded, or none at all"
    try:
        parts = urlsplit(uri)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "is not a URL"
    if parts.scheme not in {"https", "http"} or not host:
        return "must be absolute and begin with https://"
    if "@" in parts.netloc:
        return "has user information (@): a reader takes it for the host"
    if ".." in unquote(parts.path).split("/"):
        return "has '..' in its path: it names another page than it seems to"
    if parts.scheme == "http" and not is_loopback(host):
        return "must begin with https:// (http is for loopback hosts only)"
    return None


def fetched_uri_problem(uri: str) -> str | None:
    """Why *uri* cannot be one that we fetch, or `None`: https alone, whoever asks."""
    if not uri.startswith("https://"):
        return "must begin with https://: we fetch it, and nobody may change it on the way"
    return uri_problem(uri)


def public_key_problem(key: Mapping[str, object]) -> str | None:
    """Why *key* (a JWK) cannot be a relying party's public key, or `None`."""
    if not _PRIVATE_MEMBERS.isdisjoint(key):
        return "holds a private or secret key: delete it everywhere and send the public one only"
    if key.get("kty") not in {"RSA", "EC"}:
        return "has a key that is neither RSA nor EC"
    if key.get("use", "sig") != "sig":
        return "has a key that is not for signatures"
    return None


def origin(uri: str) -> str:
    """Scheme, host and port of *uri*, as it was written."""
    return "/".join(uri.split("/", 3)[:3])


def is_loopback(host: str) -> bool:
    """Whether *host* is this machine; a name that merely resolves to it is not."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def client_id_problem(client_id: str) -> str | None:
    """Why *client_id* cannot be one, or `None`; it stands in URLs, logs and file names."""
    if _CLIENT_ID.fullmatch(client_id):
        return None
    return "must be 1 to 128 letters, digits, dots, hyphens or underscores"


def sms_name_problem(name: str) -> str | None:
    """Why a text message cannot name the portal so, or `None`."""
    if _SMS_NAME.fullmatch(name):
        return None
    return f"must be 1 to {MAX_SMS_NAME} unaccented letters, digits, spaces, dots or hyphens"
