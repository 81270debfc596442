"""What a notebook shows: prose, figures, tables and findings that JupyterLab and the report both read."""

from __future__ import annotations

import base64
import html
import io
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
from IPython.display import display

from encuadre.figures import Drawing, write_svg

FIGURE_TYPE = "application/vnd.encuadre.figure+json"
FINDINGS_TYPE = "application/vnd.encuadre.findings+json"
_LINK = re.compile(r"\[([^\]]*)\]\((#[^)\s]*)\)")


def show_prose(*paragraphs: str) -> None:
    """Show paragraphs of Markdown; empty ones are left out."""
    text = "\n\n".join(p for p in paragraphs if p)
    if text:
        display({"text/markdown": text, "text/plain": text}, raw=True)


def show_figure(
    draw: Callable[..., Drawing], *tables: Any, name: str, evidence: str = "", **options: Any
) -> None:
    """Draw a figure at column width and at phone width, and show both.

    Parameters
    ----------
    draw : callable
        A function of `encuadre.figures`.
    *tables, **options
        What it takes.
    name : str
        The figure's name: its anchor in the report (`fig-NAME`) and its file name.
    evidence : str
        Link to the sentences behind it, as `link_filters` writes it.
    """
    wide, narrow = (draw(*tables, width=width, **options) for width in ("column", "half"))
    picture = io.BytesIO()
    wide.figure.savefig(picture, format="png", dpi=200, metadata={"Software": None})
    bundle = {
        "image/svg+xml": write_svg(wide),
        "image/png": base64.b64encode(picture.getvalue()).decode(),
        "text/plain": wide.alt,
        FIGURE_TYPE: {
            "name": name,
            "title": wide.title,
            "caption": wide.note,
            "alt": wide.alt,
            "narrow_svg": write_svg(narrow),
            "evidence": evidence,
        },
    }
    display(bundle, raw=True)


def show_table(table: pd.DataFrame, *, name: str, caption: str, note: str = "") -> None:
    """Show a table with caption; cells are escaped, Markdown evidence links in them become links.

    Parameters
    ----------
    table : DataFrame
        Columns as they shall be headed. Text cells may hold `[text](#sentences?…)`.
    name : str
        The table's name: its anchor in the report is `tbl-NAME`.
    """
    head = "".join(f'<th scope="col">{html.escape(str(c))}</th>' for c in table.columns)
    body = "".join(
        "<tr>" + "".join(f"<td>{_write_cell(v)}</td>" for v in row) + "</tr>"
        for row in table.itertuples(index=False, name=None)
    )
    foot = f'<p class="note">{_write_cell(note)}</p>' if note else ""
    markup = (
        f'<table id="tbl-{html.escape(name)}"><caption>{html.escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{foot}"
    )
    display(
        {"text/html": markup, "text/plain": table.to_string(index=False)},
        raw=True,
        metadata={"encuadre": {"kind": "table", "name": name}},
    )


def _write_cell(value: object) -> str:
    if value is None or (isinstance(value, float) and value != value):
        return ""
    text = f"{value:.2f}" if isinstance(value, float) else str(value)
    parts, last = [], 0
    for match in _LINK.finditer(text):
        parts.append(html.escape(text[last : match.start()]))
        parts.append(f'<a href="{html.escape(match[2], quote=True)}">{html.escape(match[1])}</a>')
        last = match.end()
    return "".join(parts) + html.escape(text[last:])


def show_findings(findings: Sequence[Mapping[str, str]]) -> None:
    """Show findings, each with `id`, `strength`, `text`, `reason` and `figure`."""
    items = "".join(
        f"<li><strong>{html.escape(f['strength'])}</strong> {_write_cell(f['text'])}</li>"
        for f in findings
    )
    display(
        {"text/html": f"<ol>{items}</ol>", FINDINGS_TYPE: [dict(f) for f in findings]},
        raw=True,
    )
