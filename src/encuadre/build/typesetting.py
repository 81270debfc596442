"""Setting a document with Typst: only signs that the fonts have, the same bytes every time."""

from __future__ import annotations

import functools
import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import typst
from fontTools.ttLib import TTFont

from encuadre.errors import EncuadreError

FONTS = Path(__file__).parent / "fonts"
TIMESTAMP = 0
_LONG = re.compile(r"\S{60,}")


class Typesetter:
    """A Typst document in a folder: `main.typ` and the files that it reads."""

    def __init__(self, folder: Path):
        self._compiler = typst.Compiler(
            str(folder / "main.typ"),
            root=str(folder),
            ignore_system_fonts=True,
            font_paths=[str(FONTS)],
        )

    def query(self, label: str) -> list[Any]:
        """Return the values of all metadata with the label, in order."""
        try:
            return json.loads(self._compiler.query(f"<{label}>", field="value"))
        except typst.TypstError as error:
            raise _explain(error) from None

    def compile(self) -> bytes:
        """Return the PDF, tagged to PDF/UA-1; EncuadreError with what Typst said where it refuses."""
        try:
            document = self._compiler.compile(pdf_standards=["ua-1"], timestamp=TIMESTAMP)
        except typst.TypstError as error:
            raise _explain(error) from None
        assert isinstance(document, bytes)
        return document


def _explain(error: typst.TypstError) -> EncuadreError:
    said = "; ".join([str(error.message), *map(str, error.hints or [])])
    return EncuadreError(f"Typst could not set the report: {said[:2000]}")


def fit_text(text: str) -> str:
    """Return a text with a box for each sign that the report's fonts lack; PDF/UA refuses them.

    Invisible signs that steer the direction of writing are left out.
    """
    known = _read_coverage()
    kept = []
    for sign in unicodedata.normalize("NFC", text):
        if sign in known or sign in "\n\u200b":
            kept.append(sign)
        elif unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Mn", "Me"):
            kept.append("□")
    return "".join(kept)


def break_words(text: str) -> str:
    """Return a text in which words of 60 signs or more may be broken every 40."""
    return _LONG.sub(lambda m: "\u200b".join(re.findall(".{1,40}", m[0])), text.strip())


@functools.cache
def _read_coverage() -> frozenset[str]:
    """The signs that one of the two families has in every cut."""
    families = []
    for family in ("SourceSans3", "SourceSerif4"):
        cuts = [set(TTFont(p).getBestCmap()) for p in sorted(FONTS.glob(f"{family}-*.ttf"))]
        families.append(set.intersection(*cuts))
    return frozenset(map(chr, set.union(*families)))
