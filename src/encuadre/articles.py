"""From a study to its articles: the raw texts, checked, and one row an article."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from encuadre.errors import StudyError
from encuadre.schemas import INTEGRITY
from encuadre.study import Study

_ID = re.compile(r"[a-z][a-z0-9_]*")
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
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
    faults: list[str] = []
    rows, texts = [], {}
    for source in study.sources.to_dict("records"):
        faults += _check_source(source)
        raw = _read_file(study.root, source, faults)
        if raw is None:
            continue
        article_id = str(source["article_id"])
        if article_id in texts:
            faults.append(f"sources.csv, row {source['row']}: article_id '{article_id}' stands twice. Give each article its own id.")
            continue
        texts[article_id] = raw.decode("utf-8")
        columns = ("article_id", "outlet", "title", "author", "published_on", "genre", "host", "integrity", "language", "file")
        rows.append({c: source[c] for c in columns} | {"sha256": hashlib.sha256(raw).hexdigest(), "words": count_words(texts[article_id])})
    faults += _find_duplicates(rows, texts, near=study.near_duplicates == "refuse")
    if faults:
        raise StudyError(faults)
    return pd.DataFrame(rows), texts


def count_words(text: str) -> int:
    """Count the words of a text (runs of letters and digits, with inner hyphens and apostrophes)."""
    return sum(1 for _ in _WORD.finditer(text))


def _check_source(source: Mapping[str, object]) -> list[str]:
    place, faults = f"sources.csv, row {source['row']}", []
    if not _ID.fullmatch(str(source["article_id"])):
        faults.append(f"{place}: article_id '{source['article_id']}' arrived; use small letters, digits and _, starting with a letter.")
    if source["published_on"] and not _is_date(str(source["published_on"])):
        faults.append(f"{place}: published_on '{source['published_on']}' is not a date. Write 2024, 2024-08 or 2024-08-15, or leave it empty.")
    if source["integrity"] not in INTEGRITY:
        faults.append(f"{place}: integrity '{source['integrity']}' arrived; write one of {', '.join(INTEGRITY)}.")
    faults += [f"{place}: {c} is empty. Fill it in." for c in ("outlet", "language", "file") if not source[c]]
    return faults


def _is_date(text: str) -> bool:
    match = _DATE.fullmatch(text)
    if not match:
        return False
    year, month, day = (int(g) if g else 1 for g in match.groups())
    try:
        pd.Timestamp(year=year, month=month, day=day)
    except ValueError:
        return False
    return True


def _read_file(root: Path, source: Mapping[str, object], faults: list[str]) -> bytes | None:
    place, name = f"sources.csv, row {source['row']}", str(source["file"])
    if not name:
        return None
    folder = (root / "articles").resolve()
    path = (folder / name).resolve()
    if not path.is_relative_to(folder):
        faults.append(f"{place}: file '{name}' lies outside the study. Put it into articles/ and give its name.")
        return None
    if not path.is_file():
        there = sorted(p.name for p in folder.glob("*"))[:5] if folder.is_dir() else []
        faults.append(f"{place}: articles/{name} does not exist. Correct the name (there: {', '.join(there) or 'nothing'}).")
        return None
    try:
        raw = path.read_bytes()
        text = raw.decode("utf-8")
    except OSError as error:
        faults.append(f"{place}: articles/{name} cannot be read ({error.strerror}). Check its permissions.")
        return None
    except UnicodeDecodeError as error:
        faults.append(f"{place}: articles/{name} is not UTF-8 (byte {error.start}). Save it as UTF-8.")
        return None
    if not any(c.isalpha() for c in text):
        faults.append(f"{place}: articles/{name} holds no words. Give the text of the article.")
        return None
    return raw


def _find_duplicates(rows: list[dict], texts: dict[str, str], *, near: bool) -> list[str]:
    faults, seen = [], {}
    for row in rows:
        if row["sha256"] in seen:
            faults.append(f"articles/{row['file']} is the same as articles/{seen[row['sha256']]}. Keep one row of the two in sources.csv.")
        seen.setdefault(row["sha256"], row["file"])
    if faults or not near:
        return faults
    shingles = {row["article_id"]: _shingle(texts[row["article_id"]]) for row in rows}
    for i, first in enumerate(rows):
        for second in rows[i + 1 :]:
            a, b = shingles[first["article_id"]], shingles[second["article_id"]]
            small, large = sorted((len(a), len(b)))
            if not small or small < NEAR_DUPLICATE * large:
                continue
            share = len(a & b) / len(a | b)
            if share >= NEAR_DUPLICATE:
                faults.append(
                    f"articles/{first['file']} and articles/{second['file']} share {share:.0%} of their wording. "
                    "Keep one row, or write `near_duplicates: allow` in study.yml."
                )
    return faults


def _shingle(text: str) -> set[int]:
    words = [w.lower() for w in _WORD.findall(text)]
    return {hash(tuple(words[i : i + SHINGLE])) for i in range(len(words) - SHINGLE + 1)}
