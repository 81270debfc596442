"""Measure where each sentence stands toward each target that it mentions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import pandas as pd

from encuadre.errors import EncuadreError

PROBABILITIES = ["p_unfavourable", "p_neutral", "p_favourable"]
COLUMNS = ["sentence_id", "target", "label", *PROBABILITIES, "method"]


class PredictsStance(Protocol):
    """What `measure_stance` asks of a model; `encuadre.stance_models.StanceModel` has it."""

    @property
    def name(self) -> str: ...

    def predict(self, texts: Sequence[str], spans: Sequence[tuple[int, int]]) -> np.ndarray: ...


def measure_stance(
    sentences: pd.DataFrame, mentions: pd.DataFrame, *, model: PredictsStance
) -> pd.DataFrame:
    """Return the stance of each sentence toward each target that it mentions.

    A target named several times in a sentence gets the mean of the probabilities at its mentions:
    each mention is read in the whole sentence, so that their readings are repeated measurements of
    one thing.

    Parameters
    ----------
    sentences : pandas.DataFrame
        The sentences table: sentence_id, start, end (characters of the file), text.
    mentions : pandas.DataFrame
        The mentions table: sentence_id, target, start, end (characters of the file).
    model : PredictsStance
        As returned by `encuadre.stance_models.load_stance_model`.

    Returns
    -------
    pandas.DataFrame
        The stances table: sentence_id, target, label (-1, 0 or 1: the most probable stance),
        p_unfavourable, p_neutral, p_favourable (they sum to 1) and method (the model's name).
        One row a sentence and target, in the order of `sentences`, then of the target's id.

    Raises
    ------
    EncuadreError
        Where a mention's sentence is unknown or the mention lies outside it.
    """
    places = {key: place for place, key in enumerate(sentences["sentence_id"])}
    place = np.array([places.get(key, -1) for key in mentions["sentence_id"]], dtype=int)
    _check_mentions(mentions, fit=place >= 0)
    texts = sentences["text"].to_numpy()[place]
    offsets = sentences["start"].to_numpy()[place]
    starts = mentions["start"].to_numpy() - offsets
    ends = mentions["end"].to_numpy() - offsets
    _check_mentions(mentions, fit=(starts >= 0) & (ends <= np.array([len(t) for t in texts])))

    spans = list(zip(starts.tolist(), ends.tolist(), strict=True))
    read = np.asarray(model.predict(texts.tolist(), spans), dtype=float).reshape(-1, 3)
    pairs = list(zip(place.tolist(), mentions["target"], strict=True))
    rows = {pair: row for row, pair in enumerate(sorted(set(pairs)))}
    group = np.array([rows[pair] for pair in pairs], dtype=int)
    order = np.lexsort((starts, group))  # sums of floats depend on the order of their terms
    sums = np.zeros((len(rows), 3))
    np.add.at(sums, group[order], read[order])
    means = sums / np.bincount(group, minlength=len(rows))[:, None]
    stances = {
        "sentence_id": sentences["sentence_id"].to_numpy()[[place for place, _ in rows]],
        "target": [target for _, target in rows],
        "label": means.argmax(axis=1) - 1,
        **dict(zip(PROBABILITIES, means.T, strict=True)),
        "method": model.name,
    }
    return pd.DataFrame(stances, columns=pd.Index(COLUMNS))


def _check_mentions(mentions: pd.DataFrame, *, fit: np.ndarray) -> None:
    if fit.all():
        return
    row = mentions.iloc[int(np.argmin(fit))]
    raise EncuadreError(
        f"The mention of {row['target']!r} at {row['start']} to {row['end']} is not inside its "
        f"sentence {row['sentence_id']!r}; expected characters of the file that lie in a sentence "
        "of the table. Find the mentions again in these sentences."
    )
