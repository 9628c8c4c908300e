"""Every page in a real browser, under its real policy: accessible, fitting, and quick to help."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from html.parser import HTMLParser
from threading import Thread
from typing import Any, Final

import pytest
from flask import Flask, Response, redirect, request
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize
from werkzeug.serving import WSGIRequestHandler, make_server

from idp.logout.forms import SignOutForm
from tests.e2e.barriers import AXE, barriers
from tests.page_gallery import MOVES_ON, PAGES, add_gallery, make_app, rendered_pages

pytestmark = pytest.mark.e2e

NARROW: ViewportSize = {"width": 320, "height": 640}
STILL: Final[Mapping[str, Any]] = {"color_scheme": "light", "reduced_motion": "reduce"}
WIDTHS = [320, 1280]
NARROWEST = WIDTHS[:1]
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
FRAMES = """widths => document.body.replaceChildren(...widths.map(width => Object.assign(
    document.createElement("iframe"), {width, height: 640, frameBorder: 0})))"""
# The documents stay, with their styles and letters; each page is put into them in turn.
MISFITS = """async html => Promise.all([...document.querySelectorAll("iframe")].map(async frame => {
    const inside = frame.contentDocument, view = frame.contentWindow;
    const page = new DOMParser().parseFromString(html, "text/html");
    const styles = document => [...document.querySelectorAll("[rel=stylesheet]")].map(
        link => link.getAttribute("href")).join();
    if (styles(inside) === styles(page)) {
        inside.body.replaceWith(inside.adoptNode(page.body));
    } else {
        inside.open();
        const loaded = new Promise(resolve => view.addEventListener("load", resolve, {once: true}));
        inside.write(html);
        inside.close();
        await loaded;
    }
    inside.body.getBoundingClientRect();
    await inside.fonts.ready;
    const root = inside.documentElement, beyond = root.scrollWidth - root.clientWidth;
    const small = [...inside.querySelectorAll("a, button, summary, input")].filter(e => {
        const box = e.getBoundingClientRect();
        return view.getComputedStyle(e).display !== "inline" && box.width > 1 && box.height > 0
            && box.height < 43.9 && !e.closest(".choice");
    });
    return [
        ...(beyond > 0 ? [`${beyond} pixels too wide`] : []),
        ...small.map(e => `small: ${e.outerHTML}`),
    ].map(fault => `${view.innerWidth}: ${fault}`);
})).then(found => found.flat())"""
LOADS: Final = frozenset(
    {
        "audio",
        "base",
        "embed",
        "form",
        "iframe",
        "img",
        "link",
        "object",
        "script",
        "source",
        "video",
    }
)
REFERENCES: Final = frozenset({"action", "formaction", "href", "src", "srcset", "data"})


class Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


@contextmanager
def served(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Posts:
    """A page with a form, and what arrived from it."""

    def __init__(self) -> None:
        self.count = 0

    def add_to(self, app: Flask, pages: Any) -> None:
        def show() -> Response:
            form = pages.form(SignOutForm)
            if request.method == "POST":
                self.count += 1
                return redirect("/help", 303)
            return pages.render("logout/confirm.html", form=form)

        app.add_url_rule("/form", "form", show, methods=["GET", "POST"])


@pytest.fixture(scope="module")
def posts() -> Posts:
    return Posts()


@pytest.fixture(scope="module")
def base(posts: Posts) -> Iterator[str]:
    app, pages = make_app()
    add_gallery(app, pages)
    posts.add_to(app, pages)
    with served(app) as address:
        yield address


@contextmanager
def opened(chromium: Browser, **options: Any) -> Iterator[Page]:
    context: BrowserContext = chromium.new_context(**options)
    try:
        yield context.new_page()
    finally:
        context.close()


def states(language: str) -> Mapping[str, str]:
    """Each page state that stays, by its name, as HTML."""
    pages = rendered_pages()
    return {
        name: pages[f"/gallery/{name}?lang={language}"] for name in sorted(PAGES.keys() - MOVES_ON)
    }


@contextmanager
def window(chromium: Browser, base: str, *, axe: bool = False) -> Iterator[Page]:
    """
    A narrow window; its console may not have complained at the end.

    Where pages are only written into the window, the first one's policy holds for all of them.
    """
    complaints: list[str] = []
    with opened(chromium, **STILL, viewport=NARROW) as page:
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        if axe:  # the browser puts it in, before the page and past its policy, which stays
            page.add_init_script(path=AXE)
        page.goto(f"{base}/gallery/login")
        yield page
    assert complaints == []


class Demands(HTMLParser):
    """What a page asks of its policy: what it loads, where it sends, what it says inline."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.all: set[tuple[str, ...]] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag in LOADS:
            kept = {name: value for name, value in told.items() if name in {"rel", "as", "type"}}
            kept |= {name: told[name].partition("?")[0] for name in REFERENCES & told.keys()}
            self.all.add((tag, *map("=".join, sorted(kept.items()))))
        if tag == "style":
            self.all.add((tag,))
        self.all |= {(name, value) for name, value in told.items() if _is_inline(name, value)}


