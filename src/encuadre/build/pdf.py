"""The report as a tagged PDF, set by Typst."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import typst

from encuadre.build.chapters import Chapter, Code, Picture, Prose, Table
from encuadre.build.grids import Cell, Grid
from encuadre.build.pandoc import Part, convert_parts
from encuadre.build.pictures import fit_svg
from encuadre.errors import EncuadreError
from encuadre.figures import TOKENS

HERE = Path(__file__).parent
TIMESTAMP = 0
_FLEXIBLE = 16


def write_document(
    chapters: Sequence[Chapter],
    *,
    references: Mapping[str, str],
    copies: Sequence[Mapping[str, str]],
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
    copies : sequence of mapping
        outlet and copy of each altered article, for the cover.
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
    store["copies"] = [dict(c) for c in copies]
    data = json.dumps(store, ensure_ascii=False, sort_keys=True)
    (work / "data.json").write_text(data, encoding="utf-8")
    shutil.copy(HERE / "templates" / "report.typ", work / "report.typ")
    source = f'#import "report.typ": *\n#show: set-report\n\n{body}\n'
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
        path.write_text(fit_svg(picture.svg), encoding="utf-8")
    else:
        path = figures / f"{picture.anchor}.png"
        path.write_bytes(picture.png)
    words = ". ".join(w.rstrip(".") for w in (picture.title, picture.alt) if w)
    return {"file": f"figures/{path.name}", "caption": picture.caption, "alt": f"{words}."}


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
    return {"text": cell.text.strip(), "columns": cell.columns, "rows": cell.rows}


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
