"""Learning from coded sentences: planted labels are learnt, articles are left out, little is not enough."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from encuadre.frames import (
    NONE,
    add_context,
    compare_classifiers,
    learn_scores,
    list_frames,
    pick_functions,
    score_sentences,
)
from encuadre.learning import (
    FEWEST_SENTENCES,
    LEARNED,
    ZERO_SHOT,
    can_learn,
    split_articles,
)
from encuadre.schemas import check_table
from encuadre.study import Field, Label

LABELS = ("sun", "moon", "star")
ARTICLES = ("a", "b", "c", "d")


class Codes:
    """An encoder that puts a text where its first word and its number of letters say."""

    def __init__(self, places: dict[str, int]) -> None:
        self.places = places

    def embed(self, texts, /) -> np.ndarray:
        vectors = np.zeros((len(texts), 12), np.float32)
        for row, text in zip(vectors, texts, strict=True):
            row[self.places[text.split()[0]]] = 3
            row[6 + len(text) % 6] = 1
        return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)


# The words of the articles lie apart from the seed phrases of their label, nearer to another's.
ENCODER = Codes(
    {"sun": 0, "moon": 1, "star": 2, "dawn": 3, "tide": 4, "spark": 5, "What": 6, "None": 7}
)
WORD = {"sun": "dawn", "moon": "tide", "star": "spark"}
FIELD = Field(
    name="frame",
    question="?",
    applies_when="Always.",
    labels=(
        *(Label(id=i, label=i, definition=f"What is {i}", seeds=(f"{i} shines",)) for i in LABELS),
        Label(id=NONE, label=NONE, definition="None of these"),
    ),
)


def make_sentences(each: int = 24) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Sentences whose word gives their label away, once somebody has coded some."""
    rng = np.random.default_rng(4)
    rows, codes = [], []
    for article in ARTICLES:
        for i in range(each):
            label = str(rng.choice(LABELS))
            text = f"{WORD[label]} {'x' * int(rng.integers(1, 9))}"
            rows.append((f"{article}-{i:03d}", article, i, text, "body"))
            codes.append((f"{article}-{i:03d}", "ana", "frame", label, "1"))
    names = ["sentence_id", "article_id", "position", "text", "segment"]
    columns = ["sentence_id", "coder", "field", "label", "codebook_version"]
    codings = pd.DataFrame(codes, columns=pd.Index(columns))
    return pd.DataFrame(rows, columns=pd.Index(names)), codings


def learn(sentences: pd.DataFrame, codings: pd.DataFrame) -> pd.DataFrame:
    first = score_sentences(sentences, field=FIELD, encoder=ENCODER, floor=0.0)
    second = learn_scores(first, sentences, codings, field=FIELD, encoder=ENCODER)
    check_table(list_frames(second), "frames")
    return check_table(compare_classifiers(second, first), "classified")


def share_right(table: pd.DataFrame, codings: pd.DataFrame, column: str = "label") -> float:
    said = table.set_index("sentence_id")[column]
    known = codings.set_index("sentence_id")["label"]
    return float((said.reindex(known.index) == known).mean())


@pytest.fixture(scope="module")
def planted() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    sentences, codings = make_sentences()
    return sentences, codings, learn(sentences, codings)


def test_a_planted_coding_is_learnt_where_the_seed_phrases_miss_it(planted):
    _, codings, table = planted
    assert share_right(table, codings, "zero_shot") < 0.5
    assert share_right(table, codings) > 0.95
    assert set(table["method"]) == {LEARNED}
    assert (table["trained_on"] == 72).all()  # three articles of 24 sentences, never four


def test_shuffled_codings_teach_nothing(planted):
    sentences, codings, _ = planted
    lot = np.random.default_rng(7).permutation(codings["label"])
    table = learn(sentences, codings.assign(label=lot))
    right = share_right(table, codings.assign(label=lot))
    assert right < 0.5  # three labels: a third by chance
    sure = table["probability"].mean()
    assert sure == pytest.approx(right, abs=0.15)  # and it says that it is no surer than that


def test_an_article_is_labelled_the_same_whatever_its_own_coding_says(planted):
    sentences, codings, table = planted
    own = codings["sentence_id"].str.startswith("b")
    turned = codings.assign(label=codings["label"].mask(own, "star"))
    again = learn(sentences, turned)
    apart = table["sentence_id"].str.startswith("b")
    pd.testing.assert_frame_equal(table[apart], again[apart])
    assert not table[~apart].equals(again[~apart])


def test_what_is_not_coded_is_taught_like_the_rest_of_its_article(planted):
    sentences, codings, _ = planted
    some = codings[~codings["sentence_id"].str.startswith("d")]
    some = some[some["sentence_id"] != "a-000"]
    table = learn(sentences, some).set_index("sentence_id")
    assert (
        table.loc["d-000", "trained_on"] == 71
    )  # nothing of d is coded: all that is coded teaches
    assert table.loc[["a-000", "a-001"], "trained_on"].tolist() == [48, 48]
    assert share_right(table.reset_index(), codings) > 0.95


