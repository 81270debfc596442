"""From executed notebooks to the report: HTML, PDF, figures and the manifest."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

from doit.tools import config_changed

import encuadre
from encuadre.build.graph import (
    ROOT,
    STEPS,
    Run,
    describe_environment,
    find_parameters,
    list_code,
    list_inputs,
)
from encuadre.study import read_study


def make_report_task(run: Run, *, pdf: bool) -> dict[str, Any]:
    """Return the doit task that renders the report from the executed notebooks."""
    names = ["report.html", "manifest.json", *(["report.pdf"] if pdf else [])]
    return _make_task(run, "report", names) | {"actions": [(write_report, [run], {"pdf": pdf})]}


def make_summary_task(run: Run) -> dict[str, Any]:
    """Return the doit task that writes the page to forward from the executed notebooks."""
    return _make_task(run, "summary", ["summary.pdf"]) | {"actions": [(write_summary, [run], {})]}


def _make_task(run: Run, name: str, targets: list[str]) -> dict[str, Any]:
    executed = [run.executed(name) for name in STEPS]
    tables = [run.tables / f"{t}.parquet" for step in STEPS.values() for t in step.writes]
    versions = sorted(describe_environment().items())
    needed = [*executed, *tables, *list_inputs(run.study), *list_code(rendering=True)]
    return {
        "name": name,
        "file_dep": [str(p) for p in needed],
        "targets": [str(run.out / target) for target in targets],
        "uptodate": [config_changed(repr((sorted(run.values.items()), targets, versions)))],
    }


def write_summary(run: Run) -> None:
    """Write the page to forward beside and rename it."""
    from encuadre.build.render import render_summary

    with tempfile.TemporaryDirectory(dir=run.out, prefix=".render-") as folder:
        render_summary(
            [run.executed(name) for name in STEPS],
            run.out / "summary.pdf",
            tables=run.tables,
            study=read_study(run.study),
            meta=describe_run(run),
            work=Path(folder),
        )


def write_report(run: Run, *, pdf: bool) -> None:
    """Render HTML and PDF beside and rename them, once all of them are done."""
    from encuadre.build.render import render_html, render_pdf

    study = read_study(run.study)
    notebooks = [run.executed(name) for name in STEPS]
    meta = describe_run(run)
    with tempfile.TemporaryDirectory(dir=run.out, prefix=".render-") as folder:
        beside, work = Path(folder), Path(folder) / "work"
        work.mkdir()
        files = {"report.html": render_html} | ({"report.pdf": render_pdf} if pdf else {})
        for name, render in files.items():
            render(notebooks, beside / name, tables=run.tables, study=study, meta=meta, work=work)
        figures = _write_figures(notebooks, beside / "figures")
        for path in figures:
            target = _figures_folder(run) / path.name
            target.parent.mkdir(parents=True, exist_ok=True)
            os.replace(path, target)
        for name in files:
            os.replace(beside / name, run.out / name)
        manifest = beside / "manifest.json"
        manifest.write_text(
            json.dumps(
                _describe_outputs(run, pdf=pdf), indent=2, sort_keys=True, ensure_ascii=False
            )
            + "\n",
            encoding="utf-8",
        )
        os.replace(manifest, run.out / "manifest.json")


def describe_run(run: Run) -> dict[str, Any]:
    """Return what the cover says: title, question, sources and dates, version, parameters."""
    from encuadre.build.tables import load_table
    from encuadre.prose import say_date

    study = read_study(run.study)
    articles = load_table("articles", tables=run.tables)
    sentences = load_table("sentences", tables=run.tables)
    dates = sorted(d for d in articles["published_on"] if d)
    span = (
        f"{say_date(dates[0])} to {say_date(dates[-1])}"
        if len(set(dates)) > 1
        else say_date(dates[0])
        if dates
        else ""
    )
    return {
        "title": study.title,
        "subtitle": study.question,
        "date": span,
        "version": encuadre.__version__,
        "articles": len(articles),
        "outlets": int(articles["outlet"].nunique()),
        "sentences": int((sentences["segment"] != "boilerplate").sum()),
        "parameters": list_values(run),
    }


def list_values(run: Run) -> dict[str, Any]:
    """Return the value of every parameter in this run, without paths."""
    known = find_parameters()
    return {
        name: run.values.get(name, p.default)
        for name, p in sorted(known.items())
        if name not in ("study", "tables")
    }


def _figures_folder(run: Run) -> Path:
    return ROOT / "figures" if run.out == ROOT / "build" else run.out / "figures"


def _write_figures(notebooks: list[Path], folder: Path) -> list[Path]:
    from encuadre.display import FIGURE_TYPE

    folder.mkdir()
    for path in notebooks:
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            for output in cell.get("outputs", []):
                data = output.get("data", {})
                if FIGURE_TYPE in data:
                    name = data[FIGURE_TYPE]["name"]
                    (folder / f"{name}.svg").write_text(
                        "".join(data["image/svg+xml"]), encoding="utf-8"
                    )
                    (folder / f"{name}.png").write_bytes(
                        base64.b64decode("".join(data["image/png"]))
                    )
    return sorted(folder.iterdir())


def _describe_outputs(run: Run, *, pdf: bool) -> dict[str, Any]:
    names = ["report.html", *(["report.pdf"] if pdf else [])]
    outputs = [run.out / n for n in names] + sorted(run.tables.glob("*.parquet"))
    return {
        "encuadre": encuadre.__version__,
        "parameters": list_values(run),
        "inputs": {str(p.relative_to(run.study)): _hash(p) for p in list_inputs(run.study)},
        "models": {
            str(p.relative_to(ROOT)): _hash(p)
            for p in sorted((ROOT / "models").glob("*/model.onnx*"))
        },
        "outputs": {str(p.relative_to(run.out)): _hash(p) for p in outputs},
        "versions": describe_environment(),
    }


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
