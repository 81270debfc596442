"""Borrowing: planted quotations and passages are found, stock words and names are not."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pandas as pd
import pytest

from encuadre import borrowing
from encuadre.study import Study

NOBODY = pd.DataFrame(columns=pd.Index(["article_id", "outlet", "cites", "sentence_id", "named"]))


def make_study(**texts: list[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    rows = [(f"{a}-{k}", a, k, t, "body") for a, some in texts.items() for k, t in enumerate(some)]
    columns = ["sentence_id", "article_id", "position", "text", "segment"]
    articles = pd.DataFrame({"article_id": list(texts), "integrity": "intact"})
    articles["outlet"] = articles["article_id"].str.upper()
    return pd.DataFrame(rows, columns=pd.Index(columns)), articles


def find(citations: pd.DataFrame = NOBODY, **texts: list[str]) -> list[tuple[str, list[str]]]:
    sentences, articles = make_study(**texts)
    found = borrowing.find_shared_quotations(sentences, articles, citations=citations)
    return [(str(q), g["sentence_id"].tolist()) for q, g in found.groupby("quoted", sort=False)]


def test_quoted_words_are_found_in_other_articles_quoted_or_not():
    found = find(
        a=["He called it “a toll on tired workers”.", "Nothing here."],
        b=["They fear a toll on tired workers, all of them."],
        c=["It was “a toll on the tired workers” again."],
        d=["Workers were tired."],
    )
    assert found == [("a toll on tired workers", ["a-0", "b-0", "c-0"])]


@pytest.mark.parametrize(
    "other",
    [
        "Tired people and a long road to the workers of another toll.",  # far apart
        "A toll was paid.",  # one word of three
        "Nobody paid.",
    ],
)
def test_words_that_do_not_stand_together_are_no_quotation(other: str):
    assert find(a=["He called it “a toll on tired workers”."], b=[other]) == []


def test_a_stock_phrase_inside_a_longer_quotation_is_not_that_quotation():
    texts = {
        "a": ["“This is not a toll war yet,” she said."],
        "b": ["Drivers fear a toll war now."],
    }
    assert find(**texts) == []
    assert find(a=["He said “no toll war”."], b=["He said no to a toll war."]) == [
        ("no toll war", ["a-0", "b-0"])
    ]


def test_one_word_counts_only_where_the_other_outlet_is_named():
    texts = {"a": ["B says that the law was “eviscerated”."], "b": ["They eviscerated the law."]}
    assert find(**texts) == []
    cites = pd.DataFrame([("a", "A", "B", "a-0", "B")], columns=NOBODY.columns)
    assert find(cites, **texts) == [("eviscerated", ["a-0", "b-0"])]


def test_titles_and_headlines_are_no_quotations():
    texts = {"a": ["They read “The Harbour Report” aloud."], "b": ["The Harbour Report is out."]}
    assert find(**texts) == []
    sentences, articles = make_study(a=["‘No secret’ here"], b=["It is no secret that they came."])
    headed = sentences.assign(segment=["headline", "body"])
    assert borrowing.find_shared_quotations(headed, articles, citations=NOBODY).empty


def test_an_outlet_is_cited_by_its_whole_name():
    sentences, articles = make_study(
        time=["Hard times.", "As Time says."], b=["TIMES of need", "The TIME of it"]
    )
    outlets = [SimpleNamespace(name="TIME", names=("Time",)), SimpleNamespace(name="B", names=())]
    study = cast(Study, SimpleNamespace(outlets=outlets))
    found = borrowing.find_citations(sentences, articles, study=study)
    assert found["sentence_id"].tolist() == ["b-1"]


def name_citations(authors: list[str], **texts: list[str]) -> tuple[list[tuple[str, str]], str]:
    """Who is named in which sentence, and the first sentence of the prose on it."""
    sentences, articles = make_study(**texts)
    names = {"B": ("the Bee", "Ada Renn", "Renn", "Leo Hart")}
    outlets = [SimpleNamespace(name=o, names=names.get(o, ())) for o in articles["outlet"].unique()]
    study = cast(Study, SimpleNamespace(outlets=outlets))
    found = borrowing.find_citations(sentences, articles.assign(author=authors), study=study)
    shared = pd.DataFrame(columns=pd.Index(["speaker", "outlets", "ids"]))
    passages = borrowing.find_shared_passages(*make_study(a=["x"]))
    quoted = pd.DataFrame(columns=pd.Index(["quoted", "outlet", "sentence_id", "excerpt"]))
    first, _ = borrowing.describe_borrowing(found, shared, quoted, passages)
    return list(zip(found["sentence_id"], found["named"], strict=True)), first


def test_it_is_said_whether_the_outlet_is_named_or_only_its_author():
    found, said = name_citations(["", "Ada Renn"], a=["Renn says so."], b=["It rained."])
    assert found == [("a-0", "Ada Renn, who wrote the B article")]
    assert said.startswith(
        "The sources are not wholly independent of one another: A cites Ada Renn, who wrote the B "
        "article ([one sentence](#sentences?ids=a-0))."
    )
    found, said = name_citations(
        ["", "Ada Renn, with Leo Hart"], a=["Renn of the Bee says so.", "Leo Hart too."], b=["No."]
    )
    assert found == [("a-0", "B"), ("a-1", "Leo Hart, an author of the B article")]
    assert "A names B ([one sentence](#sentences?ids=a-0)) and A cites Leo Hart, an author" in said


def test_a_name_that_no_article_bears_as_its_author_is_the_outlets():
    found, said = name_citations(["", ""], a=["Renn says so."], b=["It rained."])
    assert found == [("a-0", "B")] and "A names B (" in said


def test_passages_are_compared_by_hand():
    sentences, articles = make_study(
        a=["one two three four five"], b=["one two three four nine", "six seven"], c=["one two"]
    )
    found = borrowing.find_shared_passages(sentences, articles)
    assert len(found) == 1 and found["jaccard"].iloc[0] == pytest.approx(2 / 4)
    assert found[["sentence_id", "other_id"]].to_numpy().tolist() == [["a-0", "b-0"]]
    alone = borrowing.find_shared_passages(*make_study(a=["one two three"] * 2))
    assert alone.empty and alone["jaccard"].dtype == float


def test_what_is_not_found_is_said(harbour_study: Study):
    sentences, articles = make_study(a=["one two three"], b=["four five six"])
    speakers = pd.DataFrame({"speaker": ["Quill"], "outlet": ["A"], "sentence_id": ["a-0"]})
    shared = borrowing.find_shared_speakers(speakers)
    quoted = borrowing.find_shared_quotations(sentences, articles, citations=NOBODY)
    passages = borrowing.find_shared_passages(sentences, articles)
    first, second = borrowing.describe_borrowing(NOBODY, shared, quoted, passages)
    assert first.startswith("No article names another outlet") and "No speaker is heard" in first
    assert "No quoted words" in second and "No two sentences" in second
    table = borrowing.tabulate_borrowing(
        quoted, passages, shared, sentences, articles, study=harbour_study
    )
    assert table.empty


def test_what_is_shared_stands_side_by_side(harbour_study: Study):
    line = "the charge will push all trade to other harbours soon"
    sentences, articles = make_study(a=[line, "Quill said “not [now] then”."], b=[line, "Quill."])
    rows = [("Quill", "A", "a-1"), ("Quill", "B", "b-1"), ("Valdrane", "A", "a-0")]
    rows += [("Valdrane", "B", "b-0")]
    speakers = pd.DataFrame(rows, columns=pd.Index(["speaker", "outlet", "sentence_id"]))
    shared = borrowing.find_shared_speakers(speakers)
    assert shared["speaker"].tolist() == ["Quill", "Valdrane"]
    passages = borrowing.find_shared_passages(sentences, articles)
    quoted = borrowing.find_shared_quotations(sentences, articles, citations=NOBODY)
    table = borrowing.tabulate_borrowing(
        quoted, passages, shared, sentences, articles, study=harbour_study
    )
    assert table["Shared"].tolist() == ["a passage (100%)", "", "the speaker Quill", ""]
    assert table["Outlet"].tolist() == ["A", "B", "A", "B"]
    assert "[Quill said “not (now) then”.](#sentences?ids=a-1)" in table["In its words"].tolist()
