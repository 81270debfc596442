"""Keep what a model makes of each text, so that a rerun reads only what is new.

A model's result belongs to a text alone, so that it can be kept by the text's content.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from encuadre.build.graph import hash_code

_WAIT = 60.0
"""Seconds to wait for another notebook that writes."""


def keep_results(model: Any, *, tables: str | Path) -> KeptModel:
    """Return the model such that it reads no text twice, in this run of the study or a later one.

    Parameters
    ----------
    model : Encoder, StanceModel, SequenceClassifier or AttributionModel
        As its loader returns it.
    tables : path
        The run's folder of tables; results are kept beside it, in ``cache/results.sqlite3``. They
        hold as long as the model, the package and the installed packages stay the same.
    """
    maker = f"{model.identity} {hash_code()}"
    path = Path(tables).resolve().parent / "cache" / "results.sqlite3"
    return KeptModel(model, ResultStore(path, model=model.name, maker=maker))


@dataclass(frozen=True)
class ResultStore:
    """Arrays by key in a file; those of the same model that another `maker` made are dropped.

    A file that cannot be read is begun anew.
    """

    path: Path
    model: str
    maker: str

    def fetch(
        self, keys: Sequence[str], compute: Callable[[list[int]], Sequence[np.ndarray]]
    ) -> list[np.ndarray]:
        """Return an array a key; `compute` takes the places of those that are not kept yet."""
        found = self._read(keys)
        places = {key: place for place, key in enumerate(keys) if key not in found}
        if places:
            new = compute(list(places.values()))
            found |= dict(zip(places, new, strict=True))
            self._write({key: found[key] for key in places})
        return [found[key] for key in keys]

    def _open(self) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self.path, timeout=_WAIT)
        try:
            connection.execute(
                "CREATE TABLE IF NOT EXISTS results (model TEXT, maker TEXT, key TEXT, value BLOB, "
                "PRIMARY KEY (model, maker, key)) WITHOUT ROWID"
            )
        except sqlite3.DatabaseError:
            connection.close()
            raise
        return connection

    def _read(self, keys: Sequence[str]) -> dict[str, np.ndarray]:
        found = {}
        try:
            with contextlib.closing(self._open()) as connection:
                for key in dict.fromkeys(keys):
                    row = connection.execute(
                        "SELECT value FROM results WHERE model = ? AND maker = ? AND key = ?",
                        (self.model, self.maker, key),
                    ).fetchone()
                    if row:
                        found[key] = np.load(io.BytesIO(row[0]), allow_pickle=False)
        except (sqlite3.DatabaseError, ValueError):
            self.path.unlink(missing_ok=True)
            return {}
        return found

    def _write(self, arrays: dict[str, np.ndarray]) -> None:
        with contextlib.closing(self._open()) as connection, connection:
            connection.execute(
                "DELETE FROM results WHERE model = ? AND maker <> ?", (self.model, self.maker)
            )
            for key, array in arrays.items():
                content = io.BytesIO()
                np.save(content, array, allow_pickle=False)
                connection.execute(
                    "INSERT OR REPLACE INTO results VALUES (?, ?, ?, ?)",
                    (self.model, self.maker, key, content.getvalue()),
                )


@dataclass(frozen=True)
class KeptModel:
    """A model whose results are kept. Made by `keep_results`."""

    model: Any
    store: ResultStore

    def __getattr__(self, name: str) -> Any:
        """Return what the model itself says of itself, such as its name."""
        return getattr(self.model, name)

    def predict(self, texts: Iterable[str], spans: Iterable[tuple[int, int]]) -> np.ndarray:
        """As the stance model's."""
        pairs = list(zip(texts, spans, strict=True))

        def compute(places: list[int]) -> np.ndarray:
            return self.model.predict([pairs[n][0] for n in places], [pairs[n][1] for n in places])

        rows = self.store.fetch([_hash(*pair) for pair in pairs], compute)
        return np.array(rows, dtype=np.float32).reshape(-1, 3)

    def embed(self, texts: Iterable[str]) -> np.ndarray:
        """As the encoder's."""
        listed = list(texts)

        def compute(places: list[int]) -> np.ndarray:
            return self.model.embed([listed[n] for n in places])

        rows = self.store.fetch([_hash(text) for text in listed], compute)
        return np.array(rows, dtype=np.float32).reshape(-1, self.model.dimensions)

    def score_words(self, text: str) -> tuple[np.ndarray, list[tuple[int, int]]]:
        """As the attribution model's."""

        def compute(places: list[int]) -> list[np.ndarray]:
            scores, spans = self.model.score_words(text)
            return [np.hstack([scores, np.array(spans, dtype=float).reshape(-1, 2)])]

        (table,) = self.store.fetch([_hash(text)], compute)
        return table[:, :-2], [(int(start), int(end)) for start, end in table[:, -2:]]


def _hash(*content: object) -> str:
    return hashlib.sha256(repr(content).encode("utf-8", "replace")).hexdigest()
