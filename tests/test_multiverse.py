"""Ways to count: the grid by hand, thresholds, what cannot be counted, shares and ranges by hand."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd
import pytest

from encuadre import multiverse
from encuadre import ways as ways_module
from encuadre.build.tables import recall_table, save_table
from encuadre.contrasts import Contrast, Group
from encuadre.multiverse import (
    COLUMNS,
    list_estimates,
    measure_stability,
    rank_choices,
    sum_up_stability,
)
from encuadre.ways import (
    CHOICES,
    Reading,
    list_readings,
    list_ways,
    measure_other_stances,
    move_floor,
    move_margin,
)

VOICE = Contrast("voice", "voice", {"outlet": 1.0}, Group(("A",)), Group(("B",)))
STANCE = Contrast(
    "stance", "stance_us", {"-1": -1.0, "0": 0.0, "1": 1.0}, Group(("A",)), Group(("B",))
)
FRAME = Contrast("frame", "frame", {"toll": 1.0}, Group(("A",)), Group(("B",)))
ARTICLES = pd.DataFrame({"article_id": ["a", "b"], "outlet": ["A", "B"], "integrity": "intact"})


def make_table(a: str, b: str, *, headlines: int = 0) -> pd.DataFrame:
    """Stances of the sentences of A and B, one character each (-, 0, +); first come headlines."""
    marks = {"-": "-1", "0": "0", "+": "1"}
    rows = [
        (f"{o}-{i:02d}", o, o.upper(), "outlet", marks[s], i // 2, 4, "headline" if i < headlines else "body")
        for o, text in (("a", a), ("b", b))
        for i, s in enumerate(text)
    ]  # fmt: skip
    columns = "sentence_id article_id outlet voice stance_us paragraph words segment"
    return pd.DataFrame(rows, columns=pd.Index(columns.split()))


def count(contrasts, tables, *, articles=ARTICLES, draws=100) -> pd.DataFrame:
    readings = [Reading(t, {"labels": name}) for name, t in tables.items()]
    return measure_stability(contrasts, readings, articles, own_voice="outlet", seed=1, draws=draws)


LOW, HIGH = make_table("-" * 20, "+" * 20), make_table("+" * 20, "-" * 20)


def test_the_grid_is_every_combination_once():
    table = make_table("-" * 20, "+" * 20, headlines=2)
    near = make_table("-" * 19 + "0", "+" * 20, headlines=2)
    stability = count([STANCE], {"reference": table, "coder_a": near})
    assert len(stability) == 2 * 2 * 3 * 2 * 2  # labels, headlines, unit, drawn, seed
    assert not stability.duplicated(["finding", *CHOICES]).any()
    assert list(stability.columns) == COLUMNS
    first = stability.iloc[0]
    assert (first["labels"], first["headlines"], first["unit"]) == ("reference", "with", "sentence")
    assert set(stability["margin"]) == set(stability["copies"]) == {""}


def test_a_choice_that_changes_nothing_is_left_out():
    stability = count([STANCE], {"reference": LOW})
    assert set(stability["headlines"]) == {""} and len(stability) == 3 * 2 * 2
    spun = ARTICLES.assign(integrity=["intact", "spun"])
    third = pd.concat([ARTICLES, spun.iloc[1:].assign(article_id="c", outlet="C")])
    assert set(count([STANCE], {"reference": LOW}, articles=third)["copies"]) == {""}
    assert set(count([STANCE], {"reference": LOW}, articles=spun)["copies"]) == {"with", "without"}


def test_shares_by_hand():
    weak = make_table("0" * 19 + "-", "0" * 20)
    stability = count([STANCE], {"reference": LOW, "coder_a": LOW, "coder_b": HIGH, "rough": weak})
    fares = sum_up_stability(stability, "stance")
    # Three labellings by three units, since coder_a agrees with the reference on every sentence:
    # eight ways beside the report's own. The three of coder_b turn; the three of `rough` keep the
    # direction, and their intervals span zero.
    assert (fares.ways, fares.uncounted, fares.altered) == (8, 0, False)
    assert fares.holds == pytest.approx(5 / 8)
    assert fares.clear == pytest.approx((12 - 1) / (3 * 12 - 1))
    assert math.isnan(fares.intact)


def test_a_way_holds_where_it_has_the_sign_of_the_report(monkeypatch):
    told = dict.fromkeys(("first", "second", "low", "high"), 0.0) | {"estimate": -0.2, "n": 20}
    monkeypatch.setattr(multiverse, "measure_contrast", lambda *a, **k: told)  # as corrected
    stability = count([STANCE], {"reference": LOW, "coder_b": HIGH})
    holds = stability.groupby("labels")["holds"].all()
    assert holds.to_dict() == {"reference": False, "coder_b": True}


def test_ways_without_the_altered_copy_cannot_be_counted():
    spun = ARTICLES.assign(integrity=["intact", "spun"])
    near = make_table("-" * 19 + "0", "+" * 20)
    stability = count([STANCE], {"reference": LOW, "coder_a": near}, articles=spun)
    fares = sum_up_stability(stability, "stance")
    assert fares.altered and math.isnan(fares.intact)
    assert (fares.ways, fares.uncounted) == (5, 6) and fares.holds == 1.0
    lost = stability[stability["copies"] == "without"]
    assert lost["estimate"].isna().all() and not lost["holds"].any() and set(lost["n"]) == {0}


def test_an_outlet_with_another_copy_is_counted_without_the_altered_one():
    table = make_table("-" * 20, "+" * 40)
    table.loc[table.index[-20:], "article_id"] = "b2"
    articles = pd.DataFrame(
        {"article_id": ["a", "b", "b2"], "outlet": ["A", "B", "B"], "integrity": ["intact", "intact", "spun"]}
    )  # fmt: skip
    fares = sum_up_stability(count([STANCE], {"reference": table}, articles=articles), "stance")
    assert (fares.ways, fares.uncounted, fares.intact) == (5, 0, 1.0)


def test_too_few_sentences_count_neither_for_nor_against():
    few = make_table("-" * 9, "+" * 20)
    fares = sum_up_stability(count([STANCE], {"reference": LOW, "coder_a": few}), "stance")
    assert (fares.ways, fares.uncounted, fares.holds) == (2, 3, 1.0)


def test_no_difference_in_the_report_is_kept_by_no_way():
    fares = sum_up_stability(
        count([STANCE], {"reference": make_table("-+" * 10, "-+" * 10), "coder_a": LOW}), "stance"
    )
    assert fares.holds == 0 and fares.clear == 0


def test_swapped_outlets_fare_the_same():
    tables = {"reference": LOW, "coder_a": make_table("-0" * 10, "0+" * 10), "coder_b": HIGH}
    names = {"a": "b", "b": "a", "A": "B", "B": "A"}
    turned = {
        k: t.replace({"article_id": names, "outlet": names}).sort_values("article_id")
        for k, t in tables.items()
    }
    straight, back = (sum_up_stability(count([STANCE], t), "stance") for t in (tables, turned))
    assert straight == back


def test_the_widest_range_of_means_comes_first():
    tables = {"reference": LOW, "coder_a": make_table("-" * 10 + "0" * 10, "+" * 20)}
    table = make_table("-" * 20, "+" * 20, headlines=2)
    ranked = rank_choices(count([STANCE], tables | {"coder_b": table}), "stance")
    top = ranked.iloc[0]
    assert top["choice"] == "labels" and top["range"] == pytest.approx(0.5)
    assert (top["low_option"], top["low"]) == ("coder_a", pytest.approx(1.5))
    assert top["high"] == pytest.approx(2.0)
    assert ranked["range"].is_monotonic_decreasing
    assert "copies" not in set(ranked["choice"])  # it has no two options


def test_one_row_a_way_with_every_interval_in_it():
    stability = count([STANCE], {"reference": LOW})
    stability.loc[1, "clear"] = False
    listed = list_estimates(stability, "stance")
    assert listed["unit"].tolist() == ["sentence", "paragraph", "word"]
    assert listed["clear"].tolist() == [False, True, True]


def test_no_contrast_and_no_labels_give_an_empty_table():
    assert count([], {"reference": LOW}).empty
    assert count([FRAME], {"reference": LOW}).empty
    fares = sum_up_stability(count([FRAME], {"reference": LOW}), "frame")
    assert (fares.ways, fares.uncounted) == (0, 0) and math.isnan(fares.holds)
    assert rank_choices(count([FRAME], {"reference": LOW}), "frame").empty


STANCES = pd.DataFrame(
    {
        "sentence_id": ["a-0", "a-1", "b-0", "b-1"],
        "target": "us",
        "label": [-1, 1, 0, 0],
        "p_unfavourable": [0.5, 0.2, 0.35, 0.1],
        "p_neutral": [0.4, 0.35, 0.45, 0.7],
        "p_favourable": [0.1, 0.45, 0.2, 0.2],
        "method": "small",
    }
)


@pytest.mark.parametrize(
    ("margin", "labels"),
    [(0.0, [-1, 1, 0, 0]), (0.09, [-1, 1, 0, 0]), (0.2, [0, 0, 0, 0]), (-0.2, [-1, 1, -1, 0])],
)
def test_margins_by_hand(margin, labels):
    before = STANCES.copy()
    assert move_margin(STANCES, margin=margin)["label"].tolist() == labels
    pd.testing.assert_frame_equal(STANCES, before)


def make_frames(none: list[float]) -> pd.DataFrame:
    rows = [
        (f"{s}-0", frame, score)
        for s, scores in zip("ab", ([0.35, 0.2], [0.1, 0.55]), strict=True)
        for frame, score in zip(
            ("toll", "deal", "none"), (*scores, none["ab".index(s)]), strict=True
        )
    ]
    table = pd.DataFrame(rows, columns=pd.Index(["sentence_id", "frame", "score"]))
    best = table.groupby("sentence_id")["score"].idxmax()
    return table.assign(primary=table.index.isin(best))


@pytest.mark.parametrize(
    ("by", "floor", "primary"),
    [
        (0.0, "0.3", ["toll", "deal"]),
        (0.1, "0.4", ["none", "deal"]),
        (-0.1, "0.2", ["toll", "deal"]),
    ],
)
def test_floors_by_hand(by, floor, primary):
    moved, said = move_floor(make_frames([0.3, 0.3]), by=by)
    assert said == floor and moved.loc[moved["primary"], "frame"].tolist() == primary


def test_frames_with_a_score_for_none_have_no_floor():
    table = make_frames([0.3, 0.6])
    moved, floor = move_floor(table, by=0.1)
    assert floor == "" and moved is table


def test_readings_name_their_labels_and_thresholds():
    sentences = pd.DataFrame(
        {"sentence_id": ["a-0", "a-1", "b-0", "b-1"], "article_id": ["a", "a", "b", "b"], "paragraph": 0,
         "segment": ["headline", "body", "body", "body"], "text": "Four words stand here."}
    )  # fmt: skip
    codings = pd.DataFrame(
        [(s, c, f, v, "1") for c in ("ana", "adjudicated", "zoe") for s in sentences["sentence_id"]
         for f, v in (("voice", "outlet"), ("stance_us", "1"))],
        columns=pd.Index(["sentence_id", "coder", "field", "label", "codebook_version"]),
    )  # fmt: skip
    raw = sentences[["sentence_id", "article_id"]].assign(
        outlet=["A", "A", "B", "B"], voice="outlet", stance_us="0"
    )
    coded = raw.assign(stance_us="1")
    readings = list_readings(
        {"raw": raw, "coded": coded}, sentences, ARTICLES, codings,
        stances=[STANCES, STANCES.assign(method="base")],
        frames={"learned": make_frames([0.3, 0.6]), "zero-shot": make_frames([0.3, 0.3])},
    )  # fmt: skip
    said = ["/".join(r.choices.values()) for r in readings]
    assert said == [
        "reference", "ana", "zoe", "program", "small/0", "small/-0.2", "small/0.2",
        "base/0", "base/-0.2", "base/0.2", "learned/", "zero-shot/0.3", "zero-shot/0.2", "zero-shot/0.4",
    ]  # fmt: skip
    assert set(readings[0].table["words"]) == {4}
    by_field = {
        c.field: {w.choices["labels"] for w in list_ways(c, readings, ARTICLES)}
        for c in (VOICE, STANCE, FRAME)
    }
    assert by_field == {
        "voice": {"reference", "ana", "zoe", "program"},
        "stance_us": {"reference", "ana", "zoe", "small", "base"},
        "frame": {"learned", "zero-shot"},
    }
    alone = list_readings({"raw": raw}, sentences, ARTICLES, codings.iloc[:0], stances=[STANCES])
    assert [r.choices["labels"] for r in alone] == ["program", "small", "small", "small"]
    single = codings[codings["coder"] == "ana"]
    one = list_readings({"raw": raw, "coded": coded}, sentences, ARTICLES, single)
    assert [r.choices["labels"] for r in one] == [
        "reference",
        "program",
    ]  # the coder is the reference


def test_every_stance_model_beside_the_known_one(monkeypatch):
    class Model:
        name = "base"

        def predict(self, texts, spans):
            return [[0.1, 0.2, 0.7] for _ in texts]

    monkeypatch.setattr(ways_module, "list_stance_models", lambda: ["base"])
    monkeypatch.setattr(ways_module, "load_stance_model", lambda name: Model())
    sentences = pd.DataFrame({"sentence_id": ["a-0"], "start": 0, "end": 9, "text": "It aids us."})
    mentions = pd.DataFrame({"sentence_id": ["a-0"], "target": "us", "start": 8, "end": 10})
    tables = measure_other_stances(sentences, mentions, known=STANCES)
    assert [set(t["method"]) for t in tables] == [{"small"}, {"base"}]
    assert tables[1]["label"].tolist() == [1]
    again = measure_other_stances(sentences, mentions, known=STANCES.assign(method="base"))
    assert len(again) == 1


def test_the_table_is_made_once_for_the_same_inputs(tmp_path: Path):
    made: list[int] = []

    def make() -> pd.DataFrame:
        made.append(1)
        return count([STANCE], {"reference": LOW})

    tables = tmp_path / "tables"
    first = recall_table(make, "stability", inputs=(LOW, "1"), tables=tables)
    again = recall_table(make, "stability", inputs=(LOW.copy(), "1"), tables=tables)
    assert len(made) == 1
    pd.testing.assert_frame_equal(first, again)
    other = LOW.assign(words=5)
    recall_table(make, "stability", inputs=(other, "1"), tables=tables)
    recall_table(make, "stability", inputs=(other, "2"), tables=tables)
    assert len(made) == 3 and len(list((tmp_path / "cache").iterdir())) == 1
    next((tmp_path / "cache").iterdir()).write_bytes(b"cut short")
    recall_table(make, "stability", inputs=(other, "2"), tables=tables)
    assert len(made) == 4
    save_table(first, "stability", tables=tables)
