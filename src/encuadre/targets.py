"""Where a text speaks of the targets: names, titles and pronouns, as offsets into the file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from encuadre.attribution_words import AUXILIARIES, FORMS, PREPOSITIONS
from encuadre.quotations import Quotation, find_quotations, mask_quotations
from encuadre.reporting import Report, find_first_subject, find_reports, split_tokens
from encuadre.study import Study, Target

_BODIES = re.compile(r"\b(?:government|authorities|officials|administration|state|military|army|agencies|lawmakers)\b", re.I)
_POLICY = re.compile(
    r"(?:\w+ )?\b(?:government|governments|president|presidency|administration|ministry|minister|military|army|navy|police|policing|law enforcement|"
    r"authorities|officials|officers|agents|agencies|lawmakers|congress|senate|court|attorney|prosecutors|policy|policies|strategy|strategies|"
    r"laws?|approach|cooperation|collaboration|relations?|relationship|ties|alliance|partnership|framework|talks|negotiations|effort|efforts|"
    r"operations?|assistance|aid|pressure|demands?|requests?|response|refusal|withdrawal|lack|failure|willingness|unwillingness|commitment|"
    r"role|decision|intelligence|sanctions|threats?|allegations|charges|indictment|options?|interests?|sovereignty|intervention|interference|"
    r"counternarcotics|anti-narcotics|anti-drug|action|behest|support|promises?|foreign|security|diplomats?|ambassador|embassy|drug war|drug policy)\b",
    re.I,
)
_NOT_POLICY = re.compile(r"(?:\w+ ){0,2}(?:border|cartels?|citizens?|epidemic|companies|population|market|drug lords?|murder|labs?|soil|streets?|side)\b", re.I)
_RELATION = re.compile(
    r"\b(?:cooperation|collaboration|relations?|relationship|ties|alliance|partnership|pact|deal|agreements?|framework|talks|negotiations|"
    r"dialogue|dispute|row|rift|suspicion|trust|summit|initiative|responsibility|triangle|tensions?|engagement|coordination)\b",
    re.I,
)
_HANDLED = re.compile(
    r"\b(?:trust|push|pushes|pushed|pushing|press|pressed|pressing|pressure|urge|urged|urging|accuse|accused|accuses|ask|asks|asked|asking|"
    r"thank|thanks|thanked|thanking|blame|blames|blamed|blaming|criticize|criticizes|criticized|criticise|criticised|involve|involved|force|forced|"
    r"persuade|persuaded|help|helped|warn|warned|tell|told|want|wants|wanted|let|make|makes|made|threaten|threatened|sue|sued|praise|praised|"
    r"denounce|denounced|condemn|condemned|convince|expect|encourage|get|oblige|order|ordered|show|shows|support|supports|fault|faulted)\s+(?:the\s+)?$",
    re.I,
)
_GOVERNED = re.compile(
    r"(?:\b(?:with|against)|\bbetween(?: [\w.’ ]{1,40} and)?|\b(?:lash\w*|anger|fury|furious|criticism)(?: out)? (?:at|of)|"
    r"\b(?:demand\w*|seek\w*|sought|requests?|explanation|transparency|pressure|stress|support|help|cooperation|concessions|wants?|allegations) (?:\w+ ){0,3}(?:from|on)|"
    r"\b(?:suspicious|critical|afraid|demand\w*|ask|behalf|part|mistrust|distrust|hope|expectations?) of|\b(?:rely|relies|depend\w*|pressure|sanctions|impose\w*) on|"
    r"\b(?:assistance|aid|threat|promises?|letter|appeal|answer|response|message|help) to)\s+(?:the\s+)?$",
    re.I,
)
_SUBJECT = re.compile(
    r"\s+(?:itself |also |now |then |still |already |never |immediately |essentially |reluctantly |quickly |clearly |meanwhile |\w+ly |in turn, |in turn has, )*"
    r"(?:has|had|is|was|will|would|can|cannot|could|should|must|may|might|does|did|do|need|needs|want|wants|seeks?|refuses?|"
    r"demands?|makes?|made|took|takes|gave|gives|held|kept|keeps|let|lets|went|sent|shows?|showed|knew|knows|agrees?|said|says|told|"
    r"interprets?|remains?|continues?|considers?|denies|offers?|hopes?|insists?|faces?|built|caught|got|became|began|broke|chose|"
    r"fell|found|lost|paid|put|sees?|saw|spent|stood|won|wrote|spoke|sought|handed|reducing|reporting|doing|being|taking|having|\w{3,}ed)\b",
)
_INFINITIVE = re.compile(r"\s+(?:not )?to\s+(?!the\b|a\b|its?\b)[a-z]+")
_PREPOSED = re.compile(r"(?:^|[\s“\"(—–-])(?:in|to|into|from|at|near|of|on|off|across|throughout|within|inside|outside|toward|towards|around|for|through|by|under|over|than)\s+(?:the\s+)?$", re.I)
_FOR = re.compile(r"\bfor\s+(?:the\s+)?$", re.I)
_EARLIER = re.compile(r"\b(?:former|previous|preceding|earlier|prior|past|ex-)\s*(?:the\s+)?$", re.I)
_CAPITAL_AFTER = re.compile(r"[ \u00a0](?!(?:President|Congress|Senate|Navy|Army|Embassy|Government|Supreme|Treasury|Department)\b)[A-Z][a-z]")
_CAPITAL_BEFORE = re.compile(r"(?:^|.)\b(?!(?:And|But|Yet|If|As|When|While|That|So|Then|Now|The|Since|Because|Although|Though|Will|Can|Should|Would|Does|Is|Has|Instead|Meanwhile|However|Until|After|Before|Y)\b)[A-Z][a-z]+ $")
_HE = re.compile(r"\b(?:[Hh]e|[Hh]is|[Hh]im|[Hh]imself|[Ss]he|[Hh]er|[Hh]erself)\b(?!’)|\b(?:[Hh]e|[Ss]he)(?=’)")
_IT = re.compile(r"\b(?:[Ii]t|[Ii]ts|[Ii]tself)\b(?!’)")
_EXPLETIVE = re.compile(r"[Ii]t(?:’s| is| was| has been| would be| will be| seems| appears)? (?:\w+ly )?(?:also )?(?:\w+ )?(?:that|to|who|whether|safe|only|no secret|worth|clear|possible|likely|estimated|not (?:going|clear|\w+ that))\b|[Ii]t (?:came|seems|appears|turned|takes|took)\b")
_ROLE_OF_IT = re.compile(r"\b(?:[Tt]he|[Tt]his|[Hh]is) (?:\w+-\w+ )?(?:government|administration)\b(?! (?:of|in)\b)")
_BOTH = re.compile(r"\b(?:the two|both|the 2|two) (?:countries|nations|governments|states|presidents|sides|neighbou?rs|parties)\b", re.I)
_LABEL_LEMMAS = frozenset("say tell add note mention inform state report explain according put believe estimate think suspect".split())
_PERSON_VERB = re.compile(r"\s*(?:\([^)]*\)\s*)?(?:,[^,]{3,80},\s*)?(?:himself |herself |also |later |then |instead |now |just |\w+ly )*[a-z]+")


@dataclass(frozen=True)
class _Name:
    target: str
    text: str
    pattern: re.Pattern[str]
    kind: str


@dataclass(frozen=True)
class _Mention:
    target: str
    start: int
    end: int
    surface: str
    resolved_from: str
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
    of a country counts only where its government acts or is acted upon: as subject of a verb; before
    a noun of policy or government ("Mexico’s lack of cooperation", "U.S. law enforcement"); as
    object of a verb such as trust, push, accuse; after with, against, between, and after of, from,
    on and to where a word such as demand or pressure governs them; in "U.S.-Mexico" before a noun
    of relation. It does not count after other prepositions ("in Mexico", "to the United States") or
    as part of a longer name ("Mexico City"). A name of a country is one that also stands in a name
    of a body ("Mexico’s government"), or a single word that is neither a person nor initials.
    A name after "former" or "previous" is not the target, nor is one in the description of a
    speaker ("a former DEA official", "U.S. officials say").
    Pronouns stand for the subject nearest before them in the paragraph; one that another person or
    thing may claim is left out.
    """
    names = _list_names(study)
    rows = []
    for _, group in sentences[sentences["segment"] != "boilerplate"].groupby(["article_id", "paragraph"], sort=False):
        paragraph = list(group.itertuples(index=False))
        rows += _read_paragraph(paragraph, names, study)
    columns = ["sentence_id", "target", "start", "end", "surface", "resolved_from"]
    return pd.DataFrame(rows, columns=pd.Index(columns)).astype({"start": int, "end": int})


