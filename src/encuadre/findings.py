"""The findings of the first page: chosen by a written rule from all measured contrasts.

For each question the two outlets that lie furthest apart are compared, and the two that lie furthest
apart among those whose copies are as published; of a frame, the outlet that lies furthest from all
others together. In order of relevance:

1. `stance`: where the outlets stand on a target in their own words;
2. `critics`: who voices the criticism of a target, the outlet or those whom it quotes;
3. `frame`: which frame divides the outlets most;
4. `voice`: how much the outlets speak themselves;
5. `gap`: how far the quoted voices of one outlet stand from its own.

Since they were picked among all pairs, the interval of their difference is widened by
Bonferroni's rule. Of each question the firmest finding is taken, then the one with the larger
difference relative to its interval; targets go in the order of the study. The first page shows
`TOLD` contrasts that can be told, at most, in the order above, the facts of `encuadre.facts`
(counted, not estimated), and the first question, if any, that cannot be told from the articles.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from itertools import combinations

import pandas as pd

from encuadre.coded_sample import is_covered
from encuadre.contrasts import Contrast, Group, measure_contrast
from encuadre.multiverse import measure_stability, sum_up_stability
from encuadre.statements import say_contrast, shorten_contrast
from encuadre.strength import FEW, explain_strength, judge_contrast
from encuadre.study import Study
from encuadre.ways import Reading

KINDS = ("stance", "critics", "frame", "voice", "gap")
PLACES = ("stance", "critics", "frame", "event", "quantity", "voice", "gap")
TOLD = 3
DRAWS = 20_000
_STANCES = {"-1": -1.0, "0": 0.0, "1": 1.0}
_FIRMNESS = {"firm": 0, "tentative": 1, "cannot_tell": 2}


@dataclass(frozen=True)
class Finding:
    """A sentence of the first page with its strength and the reason for it."""

    id: str
    kind: str
    text: str
    strength: str
    reason: str
    figure: str
    size: float = 0.0
    short: str = ""
    rank: int = 0


@dataclass(frozen=True)
class Candidate:
    """A contrast that may become a finding; `subject` is a target, frame or voice in words."""

    kind: str
    contrast: Contrast
    pairs: int
    figure: str
    subject: str
    target: str = ""
    rank: int = 0


def add_critics(labels: pd.DataFrame, *, study: Study) -> pd.DataFrame:
    """Return the labels with a field critics_TARGET: the voice of sentences that criticise the target."""
    fields = {
        f"{side}critics_{t.id}": labels[f"{side}voice"]
        .where(labels[f"{side}stance_{t.id}"] == "-1", "")
        .where(labels[f"{side}stance_{t.id}"].notna())
        for t in study.targets
        for side in ("", "model_", "coded_")
        if f"{side}stance_{t.id}" in labels
    }
    return labels.assign(**fields)


def find_candidates(labels: pd.DataFrame, *, study: Study) -> list[Candidate]:
    """Return for each question the contrast of the two outlets (or voices) that lie furthest apart.

    Parameters
    ----------
    labels : DataFrame
        One method's labels, as `lay_out_labels` gives them.
    """
    own = study.own_voice
    labels = add_critics(labels, study=study)
    outlets = list(dict.fromkeys(labels["outlet"]))
    pairs = list(combinations(outlets, 2))
    found: list[Candidate] = []
    sources = study.sources
    altered = set(sources.loc[sources["integrity"] != "intact", "outlet"])

    def add(kind: str, contrasts: Sequence[Contrast], figure: str, subject: str, target: str = "", rank: int = 0, tried: int = 0):  # fmt: skip
        sound = [c for c in contrasts if not {*c.first.outlets, *c.second.outlets} & altered]
        best, clean = (_pick_furthest(some, labels, own) for some in (contrasts, sound))
        clean = None if clean == best else clean
        for contrast, end in ((best, ""), (clean, "-intact")):
            if contrast is not None:
                named = replace(contrast, id=contrast.id + end)
                number = tried or len(contrasts)
                found.append(Candidate(kind, named, number, figure, subject, target, rank))

    def compare(field: str, values: Mapping[str, float], voice: str = "all") -> list[Contrast]:
        name = "-".join([field, *(k for k in values if len(values) == 1), voice])
        return [
            Contrast(name, field, values, Group((a,), voice), Group((b,), voice)) for a, b in pairs
        ]

    for rank, target in enumerate(study.targets):
        field = f"stance_{target.id}"
        if field not in labels:
            continue
        figure, about = f"stance-{target.id}", (target.label, target.id, rank)
        add("stance", compare(field, _STANCES, "own"), figure, *about)
        add("critics", compare(f"critics_{target.id}", {own: 1.0}), figure, *about)
        gaps = [
            Contrast(f"gap-{target.id}-{o}", field, _STANCES, Group((o,), "own"), Group((o,), "quoted"))
            for o in outlets
        ]  # fmt: skip
        usable = [g for g in gaps if _measure(g, labels, own)["n"] >= FEW]
        add("gap", usable, figure, *about)
    if "frame" in labels:
        frames = [label for label in study.codebook.field("frame").labels if label.id != "none"]
        for label in frames:
            values = {label.id: 1.0}
            contrasts = (
                [
                    Contrast(f"frame-{label.id}-all", "frame", values, Group(tuple(o for o in outlets if o != one)), Group((one,)))
                    for one in outlets
                ]
                if len(outlets) > 2
                else compare("frame", values)
            )  # fmt: skip
            tried = len(contrasts) * len(frames)
            add("frame", contrasts, "frames", label.id, tried=tried)
    add("voice", compare("voice", {own: 1.0}), "voices", own)
    return found


def _measure(contrast: Contrast, labels: pd.DataFrame, own: str) -> dict[str, float]:
    return measure_contrast(contrast, labels, own_voice=own, seed=0, draws=2)


def _pick_furthest(
    contrasts: Sequence[Contrast], labels: pd.DataFrame, own: str
) -> Contrast | None:
    """The contrast with the largest difference; between outlets, the lower mean goes first."""
    best, size = None, 0.0
    for contrast in contrasts:
        result = _measure(contrast, labels, own)
        if result["n"] >= FEW and abs(result["estimate"]) > size:
            best, size = contrast, abs(result["estimate"])
            between = contrast.first.outlets != contrast.second.outlets
            if between and result["estimate"] < 0:
                best = replace(contrast, first=contrast.second, second=contrast.first)
    return best


def measure_candidates(
    candidates: Sequence[Candidate],
    readings: Sequence[Reading],
    articles: pd.DataFrame,
    *,
    study: Study,
    seed: int,
) -> pd.DataFrame:
    """Count every candidate in every way to count; the table `stability`.

    Parameters
    ----------
    readings : sequence of Reading
        As `list_readings` gives them.
    """
    readings = [replace(r, table=add_critics(r.table, study=study)) for r in readings]
    contrasts = [c.contrast for c in candidates]
    return measure_stability(contrasts, readings, articles, own_voice=study.own_voice, seed=seed)


def state_findings(
    candidates: Sequence[Candidate],
    labels: pd.DataFrame,
    stability: pd.DataFrame,
    articles: pd.DataFrame,
    *,
    study: Study,
    reliability: Mapping[str, float],
    seed: int,
) -> list[Finding]:
    """Measure the candidates, judge their strength and put them into words.

    Parameters
    ----------
    candidates : sequence of Candidate
        As `find_candidates` gives them.
    labels : DataFrame
        The labels of the report, one row a sentence.
    stability : DataFrame
        As `measure_candidates` gives it.
    reliability : mapping
        Krippendorff's alpha by field.

    Returns
    -------
    list of Finding
        Ordered and limited as the rule says.
    """
    labels = add_critics(labels, study=study)
    known = _find_reliability(reliability, study)
    return _limit(
        [_state_finding(c, labels, stability, articles, study, known, seed) for c in candidates]
    )


def _find_reliability(reliability: Mapping[str, float], study: Study) -> dict[str, float]:
    """Alpha by field; that of critics is the lower one of voice and stance."""
    known = dict(reliability)
    nothing = float("nan")
    for target in study.targets:
        pair = [known.get("voice", nothing), known.get(f"stance_{target.id}", nothing)]
        known[f"critics_{target.id}"] = nothing if any(a != a for a in pair) else min(pair)
    return known


def _state_finding(
    candidate: Candidate,
    labels: pd.DataFrame,
    stability: pd.DataFrame,
    articles: pd.DataFrame,
    study: Study,
    reliability: Mapping[str, float],
    seed: int,
) -> Finding:
    contrast = candidate.contrast
    level = 1 - 0.05 / max(candidate.pairs, 1)
    result = measure_contrast(
        contrast, labels, own_voice=study.own_voice, seed=seed, draws=DRAWS, level=level
    )
    read = is_covered(labels, contrast.outlets, field=contrast.field)
    judged = {
        "n": int(result["n"]),
        "low": result["low"],
        "high": result["high"],
        "alpha": reliability.get(contrast.field, float("nan")) if read else float("nan"),
        "stability": sum_up_stability(stability, contrast.id),
    }
    strength = judge_contrast(**judged)
    names = {"stance": "stance", "gap": "stance", "critics": "voice and stance"}
    altered = set(articles.loc[articles["integrity"] != "intact", "outlet"])
    reason = explain_strength(
        strength,
        field=names.get(candidate.kind, contrast.field),
        share=min(contrast.values.values()) >= 0,
        altered=[o for o in contrast.outlets if o in altered],
        **judged,
    )
    width = result["high"] - result["low"]
    return Finding(
        contrast.id,
        candidate.kind,
        say_contrast(candidate, labels, strength, study=study, articles=articles),
        strength,
        reason,
        candidate.figure,
        abs(result["estimate"]) / width if width else 0.0,
        shorten_contrast(candidate, study=study),
        candidate.rank,
    )


def _limit(findings: Sequence[Finding]) -> list[Finding]:
    """At most `TOLD` findings that can be told, one a kind, and the first that cannot."""
    order = sorted(
        findings,
        key=lambda f: (KINDS.index(f.kind), _FIRMNESS[f.strength], f.rank, -f.size, f.id),
    )
    told: dict[str, Finding] = {}
    answered = {(f.kind, f.rank) for f in findings if f.strength != "cannot_tell"}
    for finding in order:
        if finding.strength != "cannot_tell":
            told.setdefault(finding.kind, finding)
    unclear = [f for f in order if f.strength == "cannot_tell" and (f.kind, f.rank) not in answered]
    return list(told.values())[:TOLD] + unclear[:1]


def list_findings(findings: Sequence[Finding]) -> pd.DataFrame:
    """Return the table `findings`."""
    return pd.DataFrame(
        [asdict(f) for f in findings], columns=pd.Index([f.name for f in fields(Finding)])
    )


def read_findings(table: pd.DataFrame) -> list[Finding]:
    """Return the findings of the table `findings`."""
    return [Finding(**{str(k): v for k, v in row.items()}) for row in table.to_dict("records")]


def order_findings(findings: Sequence[Finding]) -> list[dict[str, str]]:
    """Return the findings in the order of the first page, as `show_findings` takes them."""
    ordered = sorted(findings, key=lambda f: (f.strength == "cannot_tell", PLACES.index(f.kind)))
    return [
        {"id": f.id, "strength": f.strength, "text": f.text, "reason": f.reason, "figure": f.figure}
        for f in ordered
    ]
