"""A speaker carried on: over a quotation, a paragraph, an announced list or a forecast."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from encuadre.attribution_words import LIST_NOUNS, NUMBER_WORDS
from encuadre.claims import FAR_QUOTE, Claim, Sentence, first_of
from encuadre.quotations import count_words
from encuadre.segments import POST
from encuadre.speakers import Person

_FORECAST = re.compile(
    r"\b(?:(?:predict|expect|forecast|foresee|foresaw|anticipat)\w*|outcome|outlook|prospects?)\b"
)
"""Verbs and nouns that make a reporting clause a forecast; "said he would" is none."""
_TURN = re.compile(r";|\b(?:but|although|though|while)\b")

_WILL = re.compile(r"\b(?:will|would|won’t|going to)\b")

_LOOKS_BACK = re.compile(r"^(?:But|However|Yet|That|This|Those|These|Still|Meanwhile)\b")
_FIRST_PERSON = re.compile(r"\b(?:I|I’m|I'm|I’ve|I've|my|My|we|We|our|Our)\b")
_THIRD_PERSON = re.compile(r"\W*(?:He|She|They|His|Her|Their)\b")
"""Opening of a quotation about somebody who was named before it."""
_CONTENT = re.compile(r"\b(?:that|whether|he|she|it|they|would|will)\b")
"""Words by which a reporting clause has its own content, and is no tag of the quotation before."""
_SIGNED = re.compile(
    r"(?:^|[”\"]\s?)[―—–]\s?(?P<name>[A-ZÀ-Þ][\w’-]+(?: (?:[A-Z]\.|[A-ZÀ-Þ][\w’-]+)){1,3})\.?\s*$"
)
"""Signature behind or below a quotation."""
_LABEL = re.compile(
    r"(?!(?:More|Read|Related|Photos?|Video|Watch|Update|Note|Question|Source|Q|A)\b)"
    r"(?P<name>[A-ZÀ-Þ][\w’'-]*\.?(?: [A-ZÀ-Þ][\w’'-]*\.?){0,3})(?: \([^()]{2,80}\))?: (?=[\w“\"])"
)
"""Name that opens a paragraph of an interview, with a description in brackets or without."""
_LABELLED = 4
_BETWEEN = 1
"""Sentences outside quotation marks that may stand between a quotation and its speaker's."""
_TAG_WORDS = 12
_MARKER = 2
"""Characters that a list marker adds to the gap before a paragraph."""


def find_charges(sentences: list[Sentence]) -> Iterator[int]:
    """Yield the sentences of lists that a sentence of the outlet announces with a colon."""
    announced, gap = False, 0
    starts = [
        s
        for s, before in zip(sentences[1:], sentences, strict=False)
        if s.paragraph != before.paragraph
    ]
    plain = min((s.gap for s in starts), default=0)
    for i, sentence in enumerate(sentences):
        new = i > 0 and sentence.paragraph != sentences[i - 1].paragraph
        if new and sentences[i - 1].text.rstrip().endswith(":"):
            speaks = any(not r.embedded and r.kind != "belief" for r in sentences[i - 1].reports)
            announced, gap = not speaks, sentence.gap
        elif new and announced:
            marked = gap >= plain + _MARKER
            announced = marked and sentence.gap >= gap
        if announced:
            yield i


def announces(sentence: Sentence) -> bool:
    """Whether the sentence announces a counted list ("outlined four demands")."""
    words = re.findall(r"[\w’]+", sentence.masked.lower())
    counted = any(
        a in NUMBER_WORDS and any(b in LIST_NOUNS for b in words[i + 1 : i + 4])
        for i, a in enumerate(words)
    )
    return counted


def carry_quotations(
    sentences: list[Sentence],
    claims: list[Claim],
    leaders: Sequence[Person | None],
    unknown: Person | None,
) -> None:
    """Give quoted sentences without a reporting clause the speaker beside them.

    `leaders` names the person who is the subject of each sentence outside its quotations, or None:
    that person, or the one of the sentence before, speaks before one of another paragraph does. A
    whole sentence in quotation marks with nobody beside it is said by `unknown`, where that is given:
    it is not the outlet's.
    """
    for i, (sentence, claim) in enumerate(zip(sentences, claims, strict=True)):
        if claim.person or claim.rule == "outlet_rule" or not _is_quoted(sentence):
            continue
        donor, rule = _find_donor(sentences, claims, i)
        leader = leaders[i] or _find_leader_before(sentences, leaders, i)
        if leader and rule in ("", "earlier_paragraph"):
            donor, rule = Claim(leader), "same_paragraph"
        if donor is not None:
            attribution = "direct" if sentence.share >= FAR_QUOTE or _inside(sentence) else "mixed"
            claims[i] = Claim(donor.person, attribution, "", rule, donor.sure)
        elif unknown and _inside(sentence) and any(q.speech for q in sentence.quotations):
            claims[i] = Claim(unknown, "direct", "", "no_speaker")


def _find_leader_before(
    sentences: list[Sentence], leaders: Sequence[Person | None], i: int
) -> Person | None:
    """Find who leads the sentence before, in the paragraph, unless the quotation is about that one."""
    if i == 0 or sentences[i - 1].paragraph != sentences[i].paragraph:
        return None
    about = _THIRD_PERSON.match(sentences[i].text)
    return leaders[i - 1] if _inside(sentences[i]) and not about else None


def _is_quoted(sentence: Sentence) -> bool:
    return _inside(sentence) or (
        any(q.speech for q in sentence.quotations) and sentence.share >= 0.4
    )


def _inside(sentence: Sentence) -> bool:
    words = sum(q.words for q in sentence.quotations)
    return (
        words >= 0.8 * max(1, count_words(sentence.text))
        and words > 0
        and (sentence.segment == "body")
    )


