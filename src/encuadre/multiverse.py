"""Findings counted in every other way: how far the estimate moves, and whether the conclusion holds.

The grid is declared in `encuadre.ways`. Ways that give the compared sentences the same labels, as two
coders do who agree on them, are one way. A way that leaves fewer than `FEW` sentences on a side cannot
be counted; it is listed, and is neither for nor against the finding.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

import numpy as np
import pandas as pd

from encuadre.contrasts import (
    DRAWN,
    EMPTY,
    UNITS,
    Contrast,
    Sample,
    list_scale,
    measure_contrast,
    measure_gap,
    pick_samples,
)
from encuadre.strength import FEW, Stability
from encuadre.ways import CHOICES, COUNTED, SEEDS, WITHOUT, Reading, Way, list_ways

COLUMNS = ["finding", *CHOICES, "estimate", "low", "high", "n", "holds", "clear"]


def measure_stability(
    contrasts: Sequence[Contrast],
    readings: Sequence[Reading],
    articles: pd.DataFrame,
    *,
    own_voice: str,
    seed: int,
    draws: int = 1000,
) -> pd.DataFrame:
    """Take each contrast in every way to count that its grid holds.

    Parameters
    ----------
    contrasts : sequence of Contrast
    readings : sequence of Reading
        As `list_readings` gives them.
    articles : DataFrame
        The table `articles`.
    own_voice : str
        Id of the outlet's own voice.
    seed, draws
        Of the 95% intervals, which are not widened for having picked the contrast.

    Returns
    -------
    DataFrame
        The table `stability`: a row a contrast and way, the report's own way first; a choice that
        does not touch the contrast is empty. `estimate` is not a number where fewer than `FEW`
        sentences stand on a side. `holds`: the estimate has the sign that it has in the report;
        `clear`: so have both ends of its interval.
    """
    rows = []
    for contrast in contrasts:
        first = len(rows)
        compared: set[bytes] = set()
        for way in list_ways(contrast, readings, articles):
            samples = pick_samples(contrast, way.table, own_voice=own_voice)
            mark = _mark_samples(samples)
            if mark in compared:
                continue
            compared |= {mark} if mark else set()
            rows += _count_way(contrast, way, samples, seed=seed, draws=draws)
        sign = _find_sign(contrast, readings, rows[first:], own_voice=own_voice, seed=seed)
        for row in rows[first:]:
            row["holds"] = bool(sign and np.sign(row["estimate"]) == sign)
            row["clear"] = bool(
                row["holds"] and np.sign(row["low"]) == np.sign(row["high"]) == sign
            )
    return pd.DataFrame(rows, columns=pd.Index(COLUMNS))


def _find_sign(
    contrast: Contrast, readings: Sequence[Reading], rows: list[dict], *, own_voice: str, seed: int
) -> float:
    """The sign that the estimate has in the report, which a coded sample may have corrected."""
    if not rows:
        return 0.0
    told = measure_contrast(contrast, readings[0].table, own_voice=own_voice, seed=seed, draws=2)
    known = not np.isnan(told["estimate"])
    return float(np.sign(told["estimate"] if known else rows[0]["estimate"]))


def _mark_samples(samples: tuple[Sample, Sample] | None) -> bytes:
    """Bytes that are the same for the same sentences with the same labels; empty for no sentence."""
    parts = [a for s in samples or () for a in (s.values, s.words, s.paragraphs, repr(s.sizes))]
    return b"|".join(a.encode() if isinstance(a, str) else a.tobytes() for a in parts)


def _count_way(
    contrast: Contrast,
    way: Way,
    samples: tuple[Sample, Sample] | None,
    *,
    seed: int,
    draws: int,
) -> Iterator[dict]:
    if samples and min(len(s.values) for s in samples) < FEW:
        samples = None
    for unit, drawn, step in product(UNITS, DRAWN, SEEDS):
        found = EMPTY
        if samples:
            found = measure_gap(
                samples,
                scale=list_scale(contrast),
                seed=seed + step,
                draws=draws,
                unit=unit,
                drawn=drawn,
            )
        choices = {**way.choices, "unit": unit, "drawn": drawn, "seed": str(seed + step)}
        yield {
            "finding": contrast.id,
            **{choice: choices.get(choice, "") for choice in CHOICES},
            **{k: found[k] for k in ("estimate", "low", "high", "n")},
        }


def list_estimates(stability: pd.DataFrame, finding: str) -> pd.DataFrame:
    """Return one row a way to count a finding, the report's own first.

    What changes only the interval is brought together: `clear` where every interval is.
    """
    mine = stability[stability["finding"] == finding]
    clear = mine.groupby(list(COUNTED), sort=False)["clear"].transform("all")
    return mine.assign(clear=clear).drop_duplicates(list(COUNTED)).reset_index(drop=True)


def sum_up_stability(stability: pd.DataFrame, finding: str) -> Stability:
    """Return how a finding fares in the ways to count other than the report's own."""
    ways = list_estimates(stability, finding)
    known = ways.iloc[1:].dropna(subset=["estimate"])
    every = stability[stability["finding"] == finding].iloc[1:].dropna(subset=["estimate"])
    without = ways[ways["copies"] == WITHOUT]
    return Stability(
        ways=len(known),
        uncounted=int(ways["estimate"].isna().sum()),
        holds=float(known["holds"].mean()),
        clear=float(every["clear"].mean()),
        altered=len(without) > 0,
        intact=float(without.dropna(subset=["estimate"])["holds"].mean()),
    )


def rank_choices(stability: pd.DataFrame, finding: str) -> pd.DataFrame:
    """Rank the choices by how far they move the estimate of a finding.

    Returns
    -------
    DataFrame
        choice, range (of the mean estimates of its options), low_option, low, high_option, high;
        the widest range first. A choice with fewer than two options that could be counted is left
        out; a threshold is compared among the labels that have one.
    """
    known = list_estimates(stability, finding).dropna(subset=["estimate"])
    rows = []
    for choice in COUNTED:
        means = known[known[choice] != ""].groupby(choice, sort=False)["estimate"].mean()
        if len(means) > 1:
            low, high = means.idxmin(), means.idxmax()
            rows.append((choice, means[high] - means[low], low, means[low], high, means[high]))
    columns = ["choice", "range", "low_option", "low", "high_option", "high"]
    table = pd.DataFrame(rows, columns=pd.Index(columns))
    return table.sort_values("range", ascending=False, kind="stable").reset_index(drop=True)
