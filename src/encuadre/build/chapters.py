"""Executed notebooks as chapters: prose, code, figures, tables and findings in reading order."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from encuadre.build.grids import Grid, read_grid
from encuadre.errors import EncuadreError

FIGURE_TYPE = "application/vnd.encuadre.figure+json"
FINDINGS_TYPE = "application/vnd.encuadre.findings+json"
STRENGTHS = {"firm": "Firm", "tentative": "Tentative", "cannot_tell": "Cannot tell"}
_HEADING = re.compile(r"\s*#[ \t]+([^\n]+)")
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


@dataclass(frozen=True)
class Prose:
    """Pandoc Markdown, from a Markdown cell or from `show_prose`."""

    markdown: str


@dataclass(frozen=True)
class Code:
    """The source of a code cell, or text that it printed."""

    text: str
    printed: bool = False


@dataclass(frozen=True)
class Picture:
    """A figure: SVG at column width and, where there is one, at phone width; or a PNG."""

    anchor: str
    title: str
    alt: str
    svg: str = ""
    narrow: str = ""
    png: bytes = b""
    evidence: str = ""
    number: int = 0

    @property
    def caption(self) -> str:
        """What is shown and how: the first sentence of the alternative text."""
        return re.split(r"(?<=[.!?])\s", self.alt, maxsplit=1)[0] if self.title else ""


@dataclass(frozen=True)
class Table:
    """A table with its anchor, caption and note."""

    anchor: str
    grid: Grid
    number: int = 0


@dataclass(frozen=True)
class Finding:
    """A finding of the first page: strength, text in Markdown, reason, and its figure's anchor."""

    strength: str
    text: str
    reason: str
    figure: str


@dataclass(frozen=True)
class Findings:
    """The list of findings."""

    items: tuple[Finding, ...]


Block = Prose | Code | Picture | Table | Findings


@dataclass(frozen=True)
class Chapter:
    """A chapter: its place in the reading order, title in Markdown, and blocks.

    With the layout "halves" each part under a heading is kept within half a page of the PDF.
    """

    number: int
    title: str
    blocks: tuple[Block, ...]
    layout: str = ""


def read_chapters(notebooks: Sequence[Path], *, last: Sequence[Table] = ()) -> list[Chapter]:
    """Read the chapters of executed notebooks, in reading order, with figures and tables numbered.

    Parameters
    ----------
    notebooks : sequence of path
        Executed notebooks.
    last : sequence of Table
        Tables to stand at the end of the last chapter.

    Raises
    ------
    EncuadreError
        Where a file is missing or no notebook, two chapters have the same place, or there is none.
    """
    found: list[Chapter] = []
    for path in notebooks:
        found += _split_chapters(_read_cells(Path(path)), name=Path(path).name)
    found.sort(key=lambda chapter: chapter.number)
    numbers = [chapter.number for chapter in found]
    for number in numbers:
        if numbers.count(number) > 1:
            titles = " and ".join(f"'{c.title}'" for c in found if c.number == number)
            raise EncuadreError(
                f"Two chapters have the number {number}: {titles}. "
                "Give each its own in the cell's metadata (encuadre.chapter)."
            )
    if not found:
        raise EncuadreError(
            "The notebooks hold no chapter. A chapter starts with a Markdown cell that begins "
            'with "# Title" and has the metadata {"encuadre": {"chapter": 1}}.'
        )
    found[-1] = replace(found[-1], blocks=(*found[-1].blocks, *last))
    return _number_blocks(found)


def list_references(chapters: Sequence[Chapter]) -> dict[str, str]:
    """Return what a cross reference shows, by anchor: `fig-stance` -> "Figure 3"."""
    names = {}
    for chapter in chapters:
        for block in chapter.blocks:
            if isinstance(block, Picture | Table):
                word = "Figure" if isinstance(block, Picture) else "Table"
                names[block.anchor] = f"{word} {block.number}"
    return names


def list_findings(chapters: Sequence[Chapter]) -> list[Finding]:
    """Return the findings of all chapters, in reading order."""
    blocks = (block for chapter in chapters for block in chapter.blocks)
    return [f for block in blocks if isinstance(block, Findings) for f in block.items]


def _read_cells(path: Path) -> list[dict[str, Any]]:
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    except OSError as error:
        raise EncuadreError(
            f"{path} cannot be read ({error.strerror}). Run the notebook first: `make report`."
        ) from None
    except (ValueError, KeyError, TypeError):
        raise EncuadreError(f"{path} is not a notebook. Delete it and run `make report`.") from None
    return cells


