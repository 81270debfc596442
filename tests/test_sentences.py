"""Sentences with offsets: nothing lost, nothing moved, in linear time, whatever the text."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from encuadre.articles import read_articles
from encuadre.schemas import check_table
from encuadre.sentences import find_boundaries, split_sentences
from encuadre.study import Study, read_study

MARKERS = set("\ufeff-–—•*·▪‣.)0123456789")
COUNTS = {
    "tppf": {"headline": 0, "body": 22, "boilerplate": 2},
    "usatoday": {"headline": 9, "body": 51, "boilerplate": 6},
    "mexicotoday": {"headline": 0, "body": 58, "boilerplate": 3},
    "latinnews": {"headline": 2, "body": 41, "boilerplate": 11},
    "npr": {"headline": 0, "body": 28, "boilerplate": 10},
}
ALPHABET = st.one_of(
    st.characters(),
    st.sampled_from(list(" \t\n\r.!?…\"“”‘’'«»()[]-–—•*·:;,aZ9\ufeff\u200f\u2028\u2029\x00")),
    st.sampled_from(
        ["U.S.", "Gen.", "No.", "...", "said", "مرحبا.", "שלום!", "😀", "ﬁ", "e\u0301"]
    ),
)
TEXTS = st.lists(ALPHABET, max_size=80).map("".join)


def split(text: str, *, integrity: str = "intact") -> pd.DataFrame:
    articles = pd.DataFrame({"article_id": ["a"], "integrity": [integrity]})
    return split_sentences(articles, {"a": text})


def cut(text: str, *, join_lower: bool = False) -> list[str]:
    spans = find_boundaries(text, 0, len(text), join_lower=join_lower)
    return [text[start:end] for start, end in spans]


@given(text=TEXTS, integrity=st.sampled_from(["intact", "machine_translated", "spun"]))
@example(text="\ufeffOne. Two.\r\n- Three!\r\n", integrity="intact")
@example(text="", integrity="intact")
@example(text="\n\n-\n1. \n", integrity="spun")
def test_nothing_is_lost_and_nothing_moves(text: str, integrity: str) -> None:
    table = split(text, integrity=integrity)
    end = 0
    for row in table.to_dict("records"):
        assert text[row["start"] : row["end"]] == row["text"]
        assert row["text"] == row["text"].strip() != ""
        assert row["start"] >= end
        gap = text[end : row["start"]]
        assert all(c.isspace() or c in MARKERS or c.isdigit() for c in gap), repr(gap)
        end = row["end"]
    assert all(c.isspace() or c in MARKERS or c.isdigit() for c in text[end:])
    assert list(table["position"]) == list(range(len(table)))
    assert table["paragraph"].is_monotonic_increasing


@given(text=TEXTS)
def test_every_letter_is_in_a_sentence(text: str) -> None:
    kept = "".join(split(text)["text"])
    assert [c for c in kept if c.isalpha()] == [c for c in text if c.isalpha()]


@given(text=TEXTS, join_lower=st.booleans())
def test_between_two_sentences_of_a_line_is_white_space_alone(text: str, join_lower: bool) -> None:
    spans = find_boundaries(text, 0, len(text), join_lower=join_lower)
    for (_, end), (start, _) in zip(spans, spans[1:], strict=False):
        assert end <= start and not text[end:start].strip()
    if text:
        assert spans[0][0] == 0 and not text[spans[-1][1] :].strip()


@given(text=TEXTS)
def test_broken_copies_join_and_never_cut_more(text: str) -> None:
    intact = set(find_boundaries(text, 0, len(text), join_lower=False))
    joined = find_boundaries(text, 0, len(text), join_lower=True)
    starts, ends = {a for a, _ in intact}, {b for _, b in intact}
    assert all(a in starts and b in ends for a, b in joined)


@given(texts=st.lists(TEXTS, min_size=2, max_size=3))
def test_articles_do_not_touch_each_other(texts: list[str]) -> None:
    ids = [f"a{i}" for i in range(len(texts))]
    articles = pd.DataFrame({"article_id": ids, "integrity": "intact"})
    together = split_sentences(articles, dict(zip(ids, texts, strict=True)))
    for article_id, text in zip(ids, texts, strict=True):
        alone = split(text)
        assert list(together.loc[together["article_id"] == article_id, "text"]) == list(
            alone["text"]
        )


LONG = {
    "one word": "a" * 100_000,
    "words": "word " * 20_000,
    "full stops": "." * 100_000,
    "full stops apart": ". " * 50_000,
    "stops and quotes": '." ' * 33_000,
    "quotes": "”" * 100_000,
    "stop and quotes": "." + "”" * 100_000,
    "white space": " " * 100_000,
    "stop and white space": "." + " " * 100_000 + "A",
    "abbreviations": "U.S. " * 20_000,
    "sentences": "He said so. " * 8_000,
    "names": "Mr. A. B. " * 10_000,
    "capitals": "A Aa " * 20_000,
    "handles": "twitter follow him " * 5_000,
    "tags": 'Why?" The Of ' * 8_000,
    "bullets": "- " * 50_000,
    "digits": "1. " * 33_000,
    "brackets": "(photo: x " * 10_000,
    "lines": "A line.\n" * 12_000,
    "emoji": "😀. " * 33_000,
}


@pytest.mark.parametrize("name", LONG)
def test_a_hundred_thousand_characters_take_linear_time(name: str) -> None:
    begun = time.process_time()
    table = split(LONG[name])
    assert time.process_time() - begun < 5
    assert "".join("".join(table["text"]).split()).count("a") == LONG[name].count("a")


BOUNDARIES = [
    "The U.S. government agreed.| It did.",
    "He lives in the U.S.| The mayor does not.",
    "They met in Washington, D.C.| However, nothing came of it.",
    "It began at 7 a.m.| The port was closed.",
    "It began at 7 a.m. Tuesday.",
    "Retired Gen. Salvador Cienfuegos was arrested.| He was freed.",
    "Sen. Lindsey Graham and Dr. J. B. Ortiz met Mr. A. Renn.",
    "Tweed Inc. makes it.| Tweed Inc.| The firm grew.",
    "Roe v. Wade stands.",
    "It stood in vol. 3, no. 4, of the paper.",
    "Did he agree?| No.| He did not.",
    "It fell to No. 3 on the list.",
    "It was arrested on Oct. 15, 2020.| Then it ended.",
    "Costs rose by 2.5 percent.| 14 million crowns came in.",
    "He paused … and went on.| “They don’t worry … or navy.”",
    "He paused...| Then he went on.",
    "He paused... and went on.",
    "“Peace is possible.| … I’m not saying it’s sure.| But it is possible.”",
    "“It is political.| It’s all about timing,” he said.",
    "‘It is political.’| So he said.",
    '"It is political."| So she said.',
    "«Es político.»| So they said.",
    "He called it “a lie.”| Nobody agreed.",
    "“Who knows?” the mayor asked.",
    "“Who knows?” Cruz said.| Nobody did.",
    "“Why pay?” Mr. Allen asked.| “Why not?” said the port.",
    "“Who knows?”| Cruz boarded the tram.",
    "Is it fair?| “No!”| It is not.",
    "(It was fair.)| Then it was not.",
    "The plan failed [again].| Then it was dropped.",
    "It is an oped by Yahoo! and others.",
    "The talks ended.|The port closed.| So be it.",
    "He said “stop.”|“Never,” she said.",
    "The site isgreenlandforsale.com exists.",
    "It cost 1.5.2 to build.",
    "“I.| Never.| Agreed.”",
]


@pytest.mark.parametrize("marked", BOUNDARIES)
def test_sentences_end_where_a_reader_ends_them(marked: str) -> None:
    expected = [part.removeprefix(" ") for part in marked.split("|")]
    assert cut("".join(marked.split("|"))) == expected


def test_breaks_inside_sentences_are_joined_in_broken_copies_only() -> None:
    text = "It was done by law enforcement. law. The leader known as. El Mago fled."
    assert cut(text, join_lower=True)[0] == "It was done by law enforcement. law."
    assert cut(text)[:2] == ["It was done by law enforcement.", "law."]
    table = split(f"{text} {text}", integrity="machine_translated")
    assert table.loc[0, "text"] == "It was done by law enforcement. law."


def test_list_markers_and_byte_order_marks_stand_outside() -> None:
    text = (
        "\ufeffA title\n• First point.\n - Second point.\n-- Third point.\n2) Fourth point.\n*Note."
    )
    assert list(split(text)["text"]) == [
        "A title",
        "First point.",
        "Second point.",
        "Third point.",
        "Fourth point.",
        "*Note.",
    ]


def test_every_line_is_a_paragraph_whatever_its_end() -> None:
    table = split("One here.\r\nTwo here.\rThree here.\u2028Four here.\n\n\nFive. Six.")
    assert list(table["paragraph"]) == [0, 1, 2, 3, 4, 4]
    assert list(table["sentence_id"])[:2] == ["a-000", "a-001"]


def test_an_empty_text_gives_an_empty_table() -> None:
    table = split("")
    assert table.empty and list(table.columns)[0] == "sentence_id"


def test_tables_keep_their_contract(
    default_study: Study, harbour_study: Study, read_sentences: Callable
) -> None:
    for study in (default_study, harbour_study):
        articles, sentences = read_sentences(study)
        check_table(articles, "articles")
        check_table(sentences, "sentences")
        assert set(articles["article_id"]) == set(sentences["article_id"])


def test_inputs_stay_as_they_are(harbour_study: Study) -> None:
    articles, texts = read_articles(harbour_study)
    before, kept = articles.copy(), dict(texts)
    split_sentences(articles, texts)
    pd.testing.assert_frame_equal(articles, before)
    assert texts == kept


def test_the_five_articles_are_cut_as_they_were_coded(
    default_study: Study, read_sentences: Callable
) -> None:
    _, sentences = read_sentences(default_study)
    counts = sentences.groupby(["article_id", "segment"]).size()
    found = {a: {s: int(counts.get((a, s), 0)) for s in COUNTS[a]} for a in COUNTS}
    assert found == COUNTS
    assert len(sentences) == 243
    columns = ["sentence_id", "paragraph", "start", "end", "segment"]
    golden = Path(__file__).parent / "golden" / "sentences.csv"
    expected = pd.read_csv(golden)
    pd.testing.assert_frame_equal(sentences[columns], expected, check_dtype=False)


def test_windows_line_ends_change_offsets_and_nothing_else(
    spoilt: Path, harbour_study: Study, read_sentences: Callable
) -> None:
    for path in (spoilt / "articles").glob("*.txt"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    _, expected = read_sentences(harbour_study)
    _, found = read_sentences(read_study(spoilt))
    same = ["sentence_id", "paragraph", "text", "segment"]
    pd.testing.assert_frame_equal(found[same], expected[same])
    assert (found["start"] >= expected["start"]).all()
