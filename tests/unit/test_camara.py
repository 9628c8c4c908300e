import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Thread
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from idp.adapters.camara import CamaraCarrierRecords, CarrierEndpoint
from idp.carriers.model import Attribute, ClaimedIdentity, Outcome, Spelling
from idp.carriers.ports import CarrierUnavailable
from idp.core.birth_date import BirthDate
from idp.core.full_name import FullName
from idp.core.identity_number import IdentityNumber
from idp.core.phone_number import PhoneNumber

NUMBER = PhoneNumber.parse("0912000001")
PERSON = ClaimedIdentity(
    IdentityNumber.parse("052090000001"),
    FullName.parse("Nguyễn Văn Hòa"),
    BirthDate(1990, 1, 2),
)
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
SECRETS = ("912000001", "052090000001", "Nguy", "NGUY", "1990")

RECYCLING, MATCH = "/number-recycling/v0.2/check", "/kyc-match/v0.4/match"
SIM_CHECK, SIM_DATE = "/sim-swap/v2/check", "/sim-swap/v2/retrieve-date"

Answer = Callable[[httpx.Request], httpx.Response]


class Clock:
    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> datetime:
        return self.at


def error(status: int, code: str) -> httpx.Response:
    return httpx.Response(status, json={"status": status, "code": code, "message": "…"})


def ok(**members: Any) -> httpx.Response:
    return httpx.Response(200, json=members)


def not_ours(_: httpx.Request) -> httpx.Response:
    return error(404, "IDENTIFIER_NOT_FOUND")


def ours(_: httpx.Request) -> httpx.Response:
    return ok(phoneNumberRecycled=False)