def _list_names(study: Study) -> list[_Name]:
    persons = {straighten(n) for s in study.speakers for n in (s.name, *s.aliases)}
    listed = []
    for target in study.targets:
        places = _find_places(target, persons)
        for name in target.names:
            kind = "place" if name in places else "person" if _is_person(name, persons) else "body"
            listed.append(_Name(target.id, name, _compile_name(name), kind))
        listed += [_Name(target.id, title, _compile_title(title), "title") for title in target.titles]
    return sorted(listed, key=lambda n: -len(n.text))


def straighten(text: str) -> str:
    """Return the text with straight apostrophes made curly."""
    return text.replace("'", "’")


def _find_places(target: Target, persons: set[str]) -> set[str]:
    places = set()
    for name in target.names:
        plain = straighten(name)
        if plain in persons or _BODIES.search(plain):
            continue
        bodies = (plain + "’s ", plain + " ", "of " + plain)
        within = any(_BODIES.search(n) and any(b in straighten(n) + " " for b in bodies) for n in target.names if n != name)
        single = re.fullmatch(r"[A-Z][a-zà-ÿ]+", plain) and not any(plain in p.split() for p in persons)
        if within or (single and not any(plain in n.split() and n != name for n in target.names)):
            places.add(name)
    return places


def _is_person(name: str, persons: set[str]) -> bool:
    plain = straighten(name)
    return plain in persons


