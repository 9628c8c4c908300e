"""What holds for every page, whatever it says."""

import re
from collections.abc import Mapping
from functools import cache
from html.parser import HTMLParser

import pytest
from flask.testing import FlaskClient

from idp.citizens.forms import NewPasswordForm
from idp.enrolment.forms import MobileForm
from idp.login.forms import LoginForm
from idp.test_people.model import TEST_PEOPLE
from idp.web.pages import TEMPLATES, Brand
from tests.page_gallery import (
    ALWAYS_ASKED,
    PAGES,
    PASSWORD,
    RULES,
    add_gallery,
    make_app,
    refused,
    rendered_pages,
)

VIETNAMESE = re.compile(
    "[àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ]", re.IGNORECASE
)
# Handed in by views or typed by people, not texts of the pages.
GIVEN = (
    "Nguyễn Thị Bưởi",
    "Họ và tên",
    "Số CCCD",
    "Ngày sinh",
    "Tiếng Việt",
    "Số CMT/CCCD",
    "Sở Khoa học và Công nghệ tỉnh Bình Định",
    "Cổng Dịch vụ công tỉnh Bình Định",
    "Cổng (binh-dinh)",
    "Đăng ký cổng từ kho mã của tỉnh",
    "the letters ă, đ, ê, ô",
    # An apostrophe is written as a reference: what stands before it is another text.
    *(person.full_name.value.rpartition("'")[2] for person in TEST_PEOPLE),
)
NOTICE = "Nhà mạng của bạn được hỏi thông tin này có khớp với thuê bao không."
ENGLISH = re.compile(
    r"\b(the|your|please|sign|account|password|enter|continue|page|invalid|field|required)\b",
    re.IGNORECASE,
)
# Texts for engineers, with what they type and read in either language.
MANUALS = ("/gallery/manual?", "/gallery/manual-api?")
FORBIDDEN_WORDS = ("vui lòng", "không hợp lệ", "bắt buộc nhập", "invalid", "please")


