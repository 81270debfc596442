"""Which part of a page a paragraph is: headline, body, or boilerplate (rules that know no article).

Boilerplate is what the page adds around the text: captions, credits, navigation, links to other
stories, addresses, copyright, author notes, pointers to other publications, and the debris of a
broken copy.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_FURNITURE = re.compile(
    r"""^(?:\(\s*)?(?:
        click\ here | read\ (?:more|next|also|the\ full) | more\s*: | continue\ reading
      | (?:see\ also|see|watch|listen|related|also|photos?|also\ on\ [\w\ ]{1,30})\s*:
      | (?:complete|full)\ coverage\s*: | follow\ @\w | \d+\ (?:minute|hour|day|week|month|year)s?\ ago$
      | related\ (?:stories|articles) | story\ continue[sd] | advertisement | sign\ up | subscribe
      | share\ (?:this|on) | follow\ us | (?:toggle|hide|enlarge|cover)\ caption | \w+\ caption$
      | enlarge\ this | (?:close|photo|image|video|print|e-?mail)$
      | (?:last\ )?updated\s*(?::|at\b|on\b)
      | (?:image|picture|video|graphic|source|credit|caption|tags?|topics?)\s*:
      | (?:filed\ under|posted\ in)\s*:
      | copyright | © | (?:you\ may\ )?contact\ us | (?:phone|tel|telephone|fax|e-?mail|address)\s*:
      | download\ the | print(?:er)?[\ -]friendly | for\ more\ information | skip\ to
      | (?:with\ )?contribut(?:ions?|ing|ors?)\s*: | (?:additional\ )?reporting\ by | editing\ by
      | all\ rights\ reserved | (?:listen|transcript|loading)\W*$
    )""",
    re.I | re.X,
)
_INSIDE = re.compile(
    r"all rights reserved|contributed to this (?:report|story|article)|printer[- ]friendly version"
    r"|terms of (?:use|service)|privacy policy",
    re.I,
)
_CREDIT = re.compile(
    r"(?:/\s?(?:AFP|AP|EPA|Reuters|Getty|Bloomberg|Shutterstock)|Getty (?:Images|Photos)"
    r"|(?:AP|Reuters|AFP) Photo|\bvia (?:AP|Getty|Reuters)|by way of Getty)"
)
_TOGGLE = re.compile(r"enlarge this image|(?:toggle|hide) caption", re.I)
"""Opens the buttons of a picture whose caption the page keeps folded: none stands above it."""
_TOLD = re.compile(r"[,!?][\"”’'] (?:\w+ ){1,3}?(?:said|says|told|added|wrote)\b|[\"”’'] said\b")
_CREDITED = re.compile(r"\((?:photo|image|picture)(?: credit| by)?s?:? [^()]{1,80}\)$", re.I)
_BYLINE = re.compile(r"By (?:[A-Z][\w.’'-]+,? (?:and )?){1,7}[A-Z][\w.’'-]+")
_AUTHOR = re.compile(
    r"^(?:\*\s?)?[A-Z][\w.’'-]+(?: [A-Z][\w.’'-]+){1,3},? (?:is|was) (?:(?:an?|the)\b.*|"
    r"(?:(?:senior|former|contributing|founding|executive|associate|deputy|managing) )+.*)"
    r"(?:fellow|professor|author|writer|reporter|editor|correspondent|director|columnist|analyst"
    r"|journalist)",
)
_HANDLE = re.compile(
    r"\btwitter\s*:?\s*(?:at )?@\w|follow (?:him|her|them)\b.{0,60}@\w|^@\w+$", re.I
)
_POINTER = re.compile(
    r"\b(?:please (?:refer|see|visit)|refer to our|read (?:our|the) (?:full )?(?:report|paper))\b",
    re.I,
)
_PROMISE = re.compile(
    r"\bin (?:my|our|the) (?:next|forthcoming|upcoming) .*\b(?:op-?ed|column|article|post|part|instal?ment)\b",
    re.I,
)
POST = re.compile(
    r"[—–-]+\s?(?P<name>[A-Z][^()\n@]{1,60}?)\s?\(@\w+\)\s[A-Z][a-z]+\.? \d{1,2}, \d{4}\s*$"
)
"""Signature of an embedded post: "— Ada Moss (@adamoss) July 28, 2017"."""
_TERMINAL = re.compile(r"[.!?…:;,]['\"”’)\]]*$")
_LINKS = re.compile(r"(?:(?:complete|full) coverage|related)\s?:|follow @\w|related stor", re.I)
"""Furniture of pages that set links to other stories between the paragraphs."""
_LINK_WORDS = 7
_NEAR_END = 3
_LONG = 12
_HEADLINE = 20
_NOTE = 60
_CAPTION = 3
_CAPTION_WORDS = 80
_QUOTES = "“‘\"'¿¡"


@dataclass(frozen=True)
class Paragraph:
    """A line of the raw text with the spans of its sentences."""

    raw: str
    start: int
    end: int
    bullet: bool
    spans: list[tuple[int, int]]

    @property
    def text(self) -> str:
        """The paragraph as it stands, without its list marker."""
        return self.raw[self.start : self.end]

    @property
    def words(self) -> int:
        """Number of words between white space."""
        return len(self.text.split())

    @property
    def ends(self) -> bool:
        """Whether it ends as a sentence does."""
        return bool(_TERMINAL.search(self.text))


def label_paragraphs(paragraphs: Sequence[Paragraph], *, intact: bool) -> list[list[str]]:
    """Return the segment of every sentence, one list a paragraph.

    Parameters
    ----------
    paragraphs : sequence of Paragraph
        The lines of one article in order.
    intact : bool
        Whether the copy is as published; only in others is debris looked for.
    """
    segments = _mark_boilerplate(paragraphs)
    _mark_headlines(paragraphs, segments)
    last = max((i for i, s in enumerate(segments) if s == "body"), default=0)
    labels = []
    for paragraph, segment in zip(paragraphs, segments, strict=True):
        pieces = [paragraph.raw[a:b] for a, b in paragraph.spans]
        debris = [
            not intact and segment == "body" and len(pieces) > 1 and _is_debris(p) for p in pieces
        ]
        promise = [paragraph is paragraphs[last] and bool(_PROMISE.search(p)) for p in pieces]
        labels.append(
            ["boilerplate" if d or q else segment for d, q in zip(debris, promise, strict=True)]
        )
    return labels


def _is_debris(piece: str) -> bool:
    words = re.findall(r"\w+", piece)
    return len(words) <= 2 and not re.search(r"[?!\"“”]", piece)


def _mark_boilerplate(paragraphs: Sequence[Paragraph]) -> list[str]:
    repeated = _find_repeated(paragraphs)
    marks = []
    for i, p in enumerate(paragraphs):
        following = paragraphs[i + 1] if i + 1 < len(paragraphs) else None
        marks.append(
            i in repeated
            or _is_furniture(p)
            or _is_credit(p)
            or (following is not None and _is_caption(p, following, top=i == 0))
        )
    last = [i for i, mark in enumerate(marks) if not mark][-_NEAR_END:]
    for i in range(min(last, default=len(paragraphs)), len(paragraphs)):
        marks[i] = marks[i] or _is_closing(paragraphs[i].text)
    marks = _mark_links(paragraphs, marks)
    running = [_is_running(p) and not mark for p, mark in zip(paragraphs, marks, strict=True)]
    last = max((i for i, r in enumerate(running) if r), default=-1)
    tail = False
    for i in range(last + 1, len(paragraphs)):
        tail = tail or marks[i] or not paragraphs[i].ends
        marks[i] = tail
    return ["boilerplate" if m else "body" for m in marks]


def _mark_links(paragraphs: Sequence[Paragraph], marks: list[bool]) -> list[bool]:
    """Mark lines between paragraphs that lead to other stories, on pages that have such furniture.

    A line without a full stop is one beside a line of furniture, or where it is long.
    """
    running = [i for i, p in enumerate(paragraphs) if _is_running(p) and not marks[i]]
    if not running:
        return marks
    inner = range(running[0] + 1, running[-1])
    linked = any(marks[i] and _LINKS.match(paragraphs[i].text) for i in inner)
    marked = list(marks)
    for i in inner:
        p = paragraphs[i]
        if not linked or marks[i] or p.ends or p.bullet or len(p.spans) > 1 or p.words > _LONG:
            continue
        beside = any(marks[j] and _LINKS.match(paragraphs[j].text) for j in (i - 1, i + 1))
        marked[i] = beside or p.words > _LINK_WORDS
    return marked


def _is_running(paragraph: Paragraph) -> bool:
    words = paragraph.words
    if POST.search(paragraph.text):
        return True
    return words > _NOTE or (words >= _LONG and paragraph.ends)


def _find_repeated(paragraphs: Sequence[Paragraph]) -> set[int]:
    places: dict[str, list[int]] = {}
    for i, p in enumerate(paragraphs):
        places.setdefault(" ".join(p.text.split()).lower(), []).append(i)
    repeated = set()
    for same in places.values():
        if len(same) > 1:
            repeated |= set(same[:-1] if _is_running(paragraphs[same[-1]]) else same)
    return repeated


def _is_furniture(paragraph: Paragraph) -> bool:
    patterns = (_FURNITURE.match, _INSIDE.search, _CREDITED.search, _BYLINE.fullmatch)
    return paragraph.words <= _NOTE and any(find(paragraph.text) for find in patterns)


def _is_credit(paragraph: Paragraph) -> bool:
    return paragraph.words <= _LONG and bool(_CREDIT.search(paragraph.text))


def _is_caption(paragraph: Paragraph, following: Paragraph, *, top: bool) -> bool:
    if top and not paragraph.ends:
        return False
    if _TOGGLE.match(following.text) or _TOLD.search(paragraph.text):
        return False
    sourced = re.match(r"source\s*:", following.text, re.I) is not None
    credited = _is_credit(following) and paragraph.words <= _CAPTION_WORDS
    return (sourced or credited) and len(paragraph.spans) <= _CAPTION


def _is_closing(text: str) -> bool:
    return bool(_AUTHOR.match(text) or _HANDLE.search(text) or _POINTER.search(text))


def _mark_headlines(paragraphs: Sequence[Paragraph], segments: list[str]) -> None:
    kept = [i for i, s in enumerate(segments) if s == "body"]
    top = True
    for order, i in enumerate(kept):
        p = paragraphs[i]
        alone = len(p.spans) == 1
        period = p.text.rstrip("\"”’')]").endswith(".")
        if top:
            headline = alone and p.words <= _HEADLINE and not period and (order == 0 or not p.ends)
            summary = p.bullet and order > 0 and p.words <= 2 * _HEADLINE
            if headline or summary:
                segments[i] = "headline"
                continue
            top = False
        followed = order + 1 < len(kept) and kept[order + 1] == i + 1
        short = alone and not p.bullet and p.words <= _LONG and not p.ends
        if short and followed and (p.text[0] in _QUOTES or not p.text[0].islower()):
            segments[i] = "headline"
