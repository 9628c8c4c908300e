"""A logo is pixels, made anew, from our own address."""

import io
from dataclasses import replace

import pytest
from PIL import Image, PngImagePlugin

from idp.relying_parties.logos import LARGEST_SIDE, NoPicture, as_png
from tests.page_gallery import PAGES, PORTAL, make_app


def picture(kind: str, size: tuple[int, int] = (40, 30), **options: object) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", size, (0, 90, 160)).save(written, kind, **options)
    return written.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_every_kind_becomes_a_png(kind: str) -> None:
    with Image.open(io.BytesIO(as_png(picture(kind)))) as made:
        assert (made.format, made.size) == ("PNG", (40, 30))


def test_a_large_one_becomes_small() -> None:
    with Image.open(io.BytesIO(as_png(picture("PNG", (1000, 500))))) as made:
        assert made.size == (LARGEST_SIDE, LARGEST_SIDE // 2)


def test_nothing_but_pixels_goes_along() -> None:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", "<script>alert(1)</script>")

    made = as_png(picture("PNG", pnginfo=notes) + b"<script>trailing</script>")

    assert b"script" not in made
    with Image.open(io.BytesIO(made)) as opened:
        assert opened.info == {}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"\x89PNG\r\n\x1a\n" + b"\x00" * 40,
        picture("PNG")[:60],
        picture("BMP"),
        picture("ICO"),
        picture("PNG", (2500, 2500)),
    ],
)
def test_everything_else_is_no_picture(content: bytes) -> None:
    with pytest.raises(NoPicture):
        as_png(content)


@pytest.mark.parametrize("name", ["login", "consent"])
def test_24_pages_show_the_logo_and_the_portals_own_words(name: str) -> None:
    app, pages = make_app()
    template, context = PAGES[name]
    portal = replace(PORTAL, logo="0123")

    with app.test_request_context("/?lang=vi"):
        html = pages.render(
            template,
            **(
                {"policy_uri": portal.policy_uri, "tos_uri": portal.tos_uri}
                | context(pages)
                | {"relying_party": portal}
            ),
        ).get_data(as_text=True)

    assert '<img class="logo" src="/logos/binh-dinh/0123.png" alt="">' in html
    assert 'href="https://dichvucong.example/privacy"' in html
    assert 'href="https://dichvucong.example/terms"' in html
