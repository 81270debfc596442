"""Markdown of the report to HTML or Typst, in one run of pandoc."""

from __future__ import annotations

import functools
import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pypandoc
import yaml

from encuadre.errors import EncuadreError

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Part:
    """A part of the document.

    `kind` is raw (text of the output format, from this package only), title (Markdown, with the
    anchor `name`), markdown, or references (the heading of the list of cited works).
    """

    kind: str
    text: str
    name: str = ""


def convert_parts(
    parts: Sequence[Part],
    *,
    format: str,
    references: Mapping[str, str],
    evidence: bool,
    work: Path,
) -> str:
    """Return the parts in the output format, citations resolved.

    Parameters
    ----------
    format : {"html", "typst"}
    references : mapping
        What an empty cross reference shows, by anchor; links to other anchors become text.
    evidence : bool
        Whether links to sentences are kept as links.
    work : path
        Folder for the input file.

    Raises
    ------
    EncuadreError
        Where pandoc fails, with what it said.
    """
    listed: list[dict[str, str]] = []
    for part in parts:
        item = {part.kind: part.text}
        listed.append({**item, "id": part.name} if part.name else item)
    document = {
        "format": format,
        "evidence": evidence,
        "references": dict(references),
        "works": dict.fromkeys(_list_works(), True),
        "parts": listed,
    }
    source = work / f"report-{format}.json"
    source.write_text(json.dumps(document, ensure_ascii=False, sort_keys=True), encoding="utf-8")
    command = [
        pypandoc.get_pandoc_path(), "--sandbox=true", "--from", str(TEMPLATES / "reader.lua"),
        "--to", "html5" if format == "html" else "typst-citations-smart", "--mathml", "--citeproc",
        "--bibliography", str(TEMPLATES / "references.yaml"), "--metadata", "link-citations=true",
        "--metadata", "lang=en-GB", "--wrap=none", "--quiet", str(source),
    ]  # fmt: skip
    if format == "html":
        command.append("--shift-heading-level-by=1")
    run = subprocess.run(command, capture_output=True, cwd=work, check=False)
    if run.returncode:
        said = run.stderr.decode("utf-8", "replace").strip()[:2000]
        raise EncuadreError(f"pandoc could not convert the report to {format}: {said}")
    return run.stdout.decode("utf-8")


@functools.cache
def _list_works() -> tuple[str, ...]:
    """The ids of the works that may be cited."""
    text = (TEMPLATES / "references.yaml").read_text(encoding="utf-8")
    return tuple(work["id"] for work in yaml.safe_load(text)["references"])
