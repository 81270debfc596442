"""Where quotations stand in a text: between quotation marks of every style, broken ones too."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from encuadre.phrases import FILLER

_DOUBLE = re.compile(r"''|``|[“”„‟\"«»]")
_OPENERS = ("“", "„", "«", "``")
_CLOSERS = ("”", "»")
_STRAIGHT = ('"', "''", "‟")
_WORD = re.compile(r"\w+(?:[’'.\-]\w+)*")
_SENTENCE_END = re.compile(r"[.!?…]+\s")
_ELIDED = re.compile(r"(?:\d0s|\d\d\b|em\b|til\b|tis\b|twas\b|cause\b|bout\b|n\b)", re.I)
_TITLE_SMALL = frozenset("a an and as at by de for from in la of on or the to with no".split())
_LONGEST_SINGLE = 600
LONGEST_SENTENCE = 3000
"""Characters of a sentence that are read; what is longer is no prose."""
_LABEL_WORDS = 3
_REACH = 4
"""Paragraphs in which the closing mark of a quotation is looked for."""
_SPEECH_WORDS = 5


@dataclass(frozen=True)
class Quotation:
    """Words between quotation marks.

    Attributes
    ----------
    start, end : int
        Offsets of the span with its marks, `end` exclusive.
    inner : str
        The words without the marks.
    closed : bool
        Whether the closing mark is there.
    before, after : str
        Up to 40 characters on either side, to judge the use of a fragment.
    """

    start: int
    end: int
    inner: str
    closed: bool
    before: str
    after: str

    @property
    def words(self) -> int:
        """Number of words inside."""
        return count_words(self.inner)

    @property
    def speech(self) -> bool:
        """Whether it is long or finished enough to be speech rather than a term in marks."""
        if self.titled:
            return False
        finished = bool(re.search(r"[.,!?…]\s*$", self.inner))
        return self.words >= _SPEECH_WORDS or (
            finished and self.words > 1 and self.inner.strip()[:1].isupper()
        )

    @property
    def titled(self) -> bool:
        """Whether it is written as a title: every word but the small ones has a capital."""
        words = [w for w in _WORD.findall(self.inner) if w.lower() not in _TITLE_SMALL]
        return len(words) > 1 and all(w[0].isupper() or w[0].isdigit() for w in words)

    @property
    def label(self) -> bool:
        """Whether it names or distances a thing (a nickname, a term) and quotes nobody's claim."""
        if self.titled:
            return True
        if self.words > _LABEL_WORDS:
            attributive = re.match(
                r"\s(?:approach|policy|strategy|slogan|plan|doctrine|mantra|campaign|law|bill)\b",
                self.after,
            )
            return bool(attributive) and self.words <= _SPEECH_WORDS
        if re.match(r"\s*\)", self.after):
            return True
        following = re.match(r"\s([a-z]\w+)", self.after)
        if not following or re.search(r"[.,!?…]\s*$", self.inner):
            return False
        return following.group(1) not in _LINKS


_LINKS = frozenset(
    "of in on at to for from with by against about over under into and or but as "
    "because since if when while after before "
    "toward towards on than said says is are was were has have had".split()
)


def count_words(text: str) -> int:
    """Count the words of a text."""
    return sum(1 for _ in _WORD.finditer(text))


def find_quotations(text: str) -> list[Quotation]:
    """Find the quotations of a paragraph.

    Curly, straight and angled double marks and single marks are read. A closing mark where none is
    open opens one if a word follows it; a mark that has no partner ends with its sentence, or with
    the paragraph where that begins with the mark (a quotation that runs on in the next paragraph).

    Parameters
    ----------
    text : str
        One paragraph.

    Returns
    -------
    list of Quotation
        In order, not overlapping; single marks inside double ones are part of these.
    """
    spans = _find_double(text)
    spans += _find_single(text, spans)
    return [_make_quotation(text, *span) for span in sorted(spans)]


def join_quotations(
    texts: Sequence[str], found: Sequence[list[Quotation]]
) -> list[list[Quotation]]:
    """Join quotations that run over paragraphs of which only the last has its closing mark.

    Parameters
    ----------
    texts : sequence of str
        Paragraphs in order.
    found : sequence of list of Quotation
        What `find_quotations` found in each.

    Returns
    -------
    list of list of Quotation
        The same; where a mark opens in one paragraph and the next double mark, up to `_REACH`
        paragraphs on, closes, all between them is quotation.
    """
    joined = [list(each) for each in found]
    for i, text in enumerate(texts):
        if not found[i] or found[i][-1].closed or text[found[i][-1].start] not in '“"':
            continue
        for k in range(i + 1, min(i + 1 + _REACH, len(texts))):
            mark = _DOUBLE.search(texts[k])
            if mark is None:
                continue
            if _closes(texts[k], mark):
                opened = found[i][-1].start
                joined[i][-1] = _make_quotation(text, opened, len(text.rstrip()), False)
                for j in range(i + 1, k):
                    joined[j] = [_make_quotation(texts[j], 0, len(texts[j].rstrip()), False)]
                kept = [q for q in joined[k] if q.start >= mark.end()]
                joined[k] = [_make_quotation(texts[k], 0, mark.end(), True), *kept]
            break
    return joined


