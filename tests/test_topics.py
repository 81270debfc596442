"""Topics: planted vocabularies, weights, spun copies, names, small and hostile texts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix

from encuadre import talking
from encuadre.errors import EncuadreError
from encuadre.schemas import check_table
from encuadre.study import Study
from encuadre.topic_choice import (
    STABLE,
    choose_topic_count,
    compare_topics,
    measure_topic_stability,
    score_coherence,
)
from encuadre.topics import doubt_unstable, measure_topics, name_topics, pick_sentences
from encuadre.vocabulary import (
    KEYWORDS,
    MODELS,
    gather_paragraphs,
    list_names,
    pick_shaping,
    weigh_words,
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


def embed(texts) -> np.ndarray:
    """Vectors for words of known meaning: a direction a theme, and one that all share."""
    vectors = []
    for text in texts:
        hits = [sum(w in theme.split() for w in text.split()) for theme in THEMES]
        vectors.append(np.array([*hits, 0.5 + 0.1 * (len(text) % 3)], dtype=float))
    return np.array([v / np.linalg.norm(v) for v in vectors])


def weigh(sentences: pd.DataFrame, model: str = "nmf", **options):
    options = {"shaping": sorted(set(sentences["article_id"])), "embed": embed, **options}
    return weigh_words(sentences, model=model, **options)


def measure(sentences: pd.DataFrame, count: int = 3, words: int = 12, **options):
    return measure_topics(sentences, weigh(sentences, **options), count=count, seed=5, words=words)


def choose(sentences: pd.DataFrame, candidates=(2, 3, 4), fixed: int = 0, **options):
    texts = weigh(sentences, **options)
    return choose_topic_count(texts, candidates=candidates, seed=5, resamples=4, fixed=fixed)


@pytest.mark.parametrize("model", MODELS)
def test_planted_vocabularies_come_back(planted: pd.DataFrame, model: str):
    topics, words = measure(planted, words=8, model=model)
    found = {frozenset(group["word"]) for _, group in words.groupby("topic")}
    assert all(any(f <= set(theme.split()) for theme in THEMES) for f in found) and len(found) == 3
    lead = topics.loc[topics.groupby("sentence_id")["weight"].idxmax()].set_index("sentence_id")
    for theme in THEMES:
        of_theme = planted[planted["text"].str.split().str[0].isin(theme.split())]["sentence_id"]
        assert lead.loc[of_theme, "topic"].nunique() == 1
        assert lead.loc[of_theme, "weight"].min() > 0.6


@pytest.mark.parametrize("model", ["blend", "nmf", "keynmf"])
def test_the_planted_number_of_topics_is_chosen(planted: pd.DataFrame, model: str):
    table = choose(planted, model=model)
    assert table.loc[table["chosen"], "k"].tolist() == [3]
    assert table["stability"].between(0, 1).all() and table["coherence"].between(-1, 1).all()
    pd.testing.assert_frame_equal(table, choose(planted, model=model))


def test_a_number_that_is_set_is_scored_and_chosen_whatever_the_scores(planted: pd.DataFrame):
    table = choose(planted, fixed=5)
    assert table["k"].tolist() == [2, 3, 4, 5]
    assert table.loc[table["chosen"], "k"].tolist() == [5]
    assert "set by hand" in talking.describe_choice(table, by_hand=True)


def test_a_topic_of_chance_words_is_marked_and_no_planted_one(planted: pd.DataFrame):
    rng = np.random.default_rng(4)
    noise = [f"w{chr(97 + i)}{chr(97 + j)}x" for i in range(6) for j in range(10)]
    loose = {a: [" ".join(rng.choice(noise, 7, replace=False)) for _ in range(12)] for a in "ab"}
    both = pd.concat([planted, make_sentences(loose)], ignore_index=True)
    texts = weigh(both)
    found = measure_topic_stability(texts, count=4, seed=5, resamples=8)
    check_table(found, "topic_stability")
    topics, words = measure_topics(both, texts, count=4, seed=5)
    for row in found.itertuples(index=False):
        top = set(words[words["topic"] == row.topic].head(10)["word"])
        assert row.stable == any(top <= set(theme.split()) for theme in THEMES)
        assert row.stable == (row.stability >= STABLE)
    assert found["stable"].sum() == 3
    shaky = int(found.loc[~found["stable"], "topic"].iloc[0])
    estimates = pd.DataFrame({"category": list("0123"), "strength": "tentative"})
    doubted = doubt_unstable(estimates, found)
    assert doubted.loc[doubted["strength"] == "cannot_tell", "category"].tolist() == [str(shaky)]
    names = [f"name{i}" for i in range(4)]
    said = talking.describe_topic_stability(found, names)
    assert f"name{shaky}" in said and "with care" in said
    marked = talking.mark_names(names, found)
    assert [k for k, v in marked.items() if "not stable" in v] == [str(shaky)]


def test_agreement_of_ranked_words_by_hand():
    first = np.array([[0, 1], [2, 3]])
    swapped = np.array([[3, 2], [0, 1]])
    # {2} and {3} share nothing at depth one and all at depth two: (0 + 1) / 2
    assert compare_topics(first, swapped) == pytest.approx([1.0, 0.5])
    assert compare_topics(first, first) == pytest.approx([1.0, 1.0])
    assert compare_topics(first, first + 4) == pytest.approx([0.0, 0.0])


def test_coherence_by_hand():
    weights = csr_matrix(np.array([[2.0, 1, 0], [1, 3, 0], [0, 0, 1], [0, 0, 4]]))
    assert score_coherence(weights, np.array([[0, 1]])) == pytest.approx(1.0)
    assert score_coherence(weights, np.array([[0, 2]])) == pytest.approx(-1.0)
    mixed = csr_matrix(np.array([[1.0, 1], [1, 0], [0, 1], [0, 0]]))
    assert score_coherence(mixed, np.array([[0, 1]])) == pytest.approx(0.0)


def test_weights_of_the_meaning_by_hand():
    sentences = make_sentences({"a": ["harbour apple", "harbour"], "b": ["apple harbour", "apple"]})
    plain = {"harbour": [1.0, 0.0], "apple": [0.0, 1.0], "harbour apple": [0.8, 0.6]}
    look = {**plain, "apple harbour": [0.6, 0.8]}

    def found(texts):
        return np.array([look[t] for t in texts])

    keys = weigh(sentences, "keynmf", embed=found)
    assert keys.words.tolist() == ["apple", "harbour"]
    assert keys.weights.toarray()[0] == pytest.approx([0.6, 0.8])
    blend = weigh(sentences, "blend", embed=found)
    tfidf = weigh(sentences, "nmf").weights.toarray()
    # off the mean, (0.6, 0.6), the first text is (0.2, 0) and the words are (1, -1) and (-1, 1)
    near = 1 / np.sqrt(2)
    assert blend.weights.toarray()[0] == pytest.approx([0, np.sqrt(tfidf[0, 1] * near)])


def test_a_text_keeps_its_nearest_keywords_only():
    words = [f"{a}{b}word" for a in "abcdef" for b in "abcdef"]
    text = " ".join(words)
    sentences = make_sentences({"a": [text] * 2, "b": [text] * 2})
    rng = np.random.default_rng(0)
    table = {w: [1.0, x] for w, x in zip(words, rng.random(len(words)), strict=True)}
    vectors = {k: np.array(v) / np.linalg.norm(v) for k, v in (table | {text: [0.2, 1.0]}).items()}
    keys = weigh(sentences, "keynmf", embed=lambda texts: np.array([vectors[t] for t in texts]))
    kept = keys.weights.toarray()[0]
    assert (kept > 0).sum() == KEYWORDS < len(words)
    assert kept[kept > 0].min() > max(
        vectors[w] @ vectors[text] for w, k in zip(keys.words, kept, strict=True) if k == 0
    )


def test_unknown_ways_and_missing_encoders_are_refused(planted: pd.DataFrame):
    with pytest.raises(EncuadreError, match="blend, nmf, keynmf, lda.*`topic_model`"):
        weigh(planted, "top2vec")
    with pytest.raises(EncuadreError, match="no encoder arrived"):
        weigh(planted, "blend", embed=None)
    with pytest.raises(EncuadreError, match="same meaning"):
        weigh(make_sentences({"a": [THEMES[0]] * 3, "b": [THEMES[0]] * 3}), "blend")


def test_accents_dates_and_joined_names_make_no_words_of_their_own():
    shared = ["Guzmán harbour January us-valdrane", "Guzman vessel Monday weeks"] * 3
    texts = weigh(make_sentences({"a": shared, "b": shared}), ignore=frozenset({"valdrane"}))
    assert texts.words.tolist() == ["guzmán", "harbour", "vessel"]


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
    assert name_topics(words, names={"e": "Elections"}) == ["Topic 1 (a, b, c)", "Elections"]


def test_telling_sentences_one_a_paragraph_long_enough():
    long, longer = (
        "one two three four five six seven eight",
        "one two three four five six seven eight nine",
    )
    sentences = make_sentences({"a": [f"{long}\n{longer}", long, "too short"], "b": [long]})
    topics = pd.DataFrame(
        {"sentence_id": sentences["sentence_id"], "topic": 0, "weight": [0.9, 0.9, 0.5, 1.0, 0.7]}
    )
    words = pd.DataFrame({"topic": [0, 0], "rank": [1, 2], "word": ["nine", "eight"]})
    picked = pick_sentences(topics, sentences, words, each=2)
    assert picked["sentence_id"].tolist() == ["a-001", "b-000"]
    assert picked["weight"].tolist() == [0.9, 0.7]


def test_impossible_counts_and_empty_texts_are_refused(planted: pd.DataFrame):
    with pytest.raises(EncuadreError, match="99 topics asked for.*`topics`"):
        measure(planted, count=99)
    with pytest.raises(EncuadreError, match="1 topics asked for"):
        measure(planted, count=1)
    with pytest.raises(EncuadreError, match="99 topics asked for.*`topics`"):
        choose(planted, fixed=99)
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
    with pytest.raises(EncuadreError, match="topics need two of each"):
        weigh(make_sentences(texts))


def test_few_words_limit_the_numbers_tried():
    rng = np.random.default_rng(0)
    texts = {
        a: [" ".join(rng.choice(["harbour", "orchard", "violin"], 1)) for _ in range(30)]
        for a in "ab"
    }
    table = choose(make_sentences(texts), candidates=(2, 3, 4, 5))
    assert table["k"].max() <= 3


def test_one_article_alone_has_topics(planted: pd.DataFrame):
    alone = planted[planted["article_id"] == "one"]
    table = choose(alone)
    topics, _ = measure(alone, count=int(table.loc[table["chosen"], "k"].iloc[0]))
    assert set(topics["sentence_id"]) == set(alone["sentence_id"])


def test_few_sentences_still_have_topics(harbour_study: Study, read_sentences):
    _, harbour_sentences = read_sentences(harbour_study)
    ignore = list_names(harbour_study)
    table = choose(harbour_sentences, candidates=range(3, 8), ignore=ignore, embed=None)
    count = int(table.loc[table["chosen"], "k"].iloc[0])
    topics, words = measure(harbour_sentences, count=count, ignore=ignore, embed=None)
    kept = harbour_sentences[harbour_sentences["segment"] != "boilerplate"]
    assert set(topics["sentence_id"]) == set(kept["sentence_id"])
    assert words["topic"].nunique() == count


def test_the_choice_is_said_as_clear_as_it_is():
    def say(second: float, unstable: int = 0) -> str:
        scores = pd.DataFrame(
            {"k": [3, 4], "stability": [0.70, second], "unstable": [0, unstable],
             "coherence": 0.1, "chosen": [True, False]}
        )  # fmt: skip
        return talking.describe_choice(scores, by_hand=False)

    assert "do not fix the number" in say(0.68)
    clear = say(0.5, unstable=1)
    assert "0.70" in clear and "0.50" in clear and "not stable" in clear
    assert "not stable" not in say(0.5)
