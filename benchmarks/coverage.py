"""How often the 95% intervals of corrected shares hold the truth, on articles with planted errors.

Run: python benchmarks/coverage.py [--runs N] [--seed S]
Needs no data. Prints one JSON line.

Each run writes articles with known labels, lets a biased classifier label them, draws a stratified
sample with unequal chances and estimates every category from the classifier alone (`raw`: the
bootstrap over sentences) and corrected. A run counts as covered where the interval holds the share
of a coding of all sentences; for `outlet`, where it holds the share of the outlet from which its
articles were drawn. `few` are sizes below what the report calls enough. `by_share` is the coverage
of the corrected intervals by the size of the share, over all settings but `few`.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from encuadre.bootstrap import bound_share, draw_counts
from encuadre.correction import Design, bound_shares, correct_shares

CATEGORIES = 4
BIAS = np.array([0.6, 0.25, 0.1, 0.05])
VOICES = np.array([0.55, 0.3, 0.15])
SHARES = {"under 5%": 0.05, "5 to 15%": 0.15, "15 to 50%": 0.5, "over 50%": 1.01}


@dataclass(frozen=True)
class Setting:
    """A situation: sentences and coded sentences an article, articles, and what is asked."""

    name: str
    sentences: int
    coded: int
    articles: int = 1
    domain: bool = False
    accuracy: float = 0.6


SETTINGS = (
    Setting("60 of which 30", 60, 30),
    Setting("100 of which 30", 100, 30),
    Setting("200 of which 60", 200, 60),
    Setting("400 of which 30", 400, 30),
    Setting("400 of which 150", 400, 150),
    Setting("good model, 200 of which 60", 200, 60, accuracy=0.9),
    Setting("useless model, 200 of which 60", 200, 60, accuracy=0.0),
    Setting("one voice, 100 of which 60", 100, 60, domain=True),
    Setting("one voice, 200 of which 60", 200, 60, domain=True),
    Setting("one voice, 400 of which 150", 400, 150, domain=True),
    Setting("outlet of 4 articles, 60 of which 20 each", 60, 20, articles=4),
    Setting("outlet of 10 articles, 60 of which 15 each", 60, 15, articles=10),
)
FEW = (
    Setting("60 of which 12", 60, 12),
    Setting("one voice, 100 of which 30", 100, 30, domain=True),
    Setting("outlet of 2 articles, 60 of which 20 each", 60, 20, articles=2),
)


@dataclass(frozen=True)
class Truth:
    """What a run planted, sentence by sentence, and the shares that the interval should hold."""

    article: np.ndarray
    voice: np.ndarray
    label: np.ndarray
    guessed_voice: np.ndarray
    guessed_label: np.ndarray
    shares: np.ndarray


def plant_truth(setting: Setting, rng: np.random.Generator) -> Truth:
    """Write articles with labels, and a classifier's guesses with a bias toward the first label."""
    total = setting.sentences * setting.articles
    article = np.repeat(np.arange(setting.articles), setting.sentences)
    voice = rng.choice(len(VOICES), total, p=VOICES)
    typical = rng.dirichlet(np.full(CATEGORIES, 2.0), len(VOICES))
    own = [
        [rng.dirichlet(1 + 15 * p) if setting.articles > 1 else p for p in typical]
        for _ in range(setting.articles)
    ]
    chances = np.array(own)[article, voice]
    label = (rng.random(total)[:, None] > chances.cumsum(axis=1)).sum(axis=1).clip(max=3)
    wrong = rng.random(total) >= setting.accuracy
    guessed_label = np.where(wrong, rng.choice(CATEGORIES, total, p=BIAS), label)
    astray = rng.random(total) < 0.15
    guessed_voice = np.where(astray, rng.choice(len(VOICES), total), voice)
    kept = voice == 0 if setting.domain else np.ones(total, bool)
    shares = np.bincount(label[kept], minlength=CATEGORIES) / kept.sum()
    if setting.articles > 1:
        shares = VOICES @ ((1 + 15 * typical) / (CATEGORIES + 15))
    return Truth(article, voice, label, guessed_voice, guessed_label, shares)


def draw_coded(
    setting: Setting, truth: Truth, rng: np.random.Generator
) -> tuple[np.ndarray, Design]:
    """Draw the sentences to code: strata of article and guessed voice, rare voices more often."""
    stratum = truth.article * len(VOICES) + truth.guessed_voice
    size = np.bincount(stratum, minlength=setting.articles * len(VOICES))
    root = np.sqrt(size.reshape(setting.articles, -1))
    wanted = setting.coded * root / root.sum(axis=1, keepdims=True)
    wanted = np.minimum(np.maximum(np.round(wanted.ravel()), 2), size).astype(int)
    coded = np.zeros(len(stratum), bool)
    for number, count in enumerate(wanted):
        coded[rng.choice(np.flatnonzero(stratum == number), count, replace=False)] = True
    used, index = np.unique(stratum[coded], return_inverse=True)
    return coded, Design(index, size[used][index].astype(float), truth.article[coded])


