"""A small run to render: executed notebooks and tables of the second study, plain or hostile."""

from __future__ import annotations

import html
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import nbformat
import pandas as pd
from matplotlib.patches import Rectangle
from nbformat import v4

from encuadre.build.tables import save_table
from encuadre.figures import write_svg
from encuadre.study import Study

FIGURE = "application/vnd.encuadre.figure+json"
FINDINGS = "application/vnd.encuadre.findings+json"
META = {
    "title": "Three articles, one harbour",
    "subtitle": "How do two outlets frame the harbour charge?",
    "date": "14 March 2023 to October 2023",
    "version": "0.1.0",
    "articles": 3,
    "outlets": 2,
    "sentences": 30,
    "parameters": {"seed": 7, "topics": 0},
}
HOSTILE = (
    '</script><script>window.EVIL="script"</script>',
    '<img src=x onerror="window.EVIL=1"> <b onclick="window.EVIL=1">bold</b>',
    "[js](javascript:window.EVIL=1) ![r](http://10.255.255.1/x.png) ![f](/etc/hostname)",
    '#read("/etc/passwd") #let x = 1; *a* _b_ @nosuch $\\input{/etc/passwd}$ <sentences>',
    "=HYPERLINK(1) \u202edetrevni\u202c \u2067rtl\u2069 \U0001f600 ‘q’ “q” &lt; &amp;",
    "<!--slot--> ]]> \\ {{ meta }} {% raw %} `code` ~~~ ::: warning",
)
PROSE = """[js](javascript:window.EVIL=1) ![r](http://10.255.255.1/x.png) ![f](/etc/hostname) [no](#nosuch)

<script>window.EVIL=1</script> <b onclick="window.EVIL=1">bold</b>

```{=typst}
#read("/etc/passwd")
```

```{=html}
<script>window.EVIL=1</script><p onclick="window.EVIL=1">para</p>
```

`#read("/etc/passwd")`{=typst} $x \\text{ "quote" } \\href{javascript:alert(1)}{y}$ $\\alpha \\ge .667$

::: {#fig-shape .warning onclick="window.EVIL=1" style="position:fixed"}
Boxed [span]{onclick="window.EVIL=1"}
:::

# A heading in the text {#evidence onclick="window.EVIL=1"}
"""


@dataclass(frozen=True)
class Report:
    """What the rendering takes."""

    notebooks: list[Path]
    tables: Path
    study: Study
    meta: dict[str, Any]


def make_report(
    folder: Path,
    study: Study,
    articles: pd.DataFrame,
    sentences: pd.DataFrame,
    *,
    hostile: bool = False,
) -> Report:
    """Write the run's tables and notebooks into a folder."""
    articles = articles.assign(integrity=["intact", "spun", "intact"])
    if hostile:
        sentences = spoil(sentences)
        articles = articles.assign(title=[HOSTILE[0], HOSTILE[3], HOSTILE[4]], author=HOSTILE[1])
    tables = folder / "tables"
    for name, table in measure(articles, sentences, study).items():
        save_table(table, name, tables=tables)
    notebooks = folder / "notebooks"
    notebooks.mkdir()
    paths = []
    for name, cells in {"02_last": list_last(hostile), "01_first": list_first(hostile)}.items():
        path = notebooks / f"{name}.ipynb"
        nbformat.write(v4.new_notebook(cells=[give_id(c, k) for k, c in enumerate(cells)]), path)
        paths.append(path)
    meta = {**META, "title": HOSTILE[0], "subtitle": HOSTILE[3]} if hostile else dict(META)
    return Report(paths, tables, study, meta)


def spoil(sentences: pd.DataFrame) -> pd.DataFrame:
    """Put hostile texts in place of the first sentences; one of 100,000 characters."""
    texts = sentences["text"].tolist()
    texts[: len(HOSTILE) + 1] = [*HOSTILE, "long" * 25_000]
    lengths = pd.Series(texts, index=sentences.index).str.len()
    return sentences.assign(text=texts, end=sentences["start"] + lengths)


def measure(
    articles: pd.DataFrame, sentences: pd.DataFrame, study: Study
) -> dict[str, pd.DataFrame]:
    """Measurements by rule: every third sentence quotes the mayor, every second names her."""
    kept = sentences[sentences["segment"] != "boilerplate"].reset_index(drop=True)
    keys, n = kept["sentence_id"], range(len(kept))
    quoted = pd.Series([k % 3 == 0 for k in n])
    voices = pd.DataFrame({
        "sentence_id": keys,
        "voice": quoted.map({True: "city_government", False: "outlet"}),
        "attribution": quoted.map({True: "direct", False: "none"}),
        "speaker": quoted.map({True: "Ines <b>Valdrane</b>", False: ""}),
        "speaker_id": quoted.map({True: "ines_valdrane", False: ""}),
        "cue": "", "confidence": 1.0,
    })  # fmt: skip
    named = keys[::2].reset_index(drop=True)
    stances = pd.DataFrame({
        "sentence_id": named, "target": "mayor", "label": [k % 3 - 1 for k in range(len(named))],
        "p_unfavourable": 0.2, "p_neutral": 0.5, "p_favourable": 0.3, "method": "small",
    })  # fmt: skip
    frame = study.codebook.field("frame").labels[0].id
    frames = pd.DataFrame({"sentence_id": keys, "frame": frame, "score": 0.5, "primary": True})
    topics = pd.DataFrame({"sentence_id": keys, "topic": 0, "weight": 1.0})
    words = pd.DataFrame({"topic": [0], "rank": [1], "word": ["harbour"], "weight": [1.0]})
    labels = pd.DataFrame({
        "sentence_id": [keys[0]], "field": ["stance_mayor"], "label": [""], "method": ["coded"],
    })  # fmt: skip
    estimates = pd.DataFrame({
        "measure": ["voice"], "article_id": [""], "outlet": ["=1+1"], "voice": ["all"],
        "target": [""], "category": ["outlet"], "estimate": [0.5], "low": [0.4], "high": [0.6],
        "n": [10], "method": ["raw"], "strength": ["firm"],
    })  # fmt: skip
    return {
        "articles": articles, "sentences": sentences, "voices": voices, "stances": stances,
        "frames": frames, "topics": topics, "topic_words": words, "labels": labels,
        "estimates": estimates,
    }  # fmt: skip


