"""Tag who says what in a text: sources, cues and contents, and which belong together.

A model scores seven tags for every word; the best sequence of tags over the whole text gives the
spans, and distances in the text link each content to a cue and each cue to a source.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import onnxruntime
import pandas as pd
from tokenizers import Tokenizer

from encuadre.errors import EncuadreError
from encuadre.model_files import (
    Inputs,
    check_markers,
    find_folder,
    open_files,
    read_card,
    run_each,
)
from encuadre.sentences import find_boundaries

ROLES = ("source", "cue", "content")
TAGS = ("O", *(f"{place}-{role}" for role in ROLES for place in "BI"))
COLUMNS = ["attribution", "role", "start", "end", "score"]

_LINE = re.compile(r"[^\r\n\u2028\u2029]+")
_END_OF_LINE = re.compile("\n")
_BREAK_COST = 80
"""Characters that the end of a sentence between two spans counts for."""
_LINE_COST = 120
"""Characters that the end of a line between two spans counts for, beside that of a sentence."""
_LATER_COST = 90
"""Characters that a content counts for whose cue comes in a later sentence."""
_SPAN_COST = {"cue": 40, "content": 25}
"""Characters that a whole span of this role between two spans counts for."""
_REACH = {"source": 600, "cue": 1500}
"""Characters from a cue to its source, and from a content to its cue, at most."""

_NEEDED = {
    "tags": list,
    "window": int,
    "overlap": int,
    "transitions": list,
    "starts": list,
    "markers": dict,
}

Span = tuple[int, int]


class ScoresWords(Protocol):
    """What `find_attributions` asks of a model."""

    @property
    def transitions(self) -> np.ndarray: ...
    @property
    def starts(self) -> np.ndarray: ...

    def score_words(self, text: str) -> tuple[np.ndarray, list[Span]]: ...


@dataclass(frozen=True)
class AttributionModel:
    """Scores who says what. Made by `load_attribution_model`."""

    name: str
    identity: str
    window: int
    overlap: int
    transitions: np.ndarray
    starts: np.ndarray
    markers: Mapping[str, str]
    tokenizer: Tokenizer
    session: onnxruntime.InferenceSession

    def score_words(self, text: str) -> tuple[np.ndarray, list[Span]]:
        """Return the scores of the tags of each word, and each word's characters.

        Parameters
        ----------
        text : str
            Of any length: it is read in windows of consecutive sentences, each run alone.

        Returns
        -------
        scores : numpy.ndarray
            float64, shape (words, 7), in the order of `TAGS`.
        spans : list of (int, int)
            First character of each word, and the character after its last.
        """
        ids, firsts, spans = list_words(self.tokenizer, text)
        windows = cut_windows(
            text, firsts, spans, pieces=len(ids), longest=self.window - 2, overlap=self.overlap
        )
        before, after = (
            self.tokenizer.token_to_id(self.markers[role]) for role in ("start", "end")
        )

        def build(index: int) -> Inputs:
            read, _, end = windows[index]
            row = np.array([[before, *ids[read:end], after]], dtype=np.int64)
            none = np.zeros_like(row)
            return {"input_ids": row, "segments": none, "target_mask": none}

        scores = np.zeros((len(ids), len(TAGS)))
        read = run_each(self.session, build, count=len(windows), output=1)
        for (left, start, end), found in zip(windows, read, strict=True):
            scores[start:end] = found[1 + start - left : 1 + end - left]
        return scores[firsts], spans


def load_attribution_model(name_or_path: str | Path = "base") -> AttributionModel:
    """Return the model of who says what in ``models/NAME`` or in a folder.

    Parameters
    ----------
    name_or_path : str or Path
        A folder's name under ``models/``, or the path of any folder with ``model.onnx``,
        ``tokenizer.json`` and ``model.json``.

    Raises
    ------
    EncuadreError
        Where the folder or a file is missing, a hash is wrong, or the model is of another kind.
    """
    folder = find_folder(name_or_path)
    card = read_card(folder, kinds=("joint",), needed=_NEEDED)
    if tuple(card["tags"]) != TAGS:
        raise EncuadreError(
            f"{folder / 'model.json'} gives the tags {card['tags']}; expected {list(TAGS)}, in this "
            "order. Export the model with its tags in this order."
        )
    scores = [*card["transitions"], card["starts"]]
    if len(scores) != len(TAGS) + 1 or any(len(row) != len(TAGS) for row in scores):
        raise EncuadreError(
            f"{folder / 'model.json'} gives {len(card['transitions'])} rows of 'transitions'; "
            f"expected {len(TAGS)} rows of {len(TAGS)} numbers, and as many 'starts'. "
            "Export the model again."
        )
    session, tokenizer = open_files(folder, card, inputs={"input_ids", "segments", "target_mask"})
    if len(session.get_outputs()) < 2:
        raise EncuadreError(
            f"The model in {folder} has one output; expected the scores of stances, then of tags. "
            "Export the model with both heads."
        )
    check_markers(folder, card, tokenizer)
    return AttributionModel(
        name=card["name"],
        identity=card["identity"],
        window=card["window"],
        overlap=card["overlap"],
        transitions=np.array(card["transitions"], dtype=float),
        starts=np.array(card["starts"], dtype=float),
        markers=card["markers"],
        tokenizer=tokenizer,
        session=session,
    )


def find_attributions(text: str, *, model: ScoresWords) -> pd.DataFrame:
    """Return the sources, cues and contents in a text, linked to attributions.

    Parameters
    ----------
    text : str
        A whole article: speakers carry over sentences, so that more context reads better.
    model : AttributionModel
        As returned by `load_attribution_model`.

    Returns
    -------
    pandas.DataFrame
        One row a span and attribution, in the order of attributions, then of the text:
        attribution (0, 1, … in the order of their first characters), role (source, cue or
        content), start and end (characters of `text`) and score (0..1, the mean probability of
        the tags of its words). A source of two cues stands in both attributions; a span that no
        other belongs to is an attribution of its own.
    """
    scores, words = model.score_words(text)
    tags = decode_tags(scores, transitions=model.transitions, starts=model.starts)
    sure = measure_certainty(scores, tags, transitions=model.transitions, starts=model.starts)
    found = list_spans(tags)
    certainty = {
        (words[first][0], words[last][1]): float(sure[first : last + 1].mean())
        for _, first, last in found
    }
    spans: dict[str, list[Span]] = {role: [] for role in ROLES}
    for role, first, last in found:
        spans[role].append((words[first][0], words[last][1]))
    rows = [
        (number, role, *span, certainty[span])
        for number, members in enumerate(link_spans(text, spans))
        for role, span in members
    ]
    return pd.DataFrame(rows, columns=pd.Index(COLUMNS))


def list_sentences(text: str) -> Iterator[Span]:
    """Yield the sentences of a text as characters, line by line."""
    for line in _LINE.finditer(text):
        for start, end in find_boundaries(text, *line.span(), join_lower=False):
            if text[start:end].strip():
                yield start, end


def list_words(tokenizer: Tokenizer, text: str) -> tuple[np.ndarray, np.ndarray, list[Span]]:
    """Return piece ids, the place of each word's first piece, and each word's characters."""
    readable = text.encode("utf-8", "replace").decode()
    encoded = tokenizer.encode(readable, add_special_tokens=False)
    firsts: list[int] = []
    spans: list[Span] = []
    before = None
    for place, (word, (start, end)) in enumerate(
        zip(encoded.word_ids, encoded.offsets, strict=True)
    ):
        if word != before or not spans:
            firsts.append(place)
            spans.append((start, end))
        else:
            spans[-1] = (spans[-1][0], end)
        before = word
    return np.array(encoded.ids, dtype=np.int64), np.array(firsts, dtype=np.int64), spans


def cut_windows(
    text: str,
    firsts: np.ndarray,
    spans: list[Span],
    *,
    pieces: int,
    longest: int,
    overlap: int = 0,
) -> list[tuple[int, int, int]]:
    """Return windows of consecutive sentences as places of pieces: left context, start, end.

    Parameters
    ----------
    text : str
        The text that the pieces were made of.
    firsts : numpy.ndarray
        Place of each word's first piece.
    spans : list of (int, int)
        Each word's characters.
    pieces : int
        How many pieces there are.
    longest : int
        The most pieces of a window; a longer sentence is cut between words.
    overlap : int
        The most pieces before a window that are read again as its context.
    """
    begins = np.array([start for start, _ in spans], dtype=np.int64)
    sentences = np.searchsorted(begins, [start for start, _ in list_sentences(text)])
    breaks = np.unique([*firsts[sentences[sentences < len(firsts)]].tolist(), pieces])
    words = np.array([*firsts.tolist(), pieces], dtype=np.int64)
    windows: list[tuple[int, int, int]] = []
    start = 0
    while start < pieces:
        left = start - min(overlap, start, longest // 2)
        left = int(words[np.searchsorted(words, left)])
        limit = left + longest
        end = limit
        for places in (breaks, words):
            last = int(places[max(np.searchsorted(places, limit, side="right") - 1, 0)])
            if last > start:
                end = last
                break
        windows.append((left, start, end))
        start = end
    return windows


def decode_tags(scores: np.ndarray, *, transitions: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Return the best sequence of tags (Viterbi)."""
    count = len(scores)
    if count == 0:
        return np.zeros(0, dtype=np.int64)
    best = starts + scores[0]
    back = np.zeros((count, len(starts)), dtype=np.int64)
    for place in range(1, count):
        reached = best[:, None] + transitions
        back[place] = reached.argmax(axis=0)
        best = reached.max(axis=0) + scores[place]
    tags = np.zeros(count, dtype=np.int64)
    tags[-1] = best.argmax()
    for place in range(count - 1, 0, -1):
        tags[place - 1] = back[place, tags[place]]
    return tags


