"""Which events a text tells, found with phrases that the study holds as data (events.yml)."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Annotated, Any, TypeVar

import pandas as pd
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from encuadre.articles import count_words
from encuadre.consistency import DATE_PATTERN, explain_faults
from encuadre.errors import EncuadreError, StudyError
from encuadre.study import Id, Words

PhraseGroups = tuple[Words, ...]
_QUOTES = str.maketrans("‘’‛´`“”„«»", "'''''\"\"\"\"\"")
_NOTHING = re.compile(r"(?!)")
_PASSAGE = 3
"""Sentences among which the phrases of an event may be scattered."""


class Rule(BaseModel):
    """Phrases that decide whether a text matches.

    `names`: one of them suffices. `together`: groups; a phrase of each group must stand in the
    text. `unless`: none of them may. Case, accents and the style of quotation marks make no
    difference; `*` at the end of a word stands for any ending ("arrest*").
    """

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)

    names: Words = ()
    together: PhraseGroups = ()
    unless: Words = ()


class Entry(Rule):
    """A rule with an id and the name shown for it."""

    id: Id
    label: Annotated[str, StringConstraints(min_length=1)]


class Event(Entry):
    """An event to trace: id, label, date (ISO 8601, may be reduced), phrases that tell of it.

    `carry`: phrases that count only near a sentence which the rule matches, such as "the arrest";
    near is the same paragraph, or `reach` paragraphs before or after it.
    """

    date: Annotated[
        str,
        BeforeValidator(lambda v: v if isinstance(v, int) else str(v)),
        StringConstraints(pattern=DATE_PATTERN),
    ]
    carry: Words = ()
    reach: Annotated[int, Field(ge=0)] = 0


Part = TypeVar("Part", bound=Entry)


def parse_events(data: Mapping[str, Any] | Sequence[Event]) -> tuple[Event, ...]:
    """Read the list `events` of an events.yml.

    Parameters
    ----------
    data : mapping or sequence of Event
        What the file holds, as `Study.events` gives it; events already read are returned as is.

    Returns
    -------
    tuple of Event
        In the order of the file.

    Raises
    ------
    StudyError
        Where an entry breaks the format, has no phrase, or its id stands twice.
    """
    return parse_entries(data, key="events", model=Event)


def parse_entries(
    data: Mapping[str, Any] | Sequence[Part], *, key: str, model: type[Part]
) -> tuple[Part, ...]:
    """Read one list of rules of an events.yml into models; StudyError with the faults of all."""
    if not isinstance(data, Mapping):
        return tuple(data)
    entries = data.get(key) or ()
    if not isinstance(entries, Sequence) or isinstance(entries, str):
        kind = type(entries).__name__
        raise StudyError([f"events.yml, {key}: {kind} arrived; write a list of `- id: …` entries."])
    parsed: list[Part] = []
    faults: list[str] = []
    for number, entry in enumerate(entries, start=1):
        rule, reasons = _parse_entry(entry, model)
        name = f" ({entry['id']})" if isinstance(entry, Mapping) and "id" in entry else ""
        faults += [f"events.yml, {key}, entry {number}{name}: {reason}" for reason in reasons]
        parsed += [rule] if rule is not None else []
    ids = [rule.id for rule in parsed]
    faults += [
        f"events.yml, {key}: id '{i}' stands twice. Give each its own id."
        for i in sorted({i for i in ids if ids.count(i) > 1})
    ]
    if faults:
        raise StudyError(faults)
    return tuple(parsed)


def _parse_entry(entry: object, model: type[Part]) -> tuple[Part | None, list[str]]:
    if not isinstance(entry, Mapping):
        return None, [f"{str(entry)[:40]!r} arrived; write `- id: …` with its lines below."]
    try:
        rule = model.model_validate(entry)
    except ValidationError as error:
        return None, explain_faults(error, known=[*model.model_fields])
    phrases = [*rule.names, *(p for group in rule.together for p in group), *rule.unless]
    faults = []
    if not rule.names and not rule.together:
        faults.append("it has no phrases. Give `names` or `together`.")
    if not all(rule.together):
        faults.append("a group of `together` is empty. Give it a phrase or drop it.")
    if not all(any(c.isalnum() for c in p) for p in (*phrases, *getattr(rule, "carry", ()))):
        faults.append("a phrase has neither letter nor digit. Write words.")
    return rule, faults


def fold_text(text: str) -> str:
    """Return the text in lower case, without accents, with plain quotes, of the same length."""
    if text.isascii():
        return text.lower().translate(_QUOTES)
    return "".join(map(_fold_character, text.translate(_QUOTES)))


@lru_cache(maxsize=4096)
def _fold_character(character: str) -> str:
    if character.isascii():
        return character.lower()
    base = unicodedata.normalize("NFD", character)[0].lower()
    return base if len(base) == 1 else character


def compile_phrases(phrases: Sequence[str]) -> re.Pattern[str]:
    """Return a pattern that finds the phrases, as whole words, in text that `fold_text` folded.

    Parameters
    ----------
    phrases : sequence of str
        Words between white space; `*` at the end of a word stands for any ending. Without a
        phrase the pattern finds nothing.
    """
    if not phrases:
        return _NOTHING
    parts = [
        r"\s+".join(re.escape(w).replace(r"\*", r"\w*") for w in fold_text(p).split())
        for p in phrases
    ]
    return re.compile(r"(?<!\w)(?:" + "|".join(sorted(parts, key=len, reverse=True)) + r")(?!\w)")


def match_rule(texts: Sequence[str], *, rule: Rule) -> list[bool]:
    """Return for each text whether the rule matches it."""
    return _match_folded([fold_text(text) for text in texts], rule)


def _match_folded(texts: Sequence[str], rule: Rule) -> list[bool]:
    names, unless = compile_phrases(rule.names), compile_phrases(rule.unless)
    groups = [compile_phrases(group) for group in rule.together]
    matches = []
    for text in texts:
        all_groups = bool(groups) and all(group.search(text) for group in groups)
        told = all_groups or bool(names.search(text))
        matches.append(told and not unless.search(text))
    return matches


def select_prose(sentences: pd.DataFrame) -> pd.DataFrame:
    """Return the sentences of headline and body, in the order of the text.

    Raises
    ------
    EncuadreError
        Where columns of the table `sentences` are missing.
    """
    needed = ["sentence_id", "article_id", "paragraph", "position", "text", "segment"]
    missing = [c for c in needed if c not in sentences.columns]
    if missing:
        raise EncuadreError(
            f"The table sentences lacks {missing}; it has {list(sentences.columns)}. "
            "Make it with `split_sentences`."
        )
    articles = {a: i for i, a in enumerate(dict.fromkeys(sentences["article_id"]))}
    prose = sentences[sentences["segment"] != "boilerplate"]
    keys = zip(prose["article_id"], prose["position"], strict=True)
    order = sorted(range(len(prose)), key=[(articles[a], p) for a, p in keys].__getitem__)
    return prose.iloc[order].reset_index(drop=True)


def trace_events(
    sentences: pd.DataFrame, *, events: Mapping[str, Any] | Sequence[Event]
) -> pd.DataFrame:
    """Find the sentences that tell of each event.

    A sentence tells of an event where the event's rule matches it, or where it holds one of the
    event's `carry` phrases and stands near a sentence that the rule matches. Boilerplate never
    counts.

    Parameters
    ----------
    sentences : DataFrame
        The table `sentences`.
    events : mapping or sequence of Event
        `Study.events`, or events already read.

    Returns
    -------
    DataFrame
        The table `events`: event, sentence_id, article_id; by event in the order given, then by
        place in the text.
    """
    prose = select_prose(sentences)
    texts = [fold_text(text) for text in prose["text"]]
    ranks = prose.groupby("article_id", sort=False)["paragraph"].rank(method="dense").astype(int)
    places = list(zip(prose["article_id"], ranks, strict=True))
    parts = []
    for event in parse_events(events):
        told = _match_folded(texts, event)
        carried = _match_folded(texts, Rule(names=event.carry, unless=event.unless))
        near = {
            (article, rank + step)
            for (article, rank), hit in zip(places, told, strict=True)
            if hit
            for step in range(-event.reach, event.reach + 1)
        }
        kept = [hit or (c and p in near) for hit, c, p in zip(told, carried, places, strict=True)]
        parts.append(prose.loc[kept, ["sentence_id", "article_id"]].assign(event=event.id))
    table = pd.concat(parts, ignore_index=True) if parts else prose.iloc[:0].assign(event="")
    return pd.DataFrame(table, columns=pd.Index(["event", "sentence_id", "article_id"])).astype(str)


def find_scattered(
    sentences: pd.DataFrame, *, events: Mapping[str, Any] | Sequence[Event]
) -> pd.DataFrame:
    """Find passages in which the phrases of an event's `together` stand, but in no sentence at once.

    A passage is `_PASSAGE` consecutive sentences of an article that `trace_events` finds nothing in
    for the event. Its words may tell of the event all the same: a reader has to decide.

    Returns
    -------
    DataFrame
        event, sentence_id, article_id of the passages' sentences, in the order of `trace_events`.
    """
    prose = select_prose(sentences)
    texts = pd.Series([fold_text(text) for text in prose["text"]], index=prose.index)
    told = trace_events(sentences, events=events)
    known = set(zip(told["event"], told["article_id"], strict=True))
    parts = []
    for event in parse_events(events):
        groups = [compile_phrases(group) for group in event.together]
        for article, rows in prose.groupby("article_id", sort=False) if groups else ():
            if (event.id, article) in known:
                continue
            kept: set[int] = set()
            for first in range(max(1, len(rows) - _PASSAGE + 1)):
                passage = rows.index[first : first + _PASSAGE]
                hits = [[k for k in passage if group.search(texts[k])] for group in groups]
                kept |= {k for hit in hits for k in hit} if all(hits) else set()
            parts.append(
                prose.loc[sorted(kept), ["sentence_id", "article_id"]].assign(event=event.id)
            )
    table = pd.concat(parts, ignore_index=True) if parts else prose.iloc[:0].assign(event="")
    return pd.DataFrame(table, columns=pd.Index(["event", "sentence_id", "article_id"])).astype(str)


def compare_events(
    traced: pd.DataFrame,
    sentences: pd.DataFrame,
    *,
    events: Mapping[str, Any] | Sequence[Event] | None = None,
) -> pd.DataFrame:
    """Measure the room that each article gives each event.

    Parameters
    ----------
    traced : DataFrame
        The table `events`.
    sentences : DataFrame
        The table `sentences`.
    events : mapping or sequence of Event, optional
        The events to list, told or not; without it, those that `traced` holds.

    Returns
    -------
    DataFrame
        event, article_id, sentences, words, share (of the article's words in headline and body,
        0..1), one row a pair, zeros included. A sentence that tells of two events counts for both,
        so the shares of an article need not add up to one.
    """
    prose = select_prose(sentences)
    words = dict(zip(prose["sentence_id"], map(count_words, prose["text"]), strict=True))
    home = dict(zip(prose["sentence_id"], prose["article_id"], strict=True))
    room: Counter[str] = Counter()
    for sentence, article in home.items():
        room[article] += words[sentence]
    number: Counter[tuple[str, str]] = Counter()
    taken: Counter[tuple[str, str]] = Counter()
    for event, sentence in zip(traced["event"], traced["sentence_id"], strict=True):
        if sentence in home:
            number[event, home[sentence]] += 1
            taken[event, home[sentence]] += words[sentence]
    ids = dict.fromkeys(traced["event"]) if events is None else [e.id for e in parse_events(events)]
    pairs = [(e, a) for e in ids for a in dict.fromkeys(sentences["article_id"])]
    rows = [(*p, number[p], taken[p], taken[p] / room[p[1]] if room[p[1]] else 0.0) for p in pairs]
    columns = ["event", "article_id", "sentences", "words", "share"]
    return pd.DataFrame(rows, columns=pd.Index(columns)).astype({"share": float})
