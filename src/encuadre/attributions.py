"""What a model of who says what finds in the sentences of a study, as support for the rules."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from encuadre.attribution_words import FORMS, INANIMATE, NEGATIONS, PRONOUNS, SUBORDINATORS
from encuadre.claims import FAR_QUOTE, Claim, Sentence
from encuadre.reporting import Report
from encuadre.spans import ROLES, ScoresWords, Span, find_attributions

_SPEECH = ("state", "judge")
_WORD = re.compile(r"\w+(?:[’'.\-]\w+)*")
_NOBODY = (PRONOUNS | {"that"}) - {"he", "she", "they"}
"""Sources that no speaker can be found for."""
_LEAST_SHARE = 0.55
_LEAST_SCORE = 0.9
_LEAST_SUPPORT = 0.2
_LONGEST_CUE = 3
_WEAK = ("participle", "passive", "earlier_paragraph")
"""Rules that find no claim where the model sees no speech."""
_DOUBTED = 0.6
"""Factor of the confidence where rules and model differ, from PolNeAR's dev part."""


@dataclass(frozen=True)
class Attribution:
    """Spans by role, as characters of the file; whether words are reported; how sure the model is."""

    spans: dict[str, list[Span]]
    speech: bool
    score: float


@dataclass(frozen=True)
class Support:
    """What speaks for a sentence being attributed.

    Attributes
    ----------
    share : float
        The largest share of its words that one attribution covers.
    said : float
        The same over attributions of speech.
    source, cue : (int, int) or None
        Characters of the sentence: where an attribution by a plain verb of saying stands in it.
    """

    share: float = 0.0
    said: float = 0.0
    source: Span | None = None
    cue: Span | None = None


def is_speech(cue: str, content: str) -> bool:
    """Whether an attribution reports words, not an attitude: by its cue or by quotation marks."""
    words = _WORD.findall(cue.lower())
    said = "according" in words or any(map(_says, words))
    return said or content.startswith(("“", '"')) or cue.strip() in (":", "―", "--")


def _says(word: str) -> bool:
    return FORMS.get(word, ("", "", ""))[1] in _SPEECH


def read_attributions(
    sentences: pd.DataFrame, *, model: ScoresWords
) -> dict[str, list[Attribution]]:
    """Return the attributions of each article.

    Parameters
    ----------
    sentences : DataFrame
        The table `sentences`; boilerplate is not read, so that no caption stands inside a quotation.
    model : AttributionModel
        As returned by `encuadre.spans.load_attribution_model`.
    """
    found = {}
    for article_id, group in sentences.groupby("article_id", sort=False):
        text = ""
        for row in group[group["segment"] != "boilerplate"].itertuples(index=False):
            gap = int(row.start) - len(text)
            text += ("\n" if gap > 1 else "").ljust(gap) + str(row.text)
        table = find_attributions(text, model=model)
        found[str(article_id)] = [
            _read_rows(rows, text) for _, rows in table.groupby("attribution")
        ]
    return found


def _read_rows(rows: pd.DataFrame, text: str) -> Attribution:
    spans: dict[str, list[Span]] = {role: [] for role in ROLES}
    for role, start, end in zip(rows["role"], rows["start"], rows["end"], strict=True):
        spans[role].append((int(start), int(end)))
    cue, content = (" ".join(text[a:b] for a, b in spans[role]) for role in ("cue", "content"))
    return Attribution(spans, is_speech(cue, content), float(rows["score"].mean()))


def weigh_support(
    sentences: Sequence[Sentence], attributions: Sequence[Attribution]
) -> list[Support]:
    """Return what the attributions of an article say of each of its sentences."""
    return [_weigh_sentence(sentence, attributions) for sentence in sentences]


def _weigh_sentence(sentence: Sentence, attributions: Sequence[Attribution]) -> Support:
    words = [sentence.start + match.start() for match in _WORD.finditer(sentence.text)]
    share = said = whole = 0.0
    source = cue = None
    for each in attributions:
        if not any(a < sentence.end and b > sentence.start for a, b in each.spans["content"]):
            continue
        spans = [span for role in ROLES for span in each.spans[role]]
        covered = sum(any(a <= word < b for a, b in spans) for word in words) / max(1, len(words))
        share = max(share, covered)
        if not each.speech:
            continue
        said = max(said, covered)
        if covered > max(whole, _LEAST_SHARE) and _is_plain(sentence, each):
            whole = covered
            source, cue = (
                (each.spans[role][0][0] - sentence.start, each.spans[role][0][1] - sentence.start)
                for role in ("source", "cue")
            )
    return Support(share, said, source, cue)


def _is_plain(sentence: Sentence, attribution: Attribution) -> bool:
    """Whether source and cue stand in the sentence, surely, and the cue is a verb of saying.

    A clause that only leads up to the outlet's own claim ("As Ruiz denies it, ...") does not count,
    and a law or an agreement does not speak.
    """
    parts = [attribution.spans[role] for role in ("source", "cue")]
    if attribution.score < _LEAST_SCORE or any(len(part) != 1 for part in parts):
        return False
    if any(a < sentence.start or b > sentence.end for part in parts for a, b in part):
        return False
    source, cue = (
        sentence.text[a - sentence.start : b - sentence.start].lower() for ((a, b),) in parts
    )
    words = _WORD.findall(cue)
    before = _WORD.findall(sentence.text[: parts[0][0][0] - sentence.start].lower())
    if len(words) > _LONGEST_CUE or SUBORDINATORS.intersection(before[-2:]):
        return False
    denied = any(word in NEGATIONS or word.endswith(("n’t", "n't")) for word in words)
    plain = bool(words) and _says(words[-1])
    spoken = source not in _NOBODY and INANIMATE.isdisjoint(_WORD.findall(source)[-1:])
    return plain and not denied and spoken


def read_support(sentence: Sentence, support: Support | None) -> Report | None:
    """Return what the model found as a reporting clause; none in headings."""
    if support is None or support.cue is None or support.source is None:
        return None
    if sentence.segment != "body":
        return None
    cue, source = support.cue, support.source
    inverted = cue[0] < source[0]
    return Report(*cue, "", "tagged", source, embedded=False, inverted=inverted)


def weigh_claim(claim: Claim, support: Support | None) -> Claim:
    """Return the claim as sure as rules and model together make it."""
    if support is None:
        return claim
    if claim.person is None:
        doubted = claim.rule == "none" and support.said >= FAR_QUOTE
        return replace(claim, sure=_DOUBTED) if doubted else claim
    if claim.rule in _WEAK and support.said < _LEAST_SUPPORT:
        return Claim(sure=_DOUBTED)
    doubted = support.share < _LEAST_SUPPORT
    return replace(claim, sure=claim.sure * _DOUBTED) if doubted else claim
