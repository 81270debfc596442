"""From a study to its articles: the raw texts, checked, and one row an article."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Hashable, Mapping, Sequence
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

import pandas as pd

from encuadre.errors import StudyError
from encuadre.schemas import INTEGRITY
from encuadre.study import Study

_ID = re.compile(r"[a-z][a-z0-9_]*")
_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_ENGLISH = re.compile(r"en(?:-[a-z0-9]{2,8})*", re.I)
_COLUMNS = (
    "article_id", "outlet", "title", "author", "published_on", "genre", "host", "integrity",
    "language", "file",
)  # fmt: skip
_WORD = re.compile(r"\w+(?:[’'\-]\w+)*")
SHINGLE = 5
NEAR_DUPLICATE = 0.8


def read_articles(study: Study) -> tuple[pd.DataFrame, dict[str, str]]:
    """Read the texts of a study byte for byte and describe them.

    Parameters
    ----------
    study : Study
        A study as read by `read_study`.

    Returns
    -------
    articles : DataFrame
        One row an article, in the order of sources.csv, as the contract `articles` has it but
        without the column `sentences`, which only splitting gives.
    texts : dict of str to str
        The decoded text of each article, line ends unchanged, by article id.

    Raises
    ------
    StudyError
        With every fault of sources.csv and of the files, each naming row, file and remedy.
    """
    near = study.near_duplicates == "refuse"
    rows, texts, faults = _read_rows(study.root, study.sources, near=near)
    if faults:
        raise StudyError(faults)
    return pd.DataFrame(rows), texts


def find_article_faults(root: Path, sources: pd.DataFrame, *, near: bool) -> list[str]:
    """Return every fault of the rows of sources.csv and of their files; `near`: duplicates too."""
    return _read_rows(root, sources, near=near)[2]


def _read_rows(
    root: Path, table: pd.DataFrame, *, near: bool
) -> tuple[list[dict[str, Any]], dict[str, str], list[str]]:
    sources = table.to_dict("records")
    faults = [fault for source in sources for fault in _check_source(source)]
    faults += _find_twice(sources)
    rows, texts = [], {}
    for source in sources:
        raw = _read_file(root, source, faults)
        article_id = str(source["article_id"])
        if raw is None or article_id in texts:
            continue
        texts[article_id] = raw.decode("utf-8")
        counted = {
            "sha256": hashlib.sha256(raw).hexdigest(),
            "words": count_words(texts[article_id]),
        }
        rows.append({column: source[column] for column in _COLUMNS} | counted)
    return rows, texts, faults + _find_duplicates(rows, texts, near=near)


def count_words(text: str) -> int:
    """Count the words of a text: runs of letters and digits, inner hyphens and apostrophes too."""
    return sum(1 for _ in _WORD.finditer(text))


def _check_source(source: Mapping[Hashable, Any]) -> list[str]:
    place, faults = f"sources.csv, row {source['row']}", []
    if not _ID.fullmatch(source["article_id"]):
        faults.append(
            f"{place}: article_id '{source['article_id']}' arrived; use small letters, digits and "
            "_, starting with a letter."
        )
    if source["published_on"] and not _is_date(source["published_on"]):
        faults.append(
            f"{place}: published_on '{source['published_on']}' is not a date. Write 2024, 2024-08 "
            "or 2024-08-15, or leave it empty."
        )
    if source["integrity"] not in INTEGRITY:
        faults.append(
            f"{place}: integrity '{source['integrity']}' arrived; write one of "
            f"{', '.join(INTEGRITY)}."
        )
    if source["language"] and not _ENGLISH.fullmatch(source["language"]):
        faults.append(
            f"{place}: language '{source['language']}' arrived; rules and models read English "
            "only. Write `en` for an English text (en-GB and the like will do), or leave the "
            "article out."
        )
    required = ("outlet", "language", "file")
    return faults + [f"{place}: {c} is empty. Fill it in." for c in required if not source[c]]


def _find_twice(sources: Sequence[Mapping[Hashable, Any]]) -> list[str]:
    faults, first = [], {}
    for source in sources:
        article_id, row = source["article_id"], source["row"]
        if article_id and article_id in first:
            faults.append(
                f"sources.csv, row {row}: article_id '{article_id}' stands in row "
                f"{first[article_id]} already. Give each article its own id."
            )
        first.setdefault(article_id, row)
    return faults


def _is_date(text: str) -> bool:
    match = _DATE.fullmatch(text)
    try:
        return match is not None and bool(date(*(int(part or 1) for part in match.groups())))
    except ValueError:
        return False


def _read_file(root: Path, source: Mapping[Hashable, Any], faults: list[str]) -> bytes | None:
    place, name = f"sources.csv, row {source['row']}", source["file"]
    if not name:
        return None
    folder = root.resolve() / "articles"
    try:
        path = (folder / name).resolve()
        if not path.is_relative_to(folder):
            faults.append(
                f"{place}: file '{name}' lies outside the study. Put it into articles/ and give "
                "its name."
            )
            return None
        raw = path.read_bytes()
        if not any(c.isalpha() for c in raw.decode("utf-8")):
            faults.append(f"{place}: articles/{name} holds no words. Give the text of the article.")
            return None
    except FileNotFoundError:
        there = ", ".join(sorted(p.name for p in folder.glob("*.*"))[:5]) or "nothing"
        faults.append(
            f"{place}: articles/{name} does not exist. Correct the name (there: {there})."
        )
        return None
    except UnicodeDecodeError as error:
        faults.append(
            f"{place}: articles/{name} is not UTF-8 (byte {error.start}). Save it as UTF-8."
        )
        return None
    except (OSError, RuntimeError, ValueError) as error:
        problem = getattr(error, "strerror", None) or error
        faults.append(
            f"{place}: articles/{name!r} cannot be read ({problem}). Give the name of a text file "
            "that you may read."
        )
        return None
    return raw


def _find_duplicates(rows: list[dict], texts: Mapping[str, str], *, near: bool) -> list[str]:
    shingles = {row["article_id"]: _shingle(texts[row["article_id"]]) for row in rows if near}
    faults = []
    for first, second in combinations(rows, 2):
        if first["sha256"] == second["sha256"]:
            faults.append(
                f"articles/{second['file']} is the same as articles/{first['file']}. Keep one row "
                "of the two in sources.csv."
            )
        elif near:
            share = _measure_overlap(shingles[first["article_id"]], shingles[second["article_id"]])
            if share >= NEAR_DUPLICATE:
                faults.append(
                    f"articles/{first['file']} and articles/{second['file']} share {share:.0%} of "
                    "their wording. Keep one row, or write `near_duplicates: allow` in study.yml."
                )
    return faults


def _shingle(text: str) -> set[tuple[str, ...]]:
    words = [w.lower() for w in _WORD.findall(text)]
    return {tuple(words[i : i + SHINGLE]) for i in range(len(words) - SHINGLE + 1)}


def _measure_overlap(first: set, second: set) -> float:
    return len(first & second) / len(first | second) if first and second else 0.0
