"""A sentence with its quotations and reporting clauses, and the claim that it makes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from encuadre.quotations import (
    LONGEST_SENTENCE,
    Quotation,
    count_words,
    find_quotations,
    join_quotations,
    mask_quotations,
)
from encuadre.reporting import Report, find_reports
from encuadre.speakers import Person

CONFIDENCE = {
    "direct": 0.95,
    "indirect": 0.9,
    "according": 0.9,
    "put": 0.9,
    "participle": 0.75,
    "passive": 0.65,
    "medium": 0.75,
    "tagged": 0.8,
    "belief": 0.65,
    "same_quotation": 0.95,
    "same_paragraph": 0.85,
    "earlier_paragraph": 0.6,
    "carried": 0.55,
    "none": 0.95,
    "outlet_rule": 0.7,
    "no_speaker": 0.5,
}
"""Confidence of a label by the rule that gave it; multiplied by how surely the speaker is known."""

FAR_QUOTE = 0.5
"""Share of a sentence's words from which its quotations carry it."""
FULL_QUOTE = 8
"""Words from which a quotation says something of its own."""


@dataclass
class Sentence:
    sentence_id: str
    paragraph: int
    text: str
    start: int
    end: int
    gap: int
    segment: str
    quotations: list[Quotation]
    masked: str
    reports: list[Report]

    @property
    def quoted_words(self) -> int:
        return sum(count_words(q.inner) for q in self.quotations if q.speech)

    @property
    def share(self) -> float:
        return self.quoted_words / max(1, count_words(self.text))


@dataclass
class Claim:
    person: Person | None = None
    attribution: str = "none"
    cue: str = ""
    rule: str = "none"
    sure: float = 1.0
    lists: bool = False


def read_sentences(table: pd.DataFrame, *, spun: bool = False) -> list[Sentence]:
    """Read the quotations and reporting clauses of an article's sentences, paragraph by paragraph.

    `spun` says whether a thesaurus replaced words of this copy.
    """
    read: list[Sentence] = []
    end = 0
    paragraphs = [
        list(group.itertuples(index=False)) for _, group in table.groupby("paragraph", sort=False)
    ]
    texts = [_lay_out(rows) for rows in paragraphs]
    quotations = [find_quotations(text) for text in texts]
    if not spun:
        quotations = join_quotations(texts, quotations)
    for rows, found in zip(paragraphs, quotations, strict=True):
        origin = int(rows[0].start)
        for row in rows:
            a = int(row.start) - origin
            b = min(int(row.end) - origin, a + LONGEST_SENTENCE)
            inside = [_clip(q, a, b) for q in found if q.start < b and q.end > a]
            masked = mask_quotations(str(row.text)[:LONGEST_SENTENCE], inside)
            reports = find_reports(masked, spun=spun)
            read.append(
                Sentence(
                    str(row.sentence_id),
                    int(row.paragraph),
                    str(row.text),
                    int(row.start),
                    int(row.end),
                    int(row.start) - end,
                    str(row.segment),
                    inside,
                    masked,
                    reports,
                )
            )
            end = int(row.end)
    return read


def _lay_out(rows: Sequence) -> str:
    """Return the text of a paragraph's sentences, each at its place."""
    text = ""
    for row in rows:
        text = text.ljust(int(row.start) - int(rows[0].start)) + row.text
    return text


def _clip(quotation: Quotation, start: int, end: int) -> Quotation:
    """Return the part of a quotation that stands in a sentence, with offsets from its start."""
    a, b = max(quotation.start, start), min(quotation.end, end)
    skip = max(0, a - quotation.start - 1)
    inner = (
        quotation.inner[skip : skip + b - a]
        if a > quotation.start
        else quotation.inner[: b - a - 1]
    )
    return Quotation(
        a - start, b - start, inner, quotation.closed, quotation.before, quotation.after
    )


def first_of(sentences: list[Sentence], i: int) -> int:
    while i > 0 and sentences[i - 1].paragraph == sentences[i].paragraph:
        i -= 1
    return i