def _compile_name(name: str) -> re.Pattern[str]:
    body = re.escape(straighten(name)).replace("’", "[’']").replace(r"\ ", r"[ \u00a0]+")
    if body.endswith(r"\."):
        body += "?"
    glued = r"|(?=(?:according|were|was|said|and|that)\b)" if " " in name else ""
    return re.compile(rf"(?<![\w@#]){body}(?:(?![\w])(?!\.\w){glued})")


def _compile_title(title: str) -> re.Pattern[str]:
    body = re.escape(straighten(title)).replace("’", "[’']").replace(r"\ ", r"\s+")
    return re.compile(rf"(?<!\w){body}(?!\w)(?! [A-Z])", re.I if title[:4].lower() == "the " else 0)


def _read_paragraph(paragraph: list, names: list[_Name], study: Study) -> list[dict[str, object]]:
    rows = []
    genders = {straighten(n): s.pronouns for s in study.speakers for n in (s.name, *s.aliases)}
    people = set(genders)
    focus: _Mention | None = None
    body: _Mention | None = None
    other = False
    seen: list[_Mention] = []
    for row in paragraph:
        text = straighten(str(row.text))
        quotations = find_quotations(text)
        masked = mask_quotations(text, [q for q in quotations if q.speech])
        reports = find_reports(masked)
        found = _match_names(text, names, seen)
        found = [m for m in found if not _is_label(m, text, masked, reports)]
        subject = _find_subject(masked)
        found += _match_both(text, study, names)
        found += _resolve_roles(text, found, seen, body)
        found += _resolve_he(text, quotations, found, focus, other, genders, people)
        found += _resolve_it(text, quotations, found, body, subject)
        focus, other = _move_focus(found, subject, text, focus, other, people)
        body = _move_body(found, subject, text, body)
        seen += found
        for mention in sorted(set(found), key=lambda m: (m.start, m.end, m.target)):
            rows.append(
                {
                    "sentence_id": row.sentence_id, "target": mention.target, "start": int(row.start) + mention.start,
                    "end": int(row.start) + mention.end, "surface": str(row.text)[mention.start : mention.end], "resolved_from": mention.resolved_from,
                }
            )  # fmt: skip
    return rows


