"""Hand codings: reading the coders' sheets, matching them to sentences by offsets, the reference."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

import pandas as pd

from encuadre.errors import StudyError
from encuadre.study import Codebook, Study

PLACE = ("article_id", "start", "end", "text")
DESIGN = ("stratum", "stratum_size", "probability")
HELPING = ("sentence_id", "reason", "before", "after")
OPEN_FIELDS = ("speaker",)
LEGEND = "(labels)"
NOT_APPLICABLE = "n/a"
FORMULA = ("=", "+", "-", "@", "\t", "\r")
ADJUDICATED = "adjudicated"
OVERLAP = 0.8
_COLUMNS = ["sentence_id", "coder", "field", "label", "codebook_version"]


@dataclass(frozen=True)
class Row:
    """One row of a sheet: its number in the file, its sentence, its filled cells, how it was drawn.

    A label that does not apply is the empty text; cells not filled are left out.
    """

    number: int
    sentence_id: str
    labels: dict[str, str]
    design: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()

    @property
    def coded(self) -> bool:
        """Whether the row is finished as far as the report uses it."""
        return bool(self.labels) and not self.lacking


def read_codings(study: Study, sentences: pd.DataFrame) -> pd.DataFrame:
    """Read every sheet of `coding/` and match its rows to sentences.

    A sheet is a CSV with article_id, start, end, text and one column a field; its file name is the
    coder. A row is matched to the sentence that it overlaps by at least four fifths, where
    the words at that place are still those of the row.

    A row without a label is not coded yet. In a sheet drawn by lot (columns stratum, stratum_size
    and probability) an empty cell is not coded yet either, `n/a` says that a field does not apply,
    and a row counts once voice and every stance that the sheet codes are filled. In other sheets an
    empty cell of a row with labels says that the field does not apply.

    Parameters
    ----------
    study : Study
        A study as read by `read_study`.
    sentences : DataFrame
        The table `sentences`.

    Returns
    -------
    DataFrame
        The table `codings`; an empty label says that the field does not apply. How a row was drawn
        stands there like a field, for coded and uncoded rows.

    Raises
    ------
    StudyError
        With every fault, each naming file, row and remedy.
    """
    faults: list[str] = []
    found: list[tuple[str, ...]] = []
    for path in sorted((study.root / "coding").glob("*.csv")):
        rows = read_sheet(path, study.codebook, sentences, faults, name=f"coding/{path.name}")
        found += _list_labels(rows, coder=path.stem, version=study.codebook.version)
    if faults:
        raise StudyError(faults)
    return pd.DataFrame(found, columns=pd.Index(_COLUMNS), dtype=object).astype(str)


def _list_labels(rows: list[Row], *, coder: str, version: str) -> list[tuple[str, ...]]:
    """Rows of the table `codings`; none where no row is coded."""
    if not any(row.coded for row in rows):
        return []
    return [
        (row.sentence_id, coder, field, label, version)
        for row in rows
        for field, label in (
            *(row.labels.items() if row.coded else ()),
            *zip(DESIGN, row.design, strict=False),
        )
    ]


def list_labels(codings: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that are labels, without those that say how a sentence was drawn."""
    return codings[~codings["field"].isin(DESIGN)]


def pick_reference(codings: pd.DataFrame) -> str:
    """Return the coder whose labels are the reference; "" without codings.

    The adjudicated ones, or else those of the coder with most sentences, the first by name of these.
    """
    counts = list_labels(codings).groupby("coder")["sentence_id"].nunique().sort_index()
    if counts.empty or ADJUDICATED in counts.index:
        return ADJUDICATED if len(counts) else ""
    return str(counts.index[counts.to_numpy().argmax()])


def list_coders(codings: pd.DataFrame) -> list[str]:
    """Return the independent coders (all but the adjudicated reference), sorted."""
    return [c for c in sorted(codings["coder"].unique()) if c != ADJUDICATED]


def pivot_codings(codings: pd.DataFrame, *, coder: str) -> pd.DataFrame:
    """Return one coder's labels, one row a coded sentence and one column a field."""
    own = list_labels(codings[codings["coder"] == coder])
    table = own.pivot(index="sentence_id", columns="field", values="label").fillna("")
    table.columns.name = None
    return table.reset_index()


