"""Noun phrases of a masked sentence, by word lists and capitals: there is no parser."""

from __future__ import annotations

import re
from collections.abc import Sequence
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
    SOURCE_NOUNS,
    SUBORDINATORS,
)
from encuadre.names import ABBREVIATED

FILLER = "\u25a1"

_MAY = (
    r"\b(?!(?:In|On|By|Since|Last|This|Until|Late|Early|Mid|From|Through|After|Before|And|It|He|She|"
    r"You|We|They|That|Who|What|Which|One|But|Or|As|If|So)\b)[A-Z][a-z]+[a-rt-z]\sMay\b(?!\s\d)"
)
"""A name that ends in "May", which is otherwise a month or an auxiliary."""

_TOKEN = re.compile(
    rf"{FILLER}+|\b(?:{ABBREVIATED})\.|\b[A-Z]\.(?=\s?[A-Z])|{_MAY}|\w+(?:[.’'&\-]\w+)*(?:(?<=\b\w\.\w)\.)?|[^\w\s]"
)

_STOPS = frozenset(",;:()[]—–-…" + FILLER + '“”"')

_ROLE_SUFFIX = re.compile(
    r".{3,}(?:er|or|ist|ian|man|woman|men|women|ers|ors|ists|ians|ants|people)$"
)

_NOT_ROLE = frozenset(
    "after alter altogether anger another answer answers assist authoritarian barrier "
    "barriers behavior bitter border borders bother butter chapter chapters charter clever "
    "color computer computers consider consist container containers corner corners corridor "
    "corridors counter cover danger dangers december deliver differ dinner disaster disasters "
    "discover eager earlier either encounter encounters endeavor endeavors enter enters error "
    "errors factor factors favor favors fever fewer finger fingers floor floors forever "
    "former foster further gather greater harbor harbors hereafter hinder horror however "
    "humanitarian humor hunger indoor inferior insist labor larger later layer layers letter "
    "letters lower major matter matters minor mirror monitor monitors moreover motor motors "
    "murder murders neither never november number numbers october offer offers older order "
    "orders other others outdoor paper papers persist power powers prefer prior proper "
    "quarter quarters rather recover refer regimen register remember resist rigor river "
    "rivers rumor rumors sector sectors september server servers shelter shelters shoulder "
    "shoulders silver smaller sober specimen suffer suffers summer superior terror theater "
    "theaters thereafter timber together tower towers tractor tractors transfer transfers "
    "tremor trigger triggers under vapor vigor wander water weather whatever wherever whether "
    "whichever whoever winter younger other’s ever over "
    "higher bigger better longer shorter stronger weaker faster slower harder easier closer wider "
    "deeper broader tougher cheaper richer safer newer clearer".split()
)

SHORT_QUOTE = 45

TIMES = frozenset("week month year morning evening night afternoon day weekend".split())


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
    suffixed = bool(_ROLE_SUFFIX.match(low)) and low not in _NOT_ROLE and low not in FUNCTION_WORDS
    return low in ROLE_NOUNS or (suffixed and (token.text[0].islower() or low.endswith("s")))


def is_speaker(phrase: Sequence[Token]) -> bool:
    """Whether the head of a noun phrase is somebody: not "the slowdown of economies"."""
    end = next((k for k, t in enumerate(phrase) if k and t.low in PREPOSITIONS), len(phrase))
    head = phrase[end - 1]
    return head.low in PRONOUNS or is_name(head) or is_role(head)


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
            or (before.text in FORMS and before.text != "state")
            or before.low in PRONOUNS
        ):
            break
        start -= 1
    if start > 1 and tokens[start - 1].low == "and":
        left = read_left(tokens, start - 2)
        before = tokens[start - 2]
        thing = not is_name(before) and (not is_role(before) or before.low in SOURCE_NOUNS)
        if (
            left
            and not (thing and is_name(tokens[start]))
            and (
                left[0] == 0
                or tokens[left[0] - 1].low in FUNCTION_WORDS
                or tokens[left[0] - 1].text in ",;:"
            )
        ):
            start = left[0]
    if start > 1 and (
        tokens[start - 1].low in PREPOSITIONS
        or (tokens[start - 1].low == "as" and tokens[start - 2].low == "such")
    ):
        outer = start - 2 if tokens[start - 1].low != "as" else start - 3
        if tokens[outer].text == ")":
            outer = (
                next((k for k in range(outer, max(0, outer - 6), -1) if tokens[k].text == "("), 0)
                - 1
            )
        phrase = read_left(tokens, outer) if outer >= 0 else None
        if phrase and (
            is_role(tokens[outer])
            or (is_name(tokens[outer]) and tokens[start - 1].low == "of")
            or opens_clause(tokens, phrase[0])
        ):
            return (phrase[0], last + 1)
    return (start, last + 1)


def opens_clause(tokens: list[Token], start: int) -> bool:
    return (
        start == 0
        or tokens[start - 1].text[0] in ',;:”"' + FILLER
        or tokens[start - 1].low in ("and", "but", "that")
    )


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
