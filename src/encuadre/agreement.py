"""Agreement between coders, and between the models and the reference coding: how much, and on what.

Krippendorff's alpha for nominal labels (Krippendorff 2018, ch. 12) with bootstrap intervals over
sentences.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

COLUMNS = ["field", "category", "coder_a", "coder_b", "n", "agreement", "alpha", "low", "high"]
FIRM, TENTATIVE = 0.8, 0.667
MISSING = "(none)"
CONFUSIONS = ["field", "coder_a", "coder_b", "label_a", "label_b", "n", "example"]
_TELLING = 6


def measure_alpha(
    first: Sequence[str],
    second: Sequence[str],
    *,
    seed: int,
    draws: int = 1000,
    level: float = 0.95,
) -> dict[str, float]:
    """Return agreement and Krippendorff's alpha of two codings of the same units.

    Parameters
    ----------
    first, second : sequences of str, of equal length
        The labels; an empty label is a label of its own.
    seed : int
        Seed of the bootstrap over units.
    draws : int
        Bootstrap samples.
    level : float
        Level of the percentile interval.

    Returns
    -------
    dict
        n, agreement (0..1), alpha (at most 1), low, high. Alpha is not a number where there are no
        units or only one label is used, since nothing could then disagree.
    """
    n = len(first)
    labels = sorted(set(first) | set(second))
    if n == 0:
        return {"n": 0, "agreement": np.nan, "alpha": np.nan, "low": np.nan, "high": np.nan}
    index = {label: i for i, label in enumerate(labels)}
    a = np.array([index[v] for v in first])
    b = np.array([index[v] for v in second])
    counts = np.zeros((n, len(labels)))
    counts[np.arange(n), a] += 1
    counts[np.arange(n), b] += 1
    differs = (a != b).astype(float)
    weights = (
        np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=draws).astype(float)
    )
    alphas = _compute_alpha(weights @ differs / n, weights @ counts, 2 * n)
    alpha = _compute_alpha(np.array([differs.mean()]), counts.sum(axis=0)[None, :], 2 * n)[0]
    usable = alphas[~np.isnan(alphas)]
    tail = (1 - level) / 2
    low, high = (
        np.quantile(usable, [tail, 1 - tail])
        if len(usable) and not np.isnan(alpha)
        else (np.nan, np.nan)
    )
    return {
        "n": n,
        "agreement": float(1 - differs.mean()),
        "alpha": float(alpha),
        "low": float(max(low, -1)) if low == low else np.nan,
        "high": float(high),
    }


def _compute_alpha(observed: np.ndarray, counts: np.ndarray, total: int) -> np.ndarray:
    expected = 1 - (counts * (counts - 1)).sum(axis=1) / (total * (total - 1))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(expected > 0, np.maximum(1 - observed / expected, -1), np.nan)


def compare_coders(
    first: pd.DataFrame,
    second: pd.DataFrame,
    *,
    names: tuple[str, str],
    fields: Sequence[str],
    seed: int,
    draws: int = 1000,
) -> pd.DataFrame:
    """Compare two codings field by field, and category by category (that label against all others).

    Parameters
    ----------
    first, second : DataFrame
        One row a sentence (`sentence_id`) and one column a field.
    names : pair of str
        What the two are called in the table.
    fields : sequence of str
        Fields to compare; one that either lacks is left out.

    Returns
    -------
    DataFrame
        The table `agreement`; category `all` is the whole field.
    """
    both = first.merge(second, on="sentence_id", suffixes=("_a", "_b"))
    rows = []
    for field in fields:
        if f"{field}_a" not in both:
            continue
        a = both[f"{field}_a"].replace("", MISSING)
        b = both[f"{field}_b"].replace("", MISSING)
        rows.append(
            {"field": field, "category": "all", **measure_alpha(a, b, seed=seed, draws=draws)}
        )
        for label in sorted(set(a) | set(b)):
            pair = [np.where(side == label, label, "other").tolist() for side in (a, b)]
            rows.append(
                {"field": field, "category": label, **measure_alpha(*pair, seed=seed, draws=draws)}
            )
    table = (
        pd.DataFrame(rows).assign(coder_a=names[0], coder_b=names[1])
        if rows
        else pd.DataFrame(columns=pd.Index(COLUMNS))
    )
    return table[COLUMNS]


def count_confusions(
    first: pd.DataFrame,
    second: pd.DataFrame,
    sentences: pd.DataFrame,
    *,
    names: tuple[str, str],
    fields: Sequence[str],
) -> pd.DataFrame:
    """Count which label of one coding meets which label of another, with a sentence as example.

    Parameters
    ----------
    first, second, names, fields
        As for `compare_coders`.
    sentences : DataFrame
        The table `sentences`.

    Returns
    -------
    DataFrame
        The table `confusions`, agreements too. The example is the shortest sentence of at least six
        words, or else the longest.
    """
    words = sentences.set_index("sentence_id")["text"].str.split().str.len()
    both = first.merge(second, on="sentence_id", suffixes=("_a", "_b"))
    length = both["sentence_id"].map(words).astype(float).fillna(0)
    rank = np.where(length >= _TELLING, length, 1e6 - length)
    both = both.assign(rank=rank).sort_values(["rank", "sentence_id"])
    parts = [pd.DataFrame(columns=pd.Index(CONFUSIONS))]
    for field in fields:
        if f"{field}_a" not in both:
            continue
        pairs = both.assign(
            label_a=both[f"{field}_a"].replace("", MISSING),
            label_b=both[f"{field}_b"].replace("", MISSING),
        ).groupby(["label_a", "label_b"], sort=True)
        counted = pairs.agg(n=("sentence_id", "size"), example=("sentence_id", "first"))
        parts.append(
            counted.reset_index().assign(field=field, coder_a=names[0], coder_b=names[1])[
                CONFUSIONS
            ]
        )
    kept = [p for p in parts if len(p)] or parts
    return pd.concat(kept, ignore_index=True)


def score_labels(predicted: pd.DataFrame, reference: pd.DataFrame, *, field: str) -> pd.DataFrame:
    """Return precision, recall and F1 of each label against the reference.

    Returns
    -------
    DataFrame
        category, n (in the reference), predicted, precision, recall, f1; the last row, `macro`, is
        the mean F1 of the labels that the reference uses.
    """
    both = predicted[["sentence_id", field]].merge(
        reference[["sentence_id", field]], on="sentence_id", suffixes=("_p", "_r")
    )
    p, r = both[f"{field}_p"].replace("", MISSING), both[f"{field}_r"].replace("", MISSING)
    rows = []
    for label in sorted(set(p) | set(r)):
        hit, said, true = (
            int(((p == label) & (r == label)).sum()),
            int((p == label).sum()),
            int((r == label).sum()),
        )
        f1 = 2 * hit / (said + true) if said + true else 0.0
        rows.append(
            (label, true, said, hit / said if said else np.nan, hit / true if true else np.nan, f1)
        )
    table = pd.DataFrame(
        rows, columns=pd.Index(["category", "n", "predicted", "precision", "recall", "f1"])
    )
    used = table[table["n"] > 0]
    macro = (
        "macro",
        int(table["n"].sum()),
        int(table["predicted"].sum()),
        np.nan,
        np.nan,
        float(used["f1"].mean()) if len(used) else np.nan,
    )
    return pd.concat([table, pd.DataFrame([macro], columns=table.columns)], ignore_index=True)
