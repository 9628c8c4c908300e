"""The kit's small parts, each alone."""

import tomllib
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients.kit import acr
from clients.kit.expiring_store import ExpiringStore
from clients.kit.landing import ForeignTarget, landing_path
from clients.kit.origins import is_safe_endpoint
from clients.kit.registration import InvalidRegistration, Registration
from clients.kit.site import InvalidSite, Site
from tests.fakes.openid_provider import SetClock

CLIENTS = Path(__file__).parents[2] / "clients"
BASE = "http://localhost:8401/callback"


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def store(clock: SetClock) -> ExpiringStore[str]:
    return ExpiringStore(clock, lifetime=timedelta(minutes=1), capacity=2)


def test_a_value_is_taken_once(store: ExpiringStore[str]) -> None:
    store.put("handle", "value")

    assert [store.get("handle"), store.take("handle"), store.take("handle")] == [
        "value",
        "value",
        None,
    ]


def test_a_value_expires(store: ExpiringStore[str], clock: SetClock) -> None:
    store.put("handle", "value")
    clock.pass_by(timedelta(minutes=1))

    assert store.get("handle") is None
    assert store.take("handle") is None


def test_the_oldest_value_makes_room(store: ExpiringStore[str]) -> None:
    for handle in ("first", "second", "third"):
        store.put(handle, handle)

    assert [store.get("first"), store.get("second"), store.get("third")] == [
        None,
        "second",
        "third",
    ]


def test_expired_values_make_room_first(store: ExpiringStore[str], clock: SetClock) -> None:
    store.put("old", "old")
    clock.pass_by(timedelta(minutes=1))
    store.put("new", "new")
    store.put("newer", "newer")

    assert len(store._values) == 2
    assert store.get("new") == "new"


def test_the_store_keeps_no_handle(store: ExpiringStore[str]) -> None:
    store.put("handle", "value")

    assert "handle" not in repr(store._values)


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("", "/"),
        ("/", "/"),
        ("/procedures/BD-0001", "/procedures/BD-0001"),
        ("/?vnconnect=1&MaTTHCDP=BD-0001", "/?vnconnect=1&MaTTHCDP=BD-0001"),
        ("http://localhost:8401", "/"),
        ("HTTP://LOCALHOST:8401/terms", "/terms"),
        ("/terms#privacy", "/terms"),
        ("?lang=en", "/?lang=en"),
    ],
)
def test_a_landing_is_a_path_of_the_portal(target: str, path: str) -> None:
    assert landing_path(target, base=BASE) == path


@given(st.text(alphabet="/\\@:?#.%\t\n htpslocalhost8401evil[]"))
def test_a_landing_never_leaves_the_portal(target: str) -> None:
    try:
        path = landing_path(target, base=BASE)
    except ForeignTarget:
        return
    assert path.startswith("/")
    assert not path.startswith(("//", "/\\"))
    assert not set(path) & set("\\\t\n")


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://idp.example/token", True),
        ("http://localhost:8400", True),
        ("http://[::1]:8400/", True),
        ("http://idp.example/token", False),
        ("http://localhost.evil.example/", False),
        ("https://user@idp.example/", False),
        ("https://idp.example/#fragment", False),
        ("https://idp.example:port/", False),
        ("https:///token", False),
        ("ftp://localhost/", False),
        ("", False),
    ],
)
def test_plain_http_is_for_this_machine_alone(url: str, *, safe: bool) -> None:
    assert is_safe_endpoint(url) is safe


def test_levels_are_ordered_and_strange_ones_are_lowest() -> None:
    assert [acr.rank(one) for one in ("LoA1", "LoA4", "loa4", "LoA10", None)] == [1, 4, 0, 0, 0]
    assert acr.reaches("LoA3", "LoA2")
    assert not acr.reaches("LoA2", "LoA3")
    assert acr.reaches(None, None)
    assert acr.highest("LoA2", None, "LoA3") == "LoA3"
    assert acr.highest(None) is None


@pytest.mark.parametrize(("name", "port"), [("binh_dinh", 8401), ("dak_lak", 8402)])
def test_a_registration_says_what_the_portal_does(name: str, port: int) -> None:
    path = CLIENTS / name / "registration.toml"
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    registration = Registration.load(path)
    origin = f"http://localhost:{port}"

    assert registration.redirect_uri == f"{origin}/callback"
    assert registration.post_logout_redirect_uri == f"{origin}/signed-out"
    assert document["initiate_login_uri"] == f"{origin}/initiate-login"
    assert registration.scope == "openid profile phone identity_number"
    assert registration.id_token_algorithm == "ES256"
    assert document["sms_name"].isascii()
    assert len(document["sms_name"]) <= 20
    assert document["sector"] == document["client_id"] == name.replace("_", "-")
    assert not [member for member in document if "secret" in member]


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("client_id", ""),
        ("client_id", None),
        ("client_name", 7),
        ("redirect_uris", []),
        ("redirect_uris", ["http://localhost:1/a", "http://localhost:1/b"]),
        ("token_endpoint_auth_method", "none"),
        ("id_token_signed_response_alg", "none"),
        ("id_token_signed_response_alg", "HS256"),
        ("scope", ["openid"]),
    ],
)
def test_a_registration_at_fault_names_the_member(member: str, value: object) -> None:
    text = (CLIENTS / "dak_lak" / "registration.toml").read_text(encoding="utf-8")
    document = tomllib.loads(text) | {member: value}

    with pytest.raises(InvalidRegistration, match=member):
        Registration.parse(document)


@pytest.mark.parametrize(
    ("old", "new"),
    [('theme = "sea"', ""), ('minimum_acr = "LoA3"', 'minimum_acr = "LoA9"')],
)
def test_a_portal_description_at_fault_is_refused(tmp_path: Path, old: str, new: str) -> None:
    for name in ("registration.toml", "portal.toml"):
        text = (CLIENTS / "binh_dinh" / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(text.replace(old, new), encoding="utf-8")

    with pytest.raises(InvalidSite):
        Site.load(tmp_path)


def test_a_portal_takes_another_registration(tmp_path: Path) -> None:
    own = (CLIENTS / "binh_dinh" / "registration.toml").read_text(encoding="utf-8")
    elsewhere = tmp_path / "registration.toml"
    elsewhere.write_text(own.replace("localhost:8401", "localhost:9401"), encoding="utf-8")

    site = Site.load(CLIENTS / "binh_dinh", elsewhere)

    assert site.registration.redirect_uri == "http://localhost:9401/callback"
    assert site.cookie_prefix == "bd"
