import base64
import json
from datetime import timedelta

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from idp.signing import rules
from idp.signing.material import KeyMaterial, SigningAlgorithm
from idp.signing.model import RotationPolicy
from idp.signing.ports import KeyStoreUnreadable
from idp.signing.rotate import announce_successors, create_missing, retire, rotate_now
from idp.signing.signer import CHECK_EVERY, NotOurToken, Signer
from tests.fakes.key_store import KeysInMemory
from tests.fakes.signing_keys import SetClock

ES256, RS256 = SigningAlgorithm.ES256, SigningAlgorithm.RS256
POLICY = RotationPolicy(publish_after_retirement=timedelta(days=2))
ID_TOKEN = frozenset({"JWT"})
BOTH = (ES256, RS256)


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def store(clock: SetClock) -> KeysInMemory:
    store = KeysInMemory()
    create_missing(store, [ES256], clock)
    return store


@pytest.fixture
def complaints() -> list[str]:
    return []


@pytest.fixture
def signer(store: KeysInMemory, clock: SetClock, complaints: list[str]) -> Signer:
    return Signer(store, clock, POLICY, on_unreadable=lambda error: complaints.append(str(error)))


def header_of(token: str) -> dict[str, str]:
    part, _ = token.split(".", 1)
    header: dict[str, str] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return header


def encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def signed(header: dict[str, str], claims: dict[str, object], material: KeyMaterial) -> str:
    message = f"{encoded(header)}.{encoded(claims)}"
    signature = base64.urlsafe_b64encode(material.sign(message.encode())).rstrip(b"=")
    return f"{message}.{signature.decode()}"


def kid_of(signer: Signer, algorithm: SigningAlgorithm = ES256) -> str:
    return header_of(signer.sign({}, algorithm=algorithm))["kid"]


def jwks_kids(signer: Signer) -> list[str]:
    return [key["kid"] for key in json.loads(signer.jwks().body)["keys"]]


def claims_for(clock: SetClock) -> dict[str, object]:
    return {"iss": "https://issuer", "exp": int(clock.now().timestamp()) + 300}


@pytest.mark.parametrize("algorithm", BOTH)
def test_a_portal_verifies_our_token_with_our_jwks(
    store: KeysInMemory, clock: SetClock, algorithm: SigningAlgorithm
) -> None:
    create_missing(store, BOTH, clock)
    signer = Signer(store, clock, POLICY, on_unreadable=lambda _: None)
    claims = {"name": "Nguyễn Văn A", "amr": ["pwd", "sms"], "address": {"region": "Đắk Lắk"}}

    token = jwt.decode(
        signer.sign(claims, algorithm=algorithm, typ="at+jwt"),
        KeySet.import_key_set(json.loads(signer.jwks().body)),
        algorithms=[algorithm.value],
    )

    assert token.claims == claims
    assert token.header["typ"] == "at+jwt"
    assert token.header["alg"] == algorithm.value


def test_the_header_names_algorithm_key_and_type_and_nothing_else(signer: Signer) -> None:
    assert header_of(signer.sign({}, algorithm=ES256)) == {
        "alg": "ES256",
        "kid": jwks_kids(signer)[0],
        "typ": "JWT",
    }


def test_a_claim_that_is_no_json_is_refused(signer: Signer, clock: SetClock) -> None:
    with pytest.raises(TypeError):
        signer.sign({"exp": clock.now()}, algorithm=ES256)


def test_an_algorithm_without_keys_is_refused(signer: Signer) -> None:
    with pytest.raises(rules.NoSigningKey, match="RS256"):
        signer.sign({}, algorithm=RS256)


def test_an_empty_store_gives_no_signer(clock: SetClock) -> None:
    with pytest.raises(KeyStoreUnreadable, match="empty"):
        Signer(KeysInMemory(), clock, POLICY, on_unreadable=lambda _: None)


def test_an_announced_key_is_in_the_jwks_before_it_signs(
    signer: Signer, store: KeysInMemory, clock: SetClock
) -> None:
    first = kid_of(signer)
    announce_successors(store, [ES256], POLICY, clock)
    clock.advance(CHECK_EVERY)

    assert jwks_kids(signer)[0] == first
    assert len(jwks_kids(signer)) == 2
    assert kid_of(signer) == first


def test_a_due_key_takes_over_without_anyone_touching_the_store(
    signer: Signer, store: KeysInMemory, clock: SetClock
) -> None:
    announce_successors(store, [ES256], POLICY, clock)
    clock.advance(CHECK_EVERY)
    _, second = jwks_kids(signer)
    loads = store.loads

    clock.advance(POLICY.announce - CHECK_EVERY - timedelta(microseconds=1))
    before = kid_of(signer)
    clock.advance(timedelta(microseconds=1))
    after = kid_of(signer)

    assert before != second
    assert after == second
    assert store.loads == loads


