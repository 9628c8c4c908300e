"""A QR code as a picture in the page: no file, no style, nothing from elsewhere."""

from markupsafe import Markup

_PIXELS_OF_A_MODULE = 5


def qr_svg(text: str) -> Markup:
    """
    Return the code as SVG, for the page to name.

    Black on white whatever the page's colours, or no camera reads it.
    """
    import segno  # noqa: PLC0415 (1 MB with what it loads, for the few who add an app)

    svg = segno.make(text, micro=False).svg_inline(
        scale=_PIXELS_OF_A_MODULE,
        dark="#000",
        light="#fff",
        svgclass="qr",
        lineclass=None,
    )
    return Markup(svg)  # noqa: S704 (segno's own markup: modules, no text)
