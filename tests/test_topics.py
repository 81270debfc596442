"""Topics: planted vocabularies, weights, spun copies, names, small and hostile texts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from encuadre.errors import EncuadreError
from encuadre.schemas import check_table
from encuadre.study import Study
from encuadre.topics import (
    choose_topic_count,
    gather_paragraphs,
    list_names,
    measure_topics,
    name_topics,
    pick_sentences,
    pick_shaping,
)

THEMES = (
    "harbour vessel anchor sailor dock cargo pier tide captain deck",
    "orchard apple blossom farmer harvest cider tractor soil fruit barn",
    "violin concert orchestra melody conductor rehearsal stage opera rhythm choir",
)


def make_sentences(texts: dict[str, list[str]]) -> pd.DataFrame:
    """One paragraph a text, one sentence a line."""
    rows = [
        (a, p, line)
        for a, paragraphs in texts.items()
        for p, t in enumerate(paragraphs)
        for line in t.split("\n")
    ]
    table = pd.DataFrame(rows, columns=pd.Index(["article_id", "paragraph", "text"]))
    table["position"] = table.groupby("article_id").cumcount()
    table["sentence_id"] = table["article_id"] + "-" + table["position"].astype(str).str.zfill(3)
    return table.assign(segment="body")


def write_paragraphs(theme: int, count: int, rng: np.random.Generator) -> list[str]:
    words = THEMES[theme].split()
    return [" ".join(rng.choice(words, 7, replace=False)) for _ in range(count)]


@pytest.fixture(scope="module")
def planted() -> pd.DataFrame:
    rng = np.random.default_rng(11)
    texts = {
        a: [t for theme in range(3) for t in write_paragraphs(theme, 6, rng)]
        for a in ("one", "two")
    }
    return make_sentences(texts)


def measure(sentences: pd.DataFrame, count: int = 3, **options):
    options = {"shaping": sorted(set(sentences["article_id"])), "seed": 5, **options}
    return measure_topics(sentences, count=count, **options)


def test_planted_vocabularies_come_back(planted: pd.DataFrame):
    topics, words = measure(planted, words=8)
    found = {frozenset(group["word"]) for _, group in words.groupby("topic")}
    assert all(any(f <= set(theme.split()) for theme in THEMES) for f in found) and len(found) == 3
    lead = topics.loc[topics.groupby("sentence_id")["weight"].idxmax()].set_index("sentence_id")
    for theme in THEMES:
        of_theme = planted[planted["text"].str.split().str[0].isin(theme.split())]["sentence_id"]
        assert lead.loc[of_theme, "topic"].nunique() == 1
        assert lead.loc[of_theme, "weight"].min() > 0.6


def test_the_planted_number_of_topics_is_chosen(planted: pd.DataFrame):
    table = choose_topic_count(
        planted, shaping=["one", "two"], candidates=(2, 3, 4), seed=5, resamples=4
    )
    assert table.loc[table["chosen"], "k"].tolist() == [3]
    assert table["stability"].between(0, 1).all() and table["coherence"].between(-1, 1).all()
    again = choose_topic_count(
        planted, shaping=["one", "two"], candidates=(2, 3, 4), seed=5, resamples=4
    )
    pd.testing.assert_frame_equal(table, again)


def test_weights_sum_to_one_and_topics_are_numbered_by_weight(planted: pd.DataFrame):
    topics, words = measure(planted)
    check_table(topics, "topics")
    check_table(words, "topic_words")
    assert topics.groupby("sentence_id")["weight"].sum().to_numpy() == pytest.approx(1)
    assert words.groupby("topic")["rank"].apply(list).tolist() == [list(range(1, 13))] * 3
    for _, group in words.groupby("topic"):
        assert group["weight"].is_monotonic_decreasing


def test_the_same_seed_gives_the_same_tables(planted: pd.DataFrame):
    before = planted.copy()
    for first, second in zip(measure(planted), measure(planted), strict=True):
        pd.testing.assert_frame_equal(first, second)
    pd.testing.assert_frame_equal(planted, before)


def test_a_spun_copy_gets_weights_but_shapes_no_topic(planted: pd.DataFrame):
    rng = np.random.default_rng(2)
    spun = {
        "spun": [
            " ".join(rng.choice(["quasar", "nebula", "comet", "harbour"], 7)) for _ in range(30)
        ]
    }
    both = pd.concat([planted, make_sentences(spun)], ignore_index=True)
    articles = pd.DataFrame(
        {
            "article_id": ["one", "two", "spun"],
            "integrity": ["intact", "machine_translated", "spun"],
        }
    )
    shaping = pick_shaping(articles)
    assert shaping == ["one", "two"]
    topics, words = measure(both, shaping=shaping)
    _, without = measure(planted)
    tops = [{tuple(g["word"]) for _, g in w.groupby("topic")} for w in (words, without)]
    assert tops[0] == tops[1]
    assert not {"quasar", "nebula", "comet"} & set(words["word"])
    assert set(topics["sentence_id"]) == set(both["sentence_id"])


def test_spun_copies_shape_where_too_few_others_are_left():
    articles = pd.DataFrame({"article_id": ["a", "b"], "integrity": ["intact", "spun"]})
    assert pick_shaping(articles) == ["a", "b"]


def test_boilerplate_takes_no_part(planted: pd.DataFrame):
    extra = planted.tail(3).assign(
        segment="boilerplate", text="advertisement subscribe harbour", sentence_id=["x", "y", "z"]
    )
    topics, words = measure(pd.concat([planted, extra], ignore_index=True))
    assert not {"x", "y", "z"} & set(topics["sentence_id"])
    assert "subscribe" not in set(words["word"])
    assert len(gather_paragraphs(pd.concat([planted, extra]))) == len(planted)


def test_a_sentence_without_a_known_word_has_the_weights_of_its_paragraph():
    odd = {"one": "Xyzzy.", "two": "Plugh."}
    texts = {a: [f"{THEMES[i % 3]}\n{odd[a]}" for i in range(6)] for a in odd}
    topics, _ = measure(make_sentences(texts))
    wide = topics.pivot(index="sentence_id", columns="topic", values="weight")
    assert wide.loc["one-001"].to_numpy() == pytest.approx(wide.loc["one-000"].to_numpy())


def test_a_paragraph_without_a_known_word_is_spread_evenly(planted: pd.DataFrame):
    lost = make_sentences({"three": ["Xyzzy plugh."]})
    topics, _ = measure(pd.concat([planted, lost]), shaping=["one", "two"])
    assert topics.loc[topics["sentence_id"] == "three-000", "weight"].tolist() == [1 / 3] * 3


def test_words_of_one_article_only_are_left_out_also_as_plurals():
    shared = [THEMES[0], THEMES[1]] * 4
    texts = {"one": [f"{t} zeppelin zeppelins airship airships" for t in shared], "two": shared}
    _, words = measure(make_sentences(texts), count=2, words=30)
    assert not {w for w in words["word"] if w.startswith(("zeppelin", "airship"))}
    assert "harbour" in set(words["word"])


def test_a_plural_counts_as_its_singular():
    texts = {
        "one": ["vessel tide vessels", "apple barn"] * 3,
        "two": ["vessels tide", "apples barn"] * 3,
    }
    _, words = measure(make_sentences(texts), count=2)
    assert {"vessel", "apple"} <= set(words["word"]) and not {"vessels", "apples"} & set(
        words["word"]
    )


def test_names_are_no_topic(harbour_study: Study, planted: pd.DataFrame):
    names = list_names(harbour_study)
    assert {"valdrane", "osmund", "kestrel", "courier"} <= names
    assert not {"the", "harbour", "charge"} & names  # small letters in the study: common words
    _, words = measure(planted, ignore=frozenset({"harbour", "apple"}))
    assert not {"harbour", "apple"} & set(words["word"])


def test_a_study_may_name_a_topic_by_its_first_word():
    words = pd.DataFrame(
        {"topic": [1, 0, 0, 0, 1], "rank": [1, 1, 2, 3, 2], "word": ["e", "a", "b", "c", "f"]}
    )
    assert name_topics(words, names={"e": "Elections"}) == ["a, b, c", "Elections"]


def test_telling_sentences_one_a_paragraph_long_enough():
    long, longer = (
        "one two three four five six seven eight",
        "one two three four five six seven eight nine",
    )
    sentences = make_sentences({"a": [f"{long}\n{longer}", long, "too short"], "b": [long]})
    topics = pd.DataFrame(
        {"sentence_id": sentences["sentence_id"], "topic": 0, "weight": [0.9, 0.9, 0.5, 1.0, 0.7]}
    )
    picked = pick_sentences(topics, sentences, each=2)
    assert picked["sentence_id"].tolist() == ["a-001", "b-000"]
    assert picked["weight"].tolist() == [0.9, 0.7]


def test_impossible_counts_and_empty_texts_are_refused(planted: pd.DataFrame):
    with pytest.raises(EncuadreError, match="99 topics asked for.*`topics`"):
        measure(planted, count=99)
    with pytest.raises(EncuadreError, match="1 topics asked for"):
        measure(planted, count=1)
    with pytest.raises(EncuadreError, match="No headline or body"):
        measure(planted.assign(segment="boilerplate"))
    with pytest.raises(EncuadreError, match="share no words"):
        measure(make_sentences({"a": ["xyzzy"] * 3, "b": ["plugh"] * 3}), count=2)


@pytest.mark.parametrize(
    "texts",
    [{"a": ["harbour vessel dock"]}, {"a": ["harbour harbour"] * 3, "b": ["harbour"] * 3}],
    ids=["one paragraph", "one word"],
)
def test_too_little_text_for_topics_is_refused_in_words(texts):
    sentences = make_sentences(texts)
    with pytest.raises(EncuadreError, match="topics need two of each"):
        choose_topic_count(sentences, shaping=list(texts), seed=1, resamples=2)


def test_few_words_limit_the_numbers_tried():
    rng = np.random.default_rng(0)
    texts = {
        a: [" ".join(rng.choice(["harbour", "orchard", "violin"], 1)) for _ in range(30)]
        for a in "ab"
    }
    table = choose_topic_count(
        make_sentences(texts), shaping=["a", "b"], candidates=(2, 3, 4, 5), seed=1, resamples=2
    )
    assert table["k"].max() <= 3


def test_one_article_alone_has_topics(planted: pd.DataFrame):
    alone = planted[planted["article_id"] == "one"]
    table = choose_topic_count(alone, shaping=["one"], seed=1, resamples=2)
    topics, _ = measure(alone, count=int(table.loc[table["chosen"], "k"].iloc[0]))
    assert set(topics["sentence_id"]) == set(alone["sentence_id"])