def bound_raw(setting: Setting, truth: Truth, *, seed: int) -> Iterator[tuple[float, float]]:
    """Yield the interval of each share by the classifier alone."""
    kept = truth.guessed_voice == 0 if setting.domain else np.ones(len(truth.label), bool)
    counts = [
        np.bincount(truth.guessed_label[kept & (truth.article == a)], minlength=CATEGORIES)
        for a in range(setting.articles)
    ]
    total = np.sum(counts, axis=0)
    samples = draw_counts(counts, seed=seed, draws=300)
    for k in range(CATEGORIES):
        yield bound_share(
            samples[:, k] / samples.sum(axis=1), int(total[k]), int(total.sum()), 0.025
        )


def bound_corrected(
    setting: Setting, truth: Truth, rng: np.random.Generator
) -> Iterator[tuple[float, float]]:
    """Yield the interval of each corrected share."""
    coded, design = draw_coded(setting, truth, rng)
    masks = [
        np.where(voice == 0, 1.0, 0.0) if setting.domain else np.ones(len(coded))
        for voice in (truth.voice, truth.guessed_voice)
    ]
    said, guessed = (
        np.eye(CATEGORIES)[label] * mask[:, None]
        for label, mask in zip((truth.label, truth.guessed_label), masks, strict=True)
    )
    found = correct_shares(
        said, masks[0], guessed, masks[1], coded=coded, article=truth.article, design=design
    )
    for values in np.eye(CATEGORIES):
        yield bound_shares(found, values, design=design, articles=setting.articles)[1:]


@dataclass(frozen=True)
class Found:
    """Whether each interval held the truth, raw and corrected, its width, and the true share."""

    hits: dict[str, np.ndarray]
    widths: dict[str, np.ndarray]
    shares: np.ndarray


def try_setting(setting: Setting, *, runs: int, seed: int) -> Found:
    """Plant, draw and estimate `runs` times; arrays of shape (runs * categories,)."""
    rng = np.random.default_rng(seed)
    hits: dict[str, list[bool]] = {"raw": [], "corrected": []}
    widths: dict[str, list[float]] = {"raw": [], "corrected": []}
    shares: list[float] = []
    for run in range(runs):
        truth = plant_truth(setting, rng)
        found = {
            "raw": bound_raw(setting, truth, seed=seed + run),
            "corrected": bound_corrected(setting, truth, rng),
        }
        shares += truth.shares.tolist()
        for method, intervals in found.items():
            for share, (low, high) in zip(truth.shares, intervals, strict=True):
                hits[method].append(bool(low - 1e-9 <= share <= high + 1e-9))
                widths[method].append(high - low)
    return Found(
        {m: np.array(v) for m, v in hits.items()},
        {m: np.array(v) for m, v in widths.items()},
        np.array(shares),
    )


def sum_up(found: Found) -> dict[str, float]:
    """Return the share of intervals that hold the truth, raw and corrected, and their mean width."""
    rates = {m: round(float(v.mean()), 3) for m, v in found.hits.items()}
    return rates | {f"{m}_width": round(float(v.mean()), 3) for m, v in found.widths.items()}


def cover_by_share(found: Iterable[Found]) -> dict[str, float]:
    """Return the coverage of the corrected intervals by the size of the true share."""
    parts = list(found)
    shares = np.concatenate([f.shares for f in parts])
    hits = np.concatenate([f.hits["corrected"] for f in parts])
    place = np.digitize(shares, list(SHARES.values()))
    return {
        name: round(float(hits[place == k].mean()), 3)
        for k, name in enumerate(SHARES)
        if (place == k).any()
    }


def main() -> None:
    """Print the coverage in every setting as one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1000, metavar="N")
    parser.add_argument("--seed", type=int, default=20240725, metavar="S")
    options = parser.parse_args()
    tried, few = (
        {s.name: try_setting(s, runs=options.runs, seed=options.seed) for s in settings}
        for settings in (SETTINGS, FEW)
    )
    found = {name: sum_up(f) for name, f in tried.items()}
    covered = [f["corrected"] for f in found.values()]
    print(
        json.dumps(
            {
                "benchmark": "coverage",
                "runs": options.runs,
                "level": 0.95,
                "lowest": min(covered),
                "highest": max(covered),
                "within": all(0.93 <= c <= 0.97 for c in covered),
                "settings": found,
                "few": {name: sum_up(f) for name, f in few.items()},
                "by_share": cover_by_share(tried.values()),
            }
        )
    )


if __name__ == "__main__":
    main()
