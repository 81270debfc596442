"""Reporting clauses of a sentence: the cue, its subject, and whether the clause is the main one.

The text comes masked: quoted words are fillers, so that verbs inside a quotation report nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from encuadre.attribution_words import (
    ASPECT,
    DETERMINERS,
    FORMS,
    FUNCTION_WORDS,
    MODALS,
    NOT_NAMES,
    PRONOUNS,
    SOURCE_NOUNS,
)
from encuadre.clauses import (
    NOUNLIKE,
    complements,
    is_comment,
    is_embedded,
    is_medium_report,
    opens_content,
    strip_group,
)
from encuadre.phrases import (
    FILLER,
    TIMES,
    Token,
    is_name,
    is_role,
    is_speaker,
    read_plain,
    read_right,
    split_tokens,
)
from encuadre.subjects import find_before_aside, find_first_subject, find_subject, is_plural

_BELIEVED = frozenset("think believe say report estimate expect fear suspect allege".split())
_NAMING = frozenset("call dub label brand".split())
_SHOWS = frozenset("suggest reveal confirm indicate".split())
"""Verbs of things as well as of people: their subject must be somebody."""


_BESIDE_NOUN = frozenset("in by as at on just".split())
"""Words behind a participle that belongs to a noun: "the only post mentioned in the request"."""
_ANNOUNCED = re.compile(
    r"\b(?P<owner>[A-Z][\w.-]*(?: [A-Z][\w.-]*)*(?=['’]s )|[Hh]is|[Hh]er|[Tt]heir)(?:['’]s)? (?:\w+ )?"
    r"(?P<noun>advice|answer|explanation|message|promise|reaction|reply|response|verdict|warning)\b"
    rf"[^:{FILLER}]{{0,60}}: (?={FILLER})"
)
"""Noun of speech with its owner, before a colon and a quotation."""


@dataclass(frozen=True)
class Report:
    """A reporting clause.

    Attributes
    ----------
    start, end : int
        Offsets of the cue.
    lemma, kind : str
        Verb and its kind: state, judge, belief, act, medium, according, put, participle, passive.
    subject : tuple of int
        Offsets of the noun phrase that speaks; equal offsets where none was found.
    embedded : bool
        Whether the clause is subordinate to another one.
    inverted : bool
        Whether the subject follows the verb.
    """

    start: int
    end: int
    lemma: str
    kind: str
    subject: tuple[int, int]
    embedded: bool
    inverted: bool


def find_reports(text: str, *, spun: bool = False) -> list[Report]:
    """Find the reporting clauses of a masked sentence, in order of their cues.

    Parameters
    ----------
    text : str
        One sentence; quotations replaced by fillers (`encuadre.quotations.mask_quotations`).
    spun : bool
        Whether it is of a copy in which a thesaurus replaced words.
    """
    tokens = split_tokens(text)
    reports = _find_according(text, tokens) + _find_announced(text)
    titled = _is_titled(tokens)
    for i, token in enumerate(tokens):
        word = token.low if titled or i == 0 else token.text
        if word in FORMS:
            report = _read_verb(text, tokens, i, *FORMS[word])
            if report:
                reports.append(report)
    if spun:
        reports += _find_replaced(tokens)
    return sorted(reports, key=lambda r: r.start)


def _is_titled(tokens: list[Token]) -> bool:
    words = [t.text for t in tokens if len(t.text) > 3 and t.text[0].isalpha()]
    return len(words) > 3 and sum(w[0].isupper() for w in words) > 0.7 * len(words)


def _find_according(text: str, tokens: list[Token]) -> list[Report]:
    reports = []
    for match in re.finditer(
        r"according to(?= )|\bin line with(?= )|\bin the words of(?= )|\bin the view of(?= )",
        text,
        re.I,
    ):
        first = next((i for i, t in enumerate(tokens) if t.start >= match.end()), len(tokens))
        subject = read_right(tokens, first)
        if subject is None and match.group().lower() == "according to":
            subject = read_plain(tokens, first)
        if subject is None:
            continue
        named = any(
            is_role(t) and t.low not in SOURCE_NOUNS for t in tokens[subject[0] : subject[1]]
        )
        if match.group().lower() == "in line with" and not named:
            continue
        span = (tokens[subject[0]].start, tokens[subject[1] - 1].end)
        reports.append(
            Report(match.start(), match.end(), "according", "according", span, False, True)
        )
    return reports


def _find_announced(text: str) -> list[Report]:
    """Find whose words a noun and a colon announce: "Moss’s advice to tenants: “...”"."""
    return [
        Report(*match.span("noun"), "say", "state", match.span("owner"), False, True)
        for match in _ANNOUNCED.finditer(text)
    ]


def _find_replaced(tokens: list[Token]) -> list[Report]:
    """Find "famous", which spun copies have for "noted", after the pronoun or name that opens."""
    if len(tokens) < 4 or tokens[1].text not in ("famous", "famed"):
        return []
    if tokens[0].low not in ("he", "she", "they") and not (
        is_name(tokens[0]) and not tokens[0].low.startswith("the")
    ):
        return []
    return [
        Report(
            tokens[1].start,
            tokens[1].end,
            "note",
            "state",
            (tokens[0].start, tokens[0].end),
            False,
            False,
        )
    ]


def _read_verb(
    text: str, tokens: list[Token], i: int, lemma: str, kind: str, tense: str
) -> Report | None:
    token, following = tokens[i], tokens[i + 1] if i + 1 < len(tokens) else None
    begin, auxiliaries, negated = strip_group(tokens, i)
    if negated or auxiliaries & MODALS:
        return None
    if kind == "medium" and not is_medium_report(tokens, begin, i, lemma):
        return None
    passive = auxiliaries & {"is", "are", "was", "were", "been", "being", "be"}
    if tense == "past" and passive:
        return _read_passive(tokens, i, lemma)
    if tense == "participle" and not auxiliaries & {"has", "have", "had"}:
        return None
    if tense == "ing" and not passive:
        return _read_participle(tokens, i, begin, lemma, kind)
    if begin > 0 and tokens[begin - 1].low == "to":
        if (
            begin > 1
            and tokens[begin - 2].low in ASPECT
            or (begin > 2 and tokens[begin - 2].low == "on" and tokens[begin - 3].low in ASPECT)
        ):
            back = begin - 2 if tokens[begin - 2].low in ASPECT else begin - 3
            begin, _, _ = strip_group(tokens, back)
            tense = "past"
        else:
            return None
    if not complements(tokens, i, lemma, kind) or _is_reduced(tokens, i, begin, lemma, tense):
        return None
    inverted = _read_inverted(tokens, i, begin, lemma, kind, tense)
    if inverted:
        span = (tokens[inverted[0]].start, tokens[inverted[1] - 1].end)
        return Report(token.start, token.end, lemma, kind, span, False, True)
    comment = _read_comment(tokens, i, begin, tense)
    if comment:
        return Report(token.start, token.end, lemma, "put", comment, False, False)
    if tense == "base" and (begin == 0 or tokens[begin - 1].low in ("and", "or", "but")):
        return None
    if (
        tense == "base"
        and following is not None
        and following.text in ",;"
        and lemma not in ("say", "believe", "think", "argue")
    ):
        return None
    if (
        following is not None
        and following.text in FORMS
        and FORMS[following.text][2] == "past"
        and tense != "past"
    ):
        return None
    if tense in ("third", "base") and lemma in NOUNLIKE and not opens_content(following):
        return None
    subject = find_subject(tokens, begin, strong=kind == "state" and tense == "past")
    if subject is None or (lemma in _SHOWS and not is_speaker(tokens[slice(*subject)])):
        return None
    if lemma not in ("say", "tell") and following is not None and following.low in _BESIDE_NOUN:
        head = tokens[subject[1] - 1]
        if not (is_name(head) or is_role(head) or head.low in PRONOUNS):
            return None
    if tense == "base" and not auxiliaries and not is_plural(tokens, subject):
        return None
    if (
        tense in ("third", "base")
        and lemma not in ("say", "tell")
        and not _follows_quotation(tokens, subject)
        and following is not None
        and following.low
        in (
            "of",
            "are",
            "were",
            "from",
            "and",
            "in",
            "about",
            "by",
            "against",
            "to",
            "came",
            "as",
            "is",
            "was",
        )
    ):
        return None
    embedded = is_embedded(tokens, subject) or _is_contact(tokens, i, lemma, subject)
    span = (tokens[subject[0]].start, tokens[subject[1] - 1].end)
    if embedded and is_comment(tokens, subject, i):
        return Report(token.start, token.end, lemma, "put", span, False, False)
    while tokens[begin].low in NOT_NAMES | TIMES | {"this", "last", "on"}:
        begin += 1
    return Report(tokens[begin].start, token.end, lemma, kind, span, embedded, False)


def _follows_quotation(tokens: list[Token], subject: tuple[int, int]) -> bool:
    """Whether the clause stands behind a quotation: "“...,” he writes in his blog"."""
    before = [t.text[0] for t in tokens[max(0, subject[0] - 2) : subject[0]]]
    return FILLER in before[-1:] or (before[-1:] == [","] and FILLER in before)


def _is_reduced(tokens: list[Token], i: int, begin: int, lemma: str, tense: str) -> bool:
    """Whether it is a participle beside a noun: ", widely thought to be", ", dubbed “A Better Deal”"."""
    if tense != "past" or i + 1 >= len(tokens):
        return False
    open_ = begin == 0 or not is_name(tokens[begin - 1])
    infinitive = [t.low for t in tokens[i + 1 : i + 3]] in (["to", "be"], ["to", "have"])
    quoted = tokens[i + 1].text[0] == FILLER
    renames = any(t.text[0] == FILLER for t in tokens[i + 2 : i + 8])
    named = quoted or (is_name(tokens[i + 1]) and not renames)
    titled = lemma in _NAMING and begin > 0 and tokens[begin - 1].text == "," and named
    return (lemma in _BELIEVED and open_ and infinitive) or titled


def _is_contact(tokens: list[Token], i: int, lemma: str, subject: tuple[int, int]) -> bool:
    """Whether the clause hangs on the noun before it: "a military fight he called “...”"."""
    if lemma not in _NAMING or i + 1 >= len(tokens) or tokens[i + 1].text[0] != FILLER:
        return False
    before = tokens[subject[0] - 1] if subject[0] else None
    return before is not None and before.text.isalpha() and before.low not in FUNCTION_WORDS


def _read_comment(tokens: list[Token], i: int, begin: int, tense: str) -> tuple[int, int] | None:
    """Read the subject of "As X and Y report,", whose verb could else be a noun."""
    if tense != "base" or begin < 2 or i + 1 >= len(tokens) or tokens[i + 1].text != ",":
        return None
    subject = find_subject(tokens, begin, strong=False)
    if subject is None or subject[0] == 0 or tokens[subject[0] - 1].low != "as":
        return None
    if not is_plural(tokens, subject):
        return None
    return (tokens[subject[0]].start, tokens[subject[1] - 1].end)


def _read_inverted(
    tokens: list[Token], i: int, begin: int, lemma: str, kind: str, tense: str
) -> tuple[int, int] | None:
    if (
        begin != i
        or lemma in ("tell", "inform", "assure")
        or tense not in ("past", "third")
        or i + 1 >= len(tokens)
    ):
        return None
    before = tokens[i - 1].text if i else ","
    if before[0] not in FILLER + ',”"’-—–' and i:
        return None
    particle = lemma == "chime" and tokens[i + 1].low == "in"
    subject = read_right(tokens, i + 1 + particle)
    if subject is None or (
        tense == "third" and lemma in NOUNLIKE and not _is_somebody(tokens, subject)
    ):
        return None
    if before == "," and tokens[i - 2].text[0] != FILLER and find_before_aside(tokens, i - 1):
        return None
    if (
        before[0] == FILLER
        or (before == "," and i > 1 and tokens[i - 2].text[0] == FILLER)
        or before in '”"'
    ):
        return subject
    after = tokens[subject[1]].low if subject[1] < len(tokens) else "."
    return (
        subject
        if kind == "state"
        and after in (",", ".", ";", ":", "who", "in", "during", "after", "on", "of", "at", "told")
        else None
    )


def _is_somebody(tokens: list[Token], subject: tuple[int, int]) -> bool:
    """Whether a noun phrase opens with a name, a role or an article: not "shared by many"."""
    first = tokens[subject[0]]
    return is_name(first) or is_role(first) or first.low in DETERMINERS | PRONOUNS


def _read_passive(tokens: list[Token], i: int, lemma: str) -> Report | None:
    """Read "welcomed by many analysts as ...", where the agent speaks."""
    by = next((j for j in range(i + 1, min(i + 4, len(tokens))) if tokens[j].low == "by"), -1)
    subject = read_right(tokens, by + 1) if by > 0 else None
    if subject is None or subject[1] >= len(tokens) or tokens[subject[1]].low != "as":
        return None
    span = (tokens[subject[0]].start, tokens[subject[1] - 1].end)
    return Report(tokens[i].start, tokens[i].end, lemma, "passive", span, False, True)


def _read_participle(
    tokens: list[Token], i: int, begin: int, lemma: str, kind: str
) -> Report | None:
    if (
        kind not in ("state", "judge")
        or begin == 0
        or lemma
        in ("report", "speak", "cite", "repeat", "counter", "express", "voice", "swear", "post")
    ):
        return None
    ahead = "".join(t.text[0] for t in tokens[i + 1 : i + 3])
    if lemma == "write" and FILLER not in ahead:
        return None
    if tokens[begin - 1].text[0] not in ",—–" + FILLER and tokens[begin - 1].low not in ("and",):
        return None
    if lemma == "add" and not opens_content(tokens[i + 1] if i + 1 < len(tokens) else None):
        return None
    if lemma == "call" and not any(t.text[0] == FILLER for t in tokens):
        return None
    subject = find_first_subject(tokens, begin)
    if subject is None:
        return None
    span = (tokens[subject[0]].start, tokens[subject[1] - 1].end)
    return Report(tokens[i].start, tokens[i].end, lemma, "participle", span, False, False)
