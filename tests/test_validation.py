"""Chapter 8 on agreement and on the models: other studies, numbers of the tables, hostile names."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from encuadre import trust, validation
from encuadre.baselines import label_by_rule
from encuadre.estimates import lay_out_labels
from encuadre.figures import draw_calibration, lint
from encuadre.schemas import check_table
from encuadre.scores import (
    gather_predictions,
    list_confidences,
    measure_calibration,
    pick_overall,
    score_methods,
)
from encuadre.study import Study
from encuadre.targets import find_mentions
from encuadre.voices import measure_voices

LINK = re.compile(r"\[((?:\\.|[^\]\\])*)\]\((#sentences\?[^)]*)\)")
CODING = ["sentence_id", "coder", "field", "label", "codebook_version"]
NAMES = {"frame": "Frame", "function": "Function"}
LABELS = {"frame": {"x": "cross", "y": "why", "": "left empty"}}


def make_codings(raw: pd.DataFrame, ids: dict[str, list[str]], coders: int) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    fields = [c for c in raw.columns if c not in ("sentence_id", "article_id", "outlet")]
    rows = [
        (r["sentence_id"], f"coder_{c}", f, r[f] if rng.random() < 0.9 else ids[f][0], "1")
        for c in range(coders)
        for r in raw.to_dict("records")
        for f in fields
    ]
    return pd.DataFrame(rows, columns=pd.Index(CODING))


def write_chapter(
    study: Study, articles: pd.DataFrame, sentences: pd.DataFrame, *, coders: int, learnt: bool
) -> list[str]:
    """Everything that chapter 8 says on agreement and models, where the models guess by lot."""
    rng = np.random.default_rng(6)
    kept = sentences.loc[sentences["segment"] != "boilerplate", "sentence_id"]
    voices = measure_voices(sentences, study=study)
    stances = find_mentions(sentences, study=study)[["sentence_id", "target"]].drop_duplicates()
    chance = rng.dirichlet([1, 1, 1], len(stances))
    stances = stances.assign(label=chance.argmax(axis=1) - 1, method="lot")
    stances[["p_unfavourable", "p_neutral", "p_favourable"]] = chance
    ids = {f.name: [i.id for i in f.labels] for f in study.codebook.fields}
    classified = pd.concat(
        pd.DataFrame(
            {
                "sentence_id": kept,
                "field": f,
                "label": rng.choice(ids[f], len(kept)),
                "probability": rng.random(len(kept)) if learnt else np.nan,
                "method": "learned" if learnt else "zero-shot",
                "trained_on": 60 if learnt else 0,
                "zero_shot": rng.choice(ids[f], len(kept)),
            }
        )
        for f in ("frame", "function")
    )
    measured = {
        "stances": stances,
        "frames": classified[classified["field"] == "frame"].rename(columns={"label": "frame"}).assign(primary=True),
        "functions": classified[classified["field"] == "function"].rename(columns={"label": "function"}),
    }  # fmt: skip
    none = pd.DataFrame(columns=pd.Index(CODING))
    raw = lay_out_labels(sentences, articles, none, voices, **measured)["raw"]
    codings = make_codings(raw, ids, coders)
    labels = lay_out_labels(sentences, articles, codings, voices, **measured)
    names, label_names = trust.name_fields(study), validation.map_label_names(study)
    pairs = trust.pair_codings(codings, labels, fields=trust.list_fields(labels))
    agreement = check_table(trust.measure_agreement(pairs, seed=1), "agreement")
    confusions = check_table(trust.list_confusions(pairs, sentences), "confusions")
    between = confusions[confusions["coder_a"] != trust.MODEL]
    lines = [
        *trust.describe_coding(codings, agreement, names),
        *trust.describe_limits(articles, codings),
        *validation.describe_learning(classified),
        validation.describe_pairs(between, names),
    ]
    tables = [
        trust.choose_labels(labels),
        validation.tabulate_pairs(between, sentences, articles, names, label_names),
    ]
    predictions, confidences = {}, pd.DataFrame()
    if "coded" in labels:
        ruled = label_by_rule(raw, sentences, study=study)
        fields = trust.list_fields(labels)
        predictions = gather_predictions(labels, classified, ruled, fields=fields)
        confidences = list_confidences(
            labels, voices=voices, stances=stances, classified=classified
        )
    scores = score_methods(predictions, labels.get("coded", raw))
    scores = check_table(scores, "scores")
    calibration = check_table(measure_calibration(confidences), "calibration")
    lines += validation.describe_scores(scores, names)
    lines += validation.describe_calibration(calibration, names)
    tables += [
        validation.tabulate_scores(scores, names),
        validation.tabulate_articles(scores, articles, names),
    ]
    if coders:
        worst = pick_overall(scores)["field"].iloc[0]
        wrong = confusions[confusions["coder_a"] == trust.MODEL]
        lines.append(validation.introduce_errors(scores, names))
        tables += [
            validation.tabulate_confusion(labels, worst, label_names),
            validation.list_errors(wrong, sentences, articles, worst, label_names),
        ]
        for width in ("column", "half"):
            drawing = draw_calibration(calibration, field_labels=names, width=width)
            lint(drawing.figure)
            lines += [drawing.title, drawing.note, drawing.alt]
    cells = [str(c) for t in tables for c in t.to_numpy().ravel() if isinstance(c, str)]
    return [line for line in lines if line] + cells


@pytest.mark.parametrize(("coders", "learnt"), [(0, False), (1, False), (2, True), (3, True)])
def test_other_studies_are_written_without_a_crash(
    harbour_study, read_sentences, coders: int, learnt: bool
):
    articles, sentences = read_sentences(harbour_study)
    lines = write_chapter(harbour_study, articles, sentences, coders=coders, learnt=learnt)
    said = "\n".join(lines)
    assert not re.search(r"\bnan\b|\bNone\b(?! of)|NaN", said)
    assert ("no reference coding" in said) == (coders == 0)
    assert ("The passes differ on" in said) == (coders > 1)
    assert ("Learning from the codings" in said) == (coders > 0 and learnt)
    known = set(sentences["sentence_id"])
    for _, link in LINK.findall(said):
        for part in link.partition("?")[2].split("&"):
            key, _, value = part.partition("=")
            assert key in {"ids", "article"}
            assert key == "article" or set(value.split(",")) <= known


def test_names_of_a_hostile_study_stay_text(harbour_study, read_sentences):
    evil = "](javascript:alert(1)) <script>"
    fields = tuple(
        f.model_copy(
            update={
                "labels": tuple(i.model_copy(update={"label": f"{evil}{i.id}"}) for i in f.labels)
            }
        )
        for f in harbour_study.codebook.fields
    )
    book = harbour_study.codebook.model_copy(update={"fields": fields})
    study = harbour_study.model_copy(update={"codebook": book})
    articles, sentences = read_sentences(harbour_study)
    sentences = sentences.assign(text=[f"[x]({evil} {t}" for t in sentences["text"]])
    lines = write_chapter(study, articles.assign(title=evil), sentences, coders=2, learnt=True)
    for line in lines:
        for _, target in re.findall(r"\[([^\]]*)\]\(([^)\s]*)\)", line):
            assert target.startswith(("#sentences?", "#tbl-"))


def lay_out(frames: str, *, articles: str = "") -> pd.DataFrame:
    places = list(articles or "a" * len(frames))
    ids = [f"s-{i:03d}" for i in range(len(frames))]
    table = pd.DataFrame({"sentence_id": ids, "article_id": places})
    return table.assign(outlet=[p.upper() for p in places], frame=list(frames))


def test_the_confusion_matrix_links_every_count_to_its_sentences():
    labels = {"raw": lay_out("xxyy"), "coded": lay_out("xyxy")}
    table = validation.tabulate_confusion(labels, "frame", LABELS)
    assert table.iloc[:, 0].tolist() == ["Cross", "Why"]
    assert list(table.columns[1:]) == ["Cross", "Why"]
    assert table["Why"].tolist() == ["[1](#sentences?ids=s-002)", "[1](#sentences?ids=s-003)"]
    total = sum(int(n) for c in table.columns[1:] for cell in table[c] for n in re.findall(r"^\[(\d+)", cell))  # fmt: skip
    assert total == 4


def test_rare_labels_of_a_long_list_are_one():
    labels = {"raw": lay_out("aabcdefghi"), "coded": lay_out("aaabcdefgh")}
    table = validation.tabulate_confusion(labels, "frame", {})
    assert table.shape == (7, 8) and table.iloc[-1, 0] == "Any other"
    cells = [c for column in table.columns[1:] for c in table[column]]
    assert sum(int(n) for c in cells for n in re.findall(r"^\[(\d+)", c)) == 10


def test_what_is_no_better_than_a_simpler_way_is_said():
    raw, coded = lay_out("xyxyx"), lay_out("xxyyx")
    tables = {n: t[["sentence_id", "frame"]] for n, t in (("model", raw), ("rule", coded))}
    tables["commonest"] = raw[["sentence_id"]].assign(frame="x")
    (said,) = validation.describe_scores(score_methods(tables, coded), NAMES)
    assert "A simpler way does as well as the model, or better, on Frame." in said
    assert "1.00 by the obvious rule" in said
    tables["rule"], tables["model"] = tables["model"], tables["rule"]
    (said,) = validation.describe_scores(score_methods(tables, coded), NAMES)
    assert "simpler way" not in said


def test_pairs_count_both_orders_and_the_commonest_come_first():
    sentences = pd.DataFrame({"sentence_id": ["s-0"], "article_id": ["a"], "text": ["A text."]})
    articles = pd.DataFrame({"article_id": ["a"], "outlet": ["A"], "integrity": ["spun"]})
    rows = [("x", "y", 3), ("y", "x", 2), ("x", "x", 90), ("x", "", 4)]
    confusions = pd.DataFrame(
        [("frame", "one", "two", a, b, n, "s-0") for a, b, n in rows],
        columns=pd.Index(["field", "coder_a", "coder_b", "label_a", "label_b", "n", "example"]),
    )
    table = validation.tabulate_pairs(confusions, sentences, articles, NAMES, LABELS)
    assert table["Times"].tolist() == [5, 4]
    assert table["Labels"].tolist() == ["cross or why", "left empty or cross"]
    assert "altered copy" in table["Example"].iloc[0]
    assert "on 9 of 99 labels" in validation.describe_pairs(confusions, NAMES)
    same = confusions[confusions["label_a"] == confusions["label_b"]]
    assert "never differ" in validation.describe_pairs(same, NAMES)
    assert validation.tabulate_pairs(same, sentences, articles, NAMES, LABELS).empty


@pytest.mark.parametrize("width", ["column", "half"])
def test_the_calibration_figure_tells_the_best_and_the_worst_field(width: str):
    table = pd.DataFrame(
        [
            ("frame", 4, 10, 0.45, 0.40),
            ("frame", 9, 10, 0.95, 0.90),
            ("function", 9, 5, 0.95, 0.35),
        ],
        columns=pd.Index(["field", "bin", "n", "confidence", "accuracy"]),
    )
    drawing = draw_calibration(table, field_labels=NAMES, width=width)
    lint(drawing.figure)
    assert "off by 5 points on average for “Frame” and by 60 for “Function”" in drawing.title
    empty = draw_calibration(table.head(0), width=width)
    assert "cannot be told" in empty.title
