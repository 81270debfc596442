"""The sentences behind each finding of the first page, for the PDF: a few telling ones a side."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from encuadre.build.filters import START, find_sentences, list_sentences, parse_filters
from encuadre.build.tables import load_table

MOST = 6  # sentences a finding
SHORTEST = 40  # signs of a sentence that tells something
_LINK = re.compile(r"\[([^\]]*)\]\(" + re.escape(START) + r"([^)\s]*)\)")
_STANCES = {-1: "unfavourable", 0: "neutral", 1: "favourable"}

Sentence = Mapping[str, Any]


@dataclass(frozen=True)
class Side:
    """One number of a finding: where it stands, how many sentences it rests on, and some of them.

    `target` is what the stance is toward where it is a mean stance; `count` is the number of sentences behind it, `total` the number that it is a share of (0 where
    it is none), `silent` the outlets that have no such sentence where all were asked.
    """

    outlets: tuple[str, ...]
    number: str
    count: int
    total: int
    sentences: tuple[Sentence, ...]
    silent: tuple[str, ...] = ()
    target: str = ""


def find_links(text: str) -> list[tuple[str, str]]:
    """Return the text and the link of each evidence link of a Markdown text, in order."""
    return [(shown, START + query) for shown, query in _LINK.findall(text)]


def collect_sides(
    text: str, evidence: Mapping[str, Any], sureness: Mapping[tuple[str, str], float]
) -> list[Side]:
    """Return the sides of a finding: one for each evidence link of its text.

    Parameters
    ----------
    text : str
        The finding, in Markdown.
    evidence : mapping
        As `read_evidence` gives it.
    sureness : mapping
        How sure the models are, by sentence and field, as `read_sureness` gives it.
    """
    sentences = list_sentences(evidence)
    links = [(shown, parse_filters(link)) for shown, link in find_links(text)]
    filled = sum(bool(_find(sentences, filters, evidence)) for _, filters in links)
    most = max(2, MOST // max(filled, 1))
    return [
        _collect(shown, filters, sentences, evidence, sureness, most) for shown, filters in links
    ]


def read_sureness(tables: Path) -> dict[tuple[str, str], float]:
    """Return how sure the models are of a sentence: by (sentence, field).

    The fields are `frame=ID` (likeness to the frame), `stance` (that a side is taken) and
    `stance_TARGET`. A table that this run did not write is passed over.
    """
    found: dict[tuple[str, str], float] = {}
    if (tables / "frames.parquet").exists():
        for f in load_table("frames", tables=tables).itertuples(index=False):
            found[str(f.sentence_id), f"frame={f.frame}"] = float(str(f.score))
    if (tables / "stances.parquet").exists():
        for s in load_table("stances", tables=tables).itertuples(index=False):
            key, sided = str(s.sentence_id), 1 - float(str(s.p_neutral))
            found[key, f"stance_{s.target}"] = sided
            found[key, "stance"] = max(sided, found.get((key, "stance"), 0.0))
    return found


def say_measures(sentence: Sentence, evidence: Mapping[str, Any], *, target: str = "") -> str:
    """Return who speaks and what was measured, in words: voice, stance toward the target, frame.

    Without a target every stance that takes a side is named.
    """
    names = evidence["names"]
    voice = names["voice"].get(sentence["voice"], sentence["voice"])
    parts = ["own voice" if sentence["voice"] == evidence["own"] else voice]
    if sentence["speaker"]:
        parts = [f"{sentence['speaker']} ({voice})"]
    parts += [
        f"{_STANCES[value]} toward {names['target'].get(t, t)}"
        for t, value in sentence["stance"].items()
        if (t == target if target else value)
    ]
    if sentence["frame"] not in ("", "none"):
        parts.append(names["frame"].get(sentence["frame"], sentence["frame"]))
    return " · ".join(part for part in parts if part)


def _collect(
    shown: str,
    filters: Mapping[str, Sequence[str]],
    sentences: Sequence[Sentence],
    evidence: Mapping[str, Any],
    sureness: Mapping[tuple[str, str], float],
    most: int,
) -> Side:
    found = _find(sentences, filters, evidence)
    asked = [a for a in evidence["articles"] if a["id"] in filters.get("article", [a["id"]])]
    outlets = tuple(dict.fromkeys(a["outlet"] for a in asked))
    if "article" not in filters:
        told = {s["article"]["outlet"] for s in found}
        silent = () if "ids" in filters else tuple(o for o in outlets if o not in told)
        chosen = _take_turns(found, outlets, most) if "ids" not in filters else found[:most]
        return Side((), shown, len(found), 0, tuple(chosen), silent)
    whole, groups = found, [found]
    field = ""
    if "target" in filters and "stance" not in filters:
        target = filters["target"][0]
        field = f"stance_{target}"
        groups = [[s for s in found if s["stance"].get(target) == v] for v in _STANCES]
    elif set(filters) == {"article", "voice"}:
        # a share of voices is told by both: the sentences are those of the whole article
        rest = _find(sentences, {"article": filters["article"]}, evidence)
        whole = [s for s in rest if s["voice"]]
        field, groups = "stance", [found, [s for s in whole if s not in found]]
    elif "frame" in filters:
        whole = _find(sentences, {"article": filters["article"]}, evidence)
        whole = [s for s in whole if s["frame"]]
        field = f"frame={filters['frame'][0]}"
    chosen = [
        s
        for group, room in zip(groups, share_room([len(g) for g in groups], most), strict=True)
        for s in sorted(group, key=lambda s: _rank(s, field, sureness))[:room]
    ]
    total = len(whole) if len(whole) > len(found) or shown.endswith("%") else 0
    order = {s["id"]: k for k, s in enumerate(sentences)}
    chosen.sort(key=lambda s: order[s["id"]])
    target = filters.get("target", [""])[0]
    return Side(outlets, shown, len(found), total, tuple(chosen), target=target)


def _find(
    sentences: Sequence[Sentence],
    filters: Mapping[str, Sequence[str]],
    evidence: Mapping[str, Any],
) -> list[Sentence]:
    return find_sentences(sentences, filters, own=evidence["own"], targets=evidence["targets"])


def share_room(sizes: Sequence[int], room: int) -> list[int]:
    """Divide the room among groups in proportion to their sizes, by the largest remainder.

    Where there is room for it, no group goes without.
    """
    total = sum(sizes)
    room = min(room, total)
    if not total:
        return [0] * len(sizes)
    exact = [size * room / total for size in sizes]
    shared = [int(part) for part in exact]
    by_rest = sorted(range(len(sizes)), key=lambda k: (shared[k] - exact[k], k))
    for k in by_rest[: room - sum(shared)]:
        shared[k] += 1
    for k, size in enumerate(sizes):
        if size and not shared[k] and max(shared) > 1:
            shared[shared.index(max(shared))] -= 1
            shared[k] = 1
    return shared


def _rank(
    sentence: Sentence, field: str, sureness: Mapping[tuple[str, str], float]
) -> tuple[bool, bool, float, int, str]:
    """Running text before headlines, whole sentences before scraps, the surest first."""
    sure = sureness.get((sentence["id"], field), 0.0)
    length = len(sentence["text"])
    return (sentence["segment"] != "body", length < SHORTEST, -sure, length, sentence["id"])


def _take_turns(found: Sequence[Sentence], outlets: Sequence[str], most: int) -> list[Sentence]:
    """One sentence of each outlet, then a second, in reading order, until there are enough."""
    rounds: dict[str, list[Sentence]] = {o: [] for o in outlets}
    for sentence in found:
        rounds[sentence["article"]["outlet"]].append(sentence)
    turns = sorted((k, found.index(s), s["id"]) for g in rounds.values() for k, s in enumerate(g))
    chosen = {name for *_, name in turns[:most]}
    return [s for s in found if s["id"] in chosen]