def _match_names(text: str, names: list[_Name], seen: list[_Mention]) -> list[_Mention]:
    found: list[_Mention] = []
    taken = bytearray(len(text) + 1)
    for name in names:
        for match in name.pattern.finditer(text):
            if any(taken[match.start() : match.end()]):
                continue
            taken[match.start() : match.end()] = b"\x01" * (match.end() - match.start())
            if _EARLIER.search(text[: match.start()]) and name.kind != "place" and not _is_modifier(text, match.end()):
                continue
            if name.kind == "place" and not _acts(text, match.start(), match.end()):
                continue
            stands = ""
            if name.kind == "title":
                stands = next((m.surface for m in reversed(seen + found) if m.target == name.target and m.kind == "person"), "")
                stands = stands or _first_person(names, name.target)
            found.append(_Mention(name.target, match.start(), match.end(), match.group(), stands, "person" if name.kind == "title" else name.kind))
    return found


def _is_modifier(text: str, end: int) -> bool:
    return bool(re.match(r"\s[a-z]", text[end:]))


def _first_person(names: list[_Name], target: str) -> str:
    persons = [n.text for n in names if n.target == target and n.kind == "person"]
    return persons[0] if persons else next(n.text for n in names if n.target == target)


def _acts(text: str, start: int, end: int) -> bool:
    """Whether the name of a country stands for its government here."""
    before, after = text[max(0, start - 80) : start], text[end : end + 80]
    if _CAPITAL_AFTER.match(after) or _CAPITAL_BEFORE.search(before):
        return False
    joint = re.match(r"[-–—/](?:\w[\w.]*)(?:[-–—/]\w[\w.]*)*\s", after)
    if joint or re.search(r"[\w.][-–—/]$", before):
        rest = after[joint.end() - 1 :] if joint else after
        return bool(re.match(r"\s(?:[\w-]+ ){0,2}?" + _POLICY.pattern, rest, re.I)) and not _NOT_POLICY.match(rest.lstrip())
    if re.match(r"[’']s?\s", after):
        rest = after[after.index(" ") + 1 :]
        return bool(re.match(r"(?:[\w-]+ ){0,2}?" + _POLICY.pattern, rest, re.I)) and not _NOT_POLICY.match(rest)
    if re.match(r"\s(?:[\w-]+ ){0,2}?" + _POLICY.pattern, after, re.I) and not _NOT_POLICY.match(after.lstrip()) and not _SUBJECT.match(after):
        modifies = re.search(r"\b(?:the|of|with|and|by|some|other|all|as|from|for|on|various|such|these|reluctant|,)\s*$|^$|[.“”\"(]\s?$", before) or re.match(r"U", text[start:])
        if modifies and not re.match(r"\s(?:in|on|to|for|with|from|by|at|of|and|or|as)\b", after):
            return True
    if _RELATION.search(before[-60:]) and re.search(r"\bbetween\s+(?:the\s+)?(?:[\w.’]+\s+){0,3}?(?:and\s+(?:the\s+)?)?$", before):
        return True
    if _HANDLED.search(before):
        return True
    if _GOVERNED.search(before):
        if re.search(r"\bbetween\b[^,;.]*$", before[-50:]) and not re.search(r"\b(?:with|against|at|of|from|on|to)\s+(?:the\s+)?$", before):
            return False
        return True
    if _PREPOSED.search(before):
        return bool(_FOR.search(before) and _INFINITIVE.match(after))
    return bool(_SUBJECT.match(after))


