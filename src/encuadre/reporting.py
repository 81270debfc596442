"""Reporting clauses of a sentence: the cue, its subject, and whether the clause is the main one.

The text comes masked: quoted words are fillers, so that verbs inside a quotation report nothing.
There is no parser; a subject is the noun phrase beside the verb, found by word lists and capitals.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from encuadre.attribution_words import (
    ADVERBS,
    ASPECT,
    AUXILIARIES,
    DETERMINERS,
    FORMS,
    FUNCTION_WORDS,
    MEDIUM_VERBS,
    MODALS,
    NEGATIONS,
    NOT_NAMES,
    PREPOSITIONS,
    PRONOUNS,
    ROLE_NOUNS,
    SOURCE_NOUNS,
    SPEECH_NOUNS,
    SUBORDINATORS,
)

FILLER = "\u25a1"
_TOKEN = re.compile(rf"{FILLER}+|\b(?:Mr|Mrs|Ms|Dr|Gen|Sen|Rep|Gov|Lt|Col|St|Jr|Sr)\.|\w+(?:[.’'&\-]\w+)*(?:(?<=\b\w\.\w)\.)?|[^\w\s]")
_STOPS = frozenset(",;:()[]—–-…" + FILLER + "“”\"")
_ROLE_SUFFIX = re.compile(r".{3,}(?:er|or|ist|ian|man|woman|men|women|ers|ors|ists|ians|ants|people)$")
_NOT_ROLE = frozenset(
    "however over after never number numbers letter letters order orders center matter matters paper papers water power powers "
    "another whether under ever rather together further later earlier former other others either neither offer error errors "
    "major minor prior superior inferior greater larger smaller other’s summer winter paper cover fewer older younger younger "
    "terror border borders labor color factor factors sector sectors favor november december september october weather dinner".split()
)
_NOUNLIKE = frozenset("state claim report comment estimate document question counter brand fear doubt note remark joke repeat".split())
_SHORT_QUOTE = 45
_TIMES = frozenset("week month year morning evening night afternoon day weekend".split())
_INANIMATE = frozenset(
    "framework agreement act law initiative plan treaty bill program programme policy deal proposal measure amendment constitution "
    "video footage scandal issue issues rule rules order budget figure figures number numbers fact facts move moves decision step event events".split()
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


def split_tokens(text: str) -> list[Token]:
    """Split a masked text into words, fillers and marks."""
    return [Token(m.group(), m.start(), m.end()) for m in _TOKEN.finditer(text)]


def find_reports(text: str) -> list[Report]:
    """Find the reporting clauses of a masked sentence, in order of their cues.

    Parameters
    ----------
    text : str
        One sentence; quotations replaced by fillers (`encuadre.quotations.mask_quotations`).
    """
    tokens = split_tokens(text)
    reports = _find_according(text, tokens)
    titled = _is_titled(tokens)
    for i, token in enumerate(tokens):
        word = token.low if titled or i == 0 else token.text
        if word in FORMS:
            report = _read_verb(text, tokens, i, *FORMS[word])
            if report:
                reports.append(report)
    reports += _find_corrupted(text, tokens)
    return sorted(reports, key=lambda r: r.start)


def _is_titled(tokens: list[Token]) -> bool:
    words = [t.text for t in tokens if len(t.text) > 3 and t.text[0].isalpha()]
    return len(words) > 3 and sum(w[0].isupper() for w in words) > 0.7 * len(words)


def is_name(token: Token) -> bool:
    """Whether a token is written as part of a name."""
    return token.text[0].isupper() and token.low not in NOT_NAMES and token.low not in FUNCTION_WORDS and token.low not in DETERMINERS


def is_role(token: Token) -> bool:
    """Whether a token is a noun for people or bodies that speak."""
    low = token.low.removesuffix("’s")
    return low in ROLE_NOUNS or (bool(_ROLE_SUFFIX.match(low)) and low not in _NOT_ROLE and low not in FUNCTION_WORDS)


def _find_according(text: str, tokens: list[Token]) -> list[Report]:
    reports = []
    for match in re.finditer(r"according to(?= )|\bin line with(?= )|\bin the words of(?= )|\bin the view of(?= )", text, re.I):
        first = next((i for i, t in enumerate(tokens) if t.start >= match.end()), len(tokens))
        subject = _read_right(tokens, first)
        if subject is None and match.group().lower() == "according to":
            subject = _read_plain(tokens, first)
        if subject is None:
            continue
        named = any(is_role(t) and t.low not in SOURCE_NOUNS for t in tokens[subject[0] : subject[1]])
        if match.group().lower() == "in line with" and not named:
            continue
        span = (tokens[subject[0]].start, tokens[subject[1] - 1].end)
        reports.append(Report(match.start(), match.end(), "according", "according", span, False, True))
    return reports


def _find_corrupted(text: str, tokens: list[Token]) -> list[Report]:
    """Find "famous", which thesaurus-spun copies have for "noted", right after a pronoun or name that opens a sentence."""
    if len(tokens) < 4 or tokens[1].text not in ("famous", "famed"):
        return []
    if tokens[0].low not in ("he", "she", "they") and not (is_name(tokens[0]) and not tokens[0].low.startswith("the")):
        return []
    return [Report(tokens[1].start, tokens[1].end, "note", "state", (tokens[0].start, tokens[0].end), False, False)]


def _read_verb(text: str, tokens: list[Token], i: int, lemma: str, kind: str, tense: str) -> Report | None:
    token, following = tokens[i], tokens[i + 1] if i + 1 < len(tokens) else None
    begin, auxiliaries, negated = _strip_group(tokens, i)
    if negated or auxiliaries & MODALS:
        return None
    if kind == "medium" and not _is_medium_report(tokens, begin, i, lemma):
        return None
    passive = auxiliaries & {"is", "are", "was", "were", "been", "being", "be"}
    if tense == "past" and passive:
        return _read_passive(tokens, i, lemma)
    if tense == "participle" and not auxiliaries & {"has", "have", "had"}:
        return None
    if tense == "ing" and not passive:
        return _read_participle(tokens, i, begin, lemma, kind)
    if begin > 0 and tokens[begin - 1].low == "to":
        if begin > 1 and tokens[begin - 2].low in ASPECT or (begin > 2 and tokens[begin - 2].low == "on" and tokens[begin - 3].low in ASPECT):
            back = begin - 2 if tokens[begin - 2].low in ASPECT else begin - 3
            begin, _, _ = _strip_group(tokens, back)
            tense = "past"
        else:
            return None
    if not _complements(tokens, i, lemma, kind):
        return None
    inverted = _read_inverted(tokens, i, begin, lemma, tense)
    if inverted:
        span = (tokens[inverted[0]].start, tokens[inverted[1] - 1].end)
        return Report(token.start, token.end, lemma, kind, span, False, True)
    if tense == "base" and (begin == 0 or tokens[begin - 1].low in ("and", "or", "but")):
        return None
    if tense == "base" and following is not None and following.text in ",;" and lemma not in ("say", "believe", "think", "argue"):
        return None
    if following is not None and following.text in FORMS and FORMS[following.text][2] == "past" and tense != "past":
        return None
    if tense in ("third", "base") and lemma in _NOUNLIKE and not _opens_content(following):
        return None
    subject = find_subject(tokens, begin, strong=kind == "state" and tense == "past")
    if subject is None:
        return None
    if tense == "base" and not auxiliaries and not _is_plural(tokens, subject):
        return None
    if tense in ("third", "base") and lemma not in ("say", "tell") and following is not None and following.low in ("of", "are", "were", "from", "and", "in", "about", "by", "against", "to", "came", "as", "is", "was"):
        return None
    embedded = _is_embedded(tokens, subject, begin, i)
    span = (tokens[subject[0]].start, tokens[subject[1] - 1].end)
    if embedded and _is_comment(tokens, subject, i):
        return Report(token.start, token.end, lemma, "put", span, False, False)
    return Report(tokens[begin].start, token.end, lemma, kind, span, embedded, False)


def _opens_content(token: Token | None) -> bool:
    if token is None:
        return False
    opens = token.low in DETERMINERS or token.low in PRONOUNS or token.low in ("there", "how", "why", "what", "whether", "to")
    return opens or token.text[0] in FILLER + ":" or token.text[0].isdigit() or is_name(token)


def _strip_group(tokens: list[Token], i: int) -> tuple[int, set[str], bool]:
    """Step left over adverbs and auxiliaries; return the first token of the verb group, auxiliaries and negation."""
    begin, auxiliaries, negated = i, set(), False
    while begin > 0:
        low = tokens[begin - 1].low
        if low in NEGATIONS or low.endswith("n’t"):
            negated = True
        elif low in AUXILIARIES:
            auxiliaries.add(low)
        elif begin > 2 and low in _TIMES and tokens[begin - 2].low in ("this", "last", "next", "late", "earlier", "each"):
            begin -= 1
        elif low in NOT_NAMES and low.endswith("day") and begin > 1:
            begin -= tokens[begin - 2].low in ("on", "late", "early")
        elif not (low in ADVERBS or (low.endswith("ly") and len(low) > 4 and low not in ("family", "italy", "july", "ally", "kelly"))):
            break
        begin -= 1
    return begin, auxiliaries, negated


def _is_medium_report(tokens: list[Token], begin: int, i: int, lemma: str) -> bool:
    ahead = [t.low for t in tokens[i + 1 : i + 7]]
    if lemma in ("publish", "issue", "release"):
        return any(w in SPEECH_NOUNS for w in ahead)
    left = [t.low.removesuffix("’s") for t in tokens[max(0, begin - 12) : begin]]
    return any(w in SOURCE_NOUNS for w in left) and lemma in MEDIUM_VERBS


def _complements(tokens: list[Token], i: int, lemma: str, kind: str) -> bool:
    """Whether what follows fits the verb where it has other senses."""
    ahead = [t.low for t in tokens[i + 1 : i + 4]] + [""] * 3
    quoted = any(t.text[0] == FILLER for t in tokens)
    if lemma == "call":
        renames = ahead[0] in DETERMINERS | {"it", "him", "them"} and any(t.low in ("a", "an") for t in tokens[i + 2 : i + 18])
        return ahead[0] in ("for", "on", "upon") or quoted or renames
    if lemma == "speak":
        return ahead[0] in ("of", "about", "out")
    if lemma == "put":
        return ahead[0] == "it"
    if lemma == "lash":
        return ahead[0] == "out"
    if lemma == "question":
        return quoted or ahead[0] in ("whether", "how", "why", "if")
    if lemma == "maintain":
        return ahead[0] == "that" or quoted
    if lemma in ("welcome", "defend", "brand", "tout", "compare", "dispute", "counter", "repeat", "vent"):
        return quoted
    if kind == "act":
        return quoted or (lemma in ("vow", "promise", "pledge") and ahead[0] == "that")
    if kind == "belief":
        return ahead[0] not in (".", "of", "for", "in", "about", FILLER)
    return True


def _read_inverted(tokens: list[Token], i: int, begin: int, lemma: str, tense: str) -> tuple[int, int] | None:
    if begin != i or lemma in ("tell", "inform", "assure") or tense not in ("past", "third") or i + 1 >= len(tokens):
        return None
    before = tokens[i - 1].text if i else ","
    if before[0] not in FILLER + ",”\"’-—–" and i:
        return None
    subject = _read_right(tokens, i + 1)
    if subject is None:
        return None
    if before == "," and tokens[i - 2].text[0] != FILLER and _find_before_aside(tokens, i - 1):
        return None
    if before[0] == FILLER or (before == "," and i > 1 and tokens[i - 2].text[0] == FILLER) or before in "”\"":
        return subject
    after = tokens[subject[1]].low if subject[1] < len(tokens) else "."
    return subject if after in (",", ".", ";", ":", "who", "in", "during", "after", "on", "of", "at", "told") else None


def _read_right(tokens: list[Token], first: int) -> tuple[int, int] | None:
    """Read the noun phrase that starts at a token; return its tokens, or None where no speaker starts there."""
    if first >= len(tokens) or tokens[first].low in PREPOSITIONS | {"that", "there", "if"}:
        return None
    if tokens[first].low in PRONOUNS and not _has_noun(tokens, first):
        return (first, first + 1)
    end, found = first, False
    while end < len(tokens) and end - first < 14:
        token = tokens[end]
        if token.text[0] in _STOPS or token.text in ".!?" or token.low in AUXILIARIES or token.low in SUBORDINATORS or token.low in PRONOUNS - {"one", "some", "many", "others"}:
            break
        if token.low in PREPOSITIONS | {"and", "to"} and found:
            joins = end + 1 < len(tokens) and (is_name(tokens[end + 1]) or tokens[end + 1].low in ("the", "a")) and token.low in ("of", "for", "to", "and", "at", "with", "in")
            if not joins or token.low in ("in", "to", "and") and not is_role(tokens[end - 1]):
                break
        elif token.low in NOT_NAMES or (token.text in FORMS and found and not is_role(token)):
            break
        found = found or is_name(token) or is_role(token)
        end += 1
    if not found:
        return None
    if end + 1 < len(tokens) and tokens[end].text == "," and tokens[first].low in DETERMINERS and is_name(tokens[end + 1]):
        name = end + 1
        while name < len(tokens) and is_name(tokens[name]):
            name += 1
        if name - end > 2:
            end = name
    return (first, end)


def _read_plain(tokens: list[Token], first: int) -> tuple[int, int] | None:
    """Read up to the next mark or function word, whatever the noun is: "according to her account"."""
    end = first
    while end < len(tokens) and tokens[end].text[0].isalnum() and tokens[end].low not in FUNCTION_WORDS and end - first < 8:
        end += 1
    return (first, end) if end > first else None


def _has_noun(tokens: list[Token], i: int) -> bool:
    """Whether a quantifier has its noun beside it: "many analysts"."""
    if tokens[i].low not in ("some", "many", "several", "most", "both", "another", "others", "one") or i + 1 >= len(tokens):
        return False
    after = tokens[i + 1]
    return after.text[0].isalnum() and after.low not in FUNCTION_WORDS and after.text not in FORMS


def _read_passive(tokens: list[Token], i: int, lemma: str) -> Report | None:
    """Read "welcomed by many analysts as ...", where the agent speaks."""
    by = next((j for j in range(i + 1, min(i + 4, len(tokens))) if tokens[j].low == "by"), -1)
    subject = _read_right(tokens, by + 1) if by > 0 else None
    if subject is None or subject[1] >= len(tokens) or tokens[subject[1]].low != "as":
        return None
    span = (tokens[subject[0]].start, tokens[subject[1] - 1].end)
    return Report(tokens[i].start, tokens[i].end, lemma, "passive", span, False, True)


def _read_participle(tokens: list[Token], i: int, begin: int, lemma: str, kind: str) -> Report | None:
    if kind not in ("state", "judge") or begin == 0 or lemma in ("report", "speak", "cite", "repeat", "write", "counter", "express", "voice"):
        return None
    if tokens[begin - 1].text[0] not in ",—–" + FILLER and tokens[begin - 1].low not in ("and",):
        return None
    if lemma == "add" and not _opens_content(tokens[i + 1] if i + 1 < len(tokens) else None):
        return None
    if lemma == "call" and not any(t.text[0] == FILLER for t in tokens):
        return None
    subject = find_first_subject(tokens, begin)
    if subject is None:
        return None
    span = (tokens[subject[0]].start, tokens[subject[1] - 1].end)
    return Report(tokens[i].start, tokens[i].end, lemma, "participle", span, False, False)


def find_subject(tokens: list[Token], begin: int, *, strong: bool) -> tuple[int, int] | None:
    """Find the noun phrase that is the subject of the verb group that starts at token `begin`."""
    if begin == 0:
        return None
    last = begin - 1
    low = tokens[last].low
    if low in PRONOUNS:
        return (last, begin)
    if low in _TIMES and last > 1 and tokens[last - 1].low in ("this", "last"):
        return find_subject(tokens, last - 1, strong=strong)
    if tokens[last].text == ")":
        opening = next((j for j in range(last, max(0, last - 8), -1) if tokens[j].text == "("), 0)
        return _read_left(tokens, opening - 1) if opening else None
    if tokens[last].text in ",—–" or (tokens[last].text[0] == FILLER and len(tokens[last].text) < _SHORT_QUOTE):
        return _find_before_aside(tokens, last) or (find_first_subject(tokens, last) if tokens[last].text == "," else None)
    if low in ("and", "but", "or", "then", "yet"):
        return find_first_subject(tokens, last)
    phrase = _read_left(tokens, last)
    if phrase is None:
        return None
    head = tokens[last]
    if head.low.endswith("’s") or (head.low in _INANIMATE and not any(is_role(t) for t in tokens[phrase[0] : last])):
        return None
    if phrase[1] - 1 != last or is_name(head) or is_role(head):
        return phrase
    return phrase if strong and head.low not in DETERMINERS and head.text[0].isalpha() and head.low not in FUNCTION_WORDS else None


def _read_left(tokens: list[Token], last: int) -> tuple[int, int] | None:
    """Read the noun phrase that ends at token `last`; where it hangs on a preposition, the one before that."""
    head = tokens[last]
    if head.text[0] in _STOPS or head.low in FUNCTION_WORDS or not head.text[0].isalnum():
        return None
    start = last
    while start > 0:
        before = tokens[start - 1]
        if before.low in DETERMINERS and before.low != "that":
            start -= 1
            break
        joined = before.low in ("of", "for", "de", "del", "la", "von", "van", "al") and start > 1 and is_name(tokens[start - 2]) and is_name(tokens[start])
        series = before.low == "and" and start > 2 and tokens[start - 3].low == "of" and is_name(tokens[start - 2]) and is_name(tokens[start])
        if joined or series:
            start -= 2
            continue
        if before.text[0] in _STOPS or not before.text[0].isalnum() or before.low in FUNCTION_WORDS | NOT_NAMES or before.text[0].isdigit() or before.text in FORMS or before.low in PRONOUNS:
            break
        start -= 1
    if start > 1 and tokens[start - 1].low == "and":
        left = _read_left(tokens, start - 2)
        if left and (left[0] == 0 or tokens[left[0] - 1].low in FUNCTION_WORDS or tokens[left[0] - 1].text in ",;:"):
            start = left[0]
    if start > 1 and (tokens[start - 1].low in PREPOSITIONS or (tokens[start - 1].low == "as" and tokens[start - 2].low == "such")):
        outer = start - 2 if tokens[start - 1].low != "as" else start - 3
        phrase = _read_left(tokens, outer) if outer >= 0 else None
        if phrase and (is_role(tokens[outer]) or (is_name(tokens[outer]) and tokens[start - 1].low == "of") or _opens_clause(tokens, phrase[0])):
            return (phrase[0], last + 1)
    return (start, last + 1)


def _opens_clause(tokens: list[Token], start: int) -> bool:
    return start == 0 or tokens[start - 1].text in ",;:" or tokens[start - 1].low in ("and", "but", "that")


def _find_before_aside(tokens: list[Token], last: int) -> tuple[int, int] | None:
    """Find the subject before an aside set off by commas: "Ernst, an analyst with a group, said"."""
    best = None
    for j in range(last - 1, max(-1, last - 40), -1):
        if (tokens[j].text[0] == FILLER and len(tokens[j].text) >= _SHORT_QUOTE) or tokens[j].text in ";:" or tokens[j].low in ("but", "that", "because"):
            break
        if tokens[j].text not in ",(—–" or j == 0:
            continue
        phrase = _read_left(tokens, j - 1)
        if phrase is None or not (is_name(tokens[j - 1]) or is_role(tokens[j - 1]) or is_role(tokens[phrase[0]])):
            continue
        if phrase[0] > 0 and tokens[phrase[0] - 1].low in PREPOSITIONS:
            continue
        if tokens[phrase[0]].low in ("a", "an") and best is None and not _opens_clause(tokens, phrase[0]):
            continue
        best = phrase
        if tokens[phrase[0]].low not in DETERMINERS and _is_person_name(tokens[phrase[0] : phrase[1]]):
            break
    return best


def _is_person_name(tokens: list[Token]) -> bool:
    tail = tokens[-2:]
    return len(tail) == 2 and all(is_name(t) and not is_role(t) for t in tail)


def find_first_subject(tokens: list[Token], end: int) -> tuple[int, int] | None:
    """Find the first noun phrase before token `end` that can act and hangs on no preposition."""
    i = 0
    while i < end:
        low = tokens[i].low
        if low in ("he", "she", "they", "it", "we", "i"):
            return (i, i + 1)
        acts = (is_role(tokens[i]) or (is_name(tokens[i]) and not low.endswith("ly"))) and not _has_noun(tokens, i)
        if acts:
            start, last = i, i
            while last + 1 < end and _continues(tokens, last, end):
                last += 1
            while start > 0 and tokens[start - 1].text[0].isalnum() and tokens[start - 1].low not in FUNCTION_WORDS:
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


def _is_plural(tokens: list[Token], subject: tuple[int, int]) -> bool:
    words = [t.low for t in tokens[subject[0] : subject[1]]]
    if words[-1] in ("they", "we", "i", "you", "some", "many", "others", "people", "police", "both", "media", "who", "which"):
        return True
    heads = [w for j, w in enumerate(words) if j == len(words) - 1 or words[j + 1] in PREPOSITIONS]
    return any(w.endswith("s") and not w.endswith(("’s", "ss")) for w in heads[:1]) or " and " in f" {' '.join(words)} "


def _is_embedded(tokens: list[Token], subject: tuple[int, int], begin: int, i: int) -> bool:
    if tokens[subject[0]].low in ("who", "which"):
        return True
    if subject[0] == 0:
        return False
    before = tokens[subject[0] - 1].low
    if before == "that":
        verb = tokens[subject[0] - 2].low if subject[0] > 1 else ""
        return not (verb in FORMS or verb in ("is", "was", "clear", "true", "mind", "likely", "obvious", "note", "mentioning"))
    if before in SUBORDINATORS:
        return True
    j = subject[0] - 1
    while j >= 0 and tokens[j].text not in ",;:" and tokens[j].text[0] != FILLER and subject[0] - j < 4:
        if tokens[j].low in SUBORDINATORS - {"as"} and tokens[j].low not in ("since", "before", "after"):
            return True
        j -= 1
    return False


def _is_comment(tokens: list[Token], subject: tuple[int, int], i: int) -> bool:
    """Whether it is a comment clause, "as X put it," or "as X stated in ...,", that leaves the claim to the main clause."""
    if tokens[subject[0] - 1].low != "as":
        return False
    if subject[0] > 1 and tokens[subject[0] - 2].low in ("even", "just", "such"):
        return False
    return i + 1 >= len(tokens) or tokens[i + 1].text in ",." or (tokens[i + 1].low in ("in", "on", "at", "during", "it") and any(t.text == "," for t in tokens[i:]))
