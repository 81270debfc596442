"""Kept results: the same as the model's own, read again from disk, and never another model's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from encuadre.build.results import keep_results
from encuadre.encoders import load_encoder
from encuadre.stance_models import load_stance_model

TEXTS = ["Ruiz praised the ministry.", "Critics attacked the ministry.", "\ud800"]
SPANS = [(17, 25), (21, 29), (0, 1)]


@dataclass
class Counting:
    """A model that says how often it was asked."""

    name: str = "counting"
    identity: str = "1"
    dimensions: int = 2
    asked: list[str] = field(default_factory=list)

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        self.asked += texts
        rows = [[len(text), len(self.identity)] for text in texts]
        return np.array(rows, dtype=np.float32).reshape(-1, 2)

    def score_words(self, text: str) -> tuple[np.ndarray, list[tuple[int, int]]]:
        self.asked.append(text)
        spans = [(n, n + 1) for n, _ in enumerate(text)]
        return np.array([[n / 3, 0.5] for n, _ in spans]).reshape(-1, 2), spans


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    return tmp_path / "tables"


def test_only_new_texts_are_read(tables: Path):
    model = Counting()
    assert keep_results(model, tables=tables).embed(["a", "bb", "a"]).tolist() == [
        [1, 1],
        [2, 1],
        [1, 1],
    ]
    assert sorted(model.asked) == ["a", "bb"]
    assert keep_results(model, tables=tables).embed(["ccc", "bb"]).tolist() == [[3, 1], [2, 1]]
    assert sorted(model.asked) == ["a", "bb", "ccc"]
    assert keep_results(model, tables=tables).embed([]).shape == (0, 2)


def test_another_model_of_the_same_name_reads_for_itself(tables: Path):
    assert keep_results(Counting(), tables=tables).embed(["a"]).tolist() == [[1, 1]]
    other = Counting(identity="22")
    assert keep_results(other, tables=tables).embed(["a"]).tolist() == [[1, 2]]
    first = Counting()
    keep_results(first, tables=tables).embed(["a"])
    assert first.asked == ["a"]  # what another maker left was dropped


def test_scores_of_words_come_back_whole(tables: Path):
    for text in ("abc", ""):
        fresh = keep_results(Counting(), tables=tables).score_words(text)
        model = Counting()
        scores, spans = keep_results(model, tables=tables).score_words(text)
        assert not model.asked
        assert np.array_equal(scores, fresh[0])
        assert spans == fresh[1] == Counting().score_words(text)[1]


def test_shipped_models_give_the_same_kept_and_not(tables: Path):
    stance, encoder = load_stance_model("small"), load_encoder()
    for _ in range(2):
        kept = keep_results(stance, tables=tables)
        assert np.array_equal(kept.predict(TEXTS, SPANS), stance.predict(TEXTS, SPANS))
        assert kept.name == stance.name
        assert np.array_equal(
            keep_results(encoder, tables=tables).embed(TEXTS), encoder.embed(TEXTS)
        )
    moved = kept.predict(TEXTS[:1], [(0, 4)])
    assert np.array_equal(moved, stance.predict(TEXTS[:1], [(0, 4)]))


@pytest.mark.parametrize("content", [b"nothing", b"SQLite format 3\x00" + bytes(200)])
def test_a_broken_file_is_begun_anew(tables: Path, content: bytes):
    path = tables.parent / "cache" / "results.sqlite3"
    path.parent.mkdir()
    path.write_bytes(content)
    model = Counting()
    for _ in range(2):
        assert keep_results(model, tables=tables).embed(["a"]).tolist() == [[1, 1]]
    assert model.asked == ["a"]


def test_what_fails_is_not_kept(tables: Path):
    model = Counting()

    def fail(texts: Sequence[str]) -> np.ndarray:
        raise RuntimeError("no memory")

    model.embed = fail  # type: ignore[method-assign]
    with pytest.raises(RuntimeError):
        keep_results(model, tables=tables).embed(["a"])
    assert keep_results(Counting(), tables=tables).embed(["a"]).tolist() == [[1, 1]]