def _is_inline(name: str, value: str) -> bool:
    return name == "style" or name.startswith("on") or value.lower().startswith("javascript:")


def test_pages_are_accessible(undrawn: Browser, base: str) -> None:
    """In the dark too, where only colours differ."""
    with window(undrawn, base, axe=True) as page:
        assert barriers(page, states("vi")) == {}


@pytest.mark.nightly
def test_english_pages_are_accessible(undrawn: Browser, base: str) -> None:
    """Every day, `test_every_page` looks at them as they are walked."""
    with window(undrawn, base, axe=True) as page:
        assert barriers(page, states("en")) == {}


IN_THE_DARK: Final = "too pale in the dark"
PALE_IN_THE_DARK: Final = (
    "@media (prefers-color-scheme: dark) { .pale { color: #777; background: #888; } }"
)
PLANTED: Final = {
    "no label": ('<label for="username">', '<label for="password">'),
    "no name": ('id="login-submit">Đăng nhập<', 'id="login-submit"><'),
    "no title": ("<title>Đăng nhập – Cổng Dịch vụ công Quốc gia<", "<title><"),
    "no main": ('<main id="main" tabindex="-1">', '<div id="main" tabindex="-1">'),
    "unknown role": ("<h1>", '<h1 role="headline">'),
    "unknown language": ('lang="vi"', 'lang="tieng-viet"'),
    "heading left out": ("</h1>", "</h1><h3>Mật khẩu</h3>"),
    "out of place": ("</main>", "</main><p>Xin chào</p>"),
    "too pale": ("</h1>", '</h1><p style="color: #777; background: #888">Xin chào</p>'),
    IN_THE_DARK: ("</h1>", f'</h1><p class="pale">Xin chào</p><style>{PALE_IN_THE_DARK}</style>'),
    "a list of nothing": ("</h1>", "</h1><ul><p>Xin chào</p></ul>"),
    "not for all fingers": ('autocomplete="username"', 'autocomplete="user"'),
    "two landmarks": ("</main>", "</main><main></main>"),
    "no other text": ("</h1>", '</h1><img src="/static/none.svg">'),
}


def test_a_barrier_is_found_on_the_one_page_that_has_it(undrawn: Browser, base: str) -> None:
    """However much of the page was seen on others, and whichever others have a barrier too."""
    pages = states("vi")
    sound = {name: pages[name] for name in ("login", "login-empty", "mobile", "password")}
    planted = {name: pages["login"].replace(*change, 1) for name, change in PLANTED.items()}
    assert pages["login"] not in planted.values()
    with opened(undrawn, **STILL, viewport=NARROW, bypass_csp=True) as page:
        page.add_init_script(path=AXE)
        page.goto(f"{base}/gallery/login")
        found = barriers(page, sound | planted)

    assert found.keys() == planted.keys()
    assert [fault.split()[:2] for fault in found[IN_THE_DARK]] == [["dark:", "color-contrast:"]]


