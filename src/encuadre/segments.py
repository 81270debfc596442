"""Which part of a page a paragraph is: headline, body, or boilerplate (rules that know no article).

Boilerplate is what the page adds around the text: captions, credits, navigation, links to other
stories, addresses, copyright, author notes, pointers to other publications, and the debris of a
broken copy.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

_FURNITURE = re.compile(
    r"""^(?:
        click\ here | read\ (?:more|next|also|the\ full) | more\s*: | (?:see|watch|listen|related|also)\s*: | related\ (?:stories|articles)
      | advertisement | sign\ up | subscribe | share\ (?:this|on) | follow\ us | (?:toggle|hide|enlarge|cover)\ caption | \w+\ caption$
      | (?:photo|image|picture|video|graphic|source|credit|caption|tags?|topics?|filed\ under|posted\ in)\s*: | copyright | ©
      | (?:you\ may\ )?contact\ us | (?:phone|tel|telephone|fax|e-?mail|address)\s*: | download\ the | print(?:er)?[\ -]friendly
      | for\ more\ information | (?:with\ )?contribut(?:ions?|ing|ors?)\s*: | (?:additional\ )?reporting\ by | editing\ by | skip\ to
      | all\ rights\ reserved | (?:listen|transcript|loading)\W*$
    )""",
    re.I | re.X,
)
_INSIDE = re.compile(r"all rights reserved|contributed to this (?:report|story|article)|printer[- ]friendly version|terms of (?:use|service)|privacy policy", re.I)
_CREDIT = re.compile(r"(?:/\s?(?:AFP|AP|EPA|Reuters|Getty|Bloomberg|Shutterstock)|Getty (?:Images|Photos)|(?:AP|Reuters|AFP) Photo|\bvia (?:AP|Getty|Reuters)|by way of Getty)")
_AUTHOR = re.compile(
    r"^(?:\*\s?)?[A-Z][\w.’'-]+(?: [A-Z][\w.’'-]+){1,3},? (?:is|was) (?:an?|the|(?:a )?(?:senior|former|contributing))\b.*"
    r"(?:fellow|professor|author|writer|reporter|editor|correspondent|director|columnist|analyst|journalist)",
)
_HANDLE = re.compile(r"(?:twitter|follow (?:him|her|them))\b.*@\w|^@\w+$", re.I)
_POINTER = re.compile(r"\b(?:please (?:refer|see|visit)|refer to our|read (?:our|the) (?:full )?(?:report|paper))\b", re.I)
_TERMINAL = re.compile(r"[.!?…:;,]['\"”’)\]]*$")
_NEAR_END = 3
_LONG = 12
_HEADLINE = 20


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
    labels = []
    for paragraph, segment in zip(paragraphs, segments, strict=True):
        pieces = [paragraph.raw[a:b] for a, b in paragraph.spans]
        debris = [not intact and segment == "body" and len(pieces) > 1 and _is_debris(p) for p in pieces]
        labels.append(["boilerplate" if d else segment for d in debris])
    return labels


def _is_debris(piece: str) -> bool:
    words = re.findall(r"\w+", piece)
    return len(words) <= 2 and not re.search(r"[?!\"“”]", piece)


def _mark_boilerplate(paragraphs: Sequence[Paragraph]) -> list[str]:
    counts = Counter(" ".join(p.text.split()).lower() for p in paragraphs)
    credits = [p.words <= _LONG and bool(_CREDIT.search(p.text)) for p in paragraphs]
    marks = []
    for i, p in enumerate(paragraphs):
        following = paragraphs[i + 1] if i + 1 < len(paragraphs) else None
        captioned = following is not None and (credits[i + 1] or re.match(r"source\s*:", following.text, re.I) is not None)
        near_end = i >= len(paragraphs) - _NEAR_END
        marks.append(
            bool(_FURNITURE.match(p.text))
            or bool(_INSIDE.search(p.text))
            or credits[i]
            or counts[" ".join(p.text.split()).lower()] > 1
            or (captioned and len(p.spans) <= 3 and not (following is not None and credits[i + 1] and p.words > 80))
            or (near_end and bool(_AUTHOR.match(p.text) or _HANDLE.search(p.text) or _POINTER.search(p.text)))
        )
    last = max((i for i, p in enumerate(paragraphs) if p.words >= _LONG and p.ends and not marks[i]), default=-1)
    tail = False
    for i in range(last + 1, len(paragraphs)):
        tail = tail or marks[i] or not paragraphs[i].ends
        marks[i] = tail
    return ["boilerplate" if m else "body" for m in marks]


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
        following = order + 1 < len(kept) and kept[order + 1] == i + 1
        if alone and not p.bullet and p.words <= _LONG and not p.ends and following and p.text[:1] in "“‘\"'¿¡" + p.text[:1].upper():
            segments[i] = "headline"
