"""Noun phrases of a masked sentence, by word lists and capitals: there is no parser."""

from __future__ import annotations

import re
from dataclasses import dataclass

from encuadre.attribution_words import (
    AUXILIARIES,
    DETERMINERS,
    FORMS,
    FUNCTION_WORDS,
    NOT_NAMES,
    PREPOSITIONS,
    PRONOUNS,
    ROLE_NOUNS,
    SUBORDINATORS,
)

FILLER = "\u25a1"

_TOKEN = re.compile(
    rf"{FILLER}+|\b(?:Mr|Mrs|Ms|Dr|Gen|Sen|Rep|Gov|Lt|Col|St|Jr|Sr)\.|\w+(?:[.’'&\-]\w+)*(?:(?<=\b\w\.\w)\.)?|[^\w\s]"
)

_STOPS = frozenset(",;:()[]—–-…" + FILLER + '“”"')

_ROLE_SUFFIX = re.compile(
    r".{3,}(?:er|or|ist|ian|man|woman|men|women|ers|ors|ists|ians|ants|people)$"
)

_NOT_ROLE = frozenset(
    "however over after never number numbers letter letters order orders center "
    "matter matters paper papers water power powers "
    "another whether under ever rather together further later earlier former other "
    "others either neither offer error errors "
    "major minor prior superior inferior greater larger smaller other’s summer "
    "winter paper cover fewer older younger younger "
    "terror border borders labor color factor factors sector sectors favor november "
    "december september october weather dinner".split()
)

_SHORT_QUOTE = 45

TIMES = frozenset("week month year morning evening night afternoon day weekend".split())

_INANIMATE = frozenset(
    "framework agreement act law initiative plan treaty bill program programme "
    "policy deal proposal measure amendment constitution "
    "video footage scandal issue issues rule rules order budget figure figures "
    "number numbers fact facts move moves decision step event events".split()
)


@dataclass(frozen=True)
class Token:
    """A word or mark with its offsets."""

    text: str
    start: int
    end: int

    @property
    def low(self) -> str:
        """The word in lower case, with curly apostrophes."""
        return self.text.lower().replace("'", "’")


def split_tokens(text: str) -> list[Token]:
    """Split a masked text into words, fillers and marks."""
    return [Token(m.group(), m.start(), m.end()) for m in _TOKEN.finditer(text)]


def is_name(token: Token) -> bool:
    """Whether a token is written as part of a name."""
    return (
        token.text[0].isupper()
        and token.low not in NOT_NAMES
        and token.low not in FUNCTION_WORDS
        and token.low not in DETERMINERS
    )


def is_role(token: Token) -> bool:
    """Whether a token is a noun for people or bodies that speak."""
    low = token.low.removesuffix("’s")
    return low in ROLE_NOUNS or (
        bool(_ROLE_SUFFIX.match(low)) and low not in _NOT_ROLE and low not in FUNCTION_WORDS
    )


def has_noun(tokens: list[Token], i: int) -> bool:
    """Whether a quantifier has its noun beside it: "many analysts"."""
    if tokens[i].low not in (
        "some",
        "many",
        "several",
        "most",
        "both",
        "another",
        "others",
        "one",
    ) or i + 1 >= len(tokens):
        return False
    after = tokens[i + 1]
    return after.text[0].isalnum() and after.low not in FUNCTION_WORDS and after.text not in FORMS


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
    if tokens[last].text == ")":
        opening = next((j for j in range(last, max(0, last - 8), -1) if tokens[j].text == "("), 0)
        return read_left(tokens, opening - 1) if opening else None
    if tokens[last].text in ",—–" or (
        tokens[last].text[0] == FILLER and len(tokens[last].text) < _SHORT_QUOTE
    ):
        return find_before_aside(tokens, last) or (
            find_first_subject(tokens, last) if tokens[last].text == "," else None
        )
    if low in ("and", "but", "or", "then", "yet"):
        return find_first_subject(tokens, last)
    phrase = _read_before_relative(tokens, last) or read_left(tokens, last)
    if phrase is None:
        return None
    head = tokens[phrase[1] - 1]
    if head.low.endswith("’s") or (
        head.low in _INANIMATE and not any(is_role(t) for t in tokens[phrase[0] : last])
    ):
        return None
    if phrase[1] - 1 != last or is_name(head) or is_role(head):
        return phrase
    return (
        phrase
        if strong
        and head.low not in DETERMINERS
        and head.text[0].isalpha()
        and head.low not in FUNCTION_WORDS
        else None
    )


