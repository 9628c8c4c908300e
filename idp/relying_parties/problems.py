"""What can be wrong with a registration: each rule with its reason and the way out, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from idp.core.two_languages import EN, Text

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

    reason: Text
    fix: Text


@dataclass(frozen=True, slots=True)
class BrokenRule:
    """A rule that is broken; *detail* is what its words need besides."""

    rule: Rule
    detail: str = ""

    def reason(self, language: str = EN) -> str:
        """Why it cannot be so."""
        return WORDS[self.rule].reason.in_language(language).replace("{detail}", self.detail)

    def fix(self, language: str = EN) -> str:
        """What to do instead; empty where the reason says it."""
        return WORDS[self.rule].fix.in_language(language).replace("{detail}", self.detail)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a member (*field*); *value* is the part that is, as it was given."""

    field: str
    broken: BrokenRule
    value: str = ""

    @property
    def rule(self) -> Rule:
        """The rule that it breaks."""
        return self.broken.rule

    def reason(self, language: str = EN) -> str:
        """Why it cannot be so."""
        return self.broken.reason(language)

    def fix(self, language: str = EN) -> str:
        """What to do instead."""
        return self.broken.fix(language)

    def __str__(self) -> str:
        """One line for a terminal or a log."""
        value = f"{self.value} " if self.value else ""
        return f"{self.field}: {value}{self.reason()}"


def problem(field: str, rule: Rule, detail: str = "", *, value: str = "") -> Problem:
    """A problem; of *value* what can be told: no private key, and not a page of text."""
    told = "" if _PRIVATE in value.upper() else value[:_LONGEST_VALUE]
    return Problem(field, BrokenRule(rule, detail), told)


def said(field: str, text: str) -> Problem:
    """A problem that only machines and terminals are told of, in words of its own."""
    return Problem(field, BrokenRule(Rule.OTHER, text))


