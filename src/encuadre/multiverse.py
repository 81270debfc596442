"""Contrasts and their stability: the same difference under every other way to count.

A finding is a difference between two groups of sentences. It is taken again with other labels (each
coder, the models), with and without headlines, and with and without the altered copies, where the
groups allow it (a multiverse; Steegen et al. 2016).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from encuadre.coding import list_coders, pivot_codings
from encuadre.estimates import estimate_gap, label_by_coding


@dataclass(frozen=True)
class Group:
    """Sentences of some outlets in some voice: "all", "own" or "quoted"."""

    outlets: tuple[str, ...]
    voice: str = "all"


@dataclass(frozen=True)
class Contrast:
    """The second group's mean minus the first's; `values` says what each label counts for."""

    id: str
    field: str
    values: Mapping[str, float]
    first: Group
    second: Group


@dataclass(frozen=True)
class Way:
    """One way to count: whose labels, which segments."""

    labels: str
    segments: str
    table: pd.DataFrame


def list_ways(
    labels: Mapping[str, pd.DataFrame],
    sentences: pd.DataFrame,
    articles: pd.DataFrame,
    codings: pd.DataFrame,
) -> list[Way]:
    """Return the ways to count, the one of the report first.

    Parameters
    ----------
    labels : mapping
        As `lay_out_labels` gives it.
    """
    sources = {"reference": labels["coded"]} if "coded" in labels else {}
    for coder in list_coders(codings):
        sources[coder] = label_by_coding(sentences, articles, pivot_codings(codings, coder=coder))
    sources["models"] = labels["raw"]
    body = set(sentences.loc[sentences["segment"] == "body", "sentence_id"])
    return [
        Way(name, segments, table if segments == "all" else table[table["sentence_id"].isin(body)])
        for name, table in sources.items()
        for segments in ("all", "body only")
    ]


def measure_contrast(
    contrast: Contrast,
    table: pd.DataFrame,
    *,
    own_voice: str,
    seed: int,
    draws: int,
    level: float = 0.95,
) -> dict[str, float]:
    """Return both means, their difference with its interval, and the smaller group's size.

    Returns
    -------
    dict
        first, second, estimate, low, high, n; not a number where a group is empty or the field is
        not in the table.
    """
    categories = [c for c in contrast.values]
    values = np.array([contrast.values[c] for c in categories] + [0.0])
    counts = []
    for group in (contrast.first, contrast.second):
        if contrast.field not in table:
            counts.append([np.zeros(len(values))])
            continue
        kept = table[table["outlet"].isin(group.outlets) & (table[contrast.field] != "")]
        if group.voice != "all":
            kept = kept[(kept["voice"] == own_voice) == (group.voice == "own")]
        parts = [g for _, g in kept.groupby("article_id")]
        counts.append(
            [_count(part[contrast.field], categories) for part in parts] or [np.zeros(len(values))]
        )
    sizes = [int(np.sum(c)) for c in counts]
    if min(sizes) == 0:
        return {
            "first": np.nan,
            "second": np.nan,
            "estimate": np.nan,
            "low": np.nan,
            "high": np.nan,
            "n": 0,
        }
    gap, low, high = estimate_gap(
        counts[0], counts[1], values=values, seed=seed, draws=draws, level=level
    )
    means = [float(np.sum(c, axis=0) @ values / np.sum(c)) for c in counts]
    return {
        "first": means[0],
        "second": means[1],
        "estimate": gap,
        "low": low,
        "high": high,
        "n": min(sizes),
    }


def _count(labels: pd.Series, categories: Sequence[str]) -> np.ndarray:
    counts = [int((labels == c).sum()) for c in categories]
    return np.array([*counts, len(labels) - sum(counts)])


def measure_stability(
    contrasts: Sequence[Contrast],
    ways: Sequence[Way],
    *,
    own_voice: str,
    seed: int,
    draws: int = 500,
) -> pd.DataFrame:
    """Take each contrast in every way to count.

    Returns
    -------
    DataFrame
        finding, labels, segments, estimate, low, high, n, holds (same sign as in the first way).
    """
    rows = []
    for contrast in contrasts:
        sign = 0.0
        for way in ways:
            result = measure_contrast(
                contrast, way.table, own_voice=own_voice, seed=seed, draws=draws
            )
            if way is ways[0]:
                sign = float(np.sign(result["estimate"]))
            rows.append(
                {
                    "finding": contrast.id,
                    "labels": way.labels,
                    "segments": way.segments,
                    **{k: result[k] for k in ("estimate", "low", "high", "n")},
                    "holds": bool(np.sign(result["estimate"]) == sign),
                }
            )
    return pd.DataFrame(
        rows,
        columns=pd.Index(
            ["finding", "labels", "segments", "estimate", "low", "high", "n", "holds"]
        ),
    )


def share_holding(stability: pd.DataFrame, finding: str) -> float:
    """Return the share of the other ways in which a finding keeps its sign; not a number without any."""
    other = stability[(stability["finding"] == finding) & stability["estimate"].notna()].iloc[1:]
    return float(other["holds"].mean()) if len(other) else float("nan")
