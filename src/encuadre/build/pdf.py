"""The report as a tagged PDF, set by Typst."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from encuadre.build.appendix import Side, say_measures
from encuadre.build.chapters import (
    Chapter,
    Code,
    Findings,
    Picture,
    Prose,
    Table,
    list_findings,
)
from encuadre.build.grids import Cell, Grid, Piece
from encuadre.build.layout import Layout, choose_layout
from encuadre.build.pandoc import Part, convert_parts
from encuadre.build.pictures import fit_svg
from encuadre.build.typesetting import Typesetter, break_words, fit_text
from encuadre.figures import TOKENS
from encuadre.prose import say_number

HERE = Path(__file__).parent
TALLEST = 1.32  # height of a figure by the width of the line
SIGN = 4.9  # width of a sign in a table, in points
_FLEXIBLE = 16
_EVIDENCE = re.compile(r"\]\(#sentences\?[^)\s]*\)")
_PART = re.compile(r"\s*##\s")


def write_document(
    chapters: Sequence[Chapter],
    *,
    references: Mapping[str, str],
    outlets: Sequence[Mapping[str, Any]],
    sides: Sequence[Sequence[Side]],
    evidence: Mapping[str, Any],
    meta: Mapping[str, Any],
    work: Path,
) -> bytes:
    """Return the PDF: cover, contents, chapters, evidence and references, tagged to PDF/UA-1.

    Parameters
    ----------
    chapters : sequence of Chapter
        In reading order.
    references : mapping
        What a cross reference shows, by anchor.
    outlets : sequence of mapping
        name, hue (from 0) and facts of each outlet, for the cover.
    sides : sequence of sequence of Side
        The evidence of each finding, in order, as `collect_sides` gives it.
    evidence : mapping
        As `read_evidence` gives it, for names.
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
    names = {**references, **{f"evidence-{k + 1}": f"Evidence A{k + 1}" for k in range(len(sides))}}
    parts = [p for chapter in chapters for p in _list_parts(chapter, names, store, figures)]
    parts += _list_evidence(chapters, sides)
    parts.append(Part("references", "References"))
    body = convert_parts(parts, format="typst", references=names, evidence=False, work=work)
    store["tokens"] = {name: hex_ for hex_, (name, _) in TOKENS.items()}
    store["meta"] = complete_meta(meta)
    store["outlets"] = [dict(o) for o in outlets]
    store["sides"] = [[describe_side(side, evidence) for side in group] for group in sides]
    for name in ("look.typ", "report.typ"):
        shutil.copy(HERE / "templates" / name, work / name)
    source = f'#import "report.typ": *\n#show: set-report\n\n{fit_text(body)}\n'
    (work / "main.typ").write_text(source, encoding="utf-8")

    def set_pages(layout: Layout) -> Typesetter:
        write_data({**store, "layout": layout}, work)
        return Typesetter(work)

    anchors = [[b.anchor for b in c.blocks if isinstance(b, Picture | Table)] for c in chapters]
    layout = choose_layout(anchors, look=lambda layout: set_pages(layout).query("probe"))
    return set_pages(layout).compile()


