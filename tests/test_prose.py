"""Prose: numbers in words, evidence links, source text that Markdown must not read."""

from __future__ import annotations

import json
import re
import subprocess
from urllib.parse import parse_qsl

import pandas as pd
import pypandoc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from encuadre.prose import (
    escape_markdown,
    join_words,
    link_evidence,
    link_filters,
    quote_source,
    say_amount,
    say_count,
    say_date,
    say_interval,
    say_outlets,
    say_percent,
    say_signed,
    start_sentence,
    warn_copies,
    warn_single,
)

HOSTILE = [
    "[click](https://evil.example) and ![x](https://evil.example/x.png)",
    "`<script>alert(1)</script>`{=html}",
    "<script>alert(1)</script> <b onclick=x>",
    "Costs $5 and $6; \\textbf{x} $$x^2$$ \\[y\\]",
    "| a | b |",
    "# Heading",
    "## Another {#fig-stance .hidden}",
    "> quoted",
    "- item",
    "* item",
    "1. item",
    "(a) item",
    "+ item",
    ": definition",
    "::: {.note}",
    "``` python",
    "~~~",
    "--- yaml: x",
    "***",
    "[@monroe2008] and @monroe2008 and [^1] ^[note]",
    "[](#fig-stance) [#x]: https://evil.example",
    "[evidence](#sentences?article=npr)",
    "https://evil.example www.evil.example a@evil.example <a@evil.example>",
    "&lt;script&gt; &copy; &#60; AT&T",
    "*emphasis* _emphasis_ **strong** ~~gone~~ H~2~O x^2^ :smile:",
    '"quoted" ‘curly’ it\'s -- dash --- dash ... dots',
    "trailing backslash \\",
    "% title",
    "under_score snake_case 2*3*4",
    "word\\\nbreak",
]


def read_markdown(parts: list[str]) -> list[dict]:
    """The blocks that pandoc reads with all that its Markdown can, one part a paragraph."""
    command = [pypandoc.get_pandoc_path(), "-t", "json", "-f"]
    command.append("markdown+autolink_bare_uris+emoji+mark+hard_line_breaks")
    done = subprocess.run(
        command, input="\n\n".join(parts).encode(), capture_output=True, check=True
    )
    return json.loads(done.stdout)["blocks"]


def test_hostile_source_text_stays_text():
    blocks = read_markdown([escape_markdown(text) for text in HOSTILE])
    assert len(blocks) == len(HOSTILE)
    for block, text in zip(blocks, HOSTILE, strict=True):
        assert block["t"] == "Para", text
        assert {i["t"] for i in block["c"]} <= {"Str", "Space"}, text
        shown = "".join(i.get("c", " ") for i in block["c"])
        assert shown == re.sub(r"\s+", " ", text)


def test_hostile_text_stays_inside_an_evidence_link():
    texts = [text for text in HOSTILE if text != "trailing backslash \\"]
    blocks = read_markdown([link_evidence(escape_markdown(t), ids="a-001") for t in texts])
    for block, text in zip(blocks, texts, strict=True):
        assert [i["t"] for i in block["c"]] == ["Link"], text
        assert block["c"][0]["c"][2][0] == "#sentences?ids=a-001"


@settings(max_examples=40)
@given(st.text(max_size=60))
def test_escaping_loses_no_character_but_folds_space(text):
    escaped = escape_markdown(text)
    assert re.sub(r"\\(.)", r"\1", escaped) == re.sub(r"\s+", " ", text)
    assert not re.search(r"(?<!\\)(?:\\\\)*[\[\]<>`$|*_@]", escaped)


def test_links_are_sorted_and_percent_encoded():
    link = link_filters(voice="own", article="npr,usat", q="50% of [A] & (B)#é", target="us")
    assert link == (
        "#sentences?article=npr,usat&q=50%25%20of%20%5BA%5D%20%26%20%28B%29%23%C3%A9&target=us&voice=own"
    )
    assert link_filters(stance=-1, frame="") == "#sentences?stance=-1"
    assert link_evidence("x", ids="a") == "[x](#sentences?ids=a)"


