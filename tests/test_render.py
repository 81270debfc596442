"""The rendering: what stands in the page and in the PDF, and what hostile text cannot do."""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import json
import re
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml

from encuadre.build.chapters import list_references, read_chapters
from encuadre.build.evidence import read_downloads, read_evidence, write_json
from encuadre.build.grids import read_grid
from encuadre.build.pandoc import Part, convert_parts
from encuadre.build.pictures import Sheet, convert_svg, fit_svg
from encuadre.build.render import render_html, render_pdf, render_summary
from encuadre.errors import EncuadreError
from encuadre.figures import TOKENS

SPEC = importlib.util.spec_from_file_location(
    "report_fixture", Path(__file__).parent / "report_fixture.py"
)
assert SPEC and SPEC.loader
report_fixture = importlib.util.module_from_spec(SPEC)
sys.modules[SPEC.name] = report_fixture
SPEC.loader.exec_module(report_fixture)
SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 10 10">{}</svg>'


class Page(HTMLParser):
    """Elements of a page with attributes, and the text of scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, {k: v or "" for k, v in attrs}))

    def handle_data(self, data):
        self.texts.append((self.elements[-1][0] if self.elements else "", data))

    def find(self, tag: str) -> list[dict[str, str]]:
        return [a for t, a in self.elements if t == tag]


@pytest.fixture(scope="session", params=[False, True], ids=["plain", "hostile"])
def report(request, tmp_path_factory, harbour_study, read_sentences):
    articles, sentences = read_sentences(harbour_study)
    folder = tmp_path_factory.mktemp("report")
    return report_fixture.make_report(
        folder, harbour_study, articles, sentences, hostile=request.param
    )


@pytest.fixture(scope="session")
def plain(tmp_path_factory, harbour_study, read_sentences):
    articles, sentences = read_sentences(harbour_study)
    return report_fixture.make_report(
        tmp_path_factory.mktemp("plain"), harbour_study, articles, sentences
    )


def render(function, report, out: Path, **changes) -> Path:
    out.parent.mkdir(parents=True, exist_ok=True)
    work = out.parent / "work"
    work.mkdir(exist_ok=True)
    options = {"tables": report.tables, "study": report.study, "meta": report.meta, "work": work}
    function(changes.pop("notebooks", report.notebooks), out, **{**options, **changes})
    return out


@pytest.fixture(scope="session")
def page_text(report, tmp_path_factory) -> str:
    return render(render_html, report, tmp_path_factory.mktemp("html") / "report.html").read_text(
        "utf-8"
    )


# ---------------------------------------------------------------- chapters


def test_chapters_are_sorted_and_hold_only_what_belongs_to_them(plain):
    chapters = read_chapters(plain.notebooks)
    assert [(c.number, c.title) for c in chapters] == [
        (0, "At a glance"),
        (1, "Who speaks"),
        (9, "Method"),
    ]
    assert "NOT-IN-REPORT" not in str(chapters)
    assert "secret()" not in str(chapters)
    assert list_references(chapters) == {"fig-shape": "Figure 1", "tbl-share": "Table 1"}


def test_a_second_figure_of_the_same_name_gets_its_own_anchor(plain, tmp_path):
    again = tmp_path / "again.ipynb"
    text = plain.notebooks[1].read_text("utf-8")
    again.write_text(
        text.replace('"chapter": 1', '"chapter": 2').replace('"chapter": 0', '"chapter": 3'),
        "utf-8",
    )
    assert list(list_references(read_chapters([*plain.notebooks, again]))) == [
        "fig-shape",
        "tbl-share",
        "fig-shape-2",
        "tbl-share-2",
    ]


def test_two_chapters_of_one_number_are_refused(plain):
    with pytest.raises(EncuadreError, match="Two chapters have the number 9"):
        read_chapters([*plain.notebooks, plain.notebooks[0]])


@pytest.mark.parametrize(
    "content", [None, "no json", '{"cells": []}'], ids=["missing", "broken", "empty"]
)
def test_an_earlier_report_survives_an_error(plain, tmp_path, content):
    notebook = tmp_path / "bad.ipynb"
    if content is not None:
        notebook.write_text(content)
    for function, name in (
        (render_html, "report.html"),
        (render_pdf, "report.pdf"),
        (render_summary, "summary.pdf"),
    ):
        out = tmp_path / "out" / name
        out.parent.mkdir(exist_ok=True)
        out.write_text("earlier")
        with pytest.raises(EncuadreError):
            render(function, plain, out, notebooks=[notebook])
        assert out.read_text() == "earlier"
    assert {p.name for p in (tmp_path / "out").iterdir()} == {
        "report.html",
        "report.pdf",
        "summary.pdf",
        "work",
    }


@pytest.mark.parametrize("function", [render_html, render_pdf, render_summary])
def test_same_input_same_bytes(plain, tmp_path, function):
    first, second = (render(function, plain, tmp_path / n / "report").read_bytes() for n in "ab")
    assert first == second


# ---------------------------------------------------------------- page


def test_the_page_asks_nothing_of_the_network_and_runs_only_its_own_script(page_text):
    page = Page(page_text)
    assert {t for t, _ in page.elements} & {"iframe", "object", "embed", "base", "form"} == {"form"}
    for tag, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on") or name == "style"], tag
        assert "src" not in attributes or attributes["src"].startswith("data:")
        assert re.match(r"#|https?://|mailto:", attributes.get("href", "#")), attributes
    assert not page.find("link")
    assert [s.get("type", "") for s in page.find("script")] == ["application/json"] * 2 + [""]
    assert len(page.find("style")) == 1
    policy = next(m["content"] for m in page.find("meta") if m.get("http-equiv"))
    assert "default-src 'none'" in policy and "unsafe" not in policy
    for tag in ("style", "script"):
        inside = re.findall(rf"<{tag}>(.*?)</{tag}>", page_text, re.DOTALL)[-1]
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert len(page_text.encode()) < 5_000_000


def test_ids_are_unique_and_inner_references_lead_somewhere(page_text):
    page = Page(page_text)
    ids = [a["id"] for _, a in page.elements if "id" in a]
    assert len(ids) == len(set(ids))
    places = [a["href"][1:] for _, a in page.elements if a.get("href", "").startswith("#")]
    assert {p for p in places if "?" not in p} <= set(ids)
    used = {
        r for _, a in page.elements for v in a.values() for r in re.findall(r"url\(#([^)]+)\)", v)
    }
    styled = set(re.findall(r"url\(#([^)]+)\)", page_text))
    assert used | styled <= set(ids) and styled
    named = {
        i
        for _, a in page.elements
        for k in ("aria-labelledby", "for")
        for i in a.get(k, "").split()
    }
    assert named <= set(ids)


def test_the_page_holds_its_data_unharmed(page_text, report):
    blocks = re.findall(
        r'<script type="application/json" id="(\w+)">(.*?)</script>', page_text, re.DOTALL
    )
    data = {name: json.loads(text) for name, text in blocks}
    assert data["data"] == json.loads(json.dumps(read_evidence(report.tables, report.study)))
    assert "'=1+1" in data["tables"]["estimates"]


def test_the_page_in_words(plain, tmp_path):
    text = render(render_html, plain, tmp_path / "report.html").read_text("utf-8")
    for part in (
        '<a href="#tbl-share">Table 1</a> and <a href="#fig-shape">Figure 1</a>',
        '<a href="#sentences?speaker=ines_valdrane" class="evidence">a third</a>',
        '<a class="self" href="#tbl-share">Table 1.</a> Shares of voices',
        '<td class="num"><a class="evidence" href="#sentences?voice=own">40%</a></td>',
        '<p class="note">Rounded.</p>',
        '<a class="self" href="#fig-shape">Figure 1.</a> A shape, one box.',
        "Monroe, Burt L., Michael P. Colaresi, and Kevin M. Quinn. 2008",
        "PRINTED &lt;b&gt;1&lt;/b&gt;",
        '<a class="self" href="#tbl-parameters">Table 2.</a> Parameters of this run',
        "<mi>α</mi><mo>≥</mo>",
        "spun copy",
    ):
        assert part in text, part
    assert text.count('class="strength"') == 3
    assert "NOT-IN-REPORT" not in text


def test_hostile_prose_stays_text(page_text, report):
    body = page_text[page_text.index("<main") : page_text.index("</main>")]
    if report.meta["title"] != report_fixture.META["title"]:
        assert "&lt;script&gt;window.EVIL=1&lt;/script&gt;" in body
        assert "x" * 100_000 in body.replace("<wbr>", "")
    assert "javascript:" not in re.sub(r">[^<]*<", "><", body)
    assert "root:" not in body


# ---------------------------------------------------------------- tables of notebooks


def test_a_table_keeps_text_links_and_spans_only():
    grid = read_grid(
        "<style>td{}</style><table><thead><tr><th colspan=2>A &amp; B</th></tr><tr><th>x</th><th>n</th></tr></thead>"
        '<tbody><tr><td rowspan="2" onclick="evil()">a&lt;b&gt;<script>evil()</script></td><td>1,234</td></tr>'
        '<tr><td><a href="javascript:evil()">−5%</a> <a href="#sentences?q=%3Cb%3E">7</a></td></tr></tbody></table>'
    )  # fmt: skip
    assert [[(c.text, c.columns, c.rows) for c in row] for row in grid.head] == [
        [("A & B", 2, 1)],
        [("x", 1, 1), ("n", 1, 1)],
    ]
    assert [[(c.text, c.rows) for c in row] for row in grid.rows] == [
        [("a<b>", 2), ("1,234", 1)],
        [("−5% 7", 1)],
    ]
    assert [p.link for p in grid.rows[1][0].pieces] == ["", "", "#sentences?q=%3Cb%3E"]
    assert grid.width == 2


@pytest.mark.parametrize(
    ("cells", "expected"),
    [(["1", "−0.25", "+3"], True), (["12%", "—"], True), (["2 to 3", "1"], True), (["3 May", "4"], False), (["", ""], False), (["2023", "n/a"], True)],
)  # fmt: skip
def test_numeric_columns_are_found(cells, expected):
    rows = "".join(f"<tr><td>{c}</td></tr>" for c in cells)
    assert read_grid(f"<table><tbody>{rows}</tbody></table>").find_numeric() == [expected]


# ---------------------------------------------------------------- figures


def test_colours_of_a_figure_follow_the_theme_and_styles_become_classes():
    sheet = Sheet(TOKENS)
    drawn = '<rect id="r" style="fill: #1A1E23; stroke: #123456; behavior: url(x)"/>'
    text = convert_svg(SVG.format(drawn), prefix="fig-a", sheet=sheet, title="T", alt="A < B")
    assert "style=" not in text and 'class="s0"' in text
    assert sheet.write_css() == "svg .s0{fill:var(--ink);stroke:#123456}\n"
    assert '<desc id="fig-a-d">A &lt; B</desc>' in text
    again = convert_svg(SVG.format(drawn), prefix="fig-b", sheet=sheet, title="", alt="A")
    assert 'class="s0"' in again and len(sheet.names) == 1


def test_ids_inside_figures_are_made_unique_with_what_points_at_them():
    inner = '<defs><clipPath id="c"><rect/></clipPath><pattern id="h"/><path id="m" d="M 0 0"/></defs>' \
        '<g clip-path="url(#c)"><use xlink:href="#m" style="fill: url(#h)"/><path d="M 1 1" clip-path="url(#none)"/></g>'  # fmt: skip
    sheet = Sheet(TOKENS)
    text = convert_svg(SVG.format(inner), prefix="p", sheet=sheet, title="", alt="x")
    ids = re.findall(r' id="(p-\d+)"', text)
    assert len(ids) == len(set(ids)) == 3
    clip, hatch, mark = ids
    assert f'clip-path="url(#{clip})"' in text and f'href="#{mark}"' in text
    assert f"fill:url(#{hatch})" in sheet.write_css()
    assert "none" not in text


@pytest.mark.parametrize(
    "evil",
    [
        "<script>window.EVIL=1</script>", '<g onload="window.EVIL=1"><rect/></g>', "<foreignObject><b>EVIL</b></foreignObject>",
        '<use href="http://EVIL/x#y"/>', '<image href="http://EVIL/x.png"/>', '<a href="javascript:EVIL"><rect/></a>',
        '<rect style="fill: url(http://EVIL)"/>', '<rect fill="url(http://EVIL)"/>', '<animate onbegin="EVIL"/>', "<style>EVIL</style>",
    ],
)  # fmt: skip
def test_nothing_active_or_outside_survives_in_a_figure(evil):
    sheet = Sheet(TOKENS)
    assert (
        "EVIL"
        not in convert_svg(SVG.format(evil), prefix="p", sheet=sheet, title="", alt="x")
        + sheet.write_css()
    )
    if "style" not in evil:
        assert "EVIL" not in fit_svg(SVG.format(evil))


@pytest.mark.parametrize(
    "text", ['<!DOCTYPE svg [<!ENTITY a "b">]><svg/>', "<svg", '<html xmlns="x"/>', "<svg/>"]
)
def test_what_is_no_plain_svg_is_refused(text):
    with pytest.raises(EncuadreError):
        convert_svg(text, prefix="p", sheet=Sheet(TOKENS), title="", alt="x")


# ---------------------------------------------------------------- data


def test_rows_hold_the_coded_label_before_the_model_s(plain):
    evidence = read_evidence(plain.tables, plain.study)
    rows = [dict(zip(evidence["columns"], row, strict=True)) for row in evidence["rows"]]
    kept = [r for r in rows if r["segment"] != "boilerplate"]
    assert evidence["total"] == len(rows) > 20
    assert (
        kept[0]["stance"] == {}
        and kept[2]["stance"] == {"mayor": 0}
        and kept[4]["stance"] == {"mayor": 1}
    )
    assert kept[0]["voice"] == "city_government" and kept[0]["speaker_id"] == "ines_valdrane"
    assert kept[1]["voice"] == "outlet" and kept[1]["speaker"] == ""
    assert evidence["names"]["topic"] == {"0": "Topic 1 (harbour)"}
    assert [a["copy"] for a in evidence["articles"]] == ["", "spun copy", ""]


def test_parts_of_a_table_are_left_out_of_the_downloads(plain, tmp_path):
    for name in ("estimates", "estimates-voice", "articles"):
        (tmp_path / f"{name}.parquet").write_bytes(
            (plain.tables / f"{name.partition('-')[0]}.parquet").read_bytes()
        )
    assert list(read_downloads(tmp_path)) == ["articles", "estimates"]


def test_json_cannot_end_its_script():
    hostile = {"b": "</script><!--<script>", "a": "é\u2028&"}
    text = write_json(hostile)
    assert not set("<>&\u2028") & set(text)
    assert json.loads(text) == hostile and text.index('"b"') < text.index('"a"')


# ---------------------------------------------------------------- works cited


def test_every_work_cited_is_complete_and_can_be_cited(root, tmp_path):
    works = yaml.safe_load(
        (root / "src/encuadre/build/templates/references.yaml").read_text("utf-8")
    )["references"]
    assert [w["id"] for w in works] == sorted(w["id"] for w in works)
    for work in works:
        name = re.fullmatch(r"([a-z]+)(\d{4})[b-z]?", work["id"])
        assert name and work["author"] and work["title"]
        assert work["issued"]["date-parts"][0][0] == int(name[2])
        family = work["author"][0]["family"].lower().replace("ä", "a")
        assert family.startswith(name[1])
        assert {"DOI", "URL", "ISBN"} & set(work) or {"volume", "page"} <= set(work)
    parts = [
        Part("markdown", " ".join(f"[@{w['id']}]" for w in works)),
        Part("references", "References"),
    ]
    for kind in ("html", "typst"):
        text = convert_parts(parts, format=kind, references={}, evidence=False, work=tmp_path)
        assert all(f"ref-{w['id']}" in text for w in works)
        assert "Angelopoulos" in text and "???" not in text


def test_each_part_is_read_by_itself(tmp_path):
    parts = [
        Part("markdown", "```\nopen [x]: http://a"),
        Part("markdown", "::: note\nopen *x"),
        Part("markdown", "[x] **closed**"),
    ]
    text = convert_parts(parts, format="html", references={}, evidence=False, work=tmp_path)
    assert "[x] <strong>closed</strong>" in text
