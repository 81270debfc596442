"""The declared grid of ways to count: whose labels, which thresholds, sentences and units.

Every choice stands in `CHOICES`. A choice belongs to the grid of a finding only where it can change
its numbers: a threshold needs a model's labels, "without altered copies" needs an altered copy
among the articles compared (a multiverse; Steegen et al. 2016).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from encuadre.coding import list_coders, pick_reference, pivot_codings
from encuadre.contrasts import Contrast
from encuadre.estimates import label_by_coding, label_by_model, prefer_labels
from encuadre.frames import NONE
from encuadre.stance import measure_stance
from encuadre.stance_models import list_stance_models, load_stance_model

CHOICES = {
    "labels": "Whose labels",
    "margin": "Margin over neutral",
    "floor": "Least likeness to a frame",
    "headlines": "Headlines",
    "copies": "Altered copies",
    "unit": "What counts once",
    "drawn": "What is drawn again",
    "seed": "Seed of the draws",
}
"""Each choice with its name. The last two change only the interval of an estimate."""

COUNTED = tuple(CHOICES)[:-2]
REFERENCE, PROGRAM = "reference", "program"
WITH, WITHOUT = "with", "without"
MARGINS = (0.0, -0.2, 0.2)
"""By how much the likelier side must beat neutral before a model's sentence takes it."""
FLOORS = (0.0, -0.1, 0.1)
"""Added to the likeness that the best frame must reach."""
SEEDS = (0, 1)
"""Added to the seed of the report."""


@dataclass(frozen=True)
class Reading:
    """Labels of one origin, with the choices behind them.

    `voices` says whether it is a reading of the voices too; else its voices, borrowed from another
    reading, only tell the outlet's own sentences from those that it quotes.
    """

    table: pd.DataFrame
    choices: Mapping[str, str]
    voices: bool = True


@dataclass(frozen=True)
class Way:
    """One way to pick the sentences of a contrast: its choices by name, and the labels left."""

    table: pd.DataFrame
    choices: Mapping[str, str]


def list_readings(
    labels: Mapping[str, pd.DataFrame],
    sentences: pd.DataFrame,
    articles: pd.DataFrame,
    codings: pd.DataFrame,
    *,
    stances: Sequence[pd.DataFrame] = (),
    frames: Mapping[str, pd.DataFrame] | None = None,
) -> list[Reading]:
    """Return every labelling of the sentences that there is, for each field the report's own first.

    Parameters
    ----------
    labels : mapping
        As `lay_out_labels` gives it.
    stances : sequence of DataFrame
        The table `stances` of each stance model, the report's first.
    frames : mapping
        The table `frames` of each way to label frames, by its name, the report's first.
    """
    found = []
    if "coded" in labels:
        found.append(Reading(prefer_labels(labels, codings), {"labels": REFERENCE}))
    for coder in [c for c in list_coders(codings) if c != pick_reference(codings)]:
        table = label_by_coding(sentences, articles, pivot_codings(codings, coder=coder))
        found.append(Reading(table, {"labels": coder}))
    raw = labels["raw"]
    found.append(
        Reading(raw[["sentence_id", "article_id", "outlet", "voice"]], {"labels": PROGRAM})
    )
    voices = raw[["sentence_id", "voice"]]
    for table in stances:
        for margin in MARGINS if len(table) else ():
            side = move_margin(table, margin=margin)
            laid = label_by_model(sentences, articles, voices, stances=side)
            choices = {"labels": str(table["method"].iloc[0]), "margin": f"{margin:g}"}
            found.append(Reading(laid, choices, voices=False))
    for name, table in (frames or {}).items():
        for step in FLOORS if len(table) else ():
            moved, floor = move_floor(table, by=step)
            if step and not floor:
                continue
            laid = label_by_model(sentences, articles, voices, frames=moved)
            found.append(Reading(laid, {"labels": name, "floor": floor}, voices=False))
    places = sentences[["sentence_id", "paragraph", "segment"]].assign(
        words=sentences["text"].str.split().str.len()
    )
    return [
        replace(
            r,
            table=r.table.drop(columns="segment", errors="ignore").merge(places, on="sentence_id"),
        )
        for r in found
    ]


def move_margin(stances: pd.DataFrame, *, margin: float) -> pd.DataFrame:
    """Return stances where a side is taken only if it beats neutral by more than the margin."""
    if not margin:
        return stances
    sides = stances[["p_unfavourable", "p_favourable"]]
    taken = sides.max(axis=1) - stances["p_neutral"] > margin
    side = (sides["p_favourable"] > sides["p_unfavourable"]) * 2 - 1
    return stances.assign(label=side.where(taken, 0))


def move_floor(frames: pd.DataFrame, *, by: float) -> tuple[pd.DataFrame, str]:
    """Return frames with another floor and the best label marked anew, and the floor.

    The floor is the score of `none`, where that is the same for all sentences. Where it is not,
    the table stays as it is and the floor is "".
    """
    none = frames["frame"] == NONE
    if frames.loc[none, "score"].nunique() != 1:
        return frames, ""
    floor = round(float(frames.loc[none, "score"].iloc[0]) + by, 6)
    if not by:
        return frames, f"{floor:g}"
    moved = frames.assign(score=frames["score"].mask(none, floor))
    best = moved.groupby("sentence_id")["score"].idxmax()
    return moved.assign(primary=moved.index.isin(best)), f"{floor:g}"


def measure_other_stances(
    sentences: pd.DataFrame, mentions: pd.DataFrame, *, known: pd.DataFrame
) -> list[pd.DataFrame]:
    """Return the table `stances` of every stance model under `models/`, the one known first."""
    found = [known]
    for name in list_stance_models():
        model = load_stance_model(name)
        if model.name not in set(known["method"]):
            found.append(measure_stance(sentences, mentions, model=model))
    return found


def list_ways(contrast: Contrast, readings: Sequence[Reading], articles: pd.DataFrame) -> list[Way]:
    """Return the ways to pick the sentences of a contrast, the report's own first.

    Headlines are a choice where one of the articles has some, altered copies where one is altered.
    """
    ids = set(articles.loc[articles["outlet"].isin(contrast.outlets), "article_id"])
    intact = set(articles.loc[articles["integrity"] == "intact", "article_id"])
    usable = [
        r for r in readings if contrast.field in r.table and (r.voices or contrast.field != "voice")
    ]
    tables = [r.table[r.table["article_id"].isin(ids)] for r in usable]
    headed = any((t["segment"] == "headline").any() for t in tables)
    ways = []
    for reading, table in zip(usable, tables, strict=True):
        for headlines in (WITH, WITHOUT) if headed else ("",):
            kept = table[table["segment"] == "body"] if headlines == WITHOUT else table
            for copies in (WITH, WITHOUT) if ids - intact else ("",):
                left = kept[kept["article_id"].isin(intact)] if copies == WITHOUT else kept
                choices = {**reading.choices, "headlines": headlines, "copies": copies}
                ways.append(Way(left, choices))
    return ways
