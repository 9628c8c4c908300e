"""What carriers say, or fail to say, and what becomes of the person's answers meanwhile."""

import pytest

from tests.e2e.people import Person, somebody
from tests.e2e.running_system import RunningSystem
from tests.e2e.sandbox_client import SandboxClient
from tests.e2e.walk import Walk
from tests.e2e.windows import at_a_desk, on_a_phone

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize(
    ("person", "record"),
    [
        pytest.param({"phone": "0921{}", "carrier": "vietnamobile"}, {}, id="unaccented"),
        pytest.param({"identity_number": "210{}", "carrier": "gmobile"}, {}, id="old-cmnd"),
        pytest.param({"phone": "0912{}", "carrier": "viettel"}, {}, id="ported"),
        pytest.param({"day": "", "month": ""}, {}, id="birth-year-only"),
        pytest.param(
            {"full_name": "H'Hoa Mẫu Niê Kđăm Mlô Duôn Du Êban Buôn Ya Ksơr"},
            {"full_name": "H’HOA MẪU NIÊ KĐĂM MLÔ DUÔN DU ÊBAN BUÔN YA KSƠR"},
            id="long-name",
        ),
    ],
)
def test_the_same_person_in_the_carriers_own_form_matches(
    desk: Walk,
    sandbox: SandboxClient,
    system: RunningSystem,
    person: dict[str, str],
    record: dict[str, str],
) -> None:
    new = somebody()
    changes = {name: text.format(new.phone[4:]) for name, text in person.items()}
    citizen = sandbox.subscribe(new.but(**changes), **record)
    desk.have_enrolled_and_returned(system.binh_dinh, citizen)

    assert desk.page.inner_text("#citizen-name") == citizen.full_name
    assert desk.page.inner_text("#verification-level") == "Mức xác minh 2"


@on_a_phone
@pytest.mark.parametrize(
    "record", [{"full_name": "Nguyễn Thị Bười"}, {"id_document": "052190000000"}]
)
def test_a_mismatch_makes_no_account_and_keeps_the_answers(
    walk: Walk, sandbox: SandboxClient, system: RunningSystem, record: dict[str, str]
) -> None:
    citizen = sandbox.subscribe(somebody(), **record)
    walk.enrol_up_to_the_code(system.binh_dinh, citizen)
    walk.type_code_sent_to(citizen)

    assert walk.heading == "Thông tin chưa khớp với nhà mạng"
    assert walk.reads("Tài khoản chưa được tạo")
    assert not walk.reads(next(iter(record.values())))
    walk.look("enrol-mismatch")
    walk.press("edit")
    assert walk.page.input_value("#full_name") == citizen.full_name

    sandbox.subscribe(citizen)  # the carrier's shop has put it right
    walk.press("enrol-submit")
    assert walk.path == "/enrol/password"


@pytest.mark.parametrize("kind", ["slow", "http_500", "http_429", "garbage"])
def test_a_carrier_that_fails_costs_nothing_but_time(
    desk: Walk, citizen: Person, sandbox: SandboxClient, system: RunningSystem, kind: str
) -> None:
    sandbox.break_(carrier="viettel", kind=kind)
    desk.enrol_up_to_the_code(system.binh_dinh, citizen)
    desk.type_code_sent_to(citizen)
    assert desk.heading == "Nhà mạng chưa trả lời"
    assert desk.reads("Chúng tôi đã giữ thông tin bạn nhập")

    sandbox.repair()
    desk.press("recheck-submit")
    assert desk.path == "/enrol/password"


@at_a_desk
def test_what_was_kept_is_taken_up_again_in_the_same_browser(
    walk: Walk, citizen: Person, sandbox: SandboxClient, system: RunningSystem
) -> None:
    sandbox.break_(carrier="viettel", kind="http_500")
    walk.enrol_up_to_the_code(system.binh_dinh, citizen)
    walk.type_code_sent_to(citizen)
    sandbox.repair()

    walk.open_portal(system.dak_lak)
    walk.press("enrol")
    walk.choose_mobile()
    assert walk.heading == "Bạn có một lần đăng ký chưa xong"
    assert walk.reads(f"kết thúc bằng {citizen.phone[-3:]}")
    walk.press("go-on")
    walk.type_code_sent_to(citizen)
    walk.choose_password(citizen.password)
    walk.press("enrol-continue")
    walk.allow(system.dak_lak)

    assert walk.is_signed_in


@on_a_phone
def test_an_account_that_exists_is_offered_to_its_owner(
    walk: Walk, citizen: Person, sandbox: SandboxClient, system: RunningSystem
) -> None:
    walk.enrol(system.binh_dinh, citizen)
    walk.forget_everything()

    walk.enrol_up_to_the_code(system.binh_dinh, citizen)
    walk.type_code_sent_to(citizen)
    assert walk.heading == "Số CMT/CCCD này đã có tài khoản"
    walk.look("enrol-exists")

    walk.press("sign-in")
    walk.type_password(citizen)
    walk.type_code_sent_to(citizen)
    walk.allow(system.binh_dinh)
    assert walk.is_signed_in