def down(request: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("no answer", request=request)


def matching(**changed: str) -> dict[str, str]:
    return {"idDocumentMatch": "true", "nameMatch": "true", "birthdateMatch": "true", **changed}


class Carriers:
    """Two carriers on a wire of their own, answering as each test says."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        self.answers: dict[tuple[str, str], Answer] = {}
        self.token_answer: Answer = lambda _: ok(
            access_token=f"token-{len(self.requests)}", token_type="Bearer", expires_in=300
        )

    def on(self, carrier: str, path: str, answer: Answer | httpx.Response) -> None:
        self.answers[carrier, path] = (
            answer if callable(answer) else lambda _, fixed=answer: fixed  # type: ignore[misc]
        )

    def handle(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if request.url.path == "/token":
            return self.token_answer(request)
        return self.answers[request.url.host, request.url.path](request)

    def calls(self, path: str) -> list[tuple[str, dict[str, Any]]]:
        return [
            (request.url.host, json.loads(request.content))
            for request in self.requests
            if request.url.path == path
        ]

    def token_requests(self) -> list[dict[str, str]]:
        return [
            {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
            for request in self.requests
            if request.url.path == "/token"
        ]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def carriers() -> Carriers:
    world = Carriers()
    world.on("vinaphone", RECYCLING, ours)
    world.on("viettel", RECYCLING, not_ours)
    return world


@pytest.fixture(scope="module")
def key() -> ECKey:
    return ECKey.generate_key("P-256")


@pytest.fixture
def records(carriers: Carriers, clock: Clock, key: ECKey) -> Iterator[CamaraCarrierRecords]:
    records = CamaraCarrierRecords(
        tuple(
            CarrierEndpoint(
                name,
                base_url=f"https://{name}",
                token_url=f"https://{name}/token",
                unaccented=False,
                client_id="dvc-idp",
            )
            for name in ("viettel", "vinaphone")
        ),
        prefixes={"091": "vinaphone"},
        key=key,
        clock=clock,
        questions_at_once=1,
        transport=httpx.MockTransport(carriers.handle),
    )
    yield records
    records.close()


def test_a_match_says_who_confirmed_what_and_when(
    carriers: Carriers, records: CamaraCarrierRecords
) -> None:
    carriers.on("vinaphone", MATCH, ok(**matching()))

    outcome = records.match(NUMBER, PERSON)

    assert outcome.outcome is Outcome.MATCH
    assert outcome.carrier == "vinaphone"
    assert outcome.spelling is Spelling.AS_TYPED
    assert outcome.attributes == set(Attribute)
    assert outcome.checked_at == NOW
    assert outcome.asked == ("vinaphone",)
    references = {
        request.headers["x-correlator"]
        for request in carriers.requests
        if request.url.path != "/token"
    }
    assert references == {outcome.reference}


def test_the_identity_goes_to_the_holder_alone(
    carriers: Carriers, records: CamaraCarrierRecords
) -> None:
    carriers.on("vinaphone", RECYCLING, not_ours)
    carriers.on("viettel", RECYCLING, ours)
    carriers.on("viettel", MATCH, ok(**matching()))

    outcome = records.match(NUMBER, PERSON)

    assert [host for host, _ in carriers.calls(MATCH)] == ["viettel"]
    assert outcome.asked == ("vinaphone", "viettel")
    only_the_number = {"phoneNumber": "+84912000001", "specifiedDate": "2026-11-22"}
    assert [body for _, body in carriers.calls(RECYCLING)] == [only_the_number, only_the_number]


def test_nothing_personal_is_in_an_address(
    carriers: Carriers, records: CamaraCarrierRecords
) -> None:
    carriers.on("vinaphone", MATCH, ok(**matching()))

    records.match(NUMBER, PERSON)

    assert not [r.url for r in carriers.requests for s in SECRETS if s in str(r.url)]


@pytest.mark.parametrize(
    "answer",
    [
        error(404, "IDENTIFIER_NOT_FOUND"),
        error(422, "SERVICE_NOT_APPLICABLE"),
        error(403, "PERMISSION_DENIED"),
        error(429, "TOO_MANY_REQUESTS"),
        error(500, "INTERNAL"),
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json=[]),
        httpx.Response(200, json={}),
        httpx.Response(200, json=matching(nameMatch="yes")),
        httpx.Response(200, json={**matching(), "nameMatch": True}),
        httpx.Response(200, json={**matching(), "nameMatch": ["true"]}),
        httpx.Response(200, json={"idDocumentMatch": "true", "nameMatch": "true"}),
        httpx.Response(200, text="[" * 60_000),
        httpx.Response(200, json={**matching(), "padding": "x" * 70_000}),
        httpx.Response(302, headers={"location": "https://viettel/kyc-match/v0.4/match"}),
        down,
    ],
)
def test_a_holder_that_fails_is_an_outage_and_nobody_else_is_told(
    carriers: Carriers, records: CamaraCarrierRecords, answer: Answer | httpx.Response
) -> None:
    carriers.on("vinaphone", MATCH, answer)

    with pytest.raises(CarrierUnavailable) as outage:
        records.match(NUMBER, PERSON)

    assert outage.value.carriers == ("vinaphone",)
    assert [host for host, _ in carriers.calls(MATCH)] == ["vinaphone"]


@pytest.mark.parametrize(
    "failing",
    [
        down,
        error(500, "INTERNAL"),
        error(400, "OUT_OF_RANGE"),
        error(404, "NOT_FOUND"),
        httpx.Response(404, text="<html>no such page</html>"),
        httpx.Response(200, json={"phoneNumberRecycled": "false"}),
    ],
)
class TestWhenACarrierFailsDuringTheSearch:
    def test_another_that_serves_the_number_is_found(
        self, carriers: Carriers, records: CamaraCarrierRecords, failing: Answer | httpx.Response
    ) -> None:
        carriers.on("vinaphone", RECYCLING, failing)
        carriers.on("viettel", RECYCLING, ours)
        carriers.on("viettel", MATCH, ok(**matching()))

        outcome = records.match(NUMBER, PERSON)

        assert (outcome.outcome, outcome.carrier) == (Outcome.MATCH, "viettel")

    def test_the_question_stays_open_if_nobody_serves_it(
        self, carriers: Carriers, records: CamaraCarrierRecords, failing: Answer | httpx.Response
    ) -> None:
        carriers.on("vinaphone", RECYCLING, failing)

        with pytest.raises(CarrierUnavailable) as outage:
            records.match(NUMBER, PERSON)

        assert outage.value.carriers == ("vinaphone",)
        assert carriers.calls(MATCH) == []


def test_a_number_that_everyone_denies_is_nobodys(
    carriers: Carriers, records: CamaraCarrierRecords
) -> None:
    carriers.on("vinaphone", RECYCLING, error(422, "SERVICE_NOT_APPLICABLE"))

    outcome = records.match(NUMBER, PERSON)

    assert outcome.outcome is Outcome.NOT_SUBSCRIBER
    assert outcome.carrier is None
    assert outcome.asked == ("vinaphone", "viettel")
    assert carriers.calls(MATCH) == []


def test_a_carrier_that_checks_the_number_first_says_mismatch_not_outage(
    carriers: Carriers, records: CamaraCarrierRecords
) -> None:
    carriers.on("vinaphone", MATCH, error(403, "KNOW_YOUR_CUSTOMER.ID_DOCUMENT_MISMATCH"))

    outcome = records.match(NUMBER, PERSON)

    assert outcome.outcome is Outcome.MISMATCH
    assert outcome.differing == {Attribute.IDENTITY_NUMBER}
    assert outcome.attributes == frozenset()
    assert outcome.spelling is None


def test_a_score_of_99_confirms_nobody(carriers: Carriers, records: CamaraCarrierRecords) -> None:
    carriers.on("vinaphone", MATCH, ok(**matching(nameMatch="false"), nameMatchScore=99))

    outcome = records.match(NUMBER, PERSON)

    assert outcome.outcome is Outcome.MISMATCH
    assert outcome.differing == {Attribute.FULL_NAME}


def test_the_tone_variant_is_asked_when_only_the_name_differs(
    carriers: Carriers, records: CamaraCarrierRecords
) -> None:
    def new_style(request: httpx.Request) -> httpx.Response:
        is_equal = json.loads(request.content)["name"] == "Nguyễn Văn Hoà"
        return ok(**matching(nameMatch="true" if is_equal else "false"))

    carriers.on("vinaphone", MATCH, new_style)

    outcome = records.match(NUMBER, PERSON)

    assert outcome.outcome is Outcome.MATCH
    assert outcome.spelling is Spelling.TONE_VARIANT
    assert len(carriers.calls(MATCH)) == 2


def test_a_year_alone_is_not_sent_and_stays_unconfirmed(
    carriers: Carriers, records: CamaraCarrierRecords
) -> None:
    carriers.on("vinaphone", MATCH, ok(idDocumentMatch="true", nameMatch="true"))
    person = ClaimedIdentity(IdentityNumber("210000001"), PERSON.full_name, BirthDate(1950))

    outcome = records.match(NUMBER, person)

    assert carriers.calls(MATCH)[0][1] == {
        "phoneNumber": "+84912000001",
        "idDocument": "210000001",
        "idDocumentType": "national_id_card",
        "name": "Nguyễn Văn Hòa",
    }
    assert outcome.outcome is Outcome.MATCH
    assert Attribute.BIRTH_DATE not in outcome.attributes


def test_an_outage_tells_nothing_of_the_person(
    carriers: Carriers, records: CamaraCarrierRecords, capsys: pytest.CaptureFixture[str]
) -> None:
    carriers.on("vinaphone", MATCH, down)

    with pytest.raises(CarrierUnavailable) as outage:
        records.match(NUMBER, PERSON)

    chain: BaseException | None = outage.value
    while chain is not None:
        assert not isinstance(chain, httpx.HTTPError), "httpx's errors carry the request"
        assert not [secret for secret in SECRETS if secret in str(chain)]
        chain = chain.__context__
    written = "".join(capsys.readouterr())
    assert "vinaphone" in written
    assert not [secret for secret in SECRETS if secret in written]


class TestTokens:
    @pytest.fixture(autouse=True)
    def _matching(self, carriers: Carriers) -> None:
        carriers.on("vinaphone", MATCH, ok(**matching()))

    def test_the_assertion_is_what_the_profile_wants(
        self, carriers: Carriers, records: CamaraCarrierRecords, key: ECKey
    ) -> None:
        records.match(NUMBER, PERSON)

        first, second = carriers.token_requests()
        assert first["grant_type"] == "client_credentials"
        assert first["scope"] == "dpv:IdentityVerification number-recycling:check"
        assert second["scope"] == "dpv:IdentityVerification kyc-match:match"
        assertion = jwt.decode(first["client_assertion"], key, algorithms=["ES256"])
        assert assertion.header["kid"] == key.thumbprint()
        claims = assertion.claims
        assert claims["iss"] == claims["sub"] == "dvc-idp"
        assert claims["aud"] == "https://vinaphone/token"
        assert claims["iat"] == int(NOW.timestamp())
        assert 0 < claims["exp"] - claims["iat"] <= 300
        assert first["client_assertion"] != second["client_assertion"]

    @pytest.mark.parametrize(
        "unfit",
        [ECKey.generate_key("P-384"), ECKey.generate_key("P-256", private=False)],
        ids=["another curve", "public"],
    )
    def test_a_key_that_cannot_sign_is_refused_at_start(self, clock: Clock, unfit: ECKey) -> None:
        with pytest.raises(ValueError, match="private P-256"):
            CamaraCarrierRecords((), prefixes={}, key=unfit, clock=clock)

    def test_a_token_serves_until_shortly_before_its_end(
        self, carriers: Carriers, records: CamaraCarrierRecords, clock: Clock
    ) -> None:
        records.match(NUMBER, PERSON)
        clock.at += timedelta(seconds=269)
        records.match(NUMBER, PERSON)
        assert len(carriers.token_requests()) == 2

        clock.at += timedelta(seconds=2)
        records.match(NUMBER, PERSON)
        assert len(carriers.token_requests()) == 4

    def test_a_refused_token_is_replaced_once(
        self, carriers: Carriers, records: CamaraCarrierRecords
    ) -> None:
        tokens: list[str] = []

        def first_refused(request: httpx.Request) -> httpx.Response:
            tokens.append(request.headers["authorization"])
            return ok(**matching()) if len(tokens) > 1 else error(401, "UNAUTHENTICATED")

        carriers.on("vinaphone", MATCH, first_refused)

        assert records.match(NUMBER, PERSON).outcome is Outcome.MATCH
        assert len(set(tokens)) == 2

    def test_a_carrier_that_refuses_every_token_is_an_outage(
        self, carriers: Carriers, records: CamaraCarrierRecords
    ) -> None:
        carriers.on("vinaphone", MATCH, error(401, "UNAUTHENTICATED"))

        with pytest.raises(CarrierUnavailable):
            records.match(NUMBER, PERSON)

        assert len(carriers.calls(MATCH)) == 2

    @pytest.mark.parametrize(
        "answer",
        [
            httpx.Response(401, json={"error": "invalid_client"}),
            httpx.Response(200, text="token"),
            httpx.Response(200, json={"access_token": "t", "token_type": "DPoP"}),
            httpx.Response(200, json={"access_token": "", "token_type": "Bearer"}),
            httpx.Response(200, json={"access_token": "a\r\nb", "token_type": "Bearer"}),
            httpx.Response(
                200, json={"access_token": "t", "token_type": "Bearer", "expires_in": "x"}
            ),
            httpx.Response(
                200, json={"access_token": "t", "token_type": "Bearer", "expires_in": -1}
            ),
            httpx.Response(200, json={"token_type": "Bearer"}),
        ],
    )
    def test_without_a_token_the_number_is_not_sent(
        self, carriers: Carriers, records: CamaraCarrierRecords, answer: httpx.Response
    ) -> None:
        carriers.token_answer = lambda _: answer

        with pytest.raises(CarrierUnavailable) as outage:
            records.match(NUMBER, PERSON)

        assert outage.value.carriers == ("vinaphone", "viettel")
        assert carriers.calls(RECYCLING) == []


class TestSimChange:
    WINDOW = timedelta(hours=71, minutes=30)

    @pytest.mark.parametrize("swapped", [True, False])
    def test_the_check_is_asked_for_whole_hours_rounded_up(
        self,
        carriers: Carriers,
        records: CamaraCarrierRecords,
        swapped: bool,  # noqa: FBT001
    ) -> None:
        carriers.on("vinaphone", SIM_CHECK, ok(swapped=swapped))

        assert records.sim_changed_within(NUMBER, self.WINDOW) is swapped
        assert carriers.calls(SIM_CHECK) == [
            ("vinaphone", {"phoneNumber": "+84912000001", "maxAge": 72})
        ]

    @pytest.mark.parametrize(
        ("answer", "changed"),
        [
            ({"latestSimChange": "2026-11-21T09:00:00.312471829Z"}, True),
            ({"latestSimChange": "2026-11-01T16:00:00+07:00"}, False),
            ({"latestSimChange": None, "monitoredPeriod": 3}, False),
        ],
    )
    def test_beyond_the_carriers_limit_the_date_decides(
        self,
        carriers: Carriers,
        records: CamaraCarrierRecords,
        answer: dict[str, Any],
        changed: bool,  # noqa: FBT001
    ) -> None:
        carriers.on("vinaphone", SIM_CHECK, error(400, "OUT_OF_RANGE"))
        carriers.on("vinaphone", SIM_DATE, ok(**answer))

        assert records.sim_changed_within(NUMBER, self.WINDOW) is changed

    @pytest.mark.parametrize(
        "answer",
        [
            {"latestSimChange": None},
            {"latestSimChange": None, "monitoredPeriod": 2},
            {"latestSimChange": None, "monitoredPeriod": True},
            {"latestSimChange": None, "monitoredPeriod": 10**12},
            {"latestSimChange": "2026-11-21T09:00:00"},
            {"latestSimChange": "yesterday"},
            {"latestSimChange": 1763715600},
            {"monitoredPeriod": 30},
        ],
    )
    def test_not_knowing_is_an_outage_never_a_no(
        self, carriers: Carriers, records: CamaraCarrierRecords, answer: dict[str, Any]
    ) -> None:
        carriers.on("vinaphone", SIM_CHECK, error(400, "OUT_OF_RANGE"))
        carriers.on("vinaphone", SIM_DATE, ok(**answer))

        with pytest.raises(CarrierUnavailable):
            records.sim_changed_within(NUMBER, self.WINDOW)

    def test_a_window_beyond_the_interface_goes_to_the_date_at_once(
        self, carriers: Carriers, records: CamaraCarrierRecords
    ) -> None:
        carriers.on("vinaphone", SIM_DATE, ok(latestSimChange="2026-11-01T00:00:00Z"))

        assert records.sim_changed_within(NUMBER, timedelta(days=365)) is True

    def test_of_a_number_that_nobody_serves_nothing_is_known(
        self, carriers: Carriers, records: CamaraCarrierRecords
    ) -> None:
        carriers.on("vinaphone", RECYCLING, not_ours)

        with pytest.raises(CarrierUnavailable):
            records.sim_changed_within(NUMBER, self.WINDOW)
        with pytest.raises(CarrierUnavailable):
            records.recycled_since(NUMBER, date(2026, 1, 1))


@pytest.mark.parametrize("recycled", [True, False])
def test_recycling_is_asked_from_the_given_day(
    carriers: Carriers,
    records: CamaraCarrierRecords,
    recycled: bool,  # noqa: FBT001
) -> None:
    carriers.on("vinaphone", RECYCLING, ok(phoneNumberRecycled=recycled))

    assert records.recycled_since(NUMBER, date(2025, 3, 1)) is recycled
    assert carriers.calls(RECYCLING) == [
        ("vinaphone", {"phoneNumber": "+84912000001", "specifiedDate": "2025-03-01"})
    ]


def test_beyond_the_cap_a_question_is_turned_away_at_once(
    carriers: Carriers, records: CamaraCarrierRecords
) -> None:
    in_progress, released = Barrier(2), Barrier(2)

    def slow(_: httpx.Request) -> httpx.Response:
        in_progress.wait(timeout=10)
        released.wait(timeout=10)
        return ok(**matching())

    carriers.on("vinaphone", MATCH, slow)
    waiting = Thread(target=records.match, args=(NUMBER, PERSON))
    waiting.start()
    in_progress.wait(timeout=10)

    with pytest.raises(CarrierUnavailable) as outage:
        records.match(NUMBER, PERSON)

    released.wait(timeout=10)
    waiting.join()
    assert outage.value.carriers == ()


def test_a_failed_question_gives_its_place_back(
    carriers: Carriers, records: CamaraCarrierRecords
) -> None:
    carriers.on("vinaphone", MATCH, down)
    for _ in range(3):
        with suppress(CarrierUnavailable):
            records.match(NUMBER, PERSON)
    carriers.on("vinaphone", MATCH, ok(**matching()))

    assert records.match(NUMBER, PERSON).outcome is Outcome.MATCH
