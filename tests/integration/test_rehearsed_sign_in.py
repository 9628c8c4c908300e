"""
What a case alters, and that nothing of it reaches anybody else.

One browser, one relying party in the sandbox, one request; codes and tokens that no store of a
sign-in knows, about a person who does not exist.
"""

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import redis
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import KeySet
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from idp.app.operations import begin_run
from idp.citizens.model import Citizen
from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.grants.model import Grant
from idp.integration_tests.begin_case import BeginCase
from idp.integration_tests.begin_run import NotForTests
from idp.integration_tests.cookie import NAME
from idp.integration_tests.model import CaseName, IntegrationTestAttempt, Run
from idp.integration_tests.person import NAME as INVENTED
from idp.integration_tests.rules import MARK, RUN_LASTS, WAITS_FOR
from idp.operators.model import OperatorName
from idp.relying_parties.model import ClientId, RelyingPartyRecord
from tests.fakes.citizen_site import Site
from tests.fakes.clock import FakeClock
from tests.fakes.no_rehearsals import NoRehearsals
from tests.fakes.protocol_house import ProtocolHouse
from tests.fakes.registrations import BASIC, CHALLENGE, VERIFIER

BINH_DINH, DAK_LAK = ClientId("binh-dinh"), ClientId("dak-lak")
CALLBACK = {BINH_DINH: "http://localhost:8401/callback", DAK_LAK: "http://localhost:8402/callback"}
STATE, NONCE = "the-state", "the-nonce"


@dataclass
class Trial:
    """A run for Bình Định, and the secrets of both portals."""

    site: Site
    secrets: dict[str, str]
    run: Run

    def browser(self, case: CaseName | None = None, run: Run | None = None) -> FlaskClient:
        """A browser in which *case* was begun, if one was."""
        http = self.site.app.test_client()
        if case is not None:
            begin = BeginCase(database=self.site.database, clock=self.site.clock)
            http.set_cookie(NAME, begin(run or self.run, case, browser=None))
        return http

    def authorize(
        self, http: FlaskClient, client_id: ClientId = BINH_DINH, **more: str
    ) -> TestResponse:
        asked = parameters(client_id) | more
        return http.get(f"/authorize?{urlencode(asked)}", follow_redirects=False)

    def post_authorize(self, http: FlaskClient) -> str:
        """Post a request as a portal's page does; where the browser goes with it."""
        posted = http.post("/authorize", data=parameters(BINH_DINH), follow_redirects=False)
        assert posted.status_code == 303
        return posted.headers["Location"]

    def code(self, case: CaseName, **more: str) -> str:
        return answer_of(self.authorize(self.browser(case), **more))["code"]

    def redeem(self, code: str, client_id: ClientId = BINH_DINH, **changes: str) -> TestResponse:
        sent = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CALLBACK[client_id],
            "code_verifier": VERIFIER,
        }
        return self.post("/token", sent | changes, client_id)

    def post(self, path: str, sent: dict[str, str], client_id: ClientId) -> TestResponse:
        headers = {}
        if client_id == BINH_DINH:  # registered for client_secret_basic, the other for _post
            pair = f"{client_id}:{self.secrets[client_id]}".encode()
            headers = {"Authorization": f"Basic {b64encode(pair).decode()}"}
        else:
            sent = sent | {"client_id": client_id, "client_secret": self.secrets[client_id]}
        return self.site.app.test_client().post(path, data=sent, headers=headers)

    def userinfo(self, token: str) -> TestResponse:
        headers = {"Authorization": f"Bearer {token}"}
        return self.site.app.test_client().get("/userinfo", headers=headers)

    def jwks(self) -> dict[str, Any]:
        document: dict[str, Any] = self.site.app.test_client().get("/jwks").get_json()
        return document

    def leave_the_sandbox(self) -> None:
        """Have Bình Định's registration be one for production."""
        with self.site.database.transaction() as transaction:
            record = transaction.get_one(RelyingPartyRecord, BINH_DINH)
            record.registration = record.registration | {"environment": "production"}
        self.site.parts.registry_version.bump()

    def be_disabled(self) -> None:
        """Have Bình Định's registration be disabled."""
        with self.site.database.transaction() as transaction:
            transaction.get_one(RelyingPartyRecord, BINH_DINH).enabled = False
        self.site.parts.registry_version.bump()

    def attempt(self, case: CaseName) -> IntegrationTestAttempt:
        with self.site.database.reading() as reading:
            return reading.execute(
                select(IntegrationTestAttempt).where(IntegrationTestAttempt.case == case)
            ).scalar_one()


