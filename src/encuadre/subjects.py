"""The subject of a verb in a masked sentence: left of it, before an aside, or of the clause."""

from __future__ import annotations

import re

from encuadre.attribution_words import (
    ADVERBS,
    DETERMINERS,
    FORMS,
    FUNCTION_WORDS,
    INANIMATE,
    MODALS,
    NOT_NAMES,
    PREPOSITIONS,
    PRONOUNS,
    ROLE_NOUNS,
)
from encuadre.names import TITLES
from encuadre.phrases import (
    FILLER,
    SHORT_QUOTE,
    TIMES,
    Token,
    has_noun,
    is_name,
    is_role,
    opens_clause,
    read_left,
)

_ONLY = frozenset("only just about nearly some almost roughly over under at least most".split())

_SHARE = re.compile(
    r"(?:(?:[Jj]ust|[Oo]nly|[Aa]bout|[Nn]early|[Aa]nother|[Oo]ver|[Ss]ome) )*(?:(?:[\w.-]+ )?"
    r"(?:percent|per cent|%|percentage points?)|[Hh]alf|(?:[Aa] |[Oo]ne[ -]|[Tt]wo[ -]|[Tt]hree[ -])?"
    r"(?:quarters?|thirds?|fifths?)|(?:[Aa]n? )?(?:[a-z-]+ )?(?:majority|plurality)|"
    r"\w+ (?:in|out of) (?:\d+|two|three|four|five|six|seven|eight|nine|ten))(?!\w| leader| whip)"
)
_SHARE_BEFORE = re.compile(
    r"(?:\b(?:half|quarter|third|majority|plurality|percent|per cent)|%) (?:of )?(?:\w+ )?$"
)
"""Parts of those polled: a poll's result, which the outlet tells; nobody says it."""

_OPENERS = TIMES | frozenset("the a an his her its their our my your to that".split())
"""Words behind a first word that is no name: "Leave the", "Last week", "Aware that"."""

_SUBORDINATE = frozenset("after when while as before although though because once since".split())
"""First words of a sentence whose main clause stands behind the first comma."""

_REDUCED = frozenset(
    "released published issued conducted commissioned obtained reviewed unveiled prepared compiled "
    "interviewed contacted reached quoted cited familiar".split()
)
"""Participles and adjectives that open a relative clause without "who" or "which"."""


def find_subject(tokens: list[Token], begin: int, *, strong: bool) -> tuple[int, int] | None:
    """Find the noun phrase that is the subject of the verb group that starts at token `begin`."""
    if begin == 0:
        return None
    last = begin - 1
    low = tokens[last].low
    if low in PRONOUNS:
        return (last, begin)
    if low in TIMES and last > 1 and tokens[last - 1].low in ("this", "last"):
        return find_subject(tokens, last - 1, strong=strong)
    if low in NOT_NAMES and last > 1 and tokens[last - 1].low in PREPOSITIONS:
        return find_subject(tokens, last - 1, strong=strong)
    if tokens[last].text == ")":
        opening = next((j for j in range(last, max(0, last - 8), -1) if tokens[j].text == "("), 0)
        spoken = opening and tokens[opening - 1].low not in ADVERBS
        return _read_before_role(tokens, opening) if spoken else None
    if tokens[last].text in ",—–" or (
        tokens[last].text[0] == FILLER and len(tokens[last].text) < SHORT_QUOTE
    ):
        return find_before_aside(tokens, last) or (
            find_first_subject(tokens, last) if tokens[last].text == "," else None
        )
    if low in ("and", "but", "or", "then", "yet"):
        return _find_clause_subject(tokens, last)
    phrase = (
        _read_before_relative(tokens, last)
        or _read_before_reduced(tokens, last)
        or read_left(tokens, last)
    )
    if phrase is None:
        return None
    head = tokens[phrase[1] - 1]
    if head.low.endswith("’s") or (
        head.low in INANIMATE and not any(is_role(t) for t in tokens[phrase[0] : last])
    ):
        return None
    if phrase[1] - 1 != last or is_name(head) or is_role(head):
        return phrase
    return (
        phrase
        if strong
        and head.low not in DETERMINERS
        and not (head.low.endswith("ing") and phrase[1] - phrase[0] == 1)
        and not (phrase[0] and tokens[phrase[0] - 1].low in MODALS | {"to"})
        and head.text[0].isalpha()
        and head.low not in FUNCTION_WORDS
        else None
    )


