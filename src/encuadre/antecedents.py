"""What a pronoun or "the government" stands for: the subject nearest before it in the paragraph."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from encuadre.attribution_words import AUXILIARIES, FUNCTION_WORDS, PREPOSITIONS, ROLE_NOUNS
from encuadre.names import straighten
from encuadre.quotations import Quotation

_HE = re.compile(
    r"\b(?:[Hh]e|[Hh]is|[Hh]im|[Hh]imself|[Ss]he|[Hh]er|[Hh]erself)\b(?!’)|\b(?:[Hh]e|[Ss]he)(?=’)"
)

_IT = re.compile(r"\b(?:[Ii]t|[Ii]ts|[Ii]tself)\b(?!’)")

_EXPLETIVE = re.compile(
    r"[Ii]t(?:’s| is| was| has been| would be| will be| seems|"
    r" appears)? (?:\w+ly )?(?:also )?(?:\w+ )?(?:that|to|who|whether|safe|only|no secret|"
    r"worth|clear|all|possible|likely|estimated|not (?:going|clear|\w+ that))\b|"
    r"[Ii]t (?:came|seems|appears|turned|takes|took)\b"
)

BODIES = re.compile(
    r"\b(?:government|authorities|officials|administration|state|agencies|lawmakers)\b",
    re.I,
)

_ROLE_OF_IT = re.compile(
    r"\b(?:[Tt]he|[Tt]his|[Hh]is) (?:\w+-\w+ )?(?:government|administration)\b(?!-| (?:of|in|that)\b)"
)


@dataclass(frozen=True)
class Mention:
    target: str
    start: int
    end: int
    surface: str
    resolved_from: str
    kind: str


def resolve_roles(
    text: str, found: list[Mention], seen: list[Mention], body: Mention | None
) -> list[Mention]:
    """Resolve "the government" to the target named last before it."""
    resolved = []
    for match in _ROLE_OF_IT.finditer(text):
        if any(m.start < match.end() and m.end > match.start() for m in found):
            continue
        before = [m for m in found if m.end <= match.start() and m.kind != "both"] or [
            m for m in seen[-12:] if m.kind == "person"
        ]
        if before and not re.search(
            r"\b[A-Z][a-z]+$", text[: match.start()].rstrip() if match.start() else ""
        ):
            source = before[-1] if body is None or before[-1].target == body.target else body
            resolved.append(
                Mention(
                    source.target,
                    match.start(),
                    match.end(),
                    match.group(),
                    source.resolved_from or source.surface,
                    "body",
                )
            )
    return resolved


def _is_quoted(position: int, quotations: Iterable[Quotation]) -> bool:
    return any(q.start <= position < q.end for q in quotations)


def resolve_he(
    text: str,
    quotations: list[Quotation],
    found: list[Mention],
    focus: Mention | None,
    other: bool,
    genders: dict[str, str],
    rivals: list[tuple[int, int]],
    subject: tuple[int, int],
    speakers: set[int],
    clouded: bool,
) -> list[Mention]:
    resolved: list[Mention] = []
    for match in _HE.finditer(text):
        if _is_quoted(match.start(), quotations):
            continue
        nominative = match.group().lower() in ("he", "she")
        here = [
            m
            for m in found + resolved
            if m.kind == "person"
            and m.end <= match.start()
            and _stands_free(text, m)
            and not _is_quoted(m.start, quotations)
        ]
        here = [m for m in here if _leads(text, m)] if nominative else here
        near = max((m.end for m in here), default=-1)
        rival = [(a, b) for a, b in rivals if b <= match.start()]
        if any(near < b and _is_subject_at(text, a, b) for a, b in rival):
            continue
        if (
            not nominative
            and rival
            or (
                nominative
                and match.start() in speakers
                and any(a <= subject[0] < b or subject[0] <= a < subject[1] for a, b in rival)
            )
        ):
            continue
        if not here and clouded and not nominative:
            continue
        mention = max(here, key=lambda m: m.end) if here else (None if other else focus)
        if mention is None or not _fits(match.group().lower(), mention, genders):
            continue
        resolved.append(
            Mention(
                mention.target,
                match.start(),
                match.end(),
                match.group(),
                mention.resolved_from or mention.surface,
                "person",
            )
        )
    return resolved


def _fits(pronoun: str, mention: Mention, genders: dict[str, str]) -> bool:
    gender = genders.get(straighten(mention.resolved_from or mention.surface), "")
    return gender in ("", "she" if pronoun.startswith(("she", "her")) else "he")


def _stands_free(text: str, mention: Mention) -> bool:
    """Whether a name hangs neither on a preposition nor on a possessive."""
    word = re.search(
        r"(\w+)\s+(?:the\s+)?(?:[A-Z][\w.]*\s+)*$", text[max(0, mention.start - 80) : mention.start]
    )
    held = bool(word) and (word.group(1).lower() in PREPOSITIONS or word.group(1).endswith("ing"))
    return not held and not text[mention.end :].startswith("’s")


def _leads(text: str, mention: Mention) -> bool:
    """Whether a name has its verb, or an aside, beside it."""
    word = re.match(r"\s*(?:\([^)]*\)\s*)?(?:(\w+)|,)", text[mention.end :])
    if not word or not word.group(1):
        return bool(word)
    low = word.group(1).lower()
    return low in AUXILIARIES or low not in FUNCTION_WORDS


def list_rivals(text: str, people: set[str], found: list[Mention]) -> Iterable[re.Match[str]]:
    spans = [(m.start, m.end) for m in found]
    for match in re.finditer(r"(?:[A-Z][\w’.-]+ )+[A-Z][\w’-]+|[A-Z][a-z][\w-]+", text):
        known = (
            match.group() in people
            or any(match.group() == p.split()[-1] for p in people)
            or (" " in match.group() and match.start() > 0)
        )
        if known and not any(a < match.end() and b > match.start() for a, b in spans):
            yield match


def _is_subject_at(text: str, start: int, end: int) -> bool:
    before = re.search(r"(\w+)\s+(?:the\s+)?$", text[max(0, start - 40) : start])
    free = not (before and before.group(1).lower() in PREPOSITIONS)
    return free and bool(
        re.match(
            r"(?:\s(?:also|later|then|\w+ly))?\s(?:\w+ed|has|had|is|was|said|says|told|will|would)\b",
            text[end:],
        )
    )


def resolve_it(
    text: str,
    quotations: list[Quotation],
    found: list[Mention],
    body: Mention | None,
    subject: tuple[int, int],
) -> list[Mention]:
    resolved = []
    for match in _IT.finditer(text):
        if _is_quoted(match.start(), quotations) or _EXPLETIVE.match(text[match.start() :]):
            continue
        here = [m for m in found if _is_one_body(m) and m.end <= match.start()]
        here = [
            m
            for m in here
            if not _is_attribute(text, m)
            and (subject[0] <= m.start < subject[1] or (_stands_free(text, m) and _leads(text, m)))
        ]
        leading = re.match(
            r"(?:(?:But|And|Yet|Instead|However|Then|Also),? )?$", text[: match.start()]
        )
        own = match.group().lower() != "it" or bool(
            re.search(r"\b(?:that|and|when|where|because|if|as|than|,)\s$", text[: match.start()])
        )
        if here and any(
            here[-1].end <= m.start < match.start() and m.target != here[-1].target for m in found
        ):
            continue
        mention = here[-1] if here and own else body if leading else None
        if mention is not None:
            resolved.append(
                Mention(
                    mention.target,
                    match.start(),
                    match.end(),
                    match.group(),
                    mention.resolved_from or mention.surface,
                    "body",
                )
            )
    return resolved


def _is_one_body(mention: Mention) -> bool:
    """Whether "it" may stand for a mention: a country or one body, not "Republicans"."""
    plural = re.search(r"[^s’]s$", mention.surface) and mention.kind != "place"
    return mention.kind in ("body", "place") and not plural


def _is_attribute(text: str, mention: Mention) -> bool:
    """Whether a name only says whose people they are: "Republican senators"."""
    after = re.match(r" ([a-z]+)", text[mention.end :])
    return bool(after) and after.group(1) in ROLE_NOUNS


def move_focus(
    found: list[Mention],
    subject: tuple[int, int],
    text: str,
    focus: Mention | None,
    other: bool,
    people: set[str],
) -> tuple[Mention | None, bool]:
    """Return the person whom the next "he" means, and whether that is somebody who is no target."""
    if subject[0] < 0:
        return focus, other
    for mention in found:
        if (
            mention.kind == "person"
            and subject[0] <= mention.start < subject[1]
            and not text[mention.end :].startswith("’s")
        ):
            return mention, False
    words = text[subject[0] : subject[1]]
    if words.lower() in ("he", "she"):
        return (focus, True) if not any(m.start == subject[0] for m in found) else (focus, other)
    head = words.split()[-1].lower()
    if head in ROLE_NOUNS and not BODIES.search(head):
        return focus, True
    if words.lower() in ("it", "they", "we", "i") or not (
        words.split()[-1] in {p.split()[-1] for p in people} or " " in words and words.istitle()
    ):
        persons = [m for m in found if m.kind == "person" and _stands_free(text, m)]
        return (persons[-1], False) if persons else (focus, other)
    return focus, True


def move_body(
    found: list[Mention], subject: tuple[int, int], text: str, body: Mention | None
) -> Mention | None:
    if subject[0] < 0:
        return None
    for mention in found:
        if (
            _is_one_body(mention)
            and subject[0] - 4 <= mention.start < subject[1]
            and mention.end >= subject[1] - 1
        ):
            return mention
    if text[subject[0] : subject[1]].lower() == "it" and any(m.start == subject[0] for m in found):
        return body
    return None
