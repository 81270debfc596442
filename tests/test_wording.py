"""Wording: log-odds against hand computation, planted words, shuffled texts, concordances."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from encuadre.comparisons import tabulate_wordings
from encuadre.errors import EncuadreError
from encuadre.events import Event, compare_events, trace_events
from encuadre.wording import (
    compare_wording,
    compute_log_odds,
    find_concordance,
    find_names,
    find_tokens,
)


def make_study(texts: dict[str, list[str]], integrity: dict[str, str] | None = None):
    rows = [(a, i, t) for a, sentences in texts.items() for i, t in enumerate(sentences)]
    table = pd.DataFrame(rows, columns=pd.Index(["article_id", "position", "text"]))
    ids = [f"{a}-{p:03d}" for a, p, _ in rows]
    sentences = table.assign(sentence_id=ids, paragraph=table["position"], segment="body")
    kinds = [(integrity or {}).get(a, "intact") for a in texts]
    articles = pd.DataFrame(
        {
            "article_id": list(texts),
            "outlet": [a.upper() + " Post" for a in texts],
            "integrity": kinds,
        }
    )
    return sentences, articles


def compare(texts, integrity=None, **options) -> pd.DataFrame:
    sentences, articles = make_study(texts, integrity)
    return compare_wording(sentences, articles=articles, **options)


def test_log_odds_by_hand():
    delta, sigma = compute_log_odds(np.array([3.0, 1.0]), np.array([1.0, 3.0]), prior=4.0)
    # prior 2 for each word; (3 + 2) / (1 + 2) against (1 + 2) / (3 + 2)
    assert delta == pytest.approx([math.log(25 / 9), -math.log(25 / 9)])
    assert sigma == pytest.approx([math.sqrt(1 / 5 + 1 / 3)] * 2)


def test_table_by_hand():
    table = compare(
        {"a": ["Guns guns guns peace."], "b": ["Guns peace peace peace."]},
        prior=4.0,
        min_count=1,
        ngram=(1, 1),
    )
    rows = table.set_index(["article_id", "word"])
    guns = rows.loc[("a", "guns")]
    delta, sigma = math.log(25 / 9), math.sqrt(1 / 5 + 1 / 3)
    assert (guns["count"], guns["count_rest"]) == (3, 1)
    assert guns["log_odds"] == pytest.approx(delta)
    assert guns["z"] == pytest.approx(delta / sigma)
    assert (guns["low"], guns["high"]) == pytest.approx(
        (delta - 1.96 * sigma, delta + 1.96 * sigma), abs=1e-3
    )
    assert rows.loc[("b", "guns"), "z"] == pytest.approx(-guns["z"])
    assert table["outlet"].tolist() == ["A Post"] * 2 + ["B Post"] * 2


def test_swapped_outlets_flip_the_sign():
    one, two = ["guns and guns and butter"] * 4, ["peace and butter"] * 4
    straight = compare({"a": one, "b": two}).set_index(["article_id", "word"])["z"]
    swapped = compare({"a": two, "b": one}).set_index(["article_id", "word"])["z"]
    assert straight["a"].to_dict() == pytest.approx(swapped["b"].to_dict())
    assert straight["a"].to_dict() == pytest.approx({w: -z for w, z in swapped["a"].items()})


def test_planted_word_comes_first_and_shuffled_texts_show_none():
    rng = np.random.default_rng(7)
    words = [f"w{chr(97 + i)}{chr(97 + j)}" for i in range(6) for j in range(10)]
    sentences = [" ".join(rng.choice(words, 12)) for _ in range(120)]
    shuffled = {"a": sentences[:40], "b": sentences[40:80], "c": sentences[80:]}
    assert compare(shuffled, ngram=(1, 1))["z"].abs().max() < 4
    planted = {**shuffled, "a": [s + " bullets" for s in sentences[:40]]}
    table = compare(planted, ngram=(1, 1))
    first = table[table["article_id"] == "a"].iloc[0]
    assert first["word"] == "bullets" and first["z"] > 4 and first["low"] > 0
    assert table.query("article_id != 'a' and word == 'bullets'")["z"].max() < 0


def test_a_heavier_prior_draws_towards_no_difference():
    texts = {"a": ["guns guns guns butter"] * 3, "b": ["peace butter butter guns"] * 3}
    light, heavy = (
        compare(texts, prior=p).set_index(["article_id", "word"]) for p in (1.0, 1000.0)
    )
    assert abs(heavy.loc[("a", "guns"), "log_odds"]) < abs(light.loc[("a", "guns"), "log_odds"])


def test_phrases_stand_side_by_side_without_stop_words_or_punctuation():
    table = compare(
        {"a": ["War on drugs, law enforcement. Law: enforcement"], "b": ["x"]}, min_count=1
    )
    pairs = table[table["word"].str.contains(" ")]["word"].unique().tolist()
    assert sorted(pairs) == ["law enforcement"]


def test_names_of_outlets_are_not_counted_but_their_words_are():
    texts = {"a": ["Mexico Today said Mexico is far, today", "B Post told A Post"], "b": ["mexico"]}
    sentences, articles = make_study(texts)
    table = compare_wording(sentences, articles=articles, min_count=1, hidden=["Mexico Today"])
    counts = table[table["article_id"] == "a"].set_index("word")["count"]
    assert counts["mexico"] == 1 and counts["today"] == 1
    assert "post" not in counts and "mexico today" not in counts


def test_the_country_is_not_the_pronoun():
    assert [
        t.word for t in find_tokens("The U.S. told us that US-Mexico ties, Mexico’s and DEA's")
    ] == [
        "the",
        "US",
        "told",
        "us",
        "that",
        "US",
        "mexico",
        "ties",
        "mexico",
        "and",
        "DEA",
    ]


def test_wording_of_altered_copies_is_flagged():
    texts = {
        "intact": [
            "Criminal organizations killed agents. The attorney general left, said Jane Roe."
        ],
        "spun": ["The prison organizations grew. A lawyer basic left, said Steven Poe and agents."],
        "machine": ["Y Biden wants it. Maltz spoke, said Maltz."],
    }
    integrity = {"spun": "spun", "machine": "machine_translated"}
    table = compare(texts, integrity, min_count=1)
    flagged = set(table[table["flagged"] & (table["outlet"] != "SPUN Post")]["word"])
    assert {"prison organizations", "lawyer basic", "wants"} <= flagged
    assert not {"organizations", "agents", "attorney general"} & flagged
    assert table.loc[table["outlet"] == "SPUN Post", "flagged"].all()
    chosen = compare(texts, integrity, min_count=1, altered=["intact"])
    assert "attorney general" in set(chosen[chosen["flagged"]]["word"])
    assert not compare(texts, integrity, min_count=1, altered=[])["flagged"].any()


def test_names_and_words_that_only_report_speech_are_no_wording():
    texts = {
        "a": ["In April the Mexican army said that Jane Roe told the agents of Mexico."],
        "b": ["Agents told the marches of May, and the army said in March: we march."],
    }
    words = set(compare(texts, min_count=1)["word"])
    assert {"army", "agents"} <= words
    assert not {"april", "mexican", "mexico", "jane roe", "roe", "said", "told"} & words
    assert {"march", "marches"} <= words  # also written small, so no month
    assert (
        find_names([find_tokens(t) for t in ("He saw Rome.", "Rome fell.", "Go, rome!")]) == set()
    )


def test_a_word_gives_way_to_the_phrase_that_it_stands_in():
    texts = {"a": ["law enforcement is law enforcement"] * 3 + ["law"], "b": ["peace"]}
    words = set(compare(texts, min_count=1).query("outlet == 'A Post'")["word"])
    assert "law enforcement" in words and not {"law", "enforcement"} & words
    often = {"a": [*texts["a"], *["the law and the law"] * 3], "b": ["peace"]}
    assert "law" in set(compare(often, min_count=1).query("outlet == 'A Post'")["word"])


def test_articles_of_one_outlet_are_counted_together():
    sentences, articles = make_study({"a": ["guns guns"], "b": ["guns"], "c": ["peace"]})
    articles = articles.assign(outlet=["Post", "Post", "Herald"])
    table = compare_wording(sentences, articles=articles, min_count=1, ngram=(1, 1))
    guns = table[table["word"] == "guns"].set_index("outlet")
    assert guns.loc["Post", ["article_id", "count", "count_rest"]].tolist() == ["", 3, 0]
    assert guns.loc["Herald", ["article_id", "count", "count_rest"]].tolist() == ["c", 0, 3]


def test_boilerplate_and_rare_words_are_left_out():
    sentences, articles = make_study(
        {"a": ["guns guns guns", "photo photo photo", "rare"], "b": ["x"]}
    )
    sentences.loc[1, "segment"] = "boilerplate"
    table = compare_wording(sentences, articles=articles)
    assert set(table["word"]) == {"guns"}


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"min_count": 0}, "min_count"),
        ({"ngram": (2, 1)}, "ngram"),
        ({"ngram": (0, 1)}, "ngram"),
        ({"prior": 0.0}, "prior"),
        ({"prior": float("nan")}, "prior"),
        ({"altered": ["nobody"]}, "nobody"),
    ],
)
def test_wrong_options_are_refused(options, says):
    with pytest.raises(EncuadreError, match=says):
        compare({"a": ["guns"], "b": ["peace"]}, **options)


def test_one_outlet_alone_and_no_words_at_all():
    alone = compare({"a": ["guns guns peace"]}, min_count=1)
    assert np.isfinite(alone["z"]).all()
    assert compare({"a": ["..."], "b": ["!"]}).empty


def test_concordance_by_hand():
    sentences, _ = make_study({"a": ["The U.S. law enforcement left us.", "Law, enforcement."]})
    found = find_concordance(sentences, "law enforcement", width=5)
    assert found.to_numpy().tolist() == [["a-000", "U.S. ", "law enforcement", " left"]]
    assert find_concordance(sentences, "US")["match"].tolist() == ["U.S."]
    assert find_concordance(sentences, "us")["match"].tolist() == ["us"]
    assert find_concordance(sentences, "absent").empty
    with pytest.raises(EncuadreError, match="no word"):
        find_concordance(sentences, " .* ")
    with pytest.raises(EncuadreError, match="width"):
        find_concordance(sentences, "law", width=-1)


WORDS = st.sampled_from(
    ["guns", "Peace", "the", "U.S.", "law", "enforcement", "of", "don’t", "Mexico’s"]
)
MARKS = st.sampled_from([" ", ", ", " - ", ". ", " “"])


@given(st.lists(st.tuples(WORDS, MARKS), min_size=1, max_size=30))
def test_counts_are_those_of_the_concordance(parts):
    text = "".join(word + mark for word, mark in parts)
    sentences, articles = make_study({"a": [text], "b": ["butter"]})
    table = compare_wording(sentences, articles=articles, min_count=1)
    for row in table[table["count"] > 0].itertuples():
        found = find_concordance(
            sentences[sentences["article_id"] == row.article_id], str(row.word)
        )
        assert len(found) == row.count


@given(st.text(max_size=80))
def test_tokens_are_slices_in_order(text):
    tokens = find_tokens(text)
    assert all(0 <= t.start < t.end <= len(text) for t in tokens)
    assert all(a.end <= b.start for a, b in zip(tokens, tokens[1:], strict=False))


def test_an_event_is_shown_in_words_of_its_own_not_in_a_phrase_carried_over():
    first, second = "It began on 2 May.", "The mayor was arrested."
    sentences, articles = make_study({"a": [first, second], "b": ["The mayor was seized."]})
    sentences["paragraph"] = 0
    event = Event(
        id="arrest",
        label="Arrest",
        date="2020",
        together=(("mayor",), ("arrested", "seized")),
        carry=("2 May",),
    )
    traced = trace_events(sentences, events=[event])
    compared = compare_events(traced, sentences, events=[event])
    table = tabulate_wordings(traced, compared, sentences, articles, events=[event])
    assert table["In its words"].tolist() == [
        f"[{second}](#sentences?ids=a-001)",
        "[The mayor was seized.](#sentences?ids=b-000)",
    ]
    assert table["Sentences"].tolist() == [
        "[2](#sentences?article=a&event=arrest)",
        "[1](#sentences?article=b&event=arrest)",
    ]
    carried = traced[traced["sentence_id"] != "a-001"]
    silent = tabulate_wordings(carried, compared, sentences, articles, events=[event])
    assert silent["In its words"][0] == "told without a wording of its own"
    nothing = (traced.iloc[:0], compared.iloc[:0])
    assert tabulate_wordings(*nothing, sentences, articles, events=[]).empty