def test_all_workers_change_keys_at_the_same_moment(store: KeysInMemory, clock: SetClock) -> None:
    announce_successors(store, [ES256], POLICY, clock)
    early = Signer(store, clock, POLICY, on_unreadable=lambda _: None)
    clock.advance(POLICY.announce)
    late = Signer(store, clock, POLICY, on_unreadable=lambda _: None)

    assert kid_of(early) == kid_of(late)
    assert early.jwks() == late.jwks()


def test_a_retired_key_leaves_the_jwks_by_the_clock(
    signer: Signer, store: KeysInMemory, clock: SetClock
) -> None:
    first = kid_of(signer)
    rotate_now(store, [ES256], clock)
    clock.advance(CHECK_EVERY)
    assert first in jwks_kids(signer)

    clock.advance(POLICY.publish_after_retirement)

    assert first not in jwks_kids(signer)


def test_a_rotation_at_once_is_seen_within_a_second(
    signer: Signer, store: KeysInMemory, clock: SetClock
) -> None:
    first = kid_of(signer)
    rotate_now(store, [ES256], clock)

    clock.advance(CHECK_EVERY)

    assert kid_of(signer) != first


def test_the_store_is_asked_once_a_second_at_most(
    signer: Signer, store: KeysInMemory, clock: SetClock
) -> None:
    asked = store.stamps
    clock.advance(CHECK_EVERY)
    for _ in range(10):
        signer.jwks()
        clock.advance(CHECK_EVERY / 20)

    assert store.stamps == asked + 1


def test_a_clock_set_back_does_not_hide_a_rotation(
    signer: Signer, store: KeysInMemory, clock: SetClock
) -> None:
    announce_successors(store, [ES256], POLICY, clock)
    clock.advance(-timedelta(hours=1))

    assert len(jwks_kids(signer)) == 2


def test_the_jwks_stays_the_same_object_until_it_changes(
    signer: Signer, store: KeysInMemory, clock: SetClock
) -> None:
    before = signer.jwks()
    clock.advance(CHECK_EVERY)
    same = signer.jwks()
    announce_successors(store, [ES256], POLICY, clock)
    clock.advance(CHECK_EVERY)
    after = signer.jwks()

    assert same is before
    assert after.etag != before.etag
    assert before.etag.startswith('"')
    assert before.etag.endswith('"')


def test_an_unreadable_store_leaves_the_last_good_ring_in_use(
    signer: Signer, store: KeysInMemory, clock: SetClock, complaints: list[str]
) -> None:
    first = kid_of(signer)
    store.unreadable = "disk on fire"
    for _ in range(5):
        clock.advance(CHECK_EVERY)
        assert kid_of(signer) == first

    assert complaints == ["disk on fire"]


def test_promotion_goes_on_while_the_store_is_unreadable(
    signer: Signer, store: KeysInMemory, clock: SetClock
) -> None:
    announce_successors(store, [ES256], POLICY, clock)
    clock.advance(CHECK_EVERY)
    first, second = jwks_kids(signer)
    store.unreadable = "disk on fire"

    clock.advance(POLICY.announce)

    assert kid_of(signer) == second != first


def test_a_store_that_recovers_is_read_again(
    signer: Signer, store: KeysInMemory, clock: SetClock, complaints: list[str]
) -> None:
    first = kid_of(signer)
    rotate_now(store, [ES256], clock)
    for trouble in ("first fire", None, "second fire", None):
        store.unreadable = trouble
        clock.advance(CHECK_EVERY)
        signer.jwks()

    assert kid_of(signer) != first
    assert complaints == ["first fire", "second fire"]


def test_the_same_trouble_is_told_again_after_a_recovery(
    signer: Signer, store: KeysInMemory, clock: SetClock, complaints: list[str]
) -> None:
    for trouble in ("fire", None, "fire"):
        store.unreadable = trouble
        clock.advance(CHECK_EVERY)
        signer.jwks()

    assert complaints == ["fire", "fire"]


def test_our_own_token_is_recognised(signer: Signer, clock: SetClock) -> None:
    claims = claims_for(clock)
    token = signer.sign(claims, algorithm=ES256)

    assert signer.verify(token, typ=ID_TOKEN, algorithms=BOTH) == claims


def test_a_token_of_a_retired_key_is_recognised_while_it_is_published(
    signer: Signer, store: KeysInMemory, clock: SetClock
) -> None:
    token = signer.sign(claims_for(clock), algorithm=ES256)
    kid = header_of(token)["kid"]
    rotate_now(store, [ES256], clock)
    clock.advance(CHECK_EVERY)
    signer.verify(token, typ=ID_TOKEN, algorithms=BOTH)

    retire(store, kid, clock)
    clock.advance(CHECK_EVERY)

    with pytest.raises(NotOurToken):
        signer.verify(token, typ=ID_TOKEN, algorithms=BOTH)


