"""Stance in words: groups told apart, critics and defenders, turns over the course of a text."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from encuadre import standing
from encuadre.figures.stance import compare_voices
from encuadre.study import Study

ARTICLES = pd.DataFrame({"article_id": ["a", "b"], "outlet": ["A", "B"]})


def make_told(*rows: tuple[str, float, float, float]) -> pd.DataFrame:
    columns = ["outlet", "estimate", "low", "high"]
    return pd.DataFrame(rows, columns=pd.Index(columns)).set_index("outlet")


def test_groups_end_where_all_intervals_before_lie_below_all_after():
    told = make_told(("A", -0.9, -1, -0.8), ("B", -0.8, -0.9, -0.6), ("C", -0.2, -0.5, 0.1))
    assert standing.group_outlets(told) == [["A", "B"], ["C"]]
    told.loc["A", "high"] = -0.4  # now it reaches into C's
    assert standing.group_outlets(told) == [["A", "B", "C"]]
    assert standing.group_outlets(told.head(0)) == [[]]


def make_speakers(*rows: tuple[str, str, str, str]) -> pd.DataFrame:
    """Rows of outlet, voice, speaker, stance toward the mayor."""
    table = [(f"s-{k:02d}", *row) for k, row in enumerate(rows)]
    columns = ["sentence_id", "outlet", "voice", "speaker", "stance_mayor"]
    return pd.DataFrame(table, columns=pd.Index(columns))


def test_a_gap_between_voices_must_exceed_its_interval_widened_for_their_number():
    mine = pd.Series({"estimate": 0.0, "low": -0.1, "high": 0.1, "n": 20, "strength": "firm"})
    theirs = pd.Series({"estimate": 0.15, "low": 0.05, "high": 0.25, "n": 20, "strength": "firm"})
    assert compare_voices({"A": mine}, {"A": theirs}) == {"A": "more"}  # 0.15 > 0.141
    both = compare_voices({"A": mine, "B": mine}, {"A": theirs, "B": theirs})
    assert both == {"A": "cannot_tell", "B": "cannot_tell"}  # 0.15 < 0.141 * 2.241 / 1.960
    few = theirs.copy()
    few["n"] = 9
    assert compare_voices({"A": mine, "B": mine}, {"A": theirs, "B": few}) == {"A": "more"}


@pytest.mark.parametrize(("own", "quoted", "drawn"), [(10, 0, True), (9, 9, False), (3, 12, True)])
def test_means_of_too_few_sentences_make_no_figure(own: int, quoted: int, drawn: bool):
    rows = [("own", own), ("quoted", quoted), ("all", own + quoted)]
    table = pd.DataFrame(rows, columns=pd.Index(["voice", "n"])).assign(
        measure="stance", target="mayor", category="mean", article_id=""
    )
    assert standing.has_means(table, target_id="mayor") == drawn
    assert not standing.has_means(table, target_id="council")


SPEAKERS = make_speakers(
    *[("A", "outlet", "", "-1")] * 4, ("A", "resident", "Quill", "-1"), ("A", "outlet", "", "0"),
    *[("B", "resident", "Quill", "-1")] * 3, ("B", "expert", "", "-1"),
    ("B", "city_government", "Valdrane", "1"), ("B", "city_government", "Valdrane", "1"),
)  # fmt: skip


def test_critics_and_defenders_are_counted_by_speaker(harbour_study: Study):
    sides = standing.find_sides(SPEAKERS, target="mayor", study=harbour_study)
    counted = {(r.outlet, r.side, r.speaker): len(r.ids) for r in sides.itertuples()}
    assert counted == {
        ("A", "-1", ""): 4, ("A", "-1", "Quill"): 1, ("B", "-1", "Quill"): 3,
        ("B", "-1", "experts"): 1, ("B", "1", "Valdrane"): 2,
    }  # fmt: skip
    assert sides["ids"].str.len().sum() == SPEAKERS["stance_mayor"].isin(["-1", "1"]).sum()
    table = standing.tabulate_sides(sides, ARTICLES).set_index("Outlet")
    assert table.loc["A", "Criticised by"].startswith("the outlet itself [4](#sentences?ids=s-00,")
    assert table.loc["A", "Defended by"] == "nobody"
    assert table.loc["B", "Defended by"] == "Valdrane [2](#sentences?ids=s-10,s-11)"
    few = standing.tabulate_sides(sides, ARTICLES, most=1).set_index("Outlet")
    assert few.loc["B", "Criticised by"].endswith("others [1](#sentences?ids=s-09)")


def test_who_criticises_itself_and_who_leaves_it_to_others(harbour_study: Study):
    speakers = make_speakers(
        *[("A", "outlet", "", "-1")] * 8, *[("A", "resident", "Quill", "-1")] * 2,
        *[("B", "resident", "Quill", "-1")] * 9, ("B", "expert", "", "-1"),
        *[("B", "city_government", "Valdrane", "1")] * 2,
    )  # fmt: skip
    mayor = harbour_study.targets[0]
    sides = standing.find_sides(speakers, target="mayor", study=harbour_study)
    critics, friends = standing.describe_sides(sides, ARTICLES, target=mayor)
    plain = re.sub(r"\(#[^)]*\)", "", critics)
    assert plain.startswith("A ([eight of ten]) criticises the mayor")
    assert "B ([none of ten]; most are from Quill) leaves criticism of it to others" in plain
    assert plain.endswith(
        ". The brackets say how many of an outlet’s critical sentences are in its own voice."
    )
    assert "in B it is Valdrane ([two sentences](#sentences?ids=s-20,s-21))" in friends
    assert friends.endswith("In A no sentence speaks for it.")
    few = standing.find_sides(SPEAKERS, target="mayor", study=harbour_study)
    critics, _ = standing.describe_sides(few, ARTICLES, target=mayor)
    plain = re.sub(r"\(#[^)]*\)", "", critics)
    assert plain.startswith("No article has ten sentences that criticise the mayor and her city")
    assert plain.endswith("Too few critical sentences to tell: A ([5]) and B ([4]).")
    nothing = standing.find_sides(SPEAKERS, target="port", study=harbour_study)
    assert standing.describe_sides(nothing, ARTICLES, target=harbour_study.targets[1]) == [
        "No sentence takes a side on the port."
    ]


def make_course(stances: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Labels and sentences of one article; -, 0 and + in the order of the text."""
    ids = [f"s-{k:03d}" for k in range(len(stances))]
    sentences = pd.DataFrame(
        {"sentence_id": ids, "article_id": "a", "position": range(len(ids)), "segment": "body"}
    )
    values = [{"-": "-1", "0": "0", "+": "1", ".": ""}[s] for s in stances]
    labels = sentences[["sentence_id", "article_id"]].assign(outlet="A", stance_mayor=values)
    return labels, sentences


