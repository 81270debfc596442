"""Scores of models and simpler ways by hand; the obvious rules; calibration; confusions."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from encuadre.agreement import CONFUSIONS, MISSING, count_confusions
from encuadre.baselines import label_by_marks, label_by_praise, label_by_rule, label_by_seeds
from encuadre.schemas import check_table
from encuadre.scores import (
    COMMONEST,
    MODEL,
    RULE,
    ZERO_SHOT,
    gather_predictions,
    list_confidences,
    measure_calibration,
    measure_miscalibration,
    pick_overall,
    score_methods,
)
from encuadre.study import Field, Label

CLASSIFIED = ["sentence_id", "field", "label", "probability", "method", "trained_on", "zero_shot"]


def lay_out(frames: str, *, articles: str = "") -> pd.DataFrame:
    places = list(articles or "a" * len(frames))
    return pd.DataFrame(
        {
            "sentence_id": [f"s-{i:03d}" for i in range(len(frames))],
            "article_id": places,
            "outlet": [p.upper() for p in places],
            "frame": list(frames),
        }
    )


def gather(raw: str, coded: str, zero_shot: str = "") -> tuple[dict, pd.DataFrame]:
    labels = {"raw": lay_out(raw), "coded": lay_out(coded)}
    rows = [(f"s-{i:03d}", "frame", raw[i], 0.5, "learned", 9, v) for i, v in enumerate(zero_shot)]
    classified = pd.DataFrame(rows, columns=pd.Index(CLASSIFIED))
    ruled = labels["raw"].assign(frame="y")
    found = gather_predictions(labels, classified, ruled, fields=["frame", "function"])
    return found, labels["coded"]


def test_every_way_is_scored_by_hand():
    scores = score_methods(*gather("xxyyy", "xxxxy", "xxxxx"))
    check_table(scores, "scores")
    row = pick_overall(scores).iloc[0]
    assert row["field"] == "frame" and row["n"] == 5 and row["accuracy"] == pytest.approx(3 / 5)
    assert row[MODEL] == pytest.approx((2 * 2 / 6 + 2 * 1 / 4) / 2)
    assert row[COMMONEST] == row[ZERO_SHOT] == pytest.approx((2 * 4 / 9 + 0) / 2)
    assert row[RULE] == pytest.approx((0 + 2 * 1 / 6) / 2)
    recall = scores[(scores["method"] == MODEL) & (scores["category"] == "x")]["recall"]
    assert recall.tolist() == [0.5, 0.5]  # over all articles, and in the one there is


def test_where_nothing_was_learnt_zero_shot_is_the_model_and_has_no_column_of_its_own():
    overall = pick_overall(score_methods(*gather("xy", "xy")))
    assert overall[MODEL].tolist() == [1] and overall[ZERO_SHOT].isna().all()


def test_articles_are_scored_apart():
    raw, coded = lay_out("xyxy", articles="aabb"), lay_out("xyyx", articles="aabb")
    scores = score_methods({MODEL: raw[["sentence_id", "frame"]]}, coded)
    whole = scores[scores["category"] == "all"].set_index("article_id")
    assert whole["accuracy"].to_dict() == {"": 0.5, "a": 1, "b": 0}
    assert whole.loc["a", "f1"] == 1 and whole.loc["b", "f1"] == 0


def test_no_predictions_give_an_empty_table():
    scores = score_methods({}, lay_out("xy"))
    assert check_table(scores, "scores").empty and pick_overall(scores).empty
    assert check_table(measure_calibration(pd.DataFrame()), "calibration").empty


def test_seed_words_decide_and_the_first_label_wins_a_tie():
    labels = (
        Label(id="air", label="air", definition="d", seeds=("the air is clean", "fumes")),
        Label(id="trade", label="trade", definition="d", seeds=("cargo and income",)),
        Label(id="none", label="none", definition="d"),
    )
    field = Field(name="frame", question="?", applies_when="!", labels=labels)
    texts = ["Income from CARGO, and fumes.", "Fumes! Cargo!", "The and is.", ""]
    assert label_by_seeds(texts, field=field) == ["trade", "air", "none", "none"]
    bare = field.model_copy(update={"labels": labels[:2]})
    assert label_by_seeds(["nothing"], field=bare) == ["air"]


def test_words_of_praise_and_blame_decide_stance():
    texts = ["A great success.", "They failed, and lied; a good try.", "The law was read.", ""]
    assert label_by_praise(texts) == ["1", "-1", "0", "0"]


def test_marks_and_verbs_of_saying_decide_the_voice(harbour_study):
    own, groups = harbour_study.own_voice, harbour_study.voices[1:]
    group = next(v for v in groups if any(c != "*" and "." not in c for c in v.cues))
    cue = max((c for c in group.cues if "." not in c), key=len)
    texts = [f"The {cue} said so.", f"The {cue} moved.", "“It is over now,” one heard."]
    labels = label_by_marks(texts, study=harbour_study)
    assert labels[0] == group.id and labels[1] == own and labels[2] != own


def test_the_rule_for_stance_asks_only_where_the_model_sees_the_target(harbour_study):
    raw = pd.DataFrame({"sentence_id": ["a", "b"], "voice": "x", "stance_us": ["0", ""]})
    sentences = pd.DataFrame(
        {"sentence_id": ["b", "a"], "text": ["A great success.", "A failure."]}
    )
    table = label_by_rule(raw, sentences, study=harbour_study)
    assert table["stance_us"].tolist() == ["-1", ""]
    assert raw["stance_us"].tolist() == ["0", ""]


def make_confidences(pairs: list[tuple[float, bool]]) -> pd.DataFrame:
    table = pd.DataFrame(pairs, columns=pd.Index(["confidence", "right"]))
    return table.assign(field="frame", sentence_id=[f"s-{i}" for i in range(len(table))])


def test_calibration_by_hand():
    table = measure_calibration(
        make_confidences([(0.55, True), (0.55, False), (0.95, True), (1.0, True)])
    )
    check_table(table, "calibration")
    assert table["bin"].tolist() == [5, 9] and table["n"].tolist() == [2, 2]
    assert table["accuracy"].tolist() == [0.5, 1]
    off = measure_miscalibration(table)
    assert off["frame"] == pytest.approx((0.05 * 2 + 0.025 * 2) / 4)


def test_what_is_right_as_often_as_it_is_sure_is_well_calibrated():
    rng = np.random.default_rng(5)
    sure = rng.uniform(0.2, 1, 20000)
    fair = measure_calibration(
        make_confidences(list(zip(sure, rng.random(20000) < sure, strict=True)))
    )
    brash = measure_calibration(
        make_confidences(list(zip(sure, rng.random(20000) < 0.3, strict=True)))
    )
    assert measure_miscalibration(fair)["frame"] < 0.02
    assert measure_miscalibration(brash)["frame"] == pytest.approx(0.31, abs=0.03)


def test_confidence_is_that_of_the_label_given():
    coded = lay_out("x").assign(voice="outlet", stance_us="-1", stance_mx="")
    voices = pd.DataFrame({"sentence_id": ["s-000"], "voice": ["outlet"], "confidence": [0.9]})
    stances = pd.DataFrame(
        {"sentence_id": "s-000", "target": ["us", "mx"], "label": [-1, 0], "p_unfavourable": 0.6,
         "p_neutral": 0.3, "p_favourable": 0.1}
    )  # fmt: skip
    rows = [("s-000", "frame", "y", 0.7, "learned", 9, "y"), ("s-001", "frame", "y", 0.7, "learned", 9, "y")]  # fmt: skip
    table = list_confidences(
        {"coded": coded},
        voices=voices,
        stances=stances,
        classified=pd.DataFrame(rows, columns=pd.Index(CLASSIFIED)),
    ).set_index("field")
    assert table["confidence"].to_dict() == {"voice": 0.9, "stance_us": 0.6, "frame": 0.7}
    assert table["right"].to_dict() == {"voice": True, "stance_us": True, "frame": False}


def test_confusions_are_counted_with_a_telling_example():
    texts = ["one", "a b c d e f g", "a b c d e f", "two words", ""]
    sentences = pd.DataFrame({"sentence_id": [f"s-{i:03d}" for i in range(5)], "text": texts})
    first, second = (lay_out(v).replace({"frame": {"_": ""}}) for v in ("xxx_y", "yyyxy"))
    table = count_confusions(first, second, sentences, names=("one", "two"), fields=["frame", "no"])
    check_table(table, "confusions")
    rows = table.set_index(["label_a", "label_b"])
    assert rows["n"].to_dict() == {(MISSING, "x"): 1, ("x", "y"): 3, ("y", "y"): 1}
    assert rows.loc[("x", "y"), "example"] == "s-002"  # the shortest of six words or more
    assert rows["n"].sum() == 5
    turned = count_confusions(
        second, first, sentences, names=("two", "one"), fields=["frame"]
    ).set_index(["label_b", "label_a"])
    assert turned["n"].to_dict() == rows["n"].to_dict()


def test_nothing_shared_gives_no_confusions():
    sentences = pd.DataFrame({"sentence_id": [], "text": pd.Series([], dtype=object)})
    table = count_confusions(
        lay_out("x").head(0), lay_out("y"), sentences, names=("a", "b"), fields=["frame"]
    )
    assert check_table(table, "confusions").empty and list(table.columns) == CONFUSIONS