def pivot_design(codings: pd.DataFrame, *, coder: str) -> pd.DataFrame:
    """Return how the sentences of a coder's sheet were drawn; empty where not by lot.

    Returns
    -------
    DataFrame
        sentence_id, stratum, size (sentences in the stratum, drawn or not).
    """
    own = codings[(codings["coder"] == coder) & codings["field"].isin(DESIGN)]
    table = own.pivot(index="sentence_id", columns="field", values="label")
    table = table.reindex(columns=pd.Index(DESIGN)).astype(object).reset_index()
    table["size"] = table["stratum_size"].astype(float)
    return table[["sentence_id", "stratum", "size"]]


def read_sheet(
    path: Path, codebook: Codebook, sentences: pd.DataFrame, faults: list[str], *, name: str
) -> list[Row]:
    """Read one sheet, adding to `faults` what is wrong with it, each with its row and remedy.

    Commas or semicolons between cells, as spreadsheets write them; rows without any entry and the
    row that lists the labels are passed over.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
        first = text.partition("\n")[0]
        mark = ";" if first.count(";") > first.count(",") else ","
        reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=mark)
        header, lines = list(reader.fieldnames or []), [(reader.line_num, line) for line in reader]
    except OSError as error:
        faults.append(f"{name} cannot be read ({error.strerror}). Give a file that exists.")
        return []
    except UnicodeDecodeError as error:
        faults.append(f"{name} is not UTF-8 (byte {error.start}). Save it as UTF-8.")
        return []
    except csv.Error as error:
        faults.append(f"{name}: not plain CSV ({error}). Check its quotation marks.")
        return []
    allowed = {f.name: {label.id for label in f.labels} | {""} for f in codebook.fields}
    before = len(faults)
    faults += _check_header(header, list(allowed), name)
    if any(c not in header for c in PLACE) or len(set(header)) < len(header):
        return []
    fields = [c for c in header if c in allowed or c in OPEN_FIELDS]
    drawn = all(c in header for c in DESIGN)
    rows: list[Row] = []
    seen: dict[str, int] = {}
    by_article = dict(list(sentences.groupby("article_id")))
    for number, line in lines:
        place = f"{name}, row {number}"
        if line.get("article_id") == LEGEND or not any(line.values()):
            continue
        if None in line or None in line.values():
            faults.append(
                f"{place}: the row has not {len(header)} cells like the header. Quote cells that hold a comma."
            )
            continue
        sentence_id = _match_row({**line, "text": _arm(line["text"])}, by_article, place, faults)
        if not sentence_id:
            continue
        if sentence_id in seen:
            faults.append(
                f"{place}: the same sentence as row {seen[sentence_id]}. Keep one row a sentence."
            )
            continue
        seen[sentence_id] = number
        labels = {f: _read_label(line[f]) for f in fields}
        if any(labels.values()) and not drawn:
            labels = {f: label or NOT_APPLICABLE for f, label in labels.items()}
        labels = {f: "" if v == NOT_APPLICABLE else v for f, v in labels.items() if v}
        wrong = [f for f, v in labels.items() if f in allowed and v not in allowed[f]]
        faults += [
            f"{place}: {f} is '{labels[f]}'; write one of {', '.join(sorted(allowed[f] - {''}))}, or leave it empty."
            for f in wrong
        ]
        design = tuple(line[c].strip() for c in DESIGN) if drawn else ()
        kept = {f: v for f, v in labels.items() if f not in wrong}
        rows.append(Row(number, sentence_id, kept, design))
    if drawn and len(faults) == before:
        faults += _check_design(rows, name)
        rows = _find_unfinished(rows)
    return rows


def _check_header(header: list[str], fields: list[str], name: str) -> list[str]:
    missing = [c for c in PLACE if c not in header]
    if missing:
        return [
            f"{name}: columns {missing} are missing. The sheet needs {', '.join(PLACE)} and one column a field."
        ]
    twice = [c for c in dict.fromkeys(header) if header.count(c) > 1]
    if twice:
        return [f"{name}: columns {twice} stand twice. Keep one of each."]
    faults = []
    unknown = [c for c in header if c not in (*fields, *OPEN_FIELDS, *PLACE, *HELPING, *DESIGN)]
    if unknown:
        faults.append(
            f"{name}: columns {unknown} are not fields of the codebook ({', '.join(fields)}). Rename or remove them."
        )
    lacking = [c for c in DESIGN if c not in header]
    if 0 < len(lacking) < len(DESIGN):
        faults.append(
            f"{name}: columns {lacking} are missing, which say how the sentences were drawn. Copy them from the sheet as it was made."
        )
    return faults


def _check_design(rows: list[Row], name: str) -> list[str]:
    """Faults of the columns that say how the sentences were drawn."""
    faults, strata = [], {}
    for row in rows:
        stratum, size, probability = row.design
        chance = _read_number(probability)
        if not stratum or not size.isdecimal() or not 0 < chance <= 1:
            faults.append(
                f"{name}, row {row.number}: stratum '{stratum}', stratum_size '{size}', probability '{probability}' do not say how the sentence was drawn. Copy them from the sheet as it was made."
            )
            continue
        strata.setdefault(stratum, []).append((row.number, int(size), chance))
    for stratum, members in strata.items():
        number, size, chance = members[0]
        odd = [n for n, s, c in members if s != size or abs(c - chance) > 1e-3]
        expected = round(size * chance)
        if odd:
            faults.append(
                f"{name}, row {odd[0]}: stratum_size or probability differ from row {number} of the stratum '{stratum}'. Copy them from the sheet as it was made."
            )
        elif abs(len(members) - expected) > 0.5 + size * 1e-4:
            faults.append(
                f"{name}: the stratum '{stratum}' has {len(members)} rows, and {expected} were drawn. Put the rows back that were removed, or remove those added; rows without labels may stay empty."
            )
    return faults


def _find_unfinished(rows: list[Row]) -> list[Row]:
    """Say of each row with labels what the report still needs: voice, and every stance that the sheet codes."""
    used = {f for row in rows for f in row.labels}
    needed = ["voice", *sorted(f for f in used if f.startswith("stance_"))]
    return [
        Row(
            row.number, row.sentence_id, row.labels, row.design,
            tuple(f for f in needed if f not in row.labels)
            if row.labels.get("voice") != "" and row.labels.get("segment") != "boilerplate"
            else (),
        )
        for row in rows
    ]  # fmt: skip


def describe_sheet(rows: list[Row]) -> list[str]:
    """Say how far a sheet is filled: rows coded, rows begun and what they lack, fields, rows skipped."""
    coded = [row for row in rows if row.coded]
    begun = [row for row in rows if row.labels and not row.coded]
    lines = [f"{len(coded)} of {len(rows)} rows are coded."]
    if begun:
        first = "; ".join(f"row {r.number} lacks {', '.join(r.lacking)}" for r in begun[:10])
        more = f" and {len(begun) - 10} more" if len(begun) > 10 else ""
        lines.append(f"{len(begun)} begun and not counted yet: {first}{more}.")
    fields = list(dict.fromkeys(f for row in coded for f in row.labels))
    for field in fields:
        filled = [row.labels[field] for row in coded if field in row.labels]
        lines.append(
            f"{field}: {sum(map(bool, filled))} labelled, {filled.count('')} do not apply."
        )
    last = max((row.number for row in coded), default=0)
    skipped = sum(not row.coded for row in rows if row.number < last)
    if skipped and rows[0].design:
        lines.append(
            f"{skipped} rows before the last coded one are not coded. Rows stand in random order: a sheet coded down to any row is a fair sample, one with gaps only if the gaps have nothing to do with the labels."
        )
    return lines


def _read_label(cell: str) -> str:
    label = _arm(cell.strip())
    return NOT_APPLICABLE if label.lower() == NOT_APPLICABLE else label


def _read_number(cell: str) -> float:
    try:
        return float(cell.replace(",", "."))
    except ValueError:
        return float("nan")


def _arm(cell: str) -> str:
    """Take off the apostrophe that keeps a spreadsheet from running a cell as a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(FORMULA) else cell


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