def _closes(text: str, mark: re.Match[str]) -> bool:
    """Whether a mark closes: behind the end of a sentence or clause, with no word at its back."""
    closing = mark.group() in ("”", '"') and re.search(r"[.,!?…]$", text[: mark.start()])
    return bool(closing) and not text[mark.end() : mark.end() + 1].isalnum()


def mask_quotations(text: str, quotations: list[Quotation]) -> str:
    """Return the text with each quotation that is not a mere label replaced by as many fillers."""
    pieces, last = [], 0
    for quotation in quotations:
        pieces += [text[last : quotation.start], FILLER * (quotation.end - quotation.start)]
        last = quotation.end
    return "".join([*pieces, text[last:]])


def _make_quotation(text: str, start: int, end: int, closed: bool) -> Quotation:
    width = 2 if text[start : start + 2] in ("''", "``") else 1
    runs_on = text[start].isalnum()
    inner = text[start + (0 if runs_on else width) : end - width if closed else end]
    return Quotation(
        start, end, inner, closed, text[max(0, start - 40) : start], text[end : end + 40]
    )


def _find_double(text: str) -> list[tuple[int, int, bool]]:
    spans: list[tuple[int, int, bool]] = []
    opened = -1
    for match in _DOUBLE.finditer(text):
        i, end, mark = match.start(), match.end(), match.group()
        left = text[i - 1] if i else " "
        right = text[end] if end < len(text) else " "
        starts = left.isspace() or left in "([—–-/:‘'…"
        if opened < 0:
            if (
                mark in _OPENERS
                or (starts and right.strip())
                or (mark == "”" and starts)
                or (
                    mark in _STRAIGHT
                    and right.isalnum()
                    and not left.isalnum()
                    and left not in ".,!?…"
                )
            ):
                opened = i
        elif mark in _OPENERS and right.strip() and starts:
            spans.append((opened, _end_sentence(text, opened, i), False))
            opened = i
        elif mark in _CLOSERS or mark in _STRAIGHT:
            if mark in _STRAIGHT and starts and right.isalnum():
                spans.append((opened, _end_sentence(text, opened, i), False))
                opened = i
            elif i > opened + 1:
                spans.append((opened, end, True))
                opened = -1
            else:
                opened = -1
    if opened >= 0 and opened + 1 < len(text.rstrip()):
        runs_on = not text[:opened].strip()
        spans.append(
            (
                opened,
                len(text.rstrip()) if runs_on else _end_sentence(text, opened, len(text.rstrip())),
                False,
            )
        )
    return spans


def _end_sentence(text: str, start: int, limit: int) -> int:
    match = _SENTENCE_END.search(text, start, limit)
    return match.end() - 1 if match else limit


def _find_single(text: str, taken: list[tuple[int, int, bool]]) -> list[tuple[int, int, bool]]:
    spans: list[tuple[int, int, bool]] = []
    free = _mark_free(text, taken)
    position = 0
    for match in re.finditer(r"(?<![\w'])[‘'](?=[\w¿¡“\[])", text):
        i = match.start()
        if i < position or not free[i] or _ELIDED.match(text, i + 1):
            continue
        end = _close_single(text, i, free)
        if end > 0:
            spans.append((i, end, True))
            position = end
    return spans


def _mark_free(text: str, taken: list[tuple[int, int, bool]]) -> bytearray:
    free = bytearray(b"\x01") * (len(text) + 1)
    for start, end, _ in taken:
        free[start:end] = bytes(end - start)
    return free


def _close_single(text: str, start: int, free: bytearray) -> int:
    marks = "’'" if text[start] == "‘" else "'"
    weak = -1
    for i in range(start + 2, min(len(text), start + _LONGEST_SINGLE)):
        if text[i] not in marks or not free[i]:
            continue
        right = text[i + 1] if i + 1 < len(text) else " "
        if right.isalnum():
            continue
        if text[i - 1] != "s" or not right.isspace():
            return i + 1
        weak = i + 1 if weak < 0 else weak
    return weak
