"""How often findings survive other reasonable ways to count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes

from encuadre.figures.choose import check_columns
from encuadre.figures.marks import draw_label
from encuadre.figures.page import add_panel, from_left, measure_text, shorten, start_page
from encuadre.figures.rows import find_name_width, write_row
from encuadre.figures.style import GRID, INK, INK2, INK3, SIZE, WIDTHS, Drawing, styled
from encuadre.figures.words import (
    clean_text,
    clip_text,
    count_words,
    name_labels,
    quote,
    say_number,
    start_sentence,
    weakest,
)

FIXED = ["finding", "estimate", "low", "high", "holds", "strength"]
ROW, GROUP = 0.17, 0.06


@styled
def draw_multiverse(
    spread: pd.DataFrame,
    *,
    findings: Mapping[str, str] | Sequence[tuple[str, str]] = (),
    width: str = "column",
) -> Drawing:
    """For one finding the curve of all specifications; for several, a strip of dots each.

    Parameters
    ----------
    spread : DataFrame
        finding, estimate, low, high, holds (bool); every other column is a choice of the
        specification. A column strength, if there is one, gives the mark.
    findings : sequence of (id, sentence), or mapping
    width : {"column", "half"}
    """
    check_columns(spread, ["finding", "estimate", "low", "high", "holds"], "spread")
    rows = spread.assign(holds=spread["holds"].astype(bool), finding=spread["finding"].astype(str))
    labels = name_labels(findings)
    found = [f for f in labels if f in set(rows["finding"])]
    found += [f for f in rows["finding"].unique() if f not in found]
    names = {f: clean_text(labels.get(f, f)) for f in found}
    strength = weakest(rows["strength"]) if "strength" in rows else ""
    if len(found) == 1:
        return _draw_curve(rows, names[found[0]], width, strength)
    return _draw_strips(rows, names, width, strength)


def _say_ways(held: int, total: int) -> str:
    if held == total:
        return (
            f"in all {count_words(total)} ways to count" if total > 1 else "in the one way to count"
        )
    if not held:
        return f"in none of {count_words(total)} ways to count"
    return f"in {count_words(held)} of {count_words(total)} ways to count"


def _draw_curve(rows: pd.DataFrame, name: str, width: str, strength: str) -> Drawing:
    choices = {}
    for column in rows.columns:
        if column not in FIXED and rows[column].nunique() > 1:
            choices[str(column)] = sorted(rows[column].astype(str).unique())
    rows = rows[rows["estimate"].notna()]
    rows = rows.sort_values(["estimate", *choices]).reset_index(drop=True)
    title = f"{quote(name, 80)} holds {_say_ways(int(rows['holds'].sum()), len(rows))}"
    if len(name) > 80:
        title = f"The finding holds {_say_ways(int(rows['holds'].sum()), len(rows))}"
    narrow = width == "half"
    lines = sum(len(options) for options in choices.values())
    heads = len(choices) if narrow else 0
    low_part = (lines + heads) * ROW + len(choices) * GROUP + 0.04
    curve = 1.7
    note = "Dots and lines: estimates with 95% intervals, sorted; dark where the finding holds."
    if choices:
        note += " Ticks below: the choices of each column."
    page = start_page(
        width,
        curve + low_part,
        kicker="How sturdy is it",
        title=start_sentence(title),
        subtitle="Estimate under every combination of choices"
        + (f": {name}" if len(name) > 80 else ""),
        note=note,
        strength=strength,
    )
    columns = [clean_text(c).replace("_", " ") for c in choices]
    first = (
        0.0
        if narrow
        else min(max((measure_text(c, SIZE["label"], 600) for c in columns), default=0), 1.1) + 0.15
    )
    options = [clean_text(o).replace("_", " ") for values in choices.values() for o in values]
    second = min(max((measure_text(o, SIZE["label"]) for o in options), default=0.3), 0.85) + 0.12
    left = max(first + second, 0.5)
    ax = add_panel(page, left=left, right=0.05, bottom=low_part + 0.06, top=0.02)
    _draw_estimates(ax, rows)
    if choices:
        grid = add_panel(page, left=left, right=0.05, top=curve)
        grid.set(xlim=ax.get_xlim(), ylim=(low_part, 0))
        _draw_choices(grid, rows, choices, narrow, first)
    values = rows["estimate"]
    alt = f"Specification curve of {len(rows)} ways to count for the finding {quote(name)}."
    if len(rows):
        alt += (
            f" Highest {say_number(values.max())}, lowest {say_number(values.min())}. It holds in "
            f"{int(rows['holds'].sum())} of {len(rows)}."
        )
    return Drawing(page.figure, start_sentence(title), note, alt, strength)


def _draw_estimates(ax: Axes, rows: pd.DataFrame) -> None:
    size = max(1.6, min(4.2, 130 / max(len(rows), 1)))
    for x, row in rows.iterrows():
        colour = INK if row["holds"] else INK3
        if pd.notna(row["low"]) and pd.notna(row["high"]):
            ax.plot(
                [x, x],
                [row["low"], row["high"]],
                color=colour,
                lw=1.1 if row["holds"] else 0.7,
                solid_capstyle="butt",
                zorder=2,
            )
        ax.plot([x], [row["estimate"]], "o", ms=size, color=colour, mew=0, zorder=3)
    ends = [*rows["low"].dropna(), *rows["high"].dropna(), *rows["estimate"], 0.0]
    low, high = min(ends), max(ends)
    room = (high - low) * 0.05 or 0.1
    ax.set(xlim=(-0.8, max(len(rows), 1) - 0.2), ylim=(low - room, high + room))
    step = next(
        (s for s in (0.05, 0.1, 0.2, 0.25, 0.5, 1, 2, 5, 10) if (high - low) / s <= 5), high - low
    )
    ticks = [
        k * step
        for k in range(int(low / step) - 1, int(high / step) + 2)
        if low <= k * step <= high
    ]
    for tick in ticks:
        ax.axhline(
            tick,
            color=INK2 if abs(tick) < 1e-9 else GRID,
            lw=0.9 if abs(tick) < 1e-9 else 0.6,
            zorder=0,
        )
    digits = 2 if step < 0.1 or step == 0.25 else 1
    words = ["0" if abs(t) < 1e-9 else say_number(t, digits) for t in ticks]
    ax.set_yticks(ticks, words, color=INK3, fontsize=SIZE["label"])


def _draw_choices(
    grid: Axes, rows: pd.DataFrame, choices: dict[str, list[str]], narrow: bool, first: float
) -> None:
    y = 0.0
    size = max(0.8, min(1.5, 60 / max(len(rows), 1)))
    for column, options in choices.items():
        y += GROUP
        word = start_sentence(clean_text(column).replace("_", " "))
        word = shorten(word, 2.8 if narrow else first - 0.08, SIZE["label"], 600)
        grid.text(
            0,
            y + ROW / 2,
            word,
            weight=600,
            va="center",
            fontsize=SIZE["label"],
            transform=from_left(grid),
        )
        y += ROW if narrow else 0
        for option in options:
            at = y + ROW / 2
            grid.axhline(at, color=GRID, lw=0.5, zorder=0)
            for dark, colour in ((True, INK), (False, INK3)):
                on = rows.index[(rows[column].astype(str) == option) & (rows["holds"] == dark)]
                grid.plot(on, [at] * len(on), "|", color=colour, ms=6, mew=size, zorder=2)
            words = shorten(clean_text(option).replace("_", " "), 0.87, SIZE["label"])
            grid.text(
                first,
                at,
                words,
                va="center",
                fontsize=SIZE["label"],
                color=INK2,
                transform=from_left(grid),
            )
            y += ROW


def _draw_strips(rows: pd.DataFrame, names: dict[str, str], width: str, strength: str) -> Drawing:
    rates = rows.groupby("finding")["holds"].agg(["sum", "count"])
    order = sorted(
        names, key=lambda f: (-rates["sum"][f] / rates["count"][f], list(names).index(f))
    )
    every = sum(rates["sum"][f] == rates["count"][f] for f in order)
    total = len(order)
    if not total:
        title = "How sturdy the findings are cannot be told: nothing was counted another way"
    elif every == total:
        title = (
            f"{'both' if total == 2 else 'all ' + count_words(total)} findings hold in every way "
            "to count"
        )
    elif every:
        title = (
            f"{count_words(every)} of {count_words(total)} findings "
            f"{'holds' if every == 1 else 'hold'} in every way to count"
        )
    else:
        title = (
            "no finding holds in every way to count; the best holds "
            f"{_say_ways(int(rates['sum'][order[0]]), int(rates['count'][order[0]]))}"
        )
    title = start_sentence(title)
    narrow = width == "half"
    across = WIDTHS.get(width, 6.3)
    note = (
        "A dot is one way to count; dark where the finding holds. Each finding has its own unit; "
        "the upright line is zero. At right: ways in which it holds, of all."
    )
    right = (
        max(
            (measure_text(f"{s} of {c}", SIZE["label"]) for s, c in rates.itertuples(index=False)),
            default=0.3,
        )
        + 0.12
    )
    left = 0.0 if narrow else find_name_width(list(names.values()), 2.4)
    row = 0.56 if narrow else 0.4
    page = start_page(
        width,
        0.05 + row * max(total, 1),
        kicker="How sturdy is it",
        title=title,
        subtitle="Estimates of each finding under every combination of choices",
        note=note,
        strength=strength,
    )
    ax = add_panel(page, left=left + 0.06, right=right, top=0.05)
    ax.set(ylim=(max(total, 1) - 0.5, -0.5), xlim=(0, 1))
    for y, finding in enumerate(order):
        mine = rows[(rows["finding"] == finding) & rows["estimate"].notna()]
        down = 0.2 if narrow else 0.0
        if narrow:
            line = shorten(names[finding], across - 0.05, SIZE["row"])
            ax.text(
                0,
                y - 0.2,
                line,
                fontsize=SIZE["row"],
                va="center",
                transform=from_left(ax),
            )
        else:
            write_row(ax, y, names[finding], left)
        ends = [*mine["estimate"], 0.0]
        low, high = min(ends), max(ends)
        reach = (high - low) or 1.0
        place = (mine["estimate"] - low) / reach * 0.94 + 0.03
        zero = (0 - low) / reach * 0.94 + 0.03
        half = 0.16 if narrow else 0.28
        ax.plot([0, 1], [y + down] * 2, color=GRID, lw=0.8, zorder=0)
        ax.plot([zero] * 2, [y + down - half, y + down + half], color=INK2, lw=0.9, zorder=1)
        for dark, colour in ((False, INK3), (True, INK)):
            some = place[mine["holds"] == dark]
            ax.plot(
                some, [y + down] * len(some), "o", ms=5, color=colour, alpha=0.45, mew=0, zorder=3
            )
        words = f"{rates['sum'][finding]} of {rates['count'][finding]}"
        draw_label(ax, 1, y + down, words, dx=right * 72, ha="right", color=INK2)
        if y:
            ax.plot(
                [0, across],
                [y - 0.5] * 2,
                color=GRID,
                lw=0.6,
                clip_on=False,
                zorder=0,
                transform=from_left(ax),
            )
    said = "; ".join(
        f"{clip_text(names[f], 80)}: {rates['sum'][f]} of {rates['count'][f]}" for f in order
    )
    alt = f"Findings under other ways to count, dot strips. Ways in which each holds: {said}."
    return Drawing(page.figure, title, note, alt, strength)
