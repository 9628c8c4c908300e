"""What can be wrong with a registration: each rule with its reason and the way out, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

VI: Final = "vi"
EN: Final = "en"
_LONGEST_VALUE: Final = 300  # characters that are told of what was given
_PRIVATE: Final = "PRIVATE"


class Rule(StrEnum):
    """A rule that a registration breaks."""

    OTHER = "other"
    UNKNOWN = "unknown"
    MISSING = "missing"
    NOT_A_TEXT = "not_a_text"
    NOT_TEXTS = "not_texts"
    NOT_A_FLAG = "not_a_flag"
    NOT_SECONDS = "not_seconds"
    NOT_ONE_OF = "not_one_of"
    NOT_AMONG = "not_among"
    NOT_OFFERED = "not_offered"
    NONE_NAMED = "none_named"
    NO_OPENID = "no_openid"
    NO_ACR = "no_acr"
    NOT_IN_PROFILE = "not_in_profile"
    NO_CLIENT_ID = "no_client_id"
    NO_SMS_NAME = "no_sms_name"
    URI_TOO_LONG = "uri_too_long"
    URI_FRAGMENT = "uri_fragment"
    URI_WILDCARD = "uri_wildcard"
    URI_CHARACTERS = "uri_characters"
    URI_HOST_NO_NAME = "uri_host_no_name"
    URI_HOST_WRITTEN_OUT = "uri_host_written_out"
    URI_HOST_LOOKS_ALIKE = "uri_host_looks_alike"
    URI_UNREADABLE = "uri_unreadable"
    URI_NOT_ABSOLUTE = "uri_not_absolute"
    URI_USER = "uri_user"
    URI_IP_HOST = "uri_ip_host"
    URI_DOTS = "uri_dots"
    URI_HTTP = "uri_http"
    URI_HTTP_FETCHED = "uri_http_fetched"
    URI_HTTP_IN_PRODUCTION = "uri_http_in_production"
    URI_HOST_NOT_ALLOWED = "uri_host_not_allowed"
    URI_TWICE = "uri_twice"
    FRAME_ELSEWHERE = "frame_elsewhere"
    NOT_A_KEY_SET = "not_a_key_set"
    KEY_PRIVATE = "key_private"
    KEY_KIND = "key_kind"
    KEY_USE = "key_use"
    KEY_END = "key_end"
    KEY_UNUSABLE = "key_unusable"
    KEYS_TOO_MANY = "keys_too_many"
    KEYS_IN_TWO_PLACES = "keys_in_two_places"
    KEYS_MISSING = "keys_missing"
    SECTOR_CHANGED = "sector_changed"
    CLIENT_ID_TWICE = "client_id_twice"
    CLIENT_ID_TAKEN = "client_id_taken"
    CLIENT_ID_CHANGED = "client_id_changed"
    ENVIRONMENT_CHANGED = "environment_changed"
    NEEDS_A_PROPOSAL = "needs_a_proposal"
    NOT_FOR_PRODUCTION = "not_for_production"
    NO_SANDBOX = "no_sandbox"
    NOT_AS_TESTED = "not_as_tested"
    SECTOR_TAKEN = "sector_taken"
    MANAGES_ITSELF = "manages_itself"


@dataclass(frozen=True, slots=True)
class Words:
    """
    Why, and what to do; each follows the member's name, or what was given.

    `{detail}` stands for what is known besides.
    """

    reason_en: str
    reason_vi: str
    fix_en: str
    fix_vi: str


@dataclass(frozen=True, slots=True)
class Fault:
    """A rule that is broken; *detail* is what its words need besides."""

    rule: Rule
    detail: str = ""

    def reason(self, language: str = EN) -> str:
        """Why it cannot be so."""
        words = WORDS[self.rule]
        said = words.reason_vi if language == VI else words.reason_en
        return said.replace("{detail}", self.detail)

    def fix(self, language: str = EN) -> str:
        """What to do instead; empty where the reason says it."""
        words = WORDS[self.rule]
        said = words.fix_vi if language == VI else words.fix_en
        return said.replace("{detail}", self.detail)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a member (*field*); *value* is the part that is, as it was given."""

    field: str
    fault: Fault
    value: str = ""

    @property
    def rule(self) -> Rule:
        """The rule that it breaks."""
        return self.fault.rule

    def reason(self, language: str = EN) -> str:
        """Why it cannot be so."""
        return self.fault.reason(language)

    def fix(self, language: str = EN) -> str:
        """What to do instead."""
        return self.fault.fix(language)

    def __str__(self) -> str:
        """One line for a terminal or a log."""
        value = f"{self.value} " if self.value else ""
        return f"{self.field}: {value}{self.reason()}"


