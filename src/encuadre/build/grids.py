"""Tables of notebooks: from HTML to cells of plain text and evidence links, and nothing else."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

_NUMBER = re.compile(r"^[+\-−–±]?[\d.,   ]*\d(\s?%)?(\s?(to|–|-)\s?[+\-−]?[\d.,]*\d\s?%?)?$")
_MISSING = {"", "—", "–", "-", "n/a", "nan", "none", "later", "too few"}
_CELLS = ("td", "th")
_EVIDENCE = "#sentences?"


@dataclass(frozen=True)
class Piece:
    """A run of text; with a link, if it leads to sentences."""

    text: str
    link: str = ""


@dataclass(frozen=True)
class Cell:
    """A cell of a table."""

    pieces: tuple[Piece, ...] = ()
    head: bool = False
    columns: int = 1
    rows: int = 1

    @property
    def text(self) -> str:
        """The cell's text, without links."""
        return "".join(piece.text for piece in self.pieces)


Row = tuple[Cell, ...]


@dataclass(frozen=True)
class Grid:
    """A table: caption, note, rows of the head and of the body."""

    caption: str = ""
    note: tuple[Piece, ...] = ()
    head: tuple[Row, ...] = ()
    rows: tuple[Row, ...] = ()

    @property
    def width(self) -> int:
        """The number of columns."""
        rows = (*self.head, *self.rows)
        return max((sum(cell.columns for cell in row) for row in rows), default=0)

    def measure_widths(self) -> list[int]:
        """Return the longest text of each column, in signs; cells that span columns are left out."""
        lengths = [0] * self.width
        for row in (*self.head, *self.rows):
            if len(row) == self.width:
                lengths = [max(n, len(c.text)) for n, c in zip(lengths, row, strict=True)]
        return lengths

    def find_numeric(self) -> list[bool]:
        """Say for each column whether its cells hold numbers only."""
        columns: list[list[str]] = [[] for _ in range(self.width)]
        for row in self.rows:
            if len(row) == self.width:
                for column, cell in zip(columns, row, strict=True):
                    column.append(cell.text.strip())
        return [
            any(t.lower() not in _MISSING for t in column)
            and all(t.lower() in _MISSING or _NUMBER.match(t) for t in column)
            for column in columns
        ]


def read_grid(markup: str) -> Grid:
    """Read the first table of an HTML fragment, and the note below it.

    Only text and links to sentences survive; scripts, styles and every attribute are dropped. The
    grid is empty where the fragment holds no table.
    """
    parser = _Parser()
    parser.feed(markup)
    parser.close()
    return Grid(
        caption=" ".join(parser.caption.split()),
        note=tuple(_squeeze(parser.note)),
        head=tuple(tuple(row) for row in parser.head if row),
        rows=tuple(tuple(row) for row in parser.body if row),
    )


def _squeeze(pieces: list[Piece]) -> list[Piece]:
    kept = [Piece(re.sub(r"[ \t\r\n]+", " ", p.text), p.link) for p in pieces]
    return [p for p in kept if p.text]


@dataclass
class _Open:
    head: bool
    columns: int
    rows: int
    pieces: list[Piece] = field(default_factory=list)


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.caption = ""
        self.note: list[Piece] = []
        self.head: list[list[Cell]] = []
        self.body: list[list[Cell]] = []
        self._cell: _Open | None = None
        self._place = ""
        self._in_head = False
        self._tables = 0
        self._hidden = 0
        self._link = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in ("script", "style"):
            self._hidden += 1
        elif tag == "table":
            self._tables += 1
        elif tag == "caption" or (tag == "p" and "note" in given.get("class", "").split()):
            self._place = "caption" if tag == "caption" else "note"
        elif self._tables == 1 and tag in ("thead", "tbody"):
            self._in_head = tag == "thead"
        elif self._tables == 1 and tag == "tr":
            (self.head if self._in_head else self.body).append([])
        elif self._tables == 1 and tag in _CELLS:
            self._close_cell()
            spans = [_read_span(given.get(name, "")) for name in ("colspan", "rowspan")]
            self._cell = _Open(tag == "th", *spans)
        elif tag == "a":
            link = given.get("href", "")
            self._link = link if link.startswith(_EVIDENCE) else ""
        elif tag == "br":
            self.handle_data(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self._hidden = max(0, self._hidden - 1)
        elif tag in (*_CELLS, "tr", "table"):
            self._close_cell()
        elif tag in ("caption", "p"):
            self._place = ""
        elif tag == "thead":
            self._in_head = False
        elif tag == "a":
            self._link = ""

    def handle_data(self, data: str) -> None:
        if self._hidden:
            return
        piece = Piece(data, self._link)
        if self._cell is not None:
            self._cell.pieces.append(piece)
        elif self._place == "caption":
            self.caption += data
        elif self._place == "note":
            self.note.append(piece)

    def _close_cell(self) -> None:
        if self._cell is None:
            return
        rows = self.head if self._in_head else self.body
        if not rows:
            rows.append([])
        cell = self._cell
        pieces = tuple(_squeeze(cell.pieces))
        rows[-1].append(Cell(pieces, cell.head, cell.columns, cell.rows))
        self._cell = None


def _read_span(text: str) -> int:
    return min(int(text), 100) if text.isdigit() and int(text) > 0 else 1