class Outline(HTMLParser):
    """What the tests ask of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.title = ""
        self._inside: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside.append(tag)

    def handle_data(self, data: str) -> None:
        if self._inside and self._inside[-1] == "title" and "svg" not in self._inside:
            self.title += data
        if data.strip() and "code" not in self._inside:  # a protocol's names are no words of ours
            self.texts.append(data.strip())

    def handle_endtag(self, tag: str) -> None:
        while self._inside and self._inside.pop() != tag:
            pass

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]

    def values(self, attribute: str) -> list[str]:
        return [a[attribute] or "" for _, a in self.tags if attribute in a]


outline = cache(Outline)


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    app, pages = make_app()
    add_gallery(app, pages)
    return app.test_client()


@pytest.fixture(scope="module")
def rendered() -> Mapping[str, str]:
    return rendered_pages()


def test_every_template_is_in_the_gallery() -> None:
    files = {
        path.relative_to(TEMPLATES).as_posix()
        for path in TEMPLATES.rglob("*.html")
        if path.parent.name != "macros" and path.name not in {"base.html", "frame.html"}
    }

    assert files == {template for template, _ in PAGES.values()}


def test_a_page_has_one_heading_and_names_itself(rendered: Mapping[str, str]) -> None:
    for url, html in rendered.items():
        page = outline(html)

        assert len(page.all("h1")) == 1, url
        name = (
            "National Public Service Portal" if "lang=en" in url else "Cổng Dịch vụ công Quốc gia"
        )
        assert page.title.endswith(f" – {name}"), url
        assert page.all("html")[0]["lang"] == ("en" if "lang=en" in url else "vi"), url


def test_ids_are_unique_and_every_reference_has_its_target(rendered: Mapping[str, str]) -> None:
    for url, html in rendered.items():
        page = outline(html)
        ids = page.values("id")
        references = [
            name
            for attribute in ("aria-describedby", "aria-labelledby", "aria-controls", "for")
            for value in page.values(attribute)
            for name in value.split()
        ]
        references += [href[1:] for href in page.values("href") if href.startswith("#")]

        assert len(ids) == len(set(ids)), url
        assert set(references) <= set(ids), (url, set(references) - set(ids))


def test_every_input_has_a_label(rendered: Mapping[str, str]) -> None:
    for url, html in rendered.items():
        page = outline(html)
        labelled = {attributes.get("for") for attributes in page.all("label")}
        for attributes in page.all("input"):
            if attributes.get("type") != "hidden" and "hidden" not in attributes:
                assert attributes["id"] in labelled, (url, attributes)


def test_nothing_the_policy_would_stop(rendered: Mapping[str, str]) -> None:
    for url, html in rendered.items():
        page = outline(html)
        names = {name for _, attributes in page.tags for name in attributes}

        assert not {name for name in names if name.startswith("on") or name == "style"}, url
        assert not page.all("style"), url
        assert "data:" not in html, url
        assert all(src.startswith("/static/") for src in page.values("src")), url


def test_the_browser_never_speaks_in_our_place(rendered: Mapping[str, str]) -> None:
    for url, html in rendered.items():
        page = outline(html)
        for attributes in page.all("input"):
            assert not {"required", "maxlength", "pattern", "placeholder"} & set(attributes), url
            assert attributes.get("type") != "number", url


def test_english_pages_hold_no_vietnamese(rendered: Mapping[str, str]) -> None:
    for url, html in rendered.items():
        if "lang=en" in url and not url.startswith(MANUALS):
            text = " ".join(outline(html).texts + outline(html).values("aria-label"))
            for given in (*GIVEN, NOTICE):
                text = text.replace(given, "")

            assert not VIETNAMESE.search(text), (url, VIETNAMESE.findall(text), text)


def test_vietnamese_pages_hold_no_english(rendered: Mapping[str, str]) -> None:
    for url, html in rendered.items():
        if "lang=vi" in url and not url.startswith(MANUALS):
            text = " ".join(outline(html).texts).replace("English", "").replace("/account/", "")

            assert not ENGLISH.search(text), (url, ENGLISH.findall(text))


def test_no_page_begs_or_blames(rendered: Mapping[str, str]) -> None:
    for url, html in rendered.items():
        text = " ".join(outline(html).texts).lower()

        assert not [word for word in FORBIDDEN_WORDS if word in text], url


def test_errors_stand_in_title_summary_and_field(rendered: Mapping[str, str]) -> None:
    html = rendered["/gallery/login-empty?lang=vi&alone"]
    page = outline(html)

    assert page.title.startswith("Lỗi: Đăng nhập")
    assert page.texts.count("Nhập số CMT/CCCD") == 2
    assert {"#username", "#password"} <= set(page.values("href"))
    assert {a["id"] for a in page.all("input") if a.get("aria-invalid") == "true"} == {
        "username",
        "password",
    }


def test_a_typed_password_is_never_shown_again() -> None:
    app, pages = make_app()
    cases = [
        ("login/login.html", LoginForm, {"username": "", "password": PASSWORD}),
        (
            "enrolment/password.html",
            NewPasswordForm,
            {"new_password": PASSWORD, "confirm_password": PASSWORD + "x"},
        ),
    ]
    for template, form_class, posted in cases:
        with app.test_request_context("/"):
            context = refused(form_class, posted)(pages)
            html = pages.render(template, **context, identity_number="").get_data(as_text=True)

        assert PASSWORD not in html


def test_typed_answers_are_kept_and_escaped() -> None:
    app, pages = make_app()
    with app.test_request_context("/"):
        context = refused(MobileForm, {"full_name": '"><script>', "birth_day": "31"}, **RULES)
        html = pages.render("enrolment/mobile.html", **context(pages), notice=[]).get_data(
            as_text=True
        )

    assert 'value="&#34;&gt;&lt;script&gt;"' in html
    assert 'value="31"' in html


def test_names_of_relying_parties_are_escaped() -> None:
    class Hostile:
        initiate_login_uri = None

        def name(self, _locale: str) -> str:
            return "<b>Cổng</b>"

    app, pages = make_app()
    for template in ("interactions/expired.html", "errors/wrong_request.html"):
        with app.test_request_context("/"):
            html = pages.render(
                template, relying_party=Hostile(), parameter="<i>", reference="R"
            ).get_data(as_text=True)

        assert "<b>Cổng" not in html
        assert "<i>" not in html


def test_links_stay_within_the_interaction(client: FlaskClient) -> None:
    page = outline(client.get("/gallery/login?i=a%26b&lang=vi").text)

    links = {a["id"]: a["href"] for a in page.all("a") if "id" in a}
    assert links["enrol"] == "/enrol/method?i=a%26b"
    assert links["forgot-password"] == "/recover?i=a%26b"


def test_without_an_interaction_links_are_bare(client: FlaskClient) -> None:
    page = outline(client.get("/gallery/login").text)

    assert "/recover" in page.values("href")


def test_the_ids_scripts_use_are_there(rendered: Mapping[str, str]) -> None:
    expected = {
        "choose": {"choose-portal-account", "choose-vneid"},
        "login": {"username", "password", "login-submit", "forgot-password", "enrol"},
        "otp": {"otp", "otp-submit", "otp-resend"},
        "otp-too-many": {"otp-resend"},
        "consent": {"consent-allow", "consent-deny", "not-you"},
        "sign-out": {"logout-confirm"},
        "method": {"subject-citizen", "method-mobile", "method-submit"},
        "mobile": {
            *("identity_number", "full_name", "birth_day", "birth_month", "birth_year"),
            *("phone_number", "email", "enrol-submit"),
        },
        "password": {"new_password", "confirm_password", "password-submit"},
        "done": {"enrol-continue"},
        "mismatch": {"recheck-submit"},
        "recover": {"username", "phone_number", "recover-submit"},
        "account": {"sign-out"},
        "continue": {"continue"},
        "not-you": {"go-on", "not-you"},
        "signed-in-as": {"go-on", "sign-out"},
    }
    for name, ids in expected.items():
        assert ids <= set(outline(rendered[f"/gallery/{name}?lang=vi"]).values("id")), name


def test_agreeing_and_refusing_are_equal_buttons(rendered: Mapping[str, str]) -> None:
    buttons = outline(rendered["/gallery/consent?lang=vi"]).all("button")
    allow, deny = (a for a in buttons if a.get("id") in {"consent-allow", "consent-deny"})

    assert allow["class"] == deny["class"] == "button"


def test_fields_are_named_as_they_are_identified(rendered: Mapping[str, str]) -> None:
    for name in ("login", "otp", "mobile", "password", "recover"):
        for field in outline(rendered[f"/gallery/{name}?lang=vi"]).all("input"):
            if "id" in field:
                assert field["id"] == field["name"], name


def test_autofill_finds_its_fields(rendered: Mapping[str, str]) -> None:
    def filled(page: str) -> dict[str | None, str | None]:
        inputs = outline(rendered[f"/gallery/{page}?lang=vi"]).all("input")
        return {a["name"]: a.get("autocomplete") for a in inputs}

    assert filled("login")["username"] == "username"
    assert filled("login")["password"] == "current-password"
    assert filled("otp")["otp"] == "one-time-code"
    assert filled("password")["new_password"] == "new-password"
    assert filled("password")["username"] == "username"
    assert filled("mobile")["identity_number"] == "off"
    assert filled("mobile")["birth_year"] == "bday-year"
    assert filled("mobile")["phone_number"] == "tel-national"


def test_english_sign_in_and_sign_out_say_so(rendered: Mapping[str, str]) -> None:
    assert "<h1>Sign in</h1>" in rendered["/gallery/login?lang=en"]
    assert "You are signed out" in rendered["/gallery/signed-out?lang=en"]


def test_the_trial_band_goes_by_setting_only(rendered: Mapping[str, str]) -> None:
    app, pages = make_app(brand=Brand(trial_band=False))
    with app.test_request_context("/"):
        html = pages.render("login/held.html").get_data(as_text=True)

    assert all("Bản thử nghiệm." in html for url, html in rendered.items() if "lang=vi" in url)
    assert "Bản thử nghiệm." not in html


def test_pages_ask_for_a_portal_only_where_they_must() -> None:
    assert set(PAGES) >= ALWAYS_ASKED
