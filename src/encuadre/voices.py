"""Who makes the claim of each sentence: rules over quotation marks, reporting verbs and speakers.

The rules know English, not the study; people, groups and their voices come from study.yml.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from encuadre.attribution_words import FALSITY_BEFORE, LIST_NOUNS, NUMBER_WORDS, SOURCE_NOUNS
from encuadre.quotations import Quotation, count_words, find_quotations, mask_quotations
from encuadre.reporting import FILLER, Report, find_first_subject, find_reports, split_tokens
from encuadre.speakers import Person, Register, fits_pronoun
from encuadre.study import Study

CONFIDENCE = {
    "direct": 0.95,
    "indirect": 0.9,
    "according": 0.9,
    "put": 0.9,
    "participle": 0.75,
    "passive": 0.65,
    "medium": 0.75,
    "belief": 0.65,
    "same_quotation": 0.95,
    "same_paragraph": 0.85,
    "earlier_paragraph": 0.6,
    "carried": 0.55,
    "none": 0.95,
    "outlet_rule": 0.7,
    "no_speaker": 0.5,
}
"""Confidence of a label by the rule that gave it; multiplied by how surely the speaker is known."""

_PRONOUN = 0.9
_CONTRAST = re.compile(r"(?:^|[,—–-]\s?)(?:but |yet )?(?:even as|even though|even while|despite|in spite of|contrary to)\b", re.I)
_FALSIFYING = re.compile(r"\bby\b.*\b(?:manipulat|falsif|fabricat|distort|doctor|inflat)\w*ing\b", re.I)
_FORECAST = re.compile(r"\b(?:likely|will|would|going to|expects?|expected|predicts?|predicted|forecasts?|prospects?|outcome)\b")
_WILL = re.compile(r"\b(?:will|would|won’t|going to)\b")
_LOOKS_BACK = re.compile(r"^(?:But|However|Yet|That|This|Those|These|Still|Meanwhile)\b")
_FAR_QUOTE = 0.5
_FULL_QUOTE = 8


@dataclass
class _Sentence:
    sentence_id: str
    paragraph: int
    text: str
    start: int
    end: int
    gap: int
    segment: str
    quotations: list[Quotation]
    masked: str
    reports: list[Report]

    @property
    def quoted_words(self) -> int:
        return sum(count_words(q.inner) for q in self.quotations if q.speech)

    @property
    def share(self) -> float:
        return self.quoted_words / max(1, count_words(self.text))


@dataclass
class _Claim:
    person: Person | None = None
    attribution: str = "none"
    cue: str = ""
    rule: str = "none"
    sure: float = 1.0
    lists: bool = False


def measure_voices(sentences: pd.DataFrame, *, study: Study) -> pd.DataFrame:
    """Tell for each sentence who makes the claim.

    Parameters
    ----------
    sentences : DataFrame
        The table `sentences`.
    study : Study
        Its voices (the first is the outlet's own), their cues, its speakers and outlets.

    Returns
    -------
    DataFrame
        The table `voices`, one row a headline or body sentence, in their order. `confidence` is that
        of the rule (`CONFIDENCE`), lowered where the speaker's voice is a fallback or a pronoun's.

    Notes
    -----
    A speaker in no list of the study gets the voice whose cue stands in the description beside the
    name, else the voice that has the cue "*", else the last voice.
    """
    outlets = {o.name: (o.name, o.short, *o.names) for o in study.outlets}
    own = {str(r["article_id"]): outlets.get(str(r["outlet"]), ()) for r in study.sources.to_dict("records")}
    rows = []
    for article_id, group in sentences.groupby("article_id", sort=False):
        kept = group[group["segment"] != "boilerplate"]
        if len(kept):
            register = Register(study, "\n".join(kept["text"]), own.get(str(article_id), ()))
            rows += _label_article(_read_sentences(kept), register, study.own_voice)
    order = {i: n for n, i in enumerate(sentences["sentence_id"])}
    rows.sort(key=lambda r: order[r["sentence_id"]])
    columns = ["sentence_id", "voice", "attribution", "speaker", "speaker_id", "cue", "confidence"]
    return pd.DataFrame(rows, columns=pd.Index(columns)).astype({"confidence": float})


def _read_sentences(table: pd.DataFrame) -> list[_Sentence]:
    read: list[_Sentence] = []
    end = 0
    for _, group in table.groupby("paragraph", sort=False):
        rows = list(group.itertuples(index=False))
        origin = int(rows[0].start)
        text = ""
        for row in rows:
            text = text.ljust(int(row.start) - origin) + row.text
        found = find_quotations(text)
        for row in rows:
            a, b = int(row.start) - origin, int(row.end) - origin
            inside = [_clip(q, a, b) for q in found if q.start < b and q.end > a]
            masked = mask_quotations(str(row.text), inside)
            reports = find_reports(masked)
            read.append(
                _Sentence(str(row.sentence_id), int(row.paragraph), str(row.text), int(row.start), int(row.end), int(row.start) - end, str(row.segment), inside, masked, reports)
            )
            end = int(row.end)
    return read


def _clip(quotation: Quotation, start: int, end: int) -> Quotation:
    """Return the part of a quotation that stands in a sentence, with offsets from its start."""
    a, b = max(quotation.start, start), min(quotation.end, end)
    skip = max(0, a - quotation.start - 1)
    inner = quotation.inner[skip : skip + b - a] if a > quotation.start else quotation.inner[: b - a - 1]
    return Quotation(a - start, b - start, inner, quotation.closed, quotation.before, quotation.after)


def _label_article(sentences: list[_Sentence], register: Register, own_voice: str) -> list[dict[str, object]]:
    claims = [_Claim() for _ in sentences]
    recent: list[list[Person]] = []
    charged = set(_find_charges(sentences))
    for i, sentence in enumerate(sentences):
        claims[i] = _judge_sentence(sentence, register, recent, i in charged)
        recent.append(_list_persons(sentence, claims[i], register, recent))
    _carry_quotations(sentences, claims)
    _carry_lists(sentences, claims)
    return [_make_row(s, c, own_voice) for s, c in zip(sentences, claims, strict=True)]


def _make_row(sentence: _Sentence, claim: _Claim, own_voice: str) -> dict[str, object]:
    person = claim.person
    if person is None or person.voice == own_voice:
        rule = claim.rule if person is None else "none"
        return {
            "sentence_id": sentence.sentence_id, "voice": own_voice, "attribution": "none", "speaker": "", "speaker_id": "",
            "cue": "", "confidence": CONFIDENCE[rule if rule in ("none", "outlet_rule", "no_speaker") else "none"],
        }  # fmt: skip
    return {
        "sentence_id": sentence.sentence_id, "voice": person.voice, "attribution": claim.attribution, "speaker": person.name,
        "speaker_id": person.speaker_id, "cue": claim.cue, "confidence": round(CONFIDENCE[claim.rule] * claim.sure * person.sure, 3),
    }  # fmt: skip


def _find_charges(sentences: list[_Sentence]) -> Iterator[int]:
    """Yield the sentences of lists that a sentence of the outlet announces with a colon."""
    announced, gap, fresh = False, 0, 0
    for i, sentence in enumerate(sentences):
        new = i > 0 and sentence.paragraph != sentences[i - 1].paragraph
        if new and sentences[i - 1].text.rstrip().endswith(":"):
            speaks = any(not r.embedded and r.kind != "belief" for r in sentences[i - 1].reports)
            announced, gap, fresh = not speaks, sentence.gap, sentence.paragraph
        elif new and announced:
            start = next(j for j, s in enumerate(sentences) if s.paragraph == fresh)
            marked = start > 0 and gap > sentences[_first_of(sentences, start - 1)].gap
            announced = marked and sentence.gap >= gap
        if announced:
            yield i


def _first_of(sentences: list[_Sentence], i: int) -> int:
    while i > 0 and sentences[i - 1].paragraph == sentences[i].paragraph:
        i -= 1
    return i


def _judge_sentence(sentence: _Sentence, register: Register, recent: list[list[Person]], charged: bool) -> _Claim:
    report = _choose_report(sentence)
    if report is None:
        return _Claim(rule="no_speaker" if sentence.share >= _FAR_QUOTE else "none")
    subject = sentence.masked[report.subject[0] : report.subject[1]]
    full = any(q.words >= _FULL_QUOTE for q in sentence.quotations if not q.label)
    if charged and (report.kind not in ("state", "judge") or not full):
        return _Claim(rule="outlet_rule")
    if _is_outlet_wording(sentence, report):
        return _Claim(rule="outlet_rule")
    if FILLER in subject and not subject.strip(FILLER + " ,"):
        return _Claim(rule="no_speaker")
    pronoun = subject.strip().lower()
    sure = 1.0
    if pronoun in ("i", "we", "you", "one", "who", "which") or register.is_own(subject):
        return _Claim()
    if pronoun in ("he", "she", "they", "it"):
        person = _resolve_pronoun(pronoun, sentence, report, register, recent)
        sure = _PRONOUN
        if person is None and pronoun == "it":
            return _Claim(rule="no_speaker" if sentence.share >= _FAR_QUOTE else "none")
        person = person or register.find_person(subject)
    else:
        person = register.find_person(subject.replace(FILLER, " "), _read_aside(sentence, report))
    attribution = _name_attribution(sentence, report)
    kind = report.kind if report.kind in CONFIDENCE else "indirect"
    rule = "direct" if attribution == "direct" else kind
    cue = sentence.text[report.start : report.end]
    return _Claim(person, attribution, cue, rule, sure, _announces(sentence))


def _choose_report(sentence: _Sentence) -> Report | None:
    mains = [r for r in sentence.reports if not r.embedded]
    long = sentence.share >= _FAR_QUOTE
    if not mains and long:
        mains = list(sentence.reports)
    speech = any(q.speech for q in sentence.quotations)
    full = any(q.words >= _FULL_QUOTE or (q.speech and q.inner[:1].isupper()) for q in sentence.quotations)
    usable = []
    for report in mains:
        source = _is_source(sentence, report)
        if report.kind == "put" and source:
            continue
        if report.kind == "act" and not full:
            continue
        judges = any(r.kind in ("state", "judge") and r.start < report.start for r in mains)
        if report.kind == "participle" and report.lemma not in ("say", "tell", "add", "argue", "note", "claim", "insist", "warn") and not (speech or judges):
            continue
        usable.append(report)
    if not usable:
        return None

    def rank(report: Report) -> tuple[bool, bool, bool, int]:
        tail = sentence.masked[report.end :]
        before = sentence.masked[: min(report.start, report.subject[0])].rstrip()
        quoting = before.rstrip(",").endswith(FILLER)
        trailing = before.endswith((",", FILLER, "”", '"')) and count_words(tail.split(",")[0] if quoting else tail) <= 6
        trailing = trailing and (quoting or not tail.strip(" .").startswith("that"))
        leads = count_words(before) < 4
        return (report.kind == "participle", not (trailing and not leads or report.kind == "according"), report.kind == "belief", report.start)

    return min(usable, key=rank)


def _is_source(sentence: _Sentence, report: Report) -> bool:
    words = [w.lower().removesuffix("’s") for w in re.findall(r"[\w’]+", sentence.masked[slice(*report.subject)])]
    return any(w in SOURCE_NOUNS for w in words)


def _is_outlet_wording(sentence: _Sentence, report: Report) -> bool:
    """Whether the outlet contests what it reports: contrast, falsity, or a claim that only supports its own."""
    masked = sentence.masked
    before = re.findall(r"[\w’]+", masked[max(0, report.start - 30) : report.end].lower())
    if any(w in FALSITY_BEFORE for w in before):
        return True
    ahead = masked[report.end :]
    if report.lemma in ("claim", "say", "insist", "declare", "announce") and _FALSIFYING.search(ahead):
        return True
    if report.kind == "according":
        clause = masked[: report.start]
        cut = max((m.start() for m in re.finditer(r", (?:as|because|although|though|even though|while|whereas) ", clause)), default=0)
        if cut and count_words(clause[:cut]) > 4:
            return True
    contrast = _CONTRAST.search(masked)
    if contrast and sentence.share < _FAR_QUOTE:
        place = contrast.start()
        return place < report.start or (place > report.end and not re.search(r"\bthat\b", masked[report.end : report.end + 6]) and report.kind in ("act", "judge"))
    return False


def _read_aside(sentence: _Sentence, report: Report) -> str:
    after = re.match(r",\s([^.;]{3,120})", sentence.masked[report.subject[1] :])
    return after.group(1) if after else ""


def _resolve_pronoun(pronoun: str, sentence: _Sentence, report: Report, register: Register, recent: list[list[Person]]) -> Person | None:
    tokens = split_tokens(sentence.masked[: report.subject[0]])
    first = find_first_subject(tokens, len(tokens))
    if first and tokens[first[0]].low not in ("he", "she", "they", "it", "we", "i"):
        person = register.find_person(sentence.masked[tokens[first[0]].start : tokens[first[1] - 1].end])
        if fits_pronoun(person, pronoun) and (person.named or pronoun in ("they", "it")):
            return person
    for persons in reversed(recent[-12:]):
        for person in persons:
            if fits_pronoun(person, pronoun):
                return person
    return None


def _list_persons(sentence: _Sentence, claim: _Claim, register: Register, recent: list[list[Person]]) -> list[Person]:
    """List whom a later pronoun may stand for: the speaker, then the subject of the sentence."""
    persons = [claim.person] if claim.person else []
    tokens = split_tokens(sentence.masked)
    first = find_first_subject(tokens, len(tokens))
    if first is None:
        return persons
    subject = sentence.masked[tokens[first[0]].start : tokens[first[1] - 1].end]
    low = subject.lower()
    if low in ("he", "she"):
        held = next((p for ps in reversed(recent[-12:]) for p in ps if fits_pronoun(p, low)), None)
        return [*persons, held] if held else persons
    if low not in ("they", "it", "we", "i"):
        known = dict(register.known)
        person = register.find_person(subject)
        if person.named or not persons:
            persons.append(person)
        elif person.name not in known:
            register.known.pop(person.name, None)
    return persons


def _name_attribution(sentence: _Sentence, report: Report) -> str:
    quotations = [q for q in sentence.quotations if not q.label and not _in_name(sentence, q, report)]
    if not quotations or (not any(q.speech for q in quotations) and report.kind == "participle"):
        return "indirect"
    if not sentence.share and all(_in_brackets(sentence, q) for q in quotations):
        return "indirect"
    clause = _cut_clause(sentence, report)
    lead, _, tail = clause.partition(FILLER)
    speech = any(q.speech for q in quotations)
    return "direct" if speech and count_words(lead) <= 1 and count_words(tail.replace(FILLER, " ")) <= 3 else "mixed"


def _cut_clause(sentence: _Sentence, report: Report) -> str:
    """Return the masked content: what is left of the sentence without the reporting clause."""
    masked = sentence.masked
    begin, end = min(report.start, report.subject[0]), max(report.end, report.subject[1])
    head, tail = masked[:begin], masked[end:]
    if FILLER in head:
        later = re.search(rf",? (?:adding|including|noting|saying|arguing|claiming|insisting|warning) (?!{FILLER})(.*)", tail)
        return head + (later.group(1) if later and FILLER not in tail else tail[tail.find(FILLER) :] if FILLER in tail else "")
    first = tail.find(FILLER)
    lead = tail[:first]
    content = re.split(r"\b(?:that|:)\s?", lead, maxsplit=1)[-1] if report.lemma in ("tell", "inform") and " that " in lead else lead
    if report.lemma in ("tell", "inform", "call") or lead.rstrip().endswith((",", ":")):
        content = content if re.search(r"\bthat\b", lead) else ""
    return content.replace("that", "", 1) + tail[first:]


def _in_name(sentence: _Sentence, quotation: Quotation, report: Report) -> bool:
    return report.subject[0] <= quotation.start < report.subject[1]


def _in_brackets(sentence: _Sentence, quotation: Quotation) -> bool:
    return sentence.text[: quotation.start].count("(") > sentence.text[: quotation.start].count(")")


def _announces(sentence: _Sentence) -> bool:
    """Whether the sentence announces a counted list ("outlined four demands")."""
    words = re.findall(r"[\w’]+", sentence.masked.lower())
    counted = any(a in NUMBER_WORDS and any(b in LIST_NOUNS for b in words[i + 1 : i + 4]) for i, a in enumerate(words))
    return counted


def _carry_quotations(sentences: list[_Sentence], claims: list[_Claim]) -> None:
    """Give quoted sentences without a reporting clause the speaker of their quotation or paragraph."""
    for i, (sentence, claim) in enumerate(zip(sentences, claims, strict=True)):
        if claim.person or claim.rule == "outlet_rule" or not _is_quoted(sentence):
            continue
        donor, rule = _find_donor(sentences, claims, i)
        if donor is not None:
            attribution = "direct" if sentence.share >= _FAR_QUOTE or _inside(sentence) else "mixed"
            claims[i] = _Claim(donor.person, attribution, "", rule, donor.sure)


def _is_quoted(sentence: _Sentence) -> bool:
    return _inside(sentence) or (any(q.speech for q in sentence.quotations) and sentence.share >= 0.4)


def _inside(sentence: _Sentence) -> bool:
    words = sum(q.words for q in sentence.quotations)
    return words >= 0.8 * max(1, count_words(sentence.text)) and words > 0 and (sentence.segment == "body")


def _find_donor(sentences: list[_Sentence], claims: list[_Claim], i: int) -> tuple[_Claim | None, str]:
    paragraph = sentences[i].paragraph
    after = range(i + 1, len(sentences))
    if _runs_over(sentences, i):
        for j in after:
            if sentences[j].paragraph != paragraph or not sentences[j].quotations:
                break
            if claims[j].person:
                return claims[j], "same_quotation"
            if not _runs_over(sentences, j):
                break
    for j in range(i - 1, -1, -1):
        if sentences[j].paragraph != paragraph:
            break
        if claims[j].person and claims[j].rule != "carried":
            return claims[j], "same_paragraph"
    for j in after:
        if sentences[j].paragraph != paragraph:
            break
        if claims[j].person:
            return claims[j], "same_paragraph"
    first = _first_of(sentences, i)
    for j in range(first - 1, max(-1, first - 6), -1):
        if claims[j].person:
            return claims[j], "earlier_paragraph"
        if sentences[j].segment == "headline":
            break
    return None, ""


def _runs_over(sentences: list[_Sentence], i: int) -> bool:
    quotations = sentences[i].quotations
    return bool(quotations) and quotations[-1].end >= len(sentences[i].text.rstrip()) and not re.search(r"[”\"»’']\s*$", sentences[i].text)


def _carry_lists(sentences: list[_Sentence], claims: list[_Claim]) -> None:
    """Carry a speaker over an announced list and over a forecast that runs on."""
    holder: _Claim | None = None
    for i, (sentence, claim) in enumerate(zip(sentences, claims, strict=True)):
        if sentence.segment == "headline":
            holder = None
            continue
        if claim.person:
            if holder and claim.person is not holder.person:
                holder = None
            holder = claim if claim.lists else holder
            continue
        before = claims[i - 1] if i else None
        same = i > 0 and sentences[i - 1].paragraph == sentence.paragraph
        if claim.rule == "none" and holder:
            claims[i] = _Claim(holder.person, "indirect", "", "carried", holder.sure)
        elif claim.rule == "none" and before and before.person and same and before.attribution == "indirect" and _is_forecast(sentences[i - 1], sentence):
            claims[i] = _Claim(before.person, "indirect", "", "carried", before.sure)


def _is_forecast(before: _Sentence, sentence: _Sentence) -> bool:
    return bool(_FORECAST.search(before.masked) and _WILL.search(sentence.masked[:60]) and not _LOOKS_BACK.match(sentence.text))
