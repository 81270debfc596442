"""The correction: by hand, with everything coded, a perfect and a useless model, coverage, clusters."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t as student

from encuadre.coded_sample import is_covered, lay_out_sample
from encuadre.contrasts import Contrast, Group, measure_contrast
from encuadre.correction import PRIOR, Design, bound_shares, correct_shares, measure_variance
from encuadre.estimates import estimate_field, lay_out_labels, prefer_coded, prefer_labels
from encuadre.schemas import check_table

ROOT = Path(__file__).parents[1]
STANCE = {"field": "stance_us", "measure": "stance", "target": "us", "categories": ["-1", "0", "1"]}
OPTIONS = {"own_voice": "outlet", "seed": 3, "draws": 100}


def make_arrays(label: str, guess: str) -> tuple[np.ndarray, ...]:
    """Labels of the coder and the model as letters, over the categories a and b."""
    said, guessed = (np.array([[c == k for k in "ab"] for c in text], float) for text in (label, guess))  # fmt: skip
    return said, np.ones(len(label)), guessed, np.ones(len(label))


def draw_evenly(coded: np.ndarray, strata: np.ndarray) -> Design:
    sizes = np.bincount(strata)
    used, index = np.unique(strata[coded], return_inverse=True)
    return Design(index, sizes[used][index].astype(float), np.zeros(int(coded.sum()), int))


def correct(label: str, guess: str, coded: list[int], strata: list[int] | None = None):
    mask = np.isin(np.arange(len(label)), coded)
    design = draw_evenly(mask, np.array(strata or [0] * len(label)))
    article = np.zeros(len(label), int)
    found = correct_shares(*make_arrays(label, guess), coded=mask, article=article, design=design)
    return found, design


def test_a_constant_model_leaves_the_weighted_mean_of_the_sample_by_hand():
    found, design = correct("aabbabbbaa" * 2, "a" * 20, [0, 2, 3, 4, 6, 9], None)
    assert found.power == 0 and found.shares == pytest.approx([3 / 6, 3 / 6])
    sample = np.array([1, 0, 0, 1, 0, 1])
    variance = (1 - 6 / 20) / 6 * sample.var(ddof=1) + PRIOR * (1 - 6 / 20) / 36
    reach = student.ppf(0.975, 5) * np.sqrt(variance) * 6 / (6 + 2 * PRIOR)
    _, low, high = bound_shares(found, np.array([1.0, 0.0]), design=design, articles=1)
    assert (low, high) == pytest.approx((0.5 - reach, 0.5 + reach))


def test_strata_are_weighted_by_what_they_stand_for():
    strata = [0] * 10 + [1] * 2
    found, design = correct("a" * 10 + "bb", "a" * 12, [0, 1, 10, 11], strata)
    assert design.weights.tolist() == [5, 5, 1, 1]
    assert found.shares == pytest.approx([10 / 12, 2 / 12])


def test_the_model_fills_in_what_was_not_coded():
    label, guess = "a" * 6 + "b" * 14, "a" * 6 + "b" * 14
    found, design = correct(label, guess, [0, 1, 7, 8, 9, 12])
    assert found.power == pytest.approx(1) and found.shares == pytest.approx([0.3, 0.7])
    estimate, low, high = bound_shares(found, np.array([1.0, 0.0]), design=design, articles=1)
    assert low < 0.25 and high > 0.35 and estimate == pytest.approx(0.3)


def test_with_all_coded_the_corrected_figure_is_the_coded_one():
    found, design = correct("aabbabbbaa", "bbaabaaabb", list(range(10)))
    for values in np.array([[1.0, 0.0], [1.0, -1.0]]):
        bounds = bound_shares(found, values, design=design, articles=1)
        assert bounds == pytest.approx([values @ [0.5, 0.5]] * 3)


def test_too_little_coded_has_no_figure():
    found, design = correct("aabbabbbaa", "bbaabaaabb", [3])
    assert np.isnan(bound_shares(found, np.array([1.0, 0.0]), design=design, articles=1)).all()


def test_the_estimate_is_right_on_average_under_unequal_chances():
    rng = np.random.default_rng(5)
    strata = np.repeat([0, 1], [80, 20])
    label = np.where(rng.random(100) < np.where(strata, 0.7, 0.2), "a", "b")
    guess = np.where(rng.random(100) < 0.3, "a", label)
    arrays, article = make_arrays("".join(label), "".join(guess)), np.zeros(100, int)
    estimates = []
    for _ in range(400):
        coded = np.zeros(100, bool)
        for stratum, count in ((0, 20), (1, 12)):
            coded[rng.choice(np.flatnonzero(strata == stratum), count, replace=False)] = True
        design = draw_evenly(coded, strata)
        estimates.append(correct_shares(*arrays, coded=coded, article=article, design=design).shares[0])  # fmt: skip
    assert np.mean(estimates) == pytest.approx((label == "a").mean(), abs=0.012)
    assert abs((guess == "a").mean() - (label == "a").mean()) > 0.1


def test_strata_of_one_borrow_the_spread_of_their_article():
    design = Design(np.array([0, 1, 2, 2]), np.array([4.0, 4.0, 6.0, 6.0]), np.zeros(4, int))
    values = np.array([[1.0], [0.0], [1.0], [0.0]])
    spread = values.var(ddof=1)
    by_hand = 2 * 16 * (1 - 1 / 4) * spread + 36 / 2 * (1 - 2 / 6) * 0.5
    assert measure_variance(values, values, design=design) == pytest.approx([by_hand])


def test_articles_that_differ_widen_the_interval_of_their_outlet():
    def reach(label: str) -> float:
        coded = np.arange(40) % 2 == 0
        article = np.repeat(np.arange(4), 10)
        _, index = np.unique(article[coded], return_inverse=True)
        design = Design(index, np.full(20, 10.0), article[coded])
        found = correct_shares(*make_arrays(label, label), coded=coded, article=article, design=design)  # fmt: skip
        bounds = bound_shares(found, np.array([1.0, 0.0]), design=design, articles=4)
        return bounds[2] - bounds[1]

    assert reach("a" * 20 + "b" * 20) > 2 * reach("aabb" * 10)


def load_benchmark():
    spec = importlib.util.spec_from_file_location("coverage_benchmark", ROOT / "benchmarks" / "coverage.py")  # fmt: skip
    module = importlib.util.module_from_spec(spec)
    sys.modules["coverage_benchmark"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["200 of which 60", "one voice, 200 of which 60", "outlet of 4 articles, 60 of which 20 each"])  # fmt: skip
def test_intervals_hold_the_truth_as_often_as_they_say(name):
    benchmark = load_benchmark()
    setting = next(s for s in benchmark.SETTINGS if s.name == name)
    found = benchmark.sum_up(benchmark.try_setting(setting, runs=150, seed=11))
    assert 0.93 <= found["corrected"] <= 0.975
    assert found["raw"] < 0.8


def make_study(count: int = 40) -> tuple[pd.DataFrame, ...]:
    """Two outlets, one with two articles; the model calls every second sentence unfavourable."""
    ids = [(f"{a}-{i:02d}", a) for a in ("a1", "a2", "b1") for i in range(count)]
    sentences = pd.DataFrame(ids, columns=pd.Index(["sentence_id", "article_id"]))
    sentences["segment"] = "body"
    articles = pd.DataFrame({"article_id": ["a1", "a2", "b1"], "outlet": ["A", "A", "B"]})
    voices = sentences[["sentence_id"]].assign(voice=["outlet", "outlet", "expert", "outlet"] * (len(ids) // 4))  # fmt: skip
    stances = sentences[["sentence_id"]].assign(target="us", label=[-1, 0] * (len(ids) // 2))
    return sentences, articles, voices, stances


def make_codings(sentences: pd.DataFrame, coded: pd.Series, *, drawn: bool = True) -> pd.DataFrame:
    """A coder who finds every fourth sentence unfavourable, over a sample of even chances."""
    rows = []
    for number, (sentence_id, article) in enumerate(
        sentences[["sentence_id", "article_id"]].itertuples(index=False)
    ):
        labels = {"voice": "outlet", "stance_us": "-1" if number % 4 == 0 else "0"}
        design = {"stratum": article, "stratum_size": "40", "probability": "0.5"}
        kept = (labels if coded[sentence_id] else {}) | (design if drawn else {})
        rows += [(sentence_id, "ana", field, label, "1") for field, label in kept.items()]
    columns = ["sentence_id", "coder", "field", "label", "codebook_version"]
    return pd.DataFrame(rows, columns=pd.Index(columns))


def estimate(coded_share: float, *, whole: tuple[str, ...] = (), drawn: bool = True):
    sentences, articles, voices, stances = make_study()
    lot = np.random.default_rng(2).random(len(sentences)) < coded_share
    lot |= sentences["article_id"].isin(whole).to_numpy()
    coded = pd.Series(lot, sentences["sentence_id"])
    codings = make_codings(sentences, coded, drawn=drawn)
    labels = lay_out_labels(sentences, articles, codings, voices, stances=stances)
    table = estimate_field(labels, codings, **STANCE, mean=True, voices=("all", "own"), **OPTIONS)
    return check_table(table, "estimates"), labels, codings


def test_a_sample_gives_corrected_figures_beside_raw_ones():
    table, labels, codings = estimate(0.5)
    assert set(table["method"]) == {"raw", "corrected"}
    best = prefer_coded(table)
    assert set(best["method"]) == {"corrected"} and len(best) == len(table) / 2
    rows = table.query("category == '-1' and voice == 'all'").set_index(["method", "article_id", "outlet"])  # fmt: skip
    for key in (("b1", "B"), ("", "B"), ("a1", "A")):
        raw, corrected = rows.loc[("raw", *key)], rows.loc[("corrected", *key)]
        assert raw["estimate"] == 0.5 and raw["low"] > 0.3
        assert corrected["low"] <= 0.25 <= corrected["high"] < 0.5
        assert corrected["n"] == codings.query("field == 'voice'")["sentence_id"].str.startswith(key[0] or "b").sum()  # fmt: skip
    assert set(table["strength"]) <= {"tentative", "cannot_tell"}
    assert len(prefer_labels(labels, codings)) == len(labels["raw"])


def test_complete_articles_have_coded_figures_and_a_mixed_outlet_a_corrected_one():
    table, _, _ = estimate(0.4, whole=("a1", "b1"))
    best = prefer_coded(table).query("voice == 'all' and category == 'mean'")
    found = best.set_index(["article_id", "outlet"])["method"].to_dict()
    assert found == {("a1", "A"): "coded", ("a2", "A"): "corrected", ("b1", "B"): "coded", ("", "A"): "corrected", ("", "B"): "coded"}  # fmt: skip


def test_a_complete_coding_needs_no_correction():
    table, labels, codings = estimate(1.1)
    assert set(table["method"]) == {"raw", "coded"}
    pd.testing.assert_frame_equal(prefer_labels(labels, codings), labels["coded"])


def test_what_a_complete_sheet_does_not_ask_is_labelled_by_the_models():
    _, labels, codings = estimate(1.1)
    raw = labels["raw"].assign(frame="denial")
    preferred = prefer_labels(labels | {"raw": raw}, codings)
    assert set(preferred["frame"]) == {"denial"} and len(preferred) == len(raw)
    assert preferred["stance_us"].tolist() == labels["coded"]["stance_us"].tolist()


def test_a_sheet_begun_has_no_figures_that_are_no_numbers():
    for share in (0.005, 0.02, 0.1):
        table, _, _ = estimate(share)
        assert table["estimate"].notna().all()


def test_sentences_not_drawn_by_lot_correct_nothing():
    table, _, _ = estimate(0.5, drawn=False)
    assert set(table["method"]) == {"raw"}


@pytest.mark.parametrize("field", ["voice", "stance_us", "frame"])
def test_without_codings_there_is_no_sample(field):
    sentences, articles, voices, _ = make_study(4)
    codings = make_codings(sentences, pd.Series(False, sentences["sentence_id"]), drawn=False)
    labels = lay_out_labels(sentences, articles, codings, voices)
    assert lay_out_sample(labels["raw"], codings, field=field).empty


def test_few_coded_sentences_cannot_tell():
    table, _, _ = estimate(0.1)
    corrected = table[(table["method"] == "corrected") & (table["article_id"] != "")]
    assert set(corrected["strength"]) == {"cannot_tell"}


def test_strata_in_which_nothing_is_coded_yet_are_stood_for_by_the_others():
    sentences, articles, voices, _ = make_study()
    coded = pd.Series(np.arange(120) % 40 < 20, sentences["sentence_id"])
    codings = make_codings(sentences, coded)
    half = codings["field"] == "stratum"
    late = codings["sentence_id"].str[-2:].astype(int) >= 20
    codings.loc[half & late, "label"] += ", late"
    codings.loc[codings["field"] == "stratum_size", "label"] = "20"
    labels = lay_out_labels(sentences, articles, codings, voices)
    sample = lay_out_sample(labels["raw"], codings, field="voice")
    assert sample.loc[sample["coded"], "size"].unique().tolist() == [40.0]


def compare(coded_share: float, **options) -> tuple[dict[str, float], pd.DataFrame]:
    """The contrast of the two outlets' mean stance, by the labels that the report prefers."""
    _, labels, codings = estimate(coded_share, **options)
    preferred = prefer_labels(labels, codings)
    values = {"-1": -1.0, "0": 0.0, "1": 1.0}
    contrast = Contrast("gap", "stance_us", values, Group(("A",)), Group(("B",)))
    return measure_contrast(contrast, preferred, own_voice="outlet", seed=1, draws=200), preferred


def test_a_contrast_is_that_of_the_corrected_figures():
    found, preferred = compare(0.5)
    means = estimate(0.5)[0].query(
        "category == 'mean' and method == 'corrected' and voice == 'all'"
    )
    means = means[means["article_id"] == ""].set_index("outlet")
    assert found["first"] == pytest.approx(means.loc["A", "estimate"])
    assert found["second"] == pytest.approx(means.loc["B", "estimate"])
    assert found["low"] < found["estimate"] < found["high"]
    assert found["n"] == means["n"].min()
    assert is_covered(preferred, ("A", "B"), field="stance_us")


def test_a_contrast_of_articles_not_drawn_from_is_not_corrected_and_not_called_read():
    found, preferred = compare(0.5, drawn=False)
    assert not is_covered(preferred, ("A",), field="stance_us")
    assert found["n"] == 40
    whole, complete = compare(1.1)
    assert is_covered(complete, ("A",), field="stance_us") and "stratum" not in complete
    assert whole["first"] == whole["second"] == -0.25
