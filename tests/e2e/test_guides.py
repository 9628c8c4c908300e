"""
Both provinces' guides for citizens, line by line.

The comments are the guides' own steps.
"""

import pytest

from tests.e2e.people import Person
from tests.e2e.running_system import RunningSystem
from tests.e2e.walk import Walk

pytestmark = pytest.mark.e2e


def test_guide_of_binh_dinh(walk: Walk, citizen: Person, system: RunningSystem) -> None:
    # Bước 1: Truy cập Cổng dịch vụ công tỉnh Bình Định. Chọn “Đăng ký”.
    walk.open_portal(system.binh_dinh)
    walk.look("portal-home")
    assert walk.page.inner_text("#enrol") == "Đăng ký"
    walk.press("enrol")

    # Bước 2: Tại màn hình “Chọn phương thức đăng ký” chọn “Công dân”, “Thuê bao di động”.
    assert walk.heading == "Chọn phương thức đăng ký"
    assert walk.path == "/enrol/method"
    walk.look("enrol-method")
    walk.choose_mobile()

    # Bước 3: nhập các thông tin đăng ký (các trường có dấu * đỏ là các trường bắt buộc),
    # sau đó nhấn “Đăng ký”.
    assert walk.heading == "Đăng ký bằng thuê bao di động"
    walk.look("enrol-mobile")
    assert walk.page.locator("form .required").count() == 4
    walk.fill_form(citizen)
    assert walk.page.inner_text("#enrol-submit") == "Đăng ký"
    walk.press("enrol-submit")

    # Bước 4: nhập mã OTP được gửi về số điện thoại đăng ký và nhấn “Xác nhận”.
    assert walk.heading == "Nhập mã OTP"
    walk.look("enrol-otp")
    assert walk.page.inner_text("#otp-submit") == "Xác nhận"
    assert walk.page.inner_text("#otp-resend").startswith("Gửi lại OTP")
    walk.type_code_sent_to(citizen)

    # Bước 5: nhập và xác nhận lại mật khẩu sau đó nhấn “Đăng ký”. Sử dụng 8 ký tự trở lên bao gồm
    # chữ thường, chữ in hoa, số và ký tự đặc biệt.
    assert walk.heading == "Tạo mật khẩu"
    walk.look("enrol-password")
    rules = walk.page.locator(".rules li").all_inner_texts()
    assert [rule.split(" (")[0] for rule in rules] == [
        "8 ký tự trở lên",
        "chữ thường",
        "chữ in hoa",
        "chữ số",
        "ký tự đặc biệt",
    ]
    assert walk.page.inner_text("#password-submit") == "Đăng ký"
    walk.choose_password(citizen.password)

    # Tài khoản được đăng ký bởi Thuê bao di động sẽ có mức xác minh 2 (đã được xác minh bởi nhà
    # mạng).
    assert walk.heading == "Đã tạo tài khoản"
    assert walk.reads("Mức 2 – đã được xác minh bởi nhà mạng")
    walk.look("enrol-done")
    assert walk.page.inner_text("#enrol-continue") == (
        "Tiếp tục vào Cổng Dịch vụ công tỉnh Bình Định"
    )

    walk.press("enrol-continue")
    assert walk.heading == "Chia sẻ thông tin với Cổng Dịch vụ công tỉnh Bình Định?"
    assert walk.reads(citizen.full_name)
    walk.look("consent")
    walk.allow(system.binh_dinh)

    # The portal takes an answer with its own `state` only.
    assert walk.page.inner_text("#citizen-name") == citizen.full_name
    assert walk.page.inner_text("#verification-level") == "Mức xác minh 2"
    walk.look("portal-signed-in")


def test_guide_of_dak_lak(walk: Walk, citizen: Person, system: RunningSystem) -> None:
    # 1. Đăng ký tài khoản công dân bằng số thuê bao di động.
    # Bước 1, 2: Truy cập Hệ thống thông tin giải quyết thủ tục hành chính, chọn “Đăng ký”.
    walk.open_portal(system.dak_lak)
    walk.look("other-portal-home")
    walk.press("enrol")

    # Bước 3: Chọn phương thức đăng ký là “Công dân” và đăng ký bằng “Thuê bao di động”.
    walk.choose_mobile()

    # Bước 4: nhập các thông tin yêu cầu, nhấn nút “Đăng ký”. Thuê bao phải là chính chủ.
    assert walk.reads("Số điện thoại phải là thuê bao chính chủ")
    walk.submit_form(citizen)

    # Bước 5: nhập mã OTP; nếu chưa nhận được mã OTP thì nhấn “Gửi lại OTP” để lấy lại mã OTP.
    walk.resend()
    walk.look("enrol-otp-resent")
    first, latest = walk.sandbox.next_code(citizen), walk.sandbox.next_code(citizen)
    assert first != latest
    walk.type_code(latest)

    # Bước 6: nhập và xác nhận lại mật khẩu, nhấn “Đăng ký” để hoàn thành.
    walk.choose_password(citizen.password)
    assert walk.heading == "Đã tạo tài khoản"
    walk.forget_everything()

    # 2. Đăng nhập hệ thống.
    # Bước 1, 2: Truy cập, chọn chức năng “Đăng nhập”.
    walk.open_portal(system.dak_lak)
    assert walk.page.inner_text("#open-sign-in") == "Đăng nhập"
    walk.press("open-sign-in")
    walk.look("other-portal-options")

    # Bước 3: Chọn chức năng “Đăng nhập Cổng DVC Quốc gia”.
    assert walk.page.inner_text("#sign-in") == "Đăng nhập Cổng DVC Quốc gia"
    walk.press("sign-in")

    # Bước 4: Chọn mục “Tài khoản cấp bởi Cổng dịch vụ công quốc gia”.
    assert walk.path == "/choose"
    tile = walk.page.inner_text("#choose-portal-account strong")
    assert tile == "Tài khoản cấp bởi Cổng dịch vụ công quốc gia"
    walk.look("choose")
    walk.press("choose-portal-account")

    # Bước 5: điền tên đăng nhập là “CMT hoặc CCCD”, nhập mật khẩu sau đó nhấn “Đăng nhập”.
    assert walk.heading == "Đăng nhập"
    assert walk.page.inner_text("label[for=username]") == "Số CMT hoặc CCCD"
    walk.look("login")
    walk.type_password(citizen)

    # Bước 6: hệ thống gửi mã OTP về số thuê bao đã đăng ký, nhập mã OTP và nhấn “Xác nhận”.
    assert walk.reads(f"kết thúc bằng {citizen.phone[-3:]}")
    walk.look("otp")
    walk.type_code_sent_to(citizen)

    walk.allow(system.dak_lak)
    assert walk.page.inner_text("#citizen-name") == citizen.full_name
    assert walk.page.inner_text("#verification-level") == "Mức xác minh 2"
    walk.look("other-portal-signed-in")


def test_text_messages_name_purpose_and_portal(
    desk: Walk, citizen: Person, system: RunningSystem
) -> None:
    desk.enrol_up_to_the_code(system.binh_dinh, citizen)
    text = desk.sandbox.next_text(citizen)

    assert "dang ky" in text
    assert "Cong Binh Dinh" in text
    assert "Khong dua ma cho bat ky ai" in text
    assert text.splitlines()[-1].startswith("@127.0.0.1 #")
