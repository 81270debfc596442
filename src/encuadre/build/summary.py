"""One page to forward: question, sources, findings with their strength, how to read them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from encuadre.build.chapters import Chapter, Prose, list_findings
from encuadre.build.pandoc import Part, convert_parts
from encuadre.build.pdf import HERE, complete_meta, write_data
from encuadre.build.typesetting import Typesetter, fit_text
from encuadre.figures import TOKENS

_LINK = re.compile(r"\[([^\]]*)\]\(#([^)\s]*)\)")


def write_summary(
    chapters: Sequence[Chapter],
    *,
    references: Mapping[str, str],
    outlets: Sequence[Mapping[str, Any]],
    meta: Mapping[str, Any],
    work: Path,
) -> bytes:
    """Return a PDF of exactly one page, tagged to PDF/UA-1; arguments as for `write_document`.

    Where there is too much for the page the type gets smaller, to 8 points; then the reasons are
    left out, then the last findings, and the page says so.
    """
    findings = list_findings(chapters)
    notes = [
        b.markdown for c in chapters if c.number == 0 for b in c.blocks if isinstance(b, Prose)
    ]
    parts = [Part("raw", "#show: set-summary")]
    for name, texts in (("claims", [f.text for f in findings]), ("notes", notes)):
        parts.append(Part("raw", f"#let {name} = ("))
        for text in texts:
            parts.append(Part("raw", "["))
            parts.append(Part("markdown", _drop_links(text, references)))
            parts.append(Part("raw", "],"))
        parts.append(Part("raw", ")"))
    parts.append(Part("raw", "#one-page(claims, notes)"))
    body = convert_parts(parts, format="typst", references={}, evidence=False, work=work)
    store = {
        "tokens": {name: hex_ for hex_, (name, _) in TOKENS.items()},
        "meta": complete_meta(meta),
        "outlets": [dict(o) for o in outlets],
        "findings": [{"strength": f.strength, "reason": f.reason} for f in findings],
    }
    write_data(store, work)
    for name in ("look.typ", "summary.typ"):
        shutil.copy(HERE / "templates" / name, work / name)
    source = f'#import "summary.typ": *\n\n{fit_text(body)}\n'
    (work / "main.typ").write_text(source, encoding="utf-8")
    return Typesetter(work).compile()


def _drop_links(markdown: str, references: Mapping[str, str]) -> str:
    """Links inside the report as words: the page goes where the report is not."""

    def name(match: re.Match[str]) -> str:
        shown = references.get(match[2], "")
        return match[1] or (f"{shown} of the report" if shown else "")

    return _LINK.sub(name, markdown)