def test_the_order_of_rows_does_not_matter(planted):
    sentences, codings, table = planted
    mixed = sentences.sample(frac=1, random_state=1)
    again = learn(mixed, codings.sample(frac=1, random_state=2))
    assert again["sentence_id"].tolist() == mixed["sentence_id"].tolist()
    key = table.sort_values("sentence_id").reset_index(drop=True)
    pd.testing.assert_frame_equal(again.sort_values("sentence_id").reset_index(drop=True), key)


@pytest.mark.parametrize(
    "kept", ["nothing", "two articles", "few sentences", "one label", "another field"]
)
def test_where_too_little_is_coded_zero_shot_stays_as_it_was(planted, kept: str):
    sentences, codings, _ = planted
    if kept == "nothing":
        codings = codings.head(0)
    elif kept == "two articles":
        codings = codings[codings["sentence_id"].str[0].isin(["a", "b"])]
    elif kept == "few sentences":
        codings = codings.sample(FEWEST_SENTENCES - 1, random_state=1)
    elif kept == "one label":
        codings = codings.assign(label="sun")
    else:
        codings = codings.assign(field="function")
    first = score_sentences(sentences, field=FIELD, encoder=ENCODER, floor=0.2)
    second = learn_scores(first, sentences, codings, field=FIELD, encoder=ENCODER)
    pd.testing.assert_frame_equal(list_frames(second), list_frames(first))
    pd.testing.assert_frame_equal(pick_functions(second), pick_functions(first))
    table = compare_classifiers(second, first)
    assert set(table["method"]) == {ZERO_SHOT} and table["probability"].isna().all()
    assert (table["label"] == table["zero_shot"]).all() and (table["trained_on"] == 0).all()


def test_where_learning_does_not_help_the_seed_phrases_decide():
    sentences, codings = make_sentences()
    plain = {v: k for k, v in WORD.items()}
    words = sentences["text"].str.split(n=1)
    sentences["text"] = [f"{plain[w[0]]} {w[1]}" for w in words]  # zero-shot is always right
    table = learn(sentences, codings)
    assert set(table["method"]) == {ZERO_SHOT} and (table["trained_on"] == 72).all()
    assert share_right(table, codings) == 1
    assert table["probability"].between(0.9, 1).all()


def test_what_is_coded_without_seed_phrases_can_be_learnt():
    sentences, codings = make_sentences()
    codings["label"] = codings["label"].replace("sun", NONE)
    labels = tuple(i for i in FIELD.labels if i.id != "sun")
    field = FIELD.model_copy(update={"labels": labels})
    first = score_sentences(sentences, field=field, encoder=ENCODER)
    second = learn_scores(first, sentences, codings, field=field, encoder=ENCODER)
    assert first.labels == ["moon", "star"] and second.labels == ["moon", "star", NONE]
    assert second.values.sum(axis=1) == pytest.approx(1)
    assert share_right(compare_classifiers(second, first), codings) > 0.95


def test_a_codebook_without_none_learns_beside_the_floor():
    sentences, codings = make_sentences()
    named = tuple(label for label in FIELD.labels if label.id != NONE)
    field = FIELD.model_copy(update={"labels": named})
    zero_shot = score_sentences(sentences, field=field, encoder=ENCODER, floor=0.1)
    learned = learn_scores(zero_shot, sentences, codings, field=field, encoder=ENCODER)
    assert set(zero_shot.labels) == {*learned.labels, NONE} and NONE not in learned.labels
    assert share_right(compare_classifiers(learned, zero_shot), codings) > 0.95


def test_articles_stay_whole_and_folds_are_of_like_size():
    folds = split_articles(["long"] * 9 + ["b"] * 3 + ["c"] * 3 + ["d"] * 3, most=2)
    assert folds["b"] == folds["c"] == folds["d"] != folds["long"]
    assert len(set(split_articles(list("abcde")).values())) == 5
    assert set(split_articles([str(i) for i in range(40)]).values()) == set(range(5))


def test_enough_is_three_articles_fifty_sentences_and_two_labels():
    articles, coded = np.array(list("abc") * 17), np.array([0, 1, 0] * 17)
    assert can_learn(coded, articles)
    assert not can_learn(np.where(articles == "c", -1, coded), articles)
    assert not can_learn(coded * 0, articles) and not can_learn(coded[:48], articles[:48])


def test_the_context_is_half_the_mean_of_the_neighbours():
    vectors = np.array([[2.0], [4.0], [8.0], [1.0]])
    placed = add_context(vectors, np.array(["a", "a", "a", "b"]))
    assert placed.tolist() == [[2, 2], [4, 2.5], [8, 2], [1, 0]]
