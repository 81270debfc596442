"""Drawing the sentences again: bootstrap intervals of shares and means (Efron & Tibshirani 1993)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.stats import beta


def draw_counts(counts: Sequence[np.ndarray], *, seed: int, draws: int) -> np.ndarray:
    """Draw the category counts of an outlet again: articles first (if several), then sentences.

    Parameters
    ----------
    counts : sequence of arrays of shape (categories,)
        One array an article.

    Returns
    -------
    array of shape (draws, categories)
        Every row sums to at least one, unless there was no sentence at all.
    """
    rng = np.random.default_rng(seed)
    filled = [c for c in counts if c.sum()]
    if not filled:
        return np.zeros((draws, len(counts[0]) if counts else 0))
    if len(filled) == 1:
        return rng.multinomial(filled[0].sum(), filled[0] / filled[0].sum(), size=draws).astype(
            float
        )
    drawn = np.stack([[rng.multinomial(c.sum(), c / c.sum(), size=draws)] for c in filled]).squeeze(
        1
    )
    total = np.zeros((draws, len(filled[0])))
    picks = rng.integers(0, len(filled), size=(draws, len(filled)))
    for column in range(len(filled)):
        fresh = (
            np.stack([rng.multinomial(c.sum(), c / c.sum(), size=draws) for c in filled])
            if column
            else drawn
        )
        total += fresh[picks[:, column], np.arange(draws)]
    return total


def bound_share(samples: np.ndarray, count: int, n: int, tail: float) -> tuple[float, float]:
    """Percentile interval; exact (Clopper-Pearson) at 0 or all, where drawing again shows no spread."""
    if count == 0:
        return 0.0, float(beta.ppf(1 - tail, 1, n))
    if count == n:
        return float(beta.ppf(tail, n, 1)), 1.0
    low, high = np.quantile(samples, [tail, 1 - tail])
    return float(low), float(high)


def bound_mean(
    samples: np.ndarray, counts: np.ndarray, mean: float, n: int, tail: float
) -> tuple[float, float]:
    """Percentile interval; where all labels are the same, as far as the exact bound on the others allows."""
    if counts.max() == n:
        others = float(beta.ppf(1 - tail, 1, n))
        return mean - others * (mean + 1), mean + others * (1 - mean)
    low, high = np.quantile(samples, [tail, 1 - tail])
    return float(low), float(high)


def draw_means(parts: list[np.ndarray], *, seed: int, draws: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    means = []
    for _ in range(draws):
        chosen = rng.integers(0, len(parts), size=len(parts)) if len(parts) > 1 else [0]
        rows = [parts[i][rng.integers(0, len(parts[i]), size=len(parts[i]))] for i in chosen]
        means.append(np.concatenate(rows).mean(axis=0))
    return np.array(means)
