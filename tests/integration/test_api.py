"""The door of the API: who gets in, what a request needs, and how a fault is told."""

import json
from datetime import timedelta

import pytest
from redis.exceptions import ConnectionError as RedisAway
from sqlalchemy import select

from idp.api.problems import TITLES
from idp.api_clients.manage import DisableApiClient, RenewApiClient
from idp.api_clients.model import ApiClientName
from idp.audit.model import AuditEvent
from idp.key_ring.rotate_keys import RotateKeys
from idp.operators import store as operators
from idp.operators.model import OperatorName, OperatorRole, VerifiedOperator
from idp.operators.permissions import Permission
from idp.signing.material import SigningAlgorithm
from idp.signing.model import KeyState
from idp.signing.ports import KeyStoreUnwritable
from idp.throttling.ports import Budget
from tests.fakes.citizen_site import Site
from tests.fakes.operators import keep_operator
from tests.fakes.programs import ANSWERING, BY, let_in
from tests.fakes.redis_server import let_pass

REASON = "Đổi khoá theo kế hoạch năm"
ROTATION = {"algorithms": ["ES256"], "reason": REASON}
KEY = {"Idempotency-Key": "5f1d"}


def events(site: Site, kind: str) -> list[dict[str, object]]:
    with site.database.reading() as reading:
        found = reading.execute(
            select(AuditEvent.details).where(AuditEvent.kind == kind).order_by(AuditEvent.id)
        )
        return list(found.scalars())


def test_a_token_is_opaque_short_and_for_what_was_asked(site: Site) -> None:
    program = let_in(site, scopes=[Permission.SEE_KEYS, Permission.READ_LOG], signed_in=False)

    whole = program.sign_in().json
    part = program.sign_in("see_keys").json

    assert whole is not None
    assert part is not None
    assert whole["scope"] == "read_log see_keys"
    assert (part["scope"], part["token_type"], part["expires_in"]) == ("see_keys", "Bearer", 600)
    assert "." not in part["access_token"]
    assert program.call("GET", "/keys").status_code == 200
    assert program.call("GET", "/log").status_code == 403
    assert [each["by"] for each in events(site, "api_token_issued")] == ["api:ci"] * 2


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({}, 400, "invalid_request"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": "client_credentials", "scope": "rotate_keys"}, 400, "invalid_scope"),
        ({"grant_type": "client_credentials", "scope": ""}, 400, "invalid_scope"),
        ({"grant_type": "client_credentials", "scope": "nonsense"}, 400, "invalid_scope"),
        ({"grant_type": ["client_credentials", "x"]}, 400, "invalid_request"),
    ],
)
def test_the_token_endpoint_speaks_oauth(
    site: Site, form: dict[str, str], status: int, error: str
) -> None:
    program = let_in(site, scopes=[Permission.SEE_KEYS], signed_in=False)

    answer = site.app.test_client().post(
        "/api/v1/token", data=form, auth=(program.name, program.secret)
    )

    assert (answer.status_code, answer.json) == (status, {"error": error})
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_wrong_secret_and_an_unknown_name_get_one_answer(site: Site) -> None:
    program = let_in(site, signed_in=False)
    client, form = site.app.test_client(), {"grant_type": "client_credentials"}
    wrong = client.post("/api/v1/token", data=form, auth=(program.name, "x" * 43))
    unknown = client.post("/api/v1/token", data=form, auth=("nobody", program.secret))
    none = client.post("/api/v1/token", data=form)
    nul = client.post("/api/v1/token", data=form, auth=("a%00b", program.secret))

    for answer in (wrong, unknown, none, nul):
        assert (answer.status_code, answer.json) == (401, {"error": "invalid_client"})
        assert answer.headers["WWW-Authenticate"].startswith("Basic")
    assert [each["by"] for each in events(site, "api_client_refused")] == ["api:ci", None]


def test_whoever_tries_secrets_is_slowed_and_the_program_elsewhere_is_not(site: Site) -> None:
    program = let_in(site, signed_in=False)
    client, form = site.app.test_client(), {"grant_type": "client_credentials"}
    away = {"REMOTE_ADDR": "203.0.113.9"}
    statuses = [
        client.post(
            "/api/v1/token", data=form, auth=(program.name, "x"), environ_overrides=away
        ).status_code
        for _ in range(21)
    ]

    assert statuses == [401] * 20 + [429]
    assert program.sign_in().status_code == 200


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic Y2k6eA==", "Bearer " + "A" * 43, "Bearer é"]
)
def test_nothing_is_done_without_a_token(site: Site, header: str) -> None:
    answer = site.app.test_client().get("/api/v1/keys", headers={"Authorization": header})

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith('Bearer realm="operators"')
    assert answer.content_type == "application/problem+json"
    assert answer.json is not None
    assert answer.json["type"] == "/api#not-authenticated"
    assert answer.json["reference"] == answer.headers["X-Request-Id"]


