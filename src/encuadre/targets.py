"""Where a text speaks of the targets: names, titles and pronouns, as offsets into the file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from encuadre.antecedents import (
    Mention,
    list_rivals,
    move_body,
    move_focus,
    resolve_he,
    resolve_it,
    resolve_roles,
)
from encuadre.names import read_cast, straighten
from encuadre.phrases import split_tokens
from encuadre.place_names import PLACES
from encuadre.places import acts_as_government
from encuadre.quotations import LONGEST_SENTENCE, find_quotations, mask_quotations
from encuadre.reporting import Report, find_reports
from encuadre.study import Study, Target
from encuadre.subjects import find_first_subject

_EARLIER = re.compile(
    r"\b(?:former|previous|preceding|earlier|prior|past|ex-)\s*(?:the\s+)?$", re.I
)

_BOTH = re.compile(
    r"\b(?:the two|both|the 2|two) (?:countries|nations|governments|states|presidents|"
    r"neighbou?rs)\b",
    re.I,
)

_PARTY_BEFORE = re.compile(r"[A-Z][\w.’-]+, (?:an? )?(?:[A-Z][\w’]+ ){1,2}$")
_PARTY_AFTER = re.compile(r"\s*(?:[,.;)”\"]|who\b|$)")
"""What stands around a party after a name: "Sen. Susan Collins, Maine Republican, said"."""

_LABEL_LEMMAS = frozenset(
    "say tell add note mention inform state report explain according put believe "
    "estimate think suspect".split()
)


@dataclass(frozen=True)
class _Name:
    target: str
    text: str
    pattern: re.Pattern[str]
    kind: str


def find_mentions(sentences: pd.DataFrame, *, study: Study) -> pd.DataFrame:
    """Find each mention of a target in the headlines and the body.

    Parameters
    ----------
    sentences : DataFrame
        The table `sentences`.
    study : Study
        Its targets: `names` as they stand in the text, `titles` that stand for a person.

    Returns
    -------
    DataFrame
        The table `mentions`. `start` and `end` count characters of the file; `resolved_from` is the
        name that a title, pronoun or "the two countries" stands for, else "".

    Notes
    -----
    Names are matched longest first, with their case, as whole words, with or without "’s". The name
    of a country counts only where its government acts or is acted upon: as subject of a verb;
    before a noun of policy or government ("Mexico’s lack of cooperation", "U.S. agents"); as the
    object of a verb such as trust, push, accuse; after with, against, between, and after of, from,
    on and to where a word such as demand or pressure governs them; in "U.S.-Mexico" before a noun
    of relation. It does not count after other prepositions ("in Mexico", "to the United States") or
    as part of a longer name ("Mexico City"). The names of countries, their capitals and the states
    of the US are those of `encuadre.place_names`, and those of which the target also lists the
    government ("Flanders" beside "government of Flanders"). Every other name counts wherever it
    stands, but not in a compound ("the Graham-Cassidy bill", "Obama-backed").
    A name after "former" or "previous" is not the target, nor is one in the description of a
    speaker ("a former DEA official", "U.S. officials say").
    Pronouns stand for the subject nearest before them in the paragraph; one that another person or
    thing may claim is left out.
    """
    texts = "\n".join(straighten(t[:LONGEST_SENTENCE]) for t in sentences["text"])
    names = _list_names(study, read_cast(texts).surnames)
    rows = []
    for _, article in sentences[sentences["segment"] != "boilerplate"].groupby(
        "article_id", sort=False
    ):
        seen: list[Mention] = []
        for _, group in article.groupby("paragraph", sort=False):
            rows += _read_paragraph(list(group.itertuples(index=False)), names, study, seen)
    columns = ["sentence_id", "target", "start", "end", "surface", "resolved_from"]
    return pd.DataFrame(rows, columns=pd.Index(columns)).astype({"start": int, "end": int})


def _list_names(study: Study, surnames: frozenset[str]) -> list[_Name]:
    persons = {straighten(n) for s in study.speakers for n in (s.name, *s.aliases)}
    listed = []
    for target in study.targets:
        places = _find_places(target, persons, surnames)
        for name in target.names:
            plain = straighten(name)
            person = plain in persons or plain.split()[-1] in surnames
            kind = "place" if name in places else "person" if person else "body"
            listed.append(_Name(target.id, name, _compile_name(name, kind), kind))
        listed += [
            _Name(target.id, title, _compile_title(title), "title") for title in target.titles
        ]
    return sorted(listed, key=lambda n: -len(n.text))


def _find_places(target: Target, persons: set[str], surnames: frozenset[str]) -> set[str]:
    """Return the names that stand for a country: known ones, and those whose government is named.

    A word that ends the name of a person of the study or of the target ("Jim Jordan") is none.
    """
    plain = {n: straighten(n) for n in target.names}
    words = {p.split()[-1] for p in persons}
    words |= {
        n.split()[-1] for n in plain.values() if re.fullmatch(r"(?:[A-Z][\w.-]+ ){1,2}\S+", n)
    }
    places = set()
    for name, text in plain.items():
        known = text in PLACES
        governed = any(
            re.search(rf"^{re.escape(text)}’s government|[Gg]overnment of {re.escape(text)}$", n)
            for n in plain.values()
        )
        person = text in persons or (" " not in text and text in words)
        if (known or (governed and text.split()[-1] not in surnames)) and not person:
            places.add(name)
    return places


def _compile_name(name: str, kind: str) -> re.Pattern[str]:
    body = re.escape(straighten(name)).replace("’", "[’']").replace(r"\ ", r"[ \u00a0]+")
    if name[:1].islower():
        body = f"[{name[0].upper()}{name[0]}]{body[1:]}"
    if body.endswith(r"\."):
        body += "?"
    glued = r"|(?=(?:according|were|was|said|and|that)\b)" if " " in name else ""
    whole = "" if kind == "place" else r"(?![-‑–]\w)"
    start = r"(?<![\w@#])" if kind == "place" else r"(?<![\w@#])(?<!\w[-‑–])"
    return re.compile(rf"{start}{body}(?:(?![\w])(?!\.\w){whole}{glued})")


def _compile_title(title: str) -> re.Pattern[str]:
    body = re.escape(straighten(title)).replace("’", "[’']").replace(r"\ ", r"\s+")
    body = f"[{title[0].upper()}{title[0].lower()}]{body[1:]}" if title[:1].isalpha() else body
    return re.compile(rf"(?<!\w){body}(?!\w)(?! [A-Z])")


def _read_paragraph(
    paragraph: list, names: list[_Name], study: Study, seen: list[Mention]
) -> list[dict[str, object]]:
    rows = []
    genders = {straighten(n): s.pronouns for s in study.speakers for n in (s.name, *s.aliases)}
    people = set(genders)
    focus: Mention | None = None
    body: Mention | None = None
    other = clouded = False
    titled = re.findall(
        r"(?:[A-Z][\w’.-]+ )+([A-Z][\w-]+)",
        " ".join(straighten(str(r.text)[:LONGEST_SENTENCE]) for r in paragraph),
    )
    people |= set(titled)
    for row in paragraph:
        text = straighten(str(row.text)[:LONGEST_SENTENCE])
        quotations = find_quotations(text)
        masked = mask_quotations(text, [q for q in quotations if q.speech])
        reports = find_reports(masked)
        found = _match_names(text, names, seen)
        found = [m for m in found if not _is_label(m, text, masked, reports)]
        subject = _find_subject(masked)
        found += _match_both(text, study, names)
        found += resolve_roles(text, found, seen, body)
        rivals = [m.span() for m in list_rivals(text, people, found)]
        found += resolve_he(
            text,
            quotations,
            found,
            focus,
            other,
            genders,
            rivals,
            subject,
            {r.subject[0] for r in reports},
            clouded,
        )
        clouded = bool(rivals)
        found += resolve_it(text, quotations, found, body, subject)
        focus, other = move_focus(found, subject, text, focus, other, people)
        body = move_body(found, subject, text, body)
        seen += found
        for mention in sorted(set(found), key=lambda m: (m.start, m.end, m.target)):
            rows.append(
                {
                    "sentence_id": row.sentence_id,
                    "target": mention.target,
                    "start": int(row.start) + mention.start,
                    "end": int(row.start) + mention.end,
                    "surface": str(row.text)[mention.start : mention.end],
                    "resolved_from": mention.resolved_from,
                }
            )
    return rows


def _match_names(text: str, names: list[_Name], seen: list[Mention]) -> list[Mention]:
    found: list[Mention] = []
    taken = bytearray(len(text) + 1)
    for name in names:
        for match in name.pattern.finditer(text):
            if any(taken[match.start() : match.end()]):
                continue
            taken[match.start() : match.end()] = b"\x01" * (match.end() - match.start())
            if (
                _EARLIER.search(text[: match.start()])
                and name.kind != "place"
                and not _is_modifier(text, match.end())
            ):
                continue
            if name.kind == "place" and not acts_as_government(text, match.start(), match.end()):
                continue
            stands = ""
            if name.kind == "title":
                stands = next(
                    (
                        m.resolved_from or m.surface
                        for m in reversed(seen + found)
                        if m.target == name.target and m.kind == "person"
                    ),
                    "",
                )
                stands = stands or _first_person(names, name.target)
            found.append(
                Mention(
                    name.target,
                    match.start(),
                    match.end(),
                    match.group(),
                    stands,
                    "person" if name.kind == "title" else name.kind,
                )
            )
    return found


def _is_modifier(text: str, end: int) -> bool:
    return bool(re.match(r"\s[a-z]", text[end:]))


def _first_person(names: list[_Name], target: str) -> str:
    persons = [n.text for n in names if n.target == target and n.kind == "person"]
    return persons[0] if persons else next(n.text for n in names if n.target == target)


def _is_label(mention: Mention, text: str, masked: str, reports: Iterable[Report]) -> bool:
    """Whether a name only describes a speaker: "a former DEA official told us"."""
    if mention.kind == "person":
        return False
    if _PARTY_BEFORE.search(text[: mention.start]) and _PARTY_AFTER.match(text[mention.end :]):
        return True
    for report in reports:
        begin, end = report.subject
        aside = re.match(
            r",(?: (?:an?|the|who|then|former|acting|appearing|head|chief|director|"
            r"founder)\b)[^;□]{3,200}?(?=, (?:said|told|informed|says|mentioned)|\.\s|\.$|$)",
            masked[end : report.start] if end < report.start else masked[end:],
        )
        if report.kind == "according" and begin <= mention.start < end:
            return True
        if report.lemma in _LABEL_LEMMAS and begin <= mention.start < end and mention.end <= end:
            longer = masked[mention.end : end].strip(" ’s")
            people = re.search(r"\b(?:officials?|officers?|agents?|authorities)\b", mention.surface)
            if longer or people:
                return True
        if (
            aside
            and not report.embedded
            and end <= mention.start < end + aside.end()
            and report.lemma in _LABEL_LEMMAS
        ):
            return True
        if (
            masked[mention.end : begin].strip() in ("’s", "")
            and mention.end <= begin
            and mention.end >= begin - 3
            and report.kind != "medium"
        ):
            return True
    return (
        bool(
            re.match(
                r"(?:’s)? (?:former |deputy |senior |special |acting )*(?:officials?|"
                r"administrators?|"
                r"chief|head|spokes\w+|ambassador)\b",
                text[mention.end :],
            )
        )
        and bool(re.search(r"\b(?:an?|former|the|as)\s(?:[\w-]+\s){0,3}$", text[: mention.start]))
        and any(r.lemma in _LABEL_LEMMAS for r in reports)
    )


def _find_subject(masked: str) -> tuple[int, int]:
    tokens = split_tokens(masked)
    span = find_first_subject(tokens, len(tokens))
    return (tokens[span[0]].start, tokens[span[1] - 1].end) if span else (-1, -1)


def _match_both(text: str, study: Study, names: list[_Name]) -> list[Mention]:
    """Find "the two countries" where the study has just two targets that are countries."""
    places = {n.target: n.text for n in reversed(names) if n.kind == "place"}
    if len(study.targets) != 2 or len(places) != 2:
        return []
    return [
        Mention(t, m.start(), m.end(), m.group(), places[t], "both")
        for m in _BOTH.finditer(text)
        for t in places
    ]
