"""Unfavourable, neutral and favourable sentences on a target, side by side."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from encuadre.figures.choose import drop_few, pick_estimates, say_method
from encuadre.figures.marks import draw_hatch, draw_label
from encuadre.figures.page import add_panels, measure_text, start_page
from encuadre.figures.rows import find_outlet_width, write_outlets
from encuadre.figures.style import (
    FAVOURABLE,
    INK,
    INK2,
    INK3,
    NEUTRAL,
    SIZE,
    UNFAVOURABLE,
    WIDTHS,
    Drawing,
    choose_type_colour,
    styled,
)
from encuadre.figures.words import (
    Outlet,
    clean_text,
    clip_text,
    count_words,
    is_known,
    list_outlets,
    name_group,
    start_sentence,
    weakest,
)
from encuadre.prose import say_percent

STANCES = {
    "-1": "unfavourable",
    "0": "neutral",
    "1": "favourable",
    "-1.0": "unfavourable",
    "0.0": "neutral",
    "1.0": "favourable",
}
NAMES = ("unfavourable", "neutral", "favourable")
SIDES = ("unfavourable", "favourable", "neutral")
COLOURS = {"unfavourable": UNFAVOURABLE, "favourable": FAVOURABLE, "neutral": NEUTRAL}


def judge_balance(favourable: pd.Series | None, unfavourable: pd.Series | None) -> int | None:
    """1 or -1 where one side clearly prevails, else None: the two intervals do not touch."""
    if (
        favourable is None
        or unfavourable is None
        or not (is_known(favourable) and is_known(unfavourable))
    ):
        return None
    if favourable["low"] > unfavourable["high"]:
        return 1
    return -1 if unfavourable["low"] > favourable["high"] else None


def _title(sides: dict[str, int | None], outlets: Sequence[Outlet], label: str) -> tuple[str, bool]:
    """The title, and whether the data tell anything."""
    group, count = name_group(outlets), len(outlets)
    ups = [o for o in outlets if sides[o.name] == 1]
    downs = [o for o in outlets if sides[o.name] == -1]
    words = {1: "more favourable than unfavourable", -1: "more unfavourable than favourable"}
    if not ups and not downs:
        return (
            f"Whether favourable or unfavourable sentences on {label} prevail cannot be told",
            False,
        )
    if count == 1:
        side = 1 if ups else -1
        return f"{outlets[0].phrase} has {words[side]} sentences on {label}", True
    for side, some in ((1, ups), (-1, downs)):
        if len(some) == count:
            both = "both" if count == 2 else f"all {count_words(count)}"
            return f"{both} {group} have {words[side]} sentences on {label}", True
    for side, some, rest in ((1, ups, downs), (-1, downs, ups)):
        if len(some) == 1 and len(rest) == count - 1:
            return f"only {some[0].phrase} has {words[side]} sentences on {label}", True
    side, some = (1, ups) if len(ups) > len(downs) else (-1, downs)
    have = "has" if len(some) == 1 else "have"
    who = (
        some[0].phrase
        if len(some) == 1
        else f"{count_words(len(some))} of {count_words(count)} {group}"
    )
    title = f"{who} {have} clearly {words[side]} sentences on {label}"
    rest = downs if side > 0 else ups
    return (f"{title}, {count_words(len(rest))} the reverse" if rest else title), True


def _draw_bar(ax: Axes, y: float, length: float, share: float, colour: str) -> None:
    """A bar from zero (inches) with its number, inside where it fits."""
    ax.barh(y, length, 0.62, color=colour)
    words = f"{share * 100:.0f}"
    style: dict[str, Any] = {"weight": 600, "fontsize": SIZE["row"]}
    if abs(length) > measure_text(words, SIZE["row"], 600) + 0.12:
        colour = choose_type_colour(colour)
        ax.text(length / 2, y, words, color=colour, ha="center", va="center", **style)
        return
    left = math.copysign(1, length) < 0  # of minus nought too
    align = "right" if left else "left"
    draw_label(ax, length, y, words, dx=-4 if left else 4, ha=align, halo=True, **style)


def fit_scale(
    tops: Sequence[float], words: Sequence[float], across: float
) -> tuple[float, list[float]]:
    """Inches a unit share, and the width of each part, so that bars and heads fit side by side."""
    scale = across / max(sum(tops), 0.01)
    while True:
        widths = [max(top * scale + 0.2, word) for top, word in zip(tops, words, strict=True)]
        if sum(widths) <= across or scale < 0.01:
            return scale, widths
        scale *= 0.98


@styled
def draw_stance_shares(
    estimates: pd.DataFrame,
    *,
    outlets: Sequence[tuple[str, str]],
    target: tuple[str, str],
    voice: str = "all",
    width: str = "column",
    method: str | None = None,
) -> Drawing:
    """Shares of unfavourable, neutral and favourable sentences on a target, by outlet.

    Parameters
    ----------
    estimates : DataFrame
        The estimates table; rows with measure "stance", category "-1", "0", "1" or
        "unfavourable", "neutral", "favourable", estimate 0..1.
    outlets : sequence of (name, short)
        All outlets of the study, in order.
    target : (id, label)
    voice : str
        "all", "own", "quoted" or a voice id.
    width : {"column", "half"}
    method : {"raw", "corrected", "coded"}, optional
    """
    rows = pick_estimates(
        estimates, measure="stance", target=target[0], voices=(voice,), method=method
    )
    rows = rows.assign(category=rows["category"].replace(STANCES))
    rows, few = drop_few(rows[rows["category"].isin(NAMES)])
    named = list_outlets(outlets, estimates)
    cells: dict[str, dict[str, pd.Series]] = {o.name: {} for o in named}
    for _, row in rows.iterrows():
        cells[row["outlet"]][row["category"]] = row
    value = {
        name: {c: float(row["estimate"]) for c, row in cell.items() if pd.notna(row["estimate"])}
        for name, cell in cells.items()
    }
    told = {name for name, shares in value.items() if shares}
    net = {n: value[n].get("favourable", 0.0) - value[n].get("unfavourable", 0.0) for n in told}
    named = sorted(named, key=lambda o: net.get(o.name, 2.0))
    sides = {n: judge_balance(c.get("favourable"), c.get("unfavourable")) for n, c in cells.items()}
    label = clip_text(clean_text(target[1]), 60)
    title, known = _title(sides, named, label)
    title = start_sentence(title)
    used = [row["strength"] for n, cell in cells.items() if sides[n] for row in cell.values()]
    strength = weakest(s for s in used) if known else "cannot_tell"
    narrow = width == "half"
    counts = rows.groupby("outlet")["n"].max()
    total = int(counts.sum()) if len(counts) else 0
    whose = {"all": "", "own": " in the outlets’ own voice", "quoted": " in quoted voices"}.get(
        voice, ""
    )
    note = (
        f"n: {total:,} sentences that concern {label}{whose}. Net: favourable minus unfavourable, in "
        "percentage points."
    )
    note += " Neutral stands apart, so that both sides start at the zero line."
    if any(side is None for side in sides.values()):
        note += " Hatched: which side prevails cannot be told."
    note = f"{note}{few} {say_method(rows)}".strip()
    left = find_outlet_width(named, narrow=narrow)
    right, gap = 0.52, 0.08 if narrow else 0.2
    page = start_page(
        width,
        0.3 + 0.36 * max(len(named), 1),
        kicker="Stance",
        title=title,
        subtitle=f"Sentences on {label}{whose}, per cent by stance",
        note=note,
        strength=strength,
    )
    tops = [max((value[n].get(c, 0.0) for n in told), default=0.5) for c in SIDES]
    heads = ["Unfav.", "Fav.", "Neutral"] if narrow else [word.capitalize() for word in SIDES]
    needs = [measure_text(head, SIZE["label"], 600) + 0.08 for head in heads]
    across = WIDTHS.get(width, 6.3) - left - right - gap
    scale, widths = fit_scale(tops, needs, across)
    parts = (widths[0] + widths[1], widths[2])
    ax, side = add_panels(page, 2, gap=gap, left=left, right=right, top=0.3, weights=parts)
    write_outlets(ax, named, left, narrow=narrow)
    ax.set_xlim(-widths[0], widths[1])
    side.set(xlim=(0, widths[2]), ylim=ax.get_ylim())
    for y, outlet in enumerate(named):
        shares = value[outlet.name]
        if sides[outlet.name] is None:
            draw_hatch(ax, -widths[0], y - 0.42, sum(widths[:2]), 0.84)
        for name, panel, sign in zip(SIDES, (ax, ax, side), (-1, 1, 1), strict=True):
            if name in shares:
                _draw_bar(panel, y, sign * shares[name] * scale, shares[name], COLOURS[name])
        points = round(net[outlet.name] * 100) if outlet.name in told else None
        words = "–" if points is None else f"{points:+d}".replace("-", "−") if points else "0"
        draw_label(side, widths[2], y, words, dx=right * 72, ha="right", weight=600)
    for panel in (ax, side):
        panel.axvline(0, color=INK, lw=0.9)
    style: dict[str, Any] = {"va": "baseline", "weight": 600}
    draw_label(ax, 0, -0.5, heads[0], dx=-3, dy=5, ha="right", color=UNFAVOURABLE, **style)
    draw_label(ax, 0, -0.5, heads[1], dx=3, dy=5, color=FAVOURABLE, **style)
    draw_label(side, 0, -0.5, heads[2], dy=5, color=INK3, **style)
    draw_label(side, widths[2], -0.5, "Net", dx=right * 72, dy=5, ha="right", color=INK2, **style)
    return Drawing(page.figure, title, note, _describe(named, value, sides, label), strength)


def _describe(
    outlets: Sequence[Outlet],
    value: dict[str, dict[str, float]],
    sides: dict[str, int | None],
    label: str,
) -> str:
    alt = f"Unfavourable, neutral and favourable sentences on {label} by outlet, diverging bars."
    told = [o for o in outlets if value[o.name]]
    for outlet in dict.fromkeys([*told[-1:], *told[:1]]):
        shares = value[outlet.name]
        said = ", ".join(f"{say_percent(shares[name])} {name}" for name in NAMES if name in shares)
        where = "Most favourable" if outlet == told[-1] else "Most unfavourable"
        alt += f" {where} on balance: {outlet.label}, {said}."
    unclear = [o.label for o in outlets if sides[o.name] is None]
    if unclear:
        alt += f" Which side prevails cannot be told for {', '.join(unclear)}."
    return alt