def parameters(client_id: ClientId) -> dict[str, str]:
    """A good authorization request."""
    return {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": CALLBACK[client_id],
        "scope": "openid profile phone",
        "state": STATE,
        "nonce": NONCE,
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }


@pytest.fixture
def trial(site: Site, client_secrets: dict[str, str]) -> Trial:
    run = begin_run(site.parts)(BINH_DINH, by=OperatorName("lan"))
    return Trial(site, client_secrets, run)


def answer_of(response: TestResponse) -> dict[str, str]:
    assert response.status_code == 303, response.text
    address = urlsplit(response.headers["Location"])
    assert f"{address.scheme}://{address.netloc}{address.path}" in CALLBACK.values(), address
    return {name: only for name, (only,) in parse_qs(address.query).items()}


def is_ordinary(response: TestResponse) -> bool:
    """Whether the citizen is to sign in, as without any test."""
    return response.status_code == 303 and response.headers["Location"].startswith("/choose?")


class TestWhoIsAnsweredWrongly:
    def test_the_browser_of_the_case_once(self, trial: Trial) -> None:
        http = trial.browser(CaseName.WRONG_STATE)
        answer = answer_of(trial.authorize(http))

        assert answer["code"].startswith(MARK)
        assert answer["state"] != STATE
        assert is_ordinary(trial.authorize(http))

    def test_no_other_browser(self, trial: Trial) -> None:
        trial.browser(CaseName.WRONG_STATE)
        stranger = trial.browser()
        stranger.set_cookie(NAME, "x" * 43)

        assert is_ordinary(trial.authorize(stranger))
        assert is_ordinary(trial.authorize(trial.browser()))

    def test_no_other_relying_party(self, trial: Trial) -> None:
        http = trial.browser(CaseName.WRONG_STATE)

        assert is_ordinary(trial.authorize(http, DAK_LAK))
        assert answer_of(trial.authorize(http))["state"] != STATE  # still waits for its own

    def test_not_after_a_quarter_of_an_hour(self, trial: Trial) -> None:
        http = trial.browser(CaseName.WRONG_STATE)
        trial.site.clock.advance(WAITS_FOR)

        assert is_ordinary(trial.authorize(http))

    def test_not_a_request_that_is_wrong_itself(self, trial: Trial) -> None:
        http = trial.browser(CaseName.GOOD_SIGN_IN)
        wrong = trial.authorize(http, redirect_uri="https://elsewhere.example/callback")

        assert wrong.status_code == 400
        assert answer_of(trial.authorize(http))["state"] == STATE

    @pytest.mark.parametrize("change", [Trial.leave_the_sandbox, Trial.be_disabled])
    def test_nobody_who_is_not_in_the_sandbox(
        self, trial: Trial, change: Callable[[Trial], None]
    ) -> None:
        http, spent = trial.browser(CaseName.WRONG_STATE), trial.code(CaseName.GOOD_SIGN_IN)
        change(trial)
        answered = trial.authorize(http)

        assert answered.status_code < 500
        assert MARK not in answered.headers.get("Location", "")
        assert "id_token" not in trial.redeem(spent).get_json()
        with pytest.raises(NotForTests):
            begin_run(trial.site.parts)(BINH_DINH, by=OperatorName("lan"))
        link = begin_run(trial.site.parts).link(trial.run)
        assert trial.browser().get(link).status_code == 410

    def test_a_request_that_was_posted(self, trial: Trial) -> None:
        """A cross-site POST carries no Lax cookie; our own GET after it does."""
        http = trial.browser(CaseName.WRONG_STATE)
        posted = trial.post_authorize(trial.browser())
        elsewhere = trial.post_authorize(trial.browser())
        answered = http.get(posted, follow_redirects=False)

        assert answer_of(answered)["state"] != STATE
        assert is_ordinary(http.get(elsewhere, follow_redirects=False))

    def test_one_case_at_a_time_waits_in_a_browser(self, trial: Trial) -> None:
        begin = BeginCase(database=trial.site.database, clock=trial.site.clock)
        http = trial.site.app.test_client()
        first = begin(trial.run, CaseName.WRONG_STATE, browser=None)
        second = begin(trial.run, CaseName.ACCESS_DENIED, browser=first)
        http.set_cookie(NAME, second)

        assert first == second
        assert answer_of(trial.authorize(http))["error"] == "access_denied"
        assert is_ordinary(trial.authorize(http))