def _read_before_relative(tokens: list[Token], last: int) -> tuple[int, int] | None:
    """Read the noun phrase before a relative clause: "a worker who asked not to be named told"."""
    for j in range(last, max(0, last - 10), -1):
        if tokens[j].text in ",;:." or tokens[j].text[0] == FILLER:
            return None
        if (
            tokens[j].low == "who"
            and j < last
            and (is_role(tokens[j - 1]) or is_name(tokens[j - 1]))
        ):
            return read_left(tokens, j - 1)
    return None


def read_left(tokens: list[Token], last: int) -> tuple[int, int] | None:
    """Read the noun phrase that ends at token `last`, with the one that it hangs on."""
    head = tokens[last]
    if head.text[0] in _STOPS or head.low in FUNCTION_WORDS or not head.text[0].isalnum():
        return None
    start = last
    while start > 0:
        before = tokens[start - 1]
        if before.low in DETERMINERS and before.low != "that":
            start -= 1
            break
        joined = (
            before.low in ("of", "for", "de", "del", "la", "von", "van", "al")
            and start > 1
            and is_name(tokens[start - 2])
            and is_name(tokens[start])
        )
        series = (
            before.low == "and"
            and start > 2
            and tokens[start - 3].low == "of"
            and is_name(tokens[start - 2])
            and is_name(tokens[start])
        )
        if joined or series:
            start -= 2
            continue
        if (
            before.text[0] in _STOPS
            or not before.text[0].isalnum()
            or before.low in FUNCTION_WORDS | NOT_NAMES
            or before.text[0].isdigit()
            or before.text in FORMS
            or before.low in PRONOUNS
        ):
            break
        start -= 1
    if start > 1 and tokens[start - 1].low == "and":
        left = read_left(tokens, start - 2)
        if left and (
            left[0] == 0
            or tokens[left[0] - 1].low in FUNCTION_WORDS
            or tokens[left[0] - 1].text in ",;:"
        ):
            start = left[0]
    if start > 1 and (
        tokens[start - 1].low in PREPOSITIONS
        or (tokens[start - 1].low == "as" and tokens[start - 2].low == "such")
    ):
        outer = start - 2 if tokens[start - 1].low != "as" else start - 3
        phrase = read_left(tokens, outer) if outer >= 0 else None
        if phrase and (
            is_role(tokens[outer])
            or (is_name(tokens[outer]) and tokens[start - 1].low == "of")
            or _opens_clause(tokens, phrase[0])
        ):
            return (phrase[0], last + 1)
    return (start, last + 1)


def _opens_clause(tokens: list[Token], start: int) -> bool:
    return (
        start == 0
        or tokens[start - 1].text in ",;:"
        or tokens[start - 1].low in ("and", "but", "that")
    )


