"""The stances table, hand-computed with a model that reads its answer from the text."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest

from encuadre.errors import EncuadreError
from encuadre.schemas import check_table
from encuadre.stance import COLUMNS, measure_stance
from encuadre.stance_models import load_stance_model

ANSWERS = {"bad": (0.8, 0.15, 0.05), "plain": (0.1, 0.8, 0.1), "good": (0.1, 0.2, 0.7)}


class FakeModel:
    """Answers by the marked word; remembers what it was asked."""

    name = "fake"

    def __init__(self) -> None:
        self.marked: list[str] = []

    def predict(self, texts: Sequence[str], spans: Sequence[tuple[int, int]]) -> np.ndarray:
        self.marked = [text[start:end] for text, (start, end) in zip(texts, spans, strict=True)]
        return np.array([ANSWERS[word] for word in self.marked], dtype=np.float32).reshape(-1, 3)


RAW = "good and bad. plain again. So bad, so good, so bad."
SENTENCES = pd.DataFrame(
    {
        "sentence_id": ["a-001", "a-002", "a-003"],
        "start": [0, 14, 27],
        "end": [13, 26, 51],
        "text": [RAW[0:13], RAW[14:26], RAW[27:51]],
    }
)


def make_mentions(*rows: tuple[str, str, int, int]) -> pd.DataFrame:
    mentions = pd.DataFrame(rows, columns=["sentence_id", "target", "start", "end"])
    mentions["surface"] = [RAW[row[2] : row[3]] for row in rows]
    mentions["resolved_from"] = ""
    return mentions


MENTIONS = make_mentions(
    ("a-003", "us", 30, 33),
    ("a-003", "mexico", 38, 42),
    ("a-001", "us", 9, 12),
    ("a-001", "mexico", 0, 4),
    ("a-003", "us", 47, 50),
    ("a-003", "mexico", 30, 33),
    ("a-002", "mexico", 14, 19),
)


def test_rows_are_the_hand_computed_ones():
    stances = measure_stance(SENTENCES, MENTIONS, model=FakeModel())
    assert list(stances.columns) == COLUMNS
    assert stances[["sentence_id", "target", "label"]].to_numpy().tolist() == [
        ["a-001", "mexico", 1],
        ["a-001", "us", -1],
        ["a-002", "mexico", 0],
        ["a-003", "mexico", -1],
        ["a-003", "us", -1],
    ]
    mixed = stances.set_index(["sentence_id", "target"]).loc[("a-003", "mexico")]
    assert mixed["p_unfavourable"] == pytest.approx(0.45)
    assert mixed["p_neutral"] == pytest.approx(0.175)
    assert mixed["p_favourable"] == pytest.approx(0.375)
    assert set(stances["method"]) == {"fake"}


def test_file_offsets_become_sentence_offsets():
    model = FakeModel()
    measure_stance(SENTENCES, MENTIONS, model=model)
    assert model.marked == MENTIONS["surface"].tolist()


def test_table_fits_its_schema():
    check_table(measure_stance(SENTENCES, MENTIONS, model=FakeModel()), "stances")
    check_table(measure_stance(SENTENCES, MENTIONS[:0], model=FakeModel()), "stances")


def test_order_of_mentions_changes_nothing_and_inputs_stay_as_they_were():
    sentences, mentions = SENTENCES.copy(), MENTIONS.copy()
    stances = measure_stance(sentences, mentions, model=FakeModel())
    for seed in range(5):
        shuffled = mentions.sample(frac=1, random_state=seed)
        again = measure_stance(sentences, shuffled, model=FakeModel())
        pd.testing.assert_frame_equal(stances, again)
    pd.testing.assert_frame_equal(sentences, SENTENCES)
    pd.testing.assert_frame_equal(mentions, MENTIONS)


def test_no_mentions_no_rows():
    stances = measure_stance(SENTENCES, MENTIONS[:0], model=FakeModel())
    assert list(stances.columns) == COLUMNS
    assert len(stances) == 0


@pytest.mark.parametrize(
    ("sentence_id", "start", "end"), [("b-001", 0, 4), ("a-002", 0, 4), ("a-002", 20, 27)]
)
def test_mention_outside_its_sentence_is_refused(sentence_id: str, start: int, end: int):
    mentions = make_mentions((sentence_id, "us", start, end))
    with pytest.raises(EncuadreError, match=f"'us' at {start} to {end}.*{sentence_id}"):
        measure_stance(SENTENCES, mentions, model=FakeModel())


def test_shipped_model_tells_two_targets_in_one_sentence_apart():
    text = "Critics condemned Brown's disgraceful lies, and praised Green for her great courage."
    sentences = pd.DataFrame(
        {"sentence_id": ["c-001"], "start": [100], "end": [100 + len(text)], "text": [text]}
    )
    mentions = pd.DataFrame(
        {
            "sentence_id": "c-001",
            "target": ["brown", "green"],
            "start": [118, 156],
            "end": [123, 161],
        }
    )
    assert text[18:23] == "Brown"
    assert text[56:61] == "Green"
    stances = measure_stance(sentences, mentions, model=load_stance_model("small"))
    assert stances["label"].tolist() == [-1, 1]