def _is_label(mention: _Mention, text: str, masked: str, reports: Iterable[Report]) -> bool:
    """Whether a name only describes a speaker: "a former DEA official told", "U.S. officials say"."""
    if mention.kind == "person":
        return False
    for report in reports:
        begin, end = report.subject
        aside = re.match(r",[^,;]{3,90}(?=,|\.|$)", masked[end:])
        if report.lemma in _LABEL_LEMMAS and begin <= mention.start < end and mention.end <= end:
            longer = masked[mention.end : end].strip(" ’s")
            people = re.search(r"\b(?:officials?|officers?|agents?|authorities)\b", mention.surface)
            if longer or people:
                return True
        if aside and not report.embedded and end <= mention.start < end + aside.end() and report.lemma in _LABEL_LEMMAS:
            return True
        if masked[mention.end : begin].strip() in ("’s", "") and mention.end <= begin and mention.end >= begin - 3 and report.kind != "medium":
            return True
    return bool(re.match(r"(?:’s)? (?:former |deputy |senior |special |acting )*(?:officials?|administrators?|chief|head|spokes\w+|ambassador)\b", text[mention.end :])) and bool(
        re.search(r"\b(?:an?|former|the|as)\s(?:[\w-]+\s){0,3}$", text[: mention.start])
    ) and any(r.lemma in _LABEL_LEMMAS for r in reports)  # fmt: skip


def _find_subject(masked: str) -> tuple[int, int]:
    tokens = split_tokens(masked)
    span = find_first_subject(tokens, len(tokens))
    return (tokens[span[0]].start, tokens[span[1] - 1].end) if span else (-1, -1)


def _match_both(text: str, study: Study, names: list[_Name]) -> list[_Mention]:
    """Find "the two countries" where the study has just two targets that are countries."""
    places = {n.target: n.text for n in reversed(names) if n.kind == "place"}
    if len(study.targets) != 2 or len(places) != 2:
        return []
    return [_Mention(t, m.start(), m.end(), m.group(), places[t], "both") for m in _BOTH.finditer(text) for t in places]


def _resolve_roles(text: str, found: list[_Mention], seen: list[_Mention], body: _Mention | None) -> list[_Mention]:
    """Resolve "the government" to the target named last before it."""
    resolved = []
    for match in _ROLE_OF_IT.finditer(text):
        if any(m.start < match.end() and m.end > match.start() for m in found):
            continue
        before = [m for m in found if m.end <= match.start() and m.kind != "both"] or [m for m in seen if m.kind != "both"]
        if before and not re.search(r"\b[A-Z][a-z]+$", text[: match.start()].rstrip() if match.start() else ""):
            source = before[-1] if body is None or before[-1].target == body.target else body
            resolved.append(_Mention(source.target, match.start(), match.end(), match.group(), source.resolved_from or source.surface, "body"))
    return resolved


def _is_quoted(position: int, quotations: Iterable[Quotation]) -> bool:
    return any(q.start <= position < q.end for q in quotations)


def _resolve_he(text: str, quotations: list[Quotation], found: list[_Mention], focus: _Mention | None, other: bool, genders: dict[str, str], people: set[str]) -> list[_Mention]:
    resolved: list[_Mention] = []
    rivals = [m.span() for m in _list_rivals(text, people, found)]
    for match in _HE.finditer(text):
        if _is_quoted(match.start(), quotations):
            continue
        here = [m for m in found if m.kind == "person" and m.end <= match.start() and _stands_free(text, m)]
        near = max((m.end for m in here), default=-1)
        if any(near < b <= match.start() and _is_subject_at(text, a, b) for a, b in rivals):
            continue
        mention = max(here, key=lambda m: m.end) if here else (None if other else focus)
        if mention is None or not _fits(match.group().lower(), mention, genders):
            continue
        resolved.append(_Mention(mention.target, match.start(), match.end(), match.group(), mention.resolved_from or mention.surface, "person"))
    return resolved