def problem(field: str, rule: Rule, detail: str = "", *, value: str = "") -> Problem:
    """A problem; of *value* what can be told: no private key, and not a page of text."""
    told = "" if _PRIVATE in value.upper() else value[:_LONGEST_VALUE]
    return Problem(field, Fault(rule, detail), told)


def said(field: str, text: str) -> Problem:
    """A problem that only machines and terminals are told of, in words of its own."""
    return Problem(field, Fault(Rule.OTHER, text))


WORDS: Final[Mapping[Rule, Words]] = {
    Rule.OTHER: Words("{detail}", "{detail}", "", ""),
    Rule.UNKNOWN: Words(
        "is not known",
        "không phải là mục của bản đăng ký",
        "Leave it out, or look for its right name in the manual.",
        "Bỏ mục này, hoặc xem lại tên đúng trong tài liệu.",
    ),
    Rule.MISSING: Words("is missing", "còn trống", "Fill it in.", "Điền mục này."),
    Rule.NOT_A_TEXT: Words(
        "must be a text",
        "phải là chữ",
        "Type it on one line, without control characters.",
        "Nhập trên một dòng, không có ký tự điều khiển.",
    ),
    Rule.NOT_TEXTS: Words(
        "must be a list of texts",
        "phải là danh sách các dòng chữ",
        "Give each entry on a line of its own.",
        "Mỗi dòng một mục.",
    ),
    Rule.NOT_A_FLAG: Words(
        "must be true or false", "phải là true hoặc false", "Choose one.", "Chọn một trong hai."
    ),
    Rule.NOT_SECONDS: Words(
        "must be a number of seconds",
        "phải là số giây",
        "Type a whole number, 0 or more.",
        "Nhập một số nguyên, từ 0 trở lên.",
    ),
    Rule.NOT_ONE_OF: Words(
        "must be one of {detail}",
        "phải là một trong: {detail}",
        "Choose one of them.",
        "Chọn một trong các giá trị này.",
    ),
    Rule.NOT_AMONG: Words(
        "does not know {detail}",
        "không có giá trị {detail}",
        "Leave it out, or choose from the list in the manual.",
        "Bỏ giá trị này, hoặc chọn trong danh sách ở tài liệu.",
    ),
    Rule.NOT_OFFERED: Words(
        "does not offer {detail}",
        "không cung cấp {detail}",
        "Use the code flow: response_types is code.",
        "Dùng luồng mã uỷ quyền: response_types là code.",
    ),
    Rule.NONE_NAMED: Words(
        "must name at least one",
        "phải có ít nhất một",
        "Give the address that citizens come back to.",
        "Nhập địa chỉ mà công dân quay về.",
    ),
    Rule.NO_OPENID: Words(
        "must contain openid",
        "phải có openid",
        "Add openid.",
        "Thêm openid.",
    ),
    Rule.NO_ACR: Words(
        "must be LoA1, LoA2, LoA3 or LoA4",
        "phải là LoA1, LoA2, LoA3 hoặc LoA4",
        "Choose one.",
        "Chọn một mức.",
    ),
    Rule.NOT_IN_PROFILE: Words(
        "not in this profile",
        "không có trong cấu hình bảo mật này",
        "Leave it out, or choose the security profile oidc.",
        "Bỏ mục này, hoặc chọn cấu hình bảo mật oidc.",
    ),
    Rule.NO_CLIENT_ID: Words(
        "must be 1 to 128 letters, digits, dots, hyphens or underscores",
        "phải gồm 1 đến 128 chữ cái không dấu, chữ số, dấu chấm, gạch nối hoặc gạch dưới",
        "Choose a short one, like binh-dinh.",
        "Chọn tên ngắn, ví dụ binh-dinh.",
    ),
    Rule.NO_SMS_NAME: Words(
        "must be 1 to {detail} unaccented letters, digits, spaces, dots or hyphens",
        "phải gồm 1 đến {detail} chữ cái không dấu, chữ số, dấu cách, dấu chấm hoặc gạch nối",
        "Shorten it, and write it without accents: Cong Binh Dinh.",
        "Viết ngắn hơn và không dấu: Cong Binh Dinh.",
    ),
    Rule.URI_TOO_LONG: Words(
        "is longer than {detail} characters",
        "dài hơn {detail} ký tự",
        "Shorten it: keep what changes in the portal's session.",
        "Rút ngắn: giữ phần thay đổi trong phiên của cổng.",
    ),
    Rule.URI_FRAGMENT: Words(
        "has a fragment (#): codes would end up where scripts read them",
        "không được chứa dấu #: mã sẽ rơi vào nơi mã lệnh trên trang đọc được",
        "Take away # and all that follows.",
        "Bỏ dấu # và mọi thứ phía sau.",
    ),
    Rule.URI_WILDCARD: Words(
        "has a wildcard (*): only exact addresses are compared",
        "không được chứa dấu *: hệ thống so từng ký tự của địa chỉ",
        "Register each address in full.",
        "Đăng ký đầy đủ từng địa chỉ.",
    ),
    Rule.URI_CHARACTERS: Words(
        "has characters that must be percent-encoded, or none at all",
        "có ký tự phải mã hoá phần trăm, hoặc đang để trống",
        "Write it as a browser's address bar copies it.",
        "Viết đúng như khi sao chép từ thanh địa chỉ của trình duyệt.",
    ),
    Rule.URI_HOST_NO_NAME: Words(
        "has a host that is no domain name: {detail}",
        "có máy chủ không phải là tên miền: {detail}",
        "Write the domain name as it is: letters, digits, hyphens, single dots, nothing encoded.",
        "Viết đúng tên miền: chữ cái, chữ số, gạch nối và từng dấu chấm, không mã hoá phần trăm.",
    ),
    Rule.URI_HOST_WRITTEN_OUT: Words(
        "has letters in its host that addresses cannot carry",
        "có chữ trong tên máy chủ mà địa chỉ không mang được",
        "Write the host as {detail}.",
        "Viết tên máy chủ là {detail}.",
    ),
    Rule.URI_HOST_LOOKS_ALIKE: Words(
        "has letters in its host that look like others: it reads {detail}",
        "có chữ trong tên máy chủ trông giống chữ khác: đọc ra là {detail}",
        "Use a host of Latin letters only.",
        "Dùng tên máy chủ chỉ gồm chữ cái Latinh.",
    ),
    Rule.URI_UNREADABLE: Words(
        "is not a URL",
        "không phải là một địa chỉ web",
        "Write it as https://host/path.",
        "Viết theo dạng https://máy-chủ/đường-dẫn.",
    ),
    Rule.URI_NOT_ABSOLUTE: Words(
        "must be absolute and begin with https://",
        "phải đầy đủ và bắt đầu bằng https://",
        "Write it as https://host/path.",
        "Viết theo dạng https://máy-chủ/đường-dẫn.",
    ),
    Rule.URI_USER: Words(
        "has user information (@): a reader takes it for the host",
        "không được có phần tên người dùng trước dấu @: người đọc tưởng đó là tên máy chủ",
        "Take away all between // and @, and the @.",
        "Bỏ mọi thứ giữa // và @, cả dấu @.",
    ),
    Rule.URI_IP_HOST: Words(
        "has an IP address for its host: nobody can tell whose it is",
        "dùng địa chỉ IP thay cho tên máy chủ: không ai biết đó là của đơn vị nào",
        "Give the host a name.",
        "Dùng tên miền của đơn vị.",
    ),
    Rule.URI_DOTS: Words(
        "has '..' in its path: it names another page than it seems to",
        "có '..' trong đường dẫn: địa chỉ thật khác địa chỉ nhìn thấy",
        "Write the path that it leads to.",
        "Viết đúng đường dẫn cuối cùng.",
    ),
    Rule.URI_HTTP: Words(
        "must begin with https:// (http is for loopback hosts only)",
        "phải bắt đầu bằng https:// (http chỉ dành cho localhost khi thử nghiệm)",
        "Serve the portal over https and register that address.",
        "Chạy cổng bằng https và đăng ký địa chỉ đó.",
    ),
    Rule.URI_HTTP_FETCHED: Words(
        "must begin with https://: we fetch it, and nobody may change it on the way",
        "phải bắt đầu bằng https://: hệ thống tải nội dung này, không ai được sửa trên đường đi",
        "Serve it over https.",
        "Cung cấp nội dung này bằng https.",
    ),
    Rule.URI_HTTP_IN_PRODUCTION: Words(
        "must begin with https:// in production, also for localhost",
        "phải bắt đầu bằng https:// khi chạy chính thức, kể cả localhost",
        "Keep addresses of developers' machines in the sandbox registration.",
        "Để địa chỉ máy lập trình ở bản đăng ký thử nghiệm.",
    ),
    Rule.URI_HOST_NOT_ALLOWED: Words(
        "has a host outside {detail}",
        "có máy chủ không thuộc {detail}",
        "Use a host under {detail}; ask the operators where there is none.",
        "Dùng máy chủ thuộc {detail}; nếu chưa có, hỏi đơn vị vận hành.",
    ),
    Rule.URI_TWICE: Words(
        "is there twice",
        "đã có trong danh sách",
        "Leave one of them out.",
        "Bỏ bớt một dòng.",
    ),
    Rule.FRAME_ELSEWHERE: Words(
        "must have scheme, host and port of a redirect URI",
        "phải cùng giao thức, máy chủ và cổng với một redirect URI",
        "Serve it from the portal's own host.",
        "Đặt địa chỉ này trên chính máy chủ của cổng.",
    ),
    Rule.NOT_A_KEY_SET: Words(
        "must be a JWK Set",
        "phải là một JWK Set",
        'Write {"keys": [...]}, as RFC 7517 says.',
        'Viết {"keys": [...]} theo RFC 7517.',
    ),
    Rule.KEY_PRIVATE: Words(
        "holds a private or secret key: delete it everywhere and send the public one only",
        "chứa khoá riêng. Xoá ngay ở mọi nơi và chỉ dán khoá công khai",
        "Make a new pair of keys: this one has been seen. Nothing of it was kept here.",
        "Tạo cặp khoá mới: khoá này đã bị lộ. Hệ thống không lưu lại gì.",
    ),
    Rule.KEY_KIND: Words(
        "has a key that is neither RSA nor EC",
        "có khoá không phải RSA hay EC",
        "Use ES256 (EC, P-256), or RSA of 2048 bits or more.",
        "Dùng ES256 (EC, P-256), hoặc RSA từ 2048 bit.",
    ),
    Rule.KEY_USE: Words(
        "has a key that is not for signatures",
        "có khoá không dùng để ký",
        'Give keys with "use": "sig" only.',
        'Chỉ đưa khoá có "use": "sig".',
    ),
    Rule.KEY_END: Words(
        "has a key whose end (exp) is no number of seconds",
        "có khoá với thời điểm hết hạn (exp) không phải số giây",
        "Give exp in seconds since 1970, or leave it out.",
        "Ghi exp bằng số giây từ năm 1970, hoặc bỏ đi.",
    ),
    Rule.KEY_UNUSABLE: Words(
        "has a key that cannot be used: RSA of 2048 bits, or P-256",
        "có khoá không dùng được: cần RSA từ 2048 bit, hoặc P-256",
        "Make a new pair of keys of that kind.",
        "Tạo cặp khoá mới đúng loại.",
    ),
    Rule.KEYS_TOO_MANY: Words(
        "has more than two {detail} keys: the newest and the one before are enough",
        "có hơn hai khoá {detail}: khoá mới nhất và khoá trước đó là đủ",
        "Take out the keys that nothing signs with any more.",
        "Bỏ những khoá không còn dùng để ký.",
    ),
    Rule.KEYS_IN_TWO_PLACES: Words(
        "cannot stand beside jwks_uri",
        "không đi cùng jwks_uri",
        "Keep one of the two.",
        "Giữ một trong hai.",
    ),
    Rule.KEYS_MISSING: Words(
        "is missing: jwks or jwks_uri has to name the keys",
        "còn trống: jwks hoặc jwks_uri phải nêu khoá công khai",
        "Paste the public keys, or give the address where they are.",
        "Dán khoá công khai, hoặc ghi địa chỉ của bộ khoá.",
    ),
    Rule.SECTOR_CHANGED: Words(
        "{detail}",
        "không đổi được ({detail}): với cổng, mọi công dân sẽ thành người lạ",
        "Leave it as it is: citizens would be strangers to the portal.",
        "Giữ nguyên mục này.",
    ),
    Rule.CLIENT_ID_TWICE: Words(
        "{detail} is there twice",
        "{detail} có hai lần",
        "Give each registration an id of its own.",
        "Mỗi bản đăng ký một client_id riêng.",
    ),
    Rule.CLIENT_ID_TAKEN: Words(
        "is another registration's already",
        "đã thuộc về bản đăng ký khác",
        "Choose another one.",
        "Chọn tên khác.",
    ),
    Rule.CLIENT_ID_CHANGED: Words(
        "does not change: portals and citizens' consents go by it",
        "không đổi được: cổng và sự đồng ý của công dân gắn với tên này",
        "Register another portal instead.",
        "Đăng ký một cổng khác nếu cần.",
    ),
    Rule.ENVIRONMENT_CHANGED: Words(
        "does not change: a portal in production has a registration of its own",
        "không đổi được: cổng chính thức có bản đăng ký riêng",
        "Propose a registration for production.",
        "Đề nghị một bản đăng ký chính thức.",
    ),
    Rule.NEEDS_A_PROPOSAL: Words(
        "is made or changed by a proposal that another operator approves",
        "chỉ được tạo hoặc đổi bằng đề nghị mà một người vận hành khác duyệt",
        "Propose it.",
        "Gửi đề nghị.",
    ),
    Rule.NOT_FOR_PRODUCTION: Words(
        "is for registrations in production only",
        "chỉ dành cho bản đăng ký chính thức",
        "Leave it out.",
        "Bỏ mục này.",
    ),
    Rule.NO_SANDBOX: Words(
        "names no sandbox registration that you can see",
        "không phải là bản đăng ký thử nghiệm bạn xem được",
        "Name the registration that the portal was tested as.",
        "Ghi client_id của bản đăng ký thử nghiệm của cổng.",
    ),
    Rule.NOT_AS_TESTED: Words(
        "is not what {detail} was tested with",
        "khác với bản {detail} đã kiểm tra",
        "Change the sandbox registration, let it pass the integration test, then propose again.",
        "Sửa bản đăng ký thử nghiệm, kiểm tra kết nối đạt, rồi đề nghị lại.",
    ),
    Rule.SECTOR_TAKEN: Words(
        "is another team's: its portals would know each citizen by the same subject",
        "đã thuộc về đội khác: các cổng chung nhóm biết cùng một mã của mỗi công dân",
        "Choose another one, or ask the operators to register the portal for you.",
        "Chọn tên khác, hoặc nhờ đơn vị vận hành đăng ký giúp.",
    ),
    Rule.MANAGES_ITSELF: Words(
        "registered itself, and changes its registration itself (RFC 7592)",
        "tự đăng ký và tự đổi bản đăng ký (RFC 7592)",
        "Let the portal send its change to /connect/register.",
        "Để cổng gửi thay đổi tới /connect/register.",
    ),
}
