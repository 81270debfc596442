"""Who makes the claim of each sentence: rules over quotation marks, reporting verbs and speakers.

The rules know English, not the study; people, groups and their voices come from study.yml. Where a
model of who says what has read the articles too, it adds what the rules miss, and what they find
without its support they hold less surely, or not at all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import pandas as pd

from encuadre.attribution_words import FALSITY_BEFORE, SOURCE_NOUNS
from encuadre.attributions import (
    Attribution,
    Support,
    read_support,
    weigh_claim,
    weigh_support,
)
from encuadre.carrying import (
    announces,
    carry_blocks,
    carry_labels,
    carry_lists,
    carry_quotations,
    carry_signed,
    find_charges,
    mark_tags,
)
from encuadre.claims import CONFIDENCE, FAR_QUOTE, FULL_QUOTE, Claim, Sentence, read_sentences
from encuadre.directness import name_attribution
from encuadre.phrases import FILLER, is_speaker, split_tokens
from encuadre.quotations import count_words
from encuadre.reporting import Report
from encuadre.speakers import Person, Register, fits_pronoun
from encuadre.study import Study
from encuadre.subjects import find_first_subject, is_share

_PRONOUN = 0.9

_CONTRAST = re.compile(
    r"(?:^|[,—–-]\s?)(?:but |yet )?(?:even as|even though|even while|despite|in spite of|"
    r"contrary to)\b",
    re.I,
)

_FALSIFYING = re.compile(
    r"\bby\b.*\b(?:manipulat|falsif|fabricat|distort|doctor|inflat)\w*ing\b", re.I
)

_STATEMENT = re.compile(
    r"(?:the|this|that|its|his|her|their) (statement|letter|memo|email|tweet|post)"
)
_REACH = 6
"""Sentences back in which the maker of a statement is looked for."""

_NOMINATIVE = {"his": "he", "her": "she", "their": "they"}

_RECORDS = frozenset("video videotape recording audio transcript tape footage".split())

_UNATTRIBUTED = ("none", "outlet_rule", "no_speaker")


def measure_voices(
    sentences: pd.DataFrame,
    *,
    study: Study,
    attributions: Mapping[str, Sequence[Attribution]] | None = None,
) -> pd.DataFrame:
    """Tell for each sentence who makes the claim.

    Parameters
    ----------
    sentences : DataFrame
        The table `sentences`.
    study : Study
        Its voices (the first is the outlet's own), their cues, its speakers and outlets.
    attributions : mapping, optional
        What a model found in each article (`encuadre.attributions.read_attributions`); without it
        the rules decide alone.

    Returns
    -------
    DataFrame
        The table `voices`, one row a headline or body sentence, in their order. `confidence` is
        that of the rule (`CONFIDENCE`), lowered where a speaker's voice is a fallback or a
        pronoun's.

    Notes
    -----
    A speaker in no list of the study gets the voice whose cue stands in the description beside the
    name, else the voice that has the cue "*", else the last voice. So does a whole sentence in
    quotation marks of which nothing beside it says whose it is.
    """
    outlets = {o.name: (o.name, o.short, *o.names) for o in study.outlets}
    own = {
        str(r["article_id"]): outlets.get(str(r["outlet"]), ())
        for r in study.sources.to_dict("records")
    }
    spun = {
        str(r["article_id"])
        for r in study.sources.to_dict("records")
        if r.get("integrity", "intact") != "intact"
    }
    rows = []
    for article_id, group in sentences.groupby("article_id", sort=False):
        kept = group[group["segment"] != "boilerplate"]
        if len(kept):
            register = Register(study, "\n".join(kept["text"]), own.get(str(article_id), ()))
            read = read_sentences(kept, spun=str(article_id) in spun)
            support = (
                [None] * len(read)
                if attributions is None
                else weigh_support(read, attributions.get(str(article_id), ()))
            )
            unknown = None if str(article_id) in spun else register.unknown
            rows += _label_article(read, register, study.own_voice, support, unknown)
    order = {i: n for n, i in enumerate(sentences["sentence_id"])}
    rows.sort(key=lambda r: order[r["sentence_id"]])
    columns = ["sentence_id", "voice", "attribution", "speaker", "speaker_id", "cue", "confidence"]
    return pd.DataFrame(rows, columns=pd.Index(columns)).astype({"confidence": float})


def _label_article(
    sentences: list[Sentence],
    register: Register,
    own_voice: str,
    support: Sequence[Support | None],
    unknown: Person | None,
) -> list[dict[str, object]]:
    claims = [Claim() for _ in sentences]
    recent: list[list[Person]] = []
    charged = set(find_charges(sentences))
    for i, sentence in enumerate(sentences):
        back = slice(max(0, i - _REACH), i)
        earlier = list(zip(sentences[back], claims[back], strict=True))
        claims[i] = _judge_sentence(sentence, register, recent, earlier, i in charged, support[i])
        recent.append(_list_persons(sentence, claims[i], register, recent))
    leaders = [_find_leader(s, register) for s in sentences]
    mark_tags(sentences, claims)
    carry_signed(sentences, claims, register.find_person)
    carry_quotations(sentences, claims, leaders, unknown)
    carry_blocks(sentences, claims)
    carry_lists(sentences, claims)
    carry_labels(sentences, claims, register.find_person, register.is_own)
    weighed = [weigh_claim(c, s) for c, s in zip(claims, support, strict=True)]
    return [_make_row(s, c, own_voice) for s, c in zip(sentences, weighed, strict=True)]


def _find_leader(sentence: Sentence, register: Register) -> Person | None:
    """Find the named person who is the subject of a sentence outside its quotations."""
    tokens = split_tokens(sentence.masked)
    first = find_first_subject(tokens, len(tokens))
    if first is None:
        return None
    known = dict(register.known)
    person = register.find_person(
        sentence.masked[tokens[first[0]].start : tokens[first[1] - 1].end]
    )
    if person.name not in known and not person.named:
        register.known.pop(person.name, None)
    return person if person.named and not register.is_own(person.name) else None


def _make_row(sentence: Sentence, claim: Claim, own_voice: str) -> dict[str, object]:
    person = claim.person
    if person is None or person.voice == own_voice:
        rule, sure = (claim.rule, claim.sure) if person is None else ("none", 1.0)
        return {
            "sentence_id": sentence.sentence_id,
            "voice": own_voice,
            "attribution": "none",
            "speaker": "",
            "speaker_id": "",
            "cue": "",
            "confidence": round(CONFIDENCE[rule if rule in _UNATTRIBUTED else "none"] * sure, 3),
        }
    return {
        "sentence_id": sentence.sentence_id,
        "voice": person.voice,
        "attribution": claim.attribution,
        "speaker": person.name,
        "speaker_id": person.speaker_id,
        "cue": claim.cue,
        "confidence": round(CONFIDENCE[claim.rule] * claim.sure * person.sure, 3),
    }


def _judge_sentence(
    sentence: Sentence,
    register: Register,
    recent: list[list[Person]],
    earlier: Sequence[tuple[Sentence, Claim]],
    charged: bool,
    support: Support | None,
) -> Claim:
    report = _choose_report(sentence) or read_support(sentence, support)
    if report is None:
        return Claim(rule="no_speaker" if sentence.share >= FAR_QUOTE else "none")
    subject = sentence.masked[report.subject[0] : report.subject[1]]
    full = any(q.words >= FULL_QUOTE for q in sentence.quotations if not q.label)
    if charged and (report.kind not in ("state", "judge") or not full):
        return Claim(rule="outlet_rule")
    if _is_outlet_wording(sentence, report):
        return Claim(rule="outlet_rule")
    if FILLER in subject and not subject.strip(FILLER + " ,"):
        return Claim(rule="no_speaker")
    pronoun = subject.strip().lower().replace("'", "’")
    pronoun = _NOMINATIVE.get(pronoun, pronoun)
    sure = 1.0
    if is_share(sentence.masked, report.subject):
        return Claim()
    if pronoun.split("’")[0] in ("i", "we", "you", "one", "who", "which") or register.is_own(
        subject
    ):
        return Claim()
    if pronoun in ("he", "she", "they", "it"):
        person = _resolve_pronoun(pronoun, sentence, report, register, recent)
        sure = _PRONOUN
        if person is None and pronoun == "it":
            return Claim(rule="no_speaker" if sentence.share >= FAR_QUOTE else "none")
        person = person or register.unknown
    else:
        person = _find_issuer(pronoun, earlier) or register.find_person(
            subject.replace(FILLER, " "), _read_aside(sentence, report)
        )
    attribution = name_attribution(sentence, report)
    kind = report.kind if report.kind in CONFIDENCE else "indirect"
    rule = "direct" if attribution == "direct" else kind
    cue = sentence.text[report.start : report.end]
    return Claim(person, attribution, cue, rule, sure, announces(sentence))


def _find_issuer(subject: str, earlier: Sequence[tuple[Sentence, Claim]]) -> Person | None:
    """Find who made the statement of "the statement said": the last speaker told to have made one."""
    match = _STATEMENT.fullmatch(subject)
    if match is None:
        return None
    named = re.compile(rf"\b{match[1]}\b", re.I)
    made = (c.person for s, c in reversed(earlier) if c.person and named.search(s.masked))
    return next(made, None)


def _choose_report(sentence: Sentence) -> Report | None:
    mains = [r for r in sentence.reports if not r.embedded]
    long = sentence.share >= FAR_QUOTE
    if not mains and long:
        mains = list(sentence.reports)
    speech = any(q.speech for q in sentence.quotations)
    full = any(
        q.words >= FULL_QUOTE or (q.speech and q.inner[:1].isupper()) for q in sentence.quotations
    )
    usable = []
    for report in mains:
        source = _is_source(sentence, report)
        if report.kind == "put" and source:
            continue
        if report.kind == "act" and not full:
            continue
        judges = any(r.kind in ("state", "judge") and r.start < report.start for r in mains)
        if (
            report.kind == "participle"
            and report.lemma
            not in ("say", "tell", "add", "argue", "note", "claim", "insist", "warn")
            and not (speech or judges)
        ):
            continue
        usable.append(report)
    if not usable:
        return None

    def _is_inserted(report: Report) -> bool:
        """Whether "according to" only supports the clause of a verb that reports before it.

        It stands inside that clause, or names a medium: "he said, according to a video".
        """
        ahead = sentence.masked[report.subject[1] :]
        if report.kind != "according":
            return False
        told = any(
            r.kind in ("state", "judge")
            and r.end < report.start
            and not is_share(sentence.masked, r.subject)
            and is_speaker(split_tokens(sentence.masked[slice(*r.subject)]))
            for r in usable
        )
        inside = re.match(r"\s*, \w", ahead) and count_words(ahead) > 2
        return told and bool(inside or _is_medium(sentence, report))

    def rank(report: Report) -> tuple[bool, bool, bool, int]:
        tail = sentence.masked[report.end :]
        before = sentence.masked[: min(report.start, report.subject[0])].rstrip()
        quoting = before.rstrip(",").endswith(FILLER)
        trailing = (
            before.endswith((",", FILLER, "”", '"'))
            and count_words(tail.split(",")[0] if quoting else tail) <= 6
        )
        trailing = trailing and (quoting or not tail.strip(" .").startswith("that"))
        leads = count_words(before) < 4
        return (
            report.kind == "participle",
            not (
                (trailing and not leads or report.kind == "according") and not _is_inserted(report)
            ),
            report.kind == "belief",
            report.start,
        )

    return min(usable, key=rank)


def _is_source(sentence: Sentence, report: Report) -> bool:
    words = [
        w.lower().removesuffix("’s")
        for w in re.findall(r"[\w’]+", sentence.masked[slice(*report.subject)])
    ]
    return any(w in SOURCE_NOUNS for w in words)


def _is_medium(sentence: Sentence, report: Report) -> bool:
    """Whether a report's subject is a medium: "a video", "CNN", "The Daily Star"."""
    words = sentence.masked[slice(*report.subject)].split()
    newspaper = words[0].lower() == "the" and all(w[0].isupper() for w in words[1:])
    recorded = _RECORDS.intersection(words)
    return _is_source(sentence, report) or bool(recorded) or words[-1].isupper() or newspaper


def _is_outlet_wording(sentence: Sentence, report: Report) -> bool:
    """Whether the outlet contests what it reports, or reports it only to support its own claim."""
    masked = sentence.masked
    before = re.findall(r"[\w’]+", masked[max(0, report.start - 30) : report.end].lower())
    if any(w in FALSITY_BEFORE for w in before):
        return True
    ahead = masked[report.end :]
    if report.lemma in ("claim", "say", "insist", "declare", "announce") and _FALSIFYING.search(
        ahead
    ):
        return True
    if report.kind == "according":
        clause = masked[: report.start]
        cut = max(
            (
                m.start()
                for m in re.finditer(
                    r", (?:as|because|although|though|even though|while|whereas) ", clause
                )
            ),
            default=0,
        )
        if cut and count_words(clause[:cut]) > 4:
            return True
    contrast = _CONTRAST.search(masked)
    if contrast and sentence.share < FAR_QUOTE:
        place = contrast.start()
        return place < report.start or (
            place > report.end
            and not re.search(r"\bthat\b", masked[report.end : report.end + 6])
            and report.kind in ("act", "judge")
        )
    return False


def _read_aside(sentence: Sentence, report: Report) -> str:
    after = re.match(r",\s([^.;]{3,120})", sentence.masked[report.subject[1] :])
    return after.group(1) if after else ""


def _resolve_pronoun(
    pronoun: str, sentence: Sentence, report: Report, register: Register, recent: list[list[Person]]
) -> Person | None:
    tokens = split_tokens(sentence.masked[: report.subject[0]])
    first = find_first_subject(tokens, len(tokens))
    if first and tokens[first[0]].low not in ("he", "she", "they", "it", "we", "i"):
        person = register.find_person(
            sentence.masked[tokens[first[0]].start : tokens[first[1] - 1].end]
        )
        if fits_pronoun(person, pronoun) and (person.named or pronoun in ("they", "it")):
            return person
    return _find_antecedent(pronoun, recent)


def _find_antecedent(pronoun: str, recent: Sequence[Sequence[Person]]) -> Person | None:
    """Find the person named last whom a pronoun fits, first the speaker of that sentence."""
    back = (person for persons in reversed(recent[-12:]) for person in persons)
    return next((person for person in back if fits_pronoun(person, pronoun)), None)


def _list_persons(
    sentence: Sentence, claim: Claim, register: Register, recent: list[list[Person]]
) -> list[Person]:
    """List whom a later pronoun may stand for: the speaker, then the subject of the sentence."""
    persons = [claim.person] if claim.person else []
    tokens = split_tokens(sentence.masked)
    first = find_first_subject(tokens, len(tokens))
    named = [p for p in register.list_named(sentence.masked) if p not in persons]
    if first is None:
        return persons + named
    subject = sentence.masked[tokens[first[0]].start : tokens[first[1] - 1].end]
    low = subject.lower()
    if low in ("he", "she"):
        held = _find_antecedent(low, recent)
        return persons + ([held] if held else []) + named
    joint = tokens[first[1]].low == "and" if first[1] < len(tokens) else False
    if low not in ("they", "it", "we", "i") and not joint:
        known = dict(register.known)
        person = register.find_person(subject)
        body = person.pronoun in ("they", "it")
        if person.named or not persons and (body or person.name in known):
            persons.append(person)
        elif person.name not in known:
            register.known.pop(person.name, None)
    return persons + [p for p in named if p not in persons]
