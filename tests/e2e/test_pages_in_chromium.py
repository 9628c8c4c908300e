"""Every page in a real browser, under its real policy: accessible, fitting, and quick to help."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any, Literal

import pytest
from flask import Flask, Response, redirect, request
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize
from werkzeug.serving import WSGIRequestHandler, make_server

from idp.logout.forms import SignOutForm
from tests.page_gallery import MOVES_ON, PAGES, add_gallery, make_app, rendered_pages

pytestmark = pytest.mark.e2e

AXE = Path(__file__).parent / "axe" / "axe.min.js"
NARROW: ViewportSize = {"width": 320, "height": 640}
WIDTHS = [320, 1280]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN_AXE = """([rules, without]) => axe.run(document, {
    runOnly: rules, rules: Object.fromEntries(without.map(rule => [rule, {enabled: false}]))
}).then(result => result.violations.map(
    violation => violation.id + ": " + violation.nodes.map(node => node.target.join(" "))))"""
CONTRAST = "color-contrast"
WRITE = """async html => {
    document.open();
    const loaded = new Promise(resolve => addEventListener("load", resolve, {once: true}));
    document.write(html);
    document.close();
    await loaded;
}"""
# Contrast is a matter of these alone: nothing is transparent, and nothing lies on a picture.
SHADES = """() => {
    const behind = element => {
        const colour = getComputedStyle(element).backgroundColor;
        const seen = colour !== "rgba(0, 0, 0, 0)" || !element.parentElement;
        return seen ? colour : behind(element.parentElement);
    };
    return [...new Set([...document.querySelectorAll("body, body *")].map(element => {
        const style = getComputedStyle(element);
        return [style.color, behind(element), style.fontSize, style.fontWeight].join(" ");
    }))];
}"""
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
FRAMES = """widths => document.body.replaceChildren(...widths.map(width => Object.assign(
    document.createElement("iframe"), {width, height: 640, frameBorder: 0})))"""
MISFITS = """async html => Promise.all([...document.querySelectorAll("iframe")].map(async frame => {
    const inside = frame.contentDocument, view = frame.contentWindow;
    inside.open();
    const loaded = new Promise(resolve => view.addEventListener("load", resolve, {once: true}));
    inside.write(html);
    inside.close();
    await loaded;
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


@contextmanager
def gallery(
    chromium: Browser, base: str, language: str, *, axe: bool = True, dark: bool = False
) -> Iterator[tuple[Page, Iterator[tuple[str, str]]]]:
    """
    A narrow window, and each page state with its HTML; no console may have complained at the end.

    Where pages are only written into the window, the first one's policy holds for all of them.
    """
    complaints: list[str] = []
    pages = rendered_pages()
    states = (
        (name, pages[f"/gallery/{name}?lang={language}"])
        for name in sorted(PAGES.keys() - MOVES_ON)
    )
    scheme: Literal["dark", "light"] = "dark" if dark else "light"
    with opened(chromium, color_scheme=scheme, reduced_motion="reduce", viewport=NARROW) as page:
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        if axe:  # the browser puts it in, before the page and past its policy, which stays
            page.add_init_script(path=AXE)
        page.goto(f"{base}/gallery/login?lang={language}")
        yield page, states
    assert complaints == []


def barriers(
    chromium: Browser, base: str, language: str, *, dark: bool = False
) -> dict[str, list[str]]:
    """
    What axe finds on each page; in the dark, among the colours, where all else is alike.

    A combination of colours and letters is looked at on the first page that has it.
    """
    found, known = {}, set()
    with gallery(chromium, base, language, dark=dark) as (page, states):
        for name, html in states:
            page.evaluate(WRITE, html)
            shades = set(page.evaluate(SHADES))
            rules = [CONTRAST] if dark else RULES
            if not shades <= known:
                found[name] = page.evaluate(RUN_AXE, [rules, []])
            elif not dark:
                found[name] = page.evaluate(RUN_AXE, [rules, [CONTRAST]])
            known |= shades
    return {name: faults for name, faults in found.items() if faults}


def test_pages_are_accessible(chromium: Browser, base: str) -> None:
    assert barriers(chromium, base, "vi") == {}


def test_pages_are_accessible_in_the_dark(chromium: Browser, base: str) -> None:
    assert barriers(chromium, base, "vi", dark=True) == {}


@pytest.mark.nightly
def test_english_pages_are_accessible(chromium: Browser, base: str) -> None:
    """Every day, `test_every_page` looks at them as they are walked."""
    assert barriers(chromium, base, "en") == {}


def test_no_policy_stops_a_page(chromium: Browser, base: str) -> None:
    with gallery(chromium, base, "vi", axe=False) as (page, states):
        for name, _ in states:
            page.goto(f"{base}/gallery/{name}?lang=vi")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_pages_fit_and_nothing_is_too_small_to_press(
    chromium: Browser, base: str, language: str
) -> None:
    with gallery(chromium, base, language, axe=False) as (page, states):
        page.evaluate(FRAMES, WIDTHS)
        assert page.evaluate("Array.from(frames, frame => frame.innerWidth)") == WIDTHS
        found = {
            # Two documents in one window cannot both have the focus.
            name: page.evaluate(MISFITS, html.replace(" autofocus", ""))
            for name, html in states
        }

    assert {name: faults for name, faults in found.items() if faults} == {}


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


def test_forms_work_without_scripts(chromium: Browser, base: str, posts: Posts) -> None:
    with opened(chromium, java_script_enabled=False) as page:
        page.goto(f"{base}/form")
        before = posts.count
        page.click("#logout-confirm")

        assert posts.count == before + 1
        assert page.url == f"{base}/help"


def test_without_scripts_nothing_dead_is_shown(chromium: Browser, base: str) -> None:
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