def _fits(pronoun: str, mention: _Mention, genders: dict[str, str]) -> bool:
    gender = genders.get(straighten(mention.resolved_from or mention.surface), "")
    return gender in ("", "she" if pronoun.startswith(("she", "her")) else "he")


def _stands_free(text: str, mention: _Mention) -> bool:
    """Whether a name hangs neither on a preposition nor on a possessive."""
    word = re.search(r"(\w+)\s+(?:the\s+)?(?:[A-Z][\w.]*\s+)*$", text[: mention.start])
    return not (word and word.group(1).lower() in PREPOSITIONS) and not text[mention.end :].startswith("’s")


def _list_rivals(text: str, people: set[str], found: list[_Mention]) -> Iterable[re.Match[str]]:
    spans = [(m.start, m.end) for m in found]
    for match in re.finditer(r"(?:[A-Z][\w’.-]+ )+[A-Z][\w’-]+|[A-Z][a-z][\w-]+", text):
        known = match.group() in people or any(match.group() == p.split()[-1] for p in people) or (" " in match.group() and match.start() > 0)
        if known and not any(a < match.end() and b > match.start() for a, b in spans):
            yield match


def _is_subject_at(text: str, start: int, end: int) -> bool:
    before = re.search(r"(\w+)\s+(?:the\s+)?$", text[:start])
    free = not (before and before.group(1).lower() in PREPOSITIONS)
    return free and bool(re.match(r"(?:\s(?:also|later|then|\w+ly))?\s(?:\w+ed|has|had|is|was|said|says|told|will|would)\b", text[end:]))


def _resolve_it(text: str, quotations: list[Quotation], found: list[_Mention], body: _Mention | None, subject: tuple[int, int]) -> list[_Mention]:
    resolved = []
    for match in _IT.finditer(text):
        if _is_quoted(match.start(), quotations) or _EXPLETIVE.match(text[match.start() :]):
            continue
        here = [m for m in found if m.kind in ("body", "place") and m.end <= match.start() and subject[0] <= m.start < max(subject[1], 0)]
        leading = re.match(r"(?:(?:But|And|Yet|Instead|However|Then|Also),? )?$", text[: match.start()])
        own = match.group().lower() != "it" or bool(re.search(r"\b(?:that|and|when|where|because|if|as|than|,)\s$", text[: match.start()]))
        mention = here[-1] if here and own else body if leading else None
        if mention is not None:
            resolved.append(_Mention(mention.target, match.start(), match.end(), match.group(), mention.resolved_from or mention.surface, "body"))
    return resolved


def _move_focus(found: list[_Mention], subject: tuple[int, int], text: str, focus: _Mention | None, other: bool, people: set[str]) -> tuple[_Mention | None, bool]:
    """Return the person whom the next "he" means, and whether that is somebody who is no target."""
    if subject[0] < 0:
        return focus, other
    for mention in found:
        if mention.kind == "person" and subject[0] <= mention.start < subject[1] and not text[mention.end :].startswith("’s"):
            return mention, False
    words = text[subject[0] : subject[1]]
    if words.lower() in ("he", "she"):
        return (focus, True) if not any(m.start == subject[0] for m in found) else (focus, other)
    if words.lower() in ("it", "they", "we", "i") or not (words.split()[-1] in {p.split()[-1] for p in people} or " " in words and words.istitle()):
        persons = [m for m in found if m.kind == "person" and _stands_free(text, m)]
        return (persons[-1], False) if persons else (focus, other)
    return focus, True


def _move_body(found: list[_Mention], subject: tuple[int, int], text: str, body: _Mention | None) -> _Mention | None:
    if subject[0] < 0:
        return None
    for mention in found:
        if mention.kind in ("body", "place") and subject[0] - 4 <= mention.start < subject[1] and mention.end >= subject[1] - 1:
            return mention
    if text[subject[0] : subject[1]].lower() == "it" and any(m.start == subject[0] for m in found):
        return body
    return None
