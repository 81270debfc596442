"""How a reporting verb stands in its clause: auxiliaries, complement, subordination."""

from __future__ import annotations

from encuadre.attribution_words import (
    ADVERBS,
    AUXILIARIES,
    DETERMINERS,
    FORMS,
    MEDIUM_VERBS,
    NEGATIONS,
    NOT_NAMES,
    PRONOUNS,
    SOURCE_NOUNS,
    SPEECH_NOUNS,
    SUBORDINATORS,
)
from encuadre.phrases import FILLER, TIMES, Token, is_name, read_right

NOUNLIKE = frozenset(
    "state claim report voice comment estimate document question counter brand fear doubt "
    "note remark joke repeat post".split()
)


_NETWORKS = frozenset(
    "twitter facebook instagram x social his her its their weibo telegram".split()
)

_INTO = frozenset("in into on to at under over back through out off up".split())
"""Words behind "put it" that put a thing somewhere."""

_APPOINTED = frozenset("nominee nominees nomination nominations judge judges justice".split())
"""Whom a chamber confirms, which is no statement."""

_FINDERS = frozenset(
    "group groups agency agencies office institute institution center centre commission committee "
    "panel bureau department association organization organisation foundation council firm company "
    "researcher researchers scientist scientists economist economists investigator investigators "
    "auditor auditors regulator regulators analyst analysts expert experts inspector inspectors "
    "watchdog university team union coalition network board court judge".split()
)
"""Who finds or estimates something as a result that is told, not as an event."""


def strip_group(tokens: list[Token], i: int) -> tuple[int, set[str], bool]:
    """Step left over adverbs and auxiliaries; return the first token, the auxiliaries, negation."""
    begin, auxiliaries, negated = i, set(), False
    while begin > 0:
        low = tokens[begin - 1].low
        if low in NEGATIONS or low.endswith("n’t"):
            negated = True
        elif low in AUXILIARIES:
            auxiliaries.add(low)
        elif (
            begin > 2
            and low in TIMES
            and tokens[begin - 2].low in ("this", "last", "next", "late", "earlier", "each")
        ):
            begin -= 1
        elif low in NOT_NAMES and low.endswith("day") and begin > 1:
            begin -= tokens[begin - 2].low in ("on", "late", "early")
        elif not (
            (low in ("all", "both") and begin > 1 and tokens[begin - 2].low in AUXILIARIES)
            or low in ADVERBS
            or (
                tokens[begin - 1].text.endswith("ly")
                and tokens[begin - 1].text.islower()
                and low not in ("family", "ally")
            )
        ):
            break
        begin -= 1
    return begin, auxiliaries, negated


def is_medium_report(tokens: list[Token], begin: int, i: int, lemma: str) -> bool:
    ahead = [t.low for t in tokens[i + 1 : i + 7]]
    if lemma in ("publish", "issue", "release"):
        return any(w in SPEECH_NOUNS for w in ahead)
    left = [t.low.removesuffix("’s") for t in tokens[max(0, begin - 12) : begin]]
    if lemma in ("find", "estimate", "indicate", "show") and begin > 0:
        closes = i + 1 >= len(tokens) or tokens[i + 1].text in ".,"
        trails = closes and any(t.text == "," for t in tokens[:begin])
        result = ahead[:1] == ["that"] or trails
        if result and (tokens[begin - 1].low in _FINDERS or _is_acronym(tokens[begin - 1])):
            return True
    return any(w in SOURCE_NOUNS for w in left) and lemma in MEDIUM_VERBS


def _is_acronym(token: Token) -> bool:
    return token.text.isupper() and token.text.isalpha()