def test_a_token_ends(site: Site) -> None:
    program = let_in(site)
    let_pass(site.redis, site.settings.api.token_lasts)

    assert program.call("GET", "/keys").status_code == 401


def test_who_is_kept_out_is_out_at_once(site: Site) -> None:
    program = let_in(site)
    disable = DisableApiClient(database=site.database, clock=site.clock)
    disable(ApiClientName("ci"), by=BY, reason=REASON)

    assert program.call("GET", "/keys").status_code == 401
    assert program.sign_in().status_code == 401


def test_a_secret_has_an_end(site: Site) -> None:
    program = let_in(site)
    site.clock.advance(site.settings.api.secret_lasts)

    assert program.call("GET", "/keys").status_code == 401
    assert program.sign_in().status_code == 401


def test_a_program_may_no_more_than_whoever_answers_for_it(site: Site) -> None:
    program = let_in(site)
    assert program.call("POST", "/keys/rotations", ROTATION, headers=KEY).status_code == 200
    with site.database.transaction() as transaction:
        operators.change_role(
            transaction,
            ANSWERING,
            OperatorRole.READ_ONLY,
            before=OperatorRole.ADMINISTRATOR,
        )

    assert program.call("GET", "/keys").status_code == 200
    refused = program.call("POST", "/keys/rotations", ROTATION, headers=KEY)
    assert refused.status_code == 403
    assert 'scope="rotate_keys"' in refused.headers["WWW-Authenticate"]

    with site.database.transaction() as transaction:
        operators.disable(transaction, ANSWERING, site.clock.now())
    assert program.call("GET", "/keys").status_code == 401


def test_who_renews_answers_from_then_on(site: Site) -> None:
    program = let_in(site)
    keep_operator(site.database, site.hasher, "lan", OperatorRole.ADMINISTRATOR, site.clock.now())
    renew = RenewApiClient(
        database=site.database,
        hasher=site.parts.secret_hasher,
        lasts=timedelta(days=1),
        clock=site.clock,
    )
    lan = VerifiedOperator(OperatorName("lan"), "Lan", OperatorRole.ADMINISTRATOR)
    secret = renew(ApiClientName("ci"), by=lan, reason=REASON)
    assert program.sign_in().status_code == 401

    program.secret = secret
    assert program.sign_in().status_code == 200
    with site.database.transaction() as transaction:
        operators.disable(transaction, ANSWERING, site.clock.now())
    assert program.call("GET", "/keys").status_code == 200


def test_what_a_retry_must_not_do_twice_is_done_once(site: Site) -> None:
    program = let_in(site)

    first = program.call("POST", "/keys/rotations", ROTATION | {"at_once": True}, headers=KEY)
    again = program.call("POST", "/keys/rotations", ROTATION | {"at_once": True}, headers=KEY)
    other = program.call("POST", "/keys/rotations", ROTATION, headers=KEY)
    without = program.call("POST", "/keys/rotations", ROTATION)

    assert first.status_code == 200
    for answer in (again, other):
        assert answer.status_code == 409
        assert answer.json is not None
        assert answer.json["type"] == "/api#made-before"
    assert without.status_code == 400
    retired = [key for key in site.parts.signer.ring().keys if key.state is KeyState.RETIRED]
    assert len(retired) == 1


def test_a_request_that_came_to_nothing_can_be_made_again(site: Site) -> None:
    program = let_in(site)
    wrong = program.call("POST", "/keys/rotations", {"reason": "no"}, headers=KEY)
    assert wrong.status_code == 422
    program.call("POST", "/keys/rotations", ROTATION, headers={"Idempotency-Key": "a"})
    refused = program.call("POST", "/keys/rotations", ROTATION, headers=KEY)
    assert refused.status_code == 409
    assert refused.json is not None
    assert refused.json["type"] == "/api#conflict"
    site.clock.advance(site.parts.rotation.announce)

    assert program.call("POST", "/keys/rotations", ROTATION, headers=KEY).status_code == 200


