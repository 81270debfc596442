"""The sentences with all that was measured on them, as data for the page."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from encuadre.build.tables import defuse_formulas, load_table
from encuadre.events import parse_events
from encuadre.prose import say_date
from encuadre.speaking import name_speakers
from encuadre.study import Study
from encuadre.topics import name_topics

TEXT_LIMIT = 2_500_000
CSV_LIMIT = 1_000_000
COLUMNS = (
    "id", "article", "paragraph", "segment", "text", "voice", "speaker", "speaker_id",
    "stance", "frame", "function", "topic", "events",
)  # fmt: skip
_COPIES = {"machine_translated": "machine-translated copy", "spun": "spun copy"}


def read_evidence(tables: Path, study: Study) -> dict[str, Any]:
    """Return what the evidence panel, the article reader and the explorer show.

    Labels are those that the report counts: the reference coding where it exists (table `labels`),
    else the models' own. A table that this run did not write is passed over.

    Parameters
    ----------
    tables : path
        The folder of Parquet tables; `articles` and `sentences` must be there.
    study : Study
        For the names of voices, targets, frames, functions, events and topics.

    Returns
    -------
    dict
        names (of ids, by field), articles, columns, rows, and total (the number of sentences; more
        than there are rows where the texts exceed 2.5 million characters: later articles are left
        out whole).
    """
    articles, sentences = (load_table(n, tables=tables) for n in ("articles", "sentences"))
    place = {a: k for k, a in enumerate(articles["article_id"])}
    sentences = sentences.assign(place=sentences["article_id"].map(place))
    sentences = sentences.sort_values(["place", "position"], kind="stable")
    total = len(sentences)
    size = sentences.groupby("place")["text"].apply(lambda t: t.str.len().sum()).cumsum()
    kept = size[size <= max(TEXT_LIMIT, size.iloc[0] if len(size) else 0)].index
    sentences = sentences[sentences["place"].isin(kept)]
    return {
        "names": _list_names(tables, study),
        "own": study.own_voice,
        "targets": [t.id for t in study.targets],
        "articles": list_articles(articles, study),
        "columns": list(COLUMNS),
        "rows": _list_rows(sentences, tables, study),
        "total": total,
    }


def read_downloads(tables: Path) -> dict[str, str]:
    """Return every table of the run as CSV by name, safe to open in a spreadsheet.

    Parts of a table that is there as a whole are left out; so are tables of more than a million
    characters, which the page names but does not hold (empty text).
    """
    paths = sorted(tables.glob("*.parquet"))
    names = {p.stem for p in paths}
    texts = {}
    for path in paths:
        if path.stem.partition("-")[0] in names - {path.stem}:
            continue
        text = defuse_formulas(pd.read_parquet(path)).to_csv(index=False, lineterminator="\n")
        texts[path.stem] = text if len(text) <= CSV_LIMIT else ""
    return texts


def write_json(data: object) -> str:
    """Return JSON that can stand inside a script element: no `<`, `>` or `&`; keys keep their order."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def describe_copy(integrity: str) -> str:
    """Return the state of a copy in words; empty for one as published."""
    return "" if integrity == "intact" else _COPIES.get(integrity, integrity.replace("_", " "))


def list_articles(articles: pd.DataFrame, study: Study) -> list[dict[str, Any]]:
    """Return what the page shows of each article; `hue` is the place of its outlet's colour."""
    order = {o.name: k for k, o in enumerate(study.outlets)}
    return [
        {
            "id": a.article_id,
            "outlet": a.outlet,
            "hue": order.get(str(a.outlet), 0) % 8,
            "title": a.title,
            "author": a.author,
            "date": say_date(str(a.published_on)),
            "genre": a.genre,
            "copy": describe_copy(str(a.integrity)),
        }
        for a in articles.itertuples(index=False)
    ]


