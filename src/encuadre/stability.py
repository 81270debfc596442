"""Stability in words and tables: the grid of ways to count, how each finding fares, what moves it."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from encuadre.contrasts import DRAWN, UNITS
from encuadre.findings import Finding
from encuadre.multiverse import list_estimates, rank_choices, sum_up_stability
from encuadre.prose import (
    escape_markdown,
    join_words,
    say_count,
    say_number,
    say_percent,
    say_signed,
    start_sentence,
)
from encuadre.strength import CLEAR, HOLDS
from encuadre.ways import CHOICES, COUNTED, PROGRAM, REFERENCE, WITH, WITHOUT

THRESHOLDS = ("margin", "floor")
_OPTIONS = {
    ("labels", REFERENCE): "reference coding",
    ("labels", PROGRAM): "program",
    ("headlines", WITH): "with headlines",
    ("headlines", WITHOUT): "without headlines",
    ("copies", WITH): "with altered copies",
    ("copies", WITHOUT): "without altered copies",
} | {("unit", unit): f"each {unit}" for unit in UNITS}
_HELP = {
    "labels": "of the reference coding, a coder, the program or one of its models",
    "margin": "by how much the likelier side must beat neutral before a model’s sentence takes it",
    "floor": "how like its best frame a sentence must be, for frames found without coding",
    "headlines": "with or without headlines, where an article has some",
    "copies": "with or without them, where one is among the articles compared",
    "unit": "each sentence, each paragraph (by the mean of its sentences) or each word",
    "drawn": f"for the interval only: {join_words(DRAWN, 'or')}",
    "seed": "for the interval only: that of the report, and the next",
}


def name_option(choice: str, option: str) -> str:
    """Return an option of a choice in words."""
    known = _OPTIONS.get((choice, option))
    return known or option.replace("_", " ").replace("-0", "−0")


def describe_grid(stability: pd.DataFrame) -> str:
    """State the grid as a list in Markdown: each choice, its options, and how many findings it touches."""
    total = stability["finding"].nunique()
    lines = []
    for choice, name in CHOICES.items():
        used = stability[stability[choice] != ""]
        count = used["finding"].nunique()
        touched = "" if count == total else f" Touches {_say_part(count, total)} findings."
        options = [escape_markdown(name_option(choice, o)) for o in dict.fromkeys(used[choice])]
        listed = f" ({join_words(options)})" if choice in ("labels", *THRESHOLDS) else ""
        if count:
            lines.append(f"- **{name}**: {_HELP[choice]}{listed}.{touched}")
    return "\n".join(lines)


def list_told(findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings that can be told: what cannot be told cannot hold in another way either."""
    return [f for f in findings if f.strength != "cannot_tell"]


def describe_stability(stability: pd.DataFrame, findings: Sequence[Finding]) -> list[str]:
    """Say how many findings hold in the other ways to count, which do not, and what moves them most."""
    known = [f for f in list_told(findings) if f.id in set(stability["finding"])]
    if not known:
        return [
            "No finding that can be told compares two groups, so there is nothing to count in another way."
        ]
    fares = {f.id: sum_up_stability(stability, f.id) for f in known}
    kept = [f for f in known if fares[f.id].holds >= HOLDS]
    clear = [f for f in kept if fares[f.id].clear >= CLEAR]
    total = say_count(len(known), "finding")
    ways = sum(s.ways for s in fares.values())
    opening = (
        f"Each of the {total} that compare two groups was counted in other ways, {ways:,} together."
    )
    if len(known) == 1:
        opening = f"One finding that can be told compares two groups; it was counted in {say_count(ways, 'other way')}."
    lines = [
        f"{opening} {start_sentence(_say_part(len(kept), len(known)))} {'keeps its' if len(kept) == 1 else 'keep their'} direction in at least {say_percent(HOLDS)} of them."
    ]
    if len(kept) == 1:
        share = say_percent(fares[kept[0].id].clear)
        lines.append(f"Its intervals exclude zero in {share}.")
    elif kept:
        verb = "has intervals" if len(clear) == 1 else "have intervals"
        lines.append(
            f"Of these, {_say_part(len(clear), len(kept))} {verb} that exclude zero in at least {say_percent(CLEAR)}."
        )
    turned = [
        f"“{escape_markdown(f.short)}” ({say_percent(fares[f.id].holds)})"
        for f in known
        if fares[f.id].holds < HOLDS
    ]
    if turned:
        lines.append(f"The direction is not kept by {join_words(turned)}.")
    movers = [rank_choices(stability, f.id).head(1)["choice"] for f in known]
    counts = pd.concat(movers).map(CHOICES).value_counts()
    if len(counts):
        top = sorted(counts[counts == counts.max()].index)[0]
        lines.append(
            f"What moves the estimate most is “{top.lower()}”{f' in {_say_part(int(counts.max()), len(known))}' if len(known) > 1 else ''}."
        )
    lost = [
        f"“{escape_markdown(f.short)}”"
        for f in known
        if fares[f.id].altered and pd.isna(fares[f.id].intact)
    ]
    if lost:
        lines.append(
            f"Without altered copies there is no counting of {join_words(lost)}, since one of the articles compared is altered."
        )
    return [" ".join(lines)]


