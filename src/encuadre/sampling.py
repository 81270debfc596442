"""Drawing sentences to code: strata, known chances, and the sheet that a coder fills."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from encuadre.coding import DESIGN, FORMULA, LEGEND, NOT_APPLICABLE, OPEN_FIELDS
from encuadre.errors import EncuadreError
from encuadre.study import Codebook

STRATA = ("article", "voice")
ENOUGH = 2
BEFORE = 2
_BREAKS = str.maketrans(dict.fromkeys("\r\n\t", " "))


def draw_sentences(
    sentences: pd.DataFrame,
    voices: pd.DataFrame,
    *,
    count: int,
    seed: int,
    strata: Sequence[str] = STRATA,
) -> pd.DataFrame:
    """Draw headline and body sentences by lot, without replacement, from every stratum.

    Each stratum gives two sentences if it has them (one where `count` does not reach for two), and
    the rest is shared out by size, so sentences of small strata have a higher chance. The rows come
    in random order: a sheet coded down to any row is a fair sample too.

    Parameters
    ----------
    sentences, voices : DataFrame
        The tables of those names.
    count : int
        Sentences to draw; all are taken where there are not more.
    seed : int
        Seed of the draw.
    strata : sequence of {"article", "voice"}
        What the strata are made of; empty for one stratum.

    Returns
    -------
    DataFrame
        sentence_id, stratum, stratum_size (sentences in it), probability (0..1).

    Raises
    ------
    EncuadreError
        Where there are fewer to draw than strata.
    """
    placed = sentences.loc[sentences["segment"] != "boilerplate", ["sentence_id", "article_id"]]
    placed = placed.merge(voices[["sentence_id", "voice"]], on="sentence_id")
    named = placed.rename(columns={"article_id": "article"})
    stratum = (
        named[list(strata)].agg(", ".join, axis=1) if strata else pd.Series("all", named.index)
    )
    names, number = np.unique(stratum.to_numpy(str), return_inverse=True)
    sizes = np.bincount(number, minlength=len(names))
    rng = np.random.default_rng(seed)
    taken = []
    for place, drawn in enumerate(_allot(sizes, count)):
        taken.append(rng.choice(np.flatnonzero(number == place), drawn, replace=False))
    rows = rng.permutation(np.concatenate(taken)) if taken else np.array([], dtype=int)
    drawn = np.bincount(number[rows], minlength=len(names))
    return pd.DataFrame(
        {
            "sentence_id": placed["sentence_id"].to_numpy()[rows],
            "stratum": names[number[rows]],
            "stratum_size": sizes[number[rows]],
            "probability": (drawn / np.maximum(sizes, 1))[number[rows]],
        }
    )


def _allot(sizes: np.ndarray, count: int) -> np.ndarray:
    """Share `count` out over strata: a least number each, the rest by what is left of each."""
    if count >= sizes.sum():
        return sizes
    if count < len(sizes):
        raise EncuadreError(
            f"--sample {count} is fewer than the {len(sizes)} strata, each of which must give a sentence. Draw {len(sizes)} or more, or stratify by less (--stratify article)."
        )
    least = np.minimum(sizes, ENOUGH if np.minimum(sizes, ENOUGH).sum() <= count else 1)
    rest = sizes - least
    shares = (count - least.sum()) * rest / max(rest.sum(), 1)
    allotted = np.floor(shares).astype(int)
    missing = count - least.sum() - allotted.sum()
    order = np.argsort(allotted - shares, kind="stable")
    allotted[order[:missing]] += 1
    return least + allotted


def lay_out_sheet(
    sentences: pd.DataFrame,
    codebook: Codebook,
    *,
    fields: Sequence[str],
    drawn: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Lay out a sheet to fill: each sentence with its context, an empty column a field.

    The first row lists the labels of each field. Text that a spreadsheet would run as a formula
    gets an apostrophe, which `read_codings` takes off again.

    Parameters
    ----------
    sentences : DataFrame
        The table `sentences`.
    fields : sequence of str
        Fields of the codebook to code.
    drawn : DataFrame, optional
        As `draw_sentences` gives it; without it all sentences, in the order of the text, and no
        columns that say how they were drawn.

    Returns
    -------
    DataFrame
        article_id, before, text, after, the fields, start, end and, where drawn, stratum,
        stratum_size, probability; all text.
    """
    kept = sentences[sentences["segment"] != "boilerplate"].sort_values(
        ["article_id", "start"], kind="stable"
    )
    text = kept["text"].str.translate(_BREAKS)
    by_article = text.groupby(kept["article_id"], sort=False)
    earlier = [by_article.shift(step).fillna("") for step in range(BEFORE, 0, -1)]
    before = earlier[0].str.cat(earlier[1:], sep=" ").str.strip()
    sheet = kept[["sentence_id", "article_id"]].assign(
        before=before, text=text, after=by_article.shift(-1).fillna("")
    )
    sheet = sheet.assign(**dict.fromkeys(fields, ""), start=kept["start"], end=kept["end"])
    if drawn is not None:
        chances = drawn["probability"].map("{:.6f}".format)
        sheet = drawn.assign(probability=chances).merge(sheet, on="sentence_id", how="left")
    design = list(DESIGN) if drawn is not None else []
    columns = ["article_id", "before", "text", "after", *fields, "start", "end", *design]
    legend = dict.fromkeys(columns, "") | {"article_id": LEGEND}
    legend |= {f: _list_allowed(codebook, f, drawn is not None) for f in fields}
    filled = pd.concat([pd.DataFrame([legend]), sheet[columns].astype(str)], ignore_index=True)
    return filled.map(lambda cell: f"'{cell}" if cell.startswith(FORMULA) else cell)


def _list_allowed(codebook: Codebook, field: str, drawn: bool) -> str:
    """The labels of a field, for the first row; starts with a word, so that no spreadsheet computes it."""
    if field in OPEN_FIELDS:
        return "Name or description as in the text"
    labels = [
        label.id if label.id == label.label else f"{label.id} ({label.label})"
        for label in codebook.field(field).labels
    ]
    none = f" | {NOT_APPLICABLE} where none applies" if drawn else ""
    return f"Write one of: {' | '.join(labels)}{none}"


def choose_fields(codebook: Codebook, wanted: Sequence[str] = ()) -> list[str]:
    """Return the fields of a sheet: those that the report estimates, or the ones asked for with voice.

    Raises
    ------
    EncuadreError
        For a field that the codebook does not have.
    """
    known = [f.name for f in codebook.fields]
    estimated = [f for f in known if f in ("voice", "frame", "function") or f.startswith("stance_")]
    asked = ["voice", *wanted] if wanted else estimated
    unknown = [f for f in asked if f not in (*known, *OPEN_FIELDS)]
    if unknown:
        raise EncuadreError(
            f"--fields: '{unknown[0]}' is not a field of the codebook. Write some of {', '.join((*known, *OPEN_FIELDS))}, with commas between."
        )
    return list(dict.fromkeys(asked))