def find_before_aside(tokens: list[Token], last: int) -> tuple[int, int] | None:
    """Find the subject before an aside set off by commas: "Ernst, an analyst, said"."""
    best = None
    inner = read_left(tokens, last - 1)
    framed = inner and inner[1] - inner[0] > 1 and inner[0] > 1 and tokens[last].text == ","
    if (
        inner
        and framed
        and tokens[inner[0] - 1].text == ","
        and is_role(tokens[inner[0] - 2])
        and all(is_name(t) for t in tokens[slice(*inner)])
    ):
        return inner
    for j in range(last - 1, max(-1, last - 40), -1):
        if (
            (tokens[j].text[0] == FILLER and len(tokens[j].text) >= _SHORT_QUOTE)
            or tokens[j].text in ";:"
            or tokens[j].low in ("but", "that", "because")
        ):
            break
        if tokens[j].text not in ",(—–" or j == 0:
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
            and not _opens_clause(tokens, phrase[0])
        ):
            continue
        best = phrase
        if tokens[phrase[0]].low not in DETERMINERS and _is_person_name(
            tokens[phrase[0] : phrase[1]]
        ):
            break
    return best


def _is_person_name(tokens: list[Token]) -> bool:
    tail = tokens[-2:]
    return len(tail) == 2 and all(is_name(t) and not is_role(t) for t in tail)


def read_right(tokens: list[Token], first: int) -> tuple[int, int] | None:
    """Read the noun phrase that starts at a token; None where no speaker starts there."""
    if first >= len(tokens) or tokens[first].low in PREPOSITIONS | {"that", "there", "if"}:
        return None
    if tokens[first].low in PRONOUNS and not has_noun(tokens, first):
        return (first, first + 1)
    end, found = first, False
    while end < len(tokens) and end - first < 14:
        token = tokens[end]
        if (
            token.text[0] in _STOPS
            or token.text in ".!?"
            or token.low in AUXILIARIES
            or token.low in SUBORDINATORS
            or token.low in PRONOUNS - {"one", "some", "many", "others"}
        ):
            break
        if token.low in PREPOSITIONS | {"and", "to"} and found:
            joins = (
                end + 1 < len(tokens)
                and (is_name(tokens[end + 1]) or tokens[end + 1].low in ("the", "a"))
                and token.low in ("of", "for", "to", "and", "at", "with", "in")
            )
            if not joins or token.low in ("in", "to", "and") and not is_role(tokens[end - 1]):
                break
        elif token.low in NOT_NAMES or (token.text in FORMS and found and not is_role(token)):
            break
        found = found or is_name(token) or is_role(token)
        end += 1
    if not found:
        return None
    if (
        end + 1 < len(tokens)
        and tokens[end].text == ","
        and tokens[first].low in DETERMINERS
        and is_name(tokens[end + 1])
    ):
        name = end + 1
        while name < len(tokens) and is_name(tokens[name]):
            name += 1
        if name - end > 2:
            end = name
    return (first, end)


def read_plain(tokens: list[Token], first: int) -> tuple[int, int] | None:
    """Read up to the next mark or function word, whatever the noun: "her account"."""
    end = first
    while (
        end < len(tokens)
        and tokens[end].text[0].isalnum()
        and tokens[end].low not in FUNCTION_WORDS
        and end - first < 8
    ):
        end += 1
    return (first, end) if end > first else None


def find_first_subject(tokens: list[Token], end: int) -> tuple[int, int] | None:
    """Find the first noun phrase before token `end` that can act and hangs on no preposition."""
    i = 0
    while i < end:
        low = tokens[i].low
        if low in ("he", "she", "they", "it", "we", "i"):
            return (i, i + 1)
        acts = (
            is_role(tokens[i]) or (is_name(tokens[i]) and not low.endswith("ly"))
        ) and not has_noun(tokens, i)
        if acts:
            start, last = i, i
            while last + 1 < end and _continues(tokens, last, end):
                last += 1
            while (
                start > 0
                and tokens[start - 1].text[0].isalnum()
                and tokens[start - 1].low not in FUNCTION_WORDS
            ):
                start -= 1
            hangs = start > 0 and tokens[start - 1].low in PREPOSITIONS
            if not hangs and not tokens[last].low.endswith("’s"):
                return (start, last + 1)
            i = last + 1
            continue
        i += 1
    return None


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
