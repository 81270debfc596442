"""The report as a tagged PDF, set by Typst."""

from __future__ import annotations

import functools
import json
import re
import shutil
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import typst
from fontTools.ttLib import TTFont

from encuadre.build.chapters import Chapter, Code, Picture, Prose, Table
from encuadre.build.grids import Cell, Grid
from encuadre.build.pandoc import Part, convert_parts
from encuadre.build.pictures import fit_svg
from encuadre.errors import EncuadreError
from encuadre.figures import TOKENS

HERE = Path(__file__).parent
TIMESTAMP = 0
TALLEST = 1.32  # height of a figure by the width of the line
_FLEXIBLE = 16
_LONG = re.compile(r"\S{60,}")


def write_document(
    chapters: Sequence[Chapter],
    *,
    references: Mapping[str, str],
    outlets: Sequence[Mapping[str, Any]],
    meta: Mapping[str, Any],
    work: Path,
) -> bytes:
    """Return the PDF: cover, contents, chapters and references, tagged to PDF/UA-1.

    Parameters
    ----------
    chapters : sequence of Chapter
        In reading order.
    references : mapping
        What a cross reference shows, by anchor.
    outlets : sequence of mapping
        name, hue (from 0) and facts of each outlet, for the cover.
    meta : mapping
        title, subtitle, date, version and facts.
    work : path
        A folder for intermediate files, which becomes Typst's root.

    Raises
    ------
    EncuadreError
        Where Typst refuses the document, with what it said.
    """
    figures = work / "figures"
    shutil.rmtree(figures, ignore_errors=True)
    figures.mkdir(parents=True)
    store: dict[str, Any] = {"figures": {}, "tables": {}, "findings": []}
    parts = [p for chapter in chapters for p in _list_parts(chapter, references, store, figures)]
    parts.append(Part("references", "References"))
    body = convert_parts(parts, format="typst", references=references, evidence=False, work=work)
    store["tokens"] = {name: hex_ for hex_, (name, _) in TOKENS.items()}
    store["meta"] = {
        "title": "", "subtitle": "", "date": "", "version": "",
        **{k: v for k, v in meta.items() if k != "parameters"},
    }  # fmt: skip
    store["outlets"] = [dict(o) for o in outlets]
    data = fit_text(json.dumps(store, ensure_ascii=False, sort_keys=True))
    (work / "data.json").write_text(data, encoding="utf-8")
    shutil.copy(HERE / "templates" / "report.typ", work / "report.typ")
    source = f'#import "report.typ": *\n#show: set-report\n\n{fit_text(body)}\n'
    (work / "main.typ").write_text(source, encoding="utf-8")
    try:
        return typst.compile(
            str(work / "main.typ"),
            root=str(work),
            ignore_system_fonts=True,
            font_paths=[str(HERE / "fonts")],
            pdf_standards=["ua-1"],
            timestamp=TIMESTAMP,
        )
    except typst.TypstError as error:
        said = "; ".join([str(error.message), *map(str, error.hints or [])])
        raise EncuadreError(f"Typst could not set the report: {said[:2000]}") from None


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


@functools.cache
def _read_coverage() -> frozenset[str]:
    """The signs that one of the two families has in every cut."""
    families = []
    for family in ("SourceSans3", "SourceSerif4"):
        cuts = [
            set(TTFont(p).getBestCmap()) for p in sorted((HERE / "fonts").glob(f"{family}-*.ttf"))
        ]
        families.append(set.intersection(*cuts))
    return frozenset(map(chr, set.union(*families)))


def _list_parts(
    chapter: Chapter, references: Mapping[str, str], store: dict[str, Any], figures: Path
) -> list[Part]:
    parts = [Part("title", chapter.title, f"chapter-{chapter.number}")]
    for block in chapter.blocks:
        if isinstance(block, Prose):
            parts.append(Part("markdown", block.markdown))
        elif isinstance(block, Picture):
            store["figures"][block.anchor] = _store_picture(block, figures)
            parts.append(Part("raw", f'#show-figure("{block.anchor}") <{block.anchor}>'))
        elif isinstance(block, Table):
            store["tables"][block.anchor] = _describe_grid(block.grid)
            parts.append(Part("raw", f'#show-table("{block.anchor}") <{block.anchor}>'))
        elif not isinstance(block, Code):
            parts.append(Part("raw", "#findings["))
            for finding in block.items:
                listed = store["findings"]
                name = references.get(finding.figure, "")
                anchor = finding.figure if name else ""
                listed.append({"reason": finding.reason, "anchor": anchor, "figure": name})
                start = f'#finding("{finding.strength}", {len(listed) - 1})['
                parts.append(Part("raw", start))
                parts.append(Part("markdown", finding.text))
                parts.append(Part("raw", "]"))
            parts.append(Part("raw", "]"))
    return parts


def _store_picture(picture: Picture, figures: Path) -> dict[str, str]:
    if picture.svg:
        path = figures / f"{picture.anchor}.svg"
        path.write_text(fit_text(fit_svg(picture.svg)), encoding="utf-8")
    else:
        path = figures / f"{picture.anchor}.png"
        path.write_bytes(picture.png)
    words = ". ".join(w.rstrip(".") for w in (picture.title, picture.alt) if w)
    return {
        "file": f"figures/{path.name}",
        "caption": picture.caption,
        "alt": f"{words}.",
        "width": _fit_width(picture.svg),
    }


def _fit_width(svg: str) -> float:
    """Per cent of the line that a figure takes: all of it, or less where it would be too tall."""
    box = re.search(r'viewBox="[-\d.]+ [-\d.]+ ([\d.]+) ([\d.]+)"', svg)
    if not box or not float(box[2]):
        return 100.0
    return round(min(100.0, 100 * TALLEST * float(box[1]) / float(box[2])), 2)


def _describe_grid(grid: Grid) -> dict[str, Any]:
    numeric = grid.find_numeric()
    return {
        "caption": grid.caption,
        "note": "".join(piece.text for piece in grid.note),
        "align": ["right" if n else "left" for n in numeric],
        "widths": _choose_widths(grid, numeric),
        "head": [[_describe_cell(c) for c in row] for row in grid.head],
        "rows": [[_describe_cell(c) for c in row] for row in grid.rows],
    }


def _describe_cell(cell: Cell) -> dict[str, Any]:
    text = _LONG.sub(lambda m: "\u200b".join(re.findall(".{1,40}", m[0])), cell.text.strip())
    return {"text": text, "columns": cell.columns, "rows": cell.rows}


def _choose_widths(grid: Grid, numeric: Sequence[bool]) -> list[float]:
    """Width of each column as a share of the rest of the line; 0 for as wide as its contents."""
    lengths: list[list[int]] = [[] for _ in range(grid.width)]
    for row in (*grid.head, *grid.rows):
        if len(row) == grid.width:
            for column, cell in zip(lengths, row, strict=True):
                column.append(len(cell.text))
    widest = [max(column, default=0) for column in lengths]
    total = sum(widest)
    if total < 90:
        return [0.0] * grid.width
    return [
        0.0 if n or w <= _FLEXIBLE else round(max(w, 12) ** 0.5, 2)
        for n, w in zip(numeric, widest, strict=True)
    ]
