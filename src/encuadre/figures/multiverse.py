"""How often findings survive other ways to count: every estimate, by the choice that moves it most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from encuadre.figures.choose import check_columns
from encuadre.figures.marks import draw_label
from encuadre.figures.page import (
    Page,
    add_panel,
    from_left,
    measure_text,
    shorten,
    start_page,
    wrap,
)
from encuadre.figures.style import BG, GRID, INK, INK2, INK3, SIZE, WIDTHS, Drawing, styled
from encuadre.figures.words import clean_text, clip_text, count_words, name_labels, start_sentence

COLUMNS = ["finding", "points", "choice", "option", "estimate", "report", "holds", "clear"]
LINE, LANE, SCALE, GAP = 0.155, 0.2, 0.2, 0.14
_STEPS = (0.05, 0.1, 0.2, 0.25, 0.5, 1.0)
_NOTE = (
    "A dot is one way to count. Full: it keeps the finding’s direction and its 95% intervals exclude "
    "zero. Hollow: it keeps the direction, but an interval spans zero. Cross: it does not keep the "
    "direction. The thick line is zero, the thin one the report’s own figure. Rows are the options "
    "of the choice that moves the finding most; at right, ways that keep its direction, of all."
)


@styled
def draw_multiverse(
    spread: pd.DataFrame,
    *,
    findings: Mapping[str, str] | Sequence[tuple[str, str]] = (),
    width: str = "column",
) -> Drawing:
    """A panel a finding with all its estimates, a row for each option of one choice.

    Parameters
    ----------
    spread : DataFrame
        finding, points (whether it is a difference of shares), choice and option (in words),
        estimate, report (whether this is the report's own way), holds (bool), clear (bool); a row
        a way to count.
    findings : sequence of (id, name), or mapping
    width : {"column", "half"}
    """
    check_columns(spread, COLUMNS, "spread")
    rows = spread[spread["estimate"].notna()].assign(finding=lambda t: t["finding"].astype(str))
    labels = name_labels(findings)
    order = [f for f in labels if f in set(rows["finding"])]
    order += [f for f in rows["finding"].unique() if f not in order]
    names = {f: clean_text(labels.get(f, f)) for f in order}
    groups = {f: rows[rows["finding"] == f].reset_index(drop=True) for f in order}
    held = {f: (int(g["holds"].sum()), len(g)) for f, g in groups.items()}
    across = WIDTHS.get(width, 6.3)
    heads = {f: wrap(names[f], across - 0.95, SIZE["row"], 600, limit=3) for f in order}
    heights = {
        f: (len(heads[f]) + 1) * LINE + groups[f]["option"].nunique() * LANE + SCALE + GAP
        for f in order
    }
    title = start_sentence(_say_title(held))
    page = start_page(
        width,
        max(sum(heights.values()) - GAP, 0.3),
        kicker="How sturdy is it",
        title=title,
        subtitle="Estimates of each finding in every way to count",
        note=_NOTE,
    )
    options = [clean_text(o) for o in rows["option"].unique()]
    left = max((measure_text(o, SIZE["label"]) for o in options), default=0.3)
    left = min(left, 0.95 if width == "half" else 1.9) + 0.14
    top = 0.0
    for finding in order:
        _draw_finding(
            page, groups[finding], heads[finding], held[finding], top, heights[finding], left
        )
        top += heights[finding]
    said = "; ".join(f"{clip_text(names[f], 80)}: {held[f][0]} of {held[f][1]}" for f in order)
    alt = (
        "Findings under other ways to count, a strip of dots for each option of one choice. Ways in "
        f"which each keeps its direction: {said}."
    )
    return Drawing(page.figure, title, _NOTE, alt)


def _say_title(held: Mapping[str, tuple[int, int]]) -> str:
    total, every = len(held), sum(kept == ways for kept, ways in held.values())
    if not total:
        return "how sturdy the findings are cannot be told: nothing was counted another way"
    if total == 1:
        ((kept, ways),) = held.values()
        return f"the finding keeps its direction in {count_words(kept)} of {count_words(ways)} ways to count"
    if every == total:
        which = "both" if total == 2 else f"all {count_words(total)}"
        return f"{which} findings keep their direction in every way to count"
    if every:
        verb = "keeps its" if every == 1 else "keep their"
        return f"{count_words(every)} of {count_words(total)} findings {verb} direction in every way to count"
    return "no finding keeps its direction in every way to count"


def _draw_finding(
    page: Page,
    rows: pd.DataFrame,
    head: Sequence[str],
    held: tuple[int, int],
    top: float,
    height: float,
    left: float,
) -> None:
    options = list(dict.fromkeys(rows["option"]))
    above = (len(head) + 1) * LINE
    y = page.top - top
    for k, line in enumerate(head):
        page.canvas.text(0, y - k * LINE, line, fontsize=SIZE["row"], weight=600, va="top")
    page.canvas.text(
        page.width, y, f"{held[0]} of {held[1]}", fontsize=SIZE["label"], color=INK2, va="top", ha="right"
    )  # fmt: skip
    by = f"In {'percentage points' if rows['points'].iloc[0] else 'stance'}, by {clean_text(rows['choice'].iloc[0]).lower()}"
    by = shorten(by, page.width, SIZE["label"])
    place = y - len(head) * LINE
    page.canvas.text(0, place, by, fontsize=SIZE["label"], color=INK3, va="top")
    inside = page.top - page.bottom - top - height + GAP
    ax = add_panel(page, left=left, right=0.14, top=top + above, bottom=max(inside, 0) + SCALE)
    ends = [*rows["estimate"], 0.0]
    low, high = min(ends), max(ends)
    room = (high - low) * 0.04 or 0.05
    ax.set(xlim=(low - room, high + room), ylim=(len(options) - 0.5, -0.5))
    _draw_scale(ax, low, high, bool(rows["points"].iloc[0]), len(options))
    report = rows.loc[rows["report"], "estimate"]
    if len(report):
        ax.plot([report.iloc[0]] * 2, [-0.5, len(options) - 0.5], color=INK3, lw=0.7, zorder=1)
    for lane, option in enumerate(options):
        words = shorten(clean_text(option), left - 0.1, SIZE["label"])
        ax.text(
            0, lane, words, va="center", fontsize=SIZE["label"], color=INK2, transform=from_left(ax)
        )
        _draw_dots(ax, rows[rows["option"] == option].sort_values("estimate"), lane)


def _draw_dots(ax: Axes, rows: pd.DataFrame, lane: int) -> None:
    """Dots of a lane, each a little above or below the one before it, so that none hides another."""
    place = lane + 0.2 * (np.arange(len(rows)) % 3 - 1)
    lost = ~rows["holds"].to_numpy(bool)
    full = rows["clear"].to_numpy(bool) & ~lost
    x = rows["estimate"].to_numpy(float)
    look = {"ls": "", "ms": 3.6, "zorder": 3, "clip_on": False}
    ax.plot(x[full], place[full], "o", color=INK, mec=BG, mew=0.4, **look)
    hollow = ~full & ~lost
    ax.plot(x[hollow], place[hollow], "o", mfc=BG, mec=INK2, mew=0.8, **look)
    ax.plot(x[lost], place[lost], "x", color=INK2, mew=1.0, **look)


def _draw_scale(ax: Axes, low: float, high: float, points: bool, lanes: int) -> None:
    step = next((s for s in _STEPS if (high - low) / s <= 4), _STEPS[-1])
    ticks = [k * step for k in range(-40, 41) if low - 1e-9 <= k * step <= high + 1e-9]
    for lane in range(lanes):
        ax.axhline(lane, color=GRID, lw=0.5, zorder=0)
    for tick in ticks:
        zero = abs(tick) < 1e-9
        ax.axvline(tick, color=INK2 if zero else GRID, lw=1.1 if zero else 0.6, zorder=0.5)
        word = (
            "0"
            if zero
            else f"{tick * 100:+.0f}"
            if points
            else f"{tick:+.2f}".rstrip("0").rstrip(".")
        )
        draw_label(ax, tick, lanes - 0.5, word.replace("-", "−"), dy=-7, ha="center", color=INK3)