def test_what_may_have_been_done_is_not_done_again(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = let_in(site)

    def away(*_: object, **__: object) -> None:
        raise RedisAway("away")

    with monkeypatch.context() as broken:
        broken.setattr(RotateKeys, "announce", away)
        lost = program.call("POST", "/keys/rotations", ROTATION, headers=KEY)
    again = program.call("POST", "/keys/rotations", ROTATION, headers=KEY)

    assert (lost.status_code, again.status_code) == (503, 409)


def test_keys_that_cannot_be_written_are_a_problem_with_words(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = let_in(site)

    def unwritable(*_: object, **__: object) -> None:
        raise KeyStoreUnwritable("/var/keys: No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(RotateKeys, "announce", unwritable)
        lost = program.call("POST", "/keys/rotations", ROTATION, headers=KEY)
    again = program.call("POST", "/keys/rotations", ROTATION, headers=KEY)

    assert lost.status_code == 503
    assert lost.json["type"] == "/api#unavailable"
    assert "GET /keys" in lost.json["detail"]
    assert "/var/keys" not in lost.get_data(as_text=True)
    assert again.status_code == 409  # the ring may be the one after


def test_the_log_names_the_program(site: Site) -> None:
    let_in(site).call("POST", "/keys/rotations", ROTATION, headers=KEY)

    changed = events(site, "signing_keys_changed")
    assert [(each["by"], each["reason"]) for each in changed] == [("api:ci", REASON)]
    waiting = site.parts.signer.ring().in_state(SigningAlgorithm.ES256, KeyState.ANNOUNCED)
    assert waiting is not None


@pytest.mark.parametrize(
    ("body", "kind", "status", "kind_of_problem"),
    [
        (b"{", "application/json", 400, "malformed"),
        (b"[]", "application/json", 400, "malformed"),
        (b'{"reason": "a\\u0000bcdef"}', "application/json", 400, "malformed"),
        (b"{}", "text/plain", 415, "not-json"),
        (b'{"reason": "' + b"x" * 200_000 + b'"}', "application/json", 413, "too-large"),
        (b"{}", "application/json", 422, "invalid"),
        (b'{"reason": "good enough", "more": 1}', "application/json", 422, "invalid"),
        (b'{"reason": "good enough", "at_once": "yes"}', "application/json", 422, "invalid"),
    ],
)
def test_what_cannot_be_read_is_told(
    site: Site, body: bytes, kind: str, status: int, kind_of_problem: str
) -> None:
    program = let_in(site)
    answer = site.app.test_client().post(
        "/api/v1/keys/rotations",
        data=body,
        content_type=kind,
        headers={"Authorization": f"Bearer {program.token}", **KEY},
    )

    assert answer.status_code == status
    assert answer.json is not None
    assert answer.json["type"] == f"/api#{kind_of_problem}"
    assert "xxxx" not in answer.get_data(as_text=True)


def test_the_field_at_fault_is_named(site: Site) -> None:
    program = let_in(site)

    body = program.call("POST", "/keys/rotations", {"reason": "no", "x": 1}, headers=KEY).json
    query = program.call("GET", "/log", limit="1000", other="x").json

    assert body is not None
    assert query is not None
    assert {each["field"] for each in body["errors"]} == {"reason", "x"}
    assert {each["field"] for each in query["errors"]} == {"limit", "other"}


@pytest.mark.parametrize("reason", ["ông A, CCCD 052190000001", "gọi 0912 000 001", "a\x9b2Jbcd"])
def test_a_reason_names_nobody_and_moves_no_cursor(site: Site, reason: str) -> None:
    program = let_in(site)
    answer = program.call("POST", "/keys/rotations", {"reason": reason}, headers=KEY)

    assert answer.status_code == 422
    assert [each["field"] for each in (answer.json or {})["errors"]] == ["reason"]
    assert reason not in answer.get_data(as_text=True)
    assert events(site, "signing_keys_changed") == []


def test_there_is_nothing_else(site: Site) -> None:
    program = let_in(site)

    assert program.call("GET", "/nothing").status_code == 404
    assert program.call("GET", "").status_code == 404
    assert program.call("GET", "/keys/").status_code == 200
    wrong = program.call("PUT", "/keys")
    assert wrong.status_code == 405
    assert "GET" in wrong.headers["Allow"]
    assert program.call("OPTIONS", "/keys").status_code == 204
    head = program.call("HEAD", "/keys")
    assert (head.status_code, head.data) == (200, b"")


def test_one_program_cannot_call_all_the_time(site: Site) -> None:
    program, other = let_in(site), let_in(site, name="other")
    windows = site.settings.throttling.api_requests_per_client
    for _ in range(windows[0].count):
        site.parts.throttle.count(Budget("api_requests_per_client", windows), "ci")

    spent = program.call("GET", "/keys")
    assert spent.status_code == 429
    assert int(spent.headers["Retry-After"]) > 0
    assert other.call("GET", "/keys").status_code == 200


def test_an_outage_is_no_fault_of_the_program(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    program = let_in(site)

    def away(*_: object) -> None:
        raise RedisAway("away")

    monkeypatch.setattr(type(site.parts.signer), "ring", away)
    answer = program.call("GET", "/keys")

    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert "away" not in json.dumps(answer.json).replace("is away", "")


def test_lists_come_by_pages_whatever_is_added_meanwhile(site: Site) -> None:
    program = let_in(site)
    for number in range(5):
        text = {"audience": "everybody", "text_vi": "x", "text_en": "x"}
        title = {"title_vi": f"số {number}", "title_en": f"number {number}"}
        site.clock.advance(timedelta(seconds=number % 2))
        made = program.call(
            "POST", "/announcements", text | title, headers={"Idempotency-Key": str(number)}
        )
        assert made.status_code == 201
        assert made.json is not None
        assert made.headers["Location"] == f"/api/v1/announcements/{made.json['id']}"

    whole = [each["id"] for each in program.get("/announcements")["items"]]
    seen, after = [], {}
    while True:
        found = program.get("/announcements", limit="2", **after)
        seen += [each["id"] for each in found["items"]]
        if found["next"] is None:
            break
        after = {"after": found["next"]}

    assert seen == whole
    assert len(seen) == 5
    for path in ("/announcements", "/log", "/disputes"):
        for nonsense in (
            "x",
            "~",
            "2026-01-01~1",
            "2026-01-01T00:00:00Z~",
            "9999-12-31T23:59:59-23:59~1",
            "0001-01-01T00:00:00+14:00~1",
        ):
            assert program.call("GET", path, after=nonsense).status_code == 422, nonsense


def test_the_log_and_the_people_come_by_pages_too(site: Site) -> None:
    program = let_in(site)
    keep_operator(site.database, site.hasher, "lan", OperatorRole.OPERATOR, site.clock.now())
    first = program.get("/operators", limit="1")
    second = program.get("/operators", limit="1", after=first["next"])
    assert [each["name"] for each in first["items"] + second["items"]] == ["chu", "lan"]
    assert second["next"] is None

    site.clock.advance(timedelta(minutes=1))
    whole = [each["id"] for each in program.get("/log")["items"]]
    found = program.get("/log", limit="1")
    seen = [each["id"] for each in found["items"]]
    while found["next"]:
        found = program.get("/log", limit="1", after=found["next"])
        seen += [each["id"] for each in found["items"]]
    assert seen == whole
    assert len(whole) > 1
    assert program.call("GET", "/log", since="2026-01-01T00:00:00Z").status_code == 422
    taken = events(site, "log_exported")
    assert (taken[0]["by"], taken[0]["events"]) == ("api:ci", len(whole))


def test_the_description_is_there_for_everybody(site: Site) -> None:
    client = site.app.test_client()
    answer = client.get("/api/v1/openapi.json")

    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["openapi"] == "3.1.0"
    assert "/keys/rotations" in answer.json["paths"]
    again = client.get("/api/v1/openapi.json", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_what_went_wrong_is_told_with_its_fix(site: Site) -> None:
    program = let_in(site)
    sent = site.app.test_client().get(
        "/authorize",
        query_string={"client_id": "binh-dinh", "redirect_uri": "https://elsewhere.example/"},
    )
    site.sweep("keep failed requests")

    (failure,) = program.get("/failures", client_id="binh-dinh")["items"]

    assert failure["reference"] == sent.headers["X-Request-Id"]
    assert failure["cause"] == "uri_differs"
    assert failure["sent"] == "https://elsewhere.example/"
    assert failure["fix"]
    assert (
        failure["manual"] == f"{site.settings.server.issuer}/manual/integrating?lang=en#section-2"
    )
    counts = program.get("/statistics", days="1")
    assert (counts["begun"], len(counts["steps"])) == (0, 24)
    assert program.call("GET", "/statistics", client_id="nobody").status_code == 404
    team = let_in(site, OperatorRole.PROVINCE_TEAM, name="ci-doi", team="doi")
    assert team.call("GET", "/statistics").status_code == 422
    assert team.call("GET", "/statistics", client_id="binh-dinh").status_code == 404
    assert team.get("/failures", client_id="binh-dinh")["items"] == []


def test_the_page_explains_every_call_and_every_kind_of_problem(site: Site) -> None:
    client = site.app.test_client()
    html = client.get("/api?lang=en").get_data(as_text=True)
    paths = client.get("/api/v1/openapi.json").json

    assert paths is not None
    for path in paths["paths"]:
        assert f"/api/v1{path}" in html
    for kind in TITLES:
        assert f'id="{kind}"' in html
