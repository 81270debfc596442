"""The report as one HTML page that asks nothing of the network."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

import jinja2

from encuadre.build.chapters import (
    STRENGTHS,
    Chapter,
    Code,
    Findings,
    Picture,
    Prose,
    Table,
)
from encuadre.build.evidence import list_outlets, write_json
from encuadre.build.grids import Cell, Piece
from encuadre.build.pandoc import Part, convert_parts
from encuadre.build.pictures import Sheet, convert_svg
from encuadre.figures import TOKENS

HERE = Path(__file__).parent
TEMPLATES, FONTS = HERE / "templates", HERE / "fonts"
_FACES = (
    ("Source Sans 3", 400, "normal", "SourceSans3-Regular"),
    ("Source Sans 3", 600, "normal", "SourceSans3-Semibold"),
    ("Source Serif 4", 400, "normal", "SourceSerif4-Regular"),
    ("Source Serif 4", 400, "italic", "SourceSerif4-It"),
    ("Source Serif 4", 600, "normal", "SourceSerif4-Semibold"),
)
_SCRIPTS = ("data", "filters", "panel", "reader", "explorer", "downloads", "page")
_REFERENCES = re.compile(r'<h2[^>]* id="references">')
_END = "</section>"
_MARKS = {
    "firm": '<circle cx="7" cy="7" r="5.6" fill="currentColor" stroke="currentColor" '
    'stroke-width="1.6"/>',
    "tentative": '<circle cx="7" cy="7" r="5.6" fill="none" stroke="currentColor" '
    'stroke-width="1.6"/><path d="M7 1.4a5.6 5.6 0 0 0 0 11.2z" fill="currentColor"/>',
    "cannot_tell": '<circle cx="7" cy="7" r="5.6" fill="none" stroke="currentColor" '
    'stroke-width="1.6" stroke-dasharray="2.4 2"/>',
}


def write_page(
    chapters: Sequence[Chapter],
    *,
    references: Mapping[str, str],
    evidence: Mapping[str, Any],
    downloads: Mapping[str, str],
    meta: Mapping[str, Any],
    work: Path,
) -> str:
    """Return the page: chapters, articles, explorer and downloads, with styles, script and data.

    Parameters
    ----------
    chapters : sequence of Chapter
        In reading order.
    references : mapping
        What a cross reference shows, by anchor.
    evidence, downloads : mapping
        As `read_evidence` and `read_downloads` give them.
    meta : mapping
        title, subtitle, date, version and facts.
    work : path
        A folder for intermediate files.
    """
    sheet = Sheet(TOKENS)
    parts = [p for chapter in chapters for p in _list_parts(chapter, references, sheet)]
    parts.append(Part("references", "References"))
    body = convert_parts(parts, format="html", references=references, evidence=True, work=work)
    cited = _REFERENCES.search(body)
    place = cited.start() if cited else len(body)
    first = body.find(_END) + len(_END) if chapters[0].number == 0 else 0
    style = _write_style(sheet)
    script = _read_script()
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True,
        lstrip_blocks=True, undefined=jinja2.StrictUndefined,
    )  # fmt: skip
    return environment.get_template("report.html").render(
        meta={"title": "", "subtitle": "", "date": "", "version": "", **meta},
        chapters=[{"number": c.number, "title": _plain(c.title)} for c in chapters],
        glance=body[:first],
        body=body[first:place],
        references=body[place:] if cited else "",
        outlets=list_outlets(evidence["articles"]),
        downloads=list(downloads.items()),
        style=style,
        script=script,
        style_hash=_hash(style),
        script_hash=_hash(script),
        evidence=write_json(evidence),
        tables=write_json({name: text for name, text in downloads.items() if text}),
    )


def mark_strength(strength: str) -> str:
    """Return the mark of a strength with its word."""
    svg = f'<svg class="mark" viewBox="0 0 14 14" aria-hidden="true">{_MARKS[strength]}</svg>'
    return f'<span class="strength">{svg}{STRENGTHS[strength]}</span>'


def _list_parts(chapter: Chapter, references: Mapping[str, str], sheet: Sheet) -> list[Part]:
    number = chapter.number
    name = "glance" if number == 0 else f"chapter-{number}"
    kicker = "" if number == 0 else f'<p class="kicker">Chapter {number}</p>'
    label = escape(_plain(chapter.title), quote=True)
    start = f'<section class="chapter" id="{name}" aria-label="{label}" data-chapter>{kicker}'
    parts = [Part("raw", start), Part("title", chapter.title, f"{name}-title")]
    for block in chapter.blocks:
        if isinstance(block, Prose):
            parts.append(Part("markdown", block.markdown))
        elif isinstance(block, Code):
            kind = "printed" if block.printed else "source"
            label = "What the code printed" if block.printed else "Code"
            parts.append(Part("raw", (
                f'<pre class="code {kind}" tabindex="0" aria-label="{label}">'
                f"<code>{escape(block.text)}</code></pre>"
            )))  # fmt: skip
        elif isinstance(block, Picture):
            parts.append(Part("raw", _write_picture(block, sheet)))
        elif isinstance(block, Table):
            parts.append(Part("raw", _write_table(block)))
        else:
            parts += _list_findings(block, references)
    parts.append(Part("raw", _END))
    return parts


def _list_findings(findings: Findings, references: Mapping[str, str]) -> list[Part]:
    parts = [Part("raw", '<ol class="findings">')]
    for finding in findings.items:
        mark = mark_strength(finding.strength)
        parts.append(Part("raw", f'<li>{mark}<div class="finding">'))
        parts.append(Part("markdown", finding.text))
        why = escape(finding.reason)
        if finding.figure in references:
            link = f'<a href="#{finding.figure}">{references[finding.figure]}</a>'
            why = f'{link}<span class="dot">·</span>{why}' if why else link
        parts.append(Part("raw", f'<p class="why">{why}</p></div></li>' if why else "</div></li>"))
    how = "Every linked number opens the sentences behind it."
    parts.append(Part("raw", f'</ol><p class="note">{how}</p>'))
    return parts


def _write_picture(picture: Picture, sheet: Sheet) -> str:
    words = {"title": picture.title, "alt": picture.alt}
    if picture.svg:
        wide = convert_svg(picture.svg, prefix=f"{picture.anchor}-w", sheet=sheet, **words)
        inside = f'<div class="wide">{wide}</div>'
        if picture.narrow:
            narrow = convert_svg(picture.narrow, prefix=f"{picture.anchor}-n", sheet=sheet, **words)
            inside += f'<div class="narrow">{narrow}</div>'
    else:
        data = base64.b64encode(picture.png).decode()
        alt = escape(picture.alt, quote=True)
        inside = f'<img src="data:image/png;base64,{data}" alt="{alt}">'
    both = " both" if picture.narrow else ""
    button = ""
    if picture.evidence.startswith("#sentences?"):
        link = escape(picture.evidence, quote=True)
        hidden = f'<span class="sr"> behind Figure {picture.number}</span>'
        button = f'<a class="button evidence" href="{link}">See the sentences{hidden}</a>'
    shown = f" {escape(picture.caption)}" if picture.caption else ""
    own = f'<a class="self" href="#{picture.anchor}">Figure {picture.number}.</a>'
    caption = f"<figcaption>{own}{shown}</figcaption>"
    return (
        f'<figure class="figure{both}" id="{picture.anchor}">{inside}'
        f'<div class="under">{caption}{button}</div></figure>'
    )


def _write_table(table: Table) -> str:
    grid, name = table.grid, f"Table {table.number}"
    numeric = grid.find_numeric()
    widest = grid.measure_widths()
    long = [w > 60 for w in widest]
    kinds = ["num" if n else "long" if w else "" for n, w in zip(numeric, long, strict=True)]
    names = [cell.text for cell in grid.head[-1]] if grid.head and any(long) else []
    head = "".join(f"<tr>{_write_row(row, kinds, head=True)}</tr>" for row in grid.head)
    rows = "".join(f"<tr>{_write_row(row, kinds, names=names)}</tr>" for row in grid.rows)
    own = f'<a class="self" href="#{table.anchor}">{name}.</a>'
    caption = f"{own} {escape(grid.caption)}" if grid.caption else own
    note = f'<p class="note">{_write_pieces(grid.note)}</p>' if grid.note else ""
    wide = " wide" if sum(widest) > 90 or sum(long) > 1 else ""
    stack = " stack" if names else ""
    return (
        f'<div class="table{wide}{stack}" id="{table.anchor}"><div class="scroll" tabindex="0" '
        f'role="region" aria-label="{name}"><table><caption><span>{caption}</span></caption>'
        f"<thead>{head}</thead><tbody>{rows}</tbody></table></div>{note}"
        f'<button type="button" class="csv" data-table="{table.anchor}">Download'
        f'<span class="sr"> {name}</span>, CSV</button></div>'
    )


def _write_row(
    row: Sequence[Cell], kinds: Sequence[str], *, head: bool = False, names: Sequence[str] = ()
) -> str:
    """Return the cells of a row; with the columns' names beside them where rows may be stacked."""
    cells, column = [], len(kinds) - sum(cell.columns for cell in row)
    column = max(column, 0)
    for cell in row:
        tag = "th" if head or cell.head else "td"
        kind = kinds[column] if cell.columns == 1 and column < len(kinds) else ""
        attributes = f' class="{kind}"' if kind else ""
        if tag == "th":
            attributes += ' scope="col"' if head else ' scope="row"'
        attributes += f' colspan="{cell.columns}"' if cell.columns > 1 else ""
        attributes += f' rowspan="{cell.rows}"' if cell.rows > 1 else ""
        if column < len(names) and cell.columns == 1:
            attributes += f' data-column="{escape(names[column], quote=True)}"'
        cells.append(f"<{tag}{attributes}>{_write_pieces(cell.pieces)}</{tag}>")
        column += cell.columns
    return "".join(cells)