def _find_donor(sentences: list[Sentence], claims: list[Claim], i: int) -> tuple[Claim | None, str]:
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
    for way in (range(i - 1, -1, -1), after):
        between = 0
        for j in way:
            if sentences[j].paragraph != paragraph or between > _BETWEEN:
                break
            if claims[j].person and claims[j].rule != "carried":
                return claims[j], "same_paragraph"
            between += not _is_quoted(sentences[j])
    first = first_of(sentences, i)
    for j in range(first - 1, max(-1, first - 6), -1):
        if (
            sentences[j].segment == "headline"
            or sentences[j].paragraph != sentences[first - 1].paragraph
        ):
            break
        if claims[j].person:
            return claims[j], "earlier_paragraph"
    return None, ""


def carry_blocks(sentences: list[Sentence], claims: list[Claim]) -> None:
    """Carry a speaker over the paragraph in the first person that "..., she said:" announces."""
    speaker: Claim | None = None
    for i in range(1, len(sentences)):
        sentence, before = sentences[i], sentences[i - 1]
        if sentence.paragraph != before.paragraph:
            announced = before.text.rstrip().endswith(":") and claims[i - 1].person is not None
            first = bool(_FIRST_PERSON.search(sentence.masked)) and not sentence.quotations
            speaker = claims[i - 1] if announced and first else None
        if speaker and claims[i].rule == "none":
            claims[i] = Claim(speaker.person, "direct", "", "same_paragraph", speaker.sure)


def carry_signed(
    sentences: list[Sentence], claims: list[Claim], find_person: Callable[[str], Person]
) -> None:
    """Give a quotation or an embedded post the name that signs it: "— Ada Moss"."""
    for i, sentence in enumerate(sentences):
        post = POST.search(sentence.text)
        signed = post or _SIGNED.search(sentence.text)
        if not signed or sentence.segment != "body":
            continue
        alone = i > 0 and sentences[i - 1].paragraph != sentence.paragraph and not signed.start()
        paragraphs = {sentence.paragraph} | ({sentences[i - 1].paragraph} if alone else set())
        first = i
        while first > 0 and sentences[first - 1].paragraph in paragraphs:
            first -= 1
        quoted = bool(sentences[first].quotations) and sentences[first].quotations[0].start == 0
        if not post and not quoted:
            continue
        person = find_person(signed["name"])
        for j in range(first, i + 1):
            if claims[j].rule not in ("direct", "indirect"):
                claims[j] = Claim(person, "direct", "", "same_quotation")


def carry_labels(
    sentences: list[Sentence],
    claims: list[Claim],
    find_person: Callable[[str], Person],
    is_own: Callable[[str], bool],
) -> None:
    """Give the paragraphs of an interview to the name that opens them: "Ada Moss: It is safe."

    An article is one where `_LABELLED` paragraphs open so, and one name more than once. What nobody's
    name opens, such as a question, stays the outlet's.
    """
    opened = {
        s.paragraph: match["name"]
        for s, before in zip(sentences, [None, *sentences], strict=False)
        if (before is None or before.paragraph != s.paragraph) and (match := _LABEL.match(s.text))
    }
    surnames = Counter(name.split(" ")[-1] for name in opened.values())
    if len(opened) < _LABELLED or surnames.most_common(1)[0][1] < 2:
        return
    for i, sentence in enumerate(sentences):
        name = opened.get(sentence.paragraph, "")
        if name and not is_own(name) and sentence.segment == "body":
            claims[i] = Claim(find_person(name), "direct", "", "same_quotation")


def mark_tags(sentences: list[Sentence], claims: list[Claim]) -> None:
    """Read as one quotation what ends with "!" or "?" and the clause behind it that says whose."""
    for i in range(1, len(sentences)):
        before, sentence, claim = sentences[i - 1], sentences[i], claims[i]
        shouted = re.search(r"[!?…][”\"’'»]+\s*$", before.text) and _inside(before)
        if not shouted or before.paragraph != sentence.paragraph or sentence.quotations:
            continue
        tag = claim.person and claim.rule == "indirect" and count_words(sentence.text) <= _TAG_WORDS
        if tag and not _CONTENT.search(sentence.masked):
            claims[i] = replace(claim, attribution="direct", rule="direct")
            for j in range(i - 1, -1, -1):
                if sentences[j].paragraph != sentence.paragraph or not _inside(sentences[j]):
                    break
                if claims[j].rule not in ("direct", "indirect"):
                    claims[j] = Claim(claim.person, "direct", "", "same_quotation", claim.sure)


def _runs_over(sentences: list[Sentence], i: int) -> bool:
    quotations = sentences[i].quotations
    return (
        bool(quotations)
        and quotations[-1].end >= len(sentences[i].text.rstrip())
        and not re.search(r"[”\"»’']\s*$", sentences[i].text)
    )


def carry_lists(sentences: list[Sentence], claims: list[Claim]) -> None:
    """Carry a speaker over an announced list and over a forecast that runs on."""
    holder: Claim | None = None
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
            claims[i] = Claim(holder.person, "indirect", "", "carried", holder.sure)
        elif (
            claim.rule == "none"
            and before
            and before.person
            and same
            and before.attribution == "indirect"
            and _is_forecast(sentences[i - 1], sentence)
        ):
            claims[i] = Claim(before.person, "indirect", "", "carried", before.sure)


def _is_forecast(before: Sentence, sentence: Sentence) -> bool:
    return bool(
        _FORECAST.search(_TURN.split(before.masked)[0])
        and _WILL.search(sentence.masked[:60])
        and not _LOOKS_BACK.match(sentence.text)
    )