def complements(tokens: list[Token], i: int, lemma: str, kind: str) -> bool:
    """Whether what follows fits the verb where it has other senses."""
    ahead = [t.low for t in tokens[i + 1 : i + 4]] + [""] * 3
    quoted = any(t.text[0] == FILLER for t in tokens)
    if lemma == "call":
        renames = ahead[0] in DETERMINERS | {"it", "him", "them"} and any(
            t.low in ("a", "an") for t in tokens[i + 2 : i + 18]
        )
        return ahead[0] in ("for", "on", "upon") or quoted or renames
    if lemma == "confirm":
        appointed = _APPOINTED.intersection(t.low for t in tokens[i + 1 : i + 6])
        return not appointed or "that" in ahead
    if lemma == "speak":
        return ahead[0] in ("of", "about", "out")
    if lemma == "put":
        compared = any(t.low == "as" for t in tokens[max(0, i - 8) : i])
        return ahead[0] == "it" and (compared or ahead[1] not in _INTO)
    if lemma == "lash":
        return ahead[0] == "out"
    if lemma == "question":
        return quoted or ahead[0] in ("whether", "how", "why", "if")
    if lemma == "maintain":
        return ahead[0] == "that" or quoted
    if lemma in ("counter", "repeat"):
        return quoted or (ahead[0] == "that" and ahead[2] not in ("", ".", ","))
    if lemma in ("welcome", "defend", "brand", "tout", "compare", "dispute", "vent"):
        return quoted
    if lemma == "add" and not quoted:
        counted = any(word[:1].isdigit() for word in ahead[:2])
        return ahead[0] != "to" and tokens[i - 1].low != "merely" and not counted
    if lemma == "swear":
        return ahead[0] == "that" or ahead[0] in PRONOUNS
    if lemma == "post":
        follows = i > 1 and any(t.text[0] == FILLER for t in tokens[:i]) and len(tokens) - i < 7
        return follows or (
            ahead[0] in ("on", "that", ":", ",") and (quoted or ahead[1] in _NETWORKS)
        )
    if kind == "act":
        return quoted or (lemma in ("vow", "promise", "pledge") and ahead[0] == "that")
    if kind == "belief":
        return ahead[0] not in (".", "of", "for", "in", "about", FILLER)
    return True


def opens_content(token: Token | None) -> bool:
    if token is None:
        return False
    opens = (
        token.low in DETERMINERS
        or token.low in PRONOUNS
        or token.low in ("there", "how", "why", "what", "whether", "to")
    )
    return opens or token.text[0] in FILLER + ":" or token.text[0].isdigit() or is_name(token)


def is_embedded(tokens: list[Token], subject: tuple[int, int]) -> bool:
    if tokens[subject[0]].low in ("who", "which"):
        return True
    if subject[0] == 0:
        return False
    before = tokens[subject[0] - 1].low
    if before == "that":
        verb = tokens[subject[0] - 2].low if subject[0] > 1 else ""
        return not (
            verb in FORMS
            or verb
            in ("is", "was", "clear", "true", "mind", "likely", "obvious", "note", "mentioning")
        )
    if before in SUBORDINATORS:
        return True
    j = subject[0] - 1
    while (
        j >= 0
        and tokens[j].text not in ",;:"
        and tokens[j].text[0] != FILLER
        and subject[0] - j < 4
    ):
        if tokens[j].low in SUBORDINATORS - {"as"} and tokens[j].low not in (
            "since",
            "before",
            "after",
        ):
            return True
        j -= 1
    return False


def is_comment(tokens: list[Token], subject: tuple[int, int], i: int) -> bool:
    """Whether it is a comment clause, "as X put it,", that leaves the claim to the main clause."""
    if tokens[subject[0] - 1].low != "as":
        return False
    if subject[0] > 1 and tokens[subject[0] - 2].low in ("even", "just", "such"):
        return False
    after = i + 1
    if tokens[i].text in FORMS and FORMS[tokens[i].text][0] in ("tell", "inform"):
        whom = read_right(tokens, after)
        after = whom[1] if whom else after
    return (
        after >= len(tokens)
        or tokens[after].text in ",."
        or (
            tokens[after].low in ("in", "on", "at", "during", "it")
            and any(t.text == "," for t in tokens[i:])
        )
    )
