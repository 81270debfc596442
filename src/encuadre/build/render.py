"""Rendering: executed notebooks and tables of a run in, HTML page and PDFs out."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from encuadre.build.appendix import Side, collect_sides, read_sureness
from encuadre.build.chapters import (
    Chapter,
    Table,
    list_findings,
    list_references,
    read_chapters,
)
from encuadre.build.evidence import list_articles, list_outlets, read_downloads, read_evidence
from encuadre.build.grids import Cell, Grid, Piece
from encuadre.build.html import write_page
from encuadre.build.pdf import write_document
from encuadre.build.summary import write_summary
from encuadre.build.tables import load_table
from encuadre.study import Study


def render_html(
    notebooks: Sequence[Path],
    out: Path,
    *,
    tables: Path,
    study: Study,
    meta: Mapping[str, Any],
    work: Path,
) -> None:
    """Write the report as one HTML page; an earlier page stays where anything fails.

    Parameters
    ----------
    notebooks : sequence of path
        Executed notebooks; their chapters are sorted by the number in the cells' metadata.
    out : path
        The page to write.
    tables : path
        The run's folder of Parquet tables; `articles` and `sentences` must be there.
    study : Study
        The study, for names.
    meta : mapping
        title, subtitle (the question), date (a line), version; and, where known, articles, outlets,
        sentences (counts) and parameters (name -> value).
    work : path
        An existing folder for intermediate files.

    Raises
    ------
    EncuadreError
        Where notebooks, tables or figures cannot be read, or pandoc fails.
    """
    chapters = _read(notebooks, meta)
    text = write_page(
        chapters,
        references=list_references(chapters),
        evidence=read_evidence(Path(tables), study),
        downloads=read_downloads(Path(tables)),
        meta=meta,
        work=Path(work),
    )
    _replace(Path(out), text.encode())


def render_pdf(
    notebooks: Sequence[Path],
    out: Path,
    *,
    tables: Path,
    study: Study,
    meta: Mapping[str, Any],
    work: Path,
) -> None:
    """Write the report as a PDF tagged to PDF/UA-1; arguments and errors as for `render_html`."""
    chapters = _read(notebooks, meta)
    evidence = read_evidence(Path(tables), study)
    _typeset(
        write_document,
        chapters,
        out,
        articles=evidence["articles"],
        sides=_collect_evidence(chapters, evidence, Path(tables)),
        evidence=evidence,
        meta=meta,
        work=work,
    )


def render_summary(
    notebooks: Sequence[Path],
    out: Path,
    *,
    tables: Path,
    study: Study,
    meta: Mapping[str, Any],
    work: Path,
) -> None:
    """Write the findings as a PDF of one page; arguments and errors as for `render_html`."""
    chapters = _read(notebooks, meta)
    articles = list_articles(load_table("articles", tables=tables), study)
    _typeset(write_summary, chapters, out, articles=articles, meta=meta, work=work)


def _typeset(
    write: Callable[..., bytes],
    chapters: Sequence[Chapter],
    out: Path,
    *,
    articles: Sequence[Mapping[str, Any]],
    work: Path,
    **parts: Any,
) -> None:
    with tempfile.TemporaryDirectory(dir=work, prefix="typst-") as folder:
        document = write(
            chapters,
            references=list_references(chapters),
            outlets=list_outlets(articles),
            work=Path(folder),
            **parts,
        )
    _replace(Path(out), document)


def _collect_evidence(
    chapters: Sequence[Chapter], evidence: Mapping[str, Any], tables: Path
) -> list[list[Side]]:
    sureness = read_sureness(tables)
    return [collect_sides(f.text, evidence, sureness) for f in list_findings(chapters)]


def _read(notebooks: Sequence[Path], meta: Mapping[str, Any]) -> list[Chapter]:
    parameters = meta.get("parameters") or {}
    head = tuple(Cell((Piece(word),), head=True) for word in ("Parameter", "Value"))
    rows = tuple(
        (Cell((Piece(str(name)),)), Cell((Piece(str(value)),)))
        for name, value in parameters.items()
    )
    grid = Grid(caption="Parameters of this run", head=(head,), rows=rows)
    last = [Table("tbl-parameters", grid)] if rows else []
    return read_chapters(notebooks, last=last)


def _replace(out: Path, content: bytes) -> None:
    handle, beside = tempfile.mkstemp(dir=out.parent, prefix=f".{out.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(beside, 0o644)
        os.replace(beside, out)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
