"""Frames and functions: cosines by hand, the floor, boilerplate, codebooks without seeds."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from encuadre.errors import EncuadreError
from encuadre.frames import NONE, list_frames, pick_functions, score_seeds, score_sentences
from encuadre.schemas import check_table
from encuadre.study import Field, Label


class Compass:
    """An encoder whose texts are angles in degrees."""

    def embed(self, texts, /) -> np.ndarray:
        angles = np.radians([float(text) for text in texts])
        return np.column_stack([np.cos(angles), np.sin(angles)]).astype(np.float32)


def make_field(seeds: dict[str, tuple[str, ...]]) -> Field:
    labels = tuple(Label(id=k, label=k, definition=k, seeds=v) for k, v in seeds.items())
    return Field(name="frame", question="?", applies_when="Always.", labels=labels)


def make_sentences(texts: list[str], segments: list[str] | None = None) -> pd.DataFrame:
    ids = [f"a-{i:03d}" for i in range(len(texts))]
    table = pd.DataFrame({"sentence_id": ids, "text": pd.Series(texts, dtype=object)})
    return table.assign(segment=segments or "body")


def measure_frames(
    sentences: pd.DataFrame, *, field: Field, floor: float | None = 0.3
) -> pd.DataFrame:
    return list_frames(score_sentences(sentences, field=field, encoder=Compass(), floor=floor))


def measure_functions(sentences: pd.DataFrame, *, field: Field) -> pd.DataFrame:
    return pick_functions(score_sentences(sentences, field=field, encoder=Compass()))


FIELD = make_field({"east": ("0", "20"), "north": ("90",), NONE: ()})


def test_scores_are_the_cosine_of_the_nearest_seed():
    scores, labels = score_seeds(Compass().embed(["30", "90"]), field=FIELD, encoder=Compass())
    assert labels == ["east", "north"]
    degrees = np.array([[10, 60], [70, 0]])
    assert scores == pytest.approx(np.cos(np.radians(degrees)), abs=1e-6)


def test_one_primary_frame_and_none_below_the_floor():
    table = measure_frames(make_sentences(["10", "80", "200"]), field=FIELD, floor=0.5)
    check_table(table, "frames")
    assert table.loc[table["primary"], "frame"].tolist() == ["east", "north", NONE]
    assert (table[table["frame"] == NONE]["score"] == 0.5).all()
    assert len(table) == 9


def test_a_higher_floor_only_moves_sentences_to_none():
    sentences = make_sentences([str(a) for a in range(0, 360, 20)])
    low, high = (
        measure_frames(sentences, field=FIELD, floor=f).query("primary")["frame"]
        for f in (0.2, 0.9)
    )
    moved = low.to_numpy() != high.to_numpy()
    assert moved.any() and (high.to_numpy()[moved] == NONE).all()


def test_a_none_with_seeds_is_scored_like_a_frame():
    field = make_field({"east": ("0",), NONE: ("180",)})
    table = measure_frames(make_sentences(["170"]), field=field, floor=0.99)
    assert table.loc[table["primary"], "frame"].tolist() == [NONE]
    assert table["score"].max() == pytest.approx(np.cos(np.radians(10)), abs=1e-6)


def test_boilerplate_takes_no_part_and_order_does_not_matter():
    sentences = make_sentences(["0", "90", "5"], ["body", "boilerplate", "headline"])
    frames = measure_frames(sentences, field=FIELD)
    functions = measure_functions(sentences, field=FIELD)
    assert set(frames["sentence_id"]) == set(functions["sentence_id"]) == {"a-000", "a-002"}
    turned = measure_functions(sentences[::-1], field=FIELD)
    pd.testing.assert_frame_equal(turned[::-1].reset_index(drop=True), functions)


def test_functions_take_the_best_label_with_its_score():
    table = measure_functions(make_sentences(["60", "0"]), field=FIELD)
    check_table(table, "functions")
    assert table["function"].tolist() == ["north", "east"]
    assert table["score"].tolist() == pytest.approx([np.cos(np.radians(30)), 1], abs=1e-6)


def test_no_sentences_give_empty_tables():
    empty = make_sentences([])
    frames = measure_frames(empty, field=FIELD)
    functions = measure_functions(empty, field=FIELD)
    assert len(check_table(frames, "frames")) == 0
    assert len(check_table(functions, "functions")) == 0


def test_a_field_without_seeds_is_refused_with_its_name():
    with pytest.raises(EncuadreError, match=r"'frame'.*seeds.*codebook\.yml"):
        measure_frames(make_sentences(["0"]), field=make_field({NONE: ()}))