class TestCodes:
    def test_it_is_good_once_and_each_use_is_counted(self, trial: Trial) -> None:
        code = trial.code(CaseName.GOOD_SIGN_IN)
        first, second = trial.redeem(code), trial.redeem(code)

        assert first.status_code == 200
        assert (second.status_code, second.get_json()["error"]) == (400, "invalid_grant")
        assert trial.attempt(CaseName.GOOD_SIGN_IN).code_uses == 2

    def test_another_relying_party_neither_spends_nor_finds_it(self, trial: Trial) -> None:
        code = trial.code(CaseName.GOOD_SIGN_IN)
        stolen = trial.redeem(code, DAK_LAK)

        assert (stolen.status_code, stolen.get_json()["error"]) == (400, "invalid_grant")
        assert trial.redeem(code).status_code == 200

    def test_it_ends_after_a_minute(self, trial: Trial) -> None:
        code = trial.code(CaseName.GOOD_SIGN_IN)
        trial.site.clock.advance(timedelta(minutes=1))

        assert trial.redeem(code).get_json()["error"] == "invalid_grant"

    @pytest.mark.parametrize(
        "wrong", [{"code_verifier": "b" * 43}, {"redirect_uri": "http://localhost:8401/"}]
    )
    def test_it_is_bound_as_any_other(self, trial: Trial, wrong: dict[str, str]) -> None:
        code = trial.code(CaseName.GOOD_SIGN_IN)

        assert trial.redeem(code, **wrong).get_json()["error"] == "invalid_grant"

    def test_no_row_is_made_for_anybody(self, trial: Trial) -> None:
        token = trial.redeem(trial.code(CaseName.GOOD_SIGN_IN)).get_json()["access_token"]
        trial.userinfo(token)

        with trial.site.database.reading() as reading:
            for rows in (Citizen, Grant):
                assert reading.execute(select(func.count()).select_from(rows)).scalar_one() == 0


class TestTokens:
    def test_a_good_one_is_as_any_other(self, trial: Trial) -> None:
        tokens = trial.redeem(trial.code(CaseName.GOOD_SIGN_IN)).get_json()
        keys = KeySet.import_key_set(trial.jwks())
        claims = jwt.decode(tokens["id_token"], keys, algorithms=["ES256"]).claims
        told = trial.userinfo(tokens["access_token"]).get_json()

        assert tokens.keys() == {"access_token", "token_type", "expires_in", "scope", "id_token"}
        assert claims["iss"] == trial.site.settings.server.issuer
        assert (claims["aud"], claims["nonce"], claims["acr"]) == (BINH_DINH, NONCE, "LoA2")
        assert told["sub"] == claims["sub"]
        assert told["name"] == INVENTED
        assert "identity_number" not in told  # its scope was not asked for

    def test_the_person_is_the_same_throughout_a_run_and_another_in_the_next(
        self, trial: Trial
    ) -> None:
        def subject() -> str:
            code = trial.code(CaseName.GOOD_SIGN_IN)
            told = trial.userinfo(trial.redeem(code).get_json()["access_token"])
            sub: str = told.get_json()["sub"]
            return sub

        first, second = subject(), subject()
        trial.run = begin_run(trial.site.parts)(BINH_DINH, by=OperatorName("lan"))

        assert first == second != subject()

    @pytest.mark.parametrize(
        "case", [CaseName.WRONG_ISSUER, CaseName.WRONG_SIGNATURE, CaseName.EXPIRED]
    )
    def test_one_that_came_with_something_wrong_opens_nothing(
        self, trial: Trial, case: CaseName
    ) -> None:
        tokens = trial.redeem(trial.code(case)).get_json()
        refused = trial.userinfo(tokens["access_token"])

        assert refused.status_code == 401
        assert 'error="invalid_token"' in refused.headers["WWW-Authenticate"]
        assert trial.attempt(case).userinfo_at is not None

    @pytest.mark.parametrize("case", [CaseName.GOOD_SIGN_IN, CaseName.WRONG_AUDIENCE])
    def test_none_is_known_elsewhere(self, trial: Trial, case: CaseName) -> None:
        token = trial.redeem(trial.code(case)).get_json()["access_token"]
        as_refresh = {"grant_type": "refresh_token", "refresh_token": token}

        assert trial.post("/introspect", {"token": token}, BINH_DINH).get_json() == {
            "active": False
        }
        assert trial.post("/revoke", {"token": token}, BINH_DINH).status_code == 200
        assert trial.post("/token", as_refresh, BINH_DINH).status_code == 400

    def test_it_ends_with_its_lifetime(self, trial: Trial) -> None:
        token = trial.redeem(trial.code(CaseName.GOOD_SIGN_IN)).get_json()["access_token"]
        trial.site.clock.advance(trial.site.settings.tokens.access_token)

        assert trial.userinfo(token).status_code == 401

    def test_a_hint_made_of_one_names_nobody(self, trial: Trial) -> None:
        hint = trial.redeem(trial.code(CaseName.GOOD_SIGN_IN)).get_json()["id_token"]
        silent = trial.authorize(trial.browser(), id_token_hint=hint, prompt="none")

        assert answer_of(silent)["error"] == "login_required"

    def test_a_lower_level_is_said_in_every_claim(self, trial: Trial) -> None:
        code = trial.code(CaseName.LOWER_LEVEL, acr_values="LoA3")
        tokens = trial.redeem(code).get_json()
        keys = KeySet.import_key_set(trial.jwks())
        claims = jwt.decode(tokens["id_token"], keys, algorithms=["ES256"]).claims

        assert (claims["acr"], claims["verification_level"]) == ("LoA2", 2)
        assert claims["authentication_level"] == 2

    def test_a_new_key_is_published_for_minutes(
        self, trial: Trial, pass_time: Callable[[timedelta], None]
    ) -> None:
        before = trial.jwks()["keys"]
        tokens = trial.redeem(trial.code(CaseName.UNKNOWN_KEY)).get_json()
        after = trial.jwks()["keys"]
        claims = jwt.decode(
            tokens["id_token"], KeySet.import_key_set({"keys": after}), algorithms=["ES256"]
        ).claims

        assert claims["nonce"] == NONCE
        assert after[: len(before)] == before
        assert len(after) == len(before) + 1
        assert "d" not in after[-1]
        pass_time(timedelta(minutes=10))
        assert trial.jwks()["keys"] == before


