"""From raw text to sentences with offsets, and the segment each belongs to.

Every sentence is a slice of the raw text: `raw[start:end] == text`. Paragraphs are lines. A break
inside a sentence, as broken copies have it, is joined where the next piece starts in lower case.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import pandas as pd

from encuadre.segments import Paragraph, label_paragraphs

_LINE = re.compile(r"[^\r\n\u2028\u2029]+")
_MARKER = re.compile(r"[\s\ufeff]*(?:[-–—•*·▪‣]\s+|\d{1,2}[.)]\s+(?=[A-Z]))?")
_STOP = re.compile(
    r"""(?P<mark>[.!?…]+)(?P<close>["”’'»)\]]*)(?P<space>\s+)"""
    r"""|(?<=[a-z]{2})(?P<glued>[.!?])(?P<quote>["”]?)(?=["“]?[A-Z][a-z])"""
)
_OPENING = " \t\u00a0\"“”‘’'«([—–-"
_ABBREVIATIONS = frozenset(
    "mr mrs ms dr prof gen lt col sgt capt cmdr maj brig adm gov sen rep reps sens rev hon pres st sr jr vs etc "
    "no nos art vol fig jan feb mar apr jun jul aug sept sep oct nov dec inc ltd co corp bros dept est approx "
    "u.s u.k u.n e.g i.e a.m p.m d.c mt ft".split()
)
_MAY_END = frozenset("u.s u.k u.n a.m p.m d.c inc ltd co corp jr sr etc".split())
_STARTERS = frozenset(
    "the a an in on at but and however he she it they we this that these those there as after for if when while "
    "with his her their its our my i you what who why how although though since meanwhile instead now then also "
    "so yet still despite until before during according mexico mexican".split()
)


def split_sentences(articles: pd.DataFrame, texts: Mapping[str, str]) -> pd.DataFrame:
    """Split each article into sentences with offsets into its raw text.

    Parameters
    ----------
    articles : DataFrame
        With `article_id` and `integrity`; in copies that are not intact, breaks inside sentences are
        joined and debris is set apart.
    texts : mapping of str to str
        Raw text by article id.

    Returns
    -------
    DataFrame
        The table `sentences`. `start` and `end` count characters of the raw text; nothing but
        white space and list markers lies between two sentences.
    """
    rows = []
    for article in articles.itertuples(index=False):
        intact = article.integrity == "intact"
        position = 0
        for number, (paragraph, spans, segments) in enumerate(_read_paragraphs(texts[str(article.article_id)], intact)):
            for (start, end), segment in zip(spans, segments, strict=True):
                rows.append(
                    {
                        "sentence_id": f"{article.article_id}-{position:03d}",
                        "article_id": article.article_id,
                        "paragraph": number,
                        "position": position,
                        "start": start,
                        "end": end,
                        "text": paragraph.raw[start:end],
                        "segment": segment,
                    }
                )
                position += 1
    columns = ["sentence_id", "article_id", "paragraph", "position", "start", "end", "text", "segment"]
    return pd.DataFrame(rows, columns=pd.Index(columns))


def _read_paragraphs(raw: str, intact: bool):
    paragraphs = []
    for match in _LINE.finditer(raw):
        marker = _MARKER.match(raw, match.start(), match.end())
        start = marker.end() if marker else match.start()
        end = match.start() + len(match.group().rstrip())
        if start >= end:
            continue
        bullet = bool(marker and marker.group().strip("\ufeff \t\u00a0"))
        spans = find_boundaries(raw, start, end, join_lower=not intact)
        paragraphs.append(Paragraph(raw=raw, start=start, end=end, bullet=bullet, spans=spans))
    labels = label_paragraphs(paragraphs, intact=intact)
    return list(zip(paragraphs, (p.spans for p in paragraphs), labels, strict=True))


def find_boundaries(raw: str, start: int, end: int, *, join_lower: bool) -> list[tuple[int, int]]:
    """Return the spans of the sentences in `raw[start:end]`.

    Parameters
    ----------
    raw : str
        The whole text.
    start, end : int
        The part to split, in characters.
    join_lower : bool
        Whether a piece that starts in lower case belongs to the sentence before it.
    """
    spans, begin = [], start
    for match in _STOP.finditer(raw, start, end):
        if match.start() < begin or not _is_boundary(raw, begin, end, match, join_lower):
            continue
        stop = match.end("quote") if match["glued"] else match.end("close")
        spans.append((begin, stop))
        begin = match.end()
    if begin < end:
        spans.append((begin, end))
    return spans


def _is_boundary(raw: str, begin: int, end: int, match: re.Match[str], join_lower: bool) -> bool:
    if match["glued"]:
        return True
    rest = match.end()
    while rest < end and raw[rest] in _OPENING:
        rest += 1
    while rest < end and not raw[rest].isalnum() and raw[rest] not in "@#$£€":
        rest += 1
    if rest >= end:
        return False
    word_before = re.search(r"[\w.’'&-]*$", raw[max(begin, match.start() - 40) : match.start()])
    before = word_before.group().lower().strip("’'") if word_before else ""
    after = re.match(r"[\w’']+", raw[rest : rest + 40])
    following = after.group() if after else ""
    ellipsis = "…" in match["mark"] or ".." in match["mark"]
    if following[:1].islower():
        if join_lower or ellipsis or match["close"] or match["mark"] != "." or before in _ABBREVIATIONS:
            return False
        return len(before) >= 4 and "." not in before
    if match["mark"] == "." and not match["close"]:
        if before in _MAY_END or re.fullmatch(r"(?:[a-z]\.)+[a-z]", before):
            return following.lower() in _STARTERS and following[:1].isupper()
        if before in _ABBREVIATIONS:
            return False
        if len(before) == 1 and before.isalpha() and before != "i":
            return False
    return True
