"""Hand codings: reading the coders' sheets, matching them to sentences by offsets, the reference."""

from __future__ import annotations

import csv
import io
from difflib import SequenceMatcher
from pathlib import Path

import pandas as pd

from encuadre.errors import StudyError
from encuadre.study import Codebook, Study

PLACE = ("article_id", "start", "end", "text")
OPEN_FIELDS = ("speaker",)
ADJUDICATED = "adjudicated"
OVERLAP = 0.8


def read_codings(study: Study, sentences: pd.DataFrame) -> pd.DataFrame:
    """Read every sheet of `coding/` and match its rows to sentences.

    A sheet is a CSV with article_id, start, end, text and one column a field; its file name is the
    coder. A row is matched to the sentence that it overlaps by at least four fifths, where
    the words at that place are still those of the row.

    Parameters
    ----------
    study : Study
        A study as read by `read_study`.
    sentences : DataFrame
        The table `sentences`.

    Returns
    -------
    DataFrame
        The table `codings`; an empty label says that the field does not apply.

    Raises
    ------
    StudyError
        With every fault, each naming file, row and remedy.
    """
    faults: list[str] = []
    parts = [
        _read_sheet(path, study.codebook, sentences, faults)
        for path in sorted((study.root / "coding").glob("*.csv"))
    ]
    if faults:
        raise StudyError(faults)
    columns = ["sentence_id", "coder", "field", "label", "codebook_version"]
    rows = [row for part in parts for row in part]
    return pd.DataFrame(rows, columns=pd.Index(columns), dtype=object).astype(str)


def pick_reference(codings: pd.DataFrame) -> str:
    """Return the coder whose labels are the reference: the adjudicated ones, or else the first coder; "" without codings."""
    coders = sorted(codings["coder"].unique())
    return ADJUDICATED if ADJUDICATED in coders else (coders[0] if coders else "")


def list_coders(codings: pd.DataFrame) -> list[str]:
    """Return the independent coders (all but the adjudicated reference), sorted."""
    return [c for c in sorted(codings["coder"].unique()) if c != ADJUDICATED]


def pivot_codings(codings: pd.DataFrame, *, coder: str) -> pd.DataFrame:
    """Return one coder's labels, one row a sentence and one column a field."""
    own = codings[codings["coder"] == coder]
    table = own.pivot(index="sentence_id", columns="field", values="label").fillna("")
    table.columns.name = None
    return table.reset_index()


def _read_sheet(
    path: Path, codebook: Codebook, sentences: pd.DataFrame, faults: list[str]
) -> list[tuple[str, ...]]:
    name = f"coding/{path.name}"
    try:
        reader = csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline=""))
        header, lines = list(reader.fieldnames or []), [(reader.line_num, line) for line in reader]
    except UnicodeDecodeError as error:
        faults.append(f"{name} is not UTF-8 (byte {error.start}). Save it as UTF-8.")
        return []
    except csv.Error as error:
        faults.append(f"{name}: not plain CSV ({error}). Check its quotation marks.")
        return []
    missing = [c for c in PLACE if c not in header]
    if missing:
        faults.append(
            f"{name}: columns {missing} are missing. The sheet needs {', '.join(PLACE)} and one column a field."
        )
        return []
    allowed = {f.name: {label.id for label in f.labels} | {""} for f in codebook.fields}
    fields = [c for c in header if c in allowed or c in OPEN_FIELDS]
    twice = [c for c in dict.fromkeys(header) if header.count(c) > 1]
    if twice:
        faults.append(f"{name}: columns {twice} stand twice. Keep one of each.")
        return []
    unknown = [c for c in header if c not in fields and c not in (*PLACE, "sentence_id", "reason")]
    if unknown:
        faults.append(
            f"{name}: columns {unknown} are not fields of the codebook ({', '.join(allowed)}). Rename or remove them."
        )
    rows: list[tuple[str, ...]] = []
    seen: dict[str, int] = {}
    by_article = dict(list(sentences.groupby("article_id")))
    for number, line in lines:
        place = f"{name}, row {number}"
        if None in line or None in line.values():
            faults.append(
                f"{place}: the row has not {len(header)} cells like the header. Quote cells that hold a comma."
            )
            continue
        sentence_id = _match_row(line, by_article, place, faults)
        if not sentence_id:
            continue
        if sentence_id in seen:
            faults.append(
                f"{place}: the same sentence as row {seen[sentence_id]}. Keep one row a sentence."
            )
            continue
        seen[sentence_id] = number
        for field in fields:
            label = line[field].strip()
            if field in allowed and label not in allowed[field]:
                faults.append(
                    f"{place}: {field} is '{label}'; write one of {', '.join(sorted(allowed[field] - {''}))}, or leave it empty."
                )
                continue
            rows.append((sentence_id, path.stem, field, label, codebook.version))
    return rows


def _match_row(line: dict[str, str], by_article: dict, place: str, faults: list[str]) -> str:
    article = by_article.get(line["article_id"])
    if article is None:
        faults.append(
            f"{place}: article_id '{line['article_id']}' is not in the study. Correct it."
        )
        return ""
    if not line["start"].isdecimal() or not line["end"].isdecimal():
        faults.append(
            f"{place}: start '{line['start']}' and end '{line['end']}' must be whole numbers. Copy them from the sheet as it was made."
        )
        return ""
    start, end = int(line["start"]), int(line["end"])
    shared = article["end"].clip(upper=end) - article["start"].clip(lower=start)
    best = shared.idxmax()
    longest = max(end - start, int(article.loc[best, "end"] - article.loc[best, "start"]))
    if shared[best] < OVERLAP * longest:
        faults.append(
            f"{place}: no sentence of '{line['article_id']}' stands at {start} to {end}. The text may have changed since the coding; code it anew."
        )
        return ""
    offset = int(article.loc[best, "start"])
    low, high = max(start, offset), min(end, int(article.loc[best, "end"]))
    said, found = (
        line["text"][low - start : high - start],
        article.loc[best, "text"][low - offset : high - offset],
    )
    if said != found and SequenceMatcher(None, said, found, autojunk=False).ratio() < OVERLAP:
        faults.append(
            f"{place}: the text at {start} to {end} of '{line['article_id']}' is now '{found[:60]}', not '{said[:60]}'. The text has changed since the coding; code it anew."
        )
        return ""
    return str(article.loc[best, "sentence_id"])
