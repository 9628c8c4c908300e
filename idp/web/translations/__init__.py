"""
The catalogues of translated texts: Vietnamese is the source, English the translation.

The ``.po`` file is the only copy: it is compiled in memory when the program starts, so there is
nothing to build, to commit twice, or to race for among workers.
"""

from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

FOLDER = Path(__file__).parent


@cache
def catalogue(language: str) -> Translations:
    """Read and compile the catalogue of *language*, once; a text it lacks stays Vietnamese."""
    path = FOLDER / language / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as source:
        messages = read_po(source, locale=language)
    compiled = BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    return Translations(compiled)


def read_catalogues() -> None:
    """Read every catalogue there is."""
    for place in FOLDER.glob("*/LC_MESSAGES"):
        catalogue(place.parent.name)
