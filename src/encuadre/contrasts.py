"""Contrasts: the difference between two groups of sentences, with its interval.

The mean of each group gets an interval by weighing its sentences (or whole paragraphs, whose
sentences hang together) at random, again and again: the Bayesian bootstrap (Rubin 1981). Half a
sentence of each label is added (Jeffreys' prior; Brown, Cai & DasGupta 2001), so that a label that
did not occur keeps the chance that it might have. Where an outlet has several articles, articles
are weighed first. The two intervals make that of the difference by squaring and adding (Newcombe
1998; Zou & Donner 2008).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from encuadre.coded_sample import correct_gap

UNITS = ("sentence", "paragraph", "word")
DRAWN = ("sentences", "paragraphs")
EMPTY = {k: float("nan") for k in ("first", "second", "estimate", "low", "high")} | {"n": 0}
_CELLS = 1_000_000


@dataclass(frozen=True)
class Group:
    """Sentences of some outlets in some voice: "all", "own" or "quoted"."""

    outlets: tuple[str, ...]
    voice: str = "all"


@dataclass(frozen=True)
class Contrast:
    """The second group's mean minus the first's.

    `values` says what each label counts for, all others nought; without it the field holds numbers
    from 0 to 1.
    """

    id: str
    field: str
    values: Mapping[str, float]
    first: Group
    second: Group

    @property
    def outlets(self) -> tuple[str, ...]:
        """The outlets compared, each once."""
        return tuple(dict.fromkeys((*self.first.outlets, *self.second.outlets)))


@dataclass(frozen=True)
class Sample:
    """The sentences of a group: what each counts for, its length in words, and where it stands.

    `paragraphs` numbers them from 0 without gaps; `sizes` are the sentences of each article, the
    articles of an outlet together.
    """

    values: np.ndarray
    words: np.ndarray
    paragraphs: np.ndarray
    sizes: tuple[tuple[int, ...], ...]


def pick_samples(
    contrast: Contrast, labels: pd.DataFrame, *, own_voice: str
) -> tuple[Sample, Sample] | None:
    """Return the two groups of a contrast; None where one is empty or the field is not labelled.

    Parameters
    ----------
    labels : DataFrame
        As `lay_out_labels` gives them: sentence_id, article_id, outlet, voice and the field. The
        columns `paragraph` and `words` say where a sentence stands and how long it is; without them
        each sentence is a paragraph, and all are equally long.
    own_voice : str
        Id of the outlet's own voice.
    """
    if contrast.field not in labels:
        return None
    groups = (contrast.first, contrast.second)
    first, second = (_pick_sample(contrast, g, labels, own_voice) for g in groups)
    return (first, second) if first and second else None


def _pick_sample(
    contrast: Contrast, group: Group, labels: pd.DataFrame, own_voice: str
) -> Sample | None:
    column = {c: labels[c].to_numpy(object) for c in ("outlet", "article_id", "voice")}
    found = labels[contrast.field].to_numpy(object if contrast.values else float)
    taken = np.isin(column["outlet"].astype(str), group.outlets)
    if contrast.values:
        taken &= found != ""
    if group.voice != "all":
        taken &= (column["voice"] == own_voice) == (group.voice == "own")
    if not taken.any():
        return None
    place = labels["paragraph"].to_numpy() if "paragraph" in labels else np.arange(len(labels))
    words = labels["words"].to_numpy(float) if "words" in labels else np.ones(len(labels))
    keys = [*zip(column["outlet"], column["article_id"], place, strict=True)]
    order = sorted(np.flatnonzero(taken), key=lambda i: keys[i])
    numbers = {key: k for k, key in enumerate(dict.fromkeys(keys[i] for i in order))}
    sizes: dict[str, dict[str, int]] = {}
    for outlet, article_id, _ in (keys[i] for i in order):
        articles = sizes.setdefault(outlet, {})
        articles[article_id] = articles.get(article_id, 0) + 1
    return Sample(
        np.array(
            [contrast.values.get(found[i], 0.0) if contrast.values else found[i] for i in order]
        ),
        words[order].clip(min=1),
        np.array([numbers[keys[i]] for i in order]),
        tuple(tuple(articles.values()) for articles in sizes.values()),
    )


def measure_contrast(
    contrast: Contrast,
    labels: pd.DataFrame,
    *,
    own_voice: str,
    seed: int,
    draws: int,
    level: float = 0.95,
) -> dict[str, float]:
    """Return both means, their difference with its interval, and the smaller group's size.

    Where the labels carry a coded sample (see `prefer_labels`), the means are corrected by it.

    Parameters
    ----------
    seed, draws, level
        The bootstrap: its seed, number of draws (0: no interval), and level of the interval.

    Returns
    -------
    dict
        first, second, estimate, low, high, n; not a number where a group is empty or the field is
        not in the table.
    """
    if "stratum" in labels and contrast.values:
        groups = [(g.outlets, g.voice) for g in (contrast.first, contrast.second)]
        corrected = correct_gap(
            labels,
            field=contrast.field,
            values=contrast.values,
            groups=groups,
            own_voice=own_voice,
            level=level,
        )
        if corrected:
            return corrected
    samples = pick_samples(contrast, labels, own_voice=own_voice)
    if samples is None:
        return dict(EMPTY)
    return measure_gap(samples, scale=list_scale(contrast), seed=seed, draws=draws, level=level)


def list_scale(contrast: Contrast) -> tuple[float, ...]:
    """Return what a label can count for, each value once; the ends of the scale for numbers."""
    return tuple(sorted({*contrast.values.values(), 0.0})) if contrast.values else (0.0, 1.0)


def measure_gap(
    samples: tuple[Sample, Sample],
    *,
    scale: tuple[float, ...],
    seed: int,
    draws: int,
    level: float = 0.95,
    unit: str = "sentence",
    drawn: str = "sentences",
) -> dict[str, float]:
    """Return the difference between two samples as `measure_contrast` does.

    Parameters
    ----------
    scale : tuple of float
        The values that there can be, see `list_scale`.
    unit : {"sentence", "paragraph", "word"}
        What counts once: each sentence, each paragraph (by the mean of its sentences), each word.
    drawn : {"sentences", "paragraphs"}
        What is weighed at random.
    """
    means, lows, highs = [], [], []
    for sample in samples:
        weights = _weigh(sample, unit)
        mean = float(weights @ sample.values / weights.sum())
        low, high = np.nan, np.nan
        if draws:
            found = _draw_means(sample, weights, scale, drawn, seed=seed, draws=draws)
            low, high = np.quantile(found, [(1 - level) / 2, (1 + level) / 2])
        means.append(mean)
        lows.append(min(low, mean))
        highs.append(max(high, mean))
    gap = means[1] - means[0]
    return {
        "first": means[0],
        "second": means[1],
        "estimate": gap,
        "low": gap - float(np.hypot(means[1] - lows[1], highs[0] - means[0])),
        "high": gap + float(np.hypot(highs[1] - means[1], means[0] - lows[0])),
        "n": min(len(s.values) for s in samples),
    }


def _weigh(sample: Sample, unit: str) -> np.ndarray:
    if unit == "paragraph":
        return 1 / np.bincount(sample.paragraphs)[sample.paragraphs]
    return sample.words if unit == "word" else np.ones(len(sample.values))


def _draw_means(
    sample: Sample,
    weights: np.ndarray,
    scale: tuple[float, ...],
    drawn: str,
    *,
    seed: int,
    draws: int,
) -> np.ndarray:
    """Return the weighted mean under `draws` random weights of its sentences or paragraphs."""
    cluster, sizes = np.arange(len(sample.values)), sample.sizes
    if drawn == "paragraphs":
        cluster = sample.paragraphs
        ends = np.cumsum([n for articles in sizes for n in articles])
        counts = iter(np.diff([0, *(cluster[ends - 1] + 1)]).tolist())
        sizes = tuple(tuple(next(counts) for _ in articles) for articles in sizes)
    total = np.bincount(cluster, weights)
    typical = total.mean()
    total = np.append(total, np.full(len(scale), typical))
    sums = np.append(np.bincount(cluster, weights * sample.values), typical * np.array(scale))
    step = max(1, _CELLS // len(total))
    blocks = [
        _draw_weights(sizes, len(scale), seed, block, min(step, draws - start))
        for block, start in enumerate(range(0, draws, step))
    ]
    return np.concatenate([times @ sums / (times @ total) for times in blocks])


@lru_cache(maxsize=32)
def _draw_weights(
    sizes: tuple[tuple[int, ...], ...], labels: int, seed: int, block: int, draws: int
) -> np.ndarray:
    """Return random weights, shape (draws, units and then labels); units weigh one on average."""
    rng = np.random.default_rng([seed, block])
    columns = []
    for articles in sizes:
        shares = rng.dirichlet(np.ones(len(articles)), draws) * len(articles)
        for k, n in enumerate(articles):
            columns.append(rng.standard_exponential((draws, n)) * shares[:, [k]])
    weights = np.hstack([*columns, rng.standard_gamma(0.5, (draws, labels))])
    weights.setflags(write=False)
    return weights