def test_an_expired_token_is_taken_only_where_the_caller_says_so(
    signer: Signer, clock: SetClock
) -> None:
    claims = claims_for(clock)
    token = signer.sign(claims, algorithm=ES256)
    clock.advance(timedelta(minutes=5))

    with pytest.raises(NotOurToken, match="expired"):
        signer.verify(token, typ=ID_TOKEN, algorithms=BOTH)
    assert signer.verify(token, typ=ID_TOKEN, algorithms=BOTH, accept_expired=True) == claims


@pytest.mark.parametrize("accept_expired", [False, True])
def test_a_token_that_never_ends_is_no_token(signer: Signer, *, accept_expired: bool) -> None:
    token = signer.sign({"sub": "x"}, algorithm=ES256)

    with pytest.raises(NotOurToken, match="never ends"):
        signer.verify(token, typ=ID_TOKEN, algorithms=BOTH, accept_expired=accept_expired)


def test_a_token_for_another_purpose_is_refused(signer: Signer, clock: SetClock) -> None:
    token = signer.sign(claims_for(clock), algorithm=ES256, typ="at+jwt")

    with pytest.raises(NotOurToken):
        signer.verify(token, typ=ID_TOKEN, algorithms=BOTH)


def test_an_algorithm_not_in_the_list_is_refused(signer: Signer, clock: SetClock) -> None:
    token = signer.sign(claims_for(clock), algorithm=ES256)

    with pytest.raises(NotOurToken):
        signer.verify(token, typ=ID_TOKEN, algorithms=(RS256,))


def test_a_stranger_with_our_kid_is_refused(signer: Signer, clock: SetClock) -> None:
    header = header_of(signer.sign({}, algorithm=ES256))
    token = signed(header, claims_for(clock), KeyMaterial.generate(ES256))

    with pytest.raises(NotOurToken, match="signature"):
        signer.verify(token, typ=ID_TOKEN, algorithms=BOTH)


@pytest.mark.parametrize(
    "change",
    [
        {"alg": "none"},
        {"alg": "HS256"},
        {"alg": "RS256"},
        {"alg": ["ES256"]},
        {"kid": "unknown"},
        {"kid": ["x"]},
        {"kid": None},
        {"typ": ["JWT"]},
        {"typ": {"JWT": 1}},
        {"crit": ["b64"], "b64": False},
        {"jwk": {"kty": "oct", "k": "AA"}},
        {"jku": "https://attacker"},
    ],
    ids=str,
)
def test_a_header_that_we_do_not_write_is_refused(
    signer: Signer, clock: SetClock, change: dict[str, object]
) -> None:
    token = signer.sign(claims_for(clock), algorithm=ES256)
    _, rest = token.split(".", 1)
    forged = encoded({**header_of(token), **change}) + "." + rest

    with pytest.raises(NotOurToken):
        signer.verify(forged, typ=ID_TOKEN, algorithms=BOTH)


@pytest.mark.parametrize("change", [{"typ": None}, {"cty": "JWT"}], ids=str)
def test_even_our_own_key_does_not_vouch_for_another_header(
    signer: Signer, store: KeysInMemory, clock: SetClock, change: dict[str, str | None]
) -> None:
    header = header_of(signer.sign({}, algorithm=ES256)) | change
    kept = {name: value for name, value in header.items() if value}
    token = signed(kept, claims_for(clock), store.load().keys[0].material)

    with pytest.raises(NotOurToken, match="header"):
        signer.verify(token, typ=ID_TOKEN, algorithms=BOTH)


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        "..",
        "a.b.c",
        "....",
        "Đ.Đ.Đ",
        "e30.e30.",
        encoded([]) + ".e30.AA",
        encoded("x") + ".e30.AA",
        "[" * 400 + ".e30.AA",
        base64.urlsafe_b64encode(b"[" * 300).decode() + ".e30.AA",
        "a" * 100_000,
        "\x00.\x00.\x00",
        encoded({"alg": "ES256", "kid": "\ud800", "typ": "JWT"}) + ".e30.AA",
    ],
    ids=lambda token: repr(token[:12]),
)
def test_what_is_no_token_is_refused(signer: Signer, token: str) -> None:
    with pytest.raises(NotOurToken):
        signer.verify(token, typ=ID_TOKEN, algorithms=BOTH)


def test_an_altered_claim_is_refused(signer: Signer, clock: SetClock) -> None:
    header, _, signature = signer.sign(claims_for(clock), algorithm=ES256).split(".")
    forged = f"{header}.{encoded({**claims_for(clock), 'sub': 'another'})}.{signature}"

    with pytest.raises(NotOurToken):
        signer.verify(forged, typ=ID_TOKEN, algorithms=BOTH)