def measure_certainty(
    scores: np.ndarray, tags: np.ndarray, *, transitions: np.ndarray, starts: np.ndarray
) -> np.ndarray:
    """Return the probability of each word's tag over all sequences (forward and backward)."""
    count = len(scores)
    if count == 0:
        return np.zeros(0)
    steps = np.exp(transitions)
    ahead = np.zeros_like(scores)
    behind = np.ones_like(scores)
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    ahead[0] = np.exp(starts - starts.max()) * weights[0]
    ahead[0] /= ahead[0].sum()
    for place in range(1, count):
        ahead[place] = (ahead[place - 1] @ steps) * weights[place]
        ahead[place] /= ahead[place].sum()
    for place in range(count - 2, -1, -1):
        behind[place] = steps @ (behind[place + 1] * weights[place + 1])
        behind[place] /= behind[place].sum()
    joint = ahead * behind
    return joint[np.arange(count), tags] / joint.sum(axis=1)


def list_spans(tags: np.ndarray) -> list[tuple[str, int, int]]:
    """Return role, first word and last word of each span of tags; white space ends none."""
    found: list[tuple[str, int, int]] = []
    for place, tag in enumerate(TAGS[number] for number in tags):
        if tag == "O":
            continue
        role = tag[2:]
        if tag[0] == "I" and found and found[-1][0] == role and found[-1][2] == place - 1:
            found[-1] = (role, found[-1][1], place)
        else:
            found.append((role, place, place))
    return found


