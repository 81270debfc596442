"""The methods side by side: what a sample drawn again from a complete coding would have given."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from encuadre import methods
from encuadre.coding import DESIGN, list_labels, read_codings
from encuadre.estimates import estimate_field, lay_out_labels
from encuadre.study import Study
from encuadre.voices import measure_voices

COLUMNS = ["sentence_id", "coder", "field", "label", "codebook_version"]


@pytest.fixture(scope="module")
def tables(default_study: Study, read_sentences) -> dict[str, pd.DataFrame]:
    """The default study's voices by rule, with a stance model that finds everything unfavourable."""
    articles, sentences = read_sentences(default_study)
    voices = measure_voices(sentences, study=default_study)
    stances = pd.concat(
        voices[["sentence_id"]].assign(target=t.id, label=-1) for t in default_study.targets
    )
    codings = read_codings(default_study, sentences)
    labels = lay_out_labels(sentences, articles, codings, voices, stances=stances)
    parts = [
        estimate_field(
            labels, codings, field=f"stance_{t.id}", measure="stance", target=t.id, mean=True,
            categories=["-1", "0", "1"], own_voice=default_study.own_voice, seed=1, draws=50,
        )
        for t in default_study.targets
    ]  # fmt: skip
    return {"articles": articles, "sentences": sentences, "voices": voices, "codings": codings, "estimates": pd.concat(parts), **labels}  # fmt: skip


def redraw(tables: dict[str, pd.DataFrame], count: int) -> pd.DataFrame:
    return methods.redraw_codings(
        tables["codings"], tables["sentences"], tables["voices"], count=count, seed=5
    )


def test_a_sample_drawn_again_keeps_its_labels_and_says_how_it_was_drawn(tables):
    drawn = redraw(tables, 60)
    assert list(drawn.columns) == COLUMNS and drawn["coder"].nunique() == 1
    labels = list_labels(drawn)
    assert labels["sentence_id"].nunique() == 60
    both = labels.merge(tables["codings"], on=["sentence_id", "coder", "field"])
    assert (both["label_x"] == both["label_y"]).all() and len(both) == len(labels)
    assert set(drawn["field"]) >= set(DESIGN)


def test_nothing_is_drawn_again_from_a_coding_that_is_not_complete(tables):
    assert redraw(tables, 3).empty
    part = tables["codings"].iloc[: len(tables["codings"]) // 5]
    assert redraw({**tables, "codings": part}, 60).empty


def test_the_correction_comes_closer_than_the_models_alone(tables, default_study):
    figures = [f for f in methods.list_figures(default_study, tables["estimates"]) if f.measure == "stance"]  # fmt: skip
    shown = methods.correct_figures(tables, redraw(tables, 100), figures, study=default_study)
    pairs = methods.pair_figures(pd.concat([tables["estimates"], shown]), figures)
    assert len(pairs) == 2 * 5 and pairs["coded"].notna().all() and (pairs["raw"] == -1).all()
    gaps = [(pairs[m] - pairs["coded"]).abs().mean() for m in ("raw", "corrected")]
    assert gaps[1] < gaps[0] / 3
    first, second = methods.describe_methods(pairs, redrawn=100)
    assert "had only 100 sentences been coded" in first and "a demonstration" in first
    held = ((pairs["low"] <= pairs["coded"]) & (pairs["coded"] <= pairs["high"])).sum()
    assert f"of {len(pairs)} hold" in second and f"off by {gaps[0]:.2f}" in second and held >= 8
    table = methods.tabulate_methods(pairs)
    assert table["Models alone"].unique().tolist() == ["−1.00"]
    assert table["Coded in full"].str.fullmatch(r"[+−]?\d\.\d\d").all()


def test_a_study_whose_coding_is_the_sample_has_no_complete_figures(tables, default_study):
    drawn, figure = redraw(tables, 100), methods.Figure("Stance", "stance_us", "stance", "all", "us", "mean")  # fmt: skip
    shown = methods.correct_figures(tables, drawn, [figure], study=default_study)
    raw = tables["estimates"].query("method == 'raw'")
    pairs = methods.pair_figures(pd.concat([raw, shown]), [figure])
    (said,) = methods.describe_methods(pairs, redrawn=0)
    assert "lie outside the corrected interval" in said
    assert methods.tabulate_methods(pairs)["Coded in full"].unique().tolist() == ["–"]
    assert np.isclose(pairs["sampled"].sum(), shown.query("article_id == ''")["n"].sum())


def test_the_extent_of_the_coding_is_said(tables):
    sentences = tables["sentences"]
    count = (sentences["segment"] != "boilerplate").sum()
    whole = methods.describe_extent(tables["codings"], sentences)
    assert f"covers all {count} sentences" in whole
    sample = methods.describe_extent(redraw(tables, 60), sentences)
    assert f"covers 60 of {count}" in sample and "drawn by lot" in sample
    picked = list_labels(redraw(tables, 60))
    assert "not drawn by lot" in methods.describe_extent(picked, sentences)
    assert methods.describe_extent(picked.iloc[:0], sentences) == ""
