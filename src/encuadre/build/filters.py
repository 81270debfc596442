"""Which sentences a link of the report leads to: the page's filters, for the PDF."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

START = "#sentences?"


def parse_filters(link: str) -> dict[str, list[str]]:
    """Return the values wanted by key: `#sentences?article=npr&voice=own` -> article, voice."""
    return {k: v.split(",") for k, v in parse_qsl(link.removeprefix(START)) if v}


def list_sentences(evidence: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of `read_evidence` as mappings, each with its article and place.

    `place` counts from 1 over all sentences of the article, of which there are `places`.
    """
    articles, columns = evidence["articles"], evidence["columns"]
    rows = [dict(zip(columns, row, strict=True)) for row in evidence["rows"]]
    counts: dict[int, int] = {}
    for row in rows:
        counts[row["article"]] = row["place"] = counts.get(row["article"], 0) + 1
    return [r | {"article": articles[r["article"]], "places": counts[r["article"]]} for r in rows]


def find_sentences(
    sentences: Sequence[Mapping[str, Any]],
    filters: Mapping[str, Sequence[str]],
    *,
    own: str,
    targets: Sequence[str],
) -> list[Mapping[str, Any]]:
    """Return the sentences that fit all filters, as the page finds them; `own` is the own voice."""

    def fits(s: Mapping[str, Any]) -> bool:
        for key, name in _FIELDS.items():
            if key in filters and _read(s, name) not in filters[key]:
                return False
        if "event" in filters and not set(filters["event"]) & set(s["events"]):
            return False
        if "q" in filters and ",".join(filters["q"]).lower() not in s["text"].lower():
            return False
        voice = s["voice"]
        said = {voice, "own" if voice == own else "quoted" if voice else ""}
        if "voice" in filters and not said & set(filters["voice"]):
            return False
        if not {"target", "stance"} & set(filters):
            return True
        about = [str(s["stance"][t]) for t in filters.get("target", targets) if t in s["stance"]]
        return bool(set(about) & set(filters["stance"]) if "stance" in filters else about)

    return [s for s in sentences if fits(s)]


_FIELDS = {
    "article": "article", "segment": "segment", "speaker": "speaker_id", "frame": "frame",
    "function": "function", "topic": "topic", "ids": "id",
}  # fmt: skip


def _read(sentence: Mapping[str, Any], name: str) -> str:
    value = sentence[name]
    return str(value["id"] if name == "article" else value)