def test_the_course_is_cut_into_thirds_of_the_text_by_hand():
    labels, sentences = make_course("--.." + "00.+" + "++++")
    course = standing.measure_course(labels, sentences, field="stance_mayor", seed=1, draws=50)
    rows = course.set_index("third")
    assert rows["n"].tolist() == [2, 3, 4] and rows.index.tolist() == list(standing.THIRDS)
    assert np.allclose(rows["estimate"], [-1, 1 / 3, 1])
    backwards = standing.measure_course(
        labels, sentences.iloc[::-1], field="stance_mayor", seed=1, draws=50
    )
    pd.testing.assert_frame_equal(course, backwards)
    assert standing.measure_course(labels, sentences, field="stance_port", seed=1).empty


def test_a_turn_is_told_only_where_chance_is_unlikely(harbour_study: Study):
    mayor = harbour_study.targets[0]
    labels, sentences = make_course("+" * 20 + "0" * 20 + "-" * 20)
    said = standing.describe_course(labels, sentences, target=mayor, seed=1, draws=500)
    assert said.startswith("A grows harder on the mayor and her city from its start ([+1.00]")
    assert "to its end ([−1.00](#sentences?ids=s-040," in said
    assert "), with [0.00](#sentences?ids=s-020," in said
    assert said.endswith(
        " in its middle; the changes from start to middle, from start to end and from middle to end are more than chance explains. No other change can be told from chance."
    )
    flat, sentences = make_course("+-0" * 20)
    said = standing.describe_course(flat, sentences, target=mayor, seed=1, draws=500)
    assert said.startswith("No change of stance")
    few, sentences = make_course("+" * 9 + "-" * 9 + "-" * 9)
    said = standing.describe_course(few, sentences, target=mayor, seed=1, draws=500)
    assert said.startswith("No change of stance")


@pytest.mark.parametrize(
    ("course", "says"),
    [
        ("-0" * 10 + "0" * 20 + "-" * 20, "is hardest on * at its end (−1.00), after −0.50 at its start and 0.00 in its middle; the change"),
        ("0" * 20 + "-" * 20 + "-0" * 10, "is hardest on * in its middle (−1.00), between 0.00 at its start and −0.50 at its end"),
        ("-" * 20 + "+" * 20 + "-" * 16 + "0" * 4, "is mildest towards * in its middle (+1.00), between −1.00 at its start and −0.80 at its end"),
        ("+" * 20 + "-" * 20 + "-" * 16 + "0" * 4, "is mildest towards * at its start (+1.00), before −1.00 in its middle and −0.80 at its end"),
        ("-" * 20 + "0" * 20 + "+" * 20, "grows milder towards * from its start (−1.00) to its end (+1.00), with 0.00 in its middle"),
        ("-" * 5 + "." * 15 + "+" * 20 + "-" * 20, "is harder on * at its end (−1.00) than in its middle (+1.00); its start has too few sentences to tell"),
    ],
)  # fmt: skip
def test_the_whole_course_is_told(harbour_study: Study, course: str, says: str):
    mayor = harbour_study.targets[0]
    said = standing.describe_course(*make_course(course), target=mayor, seed=1, draws=500)
    plain = re.sub(r"\[([^]]*)\]\(#[^)]*\)", r"\1", said)
    assert plain.startswith(f"A {says.replace('*', mayor.label)}")


def test_a_third_without_a_hit_keeps_its_doubt(harbour_study: Study):
    mayor = harbour_study.targets[0]
    labels, sentences = make_course("0" * 10 + "0" * 10 + "0" * 7 + "-" * 3)
    said = standing.describe_course(labels, sentences, target=mayor, seed=1, draws=500)
    assert said.startswith("No change of stance")


def test_labels_of_the_model_are_cautioned_where_nothing_is_coded():
    columns = pd.Index(["sentence_id", "coder", "field", "label"])
    said = standing.warn_labels(pd.DataFrame(columns=columns))
    assert "labelled by the model" in said