def _write_pieces(pieces: Sequence[Piece]) -> str:
    return "".join(
        f'<a class="evidence" href="{escape(p.link, quote=True)}">{escape(p.text)}</a>'
        if p.link
        else escape(p.text)
        for p in pieces
    )


def _write_style(sheet: Sheet) -> str:
    light = "".join(f"--{name}:{hex_};" for hex_, (name, _) in TOKENS.items())
    dark = "".join(f"--{name}:{hex_};" for name, hex_ in TOKENS.values())
    faces = "".join(
        f'@font-face{{font-family:"{family}";font-weight:{weight};font-style:{style};'
        f"font-display:swap;src:url(data:font/woff2;base64,{_read_font(file)}) format('woff2')}}\n"
        for family, weight, style, file in _FACES
    )
    sheet_text = (TEMPLATES / "report.css").read_text(encoding="utf-8")
    return (
        f"{faces}:root{{{light}color-scheme:light}}\n"
        f":root[data-theme=dark]{{{dark}color-scheme:dark}}\n"
        f"@media(prefers-color-scheme:dark){{:root:not([data-theme=light])"
        f"{{{dark}color-scheme:dark}}}}\n"
        f"@media print{{:root:root:root{{{light}color-scheme:light}}}}\n"
        f"{sheet_text}\n{sheet.write_css()}"
    )


def _read_script() -> str:
    """The parts of the script, in the order in which they build on each other."""
    parts = [
        (TEMPLATES / "script" / f"{name}.js").read_text(encoding="utf-8").strip()
        for name in _SCRIPTS
    ]
    return '"use strict";\n(() => {\n' + "\n\n".join(parts) + "\n})();"


def _read_font(name: str) -> str:
    return base64.b64encode((FONTS / f"{name}.woff2").read_bytes()).decode()


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _plain(markdown: str) -> str:
    return re.sub(r"\\(.)", r"\1", re.sub(r"[*_`]|\[|\]\([^)]*\)", "", markdown))
