"""Saving and loading the tables of a run, each checked against its contract."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd

from encuadre.errors import EncuadreError
from encuadre.schemas import check_table

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def save_table(
    table: pd.DataFrame, name: str, *, tables: str | Path, part: str = ""
) -> pd.DataFrame:
    """Check a table and save it as Parquet, and as CSV for people.

    Files are written beside and renamed. In the CSV, text that a spreadsheet would run as a formula
    starts with an apostrophe.

    Parameters
    ----------
    table : DataFrame
        The table.
    name : str
        Its name in `encuadre.schemas.SCHEMAS`.
    tables : path
        The folder; made if need be.
    part : str
        For a table that several notebooks fill: the part, saved as NAME-PART.

    Returns
    -------
    DataFrame
        The table as saved.
    """
    checked = check_table(table, name)
    folder = Path(tables)
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"{name}-{part}" if part else name
    for suffix in (".parquet", ".csv"):
        beside = folder / f".{stem}{suffix}.{os.getpid()}"
        if suffix == ".parquet":
            checked.to_parquet(beside, index=False)
        else:
            defuse_formulas(checked).to_csv(beside, index=False, lineterminator="\n")
        os.replace(beside, folder / f"{stem}{suffix}")
    return checked


def defuse_formulas(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with an apostrophe before text that a spreadsheet would take for a formula."""
    text = [
        c
        for c in table.columns
        if pd.api.types.is_string_dtype(table[c]) or table[c].dtype == object
    ]
    return table.assign(
        **{
            c: [f"'{v}" if isinstance(v, str) and v.startswith(_FORMULA) else v for v in table[c]]
            for c in text
        }
    )


def load_table(name: str, *, tables: str | Path, part: str = "") -> pd.DataFrame:
    """Load a table of the run and check it.

    Raises
    ------
    EncuadreError
        Where the file is missing, is no Parquet file or breaks the contract.
    """
    path = Path(tables) / f"{f'{name}-{part}' if part else name}.parquet"
    if not path.exists():
        raise EncuadreError(
            f"Table '{path.name}' is not in {tables}. Run `make report`, or the notebook that writes it."
        )
    try:
        table = pd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise EncuadreError(
            f"{path} cannot be read ({error}). Delete it and run `make report`."
        ) from None
    return check_table(table, name)


def load_tables(*names: str, study: str | Path, tables: str | Path) -> list[pd.DataFrame]:
    """Load tables for a notebook; the notebooks before it are run first where one is missing.

    Parameters
    ----------
    *names : str
        Names of tables, or NAME-PART.
    study, tables : path
        The study's folder and the run's folder of tables.
    """
    missing = [n for n in names if not (Path(tables) / f"{n}.parquet").exists()]
    if missing:
        from encuadre.build.graph import build_tables

        build_tables(missing, study=Path(study), tables=Path(tables))
    loaded = []
    for name in names:
        base, _, part = name.partition("-")
        loaded.append(load_table(base, tables=tables, part=part))
    return loaded


def recall_table(
    make: Callable[[], pd.DataFrame],
    name: str,
    *,
    inputs: Sequence[pd.DataFrame | str],
    tables: str | Path,
) -> pd.DataFrame:
    """Return the table that `make` gives, from the run's cache where it was made from the same.

    The same are the inputs, the package's modules, the models and the installed packages, each by
    its content.

    Parameters
    ----------
    make : callable
        Makes the table; takes nothing.
    name : str
        The table's name in `encuadre.schemas.SCHEMAS`.
    inputs : sequence of DataFrame and str
        All that `make` reads.
    tables : path
        The run's folder of tables; the cache lies beside it.
    """
    folder = Path(tables).resolve().parent / "cache"
    path = folder / f"{name}-{_hash_inputs(inputs)}.parquet"
    try:
        return check_table(pd.read_parquet(path), name)
    except (OSError, ValueError, EncuadreError):
        table = check_table(make(), name)
    folder.mkdir(parents=True, exist_ok=True)
    beside = folder / f".{path.name}.{os.getpid()}"
    table.to_parquet(beside, index=False)
    os.replace(beside, path)
    for old in folder.glob(f"{name}-*.parquet"):
        if old != path:
            old.unlink(missing_ok=True)
    return table


def _hash_inputs(inputs: Sequence[pd.DataFrame | str]) -> str:
    from encuadre.build.graph import ROOT, hash_code

    content = hashlib.sha256(hash_code().encode())
    for file in sorted((ROOT / "models").glob("*/model.json")):
        content.update(file.name.encode() + file.read_bytes())
    for value in inputs:
        if isinstance(value, pd.DataFrame):
            content.update(repr(list(value.columns)).encode())
            content.update(pd.util.hash_pandas_object(value, index=False).to_numpy().tobytes())
        else:
            content.update(repr(value).encode())
    return content.hexdigest()[:16]