def list_first(hostile: bool) -> list[Any]:
    """Chapters 0 and 1, and cells that belong to no chapter."""
    text = (
        "The mayor speaks in [a third](#sentences?speaker=ines_valdrane) of it; see [](#fig-shape)."
    )
    findings = [
        {"id": "a", "strength": s, "text": HOSTILE[2] if hostile else text, "reason": HOSTILE[3] if hostile else "Counted.", "figure": f}
        for s, f in (("firm", "shape"), ("tentative", "nosuch"), ("cannot_tell", ""))
    ]  # fmt: skip
    return [
        v4.new_markdown_cell("How to use this notebook: NOT-IN-REPORT"),
        v4.new_code_cell("seed = 1  # NOT-IN-REPORT", metadata={"tags": ["parameters"]}),
        chapter(
            1, "# Who speaks\n\nShares [@monroe2008] stand in [](#tbl-share) and [](#fig-shape)."
        ),
        code("draw_shape()", figure(hostile)),
        code("show_table()", table(hostile)),
        code("secret()", tags=["hide"]),
        v4.new_markdown_cell(
            "## A part\n\n" + (PROSE if hostile else "More *prose*, at $\\alpha \\ge .667$.")
        ),
        chapter(0, "# At a glance"),
        code("show_findings()", display({"text/html": "<ol></ol>", FINDINGS: findings})),
        v4.new_markdown_cell("# An aside\n\nNOT-IN-REPORT"),
    ]


def list_last(hostile: bool) -> list[Any]:
    """Chapter 9."""
    prose = "\n\n".join([*HOSTILE, "x" * 100_000]) if hostile else "The end."
    return [
        chapter(9, "# Method"),
        code("show_prose()", display({"text/markdown": prose, "text/plain": prose})),
        code("print(1)", v4.new_output("stream", name="stdout", text="PRINTED <b>1</b>")),
    ]


def figure(hostile: bool) -> Any:
    """A figure with a fill, a hatch, a clip and text, in token colours."""
    words = HOSTILE[1] if hostile else "A label"
    svgs = []
    for width in (6.3, 3.05):
        fig, ax = plt.subplots(figsize=(width, 2))
        ax.add_patch(Rectangle((0, 0), 1, 1, color="#1A1E23"))
        ax.add_patch(Rectangle((0, 0), 0.5, 1, facecolor="none", edgecolor="#C7CCD2", hatch="//"))
        ax.text(0.1, 0.5, words, color="#FFFFFF")
        svgs.append(write_svg(fig))
        plt.close(fig)
    bundle = {
        "name": "shape", "title": words, "caption": "A note.", "narrow_svg": svgs[1],
        "alt": "A shape, one box. It is dark.", "evidence": "#sentences?voice=own",
    }  # fmt: skip
    return display({"image/svg+xml": svgs[0], "text/plain": "A shape", FIGURE: bundle})


def table(hostile: bool) -> Any:
    """A table with a number column and a link to sentences."""
    said = html.escape(HOSTILE[1]) + "<script>window.EVIL=1</script>" if hostile else "Courier"
    markup = (
        '<table id="tbl-share"><caption>Shares of <i>voices</i></caption><thead><tr>'
        '<th scope="col">Outlet</th><th scope="col">Share</th></tr></thead><tbody>'
        f'<tr><td onclick="window.EVIL=1">{said}</td><td><a href="#sentences?voice=own">40%</a></td></tr>'
        '<tr><td><a href="javascript:window.EVIL=1">Review</a></td><td>−7.5%</td></tr>'
        '</tbody></table><p class="note">Rounded.</p>'
    )
    kind = {"encuadre": {"kind": "table", "name": "share"}}
    return v4.new_output(
        "display_data", {"text/html": markup, "text/plain": "Outlet"}, metadata=kind
    )


def chapter(number: int, source: str) -> Any:
    """A Markdown cell that starts a chapter."""
    return v4.new_markdown_cell(source, metadata={"encuadre": {"chapter": number}})


def code(source: str, *outputs: Any, tags: list[str] | None = None) -> Any:
    """A code cell with its outputs."""
    return v4.new_code_cell(source, outputs=list(outputs), metadata={"tags": tags or []})


def display(data: dict[str, Any]) -> Any:
    """An output of `display`."""
    return v4.new_output("display_data", data)


def give_id(cell: Any, number: int) -> Any:
    """The cell with a fixed id."""
    cell["id"] = f"cell-{number}"
    return cell
