"""The findings of the first page: chosen by a written rule from all measured contrasts.

For each question (who speaks, where the outlet stands, what its quoted voices say, which frame) the
two outlets that lie furthest apart are compared. Since they were picked among all pairs, the
interval of their difference is widened by Bonferroni's rule. Findings are then ordered: firm before
tentative before cannot tell, larger differences (relative to their interval) first within each
kind, at most so many of a kind as `LIMITS` says. Facts that are counted, not estimated (events,
quantities), follow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import pandas as pd

from encuadre.multiverse import (
    Contrast,
    Group,
    Way,
    measure_contrast,
    measure_stability,
    share_holding,
)
from encuadre.prose import (
    join_words,
    link_evidence,
    say_count,
    say_percent,
    say_signed,
    start_sentence,
)
from encuadre.strength import FEW, explain_strength, judge_contrast
from encuadre.study import Study

LIMITS = {"voice": 1, "stance": 1, "gap": 1, "frame": 2}
DRAWS = 20_000
_ORDER = {"firm": 0, "tentative": 1, "cannot_tell": 2}


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


@dataclass(frozen=True)
class Candidate:
    """A contrast that may become a finding."""

    kind: str
    contrast: Contrast
    pairs: int
    figure: str
    subject: str
    target: str = ""


def find_candidates(labels: pd.DataFrame, *, study: Study) -> list[Candidate]:
    """Return for each question the contrast of the two outlets (or voices) that lie furthest apart.

    Parameters
    ----------
    labels : DataFrame
        One method's labels, as `lay_out_labels` gives them.
    """
    own = study.own_voice
    outlets = list(dict.fromkeys(labels["outlet"]))
    pairs = list(combinations(outlets, 2))
    found = []
    if pairs:
        best = _furthest(labels, "voice", {own: 1.0}, pairs, "all", own)
        found.append(Candidate("voice", best, len(pairs), "voices", own))
    for target in study.targets:
        field, values = f"stance_{target.id}", {"-1": -1.0, "0": 0.0, "1": 1.0}
        if field not in labels:
            continue
        if pairs and (best := _furthest(labels, field, values, pairs, "own", own)):
            found.append(
                Candidate(
                    "stance", best, len(pairs), f"stance-{target.id}", target.label, target.id
                )
            )
        gaps = [
            Contrast(
                f"gap-{target.id}-{o}", field, values, Group((o,), "own"), Group((o,), "quoted")
            )
            for o in outlets
        ]
        usable = [
            g
            for g in gaps
            if measure_contrast(g, labels, own_voice=own, seed=0, draws=2)["n"] >= FEW
        ]
        if usable:
            best = max(
                usable,
                key=lambda g: abs(
                    measure_contrast(g, labels, own_voice=own, seed=0, draws=2)["estimate"]
                ),
            )
            found.append(
                Candidate("gap", best, len(usable), f"stance-{target.id}", target.label, target.id)
            )
    if "frame" in labels and pairs:
        frames = [label for label in study.codebook.field("frame").labels if label.id != "none"]
        for label in frames:
            if best := _furthest(labels, "frame", {label.id: 1.0}, pairs, "all", own):
                found.append(Candidate("frame", best, len(pairs) * len(frames), "frames", label.id))
    return [c for c in found if c.contrast is not None]


def _furthest(
    labels: pd.DataFrame,
    field: str,
    values: Mapping[str, float],
    pairs: Sequence[tuple[str, str]],
    voice: str,
    own: str,
) -> Contrast | None:
    best, size = None, -1.0
    for first, second in pairs:
        name = "-".join([field, *(k for k in values if len(values) == 1), voice])
        contrast = Contrast(name, field, values, Group((first,), voice), Group((second,), voice))
        result = measure_contrast(contrast, labels, own_voice=own, seed=0, draws=2)
        if result["n"] >= FEW and abs(result["estimate"]) > size:
            best, size = contrast, abs(result["estimate"])
            if result["estimate"] < 0:
                best = replace(contrast, first=contrast.second, second=contrast.first)
    return best


def state_findings(
    candidates: Sequence[Candidate],
    ways: Sequence[Way],
    articles: pd.DataFrame,
    *,
    study: Study,
    reliability: Mapping[str, float],
    seed: int,
) -> tuple[list[Finding], pd.DataFrame]:
    """Measure the candidates, judge their strength and put them into words.

    Parameters
    ----------
    candidates : sequence of Candidate
        As `find_candidates` gives them.
    ways : sequence of Way
        As `list_ways` gives them; the first is the report's own.
    reliability : mapping
        Krippendorff's alpha by field.

    Returns
    -------
    findings : list of Finding
        Ordered and limited as the rule says.
    stability : DataFrame
        As `measure_stability` gives it, for the findings kept.
    """
    contrasts = [c.contrast for c in candidates]
    stability = measure_stability(contrasts, ways, own_voice=study.own_voice, seed=seed)
    altered = set(articles.loc[articles["integrity"] != "intact", "outlet"])
    findings = []
    for candidate in candidates:
        contrast = candidate.contrast
        level = 1 - 0.05 / max(candidate.pairs, 1)
        result = measure_contrast(
            contrast, ways[0].table, own_voice=study.own_voice, seed=seed, draws=DRAWS, level=level
        )
        alpha, holds = (
            reliability.get(contrast.field, float("nan")),
            share_holding(stability, contrast.id),
        )
        strength = judge_contrast(
            n=int(result["n"]), low=result["low"], high=result["high"], alpha=alpha, holds=holds
        )
        reason = explain_strength(
            strength, n=int(result["n"]), low=result["low"], high=result["high"], alpha=alpha, holds=holds,
            field="stance" if contrast.field.startswith("stance") else contrast.field,
        )  # fmt: skip
        touched = [
            o
            for o in dict.fromkeys((*contrast.first.outlets, *contrast.second.outlets))
            if o in altered
        ]
        if strength == "firm" and touched:
            strength = "tentative"
            reason += f" The copy of {touched[0]} is altered, so it is not called firm."
        width = result["high"] - result["low"]
        text = _say(candidate, result, strength, study, articles)
        findings.append(
            Finding(
                contrast.id,
                candidate.kind,
                text,
                strength,
                reason,
                candidate.figure,
                abs(result["estimate"]) / width if width else 0.0,
                _shorten(candidate, study),
            )
        )
    kept = _limit(findings)
    return kept, stability[stability["finding"].isin([f.id for f in kept])].reset_index(drop=True)


def _limit(findings: Sequence[Finding]) -> list[Finding]:
    ordered = sorted(findings, key=lambda f: (_ORDER[f.strength], -f.size, f.id))
    taken: dict[str, int] = {}
    kept = []
    for finding in ordered:
        if taken.get(finding.kind, 0) < LIMITS[finding.kind]:
            taken[finding.kind] = taken.get(finding.kind, 0) + 1
            kept.append(finding)
    return kept


def _shorten(candidate: Candidate, study: Study) -> str:
    """Name a contrast for figures and tables: what, and which two groups."""
    first, second = candidate.contrast.first, candidate.contrast.second
    if candidate.kind == "gap":
        return f"Stance toward {candidate.subject}, {first.outlets[0]}: quoted minus own"
    what = {"voice": "Own voice", "stance": f"Stance toward {candidate.subject}, own voice"}.get(
        candidate.kind, ""
    )
    if candidate.kind == "frame":
        what = start_sentence(
            next(i.label for i in study.codebook.field("frame").labels if i.id == candidate.subject)
        )
    return f"{what}: {second.outlets[0]} minus {first.outlets[0]}"


def _say(
    candidate: Candidate,
    result: Mapping[str, float],
    strength: str,
    study: Study,
    articles: pd.DataFrame,
) -> str:
    contrast = candidate.contrast
    low_outlet, high_outlet = contrast.first.outlets[0], contrast.second.outlets[0]

    def link(text: str, group: Group, **more: object) -> str:
        ids = articles.loc[articles["outlet"].isin(group.outlets), "article_id"]
        voice = {} if group.voice == "all" else {"voice": group.voice}
        return link_evidence(text, article=",".join(ids), **voice, **more)

    if candidate.kind == "voice":
        more = {"voice": study.own_voice}
        high, low = (
            link(say_percent(result["second"]), contrast.second, **more),
            link(say_percent(result["first"]), contrast.first, **more),
        )
        if strength == "cannot_tell":
            return f"{high_outlet} makes {high} of its statements in its own voice and {low_outlet} {low}, but whether that is more than chance cannot be told from these articles."
        return f"{high_outlet} makes {high} of its statements in its own voice, {low_outlet} only {low}; the rest come from the people and bodies that it quotes."
    if candidate.kind == "stance":
        more = {"target": candidate.target}
        low, high = (
            link(say_signed(result["first"]), contrast.first, **more),
            link(say_signed(result["second"]), contrast.second, **more),
        )
        if strength == "cannot_tell":
            return f"Whether {low_outlet} ({low}) is harder on {candidate.subject} in its own words than {high_outlet} ({high}) cannot be told from these articles."
        return (
            f"In its own words {low_outlet} is far harder on {candidate.subject} (mean stance {low}, on a scale from −1 to 1) than {high_outlet} "
            f"({high}); no two others with at least {say_count(FEW, 'such sentence')} lie further apart."
        )
    if candidate.kind == "gap":
        more = {"target": candidate.target}
        own, quoted = (
            link(say_signed(result["first"]), contrast.first, **more),
            link(say_signed(result["second"]), contrast.second, **more),
        )
        if strength == "cannot_tell":
            return f"Whether {low_outlet} lets others be harder on {candidate.subject} ({quoted}) than it is itself ({own}) cannot be told from these articles."
        side = "harder on" if result["estimate"] < 0 else "milder towards"
        return f"The voices that {low_outlet} quotes are {side} {candidate.subject} ({quoted}) than {low_outlet} is in its own words ({own})."
    label = next(
        item.label for item in study.codebook.field("frame").labels if item.id == candidate.subject
    )
    more = {"frame": candidate.subject}
    high, low = (
        link(say_percent(result["second"]), contrast.second, **more),
        link(say_percent(result["first"]), contrast.first, **more),
    )
    if strength == "cannot_tell":
        return f"{start_sentence(label)} is the main frame of {high} of the sentences in {high_outlet} and {low} in {low_outlet}, but whether that is more than chance cannot be told from these articles."
    if result["first"] == 0:
        return f"{start_sentence(label)} is the main frame of {high} of the sentences in {high_outlet} and of {link('none', contrast.first, **more)} in {low_outlet}."
    return f"{start_sentence(label)} is the main frame of {high} of the sentences in {high_outlet}, and of {low} in {low_outlet}."


def state_events(
    compared: pd.DataFrame, articles: pd.DataFrame, labels: Mapping[str, str]
) -> Finding | None:
    """State the event that the most outlets tell while one or two leave it out.

    Parameters
    ----------
    compared : DataFrame
        event, article_id, sentences (0 where the article does not tell it), share.
    labels : mapping
        Label by event id.
    """
    table = compared.merge(articles[["article_id", "outlet"]], on="article_id")
    told = table.groupby(["event", "outlet"], sort=False)["sentences"].sum().unstack()
    counts = (told > 0).sum(axis=1)
    usable = counts[(counts >= 2) & (counts < told.shape[1])]
    if usable.empty:
        return None
    room = told.sum(axis=1)
    event = max(usable.index, key=lambda e: (int(counts[e]), int(room[e]), e))
    by = [o for o in told.columns if told.loc[event, o] > 0]
    silent = [o for o in told.columns if o not in by]
    most = str(told.loc[event].idxmax())
    link = link_evidence(f"{int(counts[event])} of {told.shape[1]} outlets", event=event)
    left = (
        f"{silent[0]} leaves it out"
        if len(silent) == 1
        else f"{' and '.join(silent)} leave it out"
        if len(silent) == 2
        else f"{len(silent)} leave it out"
    )
    text = f"{labels[event]}: {link} tell it, {most} at most length ({say_count(int(told.loc[event].max()), 'sentence')}); {left}."
    reason = "Counted, not estimated: found by the names and phrases of events.yml, and every sentence can be read."
    intact = set(articles["outlet"]) - set(
        articles.loc[articles["integrity"] != "intact", "outlet"]
    )
    firm = set(silent) <= intact and len(intact & set(by)) >= 2
    reason += "" if firm else " It rests on altered copies, so it is not called firm."
    return Finding(
        f"event-{event}", "event", text, "firm" if firm else "tentative", reason, "events"
    )


def state_quantities(
    compared: pd.DataFrame, articles: pd.DataFrame, *, label: str
) -> Finding | None:
    """State how far the values of one quantity lie apart.

    Parameters
    ----------
    compared : DataFrame
        As `compare_quantities` gives it; the rows of one quantity.
    label : str
        Its name.
    """
    compared = compared[compared["precision"] != "order"]
    shown = (
        compared.assign(yearly=compared["per_year"].fillna(compared["value"]))
        .drop_duplicates("value")
        .sort_values(["yearly", "value"])
    )
    if len(shown) < 2 or compared["article_id"].nunique() < 2:
        return None
    monthly = shown["period"].str.contains("month")
    yearly = shown["per_year"].notna() & ~monthly
    figures = [
        join_words([f"{v:,.0f}" for v in shown.loc[part, "value"]], "or") + unit
        for part, unit in ((yearly, " a year"), (monthly, " a month"), (~yearly & ~monthly, ""))
        if part.any()
    ]
    ids = ",".join(dict.fromkeys(compared["sentence_id"]))
    intact = set(articles.loc[articles["integrity"] == "intact", "article_id"])
    firm = compared.loc[compared["article_id"].isin(intact), "value"].nunique() >= 2
    text = f"{start_sentence(label)} are given as {link_evidence(', or '.join(figures), ids=ids)}, depending on the article and on what it counts."
    reason = "Counted, not estimated: each figure is read in its sentence. "
    reason += (
        "At least two of them stand in copies as published."
        if firm
        else "Most stand in altered copies."
    )
    return Finding(
        "quantity", "quantity", text, "firm" if firm else "tentative", reason, "quantities"
    )


def state_facts(
    compared: pd.DataFrame,
    matched: pd.DataFrame,
    articles: pd.DataFrame,
    event_labels: Mapping[str, str],
    quantity_labels: Mapping[str, str],
) -> list[Finding]:
    """State what is counted, not estimated: one event, and the quantity with most different values.

    Parameters
    ----------
    compared : DataFrame
        As `compare_events` gives it.
    matched : DataFrame
        As `compare_quantities` gives it.
    """
    facts = [state_events(compared, articles, event_labels)]
    values = matched.groupby("quantity")["value"].nunique()
    if len(values):
        widest = sorted(values.index, key=lambda q: (-int(values[q]), str(q)))[0]
        facts.append(
            state_quantities(
                matched[matched["quantity"] == widest], articles, label=quantity_labels[widest]
            )
        )
    return [f for f in facts if f is not None]


def order_findings(findings: Sequence[Finding]) -> list[dict[str, str]]:
    """Return the findings in the order of the first page, as `show_findings` takes them."""
    places = {"stance": 0, "voice": 1, "frame": 2, "event": 3, "quantity": 4, "gap": 5}
    ordered = sorted(findings, key=lambda f: (f.strength == "cannot_tell", places[f.kind], -f.size))
    return [
        {"id": f.id, "strength": f.strength, "text": f.text, "reason": f.reason, "figure": f.figure}
        for f in ordered
    ]
