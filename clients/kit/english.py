"""English for every Vietnamese text of the kit's pages."""

ENGLISH = {
    # every page
    "Chuyển tới nội dung chính": "Skip to main content",
    "Thông báo": "Notice",
    "Bản thử nghiệm.": "Trial version.",
    "Đây không phải trang chính thức. Không nhập thông tin thật.": (
        "This is not an official site. Do not enter real details."
    ),
    "Trang minh hoạ": "Demonstration site",
    "Ngôn ngữ": "Language",
    "Cổng DVC Quốc gia là gì?": "What is the National Public Service Portal?",
    "Bảo vệ dữ liệu cá nhân": "Personal data protection",
    "Điều khoản sử dụng": "Terms of use",
    "Tổng đài hỗ trợ:": "Help line:",
    "(miễn phí)": "(free of charge)",
    "Về trang chính": "Back to the home page",
    # home, signed out
    "Trang chủ": "Home",
    "Nộp hồ sơ và theo dõi kết quả trực tuyến": "Apply and follow your results online",
    "Dùng một tài khoản Cổng Dịch vụ công Quốc gia cho mọi cổng của các tỉnh.": (
        "One National Public Service Portal account works on every province’s portal."
    ),
    "Đăng nhập": "Sign in",
    "Đăng ký": "Register",
    "Chưa có tài khoản? Chọn Đăng ký và chuẩn bị số CCCD cùng điện thoại có thuê bao chính chủ.": (
        "No account yet? Choose Register, with your ID number and a phone whose subscription is "
        "in your own name at hand."
    ),
    "Dùng tài khoản Cổng Dịch vụ công Quốc gia để nộp hồ sơ và theo dõi kết quả.": (
        "Use your National Public Service Portal account to apply and follow your results."
    ),
    "Đăng nhập Cổng DVC Quốc gia": "Sign in with the National Public Service Portal",
    "Bạn sẽ được chuyển sang trang của Cổng Dịch vụ công Quốc gia.": (
        "You will be taken to the National Public Service Portal."
    ),
    # home, signed in
    "Trang của bạn": "Your page",
    "Xin chào,": "Hello,",
    "công dân": "citizen",
    "Mức xác minh {level}": "Verification level {level}",
    "Cổng này đã hỏi: {asked}. Lần đăng nhập này đạt: {reached}.": (
        "This portal asked for: {asked}. This sign-in reached: {reached}."
    ),
    "Thủ tục": "Procedures",
    "Cần có: {level}": "Needed: {level}",
    "Mức {number} ({acr})": "Level {number} ({acr})",
    "Chưa rõ": "Not known",
    "Không đòi hỏi mức tối thiểu": "No minimum level",
    "Thông tin cổng này nhận được": "What this portal received",
    "Dữ liệu đăng nhập (dành cho buổi trình diễn)": "Sign-in facts (for the demonstration)",
    "Đăng xuất": "Sign out",
    # what was received
    "Họ và tên": "Full name",
    "Ngày sinh": "Date of birth",
    "Giới tính": "Gender",
    "Số điện thoại": "Phone number",
    "Số điện thoại đã xác minh": "Phone number verified",
    "Số định danh cá nhân": "Personal ID number",
    "Số CMND cũ": "Old ID card number",
    "Mức xác minh": "Verification level",
    "Mức độ xác thực": "Authentication level",
    "Cập nhật lúc": "Updated at",
    "Có": "Yes",
    "Không": "No",
    "Nam": "Male",
    "Nữ": "Female",
    # procedures
    "Mã thủ tục": "Procedure code",
    "Người nộp hồ sơ": "Applicant",
    "Mức cần có": "Level needed",
    "Mức bạn đang có": "Your level",
    "Không đòi hỏi": "None",
    "Đây là trang minh hoạ: chưa nộp được hồ sơ thật.": (
        "This is a demonstration: no real application can be made."
    ),
    "Thủ tục này cần mức xác minh cao hơn": "This procedure needs a higher verification level",
    "Nhấn Thử lại: Cổng Dịch vụ công Quốc gia chỉ cách nâng mức, rồi đưa bạn về đúng chỗ này.": (
        "Press Try again: the National Public Service Portal shows how to raise your level, then "
        "brings you back to this very place."
    ),
    "Thử lại": "Try again",
    # handing over to the provider
    "Chuyển sang Cổng Dịch vụ công Quốc gia": "Go to the National Public Service Portal",
    "Yêu cầu đăng nhập được gửi bằng biểu mẫu này thay cho một liên kết. Nhấn nút để tiếp tục.": (
        "The sign-in request is sent by this form instead of a link. Press the button to go on."
    ),
    # signing out
    "Đang đăng xuất": "Signing out",
    "Bạn đã đăng xuất khỏi cổng này. Tiếp theo là Cổng Dịch vụ công Quốc gia.": (
        "You are signed out of this portal. The National Public Service Portal comes next."
    ),
    "Tiếp tục đăng xuất": "Continue signing out",
    "Bạn đã đăng xuất": "You are signed out",
    "Bạn đã đăng xuất khỏi cổng này và Cổng Dịch vụ công Quốc gia.": (
        "You are signed out of this portal and of the National Public Service Portal."
    ),
    "Bạn đã đăng xuất khỏi cổng này. Cổng Dịch vụ công Quốc gia chưa xác nhận đăng xuất: "
    "đóng trình duyệt nếu bạn dùng máy chung.": (
        "You are signed out of this portal. The National Public Service Portal has not confirmed "
        "it: close the browser if others use this computer."
    ),
    # plain text
    "Cổng Dịch vụ công Quốc gia cấp cho mỗi công dân một tài khoản dùng chung cho cổng của mọi "
    "tỉnh.": (
        "The National Public Service Portal gives each citizen one account for the portals of all "
        "provinces."
    ),
    "Bạn nhập mật khẩu và mã OTP (mã dùng một lần, gửi bằng tin nhắn) ở đó. Cổng này không bao giờ "
    "thấy chúng.": (
        "You enter your password and the OTP (a one-time code sent by text message) there. This "
        "portal never sees them."
    ),
    "Trước khi thông tin của bạn được gửi tới đây, bạn xem và đồng ý từng mục.": (
        "Before your details are sent here, you see each of them and agree."
    ),
    "Cổng này giữ thông tin nhận được trong bộ nhớ của máy chủ, chỉ trong lúc bạn đăng nhập, nhiều "
    "nhất hai giờ.": (
        "This portal keeps what it receives in the server’s memory, only while you are signed in, "
        "for two hours at most."
    ),
    "Cookie chỉ chứa một số ngẫu nhiên và ngôn ngữ bạn chọn. Không có cookie của bên thứ ba.": (
        "Cookies hold only a random number and the language you chose. There are no third-party "
        "cookies."
    ),
    "Đây là trang minh hoạ cách một cổng của tỉnh dùng tài khoản Cổng Dịch vụ công Quốc gia. Không "
    "có thủ tục nào được thực hiện thật.": (
        "This site shows how a province’s portal uses National Public Service Portal accounts. No "
        "procedure is carried out for real."
    ),
    # when something failed
    "Chưa đăng nhập được": "You are not signed in yet",
    "Câu trả lời nhận được không đúng như phải có, nên cổng này đã bỏ qua để bảo vệ bạn. "
    "Bạn không làm gì sai.": (
        "The answer received was not as it has to be, so this portal ignored it to protect you. "
        "You did nothing wrong."
    ),
    "Bắt đầu đăng nhập lại": "Start signing in again",
    "Lần đăng nhập này không còn dùng được": "This sign-in can no longer be used",
    "Trang đã mở quá lâu, đã dùng rồi, hoặc được bắt đầu ở một trình duyệt khác.": (
        "The page was open too long, was used already, or was begun in another browser."
    ),
    "Cổng Dịch vụ công Quốc gia chưa trả lời": "The National Public Service Portal did not answer",
    "Chưa đăng nhập được lúc này. Thử lại sau ít phút.": (
        "You cannot sign in right now. Try again in a few minutes."
    ),
    "Liên kết này chưa đúng": "This link is not right",
    "Liên kết đưa bạn tới đây không thuộc cổng này hoặc bị thiếu. Về trang chính để bắt đầu.": (
        "The link that brought you here is not of this portal, or is incomplete. Start from the "
        "home page."
    ),
    "Trang đã mở quá lâu": "This page was open too long",
    "Về trang chính, rồi đăng xuất lại.": "Go back to the home page, then sign out again.",
    "Không tìm thấy trang": "Page not found",
    "Kiểm tra lại địa chỉ, hoặc về trang chính.": "Check the address, or go to the home page.",
    "Cổng này đang gặp lỗi": "There is a problem with this portal",
    "Thử lại sau ít phút.": "Try again in a few minutes.",
    "Bạn đã huỷ đăng nhập": "You cancelled the sign-in",
    "Không có thông tin nào được gửi tới cổng này.": "Nothing was sent to this portal.",
    "Bạn chưa đăng nhập Cổng DVC Quốc gia": (
        "You are not signed in to the National Public Service Portal"
    ),
    "Cần đăng nhập, hoặc cần bạn đồng ý chia sẻ thông tin, rồi mới tiếp tục được.": (
        "You need to sign in, or to agree to share your details, before you can go on."
    ),
    "Tài khoản của bạn chưa đạt mức mà cổng này yêu cầu. Nhấn Thử lại để xem cách nâng mức.": (
        "Your account has not reached the level this portal asks for. Press Try again to see how "
        "to raise it."
    ),
    "Cổng Dịch vụ công Quốc gia đã từ chối yêu cầu của cổng này. Bạn không làm gì sai.": (
        "The National Public Service Portal refused this portal’s request. You did nothing wrong."
    ),
    "Mã tra cứu:": "Reference:",
}
