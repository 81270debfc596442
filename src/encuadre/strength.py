"""How firm a finding is: firm, tentative or cannot tell, by written rules.

The rules, in order:

1. Fewer than `FEW` sentences, or no figure at all: cannot tell.
2. Reliability of the field below .667 (Krippendorff 2018): cannot tell.
3. A contrast whose interval spans zero: cannot tell.
4. Reliability unknown (nothing was coded by reading) or below .80: tentative.
5. A share whose interval is wider than `WIDE`, or a contrast that fails in more than a tenth of the
   other ways to count: tentative.
6. Everything else: firm.
"""

from __future__ import annotations

import math

from encuadre.agreement import FIRM, TENTATIVE

FEW = 10
WIDE = 0.3
HOLDS = 0.9


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


def judge_contrast(*, n: int, low: float, high: float, alpha: float, holds: float) -> str:
    """Return the strength of a difference.

    Parameters
    ----------
    n : int
        Sentences in the smaller of the two groups.
    low, high : float
        Interval of the difference.
    alpha : float
        Reliability of the field between two coders; not a number where it is not known.
    holds : float
        Share of the other ways to count in which the difference keeps its sign, 0..1; not a number
        where none was tried.
    """
    if n < FEW or math.isnan(low) or low <= 0 <= high or alpha < TENTATIVE:
        return "cannot_tell"
    if math.isnan(alpha) or alpha < FIRM or math.isnan(holds) or holds < HOLDS:
        return "tentative"
    return "firm"


def explain_strength(
    strength: str, *, n: int, low: float, high: float, alpha: float, holds: float, field: str
) -> str:
    """Say in a sentence why a contrast has its strength."""
    reliability = (
        f"{field[:1].upper()}{field[1:]} was not coded by reading, so the model stands alone."
    )
    if not math.isnan(alpha):
        reliability = f"Two codings by reading agree on {field} with alpha {alpha:.2f}."
    if strength == "cannot_tell":
        if n < FEW:
            return f"Only {n} sentences stand on one side; fewer than {FEW} are not compared."
        if alpha < TENTATIVE:
            return f"Two codings by reading agree too little on {field} (alpha {alpha:.2f}, below {TENTATIVE:g})."
        return f"The interval of the difference, {low:+.2f} to {high:+.2f}, spans zero.".replace(
            "-", "−"
        )
    kept = (
        ""
        if math.isnan(holds)
        else f" The difference keeps its direction in {holds:.0%} of the other ways to count."
    )
    return reliability + kept