def list_outlets(articles: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return name, hue, article ids and facts of each outlet, from what `list_articles` gives."""
    grouped: dict[str, list[Mapping[str, Any]]] = {}
    for article in articles:
        grouped.setdefault(article["outlet"], []).append(article)
    outlets = []
    for name, group in grouped.items():
        facts = f"{len(group)} articles"
        if len(group) == 1:
            facts = ", ".join(t for t in (group[0]["genre"], group[0]["date"] or "undated") if t)
            facts = facts[:1].upper() + facts[1:]
        altered = sum(bool(a["copy"]) for a in group)
        plural = "1 altered copy" if altered == 1 else f"{altered} altered copies"
        copy = group[0]["copy"] if len(group) == 1 else plural
        ids = [a["id"] for a in group]
        outlets.append({
            "name": name, "hue": group[0]["hue"], "ids": ids, "facts": facts,
            "copy": f"{copy}, not verbatim" if altered else "",
        })  # fmt: skip
    return outlets


def _list_names(tables: Path, study: Study) -> dict[str, Any]:
    fields = {f.name: {i.id: i.label for i in f.labels} for f in study.codebook.fields}
    words = _load(tables, "topic_words")
    topics = [] if words is None else name_topics(words, names=study.topic_names)
    return {
        "voice": {v.id: v.label for v in study.voices},
        "target": {t.id: t.label for t in study.targets},
        "frame": fields.get("frame", {}),
        "function": fields.get("function", {}),
        "segment": {"headline": "headline", "body": "body", "boilerplate": "left out"},
        "topic": {str(k): name for k, name in enumerate(topics)},
        "event": {e.id: e.label for e in parse_events(study.events)} if study.events else {},
    }


def _list_rows(sentences: pd.DataFrame, tables: Path, study: Study) -> list[list[Any]]:
    ruled = _load(tables, "voices")
    voices, labels = _index(ruled), _choose_labels(tables)
    named = _name_speakers(ruled, labels, study)
    topics = _load(tables, "topics")
    events = _load(tables, "events")
    leading: dict[str, str] = {}
    if topics is not None:
        led = topics[topics["weight"] > 1 / max(topics["topic"].nunique(), 2)]
        first = led.sort_values(["weight", "topic"], ascending=[False, True])
        first = first.drop_duplicates("sentence_id")
        leading = {s: str(t) for s, t in zip(first["sentence_id"], first["topic"], strict=True)}
    told: dict[str, list[str]] = {}
    if events is not None:
        told = {str(k): sorted(set(g)) for k, g in events.groupby("sentence_id")["event"]}
    rows = []
    for s in sentences.itertuples(index=False):
        key = str(s.sentence_id)
        label, voice = labels.get(key, {}), voices.get(key, {})
        speaks = label.get("voice", voice.get("voice", ""))
        speaker, speaker_id = named.get(key, ("", ""))
        stance = {t.id: label.get(f"stance_{t.id}", "") for t in study.targets}
        row = [
            key, int(str(s.place)), int(str(s.paragraph)), s.segment, s.text, speaks,
            speaker, speaker_id,
            {k: int(v) for k, v in stance.items() if v != ""},
            label.get("frame", ""), label.get("function", ""),
            leading.get(key, ""), told.get(key, []),
        ]  # fmt: skip
        rows.append(row)
    return rows


def _name_speakers(
    voices: pd.DataFrame | None, labels: Mapping[str, Mapping[str, str]], study: Study
) -> dict[str, tuple[str, str]]:
    """Name and id of the speaker of each quoted sentence, by sentence.

    Who was named by reading without being found by rule gets the name as the id.
    """
    if voices is None:
        return {}
    table = voices[["sentence_id", "voice"]].copy()
    for field in ("voice", "speaker"):
        read = table["sentence_id"].map({k: v.get(field, "") for k, v in labels.items()})
        table[field] = read.fillna("").where(read.fillna("") != "", voices[field])
    named = name_speakers(table, voices, study=study)["speaker"]
    ruled = name_speakers(voices[["sentence_id", "voice", "speaker"]], voices, study=study)
    ids = {
        n: str(i) for n, i in zip(ruled["speaker"], voices["speaker_id"], strict=True) if n and i
    }
    return {
        str(key): (name, ids.get(name, name))
        for key, name in zip(table["sentence_id"], named, strict=True)
    }


def _choose_labels(tables: Path) -> dict[str, dict[str, str]]:
    """Labels by sentence and field: the table `labels`, over the models' own tables."""
    found: dict[str, dict[str, str]] = {}
    stances, frames = _load(tables, "stances"), _load(tables, "frames")
    functions, labels = _load(tables, "functions"), _load(tables, "labels")
    if stances is not None:
        for s in stances.itertuples(index=False):
            found.setdefault(str(s.sentence_id), {})[f"stance_{s.target}"] = str(s.label)
    if frames is not None:
        for f in frames[frames["primary"]].itertuples(index=False):
            found.setdefault(str(f.sentence_id), {})["frame"] = str(f.frame)
    if functions is not None:
        for f in functions.itertuples(index=False):
            found.setdefault(str(f.sentence_id), {})["function"] = str(f.function)
    if labels is not None:
        for r in labels.itertuples(index=False):
            found.setdefault(str(r.sentence_id), {})[str(r.field)] = str(r.label)
    return found


def _load(tables: Path, name: str) -> pd.DataFrame | None:
    return load_table(name, tables=tables) if (tables / f"{name}.parquet").exists() else None


def _index(table: pd.DataFrame | None) -> dict[str, dict[str, Any]]:
    if table is None:
        return {}
    return {str(r["sentence_id"]): r for r in table.to_dict("records")}  # type: ignore[misc]