def test_no_policy_stops_a_page(chromium: Browser, base: str) -> None:
    """A page that asks nothing of it that another one did not ask is not loaded."""
    asked: dict[frozenset[tuple[str, ...]], str] = {}
    for name, html in states("vi").items():
        asked.setdefault(frozenset(Demands(html).all), name)
    with window(chromium, base) as page:
        for name in asked.values():
            page.goto(f"{base}/gallery/{name}?lang=vi")


@pytest.mark.parametrize(
    "planted",
    [
        '<p style="color: red">',
        "<style>p { color: red; }</style>",
        '<p onclick="alert()">',
        '<a href="javascript:alert()">',
        "<script>alert()</script>",
        '<script src="https://a.example/a.js"></script>',
        '<img src="data:image/png;base64,AA==" alt="">',
        '<iframe src="/help"></iframe>',
        '<form action="https://a.example/" method="post">',
    ],
)
def test_a_page_that_asks_more_of_its_policy_is_told_apart(planted: str) -> None:
    html = states("vi")["login"]

    assert Demands(html + planted).all > Demands(html).all


@pytest.mark.parametrize(
    ("language", "widths"),
    [
        ("vi", WIDTHS),
        ("en", NARROWEST),  # where longer words would show
        pytest.param("en", WIDTHS, marks=pytest.mark.nightly),
    ],
)
def test_pages_fit_and_nothing_is_too_small_to_press(
    undrawn: Browser, base: str, language: str, widths: list[int]
) -> None:
    with window(undrawn, base) as page:
        page.evaluate(FRAMES, widths)
        assert page.evaluate("Array.from(frames, frame => frame.innerWidth)") == widths
        found = {
            # Two documents in one window cannot both have the focus.
            name: page.evaluate(MISFITS, html.replace(" autofocus", ""))
            for name, html in states(language).items()
        }

    assert {name: faults for name, faults in found.items() if faults} == {}


def test_what_does_not_fit_is_found_on_the_one_page_that_has_it(
    undrawn: Browser, base: str
) -> None:
    html = states("vi")["login"]
    planted = "</h1><p>" + "W" * 200 + '</p><button><img width="9" height="9" alt=""></button>'
    with opened(undrawn, bypass_csp=True) as page:
        page.goto(f"{base}/gallery/login")
        page.evaluate(FRAMES, WIDTHS)
        sound = page.evaluate(MISFITS, html)
        found = page.evaluate(MISFITS, html.replace("</h1>", planted))

    assert sound == []
    assert [fault.split(" ")[0] for fault in found] == ["320:", "1280:"]


def test_larger_text_and_spacing_fit(chromium: Browser, base: str) -> None:
    """WCAG 2.2 SC 1.4.4 and 1.4.12."""
    spacing = "* { line-height: 1.5 !important; letter-spacing: .12em !important; }"
    with opened(chromium, viewport={"width": 640, "height": 480}, bypass_csp=True) as page:
        for name in ("mobile-wrong", "otp-wrong", "consent", "mismatch", "password-weak"):
            page.goto(f"{base}/gallery/{name}")
            page.add_style_tag(content=f"html {{ font-size: 200%; }} {spacing}")

            assert page.evaluate(SIDEWAYS) <= 0, name


def test_the_summary_takes_focus_and_leads_into_the_field(chromium: Browser, base: str) -> None:
    with opened(chromium) as page:
        page.goto(f"{base}/gallery/mobile-wrong")

        assert page.evaluate("document.activeElement.matches('[data-summary]')")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "identity_number"


def test_the_summary_leads_to_the_first_choice(chromium: Browser, base: str) -> None:
    with opened(chromium) as page:
        page.goto(f"{base}/gallery/method-empty")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")

        assert page.evaluate("document.activeElement.id") == "subject-citizen"