def _read_before_role(tokens: list[Token], end: int) -> tuple[int, int] | None:
    """Read the noun phrase before token `end`; the name before it where it is a role beside one.

    "Ada Moss, president and head of the Shop Council (SC) said": without the second comma.
    """
    phrase = read_left(tokens, end - 1)
    if phrase is None or phrase[0] < 3 or tokens[phrase[0] - 1].text != ",":
        return phrase
    name = read_left(tokens, phrase[0] - 2)
    beside = is_role(tokens[phrase[0]]) and tokens[phrase[0]].text.islower()
    return name if name and beside and _is_person_name(tokens[slice(*name)]) else phrase


def _find_clause_subject(tokens: list[Token], end: int) -> tuple[int, int] | None:
    """Find the subject that a verb after "and" shares: that of the last clause, else the first."""
    for j in range(end - 1, 0, -1):
        if tokens[j].low in ("but", ";", "while", "although"):
            found = find_first_subject(tokens[j + 1 : end], end - j - 1)
            if found:
                return (found[0] + j + 1, found[1] + j + 1)
    breaks = [j for j in range(end) if tokens[j].text[0] in "," + FILLER]
    if any(t.low == "which" for t in tokens[max(breaks, default=0) : end]):
        return None
    main = breaks[0] + 1 if breaks and tokens[0].low in _SUBORDINATE else 0
    found = find_first_subject(tokens[main:end], end - main)
    return (found[0] + main, found[1] + main) if found else None


def _read_before_reduced(tokens: list[Token], last: int) -> tuple[int, int] | None:
    """Read the noun phrase before a participle: "a report released by the group found"."""
    for j in range(last, max(0, last - 8), -1):
        if tokens[j].text in ",;:." or tokens[j].text[0] == FILLER:
            return None
        if tokens[j].low in _REDUCED and (is_role(tokens[j - 1]) or is_name(tokens[j - 1])):
            return read_left(tokens, j - 1)
        if tokens[j].low.endswith("ing") and j < last and _opens_as_role(tokens, j - 1):
            return (0, j)
    return None


def _opens_as_role(tokens: list[Token], last: int) -> bool:
    """Whether a sentence opens with people up to token `last`: "Doctors" in "Doctors treating"."""
    phrase = read_left(tokens, last)
    return phrase is not None and phrase[0] == 0 and is_role(tokens[last])


def _read_before_relative(tokens: list[Token], last: int) -> tuple[int, int] | None:
    """Read the noun phrase before a relative clause: "a worker who asked not to be named told"."""
    for j in range(last, max(0, last - 14), -1):
        if tokens[j].text in ",;:." or tokens[j].text[0] == FILLER:
            return None
        if (
            tokens[j].low in ("who", "whose")
            and j < last
            and (is_role(tokens[j - 1]) or is_name(tokens[j - 1]))
        ):
            return read_left(tokens, j - 1)
    return None


def find_before_aside(tokens: list[Token], last: int) -> tuple[int, int] | None:
    """Find the subject before an aside set off by commas: "Ernst, an analyst, said"."""
    best = None
    inner = read_left(tokens, last - 1)
    framed = inner and inner[1] - inner[0] > 1 and inner[0] > 1 and tokens[last].text == ","
    if (
        inner
        and framed
        and tokens[inner[0] - 1].text == ","
        and (is_role(tokens[inner[0] - 2]) or _is_titled_name(tokens[slice(*inner)]))
        and all(is_name(t) for t in tokens[slice(*inner)])
    ):
        return inner
    for j in range(last - 1, max(-1, last - 40), -1):
        if (
            (tokens[j].text[0] == FILLER and len(tokens[j].text) >= SHORT_QUOTE)
            or tokens[j].text in ";:"
            or tokens[j].low in ("but", "that", "because")
        ):
            break
        opens = j == 1 and tokens[0].low in ADVERBS
        if tokens[j].text not in ",(—–" or j == 0 or opens:
            continue
        phrase = read_left(tokens, j - 1)
        if phrase is None or not (
            is_name(tokens[j - 1]) or is_role(tokens[j - 1]) or is_role(tokens[phrase[0]])
        ):
            continue
        if phrase[0] > 0 and tokens[phrase[0] - 1].low in PREPOSITIONS:
            continue
        if (
            tokens[phrase[0]].low in ("a", "an")
            and best is None
            and not opens_clause(tokens, phrase[0])
        ):
            continue
        best = phrase
        if tokens[phrase[0]].low not in DETERMINERS and _is_person_name(
            tokens[phrase[0] : phrase[1]]
        ):
            break
    return best


def _is_titled_name(tokens: list[Token]) -> bool:
    """Whether a title stands before a full name: "Attorney General Ada Moss"."""
    titled = any(t.low.strip(".") in TITLES for t in tokens[:-2])
    return titled and _is_person_name(tokens)