@settings(max_examples=40)
@given(st.dictionaries(st.sampled_from(["article", "q", "ids", "voice"]), st.text(min_size=1)))
def test_a_link_can_be_read_back(filters):
    link = link_filters(**filters)
    assert not set(link) & set(" ()[]<>\"'\n")
    pairs = parse_qsl(link.removeprefix("#sentences?"), keep_blank_values=True)
    assert pairs == sorted(filters.items())


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0, "0%"), (1, "100%"), (0.004, "under 1%"), (0.005, "under 1%"), (0.006, "1%"),
        (0.994, "99%"), (0.995, "over 99%"), (0.999, "over 99%"), (0.126, "13%"),
    ],
)  # fmt: skip
def test_per_cent(share, said):
    assert say_percent(share) == said


@settings(max_examples=40)
@given(st.integers(1, 400), st.integers(0, 400))
def test_only_none_is_0_per_cent_and_only_all_is_100(n, k):
    k = min(k, n)
    assert (say_percent(k / n) == "0%") == (k == 0)
    assert (say_percent(k / n) == "100%") == (k == n)


def test_signed_numbers_have_a_true_minus_and_no_signed_zero():
    assert [say_signed(v) for v in (-0.5, 0.25, 0.004, -0.004, 0)] == [
        "−0.50", "+0.25", "0.00", "0.00", "0.00",
    ]  # fmt: skip
    assert say_interval(-0.2, 0.1) == "−0.20 to +0.10"
    assert say_interval(0.12, 0.34, percent=True) == "12% to 34%"


def test_counts_and_lists():
    assert [say_count(n, "sentence") for n in (0, 1, 2, 12, 13, 1200)] == [
        "no sentences", "one sentence", "two sentences", "twelve sentences", "13 sentences",
        "1,200 sentences",
    ]  # fmt: skip
    assert say_count(2, "pass", "passes") == "two passes"
    assert [join_words(list("abc")[:n]) for n in range(4)] == ["", "a", "a and b", "a, b and c"]
    assert join_words(["a", "b"], "or") == "a or b"
    assert say_outlets(["A", "B"], 2) == "A and B"
    assert say_outlets(list("ABC"), 3) == "all three"


def test_dates_of_any_precision():
    assert [say_date(d) for d in ("2023-03-04", "2023-10", "2023", "")] == [
        "4 March 2023", "October 2023", "2023", "",
    ]  # fmt: skip


def test_capitals_at_the_start_also_inside_a_link():
    assert start_sentence("élan vital") == "Élan vital"
    assert start_sentence("[ten](#x)") == "[Ten](#x)"
    assert start_sentence("") == "" and start_sentence("‘x") == "‘x"


def test_altered_copies_are_never_quoted():
    assert quote_source("It rained.", "intact") == "“It rained\\.”"
    assert quote_source("He said “no”.", "intact") == "‘He said “no”\\.’"
    for kind in ("spun", "machine_translated"):
        said = quote_source("It rained", kind)
        assert said == "It rained (altered copy)"


def test_long_quotations_are_cut_at_a_word():
    assert quote_source("one two three", "intact", limit=9) == "“one two …”"


def test_cautions_come_from_the_table():
    one = pd.DataFrame({"outlet": ["A", "B"], "integrity": ["intact", "spun"]})
    assert "one article per outlet" in warn_single(one)
    assert warn_copies(one).startswith("B is an altered copy")
    two = pd.DataFrame({"outlet": ["A", "A", "B"], "integrity": ["spun", "spun", "spun"]})
    assert warn_single(two) == ""
    assert warn_copies(two).startswith("A and B are altered copies")
    assert warn_copies(one.assign(integrity="intact")) == ""


def test_amounts_are_written_as_a_text_would_write_them():
    amounts = [(215e9, "USD"), (1.2e6, "USD per year"), (1_234_567, "USD"), (30000, "people")]
    assert [say_amount(*a) for a in amounts] == [
        "$215 billion",
        "$1.2 million",
        "$1,234,567",
        "30,000",
    ]
    assert say_amount(12.5, "%") == "12.5%"
