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
_MARKER = re.compile(r"[\s\ufeff]*(?:(?:-{1,2}|[–—•*·▪‣])\s+|\d{1,2}[.)]\s+(?=[A-Z]))?")
_STOP = re.compile(
    r"""(?<![.!?…])(?P<mark>[.!?…]++)(?P<close>["”’'»)\]]*+)(?P<space>\s++)"""
    r"""|(?<=[a-z]{2})(?P<glued>[.!?])(?P<quote>["”]?)(?=["“]?[A-Z][a-z])"""
)
_CONTENT = re.compile(r"[^\W_]|[@#$£€]")
_LAST_WORD = re.compile(r"[\w.’'&-]*$")
_FIRST_WORD = re.compile(r"[\w’']+")
_INITIALS = re.compile(r"(?:[a-z]\.)+[a-z]")
_TAG = re.compile(
    r"(?:(?:[A-Z][\w’'-]*+|the|of|and)\.?\s){1,5}"
    r"(?:said|says|asked|asks|added|wrote|told|replied|wondered)\b"
)
_NUMBERED = frozenset("no nos art vol fig".split())
_ABBREVIATIONS = frozenset(
    "mr mrs ms dr prof gen lt col sgt capt cmdr maj brig adm gov sen rep reps sens rev hon pres st "
    "sr jr vs etc jan feb mar apr jun jul aug sept sep oct nov dec inc ltd co corp bros dept est "
    "approx u.s u.k u.n e.g i.e a.m p.m d.c mt ft".split()
)
_MAY_END = frozenset("u.s u.k u.n a.m p.m d.c inc ltd co corp jr sr etc".split())
_STARTERS = frozenset(
    "the a an in on at but and however he she it they we this that these those there as after for "
    "if when while with his her their its our my i you what who why how although though since "
    "meanwhile instead now then also so yet still despite until before during according".split()
)
_WINDOW = 40
_TAG_WINDOW = 120


def split_sentences(articles: pd.DataFrame, texts: Mapping[str, str]) -> pd.DataFrame:
    """Split each article into sentences with offsets into its raw text.

    Parameters
    ----------
    articles : DataFrame
        With `article_id` and `integrity`; in copies that are not intact, breaks inside sentences
        are joined and debris is set apart.
    texts : mapping of str to str
        Raw text by article id.

    Returns
    -------
    DataFrame
        The table `sentences`. `start` and `end` count characters of the raw text; nothing but
        white space and list markers lies between two sentences.
    """
    rows = []
    for article_id, integrity in zip(articles["article_id"], articles["integrity"], strict=True):
        lines = _read_paragraphs(texts[article_id], intact=integrity == "intact")
        position = 0
        for number, (paragraph, segments) in enumerate(lines):
            for (start, end), segment in zip(paragraph.spans, segments, strict=True):
                rows.append(
                    {
                        "sentence_id": f"{article_id}-{position:03d}",
                        "article_id": article_id,
                        "paragraph": number,
                        "position": position,
                        "start": start,
                        "end": end,
                        "text": paragraph.raw[start:end],
                        "segment": segment,
                    }
                )
                position += 1
    columns = [
        "sentence_id",
        "article_id",
        "paragraph",
        "position",
        "start",
        "end",
        "text",
        "segment",
    ]
    return pd.DataFrame(rows, columns=pd.Index(columns))


def _read_paragraphs(raw: str, *, intact: bool) -> list[tuple[Paragraph, list[str]]]:
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
    return list(zip(paragraphs, label_paragraphs(paragraphs, intact=intact), strict=True))


def find_boundaries(raw: str, start: int, end: int, *, join_lower: bool) -> list[tuple[int, int]]:
    """Return the spans of the sentences in `raw[start:end]`, in time linear in its length.

    Parameters
    ----------
    raw : str
        The whole text.
    start, end : int
        The part to split, in characters.
    join_lower : bool
        Whether a piece that starts in lower case belongs to the sentence before it.

    Returns
    -------
    list of (int, int)
        In order and disjoint; white space alone lies between two, and each holds a word if any of
        the part does.
    """
    spans, begin = [], start
    first = following = _CONTENT.search(raw, start, end)
    for match in _STOP.finditer(raw, start, end):
        if first is None or first.start() >= match.start():
            continue
        if match["glued"]:
            stop, boundary = match.end("quote"), True
        else:
            stop = match.end("close")
            if following is not None and following.start() < match.end():
                following = _CONTENT.search(raw, match.end(), end)
            boundary = following is not None and _is_boundary(
                raw, begin, following.start(), match, join_lower=join_lower
            )
        if boundary:
            spans.append((begin, stop))
            begin = match.end()
            if following is None or following.start() < begin:
                following = _CONTENT.search(raw, begin, end)
            first = following
    if begin < end:
        spans.append((begin, end))
    return spans


def _is_boundary(
    raw: str, begin: int, content: int, match: re.Match[str], *, join_lower: bool
) -> bool:
    word = _LAST_WORD.search(raw[max(begin, match.start() - _WINDOW) : match.start()])
    before = word.group().lower().strip("’'") if word else ""
    word = _FIRST_WORD.match(raw[content : content + _WINDOW])
    following = word.group() if word else ""
    mark, close = match["mark"], match["close"]
    if following[:1].islower():
        ellipsis = "…" in mark or ".." in mark
        if join_lower or ellipsis or close or mark != "." or before in _ABBREVIATIONS | _NUMBERED:
            return False
        return len(before) >= 4 and "." not in before
    if close and mark[-1] in "!?":
        return not _TAG.match(raw[content : content + _TAG_WINDOW])
    if mark != "." or close:
        return True
    if before in _MAY_END or _INITIALS.fullmatch(before):
        return following.lower() in _STARTERS and following[:1].isupper()
    if before in _NUMBERED:
        return not following[:1].isdigit()
    return before not in _ABBREVIATIONS and (
        len(before) != 1 or before == "i" or not before.isalpha()
    )