WORDS: Final[Mapping[Rule, Words]] = {
    Rule.OTHER: Words(Text("{detail}", "{detail}"), Text("", "")),
    Rule.UNKNOWN: Words(
        Text("không phải là mục của bản đăng ký", "is not known"),
        Text(
            "Bỏ mục này, hoặc xem lại tên đúng trong tài liệu.",
            "Leave it out, or look for its right name in the manual.",
        ),
    ),
    Rule.MISSING: Words(Text("còn trống", "is missing"), Text("Điền mục này.", "Fill it in.")),
    Rule.NOT_A_TEXT: Words(
        Text("phải là chữ", "must be a text"),
        Text(
            "Nhập trên một dòng, không có ký tự điều khiển.",
            "Type it on one line, without control characters.",
        ),
    ),
    Rule.NOT_TEXTS: Words(
        Text("phải là danh sách các dòng chữ", "must be a list of texts"),
        Text("Mỗi dòng một mục.", "Give each entry on a line of its own."),
    ),
    Rule.NOT_A_FLAG: Words(
        Text("phải là true hoặc false", "must be true or false"),
        Text("Chọn một trong hai.", "Choose one."),
    ),
    Rule.NOT_SECONDS: Words(
        Text("phải là số giây", "must be a number of seconds"),
        Text("Nhập một số nguyên, từ 0 trở lên.", "Type a whole number, 0 or more."),
    ),
    Rule.NOT_ONE_OF: Words(
        Text("phải là một trong: {detail}", "must be one of {detail}"),
        Text("Chọn một trong các giá trị này.", "Choose one of them."),
    ),
    Rule.NOT_AMONG: Words(
        Text("không có giá trị {detail}", "does not know {detail}"),
        Text(
            "Bỏ giá trị này, hoặc chọn trong danh sách ở tài liệu.",
            "Leave it out, or choose from the list in the manual.",
        ),
    ),
    Rule.NOT_OFFERED: Words(
        Text("không cung cấp {detail}", "does not offer {detail}"),
        Text(
            "Dùng luồng mã uỷ quyền: response_types là code.",
            "Use the code flow: response_types is code.",
        ),
    ),
    Rule.NONE_NAMED: Words(
        Text("phải có ít nhất một", "must name at least one"),
        Text("Nhập địa chỉ mà công dân quay về.", "Give the address that citizens come back to."),
    ),
    Rule.NO_OPENID: Words(
        Text("phải có openid", "must contain openid"), Text("Thêm openid.", "Add openid.")
    ),
    Rule.NO_ACR: Words(
        Text("phải là LoA1, LoA2, LoA3 hoặc LoA4", "must be LoA1, LoA2, LoA3 or LoA4"),
        Text("Chọn một mức.", "Choose one."),
    ),
    Rule.NOT_IN_PROFILE: Words(
        Text("không có trong cấu hình bảo mật này", "not in this profile"),
        Text(
            "Bỏ mục này, hoặc chọn cấu hình bảo mật oidc.",
            "Leave it out, or choose the security profile oidc.",
        ),
    ),
    Rule.NO_CLIENT_ID: Words(
        Text(
            "phải gồm 1 đến 128 chữ cái không dấu, chữ số, dấu chấm, gạch nối hoặc gạch dưới",
            "must be 1 to 128 letters, digits, dots, hyphens or underscores",
        ),
        Text("Chọn tên ngắn, ví dụ binh-dinh.", "Choose a short one, like binh-dinh."),
    ),
    Rule.NO_SMS_NAME: Words(
        Text(
            "phải gồm 1 đến {detail} chữ cái không dấu, chữ số, dấu cách, dấu chấm hoặc gạch nối",
            "must be 1 to {detail} unaccented letters, digits, spaces, dots or hyphens",
        ),
        Text(
            "Viết ngắn hơn và không dấu: Cong Binh Dinh.",
            "Shorten it, and write it without accents: Cong Binh Dinh.",
        ),
    ),
    Rule.URI_TOO_LONG: Words(
        Text("dài hơn {detail} ký tự", "is longer than {detail} characters"),
        Text(
            "Rút ngắn: giữ phần thay đổi trong phiên của cổng.",
            "Shorten it: keep what changes in the portal's session.",
        ),
    ),
    Rule.URI_FRAGMENT: Words(
        Text(
            "không được chứa dấu #: mã sẽ rơi vào nơi mã lệnh trên trang đọc được",
            "has a fragment (#): codes would end up where scripts read them",
        ),
        Text("Bỏ dấu # và mọi thứ phía sau.", "Take away # and all that follows."),
    ),
    Rule.URI_WILDCARD: Words(
        Text(
            "không được chứa dấu *: hệ thống so từng ký tự của địa chỉ",
            "has a wildcard (*): only exact addresses are compared",
        ),
        Text("Đăng ký đầy đủ từng địa chỉ.", "Register each address in full."),
    ),
    Rule.URI_CHARACTERS: Words(
        Text(
            "có ký tự phải mã hoá phần trăm, hoặc đang để trống",
            "has characters that must be percent-encoded, or none at all",
        ),
        Text(
            "Viết đúng như khi sao chép từ thanh địa chỉ của trình duyệt.",
            "Write it as a browser's address bar copies it.",
        ),
    ),
    Rule.URI_HOST_NO_NAME: Words(
        Text(
            "có máy chủ không phải là tên miền: {detail}",
            "has a host that is no domain name: {detail}",
        ),
        Text(
            "Viết đúng tên miền: chữ cái, chữ số, gạch nối và từng dấu chấm, không mã hoá phần "
            "trăm.",
            "Write the domain name as it is: letters, digits, hyphens, single dots, nothing "
            "encoded.",
        ),
    ),
    Rule.URI_HOST_WRITTEN_OUT: Words(
        Text(
            "có chữ trong tên máy chủ mà địa chỉ không mang được",
            "has letters in its host that addresses cannot carry",
        ),
        Text("Viết tên máy chủ là {detail}.", "Write the host as {detail}."),
    ),
    Rule.URI_HOST_LOOKS_ALIKE: Words(
        Text(
            "có chữ trong tên máy chủ trông giống chữ khác: đọc ra là {detail}",
            "has letters in its host that look like others: it reads {detail}",
        ),
        Text("Dùng tên máy chủ chỉ gồm chữ cái Latinh.", "Use a host of Latin letters only."),
    ),
    Rule.URI_UNREADABLE: Words(
        Text("không phải là một địa chỉ web", "is not a URL"),
        Text("Viết theo dạng https://máy-chủ/đường-dẫn.", "Write it as https://host/path."),
    ),
    Rule.URI_NOT_ABSOLUTE: Words(
        Text("phải đầy đủ và bắt đầu bằng https://", "must be absolute and begin with https://"),
        Text("Viết theo dạng https://máy-chủ/đường-dẫn.", "Write it as https://host/path."),
    ),
    Rule.URI_USER: Words(
        Text(
            "không được có phần tên người dùng trước dấu @: người đọc tưởng đó là tên máy chủ",
            "has user information (@): a reader takes it for the host",
        ),
        Text("Bỏ mọi thứ giữa // và @, cả dấu @.", "Take away all between // and @, and the @."),
    ),
    Rule.URI_IP_HOST: Words(
        Text(
            "dùng địa chỉ IP thay cho tên máy chủ: không ai biết đó là của đơn vị nào",
            "has an IP address for its host: nobody can tell whose it is",
        ),
        Text("Dùng tên miền của đơn vị.", "Give the host a name."),
    ),
    Rule.URI_DOTS: Words(
        Text(
            "có '..' trong đường dẫn: địa chỉ thật khác địa chỉ nhìn thấy",
            "has '..' in its path: it names another page than it seems to",
        ),
        Text("Viết đúng đường dẫn cuối cùng.", "Write the path that it leads to."),
    ),
    Rule.URI_HTTP: Words(
        Text(
            "phải bắt đầu bằng https:// (http chỉ dành cho localhost khi thử nghiệm)",
            "must begin with https:// (http is for loopback hosts only)",
        ),
        Text(
            "Chạy cổng bằng https và đăng ký địa chỉ đó.",
            "Serve the portal over https and register that address.",
        ),
    ),
    Rule.URI_HTTP_FETCHED: Words(
        Text(
            "phải bắt đầu bằng https://: hệ thống tải nội dung này, không ai được sửa trên đường "
            "đi",
            "must begin with https://: we fetch it, and nobody may change it on the way",
        ),
        Text("Cung cấp nội dung này bằng https.", "Serve it over https."),
    ),
    Rule.URI_HTTP_IN_PRODUCTION: Words(
        Text(
            "phải bắt đầu bằng https:// khi chạy chính thức, kể cả localhost",
            "must begin with https:// in production, also for localhost",
        ),
        Text(
            "Để địa chỉ máy lập trình ở bản đăng ký thử nghiệm.",
            "Keep addresses of developers' machines in the sandbox registration.",
        ),
    ),
    Rule.URI_HOST_NOT_ALLOWED: Words(
        Text("có máy chủ không thuộc {detail}", "has a host outside {detail}"),
        Text(
            "Dùng máy chủ thuộc {detail}; nếu chưa có, hỏi đơn vị vận hành.",
            "Use a host under {detail}; ask the operators where there is none.",
        ),
    ),
    Rule.URI_TWICE: Words(
        Text("đã có trong danh sách", "is there twice"),
        Text("Bỏ bớt một dòng.", "Leave one of them out."),
    ),
    Rule.FRAME_ELSEWHERE: Words(
        Text(
            "phải cùng giao thức, máy chủ và cổng với một redirect URI",
            "must have scheme, host and port of a redirect URI",
        ),
        Text(
            "Đặt địa chỉ này trên chính máy chủ của cổng.", "Serve it from the portal's own host."
        ),
    ),
    Rule.NOT_A_KEY_SET: Words(
        Text("phải là một JWK Set", "must be a JWK Set"),
        Text('Viết {"keys": [...]} theo RFC 7517.', 'Write {"keys": [...]}, as RFC 7517 says.'),
    ),
    Rule.KEY_PRIVATE: Words(
        Text(
            "chứa khoá riêng. Xoá ngay ở mọi nơi và chỉ dán khoá công khai",
            "holds a private or secret key: delete it everywhere and send the public one only",
        ),
        Text(
            "Tạo cặp khoá mới: khoá này đã bị lộ. Hệ thống không lưu lại gì.",
            "Make a new pair of keys: this one has been seen. Nothing of it was kept here.",
        ),
    ),
    Rule.KEY_KIND: Words(
        Text("có khoá không phải RSA hay EC", "has a key that is neither RSA nor EC"),
        Text(
            "Dùng ES256 (EC, P-256), hoặc RSA từ 2048 bit.",
            "Use ES256 (EC, P-256), or RSA of 2048 bits or more.",
        ),
    ),
    Rule.KEY_USE: Words(
        Text("có khoá không dùng để ký", "has a key that is not for signatures"),
        Text('Chỉ đưa khoá có "use": "sig".', 'Give keys with "use": "sig" only.'),
    ),
    Rule.KEY_END: Words(
        Text(
            "có khoá với thời điểm hết hạn (exp) không phải số giây",
            "has a key whose end (exp) is no number of seconds",
        ),
        Text(
            "Ghi exp bằng số giây từ năm 1970, hoặc bỏ đi.",
            "Give exp in seconds since 1970, or leave it out.",
        ),
    ),
    Rule.KEY_UNUSABLE: Words(
        Text(
            "có khoá không dùng được: cần RSA từ 2048 bit, hoặc P-256",
            "has a key that cannot be used: RSA of 2048 bits, or P-256",
        ),
        Text("Tạo cặp khoá mới đúng loại.", "Make a new pair of keys of that kind."),
    ),
    Rule.KEYS_TOO_MANY: Words(
        Text(
            "có hơn hai khoá {detail}: khoá mới nhất và khoá trước đó là đủ",
            "has more than two {detail} keys: the newest and the one before are enough",
        ),
        Text(
            "Bỏ những khoá không còn dùng để ký.",
            "Take out the keys that nothing signs with any more.",
        ),
    ),
    Rule.KEYS_IN_TWO_PLACES: Words(
        Text("không đi cùng jwks_uri", "cannot stand beside jwks_uri"),
        Text("Giữ một trong hai.", "Keep one of the two."),
    ),
    Rule.KEYS_MISSING: Words(
        Text(
            "còn trống: jwks hoặc jwks_uri phải nêu khoá công khai",
            "is missing: jwks or jwks_uri has to name the keys",
        ),
        Text(
            "Dán khoá công khai, hoặc ghi địa chỉ của bộ khoá.",
            "Paste the public keys, or give the address where they are.",
        ),
    ),
    Rule.SECTOR_CHANGED: Words(
        Text("không đổi được ({detail}): với cổng, mọi công dân sẽ thành người lạ", "{detail}"),
        Text(
            "Giữ nguyên mục này.", "Leave it as it is: citizens would be strangers to the portal."
        ),
    ),
    Rule.CLIENT_ID_TWICE: Words(
        Text("{detail} có hai lần", "{detail} is there twice"),
        Text("Mỗi bản đăng ký một client_id riêng.", "Give each registration an id of its own."),
    ),
    Rule.CLIENT_ID_TAKEN: Words(
        Text("đã thuộc về bản đăng ký khác", "is another registration's already"),
        Text("Chọn tên khác.", "Choose another one."),
    ),
    Rule.CLIENT_ID_CHANGED: Words(
        Text(
            "không đổi được: cổng và sự đồng ý của công dân gắn với tên này",
            "does not change: portals and citizens' consents go by it",
        ),
        Text("Đăng ký một cổng khác nếu cần.", "Register another portal instead."),
    ),
    Rule.ENVIRONMENT_CHANGED: Words(
        Text(
            "không đổi được: cổng chính thức có bản đăng ký riêng",
            "does not change: a portal in production has a registration of its own",
        ),
        Text("Đề nghị một bản đăng ký chính thức.", "Propose a registration for production."),
    ),
    Rule.NEEDS_A_PROPOSAL: Words(
        Text(
            "chỉ được tạo hoặc đổi bằng đề nghị mà một người vận hành khác duyệt",
            "is made or changed by a proposal that another operator approves",
        ),
        Text("Gửi đề nghị.", "Propose it."),
    ),
    Rule.NOT_FOR_PRODUCTION: Words(
        Text("chỉ dành cho bản đăng ký chính thức", "is for registrations in production only"),
        Text("Bỏ mục này.", "Leave it out."),
    ),
    Rule.NO_SANDBOX: Words(
        Text(
            "không phải là bản đăng ký thử nghiệm bạn xem được",
            "names no sandbox registration that you can see",
        ),
        Text(
            "Ghi client_id của bản đăng ký thử nghiệm của cổng.",
            "Name the registration that the portal was tested as.",
        ),
    ),
    Rule.NOT_AS_TESTED: Words(
        Text("khác với bản {detail} đã kiểm tra", "is not what {detail} was tested with"),
        Text(
            "Sửa bản đăng ký thử nghiệm, kiểm tra kết nối đạt, rồi đề nghị lại.",
            "Change the sandbox registration, let it pass the integration test, then propose "
            "again.",
        ),
    ),
    Rule.SECTOR_TAKEN: Words(
        Text(
            "đã thuộc về đội khác: các cổng chung nhóm biết cùng một mã của mỗi công dân",
            "is another team's: its portals would know each citizen by the same subject",
        ),
        Text(
            "Chọn tên khác, hoặc nhờ đơn vị vận hành đăng ký giúp.",
            "Choose another one, or ask the operators to register the portal for you.",
        ),
    ),
    Rule.MANAGES_ITSELF: Words(
        Text(
            "tự đăng ký và tự đổi bản đăng ký (RFC 7592)",
            "registered itself, and changes its registration itself (RFC 7592)",
        ),
        Text(
            "Để cổng gửi thay đổi tới /connect/register.",
            "Let the portal send its change to /connect/register.",
        ),
    ),
}