def _say_part(count: int, total: int) -> str:
    if count == total:
        return {1: "it", 2: "both"}.get(total, f"all {say_number(total)}")
    return f"{say_number(count)} of the {say_number(total)}" if count else "none"


def tabulate_stability(stability: pd.DataFrame, findings: Sequence[Finding]) -> pd.DataFrame:
    """Return for each finding the range of its difference, how often it holds, and what moves it most."""
    rows = []
    for finding in list_told(findings):
        known = list_estimates(stability, finding.id)
        if known.empty:
            continue
        points = uses_points(finding)
        fares, values = sum_up_stability(stability, finding.id), known["estimate"].dropna()
        ranked = rank_choices(stability, finding.id)
        mover = "nothing"
        if len(ranked):
            top = ranked.iloc[0]
            ends = [
                f"{say_difference(top[end], points)} ({name_option(top['choice'], top[f'{end}_option'])})"
                for end in ("low", "high")
            ]
            mover = f"{CHOICES[top['choice']]}: mean {' to '.join(ends)}"
        low, high = (say_difference(v, points) for v in (values.min(), values.max()))
        lost = f"; {fares.uncounted} not countable" if fares.uncounted else ""
        rows.append(
            {
                "Finding": finding.short,
                "Difference (in other ways)": f"{say_difference(values.iloc[0], points)} ({low.partition(' ')[0]} to {high})",
                "Keeps its direction": f"{_say_share(fares.holds)} of {fares.ways}{lost}",
                "Interval excludes zero": _say_share(fares.clear),
                "Moved most by": mover,
            }
        )
    return pd.DataFrame(rows)


def _say_share(share: float) -> str:
    return "not tried" if pd.isna(share) else say_percent(share)


def uses_points(finding: Finding) -> bool:
    """Return whether a finding compares shares, so that its difference is one of percentage points."""
    return finding.kind not in ("stance", "gap")


def say_difference(value: float, points: bool) -> str:
    """Return a difference with its sign: of stance with two decimals, of shares in points."""
    if not points:
        return say_signed(value)
    rounded = round(value * 100)
    number = f"{rounded:+d}".replace("-", "−") if rounded else "0"
    return f"{number} {'point' if abs(rounded) == 1 else 'points'}"


def lay_out_spread(stability: pd.DataFrame, findings: Sequence[Finding]) -> pd.DataFrame:
    """Lay out every estimate as the figure takes it, by the choice that moves the finding most.

    Returns
    -------
    DataFrame
        finding, points, choice, option (in words), estimate, report (the report's own way), holds,
        clear. A row a way that could be counted; the options of a finding in the order of the grid.
    """
    parts = []
    for finding in list_told(findings):
        known = list_estimates(stability, finding.id)
        ranked = rank_choices(stability, finding.id)
        choice = str(ranked["choice"].iloc[0]) if len(ranked) else COUNTED[0]
        known = known.assign(
            points=uses_points(finding),
            choice=CHOICES[choice],
            option=[
                start_sentence(name_option(choice, o)) if o else "No threshold"
                for o in known[choice]
            ],
            report=known.index == 0,
        )
        if choice in THRESHOLDS:
            known = known.sort_values(choice, key=pd.to_numeric, na_position="first", kind="stable")
        parts.append(known.dropna(subset=["estimate"]))
    columns = ["finding", "points", "choice", "option", "estimate", "report", "holds", "clear"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)
