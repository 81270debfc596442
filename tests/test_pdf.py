"""The PDFs: what stands in them, their tags, fonts, outline and pages."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from pathlib import Path

import pytest
from pypdf import PdfReader

from encuadre.build.pdf import write_data
from encuadre.build.render import render_pdf, render_summary

SPEC = importlib.util.spec_from_file_location(
    "report_fixture", Path(__file__).parent / "report_fixture.py"
)
assert SPEC and SPEC.loader
report_fixture = importlib.util.module_from_spec(SPEC)
sys.modules[SPEC.name] = report_fixture
SPEC.loader.exec_module(report_fixture)
RENDER = {"report": render_pdf, "summary": render_summary}


@pytest.fixture(scope="session", params=[False, True], ids=["plain", "hostile"])
def report(request, tmp_path_factory, harbour_study, read_sentences):
    articles, sentences = read_sentences(harbour_study)
    folder = tmp_path_factory.mktemp("report")
    return report_fixture.make_report(
        folder, harbour_study, articles, sentences, hostile=request.param
    )


@pytest.fixture(scope="session")
def documents(report, tmp_path_factory) -> dict[str, PdfReader]:
    """The two documents of a report."""
    work = tmp_path_factory.mktemp("pdf")
    return {
        name: PdfReader(set_pages(report, render, work / f"{name}.pdf"))
        for name, render in RENDER.items()
    }


def set_pages(report, render, out: Path, **changes) -> Path:
    options = {
        "tables": report.tables,
        "study": report.study,
        "meta": report.meta,
        "work": out.parent,
    }
    render(changes.pop("notebooks", report.notebooks), out, **{**options, **changes})
    return out


@pytest.fixture(scope="module")
def plain(tmp_path_factory, harbour_study, read_sentences):
    articles, sentences = read_sentences(harbour_study)
    return report_fixture.make_report(
        tmp_path_factory.mktemp("plain"), harbour_study, articles, sentences
    )


def make_notebook(folder: Path, *cells) -> Path:
    path = folder / "layout.ipynb"
    listed = [report_fixture.give_id(c, k) for k, c in enumerate(cells)]
    path.write_text(
        json.dumps({"cells": listed, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    )
    return path


@pytest.fixture
def pdf(documents) -> PdfReader:
    return documents["report"]


def is_hostile(report) -> bool:
    return report.meta["title"] != report_fixture.META["title"]


def read_text(pdf: PdfReader) -> str:
    return "\n".join(page.extract_text() for page in pdf.pages)


def list_structure(pdf: PdfReader) -> list[dict]:
    """The elements of the structure tree, in reading order."""
    found = []

    def visit(node):
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, list):
            for child in node:
                visit(child)
        elif isinstance(node, dict):
            if "/S" in node:
                found.append(node)
            visit(node.get("/K"))

    visit(pdf.trailer["/Root"]["/StructTreeRoot"].get("/K"))
    return found


@pytest.mark.parametrize("name", RENDER)
def test_a_document_is_tagged_and_says_what_it_is(documents, report, name):
    pdf = documents[name]
    root = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en-GB"
    assert pdf.metadata and pdf.metadata.title == report.meta["title"]
    assert b"pdfuaid:part" in root["/Metadata"].get_data()
    kinds = [str(node["/S"]) for node in list_structure(pdf)]
    assert kinds.count("/H1") >= 1


def test_the_outline_holds_every_chapter(pdf):
    titles = [entry["/Title"] for entry in pdf.outline if not isinstance(entry, list)]
    assert titles[-5:] == [
        "At a glance", "Who speaks", "Method", "Evidence for the findings", "References",
    ]  # fmt: skip


def test_every_figure_of_the_pdf_has_alternative_text(pdf):
    alts = [str(n.get("/Alt", "")) for n in list_structure(pdf) if n["/S"] == "/Figure"]
    assert alts and all(alt.strip() for alt in alts)
    assert any("A shape, one box. It is dark." in alt for alt in alts)


def test_tables_have_header_cells(pdf):
    kinds = [str(node["/S"]) for node in list_structure(pdf)]
    assert kinds.count("/Table") >= 2 and kinds.count("/TH") >= 4


def test_the_pdf_in_words(pdf, report):
    text = read_text(pdf)
    for part in (
        "Contents",
        "At a glance",
        "Figure 1.",
        "Table 1.",
        "Tentative",
        "Cannot tell",
        "Parameters of this run",
    ):
        assert part in text, part
    assert re.search(r"Page 1 of \d+", text)
    assert "draw_shape()" not in text and "NOT-IN-REPORT" not in text
    assert "root:x" not in text
    if is_hostile(report):
        assert '#read("/etc/passwd")' in text.replace("”", '"').replace("“", '"').replace("\n", "")


@pytest.mark.parametrize("name", RENDER)
def test_a_document_uses_only_the_report_s_fonts(documents, name):
    fonts, images = set(), []
    for page in documents[name].pages:
        for font in page["/Resources"].get("/Font", {}).values():
            fonts.add(str(font.get_object()["/BaseFont"]).split("+")[-1])
        objects = page["/Resources"].get("/XObject", {})
        images += [n for n in objects if objects[n].get_object()["/Subtype"] == "/Image"]
    assert any("SourceSerif4" in f for f in fonts) and any("SourceSans3" in f for f in fonts)
    assert not images


# ---------------------------------------------------------------- evidence


def test_each_finding_leads_to_its_evidence(pdf, report):
    text = read_text(pdf)
    for number in (1, 2, 3):
        assert text.count(f"Evidence A{number}") == 2, number
    places = set(pdf.named_destinations)
    assert {"evidence-1", "evidence-2", "evidence-3"} <= places
    if not is_hostile(report):
        flat = " ".join(text[text.rindex("Evidence A1") :].split())
        assert "Ines <b>Valdrane</b> (city government)" in flat
        assert re.search(r"a third · \d+ sentences", flat)
        assert re.search(r"sentence \d+ of \d+", flat)


def test_links_of_a_finding_lead_to_the_evidence_of_that_finding(pdf, report):
    page = next(p for p in pdf.pages if "At a glance" in p.extract_text() and "/Annots" in p
                and "Evidence A1" in p.extract_text())  # fmt: skip
    targets = [str(a.get_object().get("/Dest", "")) or str(a.get_object()["/A"].get("/D", ""))
               for a in page["/Annots"]]  # fmt: skip
    for number in (1, 2, 3):
        assert sum(f"evidence-{number}" in t for t in targets) >= (1 if is_hostile(report) else 2)


def test_both_sides_are_shown_with_altered_copies_marked(plain, tmp_path):
    finding = {
        "id": "a", "strength": "firm", "reason": "", "figure": "",
        "text": "[Many](#sentences?article=courier_month&voice=own), [none](#sentences?article=review_opinion&frame=nosuch).",
    }  # fmt: skip
    shown = report_fixture.display({report_fixture.FINDINGS: [finding]})
    notebook = make_notebook(
        tmp_path, report_fixture.chapter(0, "# At a glance"), report_fixture.code("f()", shown)
    )
    pdf = PdfReader(set_pages(plain, render_pdf, tmp_path / "out.pdf", notebooks=[notebook]))
    text = read_text(pdf)
    flat = " ".join(text[text.rindex("Evidence A1") :].split())
    shown = flat.count("altered copy, not verbatim")
    assert shown >= 3 and shown == len(re.findall(r"sentence \d+ of \d+", flat))
    assert "Saltmarsh Review: none" in flat and "No sentence of this article." in flat


# ---------------------------------------------------------------- layout


def make_table(name: str, rows: int):
    body = "".join(f"<tr><td>{name} row {k}</td><td>{k}</td></tr>" for k in range(rows))
    markup = f"<table><caption>{name}</caption><thead><tr><th>HEAD-{name}</th><th>n</th></tr></thead><tbody>{body}</tbody></table>"
    return report_fixture.code(
        "show()",
        report_fixture.v4.new_output(
            "display_data", {"text/html": markup}, metadata={"encuadre": {"name": name}}
        ),
    )


def make_prose(text: str):
    return report_fixture.code("show()", report_fixture.display({"text/markdown": text}))


def test_small_tables_are_whole_long_ones_repeat_their_head_and_text_fills_the_page(
    plain, tmp_path
):
    text = "\n\n".join(f"Before {k}. " + "Words and words. " * 40 for k in range(4))
    after = "\n\n".join(f"AFTER {k}. " + "Words and words. " * 40 for k in range(2))
    notebook = make_notebook(
        tmp_path,
        report_fixture.chapter(1, "# Layout"),
        make_prose(text),
        make_table("small", 20),
        make_prose(after),
        make_table("long", 60),
    )
    out = set_pages(plain, render_pdf, tmp_path / "out.pdf", notebooks=[notebook])
    pages = [page.extract_text() for page in PdfReader(out).pages]
    small = [k for k, page in enumerate(pages) if "small row" in page]
    before = next(k for k, page in enumerate(pages) if "Before 3" in page)
    assert len(small) == 1 and small[0] == before + 1
    assert pages[small[0]].count("HEAD-small") == 1
    assert "AFTER 0" in pages[before], "the text should move up before a table that does not fit"
    long = [page for page in pages if "long row" in page]
    assert len(long) >= 2 and all("HEAD-long" in page for page in long)


def test_portraits_take_half_a_page_each(plain, tmp_path):
    chapter = report_fixture.chapter(1, "# Portraits")
    chapter["metadata"]["encuadre"]["layout"] = "halves"
    cells = [chapter]
    for name in ("ALPHA", "BETA", "GAMMA", "DELTA"):
        cells.append(make_prose(f"## {name}"))
        cells.append(make_prose(f"{name}-start " + "Words and words. " * 100 + f"{name}-end"))
    notebook = make_notebook(tmp_path, *cells)
    out = set_pages(plain, render_pdf, tmp_path / "out.pdf", notebooks=[notebook])
    pages = [page.extract_text() for page in PdfReader(out).pages]
    for name in ("ALPHA", "BETA", "GAMMA", "DELTA"):
        assert [k for k, p in enumerate(pages) if f"{name}-start" in p] == [
            k for k, p in enumerate(pages) if f"{name}-end" in p
        ]
    first = next(p for p in pages if "ALPHA-start" in p)
    assert "BETA-end" in first and "GAMMA-start" not in first


# ---------------------------------------------------------------- one page to forward


def test_the_summary_is_one_page_that_stands_alone(documents, report):
    pdf = documents["summary"]
    assert len(pdf.pages) == 1
    text = " ".join(read_text(pdf).split())
    for part in ("At a glance", "How to read this", "Firm", "Tentative", "Cannot tell",
                 "report.html", "report.pdf", "1 altered copy"):  # fmt: skip
        assert part in text, part
    for outlet in report.study.outlets:
        assert outlet.name in text
    if not is_hostile(report):
        assert report.meta["subtitle"] in text and "Counted." in text
        assert "Figure 1 of the report" in text


@pytest.mark.parametrize("count", [1, 12, 40])
def test_the_summary_stays_one_page_however_much_there_is(plain, tmp_path, count):
    finding = {
        "id": "a", "strength": "firm", "reason": "A reason that is told. " * 6, "figure": "",
        "text": "A finding of some length, which says what was found and where. " * 3,
    }  # fmt: skip
    shown = report_fixture.display({report_fixture.FINDINGS: [finding] * count})
    notebook = make_notebook(
        tmp_path, report_fixture.chapter(0, "# At a glance"), report_fixture.code("f()", shown)
    )
    out = set_pages(plain, render_summary, tmp_path / "out.pdf", notebooks=[notebook])
    pdf = PdfReader(out)
    assert len(pdf.pages) == 1
    text = " ".join(read_text(pdf).split())
    told = text.count("A finding of some length") // 3
    assert told == count or f"{count - told} more in the report." in text
    assert told >= min(count, 8) and "report.pdf" in text


def test_signs_that_steer_a_printer_do_not_reach_the_page(tmp_path):
    write_data({"quotes": ["a\x0cb", {"c": ("d\x07", 2)}]}, tmp_path)
    held = json.loads((tmp_path / "data.json").read_text(encoding="utf-8"))
    assert held == {"quotes": ["ab", {"c": ["d", 2]}]}