def _is_person_name(tokens: list[Token]) -> bool:
    tail = tokens[-2:]
    return len(tail) == 2 and all(is_name(t) and t.low not in ROLE_NOUNS for t in tail)


def find_first_subject(tokens: list[Token], end: int) -> tuple[int, int] | None:
    """Find the first noun phrase before token `end` that can act and hangs on no preposition."""
    i = 0
    while i < end:
        low = tokens[i].low
        if low in ("he", "she", "they", "it", "we", "i"):
            return (i, i + 1)
        acts = (
            is_role(tokens[i])
            or (is_name(tokens[i]) and not low.endswith("ly") and not _opens_plainly(tokens, i))
        ) and not has_noun(tokens, i)
        if acts:
            start, last = i, i
            while last + 1 < end and _continues(tokens, last, end):
                last += 1
            while (
                start > 0
                and tokens[start - 1].text[0].isalnum()
                and tokens[start - 1].low not in FUNCTION_WORDS | NOT_NAMES
                and tokens[start].low not in DETERMINERS
            ):
                start -= 1
            before = start
            while before > 0 and (
                tokens[before - 1].low in _ONLY or tokens[before - 1].text[0].isdigit()
            ):
                before -= 1
            hangs = before > 0 and tokens[before - 1].low in PREPOSITIONS
            if not hangs and not _owns(tokens, last) and not _is_apposed(tokens, start):
                return (start, last + 1)
            i = last + 1
            continue
        i += 1
    return None


def _opens_plainly(tokens: list[Token], i: int) -> bool:
    """Whether a first word has its capital only from the sentence: "Speaking to", "Indeed, they"."""
    if i or len(tokens) < 2:
        return False
    after = tokens[1].low
    if after == ",":
        adverb = tokens[0].low in ADVERBS
        return adverb or len(tokens) < 3 or tokens[2].low in PRONOUNS - {"who", "which"}
    verbal = tokens[0].low.endswith(("ing", "ed")) and after in PREPOSITIONS
    return verbal or after in _OPENERS or tokens[0].low.split("’")[0] in PRONOUNS


def _owns(tokens: list[Token], last: int) -> bool:
    """Whether a noun phrase stands in the possessive: "Obama’s", "Democrats’"."""
    mark = tokens[last + 1] if last + 1 < len(tokens) else None
    plural = tokens[last].low.endswith("s") and mark is not None and mark.text in ("'", "’")
    return tokens[last].low.endswith("’s") or (
        plural and mark is not None and mark.start == tokens[last].end
    )


def _is_apposed(tokens: list[Token], start: int) -> bool:
    """Whether a description stands beside a name: "including Ada Moss, the chair of"."""
    return (
        start > 1
        and tokens[start].low in ("the", "a", "an")
        and tokens[start - 1].text == ","
        and is_name(tokens[start - 2])
        and not _opens_with_place(tokens, start - 2)
    )


def _opens_with_place(tokens: list[Token], last: int) -> bool:
    """Whether the name that ends at a token is an adverbial that opens the sentence: "In Rome,"."""
    while last > 0 and (is_name(tokens[last - 1]) or tokens[last - 1].low in DETERMINERS):
        last -= 1
    return last == 0 or (last == 1 and tokens[0].low in PREPOSITIONS)


def _continues(tokens: list[Token], last: int, end: int) -> bool:
    after = tokens[last + 1]
    if is_name(after) or is_role(after) or tokens[last].low.endswith("’s"):
        return True
    plain = after.text.islower() and after.low not in FUNCTION_WORDS and after.text not in FORMS
    return plain and last + 2 < end and is_role(tokens[last + 2]) and not after.low.endswith("ed")


def is_plural(tokens: list[Token], subject: tuple[int, int]) -> bool:
    words = [t.low for t in tokens[subject[0] : subject[1]]]
    if words[-1] in (
        "they",
        "we",
        "i",
        "you",
        "some",
        "many",
        "others",
        "people",
        "police",
        "both",
        "media",
        "who",
        "which",
    ):
        return True
    heads = [w for j, w in enumerate(words) if j == len(words) - 1 or words[j + 1] in PREPOSITIONS]
    return (
        any(w.endswith("s") and not w.endswith(("’s", "ss")) for w in heads[:1])
        or " and " in f" {' '.join(words)} "
    )


def is_share(masked: str, subject: tuple[int, int]) -> bool:
    """Whether a subject is a part of those polled: "37 percent of Americans", "half"."""
    before = _SHARE_BEFORE.search(masked[: subject[0]])
    return bool(before or _SHARE.match(masked[subject[0] : subject[1]].strip()))