class TestPages:
    def test_a_link_is_good_for_a_day(self, trial: Trial) -> None:
        link = begin_run(trial.site.parts).link(trial.run)
        http = trial.browser()

        assert http.get(link).status_code == 200
        assert http.get("/integration-test?k=unknown").status_code == 410
        trial.site.clock.advance(RUN_LASTS)
        for page in ("", "/case", "/report", "/report.json", "/send-again"):
            query = urlsplit(link).query + "&case=expired"
            assert http.get(f"/integration-test{page}?{query}").status_code == 410

    def test_there_are_no_other_cases(self, trial: Trial) -> None:
        query = urlsplit(begin_run(trial.site.parts).link(trial.run)).query

        assert trial.browser().get(f"/integration-test/case?{query}&case=x").status_code == 404
        assert trial.browser().get(f"/integration-test/case?{query}").status_code == 404

    def test_an_old_answer_is_not_sent_before_it_was_given(self, trial: Trial) -> None:
        link = begin_run(trial.site.parts).link(trial.run)
        again = trial.browser().get(
            link.replace("/integration-test", "/integration-test/send-again")
        )

        assert again.headers["Location"].endswith("case=replayed_code")

    def test_attempts_are_forgotten_after_a_day(self, trial: Trial) -> None:
        trial.code(CaseName.EXPIRED)
        trial.site.sweep("forget old integration tests")
        assert trial.attempt(CaseName.EXPIRED).code_uses == 0
        trial.site.clock.advance(RUN_LASTS + timedelta(seconds=1))
        trial.site.sweep("forget old integration tests")

        with trial.site.database.reading() as reading:
            assert not reading.execute(select(IntegrationTestAttempt)).all()


def test_what_a_citizen_was_given_is_never_looked_up_among_cases(
    sqlite_database: Database,
    redis_client: redis.Redis,
    redis_url: str,
    clock: FakeClock,
    index: BlindIndex,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Every question of a sign-in is answered by its own store first, and that is the end of it."""

    def asked(*_: object) -> None:
        raise AssertionError("a case was looked for")

    monkeypatch.setattr(NoRehearsals, "redeem", asked)
    monkeypatch.setattr(NoRehearsals, "userinfo", asked)
    house = ProtocolHouse(sqlite_database, redis_client, redis_url, clock, index)
    tokens = house.tokens_for(house.signed_in(house.someone(BASIC)))

    assert house.userinfo(tokens["access_token"]).status_code == 200
