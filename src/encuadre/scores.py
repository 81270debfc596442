"""The models against the reference coding: right and wrong by label and by article, and how sure.

Macro-F1 is the mean F1 of the labels that the coding uses. The expected calibration error is the
mean distance between how sure a model is and how often it is right, over ten bins of equal width
(Naeini et al. 2015; Guo et al. 2017).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from encuadre.agreement import score_labels

MODEL, ZERO_SHOT, RULE, COMMONEST = "model", "zero-shot", "rule", "commonest"
SCORES = [
    "field", "article_id", "method", "category",
    "n", "predicted", "precision", "recall", "f1", "accuracy",
]  # fmt: skip
CALIBRATION = ["field", "bin", "n", "confidence", "accuracy"]
BINS = 10


def gather_predictions(
    labels: Mapping[str, pd.DataFrame],
    classified: pd.DataFrame,
    ruled: pd.DataFrame,
    *,
    fields: Sequence[str],
) -> dict[str, pd.DataFrame]:
    """Return what each method says of the coded sentences, laid out alike, by the method's name.

    Parameters
    ----------
    labels : mapping
        `raw` and `coded`, as `lay_out_labels` gives them.
    classified : DataFrame
        The table of that name, with what zero-shot says where it was learnt.
    ruled : DataFrame
        As `label_by_rule` gives it.
    fields : sequence of str
        Fields of the models.
    """
    coded, raw = labels["coded"], labels["raw"]
    shared = [f for f in fields if f in coded]
    commonest = raw[["sentence_id", "article_id"]].assign(
        **{f: coded[f].mode()[0] for f in shared if len(coded)}
    )
    learnt = classified[classified["trained_on"] > 0]
    wide = learnt.pivot(index="sentence_id", columns="field", values="zero_shot").reset_index()
    tables = {MODEL: raw, ZERO_SHOT: wide, RULE: ruled, COMMONEST: commonest}
    return {n: t[["sentence_id", *(f for f in shared if f in t)]] for n, t in tables.items()}


def score_methods(predictions: Mapping[str, pd.DataFrame], coded: pd.DataFrame) -> pd.DataFrame:
    """Score each method on each field, over all articles and on each.

    Returns
    -------
    DataFrame
        The table `scores`. Rows with an empty article_id are all articles; in rows with category
        `all`, f1 is the macro-F1 and accuracy is known.
    """
    parts = [pd.DataFrame(columns=pd.Index(SCORES))]
    places = [("", coded), *coded.groupby("article_id", sort=True)]
    for method, table in predictions.items():
        for field in table.columns.drop("sentence_id"):
            for article_id, reference in places:
                scored = score_labels(table, reference, field=field)
                both = reference.merge(table[["sentence_id", field]], on="sentence_id")
                if both.empty:
                    continue
                hit = float((both[f"{field}_x"] == both[f"{field}_y"]).mean())
                whole = scored["category"] == "macro"
                parts.append(
                    scored.assign(
                        field=field,
                        article_id=article_id,
                        method=method,
                        category=scored["category"].mask(whole, "all"),
                        accuracy=np.where(whole, hit, np.nan),
                    )[SCORES]
                )
    kept = [p for p in parts if len(p)] or parts
    return pd.concat(kept, ignore_index=True)


def pick_overall(scores: pd.DataFrame) -> pd.DataFrame:
    """Return the macro-F1 of each field (row) by each method (column), worst field first, with n."""
    whole = scores[(scores["article_id"] == "") & (scores["category"] == "all")]
    wide = whole.pivot(index="field", columns="method", values="f1").astype(float)
    wide = wide.reindex(columns=[MODEL, ZERO_SHOT, RULE, COMMONEST])
    model = whole[whole["method"] == MODEL].set_index("field")
    wide = wide.assign(n=model["n"].astype(int), accuracy=model["accuracy"].astype(float))
    wide.columns.name = None
    return wide.sort_values([MODEL, "field"]).reset_index()


def list_confidences(
    labels: Mapping[str, pd.DataFrame],
    *,
    voices: pd.DataFrame,
    stances: pd.DataFrame,
    classified: pd.DataFrame,
) -> pd.DataFrame:
    """Return how sure the model was of each label, and whether the coding says the same.

    Of stance only sentences count that the model and the coding both hold to be about the target.

    Returns
    -------
    DataFrame
        sentence_id, field, confidence (0 to 1), right.
    """
    sure = stances[["p_unfavourable", "p_neutral", "p_favourable"]].to_numpy()
    parts = [
        voices.assign(field="voice", said=voices["voice"], sure=voices["confidence"]),
        stances.assign(
            field="stance_" + stances["target"],
            said=stances["label"].astype(str),
            sure=sure[np.arange(len(sure)), stances["label"].to_numpy(dtype=int) + 1],
        ),
        classified.assign(said=classified["label"], sure=classified["probability"]),
    ]
    columns = ["sentence_id", "field", "said", "sure"]
    said = pd.concat([p[columns] for p in parts if len(p)], ignore_index=True).dropna()
    coded = labels["coded"].drop(columns=["article_id", "outlet"])
    known = coded.melt("sentence_id", var_name="field", value_name="coded")
    both = said.merge(known[known["coded"] != ""], on=["sentence_id", "field"])
    return pd.DataFrame(
        {
            "sentence_id": both["sentence_id"],
            "field": both["field"],
            "confidence": both["sure"].astype(float),
            "right": both["said"] == both["coded"],
        }
    )


def measure_calibration(confidences: pd.DataFrame) -> pd.DataFrame:
    """Return the table `calibration`: by field and bin of confidence, how sure and how often right."""
    if confidences.empty:
        return pd.DataFrame(columns=pd.Index(CALIBRATION))
    places = np.minimum((confidences["confidence"] * BINS).astype(int), BINS - 1)
    grouped = confidences.assign(bin=places).groupby(["field", "bin"], sort=True)
    table = grouped.agg(
        n=("right", "size"), confidence=("confidence", "mean"), accuracy=("right", "mean")
    )
    return table.reset_index()[CALIBRATION]


def measure_miscalibration(calibration: pd.DataFrame) -> pd.Series:
    """Return the expected calibration error of each field, 0 to 1."""
    gap = (calibration["confidence"] - calibration["accuracy"]).abs() * calibration["n"]
    total = calibration.groupby("field")["n"].sum()
    return gap.groupby(calibration["field"]).sum() / total