def _split_chapters(cells: Sequence[Mapping[str, Any]], *, name: str) -> list[Chapter]:
    chapters: list[Chapter] = []
    number, title, layout, blocks = -1, "", "", []

    def close() -> None:
        if number >= 0:
            chapters.append(Chapter(number, title, tuple(blocks), layout))

    for cell in cells:
        # injected parameters hold paths of this machine; their values stand in the last chapter
        if {"hide", "injected-parameters"} & set(cell.get("metadata", {}).get("tags", [])):
            continue
        if cell["cell_type"] == "markdown":
            source = _join(cell["source"])
            heading = _HEADING.match(source)
            if heading:
                close()
                number, title, blocks = _read_number(cell, name), heading[1].strip(" #"), []
                layout = str(cell["metadata"].get("encuadre", {}).get("layout", ""))
                source = source[heading.end() :]
            if number >= 0 and source.strip():
                blocks.append(Prose(source))
        elif cell["cell_type"] == "code" and number >= 0:
            blocks += _read_code(cell)
        # A parameters cell above the heading belongs to no chapter.
    close()
    return chapters


def _read_number(cell: Mapping[str, Any], name: str) -> int:
    number = cell.get("metadata", {}).get("encuadre", {}).get("chapter", -1)
    if not isinstance(number, int):
        raise EncuadreError(f"{name}: encuadre.chapter is {number!r}; expected a whole number.")
    return number


def _read_code(cell: Mapping[str, Any]) -> list[Block]:
    source = _join(cell["source"]).strip()
    blocks: list[Block] = [Code(source)] if source else []
    for output in cell.get("outputs", []):
        if output["output_type"] == "stream" and output.get("name") == "stdout":
            blocks.append(Code(_ANSI.sub("", _join(output["text"])), printed=True))
        elif output["output_type"] in ("display_data", "execute_result"):
            blocks += _read_output(output["data"], output.get("metadata", {}))
    return blocks


def _read_output(data: Mapping[str, Any], metadata: Mapping[str, Any]) -> list[Block]:
    plain = _ANSI.sub("", _join(data.get("text/plain", "")))
    if FINDINGS_TYPE in data:
        return [_read_findings(data[FINDINGS_TYPE])]
    if FIGURE_TYPE in data:
        given = data[FIGURE_TYPE]
        picture = Picture(
            anchor=f"fig-{_slug(given['name'])}",
            title=given.get("title", ""),
            alt=given.get("alt", "") or plain,
            svg=_join(data.get("image/svg+xml", "")),
            narrow=given.get("narrow_svg", ""),
            evidence=given.get("evidence", ""),
        )
        return [picture]
    if "text/markdown" in data:
        return [Prose(_join(data["text/markdown"]))]
    if "text/html" in data:
        grid = read_grid(_join(data["text/html"]))
        name = _slug(metadata.get("encuadre", {}).get("name", ""))
        if grid.rows or grid.head:
            return [Table(f"tbl-{name}" if name else "", grid)]
        return [Code(plain, printed=True)] if plain else []
    if "image/svg+xml" in data:
        return [Picture("", "", "Figure without a description", svg=_join(data["image/svg+xml"]))]
    if "image/png" in data:
        png = base64.b64decode(_join(data["image/png"]))
        return [Picture("", "", "Figure without a description", png=png)]
    return [Code(plain, printed=True)] if plain else []


def _read_findings(items: Sequence[Mapping[str, str]]) -> Findings:
    found = []
    for item in items:
        strength = item["strength"]
        if strength not in STRENGTHS:
            raise EncuadreError(
                f"A finding has strength {strength!r}; expected one of {', '.join(STRENGTHS)}."
            )
        figure = f"fig-{_slug(item['figure'])}" if item.get("figure") else ""
        found.append(Finding(strength, item["text"], item.get("reason", ""), figure))
    return Findings(tuple(found))


def _number_blocks(chapters: Sequence[Chapter]) -> list[Chapter]:
    figures = tables = 0
    used: set[str] = set()
    numbered = []
    for chapter in chapters:
        blocks: list[Block] = []
        for block in chapter.blocks:
            if isinstance(block, Picture):
                figures += 1
                anchor = _make_unique(block.anchor or f"fig-{figures}", used)
                block = replace(block, number=figures, anchor=anchor)
            elif isinstance(block, Table):
                tables += 1
                anchor = _make_unique(block.anchor or f"tbl-{tables}", used)
                block = replace(block, number=tables, anchor=anchor)
            blocks.append(block)
        numbered.append(replace(chapter, blocks=tuple(blocks)))
    return numbered


def _make_unique(anchor: str, used: set[str]) -> str:
    unique, k = anchor, 2
    while unique in used:
        unique, k = f"{anchor}-{k}", k + 1
    used.add(unique)
    return unique


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _join(text: str | Sequence[str]) -> str:
    return text if isinstance(text, str) else "".join(text)
