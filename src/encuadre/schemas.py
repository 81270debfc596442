"""The contracts of the tables: columns, types and allowed values, checked on saving and loading."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from encuadre.errors import EncuadreError

INTEGRITY = ("intact", "machine_translated", "spun")
SEGMENTS = ("headline", "body", "boilerplate")
ATTRIBUTIONS = ("none", "direct", "indirect", "mixed")
METHODS = ("raw", "corrected", "coded")
STRENGTHS = ("firm", "tentative", "cannot_tell")
MOST_NAMED = 10

# By the first letters of a column's type: what it is called, what pandas infers of it, what fits a cell.
_KINDS: dict[str, tuple[str, tuple[str, ...], Callable[[object], bool]]] = {
    "str": ("text", ("string",), lambda v: isinstance(v, str)),
    "int": ("a whole number", ("integer",), lambda v: _is_number(v, (int, np.integer))),
    "flo": (
        "a number",
        ("floating", "integer", "mixed-integer-float"),
        lambda v: _is_number(v, (int, float, np.integer, np.floating)),
    ),
    "boo": ("True or False", ("boolean",), lambda v: isinstance(v, (bool, np.bool_))),
}


def _text(*, empty: bool = True, allowed: tuple[str, ...] = (), **options: bool) -> pa.Column:
    checks = [pa.Check.isin(allowed)] if allowed else []
    if not empty:
        checks.append(pa.Check.str_length(min_value=1))
    return pa.Column(str, checks, **options)


def _whole(low: int | None = None) -> pa.Column:
    return pa.Column(int, [pa.Check.ge(low)] if low is not None else [])


def _number(
    low: float | None = None, high: float | None = None, *, missing: bool = False
) -> pa.Column:
    checks = [pa.Check.ge(low)] if low is not None else []
    checks += [pa.Check.le(high)] if high is not None else []
    checks.append(pa.Check(lambda v: ~np.isinf(v), error="a finite number"))
    return pa.Column(float, checks, nullable=missing)


def _table(
    columns: dict[str, pa.Column], *, unique: list[str], checks: list[pa.Check] | None = None
):
    return pa.DataFrameSchema(
        columns, strict=True, ordered=True, coerce=True, unique=unique, checks=checks
    )


_KEY = _text(empty=False)

SCHEMAS: dict[str, pa.DataFrameSchema] = {
    "articles": _table(
        {
            "article_id": _KEY,
            "outlet": _text(empty=False),
            "title": _text(),
            "author": _text(),
            "published_on": pa.Column(str, pa.Check.str_matches(r"^(\d{4}(-\d{2}(-\d{2})?)?)?$")),
            "genre": _text(),
            "host": _text(),
            "integrity": _text(allowed=INTEGRITY),
            "language": _text(empty=False),
            "file": _text(empty=False),
            "sha256": pa.Column(str, pa.Check.str_matches(r"^[0-9a-f]{64}$")),
            "words": _whole(0),
            "sentences": _whole(0),
        },
        unique=["article_id"],
    ),
    "sentences": _table(
        {
            "sentence_id": _KEY,
            "article_id": _KEY,
            "paragraph": _whole(0),
            "position": _whole(0),
            "start": _whole(0),
            "end": _whole(1),
            "text": _text(empty=False),
            "segment": _text(allowed=SEGMENTS),
        },
        unique=["sentence_id"],
        checks=[
            pa.Check(
                lambda t: t["end"] - t["start"] == t["text"].str.len(),
                error="end - start is not the length of text",
            )
        ],
    ),
    "voices": _table(
        {
            "sentence_id": _KEY,
            "voice": _KEY,
            "attribution": _text(allowed=ATTRIBUTIONS),
            "speaker": _text(),
            "speaker_id": _text(),
            "cue": _text(),
            "confidence": _number(0, 1),
        },
        unique=["sentence_id"],
    ),
    "mentions": _table(
        {
            "sentence_id": _KEY,
            "target": _KEY,
            "start": _whole(0),
            "end": _whole(1),
            "surface": _text(empty=False),
            "resolved_from": _text(),
        },
        unique=["sentence_id", "target", "start", "end"],
    ),
    "stances": _table(
        {
            "sentence_id": _KEY,
            "target": _KEY,
            "label": pa.Column(int, pa.Check.isin([-1, 0, 1])),
            "p_unfavourable": _number(0, 1),
            "p_neutral": _number(0, 1),
            "p_favourable": _number(0, 1),
            "method": _KEY,
        },
        unique=["sentence_id", "target"],
    ),
    "frames": _table(
        {"sentence_id": _KEY, "frame": _KEY, "score": _number(), "primary": pa.Column(bool)},
        unique=["sentence_id", "frame"],
    ),
    "functions": _table(
        {"sentence_id": _KEY, "function": _KEY, "score": _number()}, unique=["sentence_id"]
    ),
    "topics": _table(
        {"sentence_id": _KEY, "topic": _whole(0), "weight": _number(0, 1)},
        unique=["sentence_id", "topic"],
    ),
    "topic_words": _table(
        {"topic": _whole(0), "rank": _whole(1), "word": _KEY, "weight": _number(0)},
        unique=["topic", "rank"],
    ),
    "topic_stability": _table(
        {"topic": _whole(0), "stability": _number(0, 1), "stable": pa.Column(bool)},
        unique=["topic"],
    ),
    "events": _table(
        {"event": _KEY, "sentence_id": _KEY, "article_id": _KEY}, unique=["event", "sentence_id"]
    ),
    "quantities": _table(
        {
            "sentence_id": _KEY,
            "value": _number(),
            "unit": _text(),
            "what": _text(),
            "text": _text(empty=False),
        },
        unique=["sentence_id", "text", "what", "value"],
    ),
    "codings": _table(
        {
            "sentence_id": _KEY,
            "coder": _KEY,
            "field": _KEY,
            "label": _text(),
            "codebook_version": _KEY,
        },
        unique=["sentence_id", "coder", "field"],
    ),
    "labels": _table(
        {"sentence_id": _KEY, "field": _KEY, "label": _text(), "method": _text(allowed=METHODS)},
        unique=["sentence_id", "field"],
    ),
    "estimates": _table(
        {
            "measure": _KEY,
            "article_id": _text(),
            "outlet": _text(),
            "voice": _KEY,
            "target": _text(),
            "category": _KEY,
            "estimate": _number(-1, 1, missing=True),
            "low": _number(-1, 1, missing=True),
            "high": _number(-1, 1, missing=True),
            "n": _whole(0),
            "method": _text(allowed=METHODS),
            "strength": _text(allowed=STRENGTHS),
        },
        unique=["measure", "article_id", "outlet", "voice", "target", "category", "method"],
    ),
    "agreement": _table(
        {
            "field": _KEY,
            "category": _KEY,
            "coder_a": _KEY,
            "coder_b": _KEY,
            "n": _whole(0),
            "agreement": _number(0, 1, missing=True),
            "alpha": _number(-1, 1, missing=True),
            "low": _number(-1, 1, missing=True),
            "high": _number(-1, 1, missing=True),
        },
        unique=["field", "category", "coder_a", "coder_b"],
    ),
    "classified": _table(
        {
            "sentence_id": _KEY,
            "field": _KEY,
            "label": _KEY,
            "probability": _number(0, 1, missing=True),
            "method": _text(allowed=("learned", "zero-shot")),
            "trained_on": _whole(0),
            "zero_shot": _KEY,
        },
        unique=["sentence_id", "field"],
    ),
    "confusions": _table(
        {
            "field": _KEY,
            "coder_a": _KEY,
            "coder_b": _KEY,
            "label_a": _KEY,
            "label_b": _KEY,
            "n": _whole(1),
            "example": _KEY,
        },
        unique=["field", "coder_a", "coder_b", "label_a", "label_b"],
    ),
    "scores": _table(
        {
            "field": _KEY,
            "article_id": _text(),
            "method": _KEY,
            "category": _KEY,
            "n": _whole(0),
            "predicted": _whole(0),
            "precision": _number(0, 1, missing=True),
            "recall": _number(0, 1, missing=True),
            "f1": _number(0, 1, missing=True),
            "accuracy": _number(0, 1, missing=True),
        },
        unique=["field", "article_id", "method", "category"],
    ),
    "calibration": _table(
        {
            "field": _KEY,
            "bin": _whole(0),
            "n": _whole(1),
            "confidence": _number(0, 1),
            "accuracy": _number(0, 1),
        },
        unique=["field", "bin"],
    ),
    "stability": _table(
        {
            "finding": _KEY,
            "labels": _KEY,
            **{c: _text() for c in ("margin", "floor", "headlines", "copies")},
            **{c: _KEY for c in ("unit", "drawn", "seed")},
            **{c: _number(-2, 2, missing=True) for c in ("estimate", "low", "high")},
            "n": _whole(0),
            "holds": pa.Column(bool),
            "clear": pa.Column(bool),
        },
        unique=[
            "finding",
            "labels",
            "margin",
            "floor",
            "headlines",
            "copies",
            "unit",
            "drawn",
            "seed",
        ],
    ),
    "findings": _table(
        {
            "id": _KEY,
            "kind": _KEY,
            "text": _KEY,
            "strength": _text(allowed=STRENGTHS),
            "reason": _KEY,
            "figure": _KEY,
            "size": _number(0),
            "short": _text(),
            "rank": _whole(0),
        },
        unique=["id"],
    ),
}


def _is_number(value: object, types: tuple[type, ...]) -> bool:
    return isinstance(value, types) and not isinstance(value, (bool, np.bool_))


def _find_mistyped(table: pd.DataFrame, schema: pa.DataFrameSchema) -> list[str]:
    """Name the cells that would have to be converted: text that holds a number, 0.5 for a whole number."""
    faults = []
    for name, column in schema.columns.items():
        called, inferred, fits = _KINDS[str(column.dtype)[:3]]
        cells = table[name].dropna() if len(table) else table[name]
        if cells.empty or pd.api.types.infer_dtype(cells, skipna=False) in inferred:
            continue
        faults += [
            f"row {row}, column {name}: {value!r} arrived; expected {called}"
            for row, value in cells.items()
            if not fits(value)
        ]
    return faults


def check_table(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return the table with the columns, order and types that its contract promises.

    Nothing is converted: a number that arrives as text, or a broken number where a whole one is
    promised, is a fault. Whole numbers are taken where numbers are promised.

    Parameters
    ----------
    table : DataFrame
        A table of the run.
    name : str
        Its name in `SCHEMAS`.

    Raises
    ------
    EncuadreError
        Where the name is unknown or rows break the contract; the first ten are named.
    """
    if name not in SCHEMAS:
        raise EncuadreError(f"No table is called '{name}'; the tables are {', '.join(SCHEMAS)}.")
    schema = SCHEMAS[name]
    missing = [c for c in schema.columns if c not in table.columns]
    extra = [c for c in table.columns if c not in schema.columns]
    if missing or extra:
        raise EncuadreError(
            f"Table '{name}' has columns {list(table.columns)}; expected {list(schema.columns)} "
            f"(missing: {missing or 'none'}, unexpected: {extra or 'none'})."
        )
    ordered = table[list(schema.columns)].reset_index(drop=True)
    if mistyped := _find_mistyped(ordered, schema):
        named = "; ".join(mistyped[:MOST_NAMED])
        raise EncuadreError(f"Table '{name}' breaks its contract: {named}.")
    try:
        return schema.validate(ordered, lazy=True)
    except SchemaErrors as error:
        cases = error.failure_cases.head(MOST_NAMED)
        rows = "; ".join(
            f"row {c.index}, column {c.column}: {c.failure_case!r} fails {c.check}"
            for c in cases.itertuples(index=False)
        )
        raise EncuadreError(f"Table '{name}' breaks its contract: {rows}.") from None