def test_the_code_field_waits_for_the_code_unless_something_is_wrong(
    chromium: Browser, base: str
) -> None:
    with opened(chromium) as page:
        page.goto(f"{base}/gallery/otp")
        ready = page.evaluate("document.activeElement.id")
        page.goto(f"{base}/gallery/otp-wrong")

        assert ready == "otp"
        assert page.evaluate("document.activeElement.id") != "otp"


def test_a_password_is_shown_on_request_and_hidden_when_sent(chromium: Browser, base: str) -> None:
    with opened(chromium) as page:
        page.goto(f"{base}/gallery/login")
        page.fill("#password", "x")
        page.click("[data-reveal]")
        shown = page.get_attribute("#password", "type")
        said = page.text_content("#password-live")
        page.evaluate("document.querySelector('form').dispatchEvent(new Event('submit'))")

        assert (shown, said) == ("text", "Mật khẩu đang hiện")
        assert page.get_attribute("#password", "type") == "password"


def test_rules_are_ticked_while_one_types(chromium: Browser, base: str) -> None:
    def ticked(page: Page) -> list[str | None]:
        return [item.get_attribute("data-rule") for item in page.locator("[data-met]").all()]

    with opened(chromium) as page:
        page.goto(f"{base}/gallery/password")
        page.fill("#new_password", "Ộ")
        capital = ticked(page)
        page.fill("#new_password", "Ngọn-Đèn 4 bấc")

        assert capital == ["upper"]
        assert ticked(page) == ["length", "lower", "upper", "digit", "special"]


def test_the_wait_for_another_code_counts_down_and_ends(chromium: Browser, base: str) -> None:
    with opened(chromium) as page:
        page.clock.install()
        page.goto(f"{base}/gallery/otp")
        button = page.locator("#otp-resend")
        waiting = (button.get_attribute("aria-disabled"), button.is_enabled())
        page.clock.run_for(43_000)

        assert waiting[0] == "true"
        assert button.get_attribute("aria-disabled") is None
        assert page.text_content("#otp-live") == "Bạn có thể yêu cầu gửi lại mã"


def test_a_double_press_sends_once(chromium: Browser, base: str, posts: Posts) -> None:
    with opened(chromium) as page:
        page.goto(f"{base}/form")
        before = posts.count
        page.dblclick("#logout-confirm")
        page.wait_for_url("**/help")

        assert posts.count == before + 1


def test_90_forms_work_without_scripts(chromium: Browser, base: str, posts: Posts) -> None:
    with opened(chromium, java_script_enabled=False) as page:
        page.goto(f"{base}/form")
        before = posts.count
        page.click("#logout-confirm")

        assert posts.count == before + 1
        assert page.url == f"{base}/help"


def test_90_without_scripts_nothing_dead_is_shown(chromium: Browser, base: str) -> None:
    with opened(chromium, java_script_enabled=False) as page:
        page.goto(f"{base}/gallery/password")
        revealing = page.locator("[data-reveal]").first.is_visible()
        page.goto(f"{base}/gallery/otp")

        assert not revealing
        assert "(sau 42 giây)" in (page.text_content("#otp-resend") or "")


def test_the_skip_link_comes_first(chromium: Browser, base: str) -> None:
    with opened(chromium) as page:
        page.goto(f"{base}/gallery/held")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")

        assert page.url.endswith("#main")


def test_the_page_about_a_mismatch_prints_what_the_shop_needs(chromium: Browser, base: str) -> None:
    with opened(chromium) as page:
        page.goto(f"{base}/gallery/mismatch")
        page.emulate_media(media="print")

        assert page.locator("h1").is_visible()
        assert page.get_by_text("So giay to").is_visible()
        assert page.get_by_text("soạn TTTB gửi 1414").is_visible()
        assert not page.locator("#recheck-submit").is_visible()


def test_the_switch_of_language_keeps_the_page(chromium: Browser, base: str) -> None:
    with opened(chromium) as page:
        page.goto(f"{base}/gallery/login?i=abc")
        page.click("text=English")

        assert page.url == f"{base}/gallery/login?i=abc&lang=en"
        assert page.text_content("h1") == "Sign in"
