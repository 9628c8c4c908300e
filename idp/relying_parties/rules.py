"""What may stand in a registration: URIs and names, each rule with the attack it stops. Pure."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from ipaddress import ip_address
from typing import Final
from urllib.parse import unquote, urlsplit

from idp.relying_parties.claims import SCOPE_CLAIMS, SCOPES
from idp.relying_parties.problems import BrokenRule, Rule

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
_HOST: Final = re.compile(r"https?://(?:[^/?#@]*@)?([^/?#:]*)", re.IGNORECASE)
_LABEL: Final = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)", re.IGNORECASE)
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*", re.IGNORECASE)
_ENCODED: Final = "xn--"
_VIETNAMESE: Final = frozenset(
    "abcdefghijklmnopqrstuvwxyz0123456789-\u0111"
    # grave, acute, circumflex, tilde, breve, hook above, horn, dot below
    "\u0300\u0301\u0302\u0303\u0306\u0309\u031b\u0323"
)


def uri_problem(uri: str) -> BrokenRule | None:
    """
    Why *uri* cannot be an address of a relying party's, or `None`.

    RFC 9700 §2.1 and §4.1 say why each of it matters.
    """
    if len(uri) > MAX_URI:
        return BrokenRule(Rule.URI_TOO_LONG, str(MAX_URI))
    if "#" in uri:
        return BrokenRule(Rule.URI_FRAGMENT)
    if "*" in uri:
        return BrokenRule(Rule.URI_WILDCARD)
    if not _URI_CHARACTERS.fullmatch(uri):
        return _written_out(uri) or BrokenRule(Rule.URI_CHARACTERS)
    try:
        parts = urlsplit(uri)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return BrokenRule(Rule.URI_UNREADABLE)
    if parts.scheme not in {"https", "http"} or not host:
        return BrokenRule(Rule.URI_NOT_ABSOLUTE)
    if "@" in parts.netloc:
        return BrokenRule(Rule.URI_USER)
    if ".." in unquote(parts.path).split("/"):
        return BrokenRule(Rule.URI_DOTS)
    if parts.scheme == "http" and not is_loopback(host):
        return BrokenRule(Rule.URI_HTTP)
    return _host_problem(host)


def fetched_uri_problem(uri: str) -> BrokenRule | None:
    """Why *uri* cannot be one that we fetch, or `None`: https alone, whoever asks."""
    if not uri.startswith("https://"):
        return BrokenRule(Rule.URI_HTTP_FETCHED)
    return uri_problem(uri)


def decoded_host(host: str) -> str | None:
    """
    How *host* reads where it carries other letters than ASCII's, `None` where it does not.

    What cannot be decoded stays as it is.
    """
    if _ENCODED not in host.lower():
        return None
    return ".".join(_decoded_label(label) for label in host.split("."))


def is_under(host: str, domains: Collection[str]) -> bool:
    """Whether *host* is one of *domains*, or a name within one."""
    return any(host == domain or host.endswith(f".{domain}") for domain in domains)


def public_key_problem(key: Mapping[str, object]) -> BrokenRule | None:
    """Why *key* (a JWK) cannot be a relying party's public key, or `None`."""
    if not _PRIVATE_MEMBERS.isdisjoint(key):
        return BrokenRule(Rule.KEY_PRIVATE)
    if key.get("kty") not in {"RSA", "EC"}:
        return BrokenRule(Rule.KEY_KIND)
    if key.get("use", "sig") != "sig":
        return BrokenRule(Rule.KEY_USE)
    end = key.get("exp")
    if end is not None and (isinstance(end, bool) or not isinstance(end, int) or end < 0):
        return BrokenRule(Rule.KEY_END)
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


def client_id_problem(client_id: str) -> BrokenRule | None:
    """Why *client_id* cannot be one, or `None`; it stands in URLs, logs and file names."""
    return None if _CLIENT_ID.fullmatch(client_id) else BrokenRule(Rule.NO_CLIENT_ID)


def sms_name_problem(name: str) -> BrokenRule | None:
    """Why a text message cannot name the portal so, or `None`."""
    return None if _SMS_NAME.fullmatch(name) else BrokenRule(Rule.NO_SMS_NAME, str(MAX_SMS_NAME))


def _host_problem(host: str) -> BrokenRule | None:
    if is_loopback(host):
        return None
    # Browsers read a host whose last label is a number as an IPv4 address (WHATWG URL §3.5).
    if ":" in host or _NUMBER.fullmatch(host.rstrip(".").rpartition(".")[2]):
        return BrokenRule(Rule.URI_IP_HOST)
    # Browsers decode a host before they read it: what %31 hides may be an address, or a look-alike.
    if not all(_LABEL.fullmatch(label) for label in host.split(".")):
        return BrokenRule(Rule.URI_HOST_NO_NAME, host)
    shown = decoded_host(host)
    if shown is not None and not _reads_as_it_is(shown):
        return BrokenRule(Rule.URI_HOST_LOOKS_ALIKE, shown)
    return None


def _written_out(uri: str) -> BrokenRule | None:
    """Why the host of *uri*, with letters beyond ASCII, cannot stand so; `None`: it has none."""
    found = _HOST.match(uri)
    if found is None or found[1].isascii():
        return None
    host = unicodedata.normalize("NFC", found[1].lower())
    if not _reads_as_it_is(host):
        return BrokenRule(Rule.URI_HOST_LOOKS_ALIKE, host)
    encoded = ".".join(
        label if label.isascii() else _ENCODED + label.encode("punycode").decode("ascii")
        for label in host.split(".")
    )
    return BrokenRule(Rule.URI_HOST_WRITTEN_OUT, encoded)


def _reads_as_it_is(host: str) -> bool:
    """Whether every letter is one of Vietnamese or English, and none of another script's."""
    return _VIETNAMESE.issuperset(unicodedata.normalize("NFD", host.lower()).replace(".", ""))


def _decoded_label(label: str) -> str:
    if not label.lower().startswith(_ENCODED):
        return label
    try:
        return label[len(_ENCODED) :].encode("ascii").decode("punycode")
    except UnicodeError:
        return label
