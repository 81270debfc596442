"""How firm a finding is: firm, tentative or cannot tell, by written rules.

The rules, in order:

1. Fewer than `FEW` sentences, or no figure at all: cannot tell.
2. Reliability of the field below .667 (Krippendorff 2018): cannot tell.
3. A contrast whose interval spans zero: cannot tell.
4. Reliability unknown (nothing was coded by reading) or below .80: tentative.
5. A share whose interval is wider than `WIDE`: tentative.
6. A contrast that was counted in no other way, that turns in more than a tenth of the other ways
   (`HOLDS`), or whose interval spans zero in more than half of them (`CLEAR`): tentative.
7. A contrast that rests on an altered copy, or turns in more than a tenth of the ways without it:
   tentative.
8. Everything else: firm.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from encuadre.agreement import FIRM, TENTATIVE
from encuadre.prose import join_words, say_count, say_interval, say_percent

FEW = 10
WIDE = 0.3
HOLDS = 0.9
CLEAR = 0.5


@dataclass(frozen=True)
class Stability:
    """How a contrast fares when it is counted in other ways.

    Attributes
    ----------
    ways : int
        Other ways in which it could be counted.
    uncounted : int
        Ways in which it could not.
    holds : float
        Share of `ways` in which the difference keeps its direction; not a number without any.
    clear : float
        Share of their intervals that lie wholly on that side of zero.
    altered : bool
        Whether an altered copy is among the articles compared.
    intact : float
        As `holds`, in the ways that leave altered copies out; not a number where none could be
        counted.
    """

    ways: int
    uncounted: int
    holds: float
    clear: float
    altered: bool
    intact: float


def judge_estimate(*, n: int, low: float, high: float, alpha: float) -> str:
    """Return the strength of a share or mean.

    Parameters
    ----------
    n : int
        Sentences behind it.
    low, high : float
        Its interval.
    alpha : float
        Reliability of the field between two coders; not a number where it is not known.
    """
    if n < FEW or math.isnan(low) or alpha < TENTATIVE:
        return "cannot_tell"
    if math.isnan(alpha) or alpha < FIRM or high - low > WIDE:
        return "tentative"
    return "firm"


def judge_contrast(*, n: int, low: float, high: float, alpha: float, stability: Stability) -> str:
    """Return the strength of a difference.

    Parameters
    ----------
    n : int
        Sentences in the smaller of the two groups.
    low, high : float
        Interval of the difference.
    alpha : float
        Reliability of the field between two coders; not a number where it is not known.
    stability : Stability
        How the difference fares in the other ways to count.
    """
    if n < FEW or math.isnan(low) or low <= 0 <= high or alpha < TENTATIVE:
        return "cannot_tell"
    reliable = alpha >= FIRM
    stable = stability.holds >= HOLDS and stability.clear >= CLEAR
    sound = not stability.altered or stability.intact >= HOLDS
    return "firm" if reliable and stable and sound else "tentative"


def explain_strength(
    strength: str,
    *,
    n: int,
    low: float,
    high: float,
    alpha: float,
    stability: Stability,
    field: str,
    share: bool = False,
    altered: Sequence[str] = (),
) -> str:
    """Say in a few sentences why a contrast has its strength, as plain text.

    Parameters
    ----------
    strength : str
        As `judge_contrast` gives it; the other parameters are those that it takes.
    field : str
        What was labelled, in words.
    share : bool
        Whether the difference is one of shares, and told in percentage points.
    altered : sequence of str
        The outlets compared whose copies are altered.
    """
    reliability = (
        f"{field[:1].upper()}{field[1:]} was not coded by reading, so the model stands alone."
    )
    if not math.isnan(alpha):
        reliability = f"Two codings by reading agree on {field} with alpha {alpha:.2f}."
    interval = say_interval(low, high)
    if share:
        ends = (f"{100 * end:+.0f}".replace("-", "−") for end in (low, high))
        interval = f"{' to '.join(ends)} percentage points"
    if strength == "cannot_tell":
        if n < FEW:
            return f"Only {n} sentences stand on one side; fewer than {FEW} are not compared."
        if alpha < TENTATIVE:
            return f"Two codings by reading agree too little on {field} (alpha {alpha:.2f}, below {TENTATIVE:g})."
        return f"The interval of the difference, {interval}, spans zero."
    parts = (
        f"Interval of the difference: {interval}.",
        reliability,
        _say_ways(stability),
        _say_copies(stability, altered),
    )
    return " ".join(s for s in parts if s)


def _say_ways(stability: Stability) -> str:
    if not stability.ways:
        return "It was counted in no other way."
    ways = say_count(stability.ways, "other way")
    if stability.ways == 1:
        kept = "" if stability.holds else "does not "
        zero = "excludes" if stability.clear else "spans"
        return f"The difference {kept}{'keeps' if stability.holds else 'keep'} its direction in the one other way to count; the interval there {zero} zero."
    kept = {
        0.0: f"in none of the {ways}",
        1.0: "in both other ways" if stability.ways == 2 else f"in all {ways}",
    }.get(stability.holds, f"in {say_percent(stability.holds)} of the {ways}")
    clear = "all" if stability.clear == 1 else say_percent(stability.clear)
    return f"The difference keeps its direction {kept} to count; {clear} of their intervals exclude zero."


def _say_copies(stability: Stability, altered: Sequence[str]) -> str:
    if not stability.altered:
        return ""
    one = len(altered) == 1
    if math.isnan(stability.intact):
        copies = (
            "copy of {} is altered, and there is no counting without it"
            if one
            else "copies of {} are altered, and there is no counting without them"
        )
        return f"The {copies.format(join_words(altered))}."
    return f"Without the altered {'copy' if one else 'copies'} of {join_words(altered)} it keeps its direction {'in all ways' if stability.intact == 1 else f'in {say_percent(stability.intact)} of the ways'}."


def describe_rules() -> list[str]:
    """State the rules of this module with their thresholds, as Markdown."""
    return [
        f"*Cannot tell*: fewer than {say_count(FEW, 'sentence')} on one side; or two codings agree with alpha below {TENTATIVE:g}; or the interval of the difference spans zero. "
        f"*Tentative*: nothing was coded by reading, or alpha lies below {FIRM:.2f}; or a share’s interval is wider than {100 * WIDE:.0f} percentage points; "
        f"or the difference keeps its direction in fewer than {say_percent(HOLDS)} of the other ways to count, or fewer than {say_percent(CLEAR)} of their intervals exclude zero; "
        "or it rests on an altered copy, so that there is no counting without it. *Firm*: everything else. "
        "What is counted and not estimated, such as an event told or left out, is firm where the copies are as published. "
        "A figure bears the label of the estimates that its title rests on; whether a copy is altered does not enter it."
    ]