def link_spans(text: str, spans: dict[str, list[Span]]) -> list[list[tuple[str, Span]]]:
    """Return attributions as lists of (role, span): each content goes to a cue, each cue to a source.

    The nearest wins, where ends of sentences and whole spans in between count as distance.
    """
    breaks = np.array([end - 1 for _, end in list_sentences(text)], dtype=np.int64)
    lines = np.array([match.start() for match in _END_OF_LINE.finditer(text)], dtype=np.int64)

    def measure(one: Span, two: Span, between: tuple[str, ...]) -> float:
        low, high = (one[1], two[0]) if one[1] <= two[0] else (two[1], one[0])
        cost = max(high - low, 0)
        for places, price in ((breaks, _BREAK_COST), (lines, _LINE_COST)):
            first, last = np.searchsorted(places, [low, high])
            cost += price * max(int(last - first), 0)
        for role in between:
            cost += _SPAN_COST[role] * sum(low <= a and b <= high for a, b in spans[role])
        return cost

    def weigh(content: Span, cue: Span) -> float:
        first, last = np.searchsorted(breaks, [content[1] - 2, cue[0]])
        later = cue[0] >= content[1] and last > first
        return measure(content, cue, ("content",)) + (_LATER_COST if later else 0)

    def list_near(one: Span, role: str) -> list[Span]:
        reach = _REACH[role]
        return [two for two in spans[role] if max(two[0] - one[1], one[0] - two[1]) < reach]

    members: dict[Span, list[tuple[str, Span]]] = {cue: [("cue", cue)] for cue in spans["cue"]}
    alone: list[list[tuple[str, Span]]] = []
    used = set()
    for cue in spans["cue"]:
        source = min(
            list_near(cue, "source"),
            key=lambda two: (measure(cue, two, ("cue", "content")), two),
            default=None,
        )
        if source:
            members[cue].append(("source", source))
            used.add(source)
    for content in spans["content"]:
        near = list_near(content, "cue")
        cue = min(near, key=lambda two: (weigh(content, two), two), default=None)
        if cue:
            members[cue].append(("content", content))
        else:
            alone.append([("content", content)])
    alone += [[("source", source)] for source in spans["source"] if source not in used]
    groups = [sorted(group, key=lambda item: item[1]) for group in [*members.values(), *alone]]
    return sorted(groups, key=lambda group: (group[0][1], group[-1][1]))
