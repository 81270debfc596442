"""How a claim is attributed: in the speaker's words, in the outlet's, or both."""

from __future__ import annotations

import re

from encuadre.claims import Sentence
from encuadre.phrases import FILLER
from encuadre.quotations import Quotation, count_words
from encuadre.reporting import Report


def name_attribution(sentence: Sentence, report: Report) -> str:
    """Return direct, mixed or indirect."""
    quotations = [
        q for q in sentence.quotations if not q.label and not _in_name(sentence, q, report)
    ]
    if not quotations or (not any(q.speech for q in quotations) and report.kind == "participle"):
        return "indirect"
    if not sentence.share and all(_in_brackets(sentence, q) for q in quotations):
        return "indirect"
    clause = _cut_clause(sentence, report)
    lead, _, tail = clause.partition(FILLER)
    speech = any(q.speech for q in quotations)
    return (
        "direct"
        if speech and count_words(lead) <= 1 and count_words(tail.replace(FILLER, " ")) <= 3
        else "mixed"
    )


def _cut_clause(sentence: Sentence, report: Report) -> str:
    """Return the masked content: what is left of the sentence without the reporting clause."""
    masked = sentence.masked
    begin, end = min(report.start, report.subject[0]), max(report.end, report.subject[1])
    head, tail = masked[:begin], masked[end:]
    if FILLER in head:
        later = re.search(
            rf",? (?:adding|including|noting|saying|arguing|claiming|insisting|"
            rf"warning) (?!{FILLER})(.*)",
            tail,
        )
        return head + (
            later.group(1)
            if later and FILLER not in tail
            else tail[tail.find(FILLER) :]
            if FILLER in tail
            else ""
        )
    first = tail.find(FILLER)
    lead = tail[:first]
    content = (
        re.split(r"\b(?:that|:)\s?", lead, maxsplit=1)[-1]
        if report.lemma in ("tell", "inform") and " that " in lead
        else lead
    )
    if report.lemma in ("tell", "inform", "call") or lead.rstrip().endswith((",", ":")):
        content = content if re.search(r"\bthat\b", lead) else ""
    return content.replace("that", "", 1) + tail[first:]


def _in_name(sentence: Sentence, quotation: Quotation, report: Report) -> bool:
    return report.subject[0] <= quotation.start < report.subject[1]


def _in_brackets(sentence: Sentence, quotation: Quotation) -> bool:
    return sentence.text[: quotation.start].count("(") > sentence.text[: quotation.start].count(")")