def complete_meta(meta: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the cover says, with nothing missing and without the parameters."""
    empty = dict.fromkeys(("title", "subtitle", "date", "version"), "")
    return {**empty, **{k: v for k, v in meta.items() if k != "parameters"}}


def write_data(store: Mapping[str, Any], work: Path) -> None:
    """Write what the Typst template reads, in signs that the fonts have."""
    data = json.dumps(_fit_strings(store), ensure_ascii=False, sort_keys=True)
    (work / "data.json").write_text(data, encoding="utf-8")


def _fit_strings(value: Any) -> Any:
    """Fit every string, before JSON turns its signs into escapes."""
    if isinstance(value, Mapping):
        return {key: _fit_strings(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_fit_strings(each) for each in value]
    return fit_text(value) if isinstance(value, str) else value


def describe_side(side: Side, evidence: Mapping[str, Any]) -> dict[str, Any]:
    """Return a side of a finding as the template shows it; a number that only counts is not repeated."""
    counts = side.outlets and side.number in (str(side.count), say_number(side.count))
    return {
        "outlets": list(side.outlets),
        "number": "" if counts else side.number,
        "count": side.count,
        "total": side.total,
        "silent": list(side.silent),
        "quotes": [
            {
                "text": break_words(s["text"]),
                "outlet": s["article"]["outlet"],
                "hue": s["article"]["hue"],
                "altered": bool(s["article"]["copy"]),
                "said": say_measures(s, evidence, target=side.target),
                "place": s["place"],
                "places": s["places"],
            }
            for s in side.sentences
        ],
    }


def _list_parts(
    chapter: Chapter, references: Mapping[str, str], store: dict[str, Any], figures: Path
) -> list[Part]:
    parts = [Part("title", chapter.title, f"chapter-{chapter.number}")]
    inside = free = False
    for block in chapter.blocks:
        if isinstance(block, Prose):
            if chapter.layout == "halves" and _PART.match(block.markdown):
                parts.append(Part("raw", "]\n#half[" if inside else "#half["))
                inside = True
            parts.append(Part("markdown", block.markdown))
            # what follows a heading directly stays with it
            free = not block.markdown.rstrip().rpartition("\n")[2].startswith("#")
        elif isinstance(block, Picture | Table):
            kind = "figure" if isinstance(block, Picture) else "table"
            store[f"{kind}s"][block.anchor] = (
                _store_picture(block, figures)
                if isinstance(block, Picture)
                else _describe_grid(block.grid)
            )
            mark = f'#mark("{block.anchor}")\n' if free else ""
            parts.append(Part("raw", f'{mark}#show-{kind}("{block.anchor}") <{block.anchor}>'))
            free = True
        elif not isinstance(block, Code):
            parts += _list_findings(block, references, store)
            free = True
    return [*parts, Part("raw", "]")] if inside else parts


def _list_findings(
    findings: Findings, references: Mapping[str, str], store: dict[str, Any]
) -> list[Part]:
    parts = [Part("raw", "#findings[")]
    for finding in findings.items:
        listed = store["findings"]
        name = references.get(finding.figure, "")
        proof = f"evidence-{len(listed) + 1}"
        listed.append({
            "strength": finding.strength, "reason": finding.reason, "anchor": finding.figure,
            "figure": name, "proof": proof, "evidence": references.get(proof, ""),
        })  # fmt: skip
        parts.append(Part("raw", f"#finding({len(listed) - 1})["))
        parts.append(Part("markdown", _EVIDENCE.sub(f"](#{proof})", finding.text)))
        parts.append(Part("raw", "]"))
    return [*parts, Part("raw", "]")]


def _list_evidence(chapters: Sequence[Chapter], sides: Sequence[Sequence[Side]]) -> list[Part]:
    if not sides:
        return []
    parts = [Part("title", "Evidence for the findings", "appendix"), Part("raw", "#how-to-read")]
    for k, finding in enumerate(list_findings(chapters)):
        parts.append(Part("raw", f"#proof({k}) <evidence-{k + 1}>\n#claim({k})["))
        parts.append(Part("markdown", finding.text))
        parts.append(Part("raw", f"]\n#show-sides({k})"))
    return parts


def _store_picture(picture: Picture, figures: Path) -> dict[str, Any]:
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
    return {"text": break_words(cell.text), "columns": cell.columns, "rows": cell.rows}


def _choose_widths(grid: Grid, numeric: Sequence[bool]) -> list[float]:
    """Width of each column: a share of the rest of the line, 0 for as wide as its contents, or less
    than 0 for so many points.

    A table of short columns fills the line unless it has three or fewer. Beside long text, columns
    of numbers and short words are as wide as these, and what heads them is broken into lines.
    """
    widest = grid.measure_widths()
    if sum(widest) < 90:
        if grid.width <= 3:
            return [0.0] * grid.width
        even = max((w for n, w in zip(numeric, widest, strict=True) if n), default=0)
        return [max(even if n else w, 7) + 2.0 for n, w in zip(numeric, widest, strict=True)]
    body = Grid(rows=grid.rows).measure_widths()
    words = Grid(head=tuple(tuple(_longest_word(c) for c in row) for row in grid.head))
    head = words.measure_widths() or [0] * grid.width
    widths = []
    for number, whole, cell, word in zip(numeric, widest, body, head, strict=True):
        if not number and cell > _FLEXIBLE:
            widths.append(round(max(whole, 12) ** 0.6, 2))
        else:
            widths.append(0.0 if whole <= cell else -round(SIGN * max(cell, word) + 9, 1))
    return widths


def _longest_word(cell: Cell) -> Cell:
    word = max(cell.text.split(), key=len, default="")
    return Cell((Piece(word),), columns=cell.columns, rows=cell.rows)
